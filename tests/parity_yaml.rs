//! YAML is what `PyYAML` and Go's libraries make of it: `fixtures/parity/yaml.jsonl`, `yaml-go.jsonl`.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use airvane::syntax::yaml::json::as_json;
use airvane::syntax::yaml::parse;
use airvane::syntax::yaml::schema::{Schema, Type, as_text, type_of};
use serde_json::Value;

/// Of which nothing is said. Merged mappings that have a key in common: `PyYAML` 6.0.4 knows keys by the identity of
/// their texts. Line breaks of YAML 1.1.
const NOT_SAID: [&str; 3] = [
    "a: 'b\u{85}c'\n",
    "x: &x {a: 1, b: 2}\ny: &y {b: 3, c: 4}\nz:\n  <<: [*x, *y]\n  a: own\n",
    "x: &x {a: 1, b: 2}\ny: &y {b: 3}\nz:\n  <<: *x\n  <<: *y\n",
];

/// What the tree says: the JSON, or that there is none.
fn shown(text: &str) -> Option<String> {
    let yaml = parse(text, 0);
    if yaml.error().is_some() || yaml.refused_by_libyaml().is_some() || yaml.documents().count() > 1
    {
        return None;
    }
    let Some(root) = yaml.root() else {
        return Some("null".to_owned());
    };
    as_json(root, Schema::PyYaml)
        .ok()
        .map(|json| json.expose().to_owned())
}

#[test]
fn yaml_is_read_as_pyyaml_reads_it() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/parity/yaml.jsonl");
    let mut wrong = Vec::new();
    let mut compared = 0;
    for line in std::fs::read_to_string(path).unwrap().lines() {
        let case: Value = serde_json::from_str(line).unwrap();
        let text = case["text"].as_str().unwrap();
        let shown = shown(text);
        compared += 1;
        if NOT_SAID.contains(&text) {
            assert_eq!(shown, None);
            continue;
        }
        match (case.get("json"), &shown) {
            (None, None) => {}
            (Some(real), Some(shown)) if same(real.as_str().unwrap(), shown) => {}
            (real, _) => wrong.push(format!("{text:?}: {real:?}, here {shown:?}")),
        }
    }
    assert!(compared > 1500);
    assert!(
        wrong.is_empty(),
        "{} of {compared}:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

/// Python writes floats in its own way, and words for the rest.
fn same(real: &str, shown: &str) -> bool {
    let words = |text: &str| {
        text.replace("-Infinity", "\"-inf\"")
            .replace("Infinity", "\"inf\"")
            .replace("NaN", "\"nan\"")
    };
    let real: Value = serde_json::from_str(&words(real)).unwrap();
    let Ok(shown) = serde_json::from_str::<Value>(&words(shown)) else {
        return false;
    };
    equal(&real, &shown)
}

fn equal(real: &Value, shown: &Value) -> bool {
    match (real, shown) {
        (Value::Number(a), Value::Number(b)) => {
            let is_float = |text: &str| text.contains(['.', 'e', 'E']);
            let (a, b) = (a.to_string(), b.to_string());
            is_float(&a) == is_float(&b)
                && (a == b || is_float(&a) && a.parse::<f64>() == b.parse::<f64>())
        }
        (Value::Array(a), Value::Array(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| equal(a, b))
        }
        (Value::Object(a), Value::Object(b)) => {
            a.len() == b.len()
                && a.iter()
                    .all(|(key, a)| b.get(key).is_some_and(|b| equal(a, b)))
        }
        _ => real == shown,
    }
}

/// As the fixture says it; `None` where this reader says nothing of it.
fn shown_by_go(text: &str, schema: Schema) -> Option<Vec<String>> {
    let yaml = parse(text, 0);
    if yaml.error().is_some() {
        return None;
    }
    let value = yaml.root()?.get("a")?;
    let kind = match type_of(value, schema)? {
        Type::String => "str",
        Type::Null => "null",
        Type::Bool(_) => "bool",
        Type::Integer => "int",
        Type::Float => "float",
        Type::Timestamp => "timestamp",
        Type::Tagged => return None,
    };
    let printed = as_text(value, schema).map(|text| text.expose().to_owned());
    Some(std::iter::once(kind.to_owned()).chain(printed).collect())
}

#[test]
fn scalars_are_read_and_printed_as_go_does() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/parity/yaml-go.jsonl");
    let mut wrong = Vec::new();
    let mut compared = 0;
    for line in std::fs::read_to_string(path).unwrap().lines() {
        let case: Value = serde_json::from_str(line).unwrap();
        let text = case["text"].as_str().unwrap();
        for (name, schema) in [("yaml_v3", Schema::Go), ("yaml_v2", Schema::Kubernetes)] {
            let real: Vec<String> = serde_json::from_value(case[name].clone()).unwrap();
            let known = !matches!(real[0].as_str(), "raises" | "other");
            let shown = shown_by_go(text, schema);
            compared += usize::from(known && shown.is_some());
            if known && shown.as_ref().is_some_and(|shown| *shown != real) {
                wrong.push(format!("{name} {text:?}: {real:?}, here {shown:?}"));
            }
        }
    }
    assert!(compared > 2500, "{compared}");
    assert!(wrong.is_empty(), "{}:\n{}", wrong.len(), wrong.join("\n"));
}
