//! Values of a Helm chart: the image's tag, or the release that the chart is told.

use super::yaml_lines::{self, Line};
use super::{How, Pin, image};
use crate::source::Span;

/// One release a file: the tag of an image of Airflow, else `defaultAirflowTag`, else
/// `airflowVersion`.
pub(super) fn read(text: &str) -> Vec<Pin> {
    // A large file is looked at closely only where it may name an image.
    let has_tag = yaml_lines::with_key(text, "tag").next().is_some();
    let lines = if has_tag {
        yaml_lines::of(text)
    } else {
        Vec::new()
    };
    if let Some((repository, tag)) = image_tag(&lines) {
        let joined = format!("{repository}:{}", tag.value);
        let behind = repository.len() + 1;
        let Some(image) = image::read(&joined) else {
            return Vec::new();
        };
        return image.pins(Some(How::Helm), |range| {
            let start = range.start.checked_sub(behind);
            start.map_or(Span::new(tag.range.start, tag.range.end), |start| {
                Span::new(
                    tag.range.start + start,
                    tag.range.start + start + range.len(),
                )
            })
        });
    }
    for key in ["defaultAirflowTag", "airflowVersion"] {
        let mut named = yaml_lines::with_key(text, key).filter(|line| !line.value.is_empty());
        let (Some(line), None) = (named.next(), named.next()) else {
            continue;
        };
        let found = image::read(&format!("apache/airflow:{}", line.value));
        if let Some(image) = found {
            let behind = "apache/airflow:".len();
            let key_end = line.range.start;
            return image.pins(Some(How::Helm), |range| {
                match range.start.checked_sub(behind) {
                    Some(start) => Span::new(key_end + start, key_end + start + range.len()),
                    None => Span::new(line.range.start, line.range.end),
                }
            });
        }
    }
    Vec::new()
}

/// `repository:` and `tag:` beside each other, where the repository is one of Airflow's; `tag:` below
/// `images: airflow:` without a repository is one of the chart's own image.
fn image_tag<'a, 'b>(lines: &'b [Line<'a>]) -> Option<(&'a str, &'b Line<'a>)> {
    let mut found: Vec<(&'a str, &'b Line<'a>)> = Vec::new();
    for (index, line) in lines.iter().enumerate() {
        if line.key != "tag" || line.value.is_empty() || matches!(line.value, "~" | "null") {
            continue;
        }
        let block = block(lines, index);
        let repository = block.iter().find(|other| other.key == "repository");
        let repository = repository
            .map(|other| other.value)
            .filter(|value| !value.is_empty());
        match repository {
            Some(repository) => found.push((repository, line)),
            None if is_below(lines, index, &["airflow", "images"]) => {
                found.push(("apache/airflow", line));
            }
            None => {}
        }
    }
    found.retain(|(repository, line)| {
        image::read(&format!("{repository}:{}", line.value)).is_some()
    });
    match found.as_slice() {
        [one] => Some(*one),
        _ => None,
    }
}

/// The lines beside the one at `index`, below one key.
fn block<'a, 'b>(lines: &'b [Line<'a>], index: usize) -> Vec<&'b Line<'a>> {
    let indent = lines[index].indent;
    let inside = |line: &&'b Line<'a>| line.indent >= indent;
    let above = lines[..index].iter().rev().take_while(inside);
    let below = lines[index..].iter().take_while(inside);
    above
        .chain(below)
        .filter(|line| line.indent == indent)
        .collect()
}

/// The keys above the line at `index` are these, nearest first.
fn is_below(lines: &[Line<'_>], index: usize, keys: &[&str]) -> bool {
    let mut indent = lines[index].indent;
    let mut keys = keys.iter();
    for line in lines[..index].iter().rev() {
        if line.indent < indent {
            indent = line.indent;
            if keys.next() != Some(&line.key) {
                return false;
            }
        }
    }
    keys.next().is_none()
}
