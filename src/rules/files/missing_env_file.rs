//! AV019: an env file that a compose file demands and that is not there.

use crate::inputs::Tree;
use crate::inputs::carrier::FaultKind;
use crate::report::{Findings, Severity};
use crate::rule;
use crate::rules::{Check, FileContext};
use crate::source::Place;

rule! {
    /// # missing-env-file
    ///
    /// ## What it does
    ///
    /// Looks for the files that `env_file:` gives to services of Airflow in a compose file, and reports one that is not
    /// there.
    ///
    /// It does not report a file with `required: false`, one outside of the repository, one whose name depends on a
    /// reference, one that `.gitignore` names, and one of which the folder holds an example (`.env.example`) or an encrypted
    /// form (`airflow.env.enc`). Of a `.env`, which is seldom committed, it is an info.
    ///
    /// ## Why is this bad?
    ///
    /// compose refuses to start any service: `env file … not found`.
    ///
    /// ## Example
    ///
    /// ```yaml docker-compose.yaml
    /// services:
    ///   scheduler:
    ///     image: apache/airflow:3.1.0
    ///     env_file: conf/airfow.env
    ///     environment:
    ///       AIRFLOW__CORE__LOAD_EXAMPLES: 'false'
    /// ```
    ///
    /// airvane says:
    ///
    /// ```text
    /// docker-compose.yaml:4:15: warning[AV019] missing-env-file: the env file that is named here is not there: compose starts no container
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml docker-compose.yaml
    /// services:
    ///   scheduler:
    ///     image: apache/airflow:3.1.0
    ///     env_file:
    ///       - path: conf/airflow.env
    ///         required: false
    ///     environment:
    ///       AIRFLOW__CORE__LOAD_EXAMPLES: 'false'
    /// ```
    ///
    /// ## Versions
    ///
    /// All releases of Airflow; `required:` since docker compose 2.24.
    ///
    /// ## References
    ///
    /// - <https://docs.docker.com/reference/compose-file/services/#env_file>
    "AV019", "missing-env-file", Warning, since "0.1.0",
    checks &[Check::File(check)],
}

fn check(cx: &FileContext<'_>, findings: &mut Findings) {
    let Tree::Carrier(around) = &cx.input.tree else {
        return;
    };
    for fault in &around.faults {
        let FaultKind::EnvFileMissing { is_usual } = fault.kind else {
            continue;
        };
        let place = Place::new(cx.input.id, fault.span);
        let message = "the env file that is named here is not there: compose starts no container";
        let finding = findings.report(&RULE, place, "env_file", message);
        finding.help(
            "correct the path, or write `required: false` beside the `path:` if the services can do without it",
        );
        if is_usual {
            finding.severity(Severity::Info);
        }
    }
}
