//! One requirement of PEP 508: `apache-airflow[amazon]==2.10.4 ; python_version < "3.13"`.

use std::sync::OnceLock;

use pep508_rs::{
    MarkerEnvironment, MarkerEnvironmentBuilder, MarkerTree, Requirement, VersionOrUrl,
};
use url::Url;

use super::{Demand, How, Pin, What};
use crate::airflow::releases;
use crate::source::Span;

/// What the package of this name is. Other packages say nothing of a target.
pub(super) fn what(name: &str) -> Option<What> {
    let name = normal(name);
    // The release of `apache-airflow-core` is that of Airflow since 3.0.
    if name == "apache-airflow" || name == "apache-airflow-core" {
        return Some(What::Airflow);
    }
    let provider = name.strip_prefix("apache-airflow-providers-")?;
    releases::is_modelled(provider).then(|| What::Provider(provider.to_owned()))
}

/// A name as PEP 503 compares it.
fn normal(name: &str) -> String {
    let mut normal = String::with_capacity(name.len());
    for c in name.chars() {
        if matches!(c, '-' | '_' | '.') {
            if !normal.ends_with('-') {
                normal.push('-');
            }
        } else {
            normal.push(c.to_ascii_lowercase());
        }
    }
    normal
}

/// Length of the name at the start of `text`.
fn name_length(text: &str) -> usize {
    let part_of_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    text.find(|c| !part_of_name(c)).unwrap_or(text.len())
}

/// The pin of a requirement. `at(range)` says where a part of `text` stands in the file.
pub(super) fn read(
    text: &str,
    how: How,
    at: impl Fn(std::ops::Range<usize>) -> Span,
) -> Option<Pin> {
    let start = text.len() - text.trim_start().len();
    let length = name_length(&text[start..]);
    // Most lines are about other packages: the whole requirement is read only for ours.
    let what = what(&text[start..start + length])?;
    let requirement: Requirement<Url> = text.trim().parse().ok()?;
    let Some(VersionOrUrl::VersionSpecifier(specifiers)) = requirement.version_or_url else {
        return None;
    };
    let demand = Demand::of(&specifiers)?;
    let conditional = conditional(&requirement.marker)?;
    let name = start..start + length;
    let version = version_range(text, name.end)?;
    let mut pin = Pin::new(what, demand, at(version), how).shown([at(name)]);
    pin.conditional = conditional;
    Some(pin)
}

/// Where the specifiers stand: behind the name and its extras, up to the marker.
fn version_range(text: &str, name_end: usize) -> Option<std::ops::Range<usize>> {
    let end = text.find(';').unwrap_or(text.len());
    let rest = text.get(name_end..end)?;
    let from = rest.find(['=', '<', '>', '~', '!'])?;
    let part_of_specifier = |c: char| !matches!(c, ')' | ' ' | '\t');
    let to = rest.rfind(part_of_specifier)? + 1;
    Some(name_end + from..name_end + to)
}

/// Whether the marker holds on some Pythons only; `None` where it holds on none, on Linux.
fn conditional(marker: &MarkerTree) -> Option<bool> {
    if marker.is_true() {
        return Some(false);
    }
    let holds = |environment: &&MarkerEnvironment| marker.evaluate(environment, &[]);
    let count = environments().iter().filter(holds).count();
    (count > 0).then_some(count < environments().len())
}

/// Linux with each Python that ran some Airflow.
fn environments() -> &'static [MarkerEnvironment] {
    static ENVIRONMENTS: OnceLock<Vec<MarkerEnvironment>> = OnceLock::new();
    ENVIRONMENTS.get_or_init(|| {
        let of = |minor: u8| {
            let (version, full) = (format!("3.{minor}"), format!("3.{minor}.9"));
            let builder = MarkerEnvironmentBuilder {
                implementation_name: "cpython",
                implementation_version: &full,
                os_name: "posix",
                platform_machine: "x86_64",
                platform_python_implementation: "CPython",
                platform_release: "",
                platform_system: "Linux",
                platform_version: "",
                python_full_version: &full,
                python_version: &version,
                sys_platform: "linux",
            };
            MarkerEnvironment::try_from(builder).ok()
        };
        (6..=14).filter_map(of).collect()
    })
}
