//! Terraform: `airflow_version` of MWAA, `image_version` of Cloud Composer; in HCL, its JSON, plans and states.

use memchr::memmem;

use super::{Demand, How, Pin, What, agreed};
use crate::airflow::Version;
use crate::source::{Span, Text};
use crate::syntax::hcl::{self, Body, Evaluator, Expr, Node, Scope, Step};
use crate::syntax::json::{self, Kind, Value};

/// One release a file, as far as the file says it.
pub(super) fn read(text: &str) -> Vec<Pin> {
    if !speaks(text) {
        return Vec::new();
    }
    match hcl::parse(&Text::verbatim(text, 0)) {
        Ok(file) => of_body(&file.body, text),
        Err(_) => Vec::new(),
    }
}

/// As [`read`], of a file in the syntax of JSON.
pub(super) fn read_json(text: &str) -> Vec<Pin> {
    if !speaks(text) {
        return Vec::new();
    }
    let (file, error) = hcl::parse_json(&Text::verbatim(text, 0), false);
    match error {
        None => of_body(&file.body, text),
        Some(_) => Vec::new(),
    }
}

/// As [`read`], of a state or of what a plan comes to.
pub(super) fn read_state(text: &str) -> Vec<Pin> {
    if !speaks(text) {
        return Vec::new();
    }
    let Ok(tree) = json::parse(&Text::verbatim(text, 0)) else {
        return Vec::new();
    };
    let root = tree.root();
    let mut pins = Vec::new();
    let mut modules: Vec<Value<'_>> = ["values", "planned_values"]
        .into_iter()
        .filter_map(|key| root.get(key)?.get("root_module"))
        .collect();
    // A raw state has its resources at the top, each with its instances.
    modules.push(root);
    while let Some(module) = modules.pop() {
        modules.extend(
            module
                .get("child_modules")
                .into_iter()
                .flat_map(Value::items),
        );
        for resource in module.get("resources").into_iter().flat_map(Value::items) {
            let kind = resource.get("type").and_then(Value::as_str);
            let kind = kind.as_deref().unwrap_or_default();
            let instances = resource.get("instances").into_iter().flat_map(Value::items);
            let attributes = instances.filter_map(|instance| instance.get("attributes"));
            for values in attributes.chain(resource.get("values")) {
                pins.extend(of_values(kind, values));
            }
        }
    }
    agreed(pins)
}

fn speaks(text: &str) -> bool {
    let words: [&[u8]; 2] = [b"airflow_version", b"image_version"];
    words
        .iter()
        .any(|word| memmem::find(text.as_bytes(), word).is_some())
}

/// What the attributes of one resource pin.
fn of_values(kind: &str, values: Value<'_>) -> Option<Pin> {
    let (object, key, is_image) = match kind {
        "aws_mwaa_environment" => (values, "airflow_version", false),
        "google_composer_environment" => {
            let config = values.get("config")?.items().next()?;
            let software = config.get("software_config")?.items().next()?;
            (software, "image_version", true)
        }
        _ => return None,
    };
    let member = object.member(key)?;
    let value = (member.value.kind() == Kind::String).then(|| member.value.string())??;
    pin(&value, is_image, member.key.inner_span())
}

/// The locals of the file.
struct Locals<'a>(&'a Body);

impl Scope for Locals<'_> {
    fn lookup(&self, steps: &[Step]) -> Option<(&Expr, usize)> {
        if steps.first()?.name()? != "local" {
            return None;
        }
        let name = steps.get(1)?.name()?;
        let mut blocks = self.0.blocks("locals");
        Some((blocks.find_map(|block| block.body.value(name))?, 2))
    }
}

fn of_body(body: &Body, text: &str) -> Vec<Pin> {
    let locals = Locals(body);
    let values = Evaluator::new(&locals, text.len());
    let mut pins = Vec::new();
    for block in &body.blocks {
        let resource = match (block.kind.expose(), block.label(0)) {
            ("resource", "aws_mwaa_environment") => "mwaa",
            ("resource", "google_composer_environment") => "composer",
            // Modules hand it on under the same name.
            ("module", _) if is_of_mwaa(&block.body) => "mwaa",
            _ => continue,
        };
        let found = match resource {
            "mwaa" => {
                let version = block.body.attribute("airflow_version");
                version.map(|one| (one.name.source(), &one.value, false))
            }
            _ => image_version(&block.body, &values),
        };
        pins.extend(found.and_then(|(name, value, is_image)| {
            let value = values.string(values.follow(value))?;
            pin(&value, is_image, name)
        }));
    }
    agreed(pins)
}

/// A module around an environment of MWAA.
fn is_of_mwaa(body: &Body) -> bool {
    let source = body.value("source");
    body.value("airflow_configuration_options").is_some()
        || source.is_some_and(|source| source.raw.expose().contains("mwaa"))
}

/// `config { software_config { image_version = … } }`, as blocks or as objects.
fn image_version<'a>(body: &'a Body, values: &Evaluator<'a>) -> Option<(Span, &'a Expr, bool)> {
    const NAME: &str = "image_version";
    let blocks = body.blocks("config");
    let mut software = blocks.flat_map(|config| config.body.blocks("software_config"));
    if let Some(attribute) = software.find_map(|software| software.body.attribute(NAME)) {
        return Some((attribute.name.source(), &attribute.value, true));
    }
    let one = |expr: &'a Expr| match &expr.node {
        Node::Tuple(items) => items.first(),
        _ => Some(expr),
    };
    let config = one(body.value("config")?)?;
    let software = one(values.member(config, "software_config")?)?;
    let members = values.members(software)?;
    let (_, member) = members
        .into_iter()
        .find(|(name, _)| name.expose() == NAME)?;
    Some((member.key.span(), &member.value, true))
}

/// `value` with the name that stands before it. `is_image`: `composer-2.9.7-airflow-2.9.3`,
/// `composer-3-airflow-2.10.5-build.3`.
fn pin(value: &Text, is_image: bool, name: Span) -> Option<Pin> {
    let words = value.expose();
    let range = if is_image {
        let at = words
            .find("-airflow-")
            .filter(|_| words.starts_with("composer-"))?;
        let at = at + "-airflow-".len();
        let length = words[at..].find('-').unwrap_or(words.len() - at);
        at..at + length
    } else {
        0..words.len()
    };
    let release: Version = super::three_numbers(&words[range.clone()])?;
    value.is_known_in(range.clone()).then(|| {
        let span = value.span(range);
        Pin::new(What::Airflow, Demand::Exact(release), span, How::Managed).shown([name])
    })
}
