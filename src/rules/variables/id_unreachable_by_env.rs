//! AV503: environment variables that no id of a connection or variable leads to.

use crate::inputs::Tree;
use crate::inputs::env::is_public_name;
use crate::report::{Findings, Severity};
use crate::rules::{Check, FileContext};
use crate::source::{Place, Span};
use crate::syntax::dotenv::{Delivery, EnvVariable};

crate::rule! {
    /// # id-unreachable-by-env
    ///
    /// ## What it does
    ///
    /// Finds `AIRFLOW_CONN_…` and `AIRFLOW_VAR_…` variables whose name, as the reader of the file sets it, is
    /// asked for by no id: nothing stands behind the prefix, or a letter in lower case stands in a name that also holds
    /// other characters (plain names in lower case are `env-name-ineffective`, names that the reader cannot set are
    /// `env-syntax`).
    ///
    /// ## Why is this bad?
    ///
    /// Airflow puts the id in upper case behind the prefix and asks the environment for exactly that name. One with
    /// a letter that has an upper case is never asked for, in whatever script; `AIRFLOW_CONN_` alone is the
    /// connection with the empty id, which nobody means.
    ///
    /// ## Example
    ///
    /// ```dotenv
    /// AIRFLOW_CONN_=postgres://etl:example-pw@db.example.com/orders
    /// ```
    ///
    /// airvane says:
    ///
    /// ```text
    /// .env:1:1: warning[AV503] id-unreachable-by-env: `AIRFLOW_CONN_` names no connection: the id behind it is empty
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```dotenv
    /// AIRFLOW_CONN_ORDERS=postgres://etl:example-pw@db.example.com/orders
    /// ```
    ///
    /// ## Versions
    ///
    /// All releases.
    ///
    /// ## References
    ///
    /// - <https://airflow.apache.org/docs/apache-airflow/stable/howto/connection.html#storing-connections-in-environment-variables>
    /// - <https://airflow.apache.org/docs/apache-airflow/stable/howto/variable.html#storing-variables-in-environment-variables>
    "AV503", "id-unreachable-by-env", Error, since "0.1.0",
    checks &[Check::File(check)],
}

fn check(cx: &FileContext<'_>, findings: &mut Findings) {
    let Tree::Env(tree) = &cx.input.tree else {
        return;
    };
    let set = |variable: &&EnvVariable| {
        matches!(variable.delivery, Delivery::Kept | Delivery::Perhaps) && variable.value.is_some()
    };
    for variable in tree.variables.iter().filter(set) {
        let name = variable.name.as_str();
        let (id, what) = if let Some(id) = name.strip_prefix("AIRFLOW_CONN_") {
            (id, "connection")
        } else if let Some(id) = name.strip_prefix("AIRFLOW_VAR_") {
            (id, "variable")
        } else {
            continue;
        };
        let span = variable.name_span;
        if id.is_empty() {
            let place = Place::new(cx.input.id, span);
            let message = format!("`{name}` names no {what}: the id behind it is empty");
            findings
                .report(&RULE, place, name, message)
                .severity(Severity::Warning)
                .help(format!(
                    "write the id of the {what} behind it, in upper case"
                ));
            continue;
        }
        // `os.environ.get(CONN_ENV_PREFIX + conn_id.upper())`; `env-name-ineffective` has the plain names.
        let Some(at) = first_changed(id).filter(|_| !is_public_name(name)) else {
            continue;
        };
        let whole = span.len() == name.len();
        let start = span.end.saturating_sub(id.len() - at);
        let length = id[at..].chars().next().map_or(0, char::len_utf8);
        let letter = if whole {
            Span::new(start, start + length)
        } else {
            span
        };
        let (message, help) = if id.contains("://") {
            (
                format!(
                    "a part of the value belongs to the name, and no id of a {what} leads to it"
                ),
                "write `=` between the name and the value",
            )
        } else {
            (
                format!(
                    "no id of a {what} leads to this name: Airflow asks for it in upper case, and this letter has one"
                ),
                "write the id in upper case, with letters, digits and underscores only",
            )
        };
        let place = Place::new(cx.input.id, letter);
        findings.report(&RULE, place, "?", message).help(help);
    }
}

/// Where the first character stands that is another one in upper case.
fn first_changed(id: &str) -> Option<usize> {
    let changed = |c: char| {
        if c.is_ascii() {
            return c.is_ascii_lowercase();
        }
        c.to_uppercase().ne(std::iter::once(c))
    };
    id.char_indices()
        .find(|&(_, c)| changed(c))
        .map(|(at, _)| at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_letters_with_an_upper_case_are_found() {
        for (id, expected) in [
            ("MY_DB", None),
            ("MY-DB.1/2", None),
            ("ÄRGER", None),
            ("数据", None),
            ("A+b", Some(2)),
            ("STRAßE", Some(4)),
            ("\u{1c5}", Some(0)),
        ] {
            assert_eq!(first_changed(id), expected, "{id}");
        }
    }
}
