//! AV018: values of a Helm chart that its templates cannot make a setting of.

use super::cfg_words::{option_words, subject};
use crate::inputs::Tree;
use crate::inputs::carrier::{Fault, FaultKind};
use crate::inputs::env::is_public_name;
use crate::report::Findings;
use crate::rule;
use crate::rules::{Check, FileContext};
use crate::source::Place;

rule! {
    /// # helm-config-shape
    ///
    /// ## What it does
    ///
    /// Looks at values of the charts that install Airflow where a template makes a setting of them. Reports
    ///
    /// - a mapping or a list as an option below `config:` or as the value of a variable: the templates print it as Go
    ///   does (`map[region_name:eu-west-1]`), not as JSON;
    /// - an option of `config:` with several lines: the template of airflow.cfg indents the first one only;
    /// - `{{ ti… }}` and the like in an option of `config:`: the official chart runs every option through Helm's own
    ///   template engine, which does not know what Airflow would fill in;
    /// - `extraEnv`, `extraEnvFrom` and the `data` of extra secrets given to the official chart as YAML: its templates take a
    ///   text;
    /// - `connections:` and `variables:` of the community's chart that lack an `id`, `type`, `key` or `value`, whose `port` is
    ///   no number, or a field of which is a mapping or a list.
    ///
    /// ## Why is this bad?
    ///
    /// The text that Go prints is no JSON, so Airflow runs without the keyword arguments and only logs a warning. Lines
    /// without indentation end the file in the `ConfigMap`: the rendered YAML is broken, or the value is cut off. In the
    /// other cases `helm install` fails.
    ///
    /// ## Example
    ///
    /// ```yaml values.yaml
    /// config:
    ///   secrets:
    ///     backend: airflow.providers.amazon.aws.secrets.systems_manager.SystemsManagerParameterStoreBackend
    ///     backend_kwargs:
    ///       connections_prefix: /airflow/connections
    ///       region_name: eu-west-1
    /// ```
    ///
    /// airvane says:
    ///
    /// ```text
    /// values.yaml:4:5: error[AV018] helm-config-shape: `backend_kwargs` is a mapping: the chart's template prints it as Go does (`map[…]`), not as JSON
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml values.yaml
    /// config:
    ///   secrets:
    ///     backend: airflow.providers.amazon.aws.secrets.systems_manager.SystemsManagerParameterStoreBackend
    ///     backend_kwargs: '{"connections_prefix": "/airflow/connections", "region_name": "eu-west-1"}'
    /// ```
    ///
    /// ## Versions
    ///
    /// All releases.
    ///
    /// ## References
    ///
    /// - `chart/templates/configmaps/configmap.yaml` and `chart/templates/_helpers.yaml` in Airflow's sources
    /// - <https://airflow.apache.org/docs/helm-chart/stable/adding-connections-and-variables.html>
    "AV018", "helm-config-shape", Error, since "0.1.0",
    checks &[Check::File(check)],
}

fn check(cx: &FileContext<'_>, findings: &mut Findings) {
    let Tree::Carrier(around) = &cx.input.tree else {
        return;
    };
    for fault in &around.faults {
        let Some((message, help)) = words(fault) else {
            continue;
        };
        let place = Place::new(cx.input.id, fault.span);
        let subject = match fault.name.split_once('.') {
            Some((section, option)) => subject(section, option),
            None if is_public_name(&fault.name) => fault.name.clone(),
            None => "?".to_owned(),
        };
        findings.report(&RULE, place, &subject, message).help(help);
    }
}

/// Keys of the chart's entries, which may be told.
const OF_RECORDS: [&str; 11] = [
    "id",
    "key",
    "type",
    "description",
    "host",
    "login",
    "password",
    "schema",
    "port",
    "extra",
    "value",
];

/// What is wrong, and what to do.
fn words(fault: &Fault) -> Option<(String, &'static str)> {
    let name = match fault.name.split_once('.') {
        Some((section, option)) => option_words(section, option),
        None if is_public_name(&fault.name) || OF_RECORDS.contains(&fault.name.as_str()) => {
            format!("`{}`", fault.name)
        }
        None => "the variable".to_owned(),
    };
    Some(match fault.kind {
        FaultKind::HelmCollection(what) => {
            let printed = if what == "a list" {
                "[…]"
            } else {
                "map[…]"
            };
            (
                format!(
                    "{name} is {what}: the chart's template prints it as Go does (`{printed}`), not as JSON"
                ),
                "write it as one line of JSON between single quotes",
            )
        }
        FaultKind::HelmRequired => (
            format!("{name} is missing or empty: the chart demands it, and rendering fails"),
            "give it a value, or take the entry out",
        ),
        FaultKind::HelmNotNumber => (
            format!(
                "{name} is no number: the chart's template takes nothing else, and rendering fails"
            ),
            "write the number without quotes",
        ),
        FaultKind::HelmLine => (
            format!(
                "{name} has several lines, of which the chart's template indents the first one only: here airflow.cfg ends in the rendered YAML"
            ),
            "write the value on one line, or fold it with `>-`",
        ),
        FaultKind::HelmTemplate => (
            format!(
                "in {name} stands what Airflow would fill in, but the chart runs the value through Helm's templates first, and rendering fails"
            ),
            "write the opening braces as `{{ \"{{\" }}` and the closing ones as `{{ \"}}\" }}`",
        ),
        FaultKind::HelmNotText(what) => {
            // The key is one of the chart's own.
            (
                format!(
                    "`{}` is {what}: the chart's template takes a text, and rendering fails",
                    fault.name
                ),
                "put `|` behind the key: what follows is a text then",
            )
        }
        _ => return None,
    })
}
