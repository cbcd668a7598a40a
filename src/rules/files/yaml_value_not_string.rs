//! AV015: what YAML makes of a value that should be a text.

use crate::inputs::carrier::{Fault, FaultKind};
use crate::inputs::env::is_public_name;
use crate::inputs::{Kind, Tree};
use crate::report::{Findings, Severity};
use crate::rule;
use crate::rules::{Check, FileContext};
use crate::source::Place;

rule! {
    /// # yaml-value-not-string
    ///
    /// ## What it does
    ///
    /// Finds values of environment variables in YAML that YAML does not read as texts: a JSON object without
    /// quotes is a mapping, a list in brackets a list, `2024-01-01` a date. In a list of `NAME=value` it finds
    /// items that are no such text (`- NAME: value`).
    ///
    /// Numbers and truth values are fine in compose files: compose makes texts of them. Where the text is not the
    /// one that is written (`0777` becomes `511`, `1e3` becomes `1000`), this is an info.
    ///
    /// Kubernetes takes texts only, as the `value` of a variable and in `data` and `stringData` of a `ConfigMap` or a
    /// `Secret`: there numbers and truth values are found too. It reads YAML 1.1, in which `yes`, `no`, `on`, `off`, `y` and
    /// `n` are truth values; dates are texts. Nothing at all (`value:`) is taken for a text that is empty.
    ///
    /// Amazon MWAA takes texts only as options: in a template of `CloudFormation` an object or a list among
    /// `AirflowConfigurationOptions` is found, which `json.dumps` or `Fn::ToJsonString` should have made a text.
    ///
    /// ## Why is this bad?
    ///
    /// compose refuses the whole file, so no service starts. Kubernetes refuses the object (`cannot unmarshal number into
    /// Go struct field EnvVar.value of type string`), so nothing of it is deployed.
    ///
    /// ## Example
    ///
    /// ```yaml docker-compose.yaml
    /// services:
    ///   scheduler:
    ///     image: apache/airflow:3.1.0
    ///     environment:
    ///       AIRFLOW__SECRETS__BACKEND: airflow.providers.amazon.aws.secrets.systems_manager.SystemsManagerParameterStoreBackend
    ///       AIRFLOW__SECRETS__BACKEND_KWARGS: {"connections_prefix": "/airflow/connections"}
    /// ```
    ///
    /// airvane says:
    ///
    /// ```text
    /// docker-compose.yaml:6:41: error[AV015] yaml-value-not-string: the value of `AIRFLOW__SECRETS__BACKEND_KWARGS` is a mapping to YAML and no text: compose refuses the file
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml docker-compose.yaml
    /// services:
    ///   scheduler:
    ///     image: apache/airflow:3.1.0
    ///     environment:
    ///       AIRFLOW__SECRETS__BACKEND: airflow.providers.amazon.aws.secrets.systems_manager.SystemsManagerParameterStoreBackend
    ///       AIRFLOW__SECRETS__BACKEND_KWARGS: '{"connections_prefix": "/airflow/connections"}'
    /// ```
    ///
    /// ## Versions
    ///
    /// All releases.
    ///
    /// ## References
    ///
    /// - <https://docs.docker.com/reference/compose-file/services/#environment>
    /// - <https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/#environment-variables>
    /// - <https://yaml.org/spec/1.2.2/#chapter-10-recommended-schemas>
    "AV015", "yaml-value-not-string", Error, since "0.1.0",
    checks &[Check::File(check)],
}

fn check(cx: &FileContext<'_>, findings: &mut Findings) {
    let Tree::Carrier(around) = &cx.input.tree else {
        return;
    };
    let program = program(cx.input.kind);
    for fault in &around.faults {
        if let Some(said) = say(fault, program) {
            let place = Place::new(cx.input.id, fault.span);
            let severity = if cx.input.templated {
                Severity::Info
            } else {
                said.severity
            };
            findings
                .report(&RULE, place, subject(fault), said.message)
                .help(said.help)
                .severity(severity);
        }
    }
}

/// What reads the file, as a sentence names it.
pub(super) fn program(kind: Kind) -> &'static str {
    match kind {
        Kind::Compose => "compose",
        Kind::Helm => "Helm",
        Kind::Kubernetes => "Kubernetes",
        _ => "its reader",
    }
}

/// The name, where it may be told: a digest of anything else would tell it too.
pub(super) fn subject(fault: &Fault) -> &str {
    if is_public_name(&fault.name) {
        &fault.name
    } else {
        "?"
    }
}

struct Said {
    message: String,
    help: &'static str,
    severity: Severity,
}

const QUOTE: &str = "put the whole value between single quotes";

fn say(fault: &Fault, program: &str) -> Option<Said> {
    let name = match subject(fault) {
        "?" => "an environment variable".to_owned(),
        name => format!("`{name}`"),
    };
    let refused = |what: &str| {
        format!("the value of {name} is {what} to YAML and no text: {program} refuses the file")
    };
    let (message, help, severity) = match fault.kind {
        FaultKind::Mapping => (refused("a mapping"), QUOTE, Severity::Error),
        FaultKind::List => (refused("a list"), QUOTE, Severity::Error),
        FaultKind::Date => (refused("a date"), QUOTE, Severity::Error),
        FaultKind::Item => (
            format!(
                "an item of this environment is no text `NAME=value` to YAML: {program} refuses the file"
            ),
            "write `- NAME=value`, between single quotes where the value holds `: ` or ` #`",
            Severity::Error,
        ),
        FaultKind::NotText(what) => (
            format!(
                "the value of {name} is {what} to YAML and no text: Kubernetes refuses the object"
            ),
            QUOTE,
            Severity::Error,
        ),
        FaultKind::OptionNotText(what) => (
            format!(
                "the value of this option, {name} to Airflow, is {what} and no text: Amazon MWAA takes texts only and refuses it"
            ),
            "write its JSON as a text (`Fn::ToJsonString`, `json.dumps`)",
            Severity::Warning,
        ),
        FaultKind::Rewritten => (
            format!(
                "the value of {name} is a number to YAML: {program} hands it over in another spelling than the one that stands here"
            ),
            "put it between quotes, if it is to stay as it is",
            Severity::Info,
        ),
        _ => return None,
    };
    Some(Said {
        message,
        help,
        severity,
    })
}
