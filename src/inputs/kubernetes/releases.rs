//! Values of Airflow's charts in the objects of those who install them: `Application` of Argo CD, `HelmRelease` of Flux.
//!
//! What files and objects elsewhere add to the values is not known, as it is not of a file of values.

use super::environment::{Variables, known};
use super::found::{Found, Layer};
use super::{has_line, is_collection, string};
use crate::inputs::helm;
use crate::source::Text;
use crate::syntax::yaml::{self, Value};

/// Kinds of such objects.
const KINDS: [&str; 3] = ["Application", "ApplicationSet", "HelmRelease"];

/// True for a text with such an object, of a chart that has Airflow in its name.
pub(super) fn is_one(head: &str) -> bool {
    if !KINDS.iter().any(|kind| has_line(head, "kind", kind)) {
        return false;
    }
    let of = |key| {
        head.lines()
            .filter_map(move |line| super::value_of(line, key))
    };
    let mut charts = of("chart").chain(of("path"));
    let is_named = charts.any(is_airflow);
    is_named || head.contains("chartRef:") && head.contains("name: airflow")
}

/// Reads the values of an object, if it is one of those.
pub(super) fn read(object: Value<'_>, layer: Layer<'_>, found: &mut Found<'_>) {
    let kind = string(object, "kind").unwrap_or_default();
    let Some(spec) = object.get("spec").filter(|_| KINDS.contains(&kind)) else {
        return;
    };
    if kind == "HelmRelease" {
        let chart = spec.get("chart").and_then(|chart| chart.get("spec"));
        let name = chart.and_then(|chart| string(chart, "chart"));
        let reference = spec.get("chartRef").and_then(|chart| string(chart, "name"));
        let is_ours = name.or(reference).is_some_and(is_airflow);
        if let Some(values) = spec.get("values").filter(|_| is_ours) {
            helm::values(values, layer, found);
        }
        return;
    }
    let template = spec
        .get("template")
        .and_then(|template| template.get("spec"));
    let spec = template
        .filter(|_| kind == "ApplicationSet")
        .unwrap_or(spec);
    let several = spec.get("sources").into_iter().flat_map(Value::items);
    for source in spec.get("source").into_iter().chain(several) {
        let chart = string(source, "chart").or_else(|| string(source, "path"));
        let is_ours = chart.is_some_and(is_airflow);
        if let Some(given) = source.get("helm").filter(|_| is_ours)
            && found.spend(1)
        {
            application(given, layer, found);
        }
    }
}

fn is_airflow(chart: &str) -> bool {
    chart.contains("airflow")
}

/// `helm:` of a source: `valuesObject` counts in place of `values`, and `parameters` (`--set`) on top of them.
fn application(helm: Value<'_>, layer: Layer<'_>, found: &mut Found<'_>) {
    let object = helm
        .get("valuesObject")
        .filter(|values| is_collection(*values));
    if let Some(values) = object {
        helm::values(values, layer, found);
    } else if let Some(text) = helm.get("values").and_then(|values| layer.scalar(values)) {
        let inner = yaml::parse(text.expose(), 0);
        match (inner.error(), inner.root()) {
            (None, Some(root)) => helm::values(root, Layer::inside(&text), found),
            // A template of Argo CD's is filled in first.
            (Some(error), _) if !text.expose().contains("{{") => {
                let at = error.at.min(text.len());
                found.broken(text.span(at..at), error.what);
            }
            _ => {}
        }
    }
    let mut variables = Variables::default();
    for parameter in helm.get("parameters").into_iter().flat_map(Value::items) {
        if !found.spend(1 + parameter.pairs().count()) {
            return;
        }
        let name = parameter.get("name").and_then(|name| layer.scalar(name));
        let option = name.as_ref().and_then(option);
        if let (Some(option), Some(name)) = (option, name) {
            for pair in parameter.pairs() {
                found.show(layer, pair);
            }
            found.block(layer.span(parameter.span()));
            let value = parameter.get("value").and_then(|value| layer.scalar(value));
            let value = value.filter(|value| is_taken_whole(value.expose()));
            let value = value.and_then(|value| known(&option, value));
            variables.set(Text::elsewhere(&option, name.source()), value);
        }
    }
    found.environment(variables.into_environment());
}

/// The variable that says the same as `config.SECTION.OPTION`: both win over what the values say.
fn option(name: &Text) -> Option<String> {
    let rest = name.expose().strip_prefix("config.")?;
    let (section, option) = rest.split_once('.')?;
    let is_plain = |c: char| c.is_ascii_alphanumeric() || c == '_';
    (section.chars().chain(option.chars()).all(is_plain) && !option.is_empty()).then(|| {
        format!(
            "AIRFLOW__{}__{}",
            section.to_uppercase(),
            option.to_uppercase()
        )
    })
}

/// `--set` has nothing to cut or to unescape in it.
fn is_taken_whole(value: &str) -> bool {
    !value.contains([',', '\\', '{', '}', '[', ']'])
}
