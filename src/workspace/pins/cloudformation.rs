//! `CloudFormation`: `AirflowVersion` of MWAA.

use super::{Demand, How, Pin, What, yaml_lines};
use crate::airflow::Version;
use crate::source::Span;

/// One release a file; only literal texts on one line.
pub(super) fn read(text: &str) -> Vec<Pin> {
    let lines = yaml_lines::of(text);
    let mut named = lines.iter().filter(|line| line.key == "AirflowVersion");
    let (Some(line), None) = (named.next(), named.next()) else {
        return Vec::new();
    };
    let Some(version) = release(line.value) else {
        return Vec::new();
    };
    let span = Span::new(line.range.start, line.range.end);
    vec![Pin::new(
        What::Airflow,
        Demand::Exact(version),
        span,
        How::Managed,
    )]
}

/// Three numbers and nothing else.
pub(super) fn release(text: &str) -> Option<Version> {
    let numbers = text.split('.').collect::<Vec<_>>();
    let plain = |part: &&str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    (numbers.len() == 3 && numbers.iter().all(plain))
        .then(|| super::release(text))
        .flatten()
}
