//! Compose files, manifests of Kubernetes and task definitions of ECS: the image of Airflow that their containers
//! run.

use super::{How, Pin, image, yaml_lines};
use crate::airflow::Version;
use crate::source::{Span, Text};
use crate::syntax::dotenv::template::{self, Found, Scope};
use crate::syntax::yaml::{self, Kind, Value};

/// Nothing is known of the project.
pub(super) struct Alone;

impl Scope for Alone {
    fn find(&mut self, _: &str) -> Found {
        Found::Unknown
    }

    fn may_grow(&mut self, by: usize) -> bool {
        by < 1 << 16
    }

    fn takes_defaults(&self) -> bool {
        true
    }
}

/// The images of a compose file, with what `project` says of their references.
pub(super) fn read(text: &str, project: &mut dyn Scope) -> Vec<Pin> {
    let images = images(text).into_iter().filter_map(|image| {
        // `${AIRFLOW_IMAGE_NAME:-apache/airflow:2.10.4}`: the default holds where nobody sets the variable.
        let filled = template::expand(project, &image).ok()?;
        let unless = variable(image.expose()).filter(|name| {
            // What the project says of a piece is said.
            let is_said = matches!(project.find(name), Found::Value(_));
            !is_said || is_one_reference(image.expose())
        });
        Some((filled, unless))
    });
    of_one_release(text, images)
}

/// The images of a manifest or a task definition, in which nothing is replaced.
pub(super) fn read_plain(text: &str) -> Vec<Pin> {
    // The ends of the names that are known: most manifests are not read.
    if !["airflow:", "runtime:"]
        .iter()
        .any(|end| text.contains(end))
    {
        return Vec::new();
    }
    let images = images(text).into_iter().map(|image| (image, None));
    of_one_release(text, images)
}

/// Containers with different releases are different deployments.
fn of_one_release(text: &str, images: impl Iterator<Item = (Text, Option<String>)>) -> Vec<Pin> {
    let mut found: Vec<(Option<Version>, Vec<Pin>)> = Vec::new();
    for (filled, unless) in images {
        if !filled.is_known() || filled.expose().contains(['$', '`']) {
            continue;
        }
        let Some(image) = image::read(filled.expose()) else {
            continue;
        };
        let at = |range| shown(text, filled.span(range));
        let mut pins = image.pins(Some(How::ComposeImage), at);
        for pin in &mut pins {
            pin.unless.clone_from(&unless);
        }
        found.push((image.airflow(), pins));
    }
    let mut releases = found.iter().map(|(release, _)| release);
    let first = releases.next();
    if releases.any(|release| Some(release) != first) {
        return Vec::new();
    }
    let first = found.into_iter().next();
    first.map(|(_, pins)| pins).unwrap_or_default()
}

/// The values of `image`, wherever it stands, in file order; of a text that is no YAML those that a line holds.
fn images(text: &str) -> Vec<Text> {
    let tree = yaml::parse(text, 0);
    if tree.error().is_some() {
        let lines = yaml_lines::of(text).into_iter();
        let lines = lines.filter(|line| line.key == "image");
        return lines
            .map(|line| Text::verbatim(line.value, line.range.start))
            .collect();
    }
    let mut images = Vec::new();
    let mut waiting: Vec<Value<'_>> = tree.documents().collect();
    while let Some(value) = waiting.pop() {
        // What an alias stands for is seen where it stands.
        if value.is_alias() {
            continue;
        }
        match value.kind() {
            Kind::Sequence => waiting.extend(value.items()),
            Kind::Mapping => {
                for pair in value.pairs() {
                    let is_image = pair.key.scalar().is_some_and(|key| key.expose() == "image");
                    match pair.value.scalar() {
                        Some(image) if is_image => images.push(image.clone()),
                        Some(_) => {}
                        None => waiting.push(pair.value),
                    }
                }
            }
            Kind::Scalar | Kind::Unresolved => {}
        }
    }
    images.sort_by_key(Text::source);
    images
}

/// Of a reference its name only: its default may be anything.
fn shown(text: &str, span: Span) -> Span {
    let found = text.get(span.start..span.end);
    let Some((before, behind)) = found.and_then(|found| found.split_once('$')) else {
        return span;
    };
    let start = span.start + before.len();
    let name = behind.strip_prefix('{').unwrap_or(behind);
    let end = span.end - name.len() + name_length(name);
    Span::new(start, end)
}

/// The first variable in a value.
fn variable(value: &str) -> Option<String> {
    let (_, behind) = value.split_once('$')?;
    let name = behind.strip_prefix('{').unwrap_or(behind);
    let name = &name[..name_length(name)];
    (!name.is_empty()).then(|| name.to_owned())
}

fn name_length(text: &str) -> usize {
    text.find(|c: char| !c.is_ascii_alphanumeric() && c != '_')
        .unwrap_or(text.len())
}

/// `${NAME:-default}` and nothing else.
fn is_one_reference(value: &str) -> bool {
    value.starts_with('$')
        && value.matches('$').count() == 1
        && (value.ends_with('}') || name_length(&value[1..]) + 1 == value.len())
}
