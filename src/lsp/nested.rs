//! Places in files that keep options of airflow.cfg in a way of their own: values of a chart, one key inside
//! of the other; options of MWAA and Cloud Composer, with a dot or a dash between section and option; and the
//! type of a connection in a file of connections.

use super::place::{Place, Value, line_start};
use crate::inputs::Kind;

/// Lines above a place that are looked at.
const MOST_LINES: usize = 2000;

/// The place at the end of `before`, in a file of this kind.
pub(super) fn place(before: &str, kind: Kind) -> Option<Place<'_>> {
    match kind {
        Kind::Helm => in_values(before),
        Kind::Terraform | Kind::CloudFormation => in_options(before),
        _ => None,
    }
    .or_else(|| conn_type(before))
}

/// A line of a mapping: how far it is indented, its key, and what follows the colon.
struct Line<'t> {
    indent: usize,
    key: &'t str,
    value: &'t str,
    /// Where `value` begins.
    at: usize,
}

/// The line that begins at `start`, of YAML.
fn line_of(text: &str, start: usize) -> Option<Line<'_>> {
    let line = text[start..].lines().next().unwrap_or_default();
    let written = line.trim_start_matches(' ');
    let indent = line.len() - written.len();
    let colon = written.find(':')?;
    let key = written[..colon].trim().trim_matches(['"', '\'']);
    let is_key = !key.is_empty()
        && key
            .chars()
            .all(|one| one.is_alphanumeric() || "_-.".contains(one));
    is_key.then(|| Line {
        indent,
        key,
        value: &line[indent + colon + 1..],
        at: start + indent + colon + 1,
    })
}

/// The key whose mapping or text a line with this indent is in, above `start`.
fn parent(text: &str, start: usize, indent: usize) -> Option<(usize, Line<'_>)> {
    let (mut at, mut indent) = (start, indent);
    for _ in 0..MOST_LINES {
        if at == 0 {
            return None;
        }
        at = line_start(&text[..at - 1]);
        let line = text[at..].lines().next().unwrap_or_default();
        let written = line.trim_start();
        let here = line.len() - written.len();
        if written.is_empty() || written.starts_with('#') || here >= indent {
            continue;
        }
        if let Some(found) = line_of(text, at) {
            return Some((at, found));
        }
        // An item of a list, or a line of a text.
        indent = here;
    }
    None
}

/// `config:` of Airflow's chart: sections, and in each its options.
fn in_values(before: &str) -> Option<Place<'_>> {
    let start = line_start(before);
    let line = &before[start..];
    let indent = line.len() - line.trim_start_matches(' ').len();
    let (above, outer) = parent(before, start, indent)?;
    // Inside of a text of several lines.
    if outer.value.trim_start().starts_with(['|', '>']) {
        let (_, section) = parent(before, above, outer.indent)?;
        return in_section(before, above, &section)
            .then(|| value(section.key, outer.key, &before[outer.at..]));
    }
    if let Some(here) = line_of(before, start) {
        let is_option = in_section(before, above, &outer);
        return is_option.then(|| value(outer.key, here.key, here.value));
    }
    let typed = &line[indent..];
    let is_word = typed.chars().all(|one| one.is_alphanumeric() || one == '_');
    if !is_word || !outer.value.trim().is_empty() {
        return None;
    }
    if in_section(before, above, &outer) {
        return Some(Place::Option {
            section: outer.key.to_ascii_lowercase(),
            typed,
        });
    }
    (outer.key == "config").then_some(Place::Section { typed })
}

/// The key `section`, whose line begins at `at`, stands right in `config:`.
fn in_section(before: &str, at: usize, section: &Line<'_>) -> bool {
    parent(before, at, section.indent).is_some_and(|(_, config)| config.key == "config")
}

fn value<'t>(section: &str, option: &str, text: &'t str) -> Place<'t> {
    Place::Value(Value {
        section: section.to_ascii_lowercase(),
        option: option.to_ascii_lowercase(),
        text,
    })
}

/// `"core.executor" = …` and `"core-executor" = …` in what MWAA and Cloud Composer take as options.
fn in_options(before: &str) -> Option<Place<'_>> {
    let start = line_start(before);
    let line = &before[start..];
    let written = line.trim_start();
    let delimiter = written.find(['=', ':']);
    let name = written[..delimiter.unwrap_or(written.len())].trim();
    let quoted = name.strip_prefix(['"', '\'']);
    let word = quoted.unwrap_or(name).trim_end_matches(['"', '\'']);
    if word.contains([' ', '"', '\'']) || !is_of_options(before, start, line.len() - written.len())
    {
        return None;
    }
    let Some(delimiter) = delimiter else {
        let is_open = quoted.is_some_and(|typed| !typed.contains(['"', '\'']));
        return is_open.then_some(Place::Dotted {
            typed: word,
            dot: if word.contains('-') { '-' } else { '.' },
        });
    };
    let (section, option) = word.split_once('.').or_else(|| word.split_once('-'))?;
    Some(value(section, option, &written[delimiter + 1..]))
}

/// The line that begins at `start` stands in options of a managed Airflow.
fn is_of_options(before: &str, start: usize, indent: usize) -> bool {
    const NAMES: [&str; 3] = [
        "airflow_configuration_options",
        "AirflowConfigurationOptions",
        "airflow_config_overrides",
    ];
    let above = before[..start].lines().rev().take(MOST_LINES);
    let mut outer = above.filter(|line| {
        let written = line.trim_start();
        !written.is_empty() && line.len() - written.len() < indent
    });
    outer
        .next()
        .is_some_and(|line| NAMES.iter().any(|name| line.contains(name)))
}

/// Behind `conn_type:`, in YAML, JSON, or JSON inside of a string.
fn conn_type(before: &str) -> Option<Place<'_>> {
    let line = &before[line_start(before)..];
    let at = line.rfind("conn_type")? + "conn_type".len();
    let rest = line[at..]
        .trim_start_matches(['\\', '"', '\''])
        .trim_start();
    let typed = rest.strip_prefix(':')?.trim_start();
    let typed = typed
        .trim_start_matches('\\')
        .trim_start_matches(['"', '\'']);
    let is_word = typed.chars().all(|one| one.is_alphanumeric() || one == '_');
    is_word.then_some(Place::ConnType { typed })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The place of `|`.
    fn of(text: &str, kind: Kind) -> String {
        let before = &text[..text.find('|').unwrap()];
        match place(before, kind) {
            None => "nothing".to_owned(),
            Some(Place::Section { typed }) => format!("section {typed}"),
            Some(Place::Option { section, typed }) => format!("option of {section} {typed}"),
            Some(Place::Dotted { typed, dot }) => format!("dotted {typed} {dot}"),
            Some(Place::ConnType { typed }) => format!("type {typed}"),
            Some(Place::Value(Value {
                section,
                option,
                text,
            })) => format!("value of {section}.{option} {text}"),
            Some(other) => format!("{other:?}"),
        }
    }

    #[test]
    fn options_of_a_chart_stand_in_their_sections() {
        let of = |text: &str| of(text, Kind::Helm);
        assert_eq!(of("config:\n  co|"), "section co");
        assert_eq!(of("airflow:\n  config:\n    co|"), "section co");
        assert_eq!(
            of("config:\n  core:\n    # why\n    exec|"),
            "option of core exec"
        );
        assert_eq!(of("config:\n  core:\n    a: 1\n\n    |"), "option of core ");
        assert_eq!(
            of("config:\n  Core:\n    executor: Lo|"),
            "value of core.executor  Lo"
        );
        assert_eq!(
            of("config:\n  secrets:\n    backend_kwargs: >-\n      {\n        \"va|"),
            "value of secrets.backend_kwargs  >-\n      {\n        \"va"
        );
        for nothing in [
            "exec|",
            "core:\n  exec|",
            "config:\n  core:\n    a: 1\nexec|",
            "config:\n  core:\n    a:\n      b|",
            "config: x\n  co|",
            "config:\n  core:\n    - |",
        ] {
            assert_eq!(of(nothing), "nothing", "{nothing}");
        }
    }

    #[test]
    fn options_of_managed_airflows_have_a_dot_or_a_dash() {
        let of = |text: &str| of(text, Kind::Terraform);
        let mwaa = "resource \"aws_mwaa_environment\" \"e\" {\n  airflow_configuration_options = {\n    \"a.b\" = 1\n";
        assert_eq!(of(&format!("{mwaa}    \"core.ex|")), "dotted core.ex .");
        assert_eq!(of(&format!("{mwaa}    \"|")), "dotted  .");
        assert_eq!(
            of(&format!("{mwaa}    \"core.executor\" = \"Lo|")),
            "value of core.executor  \"Lo"
        );
        assert_eq!(of(&format!("{mwaa}  }}\n  name = \"|")), "nothing");
        let composer = "    airflow_config_overrides = {\n      core-ex|";
        assert_eq!(of(composer), "nothing");
        let composer = composer.replace("core-ex", "\"core-ex");
        assert_eq!(of(&composer), "dotted core-ex -");
        let template = "  AirflowConfigurationOptions:\n    core.executor: |";
        assert_eq!(
            super::tests::of(template, Kind::CloudFormation),
            "value of core.executor  "
        );
    }

    #[test]
    fn a_type_of_connections_follows_its_key() {
        let of = |text: &str| of(text, Kind::Connections);
        assert_eq!(of("db:\n  conn_type: po|"), "type po");
        assert_eq!(of("{\"db\": {\"conn_type\": \"po|"), "type po");
        assert_eq!(of("\"Value\": \"{\\\"conn_type\\\": \\\"|"), "type ");
        assert_eq!(of("  conn_type: postgres\n  host: |"), "nothing");
        assert_eq!(of("{\"conn_type\": \"postgres\", \"host\": \"|"), "nothing");
    }
}
