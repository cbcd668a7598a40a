//! What the Astro CLI reads: deployment files, and `airflow_settings.yaml`.
//!
//! A deployment file (`astro deployment inspect`, `create --deployment-file`) holds the environment of one
//! deployment. `airflow_settings.yaml` holds connections and variables that `astro dev start` puts into the
//! metadata database of the development environment: `settings/settings.go` of the CLI, which reads it with
//! viper. What viper makes of a value of another type than the CLI wants is not known here.

use std::path::Path;

use super::carrier::{
    Added, Around, Broken, Carrier, Environment, Part, Variable, is_of_airflow, json_head,
};
use super::cfg::without_marks;
use super::{AddedAs, Kind};
use crate::source::{Fidelity, Mask, Span, Text, TextBuilder};
use crate::syntax::json::{self, write::push_string};
use crate::syntax::yaml::schema::{Schema, Type, as_text, type_of};
use crate::syntax::yaml::{self, Kind as YamlKind, Value};

/// Fields of a connection: how the CLI calls them, and Airflow.
const FIELDS: [(&str, &str); 7] = [
    ("conn_type", "conn_type"),
    ("conn_host", "host"),
    ("conn_schema", "schema"),
    ("conn_login", "login"),
    ("conn_password", "password"),
    ("conn_port", "port"),
    ("conn_extra", "extra"),
];

/// Keys of the formats that may be shown.
const KEYS: [&str; 8] = [
    "key",
    "value",
    "is_secret",
    "conn_id",
    "conn_type",
    "conn_uri",
    "variable_name",
    "variable_value",
];

/// Why a text is one of the two, if it is.
pub fn recognise(path: &Path, head: &str) -> Option<&'static str> {
    let text = head.trim_start_matches('\u{feff}');
    let line = |word: &str| text.lines().any(|line| line.starts_with(word));
    let holds = |words: &[&str]| words.iter().any(|word| text.contains(word));
    if text.trim_start().starts_with('{') {
        let begins = text.contains("\"deployment\"") && text.contains("\"environment_variables\"");
        return begins.then_some("a deployment of Astro");
    }
    if line("deployment:") && holds(&["environment_variables:", "runtime_version:"]) {
        return Some("a deployment of Astro");
    }
    let is_named = path
        .file_stem()
        .is_some_and(|name| name == "airflow_settings");
    let is_settings = line("airflow:") && holds(&["conn_id:", "variable_name:", "pool_name:"]);
    (is_settings || is_named && line("airflow:"))
        .then_some("connections and variables for `astro dev`")
}

/// Reads either of them.
pub fn read(text: &str) -> Carrier {
    let body = text.trim_start_matches('\u{feff}');
    let offset = text.len() - body.len();
    let source = Text::verbatim(body, offset);
    // viper reads `airflow_settings.yaml` as YAML, whatever it looks like.
    let is_deployment = body.contains("\"deployment\"");
    if let Some((tree, error)) = is_deployment.then(|| json_head(&source)).flatten() {
        let broken = error.map(|error| Broken::json(error, &source));
        return of_json(tree.as_ref(), broken);
    }
    let tree = yaml::parse(body, offset);
    let mut carrier = Carrier {
        around: Around {
            comments: tree.comments().iter().map(|comment| comment.span).collect(),
            broken: tree.error().map(Broken::yaml),
            ..Around::default()
        },
        ..Carrier::default()
    };
    let Some(root) = tree.root() else {
        return carrier;
    };
    if let Some(deployment) = root.get("deployment") {
        let mut variables = Vec::new();
        for item in items(deployment, "environment_variables") {
            show_keys(item, &mut carrier.mask);
            carrier.around.blocks.push(item.span());
            let name = item
                .get("key")
                .and_then(|key| as_text(key, Schema::Kubernetes));
            let value = item
                .get("value")
                .and_then(|value| as_text(value, Schema::Kubernetes));
            variables.extend(name.and_then(|name| variable(&name, value)));
        }
        carrier.parts.extend(environment(variables));
    }
    if let Some(airflow) = root.get("airflow") {
        let reader = Settings { text };
        let connections = items(airflow, "connections").filter_map(|item| {
            show_keys(item, &mut carrier.mask);
            carrier.around.blocks.push(item.span());
            reader.connection(item)
        });
        let connections: Vec<Added> = connections.collect();
        let variables = items(airflow, "variables").filter_map(|item| {
            show_keys(item, &mut carrier.mask);
            carrier.around.blocks.push(item.span());
            reader.variable(item)
        });
        let variables: Vec<Added> = variables.collect();
        carrier
            .parts
            .extend(Part::added(Kind::Connections, connections));
        carrier
            .parts
            .extend(Part::added(Kind::Variables, variables));
    }
    carrier
}

fn items<'a>(of: Value<'a>, key: &str) -> impl Iterator<Item = Value<'a>> {
    of.get(key).into_iter().flat_map(Value::items)
}

/// Where nothing stands, `inspect` has left out a secret.
fn variable(name: &Text, value: Option<Text>) -> Option<Variable> {
    (name.is_known() && !name.is_empty()).then(|| Variable {
        name: name.clone(),
        value: value
            .filter(|value| !value.is_empty())
            .map(|value| without_marks(&value)),
    })
}

fn environment(variables: Vec<Variable>) -> Option<Part> {
    let environment = Environment {
        variables,
        ..Environment::default()
    };
    is_of_airflow(&environment).then_some(Part::Environment(environment))
}

fn of_json(tree: Option<&json::Json>, broken: Option<Broken>) -> Carrier {
    let mut carrier = Carrier::default();
    carrier.around.broken = broken;
    let list = tree.and_then(|tree| tree.root().get("deployment")?.get("environment_variables"));
    let mut variables = Vec::new();
    for item in list.into_iter().flat_map(json::Value::items) {
        for member in item.members() {
            if member
                .key
                .as_str()
                .is_some_and(|key| KEYS.contains(&key.as_ref()))
            {
                let between = Span::new(member.key.span().end, member.value.span().start);
                carrier.mask.show_all([member.key.span(), between]);
            }
        }
        carrier.around.blocks.push(item.span());
        let name = item.get("key").and_then(json::Value::string);
        let value = item.get("value").and_then(json::Value::string);
        variables.extend(name.and_then(|name| variable(&name, value)));
    }
    carrier.parts.extend(environment(variables));
    carrier
}

fn show_keys(item: Value<'_>, mask: &mut Mask) {
    for member in item.pairs() {
        if member
            .key
            .scalar()
            .is_some_and(|key| KEYS.contains(&key.expose()))
        {
            let key = member.key.span();
            let colon = Span::new(
                key.end,
                member.value.span().start.max(key.end).min(key.end + 2),
            );
            mask.show_all([key, colon]);
        }
    }
}

/// `airflow_settings.yaml`.
struct Settings<'a> {
    text: &'a str,
}

impl Settings<'_> {
    /// What stands there, as something that nobody knows.
    fn unknown(&self, value: Value<'_>) -> Text {
        let span = value.span();
        let raw = self.text.get(span.start..span.end).unwrap_or_default();
        Text::verbatim(raw, span.start).into_unknown()
    }

    /// A field that the CLI wants to be a text; `None` where it is empty.
    fn scalar(&self, value: Value<'_>) -> Option<Text> {
        match type_of(value, Schema::Go) {
            Some(Type::Null) => None,
            // mapstructure makes `1` and `0` of truth values, and refuses dates.
            Some(Type::Bool(_) | Type::Timestamp | Type::Tagged) | None => {
                Some(self.unknown(value))
            }
            _ => as_text(value, Schema::Go)
                .filter(|text| !text.is_empty())
                .map(|text| without_marks(&text)),
        }
    }

    fn field(&self, item: Value<'_>, key: &str) -> Option<Text> {
        item.get(key).and_then(|value| self.scalar(value))
    }

    /// `AddVariables`: without name or value there is none.
    fn variable(&self, item: Value<'_>) -> Option<Added> {
        let id = self.field(item, "variable_name")?;
        let value = self.field(item, "variable_value")?;
        id.is_known().then_some(Added {
            id,
            value,
            how: AddedAs::Text,
        })
    }

    /// `AddConnections`: with a type or a URI. A URI beside fields is left out by newer releases of the CLI
    /// and refused by older ones.
    fn connection(&self, item: Value<'_>) -> Option<Added> {
        let id = self.field(item, "conn_id").filter(Text::is_known)?;
        let fields = FIELDS
            .iter()
            .filter_map(|(key, name)| Some((*name, item.get(key)?)));
        let fields = fields.filter(|(_, value)| type_of(*value, Schema::Go) != Some(Type::Null));
        let fields: Vec<(&str, Value<'_>)> = fields.collect();
        let has_type = self.field(item, "conn_type").is_some();
        let uri = self.field(item, "conn_uri");
        let (value, how) = match uri {
            Some(uri) if fields.is_empty() => (uri, AddedAs::Text),
            Some(uri) => (uri.into_unknown(), AddedAs::Text),
            None if has_type => (self.object(item, &fields), AddedAs::Fields),
            None => return None,
        };
        Some(Added { id, value, how })
    }

    /// The fields as the object that says the same.
    fn object(&self, item: Value<'_>, fields: &[(&str, Value<'_>)]) -> Text {
        let start = item.span().start;
        let mut out = TextBuilder::at(start);
        let state = |out: &mut TextBuilder, words: &str, at: usize| {
            out.push(words, Span::at(at), Fidelity::Elsewhere);
        };
        state(&mut out, "{", start);
        let mut comma = "";
        for (name, value) in fields {
            let Some(text) = self.member(name, *value) else {
                continue;
            };
            state(
                &mut out,
                &format!("{comma}\"{name}\":"),
                text.source().start,
            );
            out.push_from(&text, 0..text.len());
            comma = ",";
        }
        state(&mut out, "}", item.span().end);
        out.finish()
    }

    /// The JSON of one field.
    fn member(&self, name: &str, value: Value<'_>) -> Option<Text> {
        let is_collection = value.kind() != YamlKind::Scalar;
        if name == "extra" && is_collection {
            // `connExtraString` knows mappings only. viper makes small letters of all keys.
            return match yaml::json::as_json(value, Schema::Go) {
                _ if value.kind() != YamlKind::Mapping => None,
                Ok(text) if !has_capital_keys(value) => Some(without_marks(&text)),
                Ok(text) => Some(text.into_unknown()),
                Err(_) => Some(quoted(&self.unknown(value))),
            };
        }
        let text = self.scalar(value)?;
        let is_number = text.expose().bytes().all(|byte| byte.is_ascii_digit());
        match name {
            "port" if is_number && text.len() < 10 => Some(text),
            // The CLI refuses the whole file.
            "port" => Some(quoted(&text.into_unknown())),
            _ => Some(quoted(&text)),
        }
    }
}

fn quoted(text: &Text) -> Text {
    let mut out = TextBuilder::at(text.source().start);
    push_string(&mut out, text);
    out.finish()
}

fn has_capital_keys(value: Value<'_>) -> bool {
    let mut waiting = vec![value];
    // Aliases may make a tree of any size of a small file.
    let mut left = 10_000;
    while let Some(value) = waiting.pop() {
        left -= 1;
        if left == 0 {
            return true;
        }
        for pair in value.pairs() {
            if pair.is_merge()
                || pair
                    .key
                    .scalar()
                    .is_some_and(|key| key.expose().contains(char::is_uppercase))
            {
                return true;
            }
            waiting.push(pair.value);
        }
        waiting.extend(value.items());
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    fn added(text: &str) -> Vec<String> {
        let carrier = read(text);
        let mut found = Vec::new();
        for part in &carrier.parts {
            let Part::Added { entries, .. } = part else {
                continue;
            };
            found.extend(entries.iter().map(|one| {
                let value = if one.value.is_known() {
                    one.value.expose()
                } else {
                    "?"
                };
                format!("{}: {value}", one.id.expose())
            }));
        }
        found
    }

    fn variables(text: &str) -> Vec<String> {
        let carrier = read(text);
        let parts = carrier.parts.iter().filter_map(|part| match part {
            Part::Environment(environment) => Some(environment),
            _ => None,
        });
        let variables = parts.flat_map(|environment| &environment.variables);
        variables
            .map(|one| {
                let value = one.value.as_ref().filter(|value| value.is_known());
                format!("{}={}", one.name.expose(), value.map_or("?", Text::expose))
            })
            .collect()
    }

    #[test]
    fn fields_become_the_object_that_says_the_same() {
        let text = "airflow:\n  connections:\n    - conn_id: db\n      conn_type: postgres\n      conn_host: 'h'\n      conn_login: 007\n      conn_port: 5432\n      conn_extra:\n        sslmode: require\n        keepalives: 1\n    - conn_id: api\n      conn_uri: http://h\n    - conn_id: raw\n      conn_type: http\n      conn_extra: '{\"a\": \"b\"}'\n";
        assert_eq!(
            added(text),
            [
                r#"db: {"conn_type":"postgres","host":"h","login":"7","port":5432,"extra":{"sslmode":"require","keepalives":1}}"#,
                "api: http://h",
                r#"raw: {"conn_type":"http","extra":"{\"a\": \"b\"}"}"#,
            ]
        );
    }

    #[test]
    fn what_the_cli_passes_over_is_nothing() {
        let text = "airflow:\n  connections:\n    - conn_id:\n      conn_type:\n      conn_extra:\n        example_extra_field: example-value\n    - conn_id: a\n      conn_host: b\n  variables:\n    - variable_name:\n      variable_value:\n    - variable_name: a\n      variable_value:\n    - variable_name: b\n      variable_value: ''\n    - variable_name: c\n      variable_value: '{\"d\": 1}'\n";
        assert_eq!(added(text), ["c: {\"d\": 1}"]);
    }

    #[test]
    fn what_viper_changes_is_not_known() {
        let text = "airflow:\n  connections:\n    - conn_id: a\n      conn_type: aws\n      conn_extra:\n        Region: x\n    - conn_id: b\n      conn_type: http\n      conn_port: many\n    - conn_id: c\n      conn_type: http\n      conn_uri: http://h\n    - conn_id: d\n      conn_type: http\n      conn_password: true\n    - conn_id: e\n      conn_type: '{{ x }}'\n";
        assert_eq!(added(text), ["a: ?", "b: ?", "c: ?", "d: ?", "e: ?"]);
    }

    #[test]
    fn a_deployment_file_holds_one_environment() {
        let yaml = "deployment:\n  environment_variables:\n    - is_secret: false\n      key: AIRFLOW__CORE__X\n      value: 010\n    - key: AIRFLOW_VAR_A\n      value: \"\"\n      is_secret: true\n    - key: B\n      value: c\n";
        assert_eq!(
            variables(yaml),
            ["AIRFLOW__CORE__X=8", "AIRFLOW_VAR_A=?", "B=c"]
        );
        let json = r#"{"deployment": {"environment_variables": [{"key": "AIRFLOW_HOME", "value": "/x"}, {"key": "A", "value": null}]}}"#;
        assert_eq!(variables(json), ["AIRFLOW_HOME=/x", "A=?"]);
        assert_eq!(
            variables("deployment:\n  environment_variables:\n    - key: A\n      value: b\n"),
            [""; 0]
        );
    }

    #[test]
    fn bad_input_is_survived() {
        for text in [
            "deployment:\n\tx",
            "airflow:\n  connections: [",
            "{\"deployment\": {",
            "deployment: &a\n  environment_variables: *a\n",
            "airflow:\n  connections:\n    - conn_id: a\n      conn_type: b\n      conn_extra: &x\n        y: *x\n",
        ] {
            let _ = read(text);
        }
        assert!(read("deployment:\n\tx: [").around.broken.is_some());
        assert!(read("{\"deployment\": {").around.broken.is_some());
    }

    #[test]
    fn files_are_known_by_their_content() {
        let of = |name: &str, text: &str| recognise(Path::new(name), text).is_some();
        assert!(of(
            "d.yaml",
            "deployment:\n  configuration:\n    runtime_version: 13.2.0\n"
        ));
        assert!(of(
            "d.json",
            "{\"deployment\": {\"environment_variables\": []}}"
        ));
        assert!(of("airflow_settings.yaml", "airflow:\n  connections:\n"));
        assert!(of("x.yaml", "airflow:\n  connections:\n    - conn_id: a\n"));
        assert!(!of("values.yaml", "airflow:\n  image: x\n"));
        assert!(!of("k.yaml", "deployment:\n  replicas: 2\n"));
    }
}
