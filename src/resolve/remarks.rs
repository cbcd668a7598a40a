//! What the rules say that may explain an outcome, and the outcome in one sentence.

use super::{Answer, Found, Outcome, Remark, Spot, Step};
use crate::airflow::Target;
use crate::airflow::search::{self, Last, Raised};
use crate::check::{Checks, settings_findings};
use crate::inputs::{EntryKind, Input, Setting};
use crate::load::{Loaded, One, View};
use crate::report::{Finding, Selection, Severity};
use crate::source::display_path;

/// Rules about the settings of a backend that say nothing of lookups.
const OTHERS: [&str; 4] = ["AV104", "AV111", "AV212", "AV306"];

/// Rules about whole files: what is wrong there keeps every process from starting.
const FATAL: [&str; 3] = ["AV001", "AV002", "AV003"];

/// Rules about options that are read from a backend.
const OF_OPTIONS: [&str; 2] = ["AV504", "AV505"];

/// The section of the backend that only tasks ask.
const WORKERS: &str = "workers";

/// What the rules say of the settings that decide lookups, the worst first.
pub(super) fn of_settings(
    loaded: &Loaded,
    one: &One,
    view: &View<'_>,
    target: &Target,
) -> Vec<Remark> {
    let checks = Checks::wanted(&Selection::default());
    let findings = settings_findings(loaded, &one.choice, &one.stores, view, target, &checks);
    let of_backend: Vec<&Setting> = view
        .settings
        .written
        .iter()
        .copied()
        .filter(|setting| matches!(setting.section.as_str(), "secrets" | WORKERS))
        .collect();
    let of = |finding: &Finding| {
        let place = finding.place;
        of_backend.iter().find(|setting| {
            let whole = setting.name.cover(setting.value.source());
            setting.file == place.file
                && whole.start <= place.span.start
                && place.span.end <= whole.end
        })
    };
    let decides = |finding: &Finding| {
        FATAL.contains(&finding.rule.code)
            || OF_OPTIONS.contains(&finding.rule.code)
            || finding.subject.to_uppercase().contains("SECRETS")
            || of(finding).is_some()
    };
    let wanted = findings.iter().filter(|finding| {
        finding.severity > Severity::Info
            && decides(finding)
            && !OTHERS.contains(&finding.rule.code)
    });
    let mut remarks: Vec<Remark> = wanted
        .filter_map(|finding| {
            let remark = remark(finding, loaded.input(finding.place.file)?);
            let of_workers = of(finding).is_some_and(|setting| setting.section == WORKERS);
            Some(Remark {
                of_workers,
                ..remark
            })
        })
        .collect();
    sort(&mut remarks);
    remarks
}

/// What the rules say of a value that was found.
pub(super) fn of_value(findings: &[Finding], input: &Input) -> Vec<Remark> {
    let wanted = findings
        .iter()
        .filter(|finding| finding.severity > Severity::Info);
    let mut remarks: Vec<Remark> = wanted.map(|finding| remark(finding, input)).collect();
    sort(&mut remarks);
    remarks
}

fn sort(remarks: &mut Vec<Remark>) {
    remarks.sort_by(|a, b| b.severity.cmp(&a.severity).then_with(|| a.rule.cmp(b.rule)));
    remarks.dedup();
}

fn remark(finding: &Finding, input: &Input) -> Remark {
    let start = finding.place.span.start;
    let line = match finding.position {
        Some((start, _)) if input.inside.is_none() => start.line,
        _ => input.position(start).line,
    };
    Remark {
        rule: finding.rule.code,
        severity: finding.severity,
        message: finding.message.to_string(),
        spot: Spot {
            path: input.path.clone(),
            line,
        },
        of_workers: false,
    }
}

/// Gives an answer the remarks that belong to it.
pub(super) fn attach(answer: &mut Answer, of_settings: &[Remark], target: &Target) {
    if let Some(Found::Connection { warnings, .. }) = &answer.found {
        answer.remarks.clone_from(warnings);
    }
    if answer.outcome != Outcome::Found {
        let belongs = |remark: &&Remark| {
            (answer.kind == EntryKind::Config || !OF_OPTIONS.contains(&remark.rule))
                && (!remark.of_workers || search::reads_workers(answer.kind, target))
        };
        let belonging = of_settings.iter().filter(belongs).cloned();
        answer.remarks.extend(belonging.collect::<Vec<_>>());
    }
}

/// Why, in one sentence.
pub(super) fn because(answer: &Answer, target: &Target) -> String {
    match answer.outcome {
        Outcome::Found => found(answer),
        Outcome::Unknown => unknown(answer),
        Outcome::Error | Outcome::Missing | Outcome::Skipped => missing(answer, target),
    }
}

fn found(answer: &Answer) -> String {
    let place = answer.steps.last().map(place).unwrap_or_default();
    match answer.remarks.first() {
        Some(remark) => format!("{place}, but {} [{}]", remark.message, remark.rule),
        None => place,
    }
}

fn place(step: &Step) -> String {
    let name = step.hit.and_then(|hit| step.told(hit)).unwrap_or("it");
    match &step.spot {
        Some(spot) => format!("{name} is in {}:{}", display_path(&spot.path), spot.line),
        None => format!("{name} is set"),
    }
}

fn unknown(answer: &Answer) -> String {
    let step = answer
        .steps
        .iter()
        .find(|step| step.outcome == Outcome::Unknown);
    let Some(step) = step else {
        return "that cannot be told from here".to_owned();
    };
    let reason = step
        .reason
        .as_deref()
        .unwrap_or("that cannot be told from here");
    let name = class_name(&step.backend);
    match step.told(0) {
        Some(lookup) => format!("{name} asks for {lookup}: {reason}"),
        None => format!("{name}: {reason}"),
    }
}

/// The most telling cause: an exception, a backend that is not asked, a name that is nearly right,
/// settings that are not what was meant.
fn missing(answer: &Answer, target: &Target) -> String {
    let step = |outcome| answer.steps.iter().find(|step| step.outcome == outcome);
    if let Some(step) = step(Outcome::Error) {
        return raised(answer, step, target);
    }
    if let Some(step) = step(Outcome::Skipped) {
        let reason = step.reason.as_deref().unwrap_or("it is not asked");
        let name = class_name(&step.backend);
        return format!("{name} is not asked: {reason}");
    }
    let held = answer.steps.iter().find_map(|step| {
        step.hit?;
        Some((step, step.reason.as_deref()?))
    });
    if let Some((step, reason)) = held {
        return format!("{}: {reason}", place(step));
    }
    let mut near = answer.near.iter();
    if let Some(near) = near.next() {
        let severe = answer
            .remarks
            .first()
            .filter(|remark| remark.severity == Severity::Error);
        if let Some(remark) = severe.filter(|_| !near.is_likely()) {
            return said(remark);
        }
        let is_variable = |name: &str| name.to_uppercase().starts_with("AIRFLOW_");
        let lookups = answer.steps.iter().filter_map(|step| step.told(0));
        let lookups = lookups.filter(|name| is_variable(name) == is_variable(&near.name));
        let mut asked = lookups.map(|asked| format!("{asked} is asked for, "));
        let asked = asked.next();
        let asked = asked.unwrap_or_default();
        let (name, place, why) = (&near.name, spot(&near.spot), &near.why);
        return format!("{asked}{name} is there ({place}): {why}");
    }
    if let Some(remark) = answer.remarks.first() {
        return said(remark);
    }
    let names: Vec<&str> = answer
        .steps
        .iter()
        .filter_map(|step| step.told(0))
        .collect();
    match names.as_slice() {
        [] => "no backend is asked for it".to_owned(),
        [name] => format!("{name} is not there"),
        [first @ .., last] => format!("neither {} nor {last} is there", first.join(", ")),
    }
}

/// An exception: the rule that explains it, or what it is about; and what becomes of it.
fn raised(answer: &Answer, step: &Step, target: &Target) -> String {
    let explains = |remark: &&Remark| match step.rule {
        Some(rule) => remark.rule == rule,
        // What keeps Airflow from starting is the worst there is.
        None => answer.outcome == Outcome::Error && remark.severity == Severity::Error,
    };
    let remark = answer.remarks.iter().find(explains);
    if let Some(remark) = remark.filter(|_| step.spot.is_none()) {
        return said(remark);
    }
    let reason = step.reason.as_deref().unwrap_or("the lookup fails");
    let rule = step
        .rule
        .map_or_else(String::new, |rule| format!(" [{rule}]"));
    let place = step.spot.as_ref();
    let place = place.map_or_else(String::new, |at| format!(" ({})", spot(at)));
    let exception = step.airflow.filter(|name| !reason.contains(name));
    let exception = exception.map_or_else(String::new, |name| format!(": {name}"));
    let then = match (answer.outcome, search::raised(answer.kind, target)) {
        (Outcome::Error, _) | (_, Raised::Propagates) => "",
        (_, Raised::Error) => "; it is logged, and the next backend is asked",
        (_, Raised::Debug) => "; it is only logged at DEBUG",
    };
    format!("{reason}{exception}{rule}{place}{then}")
}

/// `message [AV201 airflow.cfg:3]`
fn said(remark: &Remark) -> String {
    format!(
        "{} [{} {}]",
        remark.message,
        remark.rule,
        spot(&remark.spot)
    )
}

/// `airflow.cfg:3`
pub(super) fn spot(spot: &Spot) -> String {
    format!("{}:{}", display_path(&spot.path), spot.line)
}

/// The last part of a class path.
pub(crate) fn class_name(path: &str) -> &str {
    path.rsplit('.').next().unwrap_or(path)
}

/// What is asked last, and is left out of the verdict.
pub(crate) const fn last(last: Last) -> &'static str {
    match last {
        Last::Metastore => "the metadata database is asked last; airvane cannot see it",
        Last::ExecutionApi => {
            "the Execution API is asked last: the server's own search, down to the metadata database"
        }
        Last::Supervisor => {
            "the supervisor asks the Execution API last: the server's own search, down to the metadata database"
        }
    }
}
