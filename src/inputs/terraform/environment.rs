//! Environments by their shapes.

use std::collections::HashSet;

use super::Reader;
use crate::inputs::carrier::{Environment, Variable};
use crate::inputs::{composer, ecs, mwaa};
use crate::source::{Span, Text, TextBuilder};
use crate::syntax::hcl::{Body, Expr, Node};
use crate::syntax::json;

/// Lists in lists, by names and `concat`, are followed this far.
const MOST_LEVELS: usize = 16;

/// Longer lists, put together of several, are read up to here.
const MOST_ITEMS: usize = 10_000;

/// An environment, and the lists or maps that it is made of, its own place first.
pub(super) struct Found {
    pub(super) environment: Environment,
    pub(super) made_of: Vec<Span>,
}

/// The environments that are no pieces of another one.
pub(super) fn apart(found: Vec<Found>) -> Vec<Environment> {
    let pieces = found.iter().flat_map(|one| one.made_of.iter().skip(1));
    let pieces: HashSet<Span> = pieces.copied().collect();
    let whole = found
        .into_iter()
        .filter(|one| one.made_of.first().is_none_or(|own| !pieces.contains(own)));
    whole.map(|one| one.environment).collect()
}

/// What a list or a map is made of.
struct Pieces<'a> {
    items: Vec<&'a Expr>,
    made_of: Vec<Span>,
    /// Something besides these belongs to it that is not known.
    open: bool,
}

/// A name with the expression of its value; `None` where it is handed on.
type Named<'a> = (Text, Option<&'a Expr>);

impl<'a> Reader<'a> {
    /// `[{ name = "A", value = "b" }]`, `["A=b"]`, and `concat` of these.
    pub(super) fn list(&mut self, expr: &'a Expr) {
        let pieces = self.pieces(expr, "concat");
        let mut named: Vec<Named<'a>> = Vec::new();
        let mut lines = Vec::new();
        let mut keys = Vec::new();
        for item in &pieces.items {
            let item = self.values.follow(item);
            match &item.node {
                Node::Object(_) => {
                    let Some(members) = self.values.members(item) else {
                        continue;
                    };
                    let get = |wanted: &str| {
                        let mut members = members.iter();
                        let found = members.find(|(name, _)| name.expose() == wanted);
                        found.map(|(_, member)| *member)
                    };
                    let Some(name) = get("name").or_else(|| get("key")) else {
                        continue;
                    };
                    let text = self.text(&name.value);
                    if !text.is_known() {
                        continue;
                    }
                    let value = get("value");
                    keys.extend([Some(name), value].into_iter().flatten());
                    named.push((text, value.map(|member| &member.value)));
                }
                Node::Template(_) => lines.extend(line(&self.text(item))),
                _ => {}
            }
        }
        if !is_of_airflow(named.iter().map(|(name, _)| name))
            && !is_of_airflow(lines.iter().map(|one| &one.name))
        {
            return;
        }
        for member in keys {
            self.show(member.key.span(), member.value.span());
        }
        let mut variables = self.variables(named);
        variables.extend(lines);
        self.take(variables, expr, pieces);
    }

    /// `{ A = "b" }`, and `merge` of these.
    pub(super) fn map(&mut self, expr: &'a Expr) {
        let (named, pieces) = self.members(expr);
        if !is_of_airflow(named.iter().map(|(name, _)| name)) {
            return;
        }
        let variables = self.variables(named);
        self.take(variables, expr, pieces);
    }

    /// The options of MWAA: `secrets.backend` is `AIRFLOW__SECRETS__BACKEND` in its containers.
    pub(super) fn options(&mut self, expr: &'a Expr) {
        let (named, pieces) = self.members(expr);
        if named.is_empty() {
            return;
        }
        let options = self.variables(named).into_iter();
        let options = options.map(|option| (option.name, option.value));
        let environment = mwaa::environment(expr.span(), options);
        self.take_as(environment, expr, pieces);
    }

    /// The options that a variable holds by default, where the module is given no others: `var.options`, or a member of
    /// it.
    pub(super) fn options_by_default(&mut self, expr: &'a Expr) {
        let file = self.file;
        let [kind, name, members @ ..] = self.values.follow(expr).steps() else {
            return;
        };
        // One of that name is read where it stands.
        let is_variable = kind.name() == Some("var") && name.name() != Some(super::OPTIONS);
        let mut blocks = file.body.blocks("variable");
        let block = blocks.find(|block| is_variable && name.name() == Some(block.label(0)));
        let Some(mut default) = block.and_then(|block| block.body.value("default")) else {
            return;
        };
        for step in members {
            let member = step
                .name()
                .and_then(|name| self.values.member(default, name));
            let Some(member) = member else { return };
            default = member;
        }
        if self.defaults.insert(default.span()) {
            self.options(default);
        }
    }

    /// The overrides of Cloud Composer, and the variables beside them.
    pub(super) fn overrides(&mut self, overrides: &'a Expr, variables: Option<&'a Expr>) {
        let (named, pieces) = self.members(overrides);
        let options = self.variables(named).into_iter();
        let options = options.map(|option| (option.name, option.value));
        let mut made_of = pieces.made_of.clone();
        let mut given = Vec::new();
        if let Some(variables) = variables {
            // The service takes none that sets an option: what else belongs to them says nothing of a backend.
            let (named, pieces) = self.members(variables);
            given = self.variables(named);
            made_of.extend(pieces.made_of);
        }
        let environment = composer::environment(options, given);
        if environment.variables.is_empty() {
            return;
        }
        let pieces = Pieces { made_of, ..pieces };
        self.take_as(environment, overrides, pieces);
    }

    /// The members of a map by their names. Of two with one name the later one counts.
    fn members(&mut self, expr: &'a Expr) -> (Vec<Named<'a>>, Pieces<'a>) {
        let mut pieces = self.pieces(expr, "merge");
        let mut named: Vec<Named<'a>> = Vec::new();
        for object in std::mem::take(&mut pieces.items) {
            let Some(mut members) = self.values.members(object) else {
                pieces.open = true;
                continue;
            };
            members.sort_by_key(|(_, member)| member.key.span());
            let set = members.iter();
            let set = set.filter(|(_, member)| !matches!(member.value.node, Node::Null));
            named.extend(set.map(|(name, member)| (name.clone(), Some(&member.value))));
            let ours = |name: &Text| {
                name.expose().starts_with("AIRFLOW_") || name.expose().contains(['.', '-'])
            };
            for (_, member) in members.iter().filter(|(name, _)| ours(name)) {
                let (key, value) = (member.key.span(), member.value.span());
                self.show(Span::at(key.end), value);
            }
        }
        (named, pieces)
    }

    /// Blocks `env { name = … value = … }` of a container of Kubernetes or Cloud Run.
    pub(super) fn env_blocks(&mut self, body: &'a Body) {
        let blocks: Vec<_> = body.blocks("env").collect();
        let mut named: Vec<Named<'a>> = Vec::new();
        for block in &blocks {
            if let Some(name) = block.body.value("name") {
                let name = self.text(name);
                let value = block.body.value("value");
                named.extend(name.is_known().then_some((name, value)));
            }
        }
        if !is_of_airflow(named.iter().map(|(name, _)| name)) {
            return;
        }
        for attribute in blocks.iter().flat_map(|block| &block.body.attributes) {
            if ["name", "value"].contains(&attribute.name.expose()) {
                self.show(attribute.name.source(), attribute.value.span());
            }
        }
        let variables = self.variables(named);
        let own = blocks.first().map_or(Span::at(0), |block| block.span);
        let environment = Environment {
            variables,
            ..Environment::default()
        };
        self.found(environment, vec![own]);
    }

    /// Container definitions that are written as JSON.
    pub(super) fn container_definitions(&mut self, expr: &'a Expr) {
        let expr = self.values.follow(expr);
        let Node::Template(_) = &expr.node else {
            // Within `jsonencode` the lists are seen by themselves.
            return;
        };
        let text = parseable(&self.values.text(expr));
        let Ok(tree) = json::parse(&text) else {
            return;
        };
        for container in tree.root().items() {
            let environment = ecs::container_environment(container);
            ecs::show_keys(container, &mut self.mask);
            self.found(environment, vec![container.span()]);
        }
    }

    fn variables(&self, named: Vec<Named<'a>>) -> Vec<Variable> {
        let variables = named.into_iter().map(|(name, value)| {
            let value = value.filter(|value| !matches!(value.node, Node::Null));
            Variable {
                name,
                value: value.map(|value| self.text(value)),
            }
        });
        variables.collect()
    }

    fn take(&mut self, variables: Vec<Variable>, expr: &'a Expr, pieces: Pieces<'a>) {
        let environment = Environment {
            variables,
            ..Environment::default()
        };
        self.take_as(environment, expr, pieces);
    }

    fn take_as(&mut self, mut environment: Environment, expr: &'a Expr, pieces: Pieces<'a>) {
        if pieces.open {
            environment.leave_open(&expr.raw, |_| false);
        }
        self.found(environment, pieces.made_of);
    }

    /// The items of a list (of `concat`: of all its lists), or the objects of a map (of `merge`).
    fn pieces(&self, expr: &'a Expr, join: &str) -> Pieces<'a> {
        let mut pieces = Pieces {
            items: Vec::new(),
            made_of: vec![expr.span()],
            open: false,
        };
        self.add_pieces(expr, join, 0, &mut pieces);
        pieces
    }

    fn add_pieces(&self, expr: &'a Expr, join: &str, level: usize, pieces: &mut Pieces<'a>) {
        let expr = self.values.follow(expr);
        if level > MOST_LEVELS || pieces.items.len() > MOST_ITEMS {
            pieces.open = true;
            return;
        }
        if level > 0 {
            pieces.made_of.push(expr.span());
        }
        let is_list = join == "concat";
        match &expr.node {
            Node::Tuple(items) if is_list => pieces.items.extend(items),
            Node::Object(_) if !is_list => pieces.items.push(expr),
            Node::Call(call) if call.name.expose() == join && !call.expanded => {
                for arg in &call.args {
                    self.add_pieces(arg, join, level + 1, pieces);
                }
            }
            Node::Call(call)
                if is_list && call.name.expose() == "flatten" && call.args.len() == 1 =>
            {
                self.flatten(&call.args[0], level + 1, pieces);
            }
            Node::Call(call)
                if matches!(call.name.expose(), "tolist" | "toset" | "tomap")
                    && call.args.len() == 1 =>
            {
                self.add_pieces(&call.args[0], join, level + 1, pieces);
            }
            _ => pieces.open = true,
        }
    }
}

impl<'a> Reader<'a> {
    /// `flatten`: the items of lists in lists.
    fn flatten(&self, expr: &'a Expr, level: usize, pieces: &mut Pieces<'a>) {
        let expr = self.values.follow(expr);
        match &expr.node {
            Node::Object(_) | Node::Template(_) => pieces.items.push(expr),
            Node::Tuple(items) if level <= MOST_LEVELS && pieces.items.len() <= MOST_ITEMS => {
                pieces.made_of.push(expr.span());
                for item in items {
                    self.flatten(item, level + 1, pieces);
                }
            }
            _ => self.add_pieces(expr, "concat", level + 1, pieces),
        }
    }
}

fn is_of_airflow<'t>(mut names: impl Iterator<Item = &'t Text>) -> bool {
    names.any(|name| name.expose().starts_with("AIRFLOW_"))
}

/// `NAME=value`
fn line(text: &Text) -> Option<Variable> {
    let at = text.expose().find('=')?;
    let name = text.slice(0..at);
    name.is_known().then(|| Variable {
        name,
        value: Some(text.slice(at + 1..text.len())),
    })
}

/// JSON in which what is not known stands in strings, or is `null`.
fn parseable(text: &Text) -> Text {
    if text.is_known() {
        return text.clone();
    }
    let mut json = TextBuilder::at(text.source().start);
    let (mut inside, mut escaped, mut unknown_before) = (false, false, false);
    for (at, c) in text.expose().char_indices() {
        let range = at..at + c.len_utf8();
        if text.is_known_in(range.clone()) {
            unknown_before = false;
            if c == '"' && !escaped {
                inside = !inside;
            }
            escaped = inside && c == '\\' && !escaped;
            json.push_from(text, range);
            continue;
        }
        if !inside {
            if !unknown_before {
                let null = Text::elsewhere("null", text.span(range)).into_unknown();
                json.push_from(&null, 0..null.len());
            }
        } else if c == '"' || c == '\\' || c < ' ' {
            json.push_replaced(text, range, "?");
        } else {
            json.push_from(text, range);
        }
        unknown_before = true;
    }
    json.finish()
}
