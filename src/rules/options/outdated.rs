//! What of a file the target's release has no more, has under another name or with another default;
//! and the one line about it when nobody chose a release.

use super::written::{Written, each};
use crate::airflow::changes::{ChangeKind, Fate, changes};
use crate::airflow::data::options;
use crate::airflow::option_values::{Replacement, replacement};
use crate::airflow::{Target, Version};
use crate::inputs::Input;
use crate::report::{Findings, Severity};
use crate::rules::Rule;
use crate::source::{Place, Span};

/// One of them.
#[derive(Clone, Copy)]
pub(super) enum Outdated<'a> {
    /// AV602: the option is gone.
    Removed { since: Version },
    /// AV602: the release has no use for this value.
    ValueRemoved,
    /// AV603
    Renamed {
        section: &'a str,
        option: &'a str,
        since: Option<Version>,
        is_read: bool,
    },
    /// AV605
    Default(NewDefault),
}

/// What changed about a default.
#[derive(Clone, Copy)]
pub(super) struct NewDefault {
    /// The release that brought the new one.
    pub(super) since: Version,
    /// It; `None` where the option has no default any more.
    pub(super) now: Option<&'static str>,
    /// The one before.
    pub(super) before: &'static str,
    /// The setting holds an old one.
    pub(super) is_old: bool,
    /// Airflow takes this instead.
    pub(super) instead: Option<Replacement>,
}

/// What of the file is outdated in the target's release, in the order of the file.
pub(super) fn outdated<'a>(
    input: &'a Input,
    target: &Target,
) -> impl Iterator<Item = (Written<'a>, Outdated<'a>)> {
    let airflow = target.airflow;
    each(input).filter_map(move |written| Some((written, one(written, airflow)?)))
}

fn one(written: Written<'_>, airflow: Version) -> Option<Outdated<'_>> {
    if let Fate::Renamed {
        section,
        option,
        since,
        is_read,
    } = written.fate(airflow)?
    {
        return Some(Outdated::Renamed {
            section,
            option,
            since,
            is_read,
        });
    }
    if let Fate::Removed { since } = written.fate(airflow)? {
        return Some(Outdated::Removed { since });
    }
    if is_value_removed(written, airflow) {
        return Some(Outdated::ValueRemoved);
    }
    new_default(written, airflow).map(Outdated::Default)
}

fn is_value_removed(written: Written<'_>, airflow: Version) -> bool {
    let Some(value) = written.plain_value() else {
        return false;
    };
    changes(written.section, written.option(), airflow).any(|change| match &change.kind {
        ChangeKind::RemovedIfEquals { value: removed } => **removed == *value,
        _ => false,
    })
}

fn new_default(written: Written<'_>, airflow: Version) -> Option<NewDefault> {
    let value = written.plain_value()?;
    let (section, option) = (written.section, written.option());
    let facts = options().get(section, option)?;
    let instead = replacement(section, option, &value, airflow);
    let listed = changes(section, option, airflow).find_map(|change| match &change.kind {
        ChangeKind::DefaultChange { old, new } => Some((&**old, &**new)),
        _ => None,
    });
    if let Some((before, now)) = listed {
        return (*value != *now).then(|| NewDefault {
            since: Version::new(3, 0, 0),
            now: Some(now),
            before,
            is_old: *value == *before,
            instead,
        });
    }
    if facts.is_ever_sensitive() {
        return None;
    }
    let (since, now, earlier) = facts.changed_default(airflow)?;
    let is = |default: &str| {
        let unescaped = default.replace("%%", "%");
        let formatted = unescaped.replace("{{", "{").replace("}}", "}");
        *value == unescaped || *value == formatted
    };
    if now.is_some_and(is) {
        return None;
    }
    let before = earlier.into_iter().rev().find(|default| is(default))?;
    Some(NewDefault {
        since,
        now,
        before,
        is_old: true,
        instead,
    })
}

/// The one line for a file when nobody chose a release; `rule` speaks if it is the first of the three
/// that would have something to say.
pub(super) fn summarise(
    rule: &'static Rule,
    input: &Input,
    target: &Target,
    findings: &mut Findings,
) {
    let (mut removed, mut renamed, mut defaults) = (0, 0, 0);
    for (_, what) in outdated(input, target) {
        match what {
            Outdated::Removed { .. } | Outdated::ValueRemoved => removed += 1,
            Outdated::Renamed { .. } => renamed += 1,
            Outdated::Default(changed) if changed.is_old => defaults += 1,
            Outdated::Default(_) => {}
        }
    }
    let counts = [
        (removed, "AV602", "removed"),
        (renamed, "AV603", "renamed"),
        (defaults, "AV605", "with another default"),
    ];
    let first = counts.iter().find(|(count, ..)| *count > 0);
    if first.is_none_or(|(_, code, _)| *code != rule.code) {
        return;
    }
    let total = removed + renamed + defaults;
    let parts: Vec<String> = counts
        .iter()
        .filter(|(count, ..)| *count > 0)
        .map(|(count, _, what)| format!("{count} {what}"))
        .collect();
    let (noun, verb) = if total == 1 {
        ("change", "concerns")
    } else {
        ("changes", "concern")
    };
    findings
        .report(
            rule,
            Place::new(input.id, Span::at(0)),
            "changes",
            format!(
                "{total} {noun} up to Airflow {} {verb} options of this file: {}",
                target.airflow,
                parts.join(", ")
            ),
        )
        .severity(Severity::Info)
        .help("`--airflow` with the release that reads the file shows them");
}
