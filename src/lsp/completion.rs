//! Completion: names of sections, options, environment variables, classes, keyword arguments, connection
//! types and fields, each where it belongs.
//!
//! A text that somebody is typing does not parse, so the place is found by its line and by what stands
//! above it. Every word that is offered comes from the shipped tables; no word of a file is.

use std::path::Path;

use lsp_types::{
    CompletionItem, CompletionItemKind, CompletionItemTag, CompletionList, CompletionParams,
    CompletionTextEdit, Documentation, MarkupContent, MarkupKind, TextEdit,
};
use serde_json::Value;

use super::answers::Known;
use super::documents::path_of;
use super::facts;
use super::place::{Place, Value as Typed, json_place};
use super::position::Lines;
use super::reading::{Reading, classes, number};
use super::server::{Refused, parameters};
use crate::airflow::Target;
use crate::airflow::backend::Role;
use crate::airflow::backend::data::{self, BackendClass};
use crate::airflow::changes::{Fate, fate};
use crate::airflow::conn_types;
use crate::airflow::connection::FIELDS;
use crate::airflow::data::options;
use crate::inputs::Kind;

/// `textDocument/completion`
pub(super) fn answer(params: Value, known: &Known) -> Result<Value, Refused> {
    let params: CompletionParams = parameters(params)?;
    let at = params.text_document_position;
    let items = path_of(&at.text_document.uri).and_then(|path| {
        let document = known.documents.get(&path)?;
        let lines = Lines::new(document.text.as_bytes(), known.encoding);
        let offset = lines.offset(at.position);
        let scene = Scene::of(&path, known)?;
        let place = Place::of(&document.text, offset, scene.kind)?;
        let mut items = scene.offers(&place);
        let range = lines.range(offset - place.typed().len(), offset);
        for item in &mut items {
            let text = item
                .insert_text
                .take()
                .unwrap_or_else(|| item.label.clone());
            item.filter_text = Some(text.clone());
            if !reads_markdown(known) {
                plain(item);
            }
            item.text_edit = Some(CompletionTextEdit::Edit(TextEdit::new(range, text)));
        }
        Some(items)
    });
    let list = CompletionList {
        is_incomplete: false,
        items: items.unwrap_or_default(),
    };
    Ok(serde_json::to_value(list).unwrap_or_default())
}

/// The client says that it can show Markdown beside an item.
fn reads_markdown(known: &Known) -> bool {
    let client = known.client.text_document.as_ref();
    let client = client.and_then(|client| client.completion.as_ref());
    let item = client.and_then(|client| client.completion_item.as_ref());
    let formats = item.and_then(|item| item.documentation_format.as_ref());
    formats.is_some_and(|formats| formats.contains(&MarkupKind::Markdown))
}

fn plain(item: &mut CompletionItem) {
    if let Some(Documentation::MarkupContent(text)) = item.documentation.take() {
        item.documentation = Some(Documentation::String(facts::plain(&text.value)));
    }
}

/// What is offered from.
struct Scene {
    kind: Kind,
    target: Target,
    /// The classes of `[secrets]` and `[workers]`.
    classes: [Option<&'static BackendClass>; 2],
}

impl Scene {
    fn of(path: &Path, known: &Known) -> Option<Self> {
        let reading = Reading::of(path, known)?;
        let input = reading.file()?;
        let deployed = known.classes_of(path);
        let own = classes(&reading.views(input));
        let document = known.documents.get(path)?;
        let class = |role: usize| {
            let known = own[role].or(deployed[role]);
            known.or_else(|| only_class(&document.text))
        };
        Some(Self {
            kind: input.kind,
            target: reading.target(input).clone(),
            classes: [class(0), class(1)],
        })
    }

    fn offers(&self, place: &Place<'_>) -> Vec<CompletionItem> {
        match place {
            Place::Section { .. } => self.sections(),
            Place::Option { section, .. } => self.options(section),
            Place::Variable { .. } => self.variables(),
            Place::Dotted { dot, .. } => self.dotted(*dot),
            Place::ConnType { .. } => conn_types(|name| Some(name.to_owned())),
            Place::Value(typed) => self.values(typed),
            Place::Connection { value } => connections(value),
        }
    }

    fn sections(&self) -> Vec<CompletionItem> {
        let airflow = self.target.airflow;
        let sections = options().sections();
        let sections = sections.filter(|name| crate::airflow::changes::has_section(name, airflow));
        sections
            .map(|name| item(name, CompletionItemKind::MODULE))
            .collect()
    }

    /// The options of a section that the release reads.
    fn known(&self, section: &str) -> impl Iterator<Item = &'static str> {
        let airflow = self.target.airflow;
        let table = options();
        let section = table.sections().find(|known| *known == section);
        section.into_iter().flat_map(move |section| {
            let names = table.names(section);
            names.filter(move |name| match fate(section, name, airflow) {
                Fate::InForce => true,
                Fate::Renamed { is_read, .. } => is_read,
                Fate::NotYet { .. } | Fate::Removed { .. } | Fate::Unknown => false,
            })
        })
    }

    fn options(&self, section: &str) -> Vec<CompletionItem> {
        let names = self.known(section);
        names
            .map(|name| {
                let item = item(name, CompletionItemKind::PROPERTY);
                self.described(item, section, name)
            })
            .collect()
    }

    /// Every option, under a name that `name` makes of section and option.
    fn everywhere(
        &self,
        kind: CompletionItemKind,
        name: impl Fn(&str, &str) -> String,
    ) -> Vec<CompletionItem> {
        let mut items = Vec::new();
        for section in options().sections() {
            for option in self.known(section) {
                let item = item(&name(section, option), kind);
                items.push(self.described(item, section, option));
            }
        }
        items
    }

    fn dotted(&self, dot: char) -> Vec<CompletionItem> {
        self.everywhere(CompletionItemKind::PROPERTY, |section, option| {
            format!("{section}{dot}{option}")
        })
    }

    fn variables(&self) -> Vec<CompletionItem> {
        let mut items = self.everywhere(CompletionItemKind::VARIABLE, facts::variable);
        for (start, what) in [
            (
                "AIRFLOW_CONN_",
                "A connection: its id follows, in upper case.",
            ),
            (
                "AIRFLOW_VAR_",
                "A variable: its key follows, in upper case.",
            ),
        ] {
            let item = item(start, CompletionItemKind::VARIABLE);
            items.push(documented(item, what.to_owned()));
        }
        items
    }

    fn described(&self, mut item: CompletionItem, section: &str, option: &str) -> CompletionItem {
        let is_old = matches!(
            fate(section, option, self.target.airflow),
            Fate::Renamed { .. }
        );
        if is_old {
            item.tags = Some(vec![CompletionItemTag::DEPRECATED]);
        }
        match facts::option(section, option, &self.target) {
            Some(text) => documented(item, text),
            None => item,
        }
    }

    fn values(&self, typed: &Typed<'_>) -> Vec<CompletionItem> {
        for role in [Role::Secrets, Role::Workers] {
            if typed.section != role.section() {
                continue;
            }
            if typed.option == role.class_option() {
                return self.classes();
            }
            if typed.option == role.kwargs_option() {
                let class = self.classes[number(role)];
                return class.map_or_else(Vec::new, |class| self.kwargs(class, typed));
            }
        }
        let (section, option) = (typed.section.as_str(), typed.option.as_str());
        let airflow = self.target.airflow;
        let mut values = facts::values(section, option, airflow);
        if values.is_empty() && facts::is_boolean(section, option, airflow) {
            values = vec!["True", "False"];
        }
        let values = values.into_iter();
        values
            .map(|value| item(value, CompletionItemKind::VALUE))
            .collect()
    }

    fn classes(&self) -> Vec<CompletionItem> {
        let classes = data::classes().iter();
        // Those that every process has anyway are no choice.
        let classes = classes.filter(|class| {
            !matches!(
                class.short_name.as_str(),
                "environment_variables" | "metastore" | "execution_api"
            )
        });
        classes
            .filter_map(|class| {
                let found = data::class_for(&class.class_path)?;
                let item = item(&class.class_path, CompletionItemKind::CLASS);
                Some(documented(item, facts::class(found, &self.target)))
            })
            .collect()
    }

    fn kwargs(&self, class: &BackendClass, typed: &Typed<'_>) -> Vec<CompletionItem> {
        let Some(json) = json_place(typed.text) else {
            return Vec::new();
        };
        if !json.is_key || json.depth != 1 {
            return Vec::new();
        }
        let release = class.release(&self.target);
        let facts = class.all_kwargs();
        let facts = facts.filter(|fact| {
            release.is_none_or(|release| fact.is_in(release)) && !json.keys.contains(&fact.name)
        });
        facts
            .map(|fact| {
                let mut item = item(&fact.name, CompletionItemKind::PROPERTY);
                item.insert_text = Some(json.quoted(&fact.name));
                if release.is_some_and(|release| fact.is_deprecated_in(release)) {
                    item.tags = Some(vec![CompletionItemTag::DEPRECATED]);
                }
                documented(item, facts::kwarg(fact, class, &self.target))
            })
            .collect()
    }
}

/// The one class whose path stands in a text: while somebody types, it may not parse.
fn only_class(text: &str) -> Option<&'static BackendClass> {
    let classes = data::classes().iter();
    let mut classes = classes.filter(|class| text.contains(&class.class_path));
    classes.next().filter(|_| classes.next().is_none())
}

/// Inside of the value of a connection.
fn connections(value: &str) -> Vec<CompletionItem> {
    if value.trim_start().starts_with('{') {
        return in_object(value);
    }
    if value.contains("://") {
        return Vec::new();
    }
    conn_types(|name| {
        let mut characters = name.chars();
        let is_scheme =
            characters.all(|one| one.is_ascii_lowercase() || one.is_ascii_digit() || one == '_');
        // What holds other characters is no scheme of a URI.
        is_scheme.then(|| format!("{}://", name.replace('_', "-")))
    })
}

fn in_object(value: &str) -> Vec<CompletionItem> {
    let Some(json) = json_place(value) else {
        return Vec::new();
    };
    if json.is_key && json.depth == 1 {
        let fields = FIELDS
            .iter()
            .filter(|field| !json.keys.iter().any(|key| key == *field));
        return fields
            .map(|field| {
                let mut item = item(field, CompletionItemKind::FIELD);
                item.insert_text = Some(json.quoted(field));
                let about = facts::field(field).unwrap_or_default();
                documented(item, about.to_owned())
            })
            .collect();
    }
    if !json.is_key && json.depth == 1 && json.value_of.as_deref() == Some("conn_type") {
        return conn_types(|name| Some(json.quoted(name)));
    }
    Vec::new()
}

/// The types of connections, each as `text` writes it, if it can be written.
fn conn_types(text: impl Fn(&str) -> Option<String>) -> Vec<CompletionItem> {
    let types = conn_types::all().filter(|(_, kind)| kind.deprecated.is_none());
    types
        .filter_map(|(name, kind)| {
            let mut item = item(name, CompletionItemKind::ENUM_MEMBER);
            item.insert_text = Some(text(name)?);
            Some(documented(item, facts::conn_type(name, kind)))
        })
        .collect()
}

fn item(label: &str, kind: CompletionItemKind) -> CompletionItem {
    CompletionItem {
        label: label.to_owned(),
        kind: Some(kind),
        ..CompletionItem::default()
    }
}

fn documented(mut item: CompletionItem, text: String) -> CompletionItem {
    item.documentation = Some(Documentation::MarkupContent(MarkupContent {
        kind: MarkupKind::Markdown,
        value: text,
    }));
    item
}
