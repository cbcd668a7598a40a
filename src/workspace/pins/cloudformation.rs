//! `CloudFormation`: `AirflowVersion` of MWAA, in YAML and in JSON.

use super::{Demand, How, Pin, What, agreed, three_numbers};
use crate::syntax::yaml::{self, Value};

/// One release a file; only literal texts.
pub(super) fn read(text: &str) -> Vec<Pin> {
    const KEY: &str = "AirflowVersion";
    if !text.contains(KEY) {
        return Vec::new();
    }
    let tree = yaml::parse(text, 0);
    let resources = tree.root().and_then(|root| root.get("Resources"));
    let resources = resources.map(Value::members).unwrap_or_default();
    let pins = resources.into_iter().filter_map(|resource| {
        let text = |value: Value<'_>| value.scalar().map(|text| text.expose().to_owned());
        let kind = resource.value.get("Type").and_then(text)?;
        let version = resource.value.get("Properties")?.get(KEY)?;
        if kind != "AWS::MWAA::Environment" || version.tag().is_some() {
            return None;
        }
        let version = version.scalar()?;
        let demand = Demand::Exact(three_numbers(version.expose())?);
        Some(Pin::new(
            What::Airflow,
            demand,
            version.source(),
            How::Managed,
        ))
    });
    agreed(pins.collect())
}
