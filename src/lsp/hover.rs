//! Hover: what Airflow does with the word under the cursor. The words come from the shipped tables; of the
//! file only what its mask shows, and the ids that an output may name.

use std::fmt::Write as _;

use lsp_types::{Hover, HoverContents, HoverParams, MarkupContent, MarkupKind, Range};
use serde_json::Value;

use super::answers::Known;
use super::documents::path_of;
use super::facts;
use super::position::Lines;
use super::reading::{Classes, Reading, classes, holds_part, number};
use super::server::{Refused, parameters};
use crate::airflow::backend::construct::Construction;
use crate::airflow::backend::data::{BackendClass, class_for};
use crate::airflow::backend::{Ask, Backend, KwargValue, Question, Role};
use crate::airflow::connection::{self, Format, Reader, Shape};
use crate::airflow::data::options;
use crate::airflow::pattern::Pattern;
use crate::airflow::public::{self, Shape as PublicShape};
use crate::airflow::{Runtime, Target};
use crate::check;
use crate::inputs::{Definition, EntryKind, Form, Input, Setting, Tree};
use crate::rules;
use crate::source::{Place, Span};
use crate::syntax::json::{self, Json, Kind};

/// A text, and the bytes of the file that it is about.
type Found = (String, Span);

/// `textDocument/hover`
pub(super) fn answer(params: Value, known: &Known) -> Result<Value, Refused> {
    let params: HoverParams = parameters(params)?;
    let at = params.text_document_position_params;
    let hover = path_of(&at.text_document.uri).and_then(|path| {
        let document = known.documents.get(&path)?;
        let lines = Lines::new(document.text.as_bytes(), known.encoding);
        let reading = Reading::of(&path, known)?;
        let scene = Scene {
            reading: &reading,
            classes: known.classes_of(&path),
            ids: known.ids_of(&path),
        };
        let (text, span) = scene.at(lines.offset(at.position))?;
        Some(hover(text, lines.range(span.start, span.end), known))
    });
    Ok(serde_json::to_value(hover).unwrap_or_default())
}

fn hover(text: String, range: Range, known: &Known) -> Hover {
    let client = known.client.text_document.as_ref();
    let client = client.and_then(|client| client.hover.as_ref());
    let formats = client.and_then(|client| client.content_format.as_ref());
    let is_plain = formats.is_some_and(|formats| !formats.contains(&MarkupKind::Markdown));
    let (kind, value) = if is_plain {
        (MarkupKind::PlainText, facts::plain(&text))
    } else {
        (MarkupKind::Markdown, text)
    };
    Hover {
        contents: HoverContents::Markup(MarkupContent { kind, value }),
        range: Some(range),
    }
}

/// What a word is looked up in.
struct Scene<'r> {
    reading: &'r Reading,
    /// Of the deployment, where the file itself says nothing.
    classes: Classes,
    /// The ids that DAGs of the deployment ask for.
    ids: &'r [(EntryKind, String)],
}

impl Scene<'_> {
    fn at(&self, at: usize) -> Option<Found> {
        self.ignored(at)
            .or_else(|| self.section(at))
            .or_else(|| self.name(at))
            .or_else(|| self.value(at))
            .or_else(|| self.definition(at))
    }

    /// A rule in the brackets of an ignore.
    fn ignored(&self, at: usize) -> Option<Found> {
        let loaded = self.reading.loaded();
        let file = self.reading.file()?.id;
        let ignores = check::ignores(loaded).into_iter();
        let ours = ignores.filter(|ignore| ignore.file == file);
        let words = ours.flat_map(|ignore| ignore.directive.words.unwrap_or_default());
        let mut words =
            words.filter(|word| word.is_rule && word.span.start <= at && at <= word.span.end);
        let word = words.next()?;
        let rule = rules::find(word.codes.ok()?.first()?)?;
        let text = format!("**{} {}**\n\n{}", rule.code, rule.name, rule.gist());
        Some((text, word.span))
    }

    /// A section of airflow.cfg.
    fn section(&self, at: usize) -> Option<Found> {
        let input = self.reading.file()?;
        let Tree::Cfg(tree) = &input.tree else {
            return None;
        };
        let mut sections = tree.sections.iter();
        let section =
            sections.find(|section| section.header.start <= at && at <= section.header.end)?;
        let name = options()
            .sections()
            .find(|name| *name == section.name.expose())?;
        let options = options().names(name).count();
        let airflow = self.reading.target(input).airflow;
        let state = if crate::airflow::changes::has_section(name, airflow) {
            format!("Airflow {airflow} or one of its providers reads options of it.")
        } else {
            format!("Airflow {airflow} reads nothing of it.")
        };
        let text = format!("**[{name}]**\n\n{state} Over all releases it has {options} options.");
        Some((text, section.header))
    }

    /// The name of an option.
    fn name(&self, at: usize) -> Option<Found> {
        let (input, setting) = self.reading.name_at(at)?;
        let target = self.reading.target(input);
        let span = outward(input, setting.name);
        if let Form::PerKey(key) = &setting.form {
            let class = self.class(input, role_of(setting)?)?;
            return Some((facts::kwarg(class.any_kwarg(key)?, class, target), span));
        }
        let table = options();
        let form = table.form_of(&setting.section, &setting.option);
        let option = form.map_or(setting.option.as_str(), |(option, _)| option);
        let mut text = facts::option(&setting.section, option, target)
            .or_else(|| unknown(input, setting, target))?;
        let is_form = form.is_some() || setting.form != Form::Plain;
        if is_form && table.get(&setting.section, option).is_some() {
            let is_command = form.map_or(setting.form == Form::Cmd, |(_, is_command)| is_command);
            let from = if is_command {
                "In this form the value is the output of a command, which airvane never runs."
            } else {
                "In this form the value is the id under which Airflow asks its secrets backend."
            };
            let _ = write!(text, "\n\n{from}");
        }
        Some((text, span))
    }

    /// The class of a role: as the file itself says, else as the deployment does.
    fn class(&self, input: &Input, role: Role) -> Option<&'static BackendClass> {
        let own = classes(&self.reading.views(input));
        own[number(role)].or(self.classes[number(role)])
    }

    /// Inside of the value of an option.
    fn value(&self, at: usize) -> Option<Found> {
        let (input, setting) = self.reading.value_at(at)?;
        let target = self.reading.target(input);
        let role = role_of(setting);
        if let Some(role) = role.filter(|role| setting.option == role.class_option()) {
            let path = setting.value.expose().trim();
            let span = outward(input, setting.value.source());
            let found = class_for(path).filter(|_| setting.section == role.section())?;
            return Some((facts::class(found, target), span));
        }
        if let Some(role) = role
            && let Some(found) = self.kwargs(input, setting, role, at)
        {
            return Some(found);
        }
        let text = facts::option(&setting.section, &setting.option, target)?;
        Some((text, outward(input, setting.value.source())))
    }

    /// Inside of `backend_kwargs`.
    fn kwargs(&self, input: &Input, setting: &Setting, role: Role, at: usize) -> Option<Found> {
        let class = self.class(input, role)?;
        let target = self.reading.target(input);
        if let Form::PerKey(key) = &setting.form {
            let fact = class.any_kwarg(key)?;
            let mut text = facts::kwarg(fact, class, target);
            text.push_str(&self.leads_to(input, role, key));
            return Some((text, outward(input, setting.value.source())));
        }
        let tree = json::parse(&setting.value).ok()?;
        for member in tree.root().members() {
            let is_key = holds_part(input, tree.text(), member.key.range(), at);
            let is_value = holds_part(input, tree.text(), member.value.range(), at);
            if !is_key && !is_value {
                continue;
            }
            let key = member.key.as_str()?;
            let fact = class.any_kwarg(&key)?;
            let mut text = facts::kwarg(fact, class, target);
            text.push_str(&self.leads_to(input, role, &key));
            let part = if is_key { member.key } else { member.value };
            return Some((text, outward(input, part.span())));
        }
        None
    }

    /// The names that a prefix leads to, and the ids that a lookup pattern lets through.
    fn leads_to(&self, input: &Input, role: Role, key: &str) -> String {
        let Some((kind, is_pattern)) = kind_of(key) else {
            return String::new();
        };
        for view in self.reading.views(input) {
            let backends = view.secrets.backends();
            for backend in backends.filter(|backend| backend.role == role) {
                let told = if is_pattern {
                    self.lets_through(backend, kind, key, view.target)
                } else {
                    self.asks_for(backend, kind, key, view.target)
                };
                if let Some(told) = told {
                    return format!("\n\n{told}");
                }
            }
        }
        String::new()
    }

    /// Some ids of this kind that are asked for; else one that everybody understands.
    fn examples(&self, kind: EntryKind) -> Vec<&str> {
        let ids = self.ids.iter().filter(|(of, _)| *of == kind);
        let mut ids: Vec<&str> = ids.map(|(_, id)| id.as_str()).collect();
        if ids.is_empty() {
            ids.push(match kind {
                EntryKind::Connection => "smtp_default",
                EntryKind::Variable => "my_variable",
                EntryKind::Config => "sql_alchemy_conn",
            });
        }
        ids
    }

    fn asks_for(
        &self,
        backend: &Backend<'_>,
        kind: EntryKind,
        key: &str,
        target: &Target,
    ) -> Option<String> {
        shown(backend, key)?;
        let Construction::Built(built) = backend.construct(target) else {
            return None;
        };
        let mut lines = Vec::new();
        for id in self.examples(kind).into_iter().take(5) {
            let question = Question {
                kind,
                id,
                team: None,
                multi_team: backend.multi_team,
            };
            if let Ask::For(names) = built.ask(&question, target)
                && names.iter().all(|name| PublicShape::Name.admits(name))
            {
                let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
                lines.push(format!(
                    "- {} `{id}`: {}",
                    kind.word(),
                    names.join(", then ")
                ));
            }
        }
        (!lines.is_empty()).then(|| {
            let airflow = target.airflow;
            format!("Airflow {airflow} asks for:\n\n{}", lines.join("\n"))
        })
    }

    fn lets_through(
        &self,
        backend: &Backend<'_>,
        kind: EntryKind,
        key: &str,
        target: &Target,
    ) -> Option<String> {
        let value = shown(backend, key)?;
        let pattern = Pattern::new(&value, target.python).ok()?;
        let of_dags = self.ids.iter().any(|(of, _)| *of == kind);
        let mut lines = Vec::new();
        for id in self.examples(kind).into_iter().take(20) {
            let verdict = if pattern.matches(id)? {
                "is looked for here"
            } else {
                "is not looked for here"
            };
            lines.push(format!("- `{id}` {verdict}"));
        }
        let from = if of_dags {
            "Of the ids that DAGs ask for"
        } else {
            "For instance"
        };
        Some(format!("{from}:\n\n{}", lines.join("\n")))
    }

    /// Inside of a connection.
    fn definition(&self, at: usize) -> Option<Found> {
        let (input, definition) = self.reading.definition_at(at)?;
        if definition.kind != EntryKind::Connection {
            return None;
        }
        let target = self.reading.target(input);
        let reader = Reader {
            airflow: target.airflow,
            runtime: match target.runtime {
                Runtime::Server => Runtime::Server,
                Runtime::Task | Runtime::Both => Runtime::Task,
            },
            python: target.python,
        };
        of_connection(input, definition, &reader, at)
    }
}

fn of_connection(
    input: &Input,
    definition: &Definition,
    reader: &Reader,
    at: usize,
) -> Option<Found> {
    let value = &definition.value;
    let format = Format::of(definition);
    let reading = connection::read(value, reader, &format);
    let conn_type = reading.outcome.as_ref().ok();
    let conn_type =
        conn_type.and_then(|built| facts::type_named(built.conn_type.as_ref()?.expose()));
    match &reading.shape {
        Shape::Uri(parts) => {
            let singles = [
                ("conn_type", &parts.scheme),
                ("protocol", &parts.protocol),
                ("login", &parts.login),
                ("password", &parts.password),
                ("host", &parts.host),
                ("port", &parts.port),
                ("schema", &parts.path),
                ("fragment", &parts.fragment),
            ];
            for (name, range) in singles {
                let Some(range) = range.clone().filter(|range| !range.is_empty()) else {
                    continue;
                };
                if holds_part(input, value, range.clone(), at) {
                    let mut text = facts::field(name)?.to_owned();
                    if let Some((name, kind)) = conn_type.filter(|_| name == "conn_type") {
                        text = facts::conn_type(name, kind);
                    }
                    return Some((text, outward(input, value.span(range))));
                }
            }
            for (key, of_key) in &parts.pairs {
                if holds_part(input, value, key.start..of_key.end, at) {
                    let name = value.expose().get(key.clone())?;
                    let text = extra(name, conn_type);
                    return Some((text, outward(input, value.span(key.clone()))));
                }
            }
            None
        }
        Shape::Json(Some(tree)) => of_object(input, tree, conn_type, at),
        Shape::Json(None) | Shape::Blank => None,
    }
}

/// A type of connections and its name.
type Named = (&'static str, &'static crate::airflow::conn_types::ConnType);

fn of_object(input: &Input, tree: &Json, conn_type: Option<Named>, at: usize) -> Option<Found> {
    for member in tree.root().members() {
        let is_key = holds_part(input, tree.text(), member.key.range(), at);
        let is_value = holds_part(input, tree.text(), member.value.range(), at);
        if !is_key && !is_value {
            continue;
        }
        let key = member.key.as_str()?;
        if key == "extra"
            && is_value
            && let Some(found) = of_extra(input, tree, member.value, conn_type, at)
        {
            return Some(found);
        }
        let text = match conn_type.filter(|_| key == "conn_type") {
            Some((name, kind)) => facts::conn_type(name, kind),
            None => facts::field(&key)?.to_owned(),
        };
        let part = if is_key { member.key } else { member.value };
        return Some((text, outward(input, part.span())));
    }
    None
}

/// The extra: an object, or the text of one.
fn of_extra(
    input: &Input,
    tree: &Json,
    value: json::Value<'_>,
    conn_type: Option<Named>,
    at: usize,
) -> Option<Found> {
    let inner;
    let (text, root) = if value.kind() == Kind::String {
        inner = json::parse(&value.string()?).ok()?;
        (inner.text(), inner.root())
    } else {
        (tree.text(), value)
    };
    for member in root.members() {
        if holds_part(input, text, member.key.range(), at)
            || holds_part(input, text, member.value.range(), at)
        {
            let name = member.key.as_str()?;
            let told = extra(&name, conn_type);
            return Some((told, outward(input, member.key.span())));
        }
    }
    None
}

/// A key of the extra. One that no table has is not repeated.
fn extra(name: &str, conn_type: Option<Named>) -> String {
    let field = conn_type.and_then(|(conn_type, kind)| {
        let (name, field) = kind.extra_fields.get_key_value(name)?;
        Some(facts::extra_field(name, field, conn_type))
    });
    field.unwrap_or_else(|| match conn_type {
        Some((conn_type, kind)) if kind.extra_open => format!(
            "**extra**\n\nA key of the extra. The hook of `{conn_type}` hands on keys that no table has."
        ),
        Some((conn_type, _)) => format!(
            "**extra**\n\nA key of the extra; no table has it for the hook of `{conn_type}`."
        ),
        None => "**extra**\n\nA key of the extra.".to_owned(),
    })
}

/// A name that no table has. It is not repeated: a broken line may have made one of a secret.
fn unknown(input: &Input, setting: &Setting, target: &Target) -> Option<String> {
    let table = options();
    let known = table.sections().find(|name| *name == setting.section)?;
    let airflow = target.airflow;
    let mut mask = input.mask.clone();
    mask.seal();
    let near = table.nearest_option(known, &setting.option);
    let near = near.filter(|_| mask.shows(setting.name))?;
    Some(format!(
        "No release up to Airflow {airflow} has this option in [{known}]. Did you mean `{near}`?"
    ))
}

/// The role that an option belongs to.
fn role_of(setting: &Setting) -> Option<Role> {
    [Role::Secrets, Role::Workers].into_iter().find(|role| {
        let plain = setting.option == role.class_option() || setting.option == role.kwargs_option();
        setting.section == role.section() && plain
    })
}

/// Of what a keyword argument decides the names, and whether it is a pattern.
fn kind_of(key: &str) -> Option<(EntryKind, bool)> {
    let (kind, rest) = [
        ("connections", EntryKind::Connection),
        ("variables", EntryKind::Variable),
        ("config", EntryKind::Config),
    ]
    .into_iter()
    .find_map(|(word, kind)| Some((kind, key.strip_prefix(word)?)))?;
    match rest {
        "_prefix" | "_path" => Some((kind, false)),
        "_lookup_pattern" => Some((kind, true)),
        _ => None,
    }
}

/// The text of a keyword argument, if it is one that may be shown; empty where the default holds.
fn shown(backend: &Backend<'_>, key: &str) -> Option<String> {
    let Some(kwarg) = backend.kwarg(key) else {
        return Some(String::new());
    };
    let class = backend.known_class()?.class;
    let text = match &kwarg.value {
        KwargValue::Json(value) => value.string()?,
        KwargValue::Raw(text) => (*text).clone(),
    };
    let admitted = public::kwarg(Some(class), key).is_some_and(|shape| shape.admits(text.expose()));
    (admitted && text.is_known()).then(|| text.expose().to_owned())
}

fn outward(input: &Input, span: Span) -> Span {
    input.outward(Place::new(input.id, span)).span
}
