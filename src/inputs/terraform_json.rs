//! What Terraform and `OpenTofu` write as JSON: states and plans of `terraform show -json`, and raw states.
//!
//! Such a file may be huge and is mostly about other things: only the resources that say something to Airflow are looked
//! at closely. HCL is not read here.

mod gather;
mod names;
mod second;
mod walk;

use foldhash::quality::RandomState;

use super::carrier::{Around, Broken, Carrier};
use crate::source::Span;
use crate::syntax::json::fault::culprit;
use crate::syntax::json::scan::Scanner;
use crate::syntax::json::{Error, ErrorKind};
use gather::Gathered;
use walk::View;

/// True when the text is JSON and not HCL.
pub fn is_json(text: &str) -> bool {
    text.trim_start_matches('\u{feff}')
        .trim_start()
        .starts_with('{')
}

/// Why a text is a plan or a state, if it is one.
pub fn recognise(head: &str) -> Option<&'static str> {
    let has = |word: &str| head.contains(word);
    if !is_json(head) || !(has("\"format_version\"") || has("\"lineage\"")) {
        return None;
    }
    let keys = keys(head.trim_start_matches('\u{feff}'));
    let has = |key: &str| keys.contains(&key);
    let shown = [
        "terraform_version",
        "values",
        "planned_values",
        "resource_changes",
    ];
    if has("format_version") && shown.into_iter().any(has) {
        return Some("output of `terraform show -json`");
    }
    (has("lineage") && has("serial")).then_some("a Terraform state")
}

/// The keys of the outermost object, as far as the text goes.
fn keys(text: &str) -> Vec<&str> {
    let start = text.len() - text.trim_start().len();
    let mut scanner = Scanner::default();
    // What is cut off or broken is told by whoever reads on.
    let _ = scanner.value(text.as_bytes(), start, 0);
    let whole = scanner.slots.iter().map(|slot| slot.key.clone());
    let keys = whole.chain(scanner.pending.clone());
    keys.filter_map(|range| text.get(range)).collect()
}

/// Reads a plan or a state.
pub fn read(text: &str) -> Carrier {
    read_by_two(text, second::WORTH_A_THREAD)
}

/// As [`read`]; of lists that are followed by at least `worth` bytes a second thread reads a half.
fn read_by_two(text: &str, worth: usize) -> Carrier {
    let view = View {
        text,
        hasher: &RandomState::default(),
    };
    let mut gathered = Gathered::new(view);
    let walked = walk::walk(view, worth, |resource, is_plan| {
        gathered.take(resource, is_plan);
    });
    let (parts, mask) = gathered.finish();
    Carrier {
        parts,
        mask,
        around: Around {
            broken: walked.err().map(|error| broken(text, error)),
            ..Around::default()
        },
        templated: false,
    }
}

fn broken(text: &str, error: Error) -> Broken {
    let culprit = culprit(text.as_bytes(), error);
    Broken {
        language: "JSON",
        span: Span::new(culprit.start, culprit.end),
        message: error.kind.python_message().to_owned(),
        is_limit: error.kind == ErrorKind::TooDeep,
    }
}

#[cfg(test)]
mod tests;
