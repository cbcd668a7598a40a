//! What Terraform and `OpenTofu` write as JSON: states and plans of `terraform show -json`, and raw states.
//!
//! Such a file may be huge and is mostly about other things: it passes as a stream, and only the resources that
//! say something to Airflow are looked at closely. HCL is not read here.

mod gather;
mod walk;

use super::carrier::{Around, Broken, Carrier};
use crate::source::Span;
use crate::syntax::json::ErrorKind;
use crate::syntax::json::scan::Scanner;
use crate::syntax::json::stream::{Problem, ProblemKind};
use gather::Gathered;

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
    let mut gathered = Gathered::new();
    let problem = walk::walk(text.as_bytes(), &mut gathered).err();
    let (parts, mask) = gathered.finish();
    Carrier {
        parts,
        mask,
        around: Around {
            broken: problem.map(broken),
            ..Around::default()
        },
        templated: false,
    }
}

fn broken(problem: Problem) -> Broken {
    let (start, end) = problem.spot;
    let message = match problem.kind {
        ProblemKind::Json(kind) => kind.python_message(),
        ProblemKind::NotUtf8 => "not UTF-8",
        ProblemKind::TooLarge => "one resource is larger than any is",
        ProblemKind::Io(_) => "the rest cannot be read",
    };
    Broken {
        language: "JSON",
        span: Span::new(start.offset, end.offset),
        message: message.to_owned(),
        is_limit: matches!(
            problem.kind,
            ProblemKind::TooLarge | ProblemKind::Json(ErrorKind::TooDeep)
        ),
    }
}

#[cfg(test)]
mod tests;
