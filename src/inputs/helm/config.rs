//! `config:` of the official chart, which writes an airflow.cfg of it: `templates/configmaps/configmap.yaml`.
//!
//! ```text
//! [{{ $section }}]
//! {{ $key }} = {{ tpl ($val | toString) $Global }}
//! ```

use super::{FaultKind, Found, Layer, go_text, is_collection};
use crate::airflow::data::options;
use crate::inputs::Kind;
use crate::inputs::carrier::Part;
use crate::source::{Fidelity, Span, Text, TextBuilder};
use crate::syntax::yaml::schema::{Schema, Type, type_of};
use crate::syntax::yaml::{Kind as YamlKind, Member, Value};

/// How far the template indents the lines of the file.
const INDENTATION: usize = 4;

/// Names that Airflow fills in in options of its own. None of them is a function of Helm, whose templates do not
/// parse with a name that is none.
const FILLED_IN: &[&str] = &[
    "dag",
    "dag_id",
    "dag_run",
    "data_interval_end",
    "data_interval_start",
    "execution_date",
    "filename",
    "hostname",
    "logical_date",
    "map_index",
    "run_id",
    "task",
    "task_id",
    "ti",
    "try_number",
    "ts",
    "ts_nodash",
];

/// True for sections of airflow.cfg with an option of Airflow among theirs.
pub(super) fn is_sections(config: Value<'_>) -> bool {
    let table = options();
    config.pairs().any(|section| {
        let Some(name) = section.key.scalar() else {
            return false;
        };
        section.value.pairs().any(|option| {
            let option = option.key.scalar();
            option.is_some_and(|option| table.is_known(name.expose(), option.expose()))
        })
    })
}

/// Adds the airflow.cfg that the chart writes.
pub(super) fn read(config: Value<'_>, layer: Layer<'_>, found: &mut Found<'_>) {
    let mut file = TextBuilder::at(layer.span(config.span()).start);
    let sections = config.members();
    if !found.spend(sections.len()) {
        return;
    }
    for section in sections {
        let (Some(name), YamlKind::Mapping) = (layer.scalar(section.key), section.value.kind())
        else {
            continue;
        };
        let members = section.value.members();
        if section.value.is_template() || !is_line(&name) || !found.spend(members.len()) {
            continue;
        }
        found.show(layer, section);
        let at = name.source();
        push(&mut file, "[", at.start);
        file.push_from(&name, 0..name.len());
        push(&mut file, "]\n", at.end);
        for member in members {
            let Some(key) = layer.scalar(member.key).filter(is_line) else {
                continue;
            };
            found.show(layer, member);
            found.block(layer.span(member.span()));
            let at = key.source().end;
            file.push_from(&key, 0..key.len());
            push(&mut file, " = ", at);
            option(&mut file, &name, &key, member, layer, found);
            push(&mut file, "\n", at);
        }
    }
    let text = file.finish();
    if !text.is_empty() {
        found.parts.push(Part::File {
            kind: Kind::Cfg,
            text,
        });
    }
}

fn push(file: &mut TextBuilder, text: &str, at: usize) {
    file.push(text, Span::at(at), Fidelity::Elsewhere);
}

fn is_line(name: &Text) -> bool {
    !name.is_empty() && !name.expose().contains(['\n', '\r'])
}

/// Writes a value as the template does.
fn option(
    file: &mut TextBuilder,
    section: &Text,
    key: &Text,
    member: Member<'_>,
    layer: Layer<'_>,
    found: &mut Found<'_>,
) {
    let value = member.value;
    let name = format!("{}.{}", section.expose(), key.expose());
    if is_collection(value) && !value.is_template() {
        let span = span_of(member, layer);
        found.fault(FaultKind::HelmCollection(words(value)), span, &name);
    }
    let text = match type_of(value, Schema::Kubernetes) {
        // Some releases of Helm drop it, others print `<nil>`.
        None | Some(Type::Null) => None,
        Some(_) => go_text(value, layer),
    };
    let Some(text) = text else {
        // Set, to what is not known.
        let place = layer.span(member.key.span());
        let unknown = Text::elsewhere("?", place).into_unknown();
        file.push_from(&unknown, 0..unknown.len());
        return;
    };
    let text = text.slice(0..text.expose().trim_end_matches('\n').len());
    let parts = actions(text.expose());
    if let Some(part) = parts
        .iter()
        .find(|part| is_filled_in(&text.expose()[(*part).clone()]))
    {
        found.fault(FaultKind::HelmTemplate, text.span(part.clone()), &name);
    }
    if let Some(line) = parts.is_empty().then(|| outdented(&text)).flatten() {
        found.fault(FaultKind::HelmLine, text.span(line), &name);
        let first = text.expose().find('\n').unwrap_or(text.len());
        file.push_unknown(&text, 0..first);
        return;
    }
    if text.expose().contains('\n') && !parts.is_empty() {
        file.push_unknown(&text, 0..text.expose().find('\n').unwrap_or(text.len()));
        return;
    }
    let mut at = 0;
    for part in parts {
        lines(file, &text, at..part.start);
        at = part.end;
        match constant(&text.expose()[part.clone()]) {
            Some(words) => file.push_replaced(&text, part, words),
            None => file.push_unknown(&text, part),
        }
    }
    lines(file, &text, at..text.len());
}

/// What the templates of Go fill in: from `{{` to the `}}` that stands in no text. Without an end it goes on to the end
/// of the value (rendering fails).
fn actions(value: &str) -> Vec<std::ops::Range<usize>> {
    let mut actions = Vec::new();
    let mut at = 0;
    while let Some(found) = value[at..].find("{{") {
        let start = at + found;
        at = start + 2;
        let mut quote: Option<char> = None;
        let mut end = value.len();
        let mut characters = value[at..].char_indices();
        while let Some((place, c)) = characters.next() {
            match quote {
                Some(open) if c == open => quote = None,
                Some(open) => {
                    if c == '\\' && open != '`' {
                        characters.next();
                    }
                }
                None if matches!(c, '"' | '\'' | '`') => quote = Some(c),
                None => {
                    if value[at + place..].starts_with("}}") {
                        end = at + place + 2;
                        break;
                    }
                }
            }
        }
        actions.push(start..end);
        at = end;
    }
    actions
}

/// The text that an action writes, if it is `{{ "text" }}` or with backquotes.
fn constant(action: &str) -> Option<&str> {
    let inside = action
        .strip_prefix("{{")?
        .strip_suffix("}}")?
        .trim_matches(' ');
    ['"', '`'].into_iter().find_map(|quote| {
        let text = inside.strip_prefix(quote)?.strip_suffix(quote)?;
        let plain = !text.contains([quote, '\n']) && (quote == '`' || !text.contains('\\'));
        plain.then_some(text)
    })
}

/// Lines behind the first one, without the indentation that the file around has.
fn lines(file: &mut TextBuilder, text: &Text, range: std::ops::Range<usize>) {
    let mut at = range.start;
    for (number, line) in text.expose()[range].split_inclusive('\n').enumerate() {
        let blanks = line.len() - line.trim_start_matches(' ').len();
        let cut = if number > 0 {
            blanks.min(INDENTATION)
        } else {
            0
        };
        file.push_from(text, at + cut..at + line.len());
        at += line.len();
    }
}

/// The first line behind the first one that is indented less than the file around it: it ends that file.
fn outdented(text: &Text) -> Option<std::ops::Range<usize>> {
    let mut at = 0;
    for (number, line) in text.expose().split_inclusive('\n').enumerate() {
        let inner = line.trim_start_matches(' ');
        let blanks = line.len() - inner.len();
        let inner = inner.trim_end();
        if number > 0 && !inner.is_empty() && blanks < INDENTATION {
            return Some(at + blanks..at + blanks + inner.len());
        }
        at += line.len();
    }
    None
}

/// `{{ ti.dag_id }}`
fn is_filled_in(part: &str) -> bool {
    let Some(inside) = part.strip_prefix("{{") else {
        return false;
    };
    let inside = inside.trim_start_matches('-').trim_start();
    let end = inside.find(|c: char| !c.is_ascii_alphanumeric() && c != '_');
    FILLED_IN.contains(&&inside[..end.unwrap_or(inside.len())])
}

/// Where to point at a mapping or a list: at itself in brackets, else at its key.
pub(super) fn span_of(member: Member<'_>, layer: Layer<'_>) -> Span {
    if member.value.is_flow() && !member.value.is_alias() {
        layer.span(member.value.span())
    } else {
        layer.span(member.key.span())
    }
}

/// The value as a message names it.
pub(super) fn words(value: Value<'_>) -> &'static str {
    if value.kind() == YamlKind::Sequence {
        "a list"
    } else {
        "a mapping"
    }
}
