//! `helm_release` of a chart that installs Airflow: the values that Helm puts together of its `values` and `set`.
//!
//! A text of values is read as the file would be. Several are merged as Helm does, with what `set` says last. What is not
//! known of them (`file`, `templatefile`, names of `dynamic`) may set anything: then the backend is open.

use std::collections::BTreeMap;

use super::{Reader, helm_text};
use crate::inputs::carrier::{Environment, Part};
use crate::inputs::helm;
use crate::inputs::kubernetes::{Found, Layer};
use crate::source::{Fidelity, Span, Text, TextBuilder};
use crate::syntax::hcl::{Body, Expr, Node};
use crate::syntax::json::write::push_string;
use crate::syntax::json::{self, Kind, Value};
use crate::syntax::yaml;
use crate::syntax::yaml::schema::Schema;

/// The type of the resource.
pub(super) const RELEASE: &str = "helm_release";

/// Arguments that name single values, in the order in which they are set. Both are blocks up to version 2 of the
/// provider and lists of objects from 3 on.
const SETS: [&str; 2] = ["set", "set_sensitive"];

/// Mappings in mappings are merged this far.
const MOST_LEVELS: usize = 32;

/// Longer lists are not what `set` with an index makes of them.
const MOST_ITEMS: usize = 1_000;

/// Values, each scalar as it stands in JSON.
enum Tree {
    Map(BTreeMap<String, (Text, Tree)>),
    List(Vec<Tree>),
    /// A scalar, or what is nested deeper than anybody looks.
    Leaf(Text),
}

/// One value that `set` names.
enum Key {
    Name(Text),
    Index(usize),
}

/// Values as they are put together.
struct Values {
    tree: Tree,
    /// How many texts of values there are, and the only one.
    texts: usize,
    only: Option<Text>,
    /// Something besides may be set there.
    open: Option<Text>,
}

impl<'a> Reader<'a> {
    /// True for a release whose values are read here.
    pub(super) fn is_release_of_airflow(&self, body: &'a Body) -> bool {
        let chart = body.value("chart").map(|chart| self.text(chart));
        let name = chart.as_ref().map_or("", Text::expose);
        ["airflow", "astro"].iter().any(|word| name.contains(word))
    }

    /// Reads the values of a release.
    pub(super) fn release(&mut self, body: &'a Body) {
        let mut values = Values {
            tree: Tree::Map(BTreeMap::new()),
            texts: 0,
            only: None,
            open: None,
        };
        if let Some(list) = body.value("values") {
            let list = self.values.follow(list);
            match &list.node {
                Node::Tuple(items) => {
                    for item in items {
                        self.layer(item, &mut values);
                    }
                }
                Node::Null => {}
                _ => values.open(list),
            }
        }
        let mut is_set = false;
        for name in SETS {
            for block in body.blocks(name) {
                let value = |name: &str| block.body.value(name);
                self.set([value("name"), value("value"), value("type")], &mut values);
                is_set = true;
            }
            let Some(list) = body.value(name) else {
                continue;
            };
            let list = self.values.follow(list);
            let Node::Tuple(items) = &list.node else {
                values.open(list);
                continue;
            };
            for item in items {
                let member = |name: &str| self.values.member(item, name);
                let arguments = [member("name"), member("value"), member("type")];
                self.set(arguments, &mut values);
                is_set = true;
            }
        }
        for block in body.blocks("dynamic") {
            if SETS.contains(&block.label(0)) {
                values.open.get_or_insert_with(|| block.kind.clone());
            }
        }
        for name in ["set_list", "set_wo"] {
            let block = body.blocks(name).next().map(|block| block.kind.clone());
            let attribute = body.value(name).map(|list| list.raw.clone());
            if let Some(raw) = block.or(attribute) {
                values.open.get_or_insert(raw);
            }
        }
        self.finish(values, is_set);
    }

    /// One text of values.
    fn layer(&mut self, item: &'a Expr, values: &mut Values) {
        let item = self.values.follow(item);
        let encoded = item.call("yamlencode").or_else(|| item.call("jsonencode"));
        let text = match (encoded, &item.node) {
            (Some([arg]), _) => self.values.encode(arg),
            (None, Node::Template(_)) => {
                let (text, is_whole) = helm_text::parseable(&self.values.text(item));
                if !is_whole {
                    values.open(item);
                }
                text
            }
            _ => return values.open(item),
        };
        let yaml = yaml::parse(text.expose(), 0);
        let json = yaml
            .root()
            .map(|root| yaml::json::as_json(root, Schema::Kubernetes));
        let json = match (json, yaml.error()) {
            (Some(Ok(json)), None) => json.standing_in(&text),
            (None, None) => return,
            _ => return values.open(item),
        };
        let Ok(tree) = json::parse(&json) else {
            return values.open(item);
        };
        if tree.root().kind() != Kind::Object {
            return values.open(item);
        }
        values.tree.merge(tree.root(), 0);
        values.texts += 1;
        values.only = Some(text);
    }

    /// One value by its name.
    fn set(&mut self, [name, value, kind]: [Option<&'a Expr>; 3], values: &mut Values) {
        let (Some(name), Some(value)) = (name, value) else {
            return;
        };
        let written = self.text(name);
        let Some(keys) = keys(&written) else {
            return values.open(name);
        };
        let kind = kind.map(|kind| self.text(kind));
        let kind = kind.as_ref().map_or("auto", Text::expose);
        let leaf = leaf(&self.text(value), kind);
        if !values.tree.set(&keys, leaf) {
            values.open(name);
        }
    }

    fn finish(&mut self, values: Values, is_set: bool) {
        let mut open = values.open;
        if open.is_none() {
            open = values.tree.unknown(0);
        }
        // One text by itself keeps its own form.
        let text = match values.only {
            Some(text) if values.texts == 1 && !is_set => text,
            _ => {
                let mut out = TextBuilder::at(0);
                values.tree.write(&mut out);
                out.finish()
            }
        };
        let yaml = yaml::parse(text.expose(), 0);
        let mut found = Found::inside(text.expose());
        if let Some(root) = yaml.root() {
            helm::values(root, Layer::inside(&text), &mut found);
        }
        let (mut parts, mask, mut around) = found.leave();
        if parts.is_empty() {
            return;
        }
        if let Some(open) = open {
            leave_open(&mut parts, &open, &values.tree);
        }
        self.mask.show_all(mask.visible().iter().copied());
        self.blocks.append(&mut around.blocks);
        self.faults.append(&mut around.faults);
        self.released.append(&mut parts);
    }
}

/// Lets what decides of a backend be unknown in every environment, unless `tree` sets it in the airflow.cfg.
fn leave_open(parts: &mut Vec<Part>, by: &Text, tree: &Tree) {
    let mut environments = parts.iter_mut().filter_map(|part| match part {
        Part::Environment(environment) => Some(environment),
        _ => None,
    });
    let mut own = Environment::default();
    let mut is_alone = true;
    for environment in &mut environments {
        environment.leave_open(by, |name| tree.sets(name));
        is_alone = false;
    }
    own.leave_open(by, |name| tree.sets(name));
    if is_alone && !own.variables.is_empty() {
        parts.push(Part::Environment(own));
    }
}

impl Values {
    fn open(&mut self, by: &Expr) {
        self.open.get_or_insert_with(|| by.raw.clone());
    }
}

impl Tree {
    fn of(value: Value<'_>, level: usize) -> Self {
        match value.kind() {
            Kind::Object if level < MOST_LEVELS => {
                let mut tree = Self::Map(BTreeMap::new());
                tree.merge(value, level);
                tree
            }
            Kind::Array if level < MOST_LEVELS => Self::List(
                value
                    .items()
                    .map(|item| Self::of(item, level + 1))
                    .collect(),
            ),
            _ => Self::Leaf(value.raw()),
        }
    }

    /// Puts the members of an object over what is there: mappings are merged, everything else is replaced
    /// (`mergeMaps` of Helm).
    fn merge(&mut self, object: Value<'_>, level: usize) {
        let Self::Map(map) = self else {
            return;
        };
        for member in object.effective_members() {
            let Some(key) = member.key.string() else {
                continue;
            };
            match map.get_mut(key.expose()) {
                Some((_, below @ Self::Map(_)))
                    if member.value.kind() == Kind::Object && level < MOST_LEVELS =>
                {
                    below.merge(member.value, level + 1);
                }
                _ => {
                    let tree = Self::of(member.value, level + 1);
                    map.insert(key.expose().to_owned(), (key, tree));
                }
            }
        }
    }

    /// Sets one value. False where that is not certain.
    fn set(&mut self, keys: &[Key], leaf: Text) -> bool {
        let mut here = self;
        for key in keys {
            here = match key {
                Key::Name(name) => {
                    if !matches!(here, Self::Map(_)) {
                        *here = Self::Map(BTreeMap::new());
                    }
                    let Self::Map(map) = here else {
                        return false;
                    };
                    let below = map.entry(name.expose().to_owned());
                    let empty = || (name.clone(), Self::Leaf(null(name.source())));
                    &mut below.or_insert_with(empty).1
                }
                Key::Index(index) => {
                    if !matches!(here, Self::List(_)) {
                        *here = Self::List(Vec::new());
                    }
                    let Self::List(items) = here else {
                        return false;
                    };
                    if *index >= MOST_ITEMS {
                        return false;
                    }
                    while items.len() <= *index {
                        items.push(Self::Leaf(null(leaf.source())));
                    }
                    &mut items[*index]
                }
            };
        }
        *here = Self::Leaf(leaf);
        true
    }

    /// What is not known where a part of the configuration may stand: at the top, and one level below.
    fn unknown(&self, level: usize) -> Option<Text> {
        const DEEPEST: usize = 2;
        match self {
            Self::Leaf(text) => (!text.is_known()).then(|| text.clone()),
            _ if level == DEEPEST => None,
            Self::Map(map) => map.values().find_map(|(_, below)| below.unknown(level + 1)),
            Self::List(items) => items.iter().find_map(|below| below.unknown(level + 1)),
        }
    }

    /// True where `config` sets the option of that variable.
    fn sets(&self, variable: &str) -> bool {
        let path = variable.trim_start_matches("AIRFLOW__").to_lowercase();
        let Some((section, option)) = path.split_once("__") else {
            return false;
        };
        let path = ["config", section, option];
        let found = path.iter().try_fold(self, |tree, key| match tree {
            Self::Map(map) => map.get(*key).map(|(_, below)| below),
            _ => None,
        });
        found.is_some()
    }

    /// Where the first of it stands.
    fn start(&self) -> usize {
        match self {
            Self::Leaf(text) => text.source().start,
            Self::Map(map) => {
                let starts = map.values().map(|(key, _)| key.source().start);
                starts.min().unwrap_or_default()
            }
            Self::List(items) => items.first().map_or(0, Self::start),
        }
    }

    /// As JSON, which is YAML.
    fn write(&self, out: &mut TextBuilder) {
        let mark = |out: &mut TextBuilder, mark: &str, at: Span| {
            out.push(mark, Span::at(at.start), Fidelity::Elsewhere);
        };
        let origin = Span::at(self.start());
        match self {
            Self::Leaf(text) => out.push_from(text, 0..text.len()),
            Self::Map(map) => {
                mark(out, "{", origin);
                for (index, (key, below)) in map.values().enumerate() {
                    let comma = if index > 0 { ", " } else { "" };
                    mark(out, comma, key.source());
                    push_string(out, key);
                    mark(out, ": ", key.source());
                    below.write(out);
                }
                mark(out, "}", origin);
            }
            Self::List(items) => {
                mark(out, "[", origin);
                for (index, below) in items.iter().enumerate() {
                    if index > 0 {
                        mark(out, ", ", origin);
                    }
                    below.write(out);
                }
                mark(out, "]", origin);
            }
        }
    }
}

fn null(at: Span) -> Text {
    Text::elsewhere("null", at)
}

/// `config.secrets.backend`, `env[0].name`, `a.b\.c` (`strvals` of Helm). `None` for what is not that plain.
fn keys(name: &Text) -> Option<Vec<Key>> {
    if !name.is_known() {
        return None;
    }
    let words = name.expose();
    let mut keys = Vec::new();
    let mut key = TextBuilder::at(name.source().start);
    let mut characters = words.char_indices();
    while let Some((at, c)) = characters.next() {
        match c {
            '\\' => {
                let (at, c) = characters.next()?;
                key.push_from(name, at..at + c.len_utf8());
            }
            '.' | '[' => {
                let done = std::mem::replace(&mut key, TextBuilder::at(name.span(at..at).start));
                if !done.expose().is_empty() {
                    keys.push(Key::Name(done.finish()));
                } else if !matches!(keys.last(), Some(Key::Index(_))) {
                    return None;
                }
                if c == '[' {
                    let length = words[at + 1..].find(']')?;
                    keys.push(Key::Index(words[at + 1..at + 1 + length].parse().ok()?));
                    characters.nth(length);
                }
            }
            '=' | ',' | '{' | '}' | ']' => return None,
            _ => key.push_from(name, at..at + c.len_utf8()),
        }
    }
    match key.expose().is_empty() {
        false => keys.push(Key::Name(key.finish())),
        true if matches!(keys.last(), Some(Key::Index(_))) => {}
        true => return None,
    }
    Some(keys)
}

/// The JSON of a value of `set`, as `strvals` takes it by its type.
fn leaf(value: &Text, kind: &str) -> Text {
    let words = value.expose();
    let number = !words.is_empty() && words.bytes().all(|byte| byte.is_ascii_digit());
    let number = number && (words == "0" || !words.starts_with('0'));
    let is_typed = kind == "auto" && (number || matches!(words, "true" | "false" | "null"));
    if is_typed && value.is_known() {
        return value.clone();
    }
    let mut text = TextBuilder::at(value.source().start);
    let mut is_certain = matches!(kind, "auto" | "string" | "literal");
    if kind == "literal" {
        text.push_from(value, 0..value.len());
    } else {
        // A backslash takes the next character as it is; a comma ends the value, a brace begins a list.
        is_certain &= !words.starts_with(['{', '[']);
        let mut characters = words.char_indices();
        while let Some((at, c)) = characters.next() {
            let taken = match c {
                '\\' => characters.next().unwrap_or((at, c)),
                ',' => {
                    is_certain = false;
                    (at, c)
                }
                _ => (at, c),
            };
            text.push_from(value, taken.0..taken.0 + taken.1.len_utf8());
        }
    }
    let text = text.finish();
    let text = if is_certain {
        text
    } else {
        text.into_unknown()
    };
    let mut json = TextBuilder::at(value.source().start);
    push_string(&mut json, &text);
    json.finish()
}
