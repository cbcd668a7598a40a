//! Services of one file that are told different things (AV803).

use crate::inputs::Tree;
use crate::inputs::carrier::Difference;
use crate::inputs::env::is_public_name;
use crate::report::Findings;
use crate::rules::{FileContext, Rule};
use crate::source::Place;

pub(super) fn check(rule: &'static Rule, cx: &FileContext<'_>, findings: &mut Findings) {
    let Tree::Carrier(around) = &cx.input.tree else {
        return;
    };
    for difference in &around.differences {
        let place = Place::new(cx.input.id, difference.span);
        let is_public = is_public_name(&difference.name);
        let subject = if is_public { &difference.name } else { "?" };
        let finding = findings.report(rule, place, subject, message(difference, is_public));
        match difference.other {
            Some(other) => finding
                .help("give all services the same value, unless they are no parts of one Airflow")
                .related(Place::new(cx.input.id, other), "the other one"),
            None => {
                finding.help("set it for every service of Airflow: each of them looks secrets up")
            }
        };
    }
}

fn message(difference: &Difference, is_public: bool) -> String {
    let name = if is_public {
        format!("`{}`", difference.name)
    } else {
        "a variable of Airflow".to_owned()
    };
    let quoted = |process: &Option<String>| process.as_ref().map(|name| format!("`{name}`"));
    let [one, other] = &difference.processes;
    let (one, other) = (quoted(one), quoted(other));
    if difference.other.is_some() {
        let one = one.unwrap_or_else(|| "this service".to_owned());
        let other = other.unwrap_or_else(|| "another service".to_owned());
        format!("{one} is given another value of {name} than {other}")
    } else {
        let one = one.unwrap_or_else(|| "one service".to_owned());
        let other = other.unwrap_or_else(|| "another service".to_owned());
        format!("{name} is set for {one} and not for {other}")
    }
}
