//! `.python-version` and `runtime.txt`: one Python release a file.

use super::{Demand, How, Pin, What};
use crate::source::Span;

/// `.python-version`: the first line that is no comment, as pyenv and uv read it.
pub(super) fn version_file(text: &str) -> Vec<Pin> {
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let offset = start;
        start += line.len();
        let word = line.trim();
        if word.is_empty() || word.starts_with('#') {
            continue;
        }
        let at = offset + (line.len() - line.trim_start().len());
        let plain = word.strip_prefix("cpython-").unwrap_or(word);
        return pin(plain, at + (word.len() - plain.len()))
            .into_iter()
            .collect();
    }
    Vec::new()
}

/// `runtime.txt`: `python-3.11.4`.
pub(super) fn runtime(text: &str) -> Vec<Pin> {
    let word = text.trim();
    let start = text.len() - text.trim_start().len();
    let Some(plain) = word.strip_prefix("python-") else {
        return Vec::new();
    };
    pin(plain, start + "python-".len()).into_iter().collect()
}

fn pin(text: &str, at: usize) -> Option<Pin> {
    let numbers = text.chars().all(|c| c.is_ascii_digit() || c == '.');
    let version = numbers.then(|| super::release(text)).flatten()?;
    let known = version.major == 3 && text.contains('.');
    let span = Span::new(at, at + text.len());
    known.then(|| {
        Pin::new(
            What::Python,
            Demand::Exact(version),
            span,
            How::PythonVersion,
        )
    })
}
