//! Values of a Helm chart: the image's tag, or the release that the chart is told.

use std::ops::Range;

use super::yaml_lines::{self, Line};
use super::{How, Pin, image};
use crate::source::Span;
use crate::syntax::yaml::{self, Value};

/// A tag, and where it stands.
type Tag = (String, Range<usize>);

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
    if let Some((repository, (tag, place))) = image_tag(text, &lines) {
        let joined = format!("{repository}:{tag}");
        let behind = repository.len() + 1;
        let Some(image) = image::read(&joined) else {
            return Vec::new();
        };
        return image.pins(Some(How::Helm), |range| {
            let start = range.start.checked_sub(behind);
            start.map_or(Span::new(place.start, place.end), |start| {
                Span::new(place.start + start, place.start + start + range.len())
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
fn image_tag(text: &str, lines: &[Line<'_>]) -> Option<(String, Tag)> {
    let mut found = tags_in_brackets(text);
    for (index, line) in lines.iter().enumerate() {
        if line.key != "tag" || line.value.is_empty() || matches!(line.value, "~" | "null") {
            continue;
        }
        let block = block(lines, index);
        let repository = block.iter().find(|other| other.key == "repository");
        let repository = repository
            .map(|other| other.value)
            .filter(|value| !value.is_empty());
        let tag = || (line.value.to_owned(), line.range.clone());
        match repository {
            Some(repository) => found.push((repository.to_owned(), tag())),
            None if is_below(lines, index, &["airflow", "images"]) => {
                found.push(("apache/airflow".to_owned(), tag()));
            }
            None => {}
        }
    }
    found.retain(|(repository, (tag, _))| image::read(&format!("{repository}:{tag}")).is_some());
    let [one] = <[_; 1]>::try_from(found).ok()?;
    Some(one)
}

/// `{repository: …, tag: …}`, which lines do not tell.
fn tags_in_brackets(text: &str) -> Vec<(String, Tag)> {
    let mut found = Vec::new();
    // On one line: large values are not read for nothing.
    let in_brackets = |(at, _): (usize, &str)| {
        let before = &text[..at];
        let line = before.rfind('\n').map_or(0, |end| end + 1);
        before[line..].contains('{')
    };
    if !text.match_indices("tag:").any(in_brackets) {
        return found;
    }
    let tree = yaml::parse(text, 0);
    if tree.error().is_some() {
        return found;
    }
    // With the keys above, as far as they may be those of the chart's own image.
    let mut waiting: Vec<(Value<'_>, &[&str])> = tree
        .documents()
        .map(|one| (one, &["images", "airflow"][..]))
        .collect();
    while let Some((value, awaited)) = waiting.pop() {
        if value.is_alias() {
            continue;
        }
        if value.is_flow() {
            let scalar = |key: &str| {
                let scalar = value.get(key).and_then(Value::scalar);
                scalar.filter(|text| !text.is_empty())
            };
            let repository = scalar("repository").map(|text| text.expose().to_owned());
            // On its way every key was the awaited one.
            let own = (awaited == ["here"]).then(|| "apache/airflow".to_owned());
            let tag = scalar("tag").filter(|tag| !matches!(tag.expose(), "~" | "null"));
            if let (Some(repository), Some(tag)) = (repository.or(own), tag) {
                let place = tag.source();
                // As it is written.
                if text.get(place.start..place.end) == Some(tag.expose()) {
                    let tag = (tag.expose().to_owned(), place.start..place.end);
                    found.push((repository, tag));
                }
            }
        }
        waiting.extend(value.items().map(|item| (item, &[][..])));
        for pair in value.pairs() {
            let below: &[&str] = match awaited {
                [wanted, rest @ ..]
                    if pair.key.scalar().is_some_and(|key| key.expose() == *wanted) =>
                {
                    if rest.is_empty() { &["here"] } else { rest }
                }
                _ => &[],
            };
            waiting.push((pair.value, below));
        }
    }
    found
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
