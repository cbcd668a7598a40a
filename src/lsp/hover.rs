//! Hover: what Airflow does with the word under the cursor. The words come from the shipped tables; of the
//! file only what its mask shows, and the ids that an output may name.

mod connection;
mod prefix;

use std::fmt::Write as _;

use lsp_types::{Hover, HoverContents, HoverParams, MarkupContent, MarkupKind, Range};
use serde_json::Value;

use super::answers::Known;
use super::documents::path_of;
use super::facts;
use super::position::Lines;
use super::reading::{Classes, Reading, Way, classes, holds_part, number};
use super::server::{Refused, parameters};
use crate::airflow::Target;
use crate::airflow::backend::Role;
use crate::airflow::backend::data::{BackendClass, class_for};
use crate::airflow::data::options;
use crate::check;
use crate::inputs::{EntryKind, Form, Input, Setting, Tree};
use crate::rules;
use crate::source::{Place, Span, Text};
use crate::syntax::json::{self, Member};

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
            asks: known.asks_of(&path),
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
    /// How the deployment asks for the entries of stores.
    asks: &'r [Way],
}

impl Scene<'_> {
    fn at(&self, at: usize) -> Option<Found> {
        self.ignored(at)
            .or_else(|| self.section(at))
            .or_else(|| self.name(at))
            .or_else(|| self.value(at))
            .or_else(|| self.connection(at))
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
        let (member, is_key) = member_at(input, tree.text(), tree.root(), at)?;
        let key = member.key.as_str()?;
        let mut text = facts::kwarg(class.any_kwarg(&key)?, class, target);
        text.push_str(&self.leads_to(input, role, &key));
        let part = if is_key { member.key } else { member.value };
        Some((text, outward(input, part.span())))
    }
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

fn outward(input: &Input, span: Span) -> Span {
    input.outward(Place::new(input.id, span)).span
}

/// The member of an object that stands at a byte of the file, and whether that byte is one of its key.
fn member_at<'j>(
    input: &Input,
    text: &Text,
    object: json::Value<'j>,
    at: usize,
) -> Option<(Member<'j>, bool)> {
    let mut members = object.members();
    members.find_map(|member| {
        let is_key = holds_part(input, text, member.key.range(), at);
        let is_here = is_key || holds_part(input, text, member.value.range(), at);
        is_here.then_some((member, is_key))
    })
}
