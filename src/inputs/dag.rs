//! DAGs: which connections and variables their Python asks Airflow for.
//!
//! What stands there as a string is a reference; what is put together at run time is counted and never
//! guessed. Whether anything defines the id is not asked here.

mod names;
mod template;
mod visit;

use super::EntryKind;
use crate::aws::names::is_store_name;
use crate::source::{Mask, Span};
use crate::syntax::python::{self, Refusal};

/// What a DAG file asks for.
#[derive(Debug, Default)]
pub struct Dag {
    /// The references, by place.
    pub references: Vec<Reference>,
    /// Variables that the code itself sets.
    pub sets: Vec<String>,
    /// The comments of a file with references.
    pub comments: Vec<Span>,
    /// Connections whose id is put together at run time.
    pub dynamic_connections: usize,
    /// Variables whose key is put together at run time.
    pub dynamic_variables: usize,
}

/// One place where an id stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    /// Connection or variable.
    pub kind: EntryKind,
    /// The id.
    pub id: String,
    /// From its first character to its last.
    pub span: Span,
    /// Its characters: between two literals something else may stand.
    pieces: Vec<Span>,
    /// What becomes of the code where nothing defines it.
    pub demand: Demand,
    /// The code around it that says what it is; may be shown.
    around: Vec<Span>,
}

/// What becomes of code that asks for what nothing defines.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Demand {
    /// It fails.
    Must,
    /// It goes on: there is a default, or it is ready for the exception; or it is not sure that
    /// Airflow is asked.
    May,
}

/// What a DAG file gives an [`super::Input`].
#[derive(Debug)]
pub struct DagParts {
    /// What it asks for.
    pub dag: Dag,
    /// What may be shown; sealed.
    pub mask: Mask,
}

/// Reads Python source.
pub fn read(text: &str) -> Result<DagParts, Refusal> {
    let mut mask = Mask::new();
    if !may_ask(text) {
        let dag = Dag::default();
        mask.seal();
        return Ok(DagParts { dag, mask });
    }
    let mut dag = python::with_module(text, |module, tokens| {
        let mut dag = visit::read(text, module);
        if !dag.references.is_empty() {
            dag.comments = python::comments(tokens);
        }
        dag
    })?;
    // One literal may be met twice: as an argument and as the value of a constant.
    dag.references
        .sort_by_key(|one| (one.span, one.kind, one.demand));
    dag.references
        .dedup_by(|a, b| (a.span, a.kind, &a.id) == (b.span, b.kind, &b.id));
    for reference in &dag.references {
        if is_store_name(&reference.id) {
            mask.show_all(reference.pieces.iter().copied());
            let around = reference.around.iter().copied();
            mask.show_all(around.filter(|span| is_plain(text, *span)));
        }
    }
    mask.seal();
    Ok(DagParts { dag, mask })
}

/// False for a file that holds none of the words by which anything is asked for: it need not be parsed.
fn may_ask(text: &str) -> bool {
    // `conn_id`, `Connection`, `get_connection`, `{{ conn.x }}`; `{{ var.value.x }}`
    ["onn", "Variable", "var."]
        .iter()
        .any(|word| memchr::memmem::find(text.as_bytes(), word.as_bytes()).is_some())
}

/// Names, dots, quotes and brackets of one line: the way to an id, and nothing else.
fn is_plain(text: &str, span: Span) -> bool {
    const LONGEST: usize = 120;
    let code = text.get(span.start..span.end).unwrap_or_default();
    span.len() <= LONGEST
        && code
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"_.=('\"[{:} -/".contains(&byte))
}

#[cfg(test)]
mod tests;
