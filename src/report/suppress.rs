//! What is found and not told: ignores that stand in the files, and those of the settings file. What is
//! wrong with an ignore is a finding of its own.

use std::collections::{BTreeMap, BTreeSet};

use super::{Baseline, Findings, Ignore, Located, ReportFile, Selection, UnknownRule};
use crate::rules::itself::{self, unused_ignore::Why};
use crate::rules::{self, Check, Rule};
use crate::source::Place;

/// What findings are held against, and how much of each file the run has seen.
#[derive(Debug, Default)]
pub struct Suppression {
    /// Those that stand in the files.
    pub ignores: Vec<Ignore>,
    /// Those of the settings file.
    pub paths: Vec<PathIgnore>,
    /// What was there before.
    pub baseline: Option<Baseline>,
    /// By file; of a file that is not here nothing is missing.
    pub seen: Vec<Seen>,
    /// Something could not be read or done: who knows what it would have shown.
    pub is_partial: bool,
}

/// An ignore for some files.
#[derive(Clone, Debug)]
pub struct PathIgnore {
    /// The words that should name rules: where each stands, and the codes that it names.
    pub words: Vec<(Place, Result<Vec<&'static str>, UnknownRule>)>,
    /// By file: it is one of them.
    pub files: Vec<bool>,
    /// All files that there are were looked at.
    pub is_complete: bool,
}

/// How much of what belongs to a file the run has seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seen {
    /// Findings of it are told.
    pub told: bool,
    /// A walk came upon it, so its neighbours were seen too; it was not given by name.
    pub walked: bool,
    /// It is to be filled in or copied before it counts.
    pub provisional: bool,
}

impl Default for Seen {
    fn default() -> Self {
        Self {
            told: true,
            walked: true,
            provisional: false,
        }
    }
}

/// By what a finding is kept back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum By {
    /// A comment in the file.
    Comment,
    /// The settings file.
    Settings,
    /// The baseline.
    Baseline,
}

/// How many findings of a rule are not told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hidden {
    /// The rule.
    pub rule: &'static Rule,
    /// Why.
    pub by: By,
    /// Number of findings.
    pub count: usize,
}

impl std::fmt::Display for Hidden {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (did, by) = match self.by {
            By::Comment => ("suppressed", "comments"),
            By::Settings => ("suppressed", "the settings file"),
            By::Baseline => ("baselined", "the baseline"),
        };
        let Self { rule, count, .. } = self;
        write!(f, "{did}: {count} {} {} by {by}", rule.code, rule.name)
    }
}

impl Suppression {
    fn seen(&self, file: usize) -> Seen {
        self.seen.get(file).copied().unwrap_or_default()
    }

    /// True where a fault of `rule` in `file` would have been found for certain, so that there is none.
    pub(super) fn is_certain(&self, rule: &Rule, file: usize, files: &[ReportFile]) -> bool {
        let seen = self.seen(file);
        let alone = |check: &Check| {
            matches!(
                check,
                Check::File(_) | Check::Entry(_) | Check::Connection(_)
            )
        };
        let by_itself = rule.checks.iter().all(alone)
            && files.get(file).is_some_and(|file| !file.kind.is_store());
        !self.is_partial && seen.told && !seen.provisional && (seen.walked || by_itself)
    }
}

/// Takes what is ignored out of `found` and counts it; returns what is wrong with the ignores.
pub(super) fn ignores(
    found: &mut Vec<(Located, String)>,
    suppression: &Suppression,
    selection: &Selection,
    files: &[ReportFile],
    hidden: &mut Counts,
) -> Vec<(Located, String)> {
    if suppression.ignores.is_empty() && suppression.paths.is_empty() {
        return Vec::new();
    }
    let mut comments = Comments::new(&suppression.ignores);
    let mut paths = Paths::new(&suppression.paths);
    found.retain(|(finding, _)| {
        // Both may ignore it, and then neither is there for nothing.
        let by_comment = comments.ignores(finding);
        let by_path = paths.ignores(finding);
        let by = match (by_comment, by_path) {
            (true, _) => Some(By::Comment),
            (false, true) => Some(By::Settings),
            (false, false) => None,
        };
        if let Some(by) = by {
            hidden.add(finding.rule, by);
        }
        by.is_none()
    });
    let findings = comments.judged(suppression, selection, files);
    let mut more = super::located::more(findings, files, selection);
    more.retain(|(finding, _)| {
        let ignored = paths.ignores(finding);
        if ignored {
            hidden.add(finding.rule, By::Settings);
        }
        !ignored
    });
    let findings = paths.judged(suppression, selection, files);
    more.append(&mut super::located::more(findings, files, selection));
    more
}

/// The ignores of the settings file, and which of their words were of use.
struct Paths<'s> {
    ignores: &'s [PathIgnore],
    used: Vec<Vec<bool>>,
}

impl<'s> Paths<'s> {
    fn new(ignores: &'s [PathIgnore]) -> Self {
        let used = ignores.iter();
        Self {
            ignores,
            used: used.map(|ignore| vec![false; ignore.words.len()]).collect(),
        }
    }

    fn ignores(&mut self, finding: &Located) -> bool {
        let mut is_ignored = false;
        for (ignore, used) in self.ignores.iter().zip(&mut self.used) {
            if ignore.files.get(finding.file) != Some(&true) {
                continue;
            }
            for ((_, codes), used) in ignore.words.iter().zip(used) {
                if codes
                    .as_ref()
                    .is_ok_and(|codes| codes.contains(&finding.rule.code))
                {
                    *used = true;
                    is_ignored = true;
                }
            }
        }
        is_ignored
    }

    fn judged(
        &self,
        suppression: &Suppression,
        selection: &Selection,
        files: &[ReportFile],
    ) -> Findings {
        let mut findings = Findings::new();
        for (ignore, used) in self.ignores.iter().zip(&self.used) {
            let named: Vec<usize> = (0..files.len())
                .filter(|&file| ignore.files.get(file) == Some(&true))
                .collect();
            let is_certain = |rule: &Rule| {
                let certain = |&file: &usize| suppression.is_certain(rule, file, files);
                selection.wants(rule) && named.iter().all(certain)
            };
            for ((place, codes), used) in ignore.words.iter().zip(used) {
                match codes {
                    Err(unknown) => {
                        itself::unknown_rule_in_ignore::report(&mut findings, *place, unknown);
                    }
                    Ok(codes) => {
                        let unused = !used && ignore.is_complete && !named.is_empty();
                        if unused && is_unused(codes, codes.len() == 1, &is_certain) {
                            let what = match codes.as_slice() {
                                [code] => code,
                                _ => "the family",
                            };
                            itself::unused_ignore::report(&mut findings, *place, what, Why::Paths);
                        }
                    }
                }
            }
        }
        findings
    }
}

/// The ignores that stand in the files, and which of their words were of use.
struct Comments<'s> {
    ignores: &'s [Ignore],
    of_file: BTreeMap<usize, Vec<usize>>,
    used: Vec<Vec<bool>>,
    /// File and line where a rule tells that a comment is a part of a value.
    told: BTreeSet<(usize, usize)>,
}

impl<'s> Comments<'s> {
    fn new(ignores: &'s [Ignore]) -> Self {
        let mut of_file: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for (index, ignore) in ignores.iter().enumerate() {
            let of = of_file.entry(ignore.file.0 as usize).or_default();
            of.push(index);
        }
        let used = ignores.iter().map(|ignore| {
            let words = ignore.directive.words.as_ref();
            vec![false; words.map_or(0, Vec::len)]
        });
        Self {
            ignores,
            of_file,
            used: used.collect(),
            told: BTreeSet::new(),
        }
    }

    fn ignores(&mut self, finding: &Located) -> bool {
        let Some(ignores) = self.of_file.get(&finding.file) else {
            return false;
        };
        if speaks_of_comments(finding.rule) {
            self.told.insert((finding.file, finding.start.line));
        }
        let mut is_ignored = false;
        for &index in ignores {
            let ignore = &self.ignores[index];
            if !reaches(ignore, finding) || itself::is_own(finding.rule.code) {
                continue;
            }
            let words = ignore.directive.words.iter().flatten();
            for (word, used) in words.zip(&mut self.used[index]) {
                let codes = word.codes.as_deref().unwrap_or_default();
                if codes.contains(&finding.rule.code) {
                    *used = true;
                    is_ignored = true;
                }
            }
        }
        is_ignored
    }

    fn judged(
        &self,
        suppression: &Suppression,
        selection: &Selection,
        files: &[ReportFile],
    ) -> Findings {
        let mut findings = Findings::new();
        for (ignore, used) in self.ignores.iter().zip(&self.used) {
            let index = ignore.file.0 as usize;
            let Some(file) = files.get(index).filter(|_| suppression.seen(index).told) else {
                continue;
            };
            let start = ignore.directive.span.start;
            let line = file.lines.position(&file.bytes, start).line;
            let is_told = self.told.contains(&(index, line));
            judge(ignore, used, is_told, &mut findings, &|rule| {
                selection.wants(rule) && suppression.is_certain(rule, index, files)
            });
        }
        findings
    }
}

/// AV007, AV010 and their like tell what becomes of a comment behind a value, `kwargs-not-json` too.
fn speaks_of_comments(rule: &Rule) -> bool {
    rule.code.starts_with("AV0") || rule.name == "kwargs-not-json"
}

/// The finding begins where the ignore reaches, or the comment stands in the midst of it.
fn reaches(ignore: &Ignore, finding: &Located) -> bool {
    let (start, end) = (finding.start.offset, finding.end.offset);
    let comment = ignore.directive.span;
    let follows = ignore
        .reach
        .is_some_and(|reach| reach.start <= start && start <= reach.end);
    !ignore.in_value && (follows || start <= comment.start && comment.end <= end)
}

/// Says what is wrong with one ignore. `used`: by word. `is_told`: some rule speaks of its line.
/// `is_certain`: a rule would have found what there is to find.
fn judge(
    ignore: &Ignore,
    used: &[bool],
    is_told: bool,
    findings: &mut Findings,
    is_certain: &dyn Fn(&Rule) -> bool,
) {
    use itself::{ignore_without_reason, unknown_rule_in_ignore, unused_ignore};
    let place = |span| Place::new(ignore.file, span);
    let whole = place(ignore.directive.span);
    if ignore.in_value {
        if !is_told {
            unused_ignore::report(findings, whole, "ignore", Why::InValue);
        }
        return;
    }
    let Some(words) = &ignore.directive.words else {
        unused_ignore::report(findings, whole, "ignore", Why::Unreadable);
        return;
    };
    if words.is_empty() {
        unused_ignore::report(findings, whole, "ignore", Why::Empty);
        return;
    }
    for (word, used) in words.iter().zip(used) {
        let codes = match &word.codes {
            Ok(codes) => codes,
            Err(unknown) => {
                unknown_rule_in_ignore::report(findings, place(word.span), unknown);
                continue;
            }
        };
        if *used {
            continue;
        }
        if codes.iter().all(|code| itself::is_own(code)) && !codes.is_empty() {
            unused_ignore::report(findings, place(word.span), &word.shown, Why::Own);
        } else if is_unused(codes, word.is_rule, is_certain) {
            let why = match ignore.reach {
                Some(_) => Why::Nothing,
                None => Why::End,
            };
            unused_ignore::report(findings, place(word.span), &word.shown, why);
        }
    }
    if !ignore.directive.has_reason {
        let shown: Vec<&str> = words.iter().map(|word| word.shown.as_str()).collect();
        ignore_without_reason::report(findings, whole, &shown.join(","));
    }
}

/// All of the rules would have spoken. Of a family those count that speak without being asked.
fn is_unused(codes: &[&str], is_rule: bool, is_certain: &dyn Fn(&Rule) -> bool) -> bool {
    let mut rules = codes
        .iter()
        .filter_map(|code| rules::find(code))
        .filter(|rule| !itself::is_own(rule.code) && (is_rule || !rule.on_request))
        .peekable();
    rules.peek().is_some() && rules.all(is_certain)
}

/// Counts what is kept back.
#[derive(Debug, Default)]
pub(super) struct Counts {
    by_rule: BTreeMap<(By, &'static str), (&'static Rule, usize)>,
}

impl Counts {
    /// One more.
    pub(super) fn add(&mut self, rule: &'static Rule, by: By) {
        let (_, count) = self.by_rule.entry((by, rule.code)).or_insert((rule, 0));
        *count += 1;
    }

    /// How many are kept back by `by`.
    pub(super) fn of(&self, by: By) -> usize {
        let same = self.by_rule.iter().filter(|((of, _), _)| *of == by);
        same.map(|(_, (_, count))| count).sum()
    }

    /// By reason and code.
    pub(super) fn into_list(self) -> Vec<Hidden> {
        let counts = self.by_rule.into_iter();
        counts
            .map(|((by, _), (rule, count))| Hidden { rule, by, count })
            .collect()
    }
}
