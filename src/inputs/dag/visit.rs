//! The walk over a module that finds what it asks Airflow for.

use ruff_python_ast::visitor::{Visitor, walk_expr, walk_stmt};
use ruff_python_ast::{
    Arguments, Expr, ExprCall, ExprDict, ExprFString, ExprStringLiteral, FStringPart,
    InterpolatedStringElement, Keyword, ModModule, Stmt, StmtTry, StringFlags as _, WithItem,
};
use ruff_text_size::Ranged;

use super::names::Names;
use super::template::{self, Asked};
use super::{Dag, Demand, Reference};
use crate::inputs::EntryKind;
use crate::source::{Span, Text, TextBuilder};
use crate::syntax::python;

/// What `module`, parsed from `text`, asks for.
pub(super) fn read(text: &str, module: &ModModule) -> Dag {
    let mut reader = Reader {
        text,
        names: Names::of(module),
        dag: Dag::default(),
        caught: 0,
    };
    reader.visit_body(&module.body);
    reader.dag
}

struct Reader<'t, 'm> {
    text: &'t str,
    names: Names<'m>,
    dag: Dag,
    /// Blocks around whose exceptions are caught.
    caught: usize,
}

/// Methods of a hook that look a connection up.
const OF_HOOKS: [&str; 4] = [
    "get_connection",
    "get_connections",
    "aget_connection",
    "get_hook",
];

/// Methods of `Connection` that do.
const OF_CONNECTION: [&str; 3] = ["get", "async_get", "get_connection_from_secrets"];

/// Calls with a `conn_id` that make a connection, or look into the metadata database only.
const NO_LOOKUPS: [&str; 4] = [
    "Connection",
    "ConnectionBody",
    "filter_by",
    "ConnectionResponse",
];

/// Arguments whose dict is handed to operators and hooks as their arguments.
const ARGUMENT_DICTS: [&str; 3] = ["default_args", "op_kwargs", "hook_params"];

/// Arguments that Airflow shows and never renders.
const DOCUMENTATION: [&str; 6] = [
    "doc",
    "doc_md",
    "doc_json",
    "doc_yaml",
    "doc_rst",
    "description",
];

/// Hooks that go on without their connection: `AwsGenericHook.conn_config` ("switching to empty").
const WITHOUT: [&str; 1] = ["aws_conn_id"];

/// What stands where an id belongs.
enum Value {
    /// The id, its place, and where the string begins.
    Id(Text, usize),
    /// `None`, "", a number.
    Nothing,
    /// Something that is put together at run time.
    Dynamic,
}

impl<'m> Visitor<'m> for Reader<'_, 'm> {
    fn visit_stmt(&mut self, stmt: &'m Stmt) {
        match stmt {
            // A docstring, or a note.
            Stmt::Expr(one) if one.value.is_string_literal_expr() => return,
            Stmt::Try(one) if !one.handlers.is_empty() => return self.attempt(one),
            Stmt::With(one) if one.items.iter().any(suppresses) => {
                for item in &one.items {
                    self.visit_with_item(item);
                }
                self.caught += 1;
                self.visit_body(&one.body);
                self.caught -= 1;
                return;
            }
            Stmt::Assign(one) => {
                if let ([Expr::Name(name)], Expr::Dict(dict)) =
                    (one.targets.as_slice(), &*one.value)
                    && name.id.ends_with("default_args")
                {
                    self.arguments_in(dict);
                }
            }
            Stmt::AnnAssign(one) => {
                if let (Expr::Name(name), Some(Expr::Dict(dict))) =
                    (&*one.target, one.value.as_deref())
                    && name.id.ends_with("default_args")
                {
                    self.arguments_in(dict);
                }
            }
            _ => {}
        }
        walk_stmt(self, stmt);
    }

    fn visit_expr(&mut self, expr: &'m Expr) {
        match expr {
            Expr::Call(call) => self.call(call),
            // Whether this dict becomes anybody's arguments is not known.
            Expr::Dict(dict) => self.dict(dict, Demand::May),
            Expr::StringLiteral(literal) => self.template(literal),
            Expr::FString(literal) => self.f_string(literal),
            _ => {}
        }
        walk_expr(self, expr);
    }

    fn visit_keyword(&mut self, keyword: &'m Keyword) {
        let is_documentation = keyword
            .arg
            .as_ref()
            .is_some_and(|name| DOCUMENTATION.contains(&name.as_str()));
        if !is_documentation {
            ruff_python_ast::visitor::walk_keyword(self, keyword);
        }
    }
}

impl<'m> Reader<'_, 'm> {
    fn attempt(&mut self, one: &'m StmtTry) {
        self.caught += 1;
        self.visit_body(&one.body);
        self.caught -= 1;
        for handler in &one.handlers {
            self.visit_except_handler(handler);
        }
        self.visit_body(&one.orelse);
        self.visit_body(&one.finalbody);
    }

    fn call(&mut self, call: &'m ExprCall) {
        let name = last_name(&call.func);
        let arguments = &call.arguments;
        let looks_up = !name.is_some_and(|name| NO_LOOKUPS.contains(&self.names.original(name)));
        for keyword in &arguments.keywords {
            let Some(argument) = &keyword.arg else {
                continue;
            };
            if is_conn_id(argument) && looks_up {
                let demand = demand_of(argument);
                let start = keyword.range().start().to_usize();
                // `.expand(conn_id=[…])` runs the task once for each.
                let list = match (&keyword.value, name) {
                    (Expr::List(list), Some("expand")) => Some(&list.elts),
                    (Expr::Tuple(list), Some("expand")) => Some(&list.elts),
                    _ => None,
                };
                match list {
                    Some(list) => {
                        for value in list {
                            self.connection(value, demand, start);
                        }
                    }
                    None => self.connection(&keyword.value, demand, start),
                }
            } else if ARGUMENT_DICTS.contains(&argument.as_str())
                && let Expr::Dict(dict) = &keyword.value
            {
                self.arguments_in(dict);
            }
        }
        let Expr::Attribute(method) = &*call.func else {
            return;
        };
        let (receiver, method) = (&*method.value, method.attr.as_str());
        let start = call.func.range().start().to_usize();
        let is_class = |class| self.is_class(receiver, class);
        if OF_HOOKS.contains(&method) && self.is_hook(receiver) {
            // `conn_id=` has been met above.
            if let Some(value) = arguments.args.first() {
                self.connection(value, Demand::Must, start);
            }
        } else if OF_CONNECTION.contains(&method) && is_class("Connection") {
            if let Some(value) = arguments.args.first() {
                self.connection(value, Demand::Must, start);
            }
        } else if is_class("Variable") {
            self.variable(method, arguments, start);
        }
    }

    /// A call of one of the methods of `Variable`.
    fn variable(&mut self, method: &str, arguments: &'m Arguments, start: usize) {
        let Some(key) = arguments.find_argument_value("key", 0) else {
            return;
        };
        let value = self.value(key);
        if matches!(method, "set" | "setdefault")
            && let Value::Id(key, _) = &value
        {
            self.dag.sets.push(key.expose().to_owned());
        }
        let demand = match method {
            "get" => {
                let has_default = arguments.args.len() > 1
                    || arguments.args.iter().any(Expr::is_starred_expr)
                    || arguments.keywords.iter().any(|keyword| {
                        let name = keyword.arg.as_ref();
                        name.is_none_or(|name| matches!(name.as_str(), "default" | "default_var"))
                    });
                if has_default {
                    Demand::May
                } else {
                    Demand::Must
                }
            }
            "setdefault" | "update" | "get_variable_from_secrets" => Demand::May,
            _ => return,
        };
        self.take(EntryKind::Variable, value, demand, start);
    }

    /// The receiver is a hook, or the class of one.
    fn is_hook(&self, receiver: &Expr) -> bool {
        match receiver {
            Expr::Call(call) => self.is_hook(&call.func),
            _ => last_name(receiver).is_some_and(|name| {
                let original = self.names.original(name);
                original.ends_with("Hook") || name == "hook" || name.ends_with("_hook")
            }),
        }
    }

    /// The receiver is Airflow's class of this name.
    fn is_class(&self, receiver: &Expr, class: &str) -> bool {
        match receiver {
            Expr::Name(name) => self.names.is_of_airflow(&name.id, class),
            Expr::Attribute(one) => one.attr.as_str() == class,
            _ => false,
        }
    }

    /// A dict of arguments: `default_args`.
    fn arguments_in(&mut self, dict: &'m ExprDict) {
        self.dict(dict, Demand::Must);
    }

    fn dict(&mut self, dict: &'m ExprDict, demand: Demand) {
        for item in &dict.items {
            let Some(Expr::StringLiteral(key)) = &item.key else {
                continue;
            };
            let name = key.value.to_str();
            if !is_conn_id(name) {
                continue;
            }
            let demand = demand.max(demand_of(name));
            let start = key.range().start().to_usize();
            if demand == Demand::Must || matches!(self.value(&item.value), Value::Id(..)) {
                self.connection(&item.value, demand, start);
            }
        }
    }

    fn connection(&mut self, value: &'m Expr, demand: Demand, start: usize) {
        let value = self.value(value);
        self.take(EntryKind::Connection, value, demand, start);
    }

    fn take(&mut self, kind: EntryKind, value: Value, demand: Demand, start: usize) {
        match value {
            Value::Nothing => {}
            Value::Dynamic => self.count(kind),
            Value::Id(id, literal) => {
                let span = id.source();
                // A constant stands elsewhere: what is around it says nothing of its use.
                let around = Span::new(if start < literal { start } else { literal }, span.end + 1);
                let demand = if self.caught > 0 { Demand::May } else { demand };
                self.dag.references.push(Reference {
                    kind,
                    id: id.expose().to_owned(),
                    span,
                    pieces: id.own_pieces(0..id.len()),
                    demand,
                    around: vec![around],
                });
            }
        }
    }

    fn count(&mut self, kind: EntryKind) {
        if kind == EntryKind::Connection {
            self.dag.dynamic_connections += 1;
        } else {
            self.dag.dynamic_variables += 1;
        }
    }

    fn value(&self, expr: &Expr) -> Value {
        let literal = match expr {
            Expr::StringLiteral(literal) => literal,
            Expr::Name(name) => match self.names.constant(&name.id) {
                Some(literal) => literal,
                None => return Value::Dynamic,
            },
            Expr::NoneLiteral(_)
            | Expr::BooleanLiteral(_)
            | Expr::NumberLiteral(_)
            | Expr::EllipsisLiteral(_) => return Value::Nothing,
            _ => return Value::Dynamic,
        };
        // While somebody types, the rest of the id is still to come.
        if literal.value.iter().any(|part| part.flags.is_unclosed()) {
            return Value::Dynamic;
        }
        let text = python::literal(self.text, literal);
        if text.is_empty() {
            return Value::Nothing;
        }
        if template::is_template(text.expose()) {
            return Value::Dynamic;
        }
        Value::Id(text, literal.range().start().to_usize())
    }

    /// A string that Airflow may render.
    fn template(&mut self, literal: &ExprStringLiteral) {
        if template::is_template(literal.value.to_str()) {
            let text = python::literal(self.text, literal);
            self.rendered(&text);
        }
    }

    /// `f"{{{{ conn.x.host }}}}"`: the parts of it that stand there.
    fn f_string(&mut self, literal: &ExprFString) {
        for part in &literal.value {
            match part {
                FStringPart::Literal(part) => {
                    let place = python::content(part);
                    let mut text = TextBuilder::at(place.start);
                    python::push(&mut text, &part.value, self.text, place);
                    self.rendered(&text.finish());
                }
                FStringPart::FString(part) => {
                    for element in &part.elements {
                        if let InterpolatedStringElement::Literal(element) = element {
                            let place = python::span(element.range());
                            let mut text = TextBuilder::at(place.start);
                            python::push(&mut text, &element.value, self.text, place);
                            self.rendered(&text.finish());
                        }
                    }
                }
            }
        }
    }

    fn rendered(&mut self, text: &Text) {
        if !template::is_template(text.expose()) {
            return;
        }
        for asked in template::asked(text.expose()) {
            match asked {
                Asked::Dynamic(kind) => self.count(kind),
                Asked::Id {
                    kind,
                    at,
                    around,
                    demand,
                } => self.dag.references.push(Reference {
                    kind,
                    id: text.expose()[at.clone()].to_owned(),
                    span: text.span(at.clone()),
                    pieces: text.own_pieces(at),
                    demand: if self.caught > 0 { Demand::May } else { demand },
                    around: text.own_pieces(around),
                }),
            }
        }
    }
}

/// `conn_id`, `postgres_conn_id`
fn is_conn_id(argument: &str) -> bool {
    argument == "conn_id" || argument.ends_with("_conn_id")
}

fn demand_of(argument: &str) -> Demand {
    if WITHOUT.contains(&argument) {
        Demand::May
    } else {
        Demand::Must
    }
}

/// The last name of `a.b.c`.
fn last_name(expr: &Expr) -> Option<&str> {
    match expr {
        Expr::Name(name) => Some(&name.id),
        Expr::Attribute(one) => Some(&one.attr),
        _ => None,
    }
}

/// `with suppress(KeyError):`
fn suppresses(item: &WithItem) -> bool {
    matches!(&item.context_expr, Expr::Call(call) if last_name(&call.func) == Some("suppress"))
}
