//! Lock files: what was chosen for every package.

use toml::de::DeTable;

use super::pyproject::{self, python_range};
use super::{Demand, How, Pin, What, requirement};
use crate::source::{Span, Text};
use crate::syntax::json;

/// `uv.lock`
pub(super) fn uv(text: &str) -> Vec<Pin> {
    let Ok(file) = DeTable::parse(text) else {
        return Vec::new();
    };
    let mut pins = packages(file.get_ref());
    pins.extend(python_range(file.get_ref().get("requires-python")));
    pins
}

/// `poetry.lock`
pub(super) fn poetry(text: &str) -> Vec<Pin> {
    let Ok(file) = DeTable::parse(text) else {
        return Vec::new();
    };
    let mut pins = packages(file.get_ref());
    let metadata = file
        .get_ref()
        .get("metadata")
        .and_then(|one| one.get_ref().as_table());
    let python = metadata.and_then(|metadata| metadata.get("python-versions"));
    pins.extend(python.and_then(pyproject::poetry_python));
    pins
}

/// `[[package]]` with a name and a version. Where a package is there twice, the Python decides.
fn packages(file: &DeTable<'_>) -> Vec<Pin> {
    let list = file.get("package").and_then(|one| one.get_ref().as_array());
    let mut pins: Vec<Pin> = Vec::new();
    for package in list.into_iter().flatten() {
        let Some(package) = package.get_ref().as_table() else {
            continue;
        };
        let text = |key: &str| package.get(key).filter(|value| value.get_ref().is_str());
        let (Some(name), Some(version)) = (text("name"), text("version")) else {
            continue;
        };
        let what = name.get_ref().as_str().and_then(requirement::what);
        let release = version.get_ref().as_str().and_then(super::release);
        let (Some(what), Some(release)) = (what, release) else {
            continue;
        };
        let span = pyproject::inner(version);
        let mut pin = Pin::new(what, Demand::Exact(release), span, How::Lock);
        pin.shown.push(pyproject::inner(name));
        pin.conditional = true;
        pins.push(pin);
    }
    pins
}

/// `Pipfile.lock`: the packages of `default`, and the Python.
pub(super) fn pipfile(text: &str) -> Vec<Pin> {
    let Ok(file) = json::parse(&Text::verbatim(text, 0)) else {
        return Vec::new();
    };
    let mut pins = Vec::new();
    let root = file.root();
    for member in root
        .get("default")
        .into_iter()
        .flat_map(json::Value::members)
    {
        let Some(what) = member.key.as_str().as_deref().and_then(requirement::what) else {
            continue;
        };
        let Some(version) = member.value.get("version") else {
            continue;
        };
        let demand = version.as_str().and_then(|text| Demand::range(&text));
        if let Some(demand) = demand {
            let pin = Pin::new(what, demand, version.inner_span(), How::Lock);
            pins.push(pin.shown([member.key.inner_span()]));
        }
    }
    let python = root.get("_meta").and_then(|meta| meta.get("requires"));
    let python = python.and_then(|requires| {
        let full = requires.get("python_full_version");
        full.or_else(|| requires.get("python_version"))
    });
    if let Some(python) = python
        && let Some(release) = python.as_str().and_then(|text| super::release(&text))
    {
        let span: Span = python.inner_span();
        pins.push(Pin::new(
            What::Python,
            Demand::Exact(release),
            span,
            How::Lock,
        ));
    }
    pins
}
