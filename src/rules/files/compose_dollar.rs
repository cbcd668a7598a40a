//! AV016: a `$` that compose does not leave alone.

use super::yaml_value_not_string::{program, subject};
use crate::inputs::Tree;
use crate::inputs::carrier::FaultKind;
use crate::report::{Findings, Severity};
use crate::rule;
use crate::rules::{Check, FileContext};
use crate::source::Place;

rule! {
    /// # compose-dollar
    ///
    /// ## What it does
    ///
    /// Finds a `$` in a value of a compose file that begins a reference where none was meant: `$` and a name with
    /// a lower-case letter that neither the `.env` beside the file nor `--define` defines (`pa$word`), and such a
    /// name in the middle of a word of a connection or of JSON. References in braces (`${NAME}`) and names in
    /// capitals that stand by themselves (`$POSTGRES_PASSWORD`) are taken as meant.
    ///
    /// A `$` that compose cannot read at all (`${` without an end) is an error: then it refuses the file. So is
    /// `${NAME:?…}` where `.env` sets `NAME` to nothing.
    ///
    /// ## Why is this bad?
    ///
    /// compose replaces `$NAME` before Airflow starts, and puts nothing in the place of a name that is not set: a
    /// password loses its end, and the login fails. compose only warns. `$$` stands for one `$`.
    ///
    /// ## Example
    ///
    /// ```yaml docker-compose.yaml
    /// services:
    ///   scheduler:
    ///     image: apache/airflow:3.1.0
    ///     environment:
    ///       AIRFLOW_CONN_ORDERS: postgres://etl:pa$word@db.example.com:5432/orders
    /// ```
    ///
    /// airvane says:
    ///
    /// ```text
    /// docker-compose.yaml:5:45: warning[AV016] compose-dollar: compose takes this for a reference to a variable that nothing defines, and puts nothing in its place
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml docker-compose.yaml
    /// services:
    ///   scheduler:
    ///     image: apache/airflow:3.1.0
    ///     environment:
    ///       AIRFLOW_CONN_ORDERS: postgres://etl:pa$$word@db.example.com:5432/orders
    /// ```
    ///
    /// ## Versions
    ///
    /// All releases.
    ///
    /// ## References
    ///
    /// - <https://docs.docker.com/reference/compose-file/interpolation/>
    "AV016", "compose-dollar", Warning, since "0.1.0",
    checks &[Check::File(check)],
}

fn check(cx: &FileContext<'_>, findings: &mut Findings) {
    let Tree::Carrier(around) = &cx.input.tree else {
        return;
    };
    let program = program(cx.input.kind);
    for fault in &around.faults {
        let (message, help, severity) = match fault.kind {
            FaultKind::Eaten => (
                format!(
                    "{program} takes this for a reference to a variable that nothing defines, and puts nothing in its place"
                ),
                "write `$$` for a `$` that is to stay, or `${…}` if the reference is meant",
                RULE.severity,
            ),
            FaultKind::Reference => (
                format!(
                    "{program} cannot read the reference that begins here, and refuses the file"
                ),
                "write `$$` for a `$` that is to stay, or close the braces",
                Severity::Error,
            ),
            FaultKind::Demanded => (
                format!(
                    "{program} refuses the file: this reference demands a value, and the variable has none"
                ),
                "give the variable a value, or write a default",
                Severity::Error,
            ),
            _ => continue,
        };
        let severity = if cx.input.templated {
            Severity::Info
        } else {
            severity
        };
        let place = Place::new(cx.input.id, fault.span);
        findings
            .report(&RULE, place, subject(fault), message)
            .help(help)
            .severity(severity);
    }
}
