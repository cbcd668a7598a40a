//! Terraform in HCL or its JSON: what resources and modules tell processes of Airflow, and the secrets that they make.
//!
//! Values of releases of Helm are read as files of values are (`helm`). Other
//! environments are known by their shape, wherever they stand: a list of `{ name = …, value = … }`, a map of
//! `AIRFLOW_…` names, a list of `NAME=value`, blocks `env`, JSON of container definitions, and the map
//! `airflow_configuration_options` of MWAA, whose `section.option` becomes `AIRFLOW__SECTION__OPTION`, and
//! `airflow_config_overrides` of Cloud Composer, which writes `section-option`. Secrets are
//! those of `aws_ssm_parameter` and of `aws_secretsmanager_secret` with its version, as far as their names are
//! Airflow's.
//!
//! What the file itself says of a name is known: locals, and the keys and values of `for_each`. Variables, data and what other
//! files of the module say are not: `-var`, a `.tfvars` file and the provider have the last word.

use std::collections::HashSet;

use super::Kind;
use super::carrier::{Around, Broken, Carrier, Environment, Fault, Part, is_of_airflow};
use crate::source::{Mask, Span, Text};
use crate::syntax::hcl::{self, Attribute, Body, Evaluator, Expr, Hcl, Member, Node, Piece};

mod environment;
mod helm;
mod helm_text;
mod scope;
mod secrets;
#[cfg(test)]
mod tests;

use self::environment::Found;
use self::scope::Locals;

/// Endings of names: `.tofu` is `OpenTofu`'s, `.hcl` Terragrunt's.
const EXTENSIONS: [&str; 4] = ["tf", "tofu", "tfvars", "hcl"];

/// Values of variables as JSON.
const VALUES: &str = ".tfvars.json";

/// Endings of what is written in the syntax of JSON.
const IN_JSON: [&str; 3] = [".tf.json", ".tofu.json", VALUES];

/// The map of MWAA, in its resource and in the inputs of modules around it.
const OPTIONS: &str = "airflow_configuration_options";

/// The map of Cloud Composer, in its resource and in the inputs of modules around it.
const OVERRIDES: &str = "airflow_config_overrides";

/// The variables beside it.
const VARIABLES: &str = "env_variables";

/// True for a name that a walk looks into.
pub fn may_be(name: &str) -> bool {
    let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
    EXTENSIONS.contains(&extension) || is_in_json(name)
}

/// True for the name of a file that is written in the syntax of JSON.
pub fn is_in_json(name: &str) -> bool {
    IN_JSON.iter().any(|ending| name.ends_with(ending))
}

/// Why a text is Terraform that sets something of Airflow, if it is. Other Terraform is nobody's business here.
pub fn recognise(name: &str, head: &str) -> Option<&'static str> {
    if !may_be(name) {
        return None;
    }
    if head.contains(OPTIONS) {
        return Some("configuration options of MWAA");
    }
    if head.contains(OVERRIDES) {
        return Some("configuration options of Cloud Composer");
    }
    if head.contains("AIRFLOW_") {
        return Some("Terraform that sets AIRFLOW variables");
    }
    if head.contains("\"helm_release\"") && head.contains("airflow") {
        return Some("a release of a chart that installs Airflow");
    }
    if head.contains("\"aws_mwaa_environment\"") {
        return Some("an environment of MWAA");
    }
    let makes = ["aws_ssm_parameter", "aws_secretsmanager_secret"];
    let makes = makes.iter().any(|resource| head.contains(resource));
    (makes && head.contains("airflow")).then_some("Terraform that makes secrets of Airflow")
}

/// Reads the text of a file.
pub fn read(text: &str) -> Carrier {
    match hcl::parse(&Text::verbatim(text, 0)) {
        Ok(file) => parts(&file, text),
        Err(error) => {
            let mut carrier =
                before(text, error.at).map_or_else(Carrier::default, |file| parts(&file, text));
            carrier.templated = text.contains("{{") || text.contains("<%");
            carrier.around.broken = Some(Broken {
                language: "HCL",
                span: Span::at(error.at),
                message: error.kind.message().to_owned(),
                // What only this reader does not go through is no error of the file.
                is_limit: error.kind.is_limit(),
            });
            carrier
        }
    }
}

/// Reads the text of a file in the syntax of JSON, by its name.
pub fn read_json(text: &str, name: &str) -> Carrier {
    let source = Text::verbatim(text, 0);
    let (file, error) = hcl::parse_json(&source, name.ends_with(VALUES));
    let mut carrier = parts(&file, text);
    if let Some(error) = error {
        carrier.templated = text.contains("{{") || text.contains("<%");
        carrier.around.broken = Some(Broken::json(error, &source));
    }
    carrier
}

/// What stands before the block that cannot be read.
fn before(text: &str, at: usize) -> Option<Hcl> {
    const MOST_TRIED: usize = 3;
    let lines = text[..at].rmatch_indices('\n').map(|(end, _)| end + 1);
    let begins = |start: &usize| {
        let first = text[*start..].chars().next();
        first.is_some_and(char::is_alphabetic)
    };
    let mut starts = lines.filter(begins).take(MOST_TRIED);
    starts.find_map(|start| hcl::parse(&Text::verbatim(&text[..start], 0)).ok())
}

fn parts(file: &Hcl, text: &str) -> Carrier {
    let locals = Locals::of(&file.body);
    let mut reader = Reader {
        file,
        locals: &locals,
        values: Evaluator::new(&locals, text.len()),
        source: text,
        mask: Mask::new(),
        blocks: Vec::new(),
        found: Vec::new(),
        released: Vec::new(),
        faults: Vec::new(),
        defaults: HashSet::new(),
    };
    reader.body(&file.body);
    let secrets = reader.secrets();
    let Reader {
        mask,
        blocks,
        found,
        released,
        faults,
        ..
    } = reader;
    let mut parts = environment::apart(found);
    parts.retain(is_of_airflow);
    let mut parts: Vec<Part> = parts.into_iter().map(Part::Environment).collect();
    parts.extend(released);
    parts.extend(secrets);
    Carrier {
        parts,
        around: Around {
            comments: file.comments.clone(),
            blocks,
            faults,
            ..Around::default()
        },
        mask,
        templated: false,
    }
}

/// Goes through a file.
struct Reader<'a> {
    file: &'a Hcl,
    locals: &'a Locals<'a>,
    values: Evaluator<'a>,
    source: &'a str,
    mask: Mask,
    blocks: Vec<Span>,
    found: Vec<Found>,
    /// What releases of Helm make of their values.
    released: Vec<Part>,
    faults: Vec<Fault>,
    /// Where defaults of variables stand that were read as options.
    defaults: HashSet<Span>,
}

impl<'a> Reader<'a> {
    fn body(&mut self, body: &'a Body) {
        let overrides = body.attribute(OVERRIDES);
        let variables = body.attribute(VARIABLES).filter(|_| overrides.is_some());
        if let Some(overrides) = overrides {
            self.overrides(&overrides.value, variables.map(|one| &one.value));
        }
        for attribute in &body.attributes {
            if overrides.is_some() && [OVERRIDES, VARIABLES].contains(&attribute.name.expose()) {
                self.block(attribute.name.source().cover(attribute.value.span()));
                self.show(attribute.name.source(), attribute.value.span());
                continue;
            }
            self.attribute(attribute);
        }
        self.env_blocks(body);
        for block in &body.blocks {
            let is_release = block.kind.expose() == "resource" && block.label(0) == helm::RELEASE;
            if is_release && self.is_release_of_airflow(&block.body) {
                self.release(&block.body);
                continue;
            }
            // The default of a module's own input is what it passes on.
            if block.kind.expose() == "variable" && block.label(0) == OPTIONS {
                if let Some(default) = block.body.value("default") {
                    self.options(default);
                }
                continue;
            }
            self.body(&block.body);
        }
    }

    fn attribute(&mut self, attribute: &'a Attribute) {
        let name = attribute.name.expose();
        self.block(attribute.name.source().cover(attribute.value.span()));
        if name == OPTIONS {
            self.show(attribute.name.source(), attribute.value.span());
            self.options(&attribute.value);
            self.options_by_default(&attribute.value);
            return;
        }
        if name == "container_definitions" {
            self.container_definitions(&attribute.value);
        }
        self.expr(&attribute.value);
    }

    /// Looks for environments in an expression and in all below it.
    fn expr(&mut self, expr: &'a Expr) {
        match &expr.node {
            Node::Tuple(items) => {
                self.list(expr);
                for item in items {
                    self.expr(item);
                }
            }
            Node::Object(members) => {
                self.map(expr);
                self.mounted(members);
                let overrides = self.written(members, OVERRIDES);
                if let Some(overrides) = overrides {
                    self.overrides(overrides, self.written(members, VARIABLES));
                }
                for member in members {
                    self.block(member.key.span().cover(member.value.span()));
                    let name = self.values.key(&member.key);
                    let name = name.as_ref().map_or("", Text::expose);
                    let is_managed = overrides.is_some() && [OVERRIDES, VARIABLES].contains(&name);
                    if name == OPTIONS || is_managed {
                        self.show(member.key.span(), member.value.span());
                    }
                    if name == OPTIONS {
                        self.options(&member.value);
                        self.options_by_default(&member.value);
                    } else if !is_managed {
                        self.expr(&member.value);
                    }
                }
            }
            Node::Call(call) => {
                match call.name.expose() {
                    "concat" | "flatten" => self.list(expr),
                    "merge" => self.map(expr),
                    _ => {}
                }
                for arg in &call.args {
                    self.expr(arg);
                }
            }
            Node::Template(pieces) => {
                for piece in pieces {
                    if let Piece::Value { expr, .. } = piece {
                        self.expr(expr);
                    }
                }
            }
            Node::Null | Node::Bool(_) | Node::Number | Node::Reference(_) | Node::Other => {}
        }
    }

    /// An airflow.cfg among the `data` of a `ConfigMap`.
    fn mounted(&mut self, members: &'a [Member]) {
        const NAME: &str = "airflow.cfg";
        let Some(text) = self.written(members, NAME).map(|value| self.text(value)) else {
            return;
        };
        // A template that fills in whole lines may be anything.
        if text
            .expose()
            .lines()
            .any(|line| line.trim_start().starts_with('['))
        {
            self.released.push(Part::File {
                kind: Kind::Cfg,
                text,
            });
        }
    }

    /// The value of the member of that name.
    fn written(&self, members: &'a [Member], name: &str) -> Option<&'a Expr> {
        let mut members = members.iter().rev();
        let found = members.find(|member| {
            let key = self.values.key(&member.key);
            key.is_some_and(|key| key.expose() == name)
        });
        found.map(|member| &member.value)
    }

    fn block(&mut self, span: Span) {
        self.blocks.push(span);
    }

    /// The text that an expression comes to, at the place where it is written.
    fn text(&self, expr: &'a Expr) -> Text {
        self.values.text(self.values.follow(expr))
    }

    fn found(&mut self, environment: Environment, made_of: Vec<Span>) {
        if is_of_airflow(&environment) {
            self.found.push(Found {
                environment,
                made_of,
            });
        }
    }

    /// Lets a key of the format be seen, and what stands between it and its value.
    fn show(&mut self, key: Span, value: Span) {
        self.mask.show(key);
        let Some(between) = self.source.get(key.end..value.start) else {
            return;
        };
        let marks = |c: char| c.is_whitespace() || "=:\"".contains(c);
        if between.chars().all(marks) {
            self.mask.show(Span::new(key.end, value.start));
        }
    }
}
