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
    found.extend(tags_in_lines(lines));
    found.retain(|(repository, (tag, _))| image::read(&format!("{repository}:{tag}")).is_some());
    let [one] = <[_; 1]>::try_from(found).ok()?;
    Some(one)
}

/// Lines below one key, beside each other.
struct Block<'a, 'b> {
    indent: usize,
    /// The block in which the key stands, and the key.
    above: Option<(usize, &'a str)>,
    /// The line that was last.
    last: &'b Line<'a>,
    /// The repository that was last.
    repository: Option<&'a str>,
    /// Tags above which no repository stands.
    waiting: Vec<&'b Line<'a>>,
}

/// The tags of images beside a repository: the nearest one above, else the first one below.
fn tags_in_lines(lines: &[Line<'_>]) -> Vec<(String, Tag)> {
    let mut found = Vec::new();
    let mut blocks: Vec<Block<'_, '_>> = Vec::new();
    // Those that may go on, the innermost last.
    let mut open: Vec<usize> = Vec::new();
    for line in lines {
        while open
            .pop_if(|&mut at| blocks[at].indent > line.indent)
            .is_some()
        {}
        let at = match open.last() {
            Some(&at) if blocks[at].indent == line.indent => at,
            above => {
                blocks.push(Block {
                    indent: line.indent,
                    above: above.map(|&above| (above, blocks[above].last.key)),
                    last: line,
                    repository: None,
                    waiting: Vec::new(),
                });
                open.push(blocks.len() - 1);
                blocks.len() - 1
            }
        };
        let block = &mut blocks[at];
        block.last = line;
        if line.key == "repository" {
            // The chart's own values have `~`, which is none.
            block.repository = Some(line.value).filter(|value| !is_null(value));
            let waiting = std::mem::take(&mut block.waiting);
            found.extend(
                waiting
                    .into_iter()
                    .filter_map(|tag| image(&blocks, at, tag)),
            );
        } else if line.key == "tag" && !is_null(line.value) {
            if block.repository.is_some() {
                found.extend(image(&blocks, at, line));
            } else {
                block.waiting.push(line);
            }
        }
    }
    for at in 0..blocks.len() {
        let waiting = &blocks[at].waiting;
        found.extend(waiting.iter().filter_map(|tag| image(&blocks, at, tag)));
    }
    found
}

/// The image of a tag in the block at `at`.
fn image(blocks: &[Block<'_, '_>], at: usize, tag: &Line<'_>) -> Option<(String, Tag)> {
    let block = &blocks[at];
    let repository = match block.repository {
        Some(repository) => repository,
        _ if is_of_the_chart(blocks, block) => "apache/airflow",
        _ => return None,
    };
    Some((
        repository.to_owned(),
        (tag.value.to_owned(), tag.range.clone()),
    ))
}

fn is_null(value: &str) -> bool {
    matches!(value, "" | "~" | "null")
}

/// The keys above are `images: airflow:` and no more.
fn is_of_the_chart(blocks: &[Block<'_, '_>], block: &Block<'_, '_>) -> bool {
    let Some((above, "airflow")) = block.above else {
        return false;
    };
    matches!(blocks[above].above, Some((above, "images")) if blocks[above].above.is_none())
}

/// `{repository: …, tag: …}`, which lines do not tell.
fn tags_in_brackets(text: &str) -> Vec<(String, Tag)> {
    let mut found = Vec::new();
    // On one line: large values are not read for nothing.
    let in_brackets = |line: &str| {
        let bracket = line.find('{');
        bracket.is_some_and(|at| line[at..].contains("tag:"))
    };
    if !text.split('\n').any(in_brackets) {
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
                scalar.filter(|text| !is_null(text.expose()))
            };
            let repository = scalar("repository").map(|text| text.expose().to_owned());
            // On its way every key was the awaited one.
            let own = (awaited == ["here"]).then(|| "apache/airflow".to_owned());
            if let (Some(repository), Some(tag)) = (repository.or(own), scalar("tag")) {
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
