//! AV601: an option that no release of Airflow and no known provider has.

use std::collections::{BTreeMap, BTreeSet};

use super::written::{Written, each};
use crate::airflow::Version;
use crate::airflow::changes::{Fate, fate};
use crate::airflow::config::written_name;
use crate::airflow::data::{fold, is_free_form, nearest, options};
use crate::inputs::{Origin, Tree};
use crate::report::{Findings, Severity};
use crate::rule;
use crate::rules::class::misspelt_secrets_option;
use crate::rules::{Check, FileContext};
use crate::source::Place;
use crate::syntax::cfg::DEFAULT_SECTION;

rule! {
    /// # unknown-option
    ///
    /// ## What it does
    ///
    /// Finds options of Airflow's own sections that no release and no known provider has, in `airflow.cfg` and
    /// as `AIRFLOW__…` variables, and sections whose name is nearly one of Airflow's.
    ///
    /// It is a warning where the name comes close to an option of the same section that is not set already.
    /// All others are counted in one info for each section; so are options that a later release brings.
    /// Sections of your own are left alone, and so are those whose options are another library's
    /// (`celery_broker_transport_options`, `kubernetes_labels`).
    ///
    /// ## Why is this bad?
    ///
    /// Airflow ignores what it does not know without a word, and uses the default of the option that was
    /// meant. Only code of your own can read it.
    ///
    /// ## Example
    ///
    /// ```ini
    /// [core]
    /// parallelsim = 16
    /// ```
    ///
    /// airvane says:
    ///
    /// ```text
    /// airflow.cfg:2:1: warning[AV601] unknown-option: Airflow has no such option and silently ignores it; `parallelism` in `[core]` is probably meant
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```ini
    /// [core]
    /// parallelism = 16
    /// ```
    ///
    /// ## Versions
    ///
    /// The table knows the options of 2.0 to 3.3.2, of 1.8 to 1.10, of the providers, and those that the code
    /// asks for without listing them.
    ///
    /// ## References
    ///
    /// - <https://airflow.apache.org/docs/apache-airflow/stable/configurations-ref.html>
    "AV601", "unknown-option", Warning, since "0.1.0",
    checks &[Check::File(check)],
}

/// What a section holds that the target's release does not know.
#[derive(Default)]
struct Strange<'a> {
    unknown: Vec<Written<'a>>,
    later: Vec<(Written<'a>, Version)>,
}

fn check(cx: &FileContext<'_>, findings: &mut Findings) {
    let airflow = cx.target.airflow;
    let mut sections: BTreeMap<&str, Strange<'_>> = BTreeMap::new();
    let mut foreign: BTreeMap<&str, Vec<Written<'_>>> = BTreeMap::new();
    for written in each(cx.input) {
        let section = written.section;
        if section == DEFAULT_SECTION || is_free_form(section) {
            continue;
        }
        if !options().has_section(section) {
            foreign.entry(section).or_default().push(written);
            continue;
        }
        match written.fate(airflow) {
            Some(Fate::Unknown) if !is_told_elsewhere(written) => {
                sections.entry(section).or_default().unknown.push(written);
            }
            Some(Fate::NotYet { since }) => {
                let strange = sections.entry(section).or_default();
                strange.later.push((written, since));
            }
            _ => {}
        }
    }
    for strange in sections.into_values() {
        in_section(cx, strange, findings);
    }
    for (section, list) in foreign {
        misspelt_section(cx, section, &list, findings);
    }
}

/// AV004, AV012, AV110 and AV213 speak of it.
fn is_told_elsewhere(written: Written<'_>) -> bool {
    let name = written_name(written.setting);
    let lower = name.to_lowercase();
    let is_other_case = lower != *name && options().is_known(written.section, &lower);
    is_other_case
        || misspelt_secrets_option::meant(written.setting).is_some()
        || name.contains("_kwarg__")
        || name.contains("_kwargs__")
}

fn in_section(cx: &FileContext<'_>, strange: Strange<'_>, findings: &mut Findings) {
    let airflow = cx.target.airflow;
    let mut rest = Vec::new();
    let candidates = candidates(cx, &strange.unknown, airflow);
    for written in strange.unknown {
        let name = fold(&written_name(written.setting));
        match nearest(&name, candidates.iter().copied()) {
            Some(option) => misspelt(written, option, findings),
            None => rest.push(written),
        }
    }
    if let Some(first) = rest.first() {
        let (count, section) = (rest.len(), first.section);
        let words = if count == 1 {
            "an option of"
        } else {
            "options of"
        };
        let (many, them) = if count == 1 {
            (String::new(), "it")
        } else {
            (format!("{count} "), "them")
        };
        report_rest(
            &rest,
            format!(
                "{many}{words} `[{section}]` that neither Airflow nor a provider has: only code of your own can read {them}"
            ),
            findings,
        );
    }
    if let Some((first, _)) = strange.later.first() {
        let since = strange.later.iter().map(|(_, since)| *since).min();
        let since = since.map_or_else(String::new, Version::short);
        let section = first.section;
        let count = strange.later.len();
        let message = if count == 1 {
            format!(
                "Airflow {airflow} does not know this option of `[{section}]` yet and silently ignores it: it comes with {since}"
            )
        } else {
            format!(
                "Airflow {airflow} does not know {count} options of `[{section}]` yet and silently ignores them: the first comes with {since}"
            )
        };
        let later: Vec<Written<'_>> = strange.later.iter().map(|(written, _)| *written).collect();
        report_rest(&later, message, findings);
    }
}

/// Other places that one finding shows.
const MAX_PLACES: usize = 5;

fn report_rest(list: &[Written<'_>], message: String, findings: &mut Findings) {
    let Some((first, others)) = list.split_first() else {
        return;
    };
    let subject = format!("{}.*", first.section);
    let finding = findings.report(&RULE, first.place(), subject, message);
    finding
        .severity(Severity::Info)
        .help("remove what nothing reads");
    for other in others.iter().take(MAX_PLACES) {
        finding.related(other.place(), "another one");
    }
}

/// In a section with more unknown options than this no slips are looked for.
const MAX_MISSPELT: usize = 1000;

/// The options of the section that may be meant: those that the release reads and that are not set.
fn candidates(
    cx: &FileContext<'_>,
    unknown: &[Written<'_>],
    airflow: Version,
) -> Vec<&'static str> {
    let Some(first) = unknown.first().filter(|_| unknown.len() <= MAX_MISSPELT) else {
        return Vec::new();
    };
    let settings = cx
        .deployment_inputs
        .iter()
        .flat_map(|input| &input.settings);
    let set: BTreeSet<&str> = settings
        .filter(|other| other.section == first.setting.section)
        .map(|other| other.option.as_str())
        .collect();
    let section = first.section;
    let is_read = |option: &str| {
        matches!(
            fate(section, option, airflow),
            Fate::InForce | Fate::Renamed { is_read: true, .. }
        )
    };
    options()
        .names(section)
        .filter(|option| !set.contains(option) && is_read(option))
        .collect()
}

fn misspelt(written: Written<'_>, option: &str, findings: &mut Findings) {
    let right = written.words_for(written.section, option);
    findings
        .report(
            &RULE,
            written.place(),
            format!("{}.{option}", written.section),
            format!(
                "Airflow has no such option and silently ignores it; {right} is probably meant"
            ),
        )
        .help(format!("write {right}"));
}

/// A section that is nearly one of Airflow's and holds an option of that one.
fn misspelt_section(
    cx: &FileContext<'_>,
    section: &str,
    list: &[Written<'_>],
    findings: &mut Findings,
) {
    let table = options();
    let Some(near) = nearest(section, table.sections()) else {
        return;
    };
    // Another case or blanks alone are the matter of AV004.
    if section.trim().to_lowercase() == near {
        return;
    }
    let mine = list
        .iter()
        .filter(|written| misspelt_secrets_option::meant(written.setting).is_none());
    let known: Vec<&Written<'_>> = mine
        .filter(|written| table.is_known(near, &written_name(written.setting)))
        .collect();
    let is_set: BTreeSet<&str> = cx
        .input
        .settings
        .iter()
        .filter(|setting| setting.section == near)
        .map(|setting| setting.option.as_str())
        .collect();
    let Some(first) = known
        .iter()
        .find(|written| !is_set.contains(written.option()))
    else {
        return;
    };
    if first.setting.origin == Origin::Env {
        for written in known {
            misspelt(
                Written {
                    section: near,
                    ..*written
                },
                written.option(),
                findings,
            );
        }
        return;
    }
    let header = match &cx.input.tree {
        Tree::Cfg(tree) => tree.named(section).next().map(|section| section.header),
        _ => None,
    };
    let place = header.map_or(first.place(), |span| Place::new(cx.input.id, span));
    findings
        .report(
            &RULE,
            place,
            format!("{near}.*"),
            format!("this is not the section `[{near}]` but one that Airflow does not know: it silently ignores the options in it"),
        )
        .help(format!("write `[{near}]`"));
}
