//! Parameters of SSM and secrets of Secrets Manager that a file makes.

use std::collections::{HashMap, HashSet};

use super::Reader;
use super::scope::Each;
use crate::aws::names::name_in_arn;
use crate::inputs::Kind;
use crate::inputs::carrier::{Part, Secret};
use crate::source::Text;
use crate::syntax::hcl::{Block, Evaluator, Expr, Node, Piece, Step};

const PARAMETER: &str = "aws_ssm_parameter";
const SECRET: &str = "aws_secretsmanager_secret";
const VERSION: &str = "aws_secretsmanager_secret_version";

/// `for_each` of more instances than these is not gone through.
const MOST_INSTANCES: usize = 2_000;

impl<'a> Reader<'a> {
    /// What the file makes, one part for each store.
    pub(super) fn secrets(&mut self) -> Vec<Part> {
        let file = self.file;
        let resources = || file.body.blocks("resource");
        let of = |kind: &'static str| resources().filter(move |block| block.label(0) == kind);
        let mut parameters = Vec::new();
        for block in of(PARAMETER) {
            let value = ["value", "insecure_value", "value_wo"];
            parameters.extend(self.made(block, block, &value, Some("type")));
        }
        // A secret belongs to the versions that name it; one without is there all the same.
        let secrets: HashMap<&str, &Block> =
            of(SECRET).map(|block| (block.label(1), block)).collect();
        let mut filled = HashSet::new();
        let mut versions = Vec::new();
        for block in of(VERSION) {
            let value = ["secret_string", "secret_string_wo"];
            let Some(id) = block.body.value("secret_id") else {
                continue;
            };
            let steps = self.values.follow(id).steps();
            let named = resource(steps, SECRET).and_then(|label| secrets.get(label));
            filled.extend(named.map(|secret| secret.label(1)));
            let of = named.copied().unwrap_or(block);
            versions.extend(self.made(block, of, &value, None));
        }
        for block in of(SECRET).filter(|block| !filled.contains(&block.label(1))) {
            versions.extend(self.made(block, block, &[], None));
        }
        let stores = [(Kind::Ssm, parameters), (Kind::SecretsManager, versions)];
        let stores = stores
            .into_iter()
            .filter(|(_, secrets)| !secrets.is_empty());
        stores
            .map(|(kind, secrets)| Part::Store { kind, secrets })
            .collect()
    }

    /// The secrets of all instances of `block`. `of` has the name.
    fn made(
        &mut self,
        block: &'a Block,
        of: &'a Block,
        values: &[&str],
        parameter_type: Option<&str>,
    ) -> Vec<Secret> {
        let name = match of.body.value("name") {
            Some(name) => name,
            // The version of a secret that this file does not make, by its name or ARN.
            None => match of.body.value("secret_id") {
                Some(id) => id,
                None => return Vec::new(),
            },
        };
        let value = values.iter().find_map(|name| block.body.attribute(name));
        let mut made = Vec::new();
        for each in self.instances(block) {
            let values = Evaluator::new(&each, self.source.len());
            let text = |expr: &'a Expr| values.text(values.follow(expr));
            let name = text(name);
            let name = match name_in_arn(name.expose()) {
                Some((_, range)) => name.slice(range),
                None => name,
            };
            if !name.is_known() || !is_of_airflow(name.expose()) {
                continue;
            }
            // Somebody else fills it in: what stands here is only the beginning.
            let written = value.filter(|value| !is_ignored(block, value.name.expose()));
            made.push(Secret {
                name,
                value: written.map(|value| text(&value.value)),
                parameter_type: parameter_type
                    .and_then(|name| block.body.value(name))
                    .map(text),
            });
        }
        if made.is_empty() {
            return made;
        }
        for label in [block, of]
            .into_iter()
            .filter_map(|block| block.labels.first())
        {
            self.mask.show(label.source());
        }
        let keys = values.iter().chain(&["name", "type", "secret_id"]);
        let keys: Vec<_> = keys.copied().collect();
        let attributes = block.body.attributes.iter().chain(&of.body.attributes);
        for attribute in attributes.filter(|one| keys.contains(&one.name.expose())) {
            self.show(attribute.name.source(), attribute.value.span());
        }
        made
    }

    /// One scope for each instance; one without a key where there is no `for_each`, none where it is not known.
    fn instances(&self, block: &'a Block) -> Vec<Each<'a>> {
        let each = |key: Expr, value: Option<&'a Expr>| Each {
            locals: self.locals,
            key,
            value,
        };
        let Some(for_each) = block.body.value("for_each") else {
            // `each` names nothing here.
            let key = Expr {
                raw: block.kind.clone(),
                node: Node::Other,
            };
            return vec![each(key, None)];
        };
        let for_each = self.values.follow(for_each);
        if let Some([set]) = for_each.call("toset") {
            let items = self.values.follow(set).items().iter().take(MOST_INSTANCES);
            let keys = items.filter_map(|item| self.values.string(item));
            return keys.map(|key| each(literal(key), None)).collect();
        }
        let members = self.values.members(for_each).unwrap_or_default();
        let members = members.into_iter().take(MOST_INSTANCES);
        members
            .map(|(key, member)| each(literal(key), Some(&member.value)))
            .collect()
    }
}

fn literal(text: Text) -> Expr {
    Expr {
        raw: text.clone(),
        node: Node::Template(vec![Piece::Literal(text)]),
    }
}

/// The label of the resource of type `kind` whose id, ARN or name a reference is.
fn resource<'s>(steps: &'s [Step], kind: &str) -> Option<&'s str> {
    let (first, rest) = steps.split_first()?;
    let (label, rest) = rest.split_first()?;
    let last = rest.last()?.name()?;
    let names = first.name()? == kind && ["id", "arn", "name"].contains(&last) && rest.len() <= 2;
    label.name().filter(|_| names)
}

/// `lifecycle { ignore_changes = [value] }`
fn is_ignored(block: &Block, attribute: &str) -> bool {
    let lifecycles = block.body.blocks("lifecycle");
    let mut ignored = lifecycles.filter_map(|one| one.body.value("ignore_changes"));
    ignored.any(|ignored| {
        let names = std::iter::once(ignored).chain(ignored.items());
        let mut names = names.filter_map(|name| name.steps().first()?.name());
        names.any(|name| name == attribute || name == "all")
    })
}

/// Names of other programs' secrets are nobody's business here.
fn is_of_airflow(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    ["airflow", "connections/", "variables/"]
        .iter()
        .any(|part| name.contains(part))
}
