//! Templates of `CloudFormation`, as JSON and as YAML; what SAM and the CDK make are such templates.
//!
//! What a stack puts in the place of a function is not known here, even where a parameter has a default. What
//! stands around such a piece in `Fn::Sub` and `Fn::Join` is.

mod node;

use std::collections::HashSet;
use std::path::Path;

use super::carrier::{
    Around, Broken, Carrier, Environment, Fault, FaultKind, Part, Secret, Variable, is_filled_in,
    is_of_airflow, json_head,
};
use super::spelling::Spelling;
use super::{Kind, cfg, mwaa};
use crate::source::{Span, Text};
use crate::syntax::{json, yaml};
use node::Node;

/// Why a text is a template, if it is one.
pub fn recognise(head: &str) -> Option<&'static str> {
    let text = head.trim_start_matches('\u{feff}');
    if text.trim_start().starts_with('{') {
        let begins = head.contains("\"AWSTemplateFormatVersion\"")
            || (head.contains("\"Resources\"") && head.contains("\"AWS::"));
        return begins.then(|| recognise_json(text)).flatten();
    }
    let line = |word: &str| text.lines().any(|line| line.starts_with(word));
    if line("AWSTemplateFormatVersion:") {
        return Some("`AWSTemplateFormatVersion`");
    }
    let is_type = |line: &str| {
        let line = line.trim_start().strip_prefix("Type:");
        line.is_some_and(|kind| {
            kind.trim_start_matches([' ', '"', '\''])
                .starts_with("AWS::")
        })
    };
    (line("Resources:") && text.lines().any(is_type)).then_some(RESOURCES)
}

const RESOURCES: &str = "resources of CloudFormation";

fn recognise_json(text: &str) -> Option<&'static str> {
    let (tree, _) = json::parse_head(&Text::verbatim(text, 0));
    let tree = tree?;
    let root = tree.root();
    let root = root.get("TemplateBody").unwrap_or(root);
    if root.get("AWSTemplateFormatVersion").is_some() {
        return Some("`AWSTemplateFormatVersion`");
    }
    let is_resource = |member: json::Member<'_>| {
        let kind = member.value.get("Type").and_then(json::Value::as_str);
        kind.is_some_and(|kind| kind.starts_with("AWS::"))
    };
    let mut resources = root.get("Resources")?.members();
    resources.any(is_resource).then_some(RESOURCES)
}

/// Reads a template. Its name says whether it is meant to be JSON: `CloudFormation` refuses what begins as JSON and is none,
/// and YAML in brackets goes there by way of programs that write it anew.
pub fn read(text: &str, path: &Path) -> Carrier {
    let body = text.trim_start_matches('\u{feff}');
    let offset = text.len() - body.len();
    let mut reader = Reader {
        text,
        carrier: Carrier::default(),
        parameters: Vec::new(),
        secrets: Vec::new(),
        is_yaml: false,
        is_filled_in: false,
    };
    let source = Text::verbatim(body, offset);
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    // Of Terraform (`templatefile`), which knows no function of the stack.
    reader.is_filled_in = is_filled_in(&name) && body.contains("${");
    let is_json = body.trim_start().starts_with('{') && name.contains(".json");
    let read = is_json.then(|| json::parse_head(&source));
    if let Some((tree, error)) = read.or_else(|| json_head(&source)) {
        reader.carrier.around.broken = error.map(|error| Broken::json(error, &source));
        if let Some(tree) = &tree {
            reader.template(Node::Json(tree.root()));
        }
    } else {
        reader.is_yaml = true;
        let tree = yaml::parse(body, offset);
        reader.carrier.around = Around {
            comments: tree.comments().iter().map(|comment| comment.span).collect(),
            broken: tree.error().map(Broken::yaml),
            ..Around::default()
        };
        // Jinja of Sceptre and the like.
        reader.carrier.templated = body.lines().any(cfg::is_statement);
        if let Some(root) = tree.root() {
            reader.template(Node::yaml(root));
        }
    }
    reader.carrier.templated |= reader.is_filled_in || body.contains("<%");
    reader.finish()
}

struct Reader<'t> {
    /// The whole file.
    text: &'t str,
    carrier: Carrier,
    parameters: Vec<Secret>,
    secrets: Vec<Secret>,
    is_yaml: bool,
    /// `${…}` is another program's before it is the stack's.
    is_filled_in: bool,
}

impl Reader<'_> {
    /// The text of a value, not known where somebody fills it in.
    fn text(&self, node: Option<Node<'_>>) -> Option<Text> {
        let text = node.and_then(Node::value)?;
        let is_open = self.is_filled_in && text.expose().contains("${");
        Some(if is_open { text.into_unknown() } else { text })
    }

    fn template(&mut self, root: Node<'_>) {
        // `aws cloudformation get-template` answers with one.
        let root = root.get("TemplateBody").unwrap_or(root);
        let Some(resources) = root.get("Resources") else {
            return;
        };
        for (_, resource) in resources.members() {
            let kind = resource.get("Type").and_then(Node::scalar);
            let (Some(kind), Some(properties)) = (kind, resource.get("Properties")) else {
                continue;
            };
            match kind.expose() {
                "AWS::SSM::Parameter" => self.parameter(properties),
                "AWS::SecretsManager::Secret" => self.secret(properties),
                "AWS::MWAA::Environment" => self.mwaa(properties),
                "AWS::ECS::TaskDefinition" => self.tasks(properties),
                _ => {}
            }
        }
    }

    fn parameter(&mut self, properties: Node<'_>) {
        if let Some(name) = self.text(properties.get("Name")) {
            self.show(properties, &["Name", "Type", "Value"]);
            self.setting(properties, "Value");
            self.parameters.push(Secret {
                name,
                value: self.text(properties.get("Value")),
                parameter_type: self.text(properties.get("Type")),
            });
        }
    }

    fn secret(&mut self, properties: Node<'_>) {
        // Without a name it is given one that nobody knows, and what is generated nobody knows either.
        if let Some(name) = self.text(properties.get("Name")) {
            self.show(properties, &["Name", "SecretString"]);
            self.setting(properties, "SecretString");
            self.secrets.push(Secret {
                name,
                value: self.text(properties.get("SecretString")),
                parameter_type: None,
            });
        }
    }

    fn mwaa(&mut self, properties: Node<'_>) {
        let options = properties.get("AirflowConfigurationOptions");
        // Under opposite conditions they are alternatives.
        for options in options.into_iter().flat_map(Node::branches) {
            self.options(options);
        }
    }

    fn options(&mut self, options: Node<'_>) {
        let members = options.members().into_iter();
        let members: Vec<(Text, Node<'_>)> =
            members.filter(|(_, value)| !value.is_absent()).collect();
        let mut more = None;
        for (key, value) in &members {
            if key.expose().starts_with("Fn::") {
                // `Fn::Transform` among them adds what it makes.
                more = Some(self.raw(*value));
                continue;
            }
            if let (Some(what), Some(name)) = (value.collection(), Spelling::Dotted.variable(key)) {
                self.carrier.around.faults.push(Fault {
                    kind: FaultKind::OptionNotText(what),
                    span: key.source(),
                    name: name.expose().to_owned(),
                });
            }
            self.show_between(key.source().end, *value);
            self.block(key.source().cover(value.span()));
        }
        let options_of = members.into_iter();
        let options_of = options_of.map(|(key, value)| (key, self.text(Some(value))));
        let mut environment = mwaa::environment(options.span(), options_of);
        if let Some(by) = more.filter(|_| is_of_airflow(&environment)) {
            environment.leave_open(&by, |_| false);
        }
        self.environment(environment);
    }

    fn tasks(&mut self, properties: Node<'_>) {
        let containers = properties.get("ContainerDefinitions");
        let containers = containers.into_iter().flat_map(Node::items);
        for container in containers.flat_map(Node::branches) {
            self.container(container);
        }
    }

    fn container(&mut self, container: Node<'_>) {
        let mut environment = Environment::default();
        // What a function makes of the list, or of an item.
        let mut more = None;
        let mut given = Vec::new();
        let lists = container.get("Environment").map(Node::branches);
        let lists = lists.unwrap_or_default();
        let is_chosen = lists.len() > 1;
        for list in lists {
            if list.is_call() {
                more = Some(self.raw(list));
                continue;
            }
            for item in list.items() {
                let branches = item.branches();
                let is_certain = branches.len() == 1 && !is_chosen;
                given.extend(branches.into_iter().map(|one| (one, is_certain)));
            }
        }
        for &(one, is_certain) in &given {
            if one.is_call() && !one.is_absent() {
                more = Some(self.raw(one));
            }
            let Some(name) = self.text(one.get("Name")) else {
                continue;
            };
            let value = one.get("Value");
            if !name.is_known() || value.is_some_and(Node::is_absent) {
                continue;
            }
            let value = self.text(value).filter(|_| is_certain);
            environment.variables.push(Variable { name, value });
        }
        let secrets = container.get("Secrets").into_iter().flat_map(Node::items);
        for one in secrets.flat_map(Node::branches) {
            let name = self.text(one.get("Name"));
            if let Some(name) = name.filter(Text::is_known) {
                environment.variables.push(Variable { name, value: None });
            }
        }
        if !is_of_airflow(&environment) {
            return;
        }
        if let Some(by) = more {
            environment.leave_open(&by, |_| false);
        }
        for (one, _) in given {
            self.show(one, &["Name", "Value"]);
            self.block(one.span());
        }
        self.environment(environment);
    }

    /// The characters of a value as they stand.
    fn raw(&self, node: Node<'_>) -> Text {
        let span = node.span();
        let text = self.text.get(span.start..span.end).unwrap_or_default();
        Text::verbatim(text, span.start)
    }

    fn environment(&mut self, environment: Environment) {
        if is_of_airflow(&environment) {
            self.carrier.parts.push(Part::Environment(environment));
        }
    }

    /// Keys of the format, and what stands between them and their values.
    fn show(&mut self, object: Node<'_>, keys: &[&str]) {
        for (key, value) in object.members() {
            if keys.contains(&key.expose()) {
                self.carrier.mask.show(key.source());
                self.show_between(key.source().end, value);
            }
        }
    }

    /// The colon behind a key, unless more than that stands there.
    fn show_between(&mut self, start: usize, value: Node<'_>) {
        let end = value.span().start;
        let between = self.text.get(start..end).unwrap_or_default();
        let is_plain = |c: char| matches!(c, ':' | '"' | '\'' | ' ' | '\t');
        if between.chars().all(is_plain) {
            self.carrier.mask.show(Span::new(start, end));
        }
    }

    /// A text of a store with its name, in either order.
    fn setting(&mut self, properties: Node<'_>, value: &str) {
        let both = ["Name", value].into_iter();
        let spans = both.filter_map(|key| Some(properties.get(key)?.span()));
        if let Some(span) = spans.reduce(Span::cover) {
            self.block(span);
        }
    }

    fn block(&mut self, span: Span) {
        // JSON has no comments that could speak of it.
        if self.is_yaml {
            self.carrier.around.blocks.push(span);
        }
    }

    fn finish(mut self) -> Carrier {
        let stores = [
            (Kind::Ssm, self.parameters),
            (Kind::SecretsManager, self.secrets),
        ];
        for (kind, mut secrets) in stores {
            // Of the same name one: they stand under opposite conditions.
            let mut seen = HashSet::new();
            secrets.retain(|secret| {
                secret.name.is_known() && seen.insert(secret.name.expose().to_owned())
            });
            if !secrets.is_empty() {
                self.carrier.parts.push(Part::Store { kind, secrets });
            }
        }
        self.carrier
    }
}

#[cfg(test)]
mod tests;
