//! Terraform: `airflow_version` of MWAA, `image_version` of Cloud Composer.

use super::{Demand, How, Pin, What};
use crate::source::Span;

/// One release a file; only literal texts on one line.
pub(super) fn read(text: &str) -> Vec<Pin> {
    let mut pins: Vec<Pin> = Vec::new();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        pins.extend(one(line, start));
        start += line.len();
    }
    if pins.windows(2).any(|two| two[0].demand != two[1].demand) {
        // Several environments.
        return Vec::new();
    }
    pins.truncate(1);
    pins
}

fn one(line: &str, offset: usize) -> Option<Pin> {
    let (key, value) = line.split_once('=')?;
    let value = value.trim_start().strip_prefix('"')?;
    let from = line.len() - value.len();
    let value = &value[..value.find('"')?];
    let (prefix, release) = match key.trim() {
        "airflow_version" => (0, value),
        // `composer-2.9.7-airflow-2.9.3`, `composer-3-airflow-2.10.5-build.3`
        "image_version" if value.starts_with("composer-") => {
            let at = value.find("-airflow-")? + "-airflow-".len();
            (at, value[at..].split('-').next()?)
        }
        _ => return None,
    };
    let pin = super::cloudformation::release(release)?;
    let at = offset + from + prefix;
    let span = Span::new(at, at + release.len());
    let name = Span::new(
        offset + (key.len() - key.trim_start().len()),
        offset + key.trim_end().len(),
    );
    Some(Pin::new(What::Airflow, Demand::Exact(pin), span, How::Managed).shown([name]))
}
