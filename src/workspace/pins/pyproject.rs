//! `pyproject.toml`: the dependencies of PEP 621 and PEP 735, of Poetry and of uv.

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::{ASIDE, Demand, How, Pin, What, requirement};
use crate::source::Span;

type Value<'a> = Spanned<DeValue<'a>>;

pub(super) fn read(text: &str) -> Vec<Pin> {
    let Ok(file) = DeTable::parse(text) else {
        return Vec::new();
    };
    let file = file.get_ref();
    let mut pins = Vec::new();
    if let Some(project) = table(file, "project") {
        pins.extend(list(project.get("dependencies")));
        pins.extend(python_range(project.get("requires-python")));
        pins.extend(groups(table(project, "optional-dependencies")));
    }
    pins.extend(groups(table(file, "dependency-groups")));
    if let Some(tool) = table(file, "tool") {
        let uv = table(tool, "uv");
        pins.extend(list(uv.and_then(|uv| uv.get("constraint-dependencies"))));
        if let Some(poetry) = table(tool, "poetry") {
            pins.extend(poetry_dependencies(table(poetry, "dependencies")));
            let groups = table(poetry, "group").into_iter().flatten();
            for (_, group) in groups.filter(|(name, _)| is_main(name.get_ref())) {
                let group = group.get_ref().as_table();
                pins.extend(poetry_dependencies(
                    group.and_then(|group| table(group, "dependencies")),
                ));
            }
        }
    }
    pins
}

fn table<'a, 'i>(of: &'a DeTable<'i>, key: &str) -> Option<&'a DeTable<'i>> {
    of.get(key)?.get_ref().as_table()
}

/// Groups and extras of development say nothing of what runs.
fn is_main(name: &str) -> bool {
    !name
        .split(['-', '_', '.'])
        .any(|word| ASIDE.contains(&word.to_ascii_lowercase().as_str()))
}

fn groups(groups: Option<&DeTable<'_>>) -> Vec<Pin> {
    let groups = groups.into_iter().flatten();
    groups
        .filter(|(name, _)| is_main(name.get_ref()))
        .flat_map(|(_, group)| list(Some(group)))
        .collect()
}

/// A list of requirements of PEP 508.
fn list(value: Option<&Value<'_>>) -> Vec<Pin> {
    let items = value.and_then(|value| value.get_ref().as_array());
    let pins = items.into_iter().flatten().filter_map(|item| {
        let text = item.get_ref().as_str()?;
        let inner = inner(item);
        requirement::read(text, How::Dependency, |range| {
            // Escapes in such a text are not worth following.
            if inner.len() == text.len() {
                Span::new(inner.start + range.start, inner.start + range.end)
            } else {
                inner
            }
        })
    });
    pins.collect()
}

/// Where the text of a string stands, without its quotes.
pub(super) fn inner(value: &Value<'_>) -> Span {
    let span = value.span();
    let length = value.get_ref().as_str().map_or(0, str::len);
    let quotes = span.len().saturating_sub(length) / 2;
    Span::new(span.start + quotes, span.end - quotes)
}

/// `requires-python`
pub(super) fn python_range(value: Option<&Value<'_>>) -> Option<Pin> {
    let value = value?;
    let demand = Demand::range(value.get_ref().as_str()?)?;
    Some(Pin::new(
        What::Python,
        demand,
        inner(value),
        How::RequiresPython,
    ))
}

/// Poetry's notation of a demand on Python.
pub(super) fn poetry_python(value: &Value<'_>) -> Option<Pin> {
    let demand = poetry_demand(value.get_ref().as_str()?)?;
    Some(Pin::new(
        What::Python,
        demand,
        inner(value),
        How::RequiresPython,
    ))
}

fn poetry_dependencies(dependencies: Option<&DeTable<'_>>) -> Vec<Pin> {
    let mut pins = Vec::new();
    for (name, value) in dependencies.into_iter().flatten() {
        let demand = match value.get_ref() {
            DeValue::String(_) => Some(value),
            DeValue::Table(table) => table.get("version").filter(|_| {
                let free = ["python", "markers", "platform"];
                free.iter().all(|key| !table.contains_key(*key))
            }),
            // One of several for different Pythons.
            _ => None,
        };
        let Some(demand) = demand else { continue };
        if name.get_ref() == "python" {
            pins.extend(poetry_python(demand));
        } else if let Some(what) = requirement::what(name.get_ref())
            && let Some(wanted) = demand.get_ref().as_str().and_then(poetry_demand)
        {
            let name = Span::from(name.span());
            pins.push(Pin::new(what, wanted, inner(demand), How::Dependency).shown([name]));
        }
    }
    pins
}

/// `^2.10`, `~2.10.1`, `2.10.4` (which is exact), and PEP 440 joined by commas.
fn poetry_demand(text: &str) -> Option<Demand> {
    let text = text.trim();
    let numbers = |text: &str| -> Option<Vec<u64>> {
        let parts = text.trim().split('.').map(|part| part.parse().ok());
        parts
            .collect::<Option<Vec<u64>>>()
            .filter(|parts| parts.len() <= 3)
    };
    let below = |mut upper: Vec<u64>, place: usize| {
        upper.truncate(place + 1);
        upper[place] += 1;
        let upper: Vec<String> = upper.iter().map(u64::to_string).collect();
        upper.join(".")
    };
    if let Some(version) = text.strip_prefix('^') {
        let parts = numbers(version)?;
        // Up to the next change of the first number that is not 0.
        let place = parts.iter().position(|&part| part > 0)?;
        return Demand::range(&format!(">={},<{}", version.trim(), below(parts, place)));
    }
    if let Some(version) = text.strip_prefix('~')
        && !version.starts_with('=')
    {
        let parts = numbers(version)?;
        let place = usize::from(parts.len() > 1);
        return Demand::range(&format!(">={},<{}", version.trim(), below(parts, place)));
    }
    if numbers(text).is_some() {
        return Demand::range(&format!("=={text}"));
    }
    Demand::range(text)
}
