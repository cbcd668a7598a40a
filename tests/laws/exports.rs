//! `list` of what `airflow connections export` wrote is what was exported, as far as Airflow itself reads it
//! again (`tests/parity/make_connection_exports.py`).

use airvane::list;
use airvane::load;
use airvane::render::list::Json;
use serde_json::{Map, Value};

use super::{NOWHERE, overlay, request};

/// What `list --reveal` says of each connection, by its id.
fn listed(name: &str, text: &str, airflow: &str) -> Map<String, Value> {
    let path = format!("{NOWHERE}/{name}");
    let mut files = overlay(&[(path.clone(), text.to_owned())]);
    let mut request = request(&[path], 1).load;
    request.wanted.airflow = vec![airflow.parse().unwrap()];
    let (loaded, contents) = load::load(&request, &mut files);
    let mut json = Json::new(true, true);
    let mut out = Vec::new();
    let listing = list::run(&loaded, contents, true, &mut |item| {
        json.item(&mut out, item)
    });
    assert_eq!(listing.failures, []);
    json.end(&mut out).unwrap();
    let items: Vec<Value> = serde_json::from_slice(&out).unwrap();
    let items = items.into_iter();
    items
        .map(|item| {
            let id = item["id"].as_str().expect("an id").to_owned();
            (id, item)
        })
        .collect()
}

#[test]
fn what_was_exported_is_listed() {
    let text = std::fs::read_to_string("fixtures/parity/connection-exports.jsonl").unwrap();
    let mut wrong = Vec::new();
    let mut seen = 0;
    for line in text.lines() {
        let case: Value = serde_json::from_str(line).unwrap();
        let format = case["format"].as_str().unwrap();
        let suffix = format.trim_end_matches("-json").to_owned();
        let suffix = if format == "json" { format } else { &suffix };
        let release = case["release"].as_str().unwrap();
        let airflow = release.trim_start_matches("core_").replace('_', ".");
        let exported = case["text"].as_str().unwrap();
        let listed = listed(&format!("connections.{suffix}"), exported, &airflow);
        let expected = case.get("read").unwrap_or(&case["meant"]);
        let expected = expected.as_object().unwrap();
        if listed.len() != expected.len() {
            wrong.push(format!("{release} {format}: {} are listed", listed.len()));
        }
        for (id, fields) in expected {
            seen += 1;
            let mut shown = listed
                .get(id)
                .map_or(Value::Null, |item| item["connection"].clone());
            // An answer without a description has none.
            if let Some(shown) = shown.as_object_mut() {
                shown.entry("description").or_insert(Value::Null);
            }
            if shown != *fields {
                let item = listed.get(id).unwrap_or(&Value::Null);
                wrong.push(format!("{release} {format} {id}:\n  {fields}\n  {item}"));
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "{} of {seen}:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
    assert!(seen > 150, "{seen}");
}
