//! Compose files: the image of Airflow that their services run.

use super::dockerfile::{Scope, fill};
use super::{How, Pin, image, yaml_lines};
use crate::airflow::Version;
use crate::source::Span;

pub(super) fn read(text: &str) -> Vec<Pin> {
    let mut found: Vec<(Option<Version>, Vec<Pin>)> = Vec::new();
    for line in yaml_lines::of(text)
        .iter()
        .filter(|line| line.key == "image")
    {
        // `${AIRFLOW_IMAGE_NAME:-apache/airflow:2.10.4}`: what holds where nobody sets the variable.
        let Some(filled) = fill(line.value, &Scope::new()) else {
            continue;
        };
        let Some(image) = image::read(&filled) else {
            continue;
        };
        let at = |range: std::ops::Range<usize>| {
            let part = line.value.find(&filled[range.clone()]);
            let start = line.range.start + part.unwrap_or(0);
            let length = part.map_or(line.value.len(), |_| range.len());
            Span::new(start, start + length)
        };
        let mut pins = image.pins(Some(How::ComposeImage), at);
        for pin in &mut pins {
            pin.unless = variable(line.value);
        }
        found.push((image.airflow(), pins));
    }
    // Services with different releases are different deployments.
    let mut releases = found.iter().map(|(release, _)| release);
    let first = releases.next();
    if releases.any(|release| Some(release) != first) {
        return Vec::new();
    }
    found
        .into_iter()
        .next()
        .map(|(_, pins)| pins)
        .unwrap_or_default()
}

/// The first variable in a value.
fn variable(value: &str) -> Option<String> {
    let (_, behind) = value.split_once("${")?;
    let end = behind.find(|c: char| !c.is_ascii_alphanumeric() && c != '_')?;
    Some(behind[..end].to_owned())
}
