//! Local files that are too large to be held: what is shown of them is taken from a window that has passed.

use serde_json::Value;

use crate::dumps::VALUES;
use crate::fixtures::{output, write};
use crate::{CANARIES, Leaks};

/// More than is looked at to see what a file is, and nothing to say about it.
fn padding() -> String {
    let pad = |number: usize| {
        let long = "d".repeat(3500);
        format!("\"pad{number}\": {{\"conn_type\": \"ssh\", \"description\": \"{long}\"}},\n")
    };
    (0..310).map(pad).collect()
}

#[test]
fn no_output_of_a_file_that_passes_holds_four_characters_of_a_secret() {
    let work = tempfile::tempdir().unwrap();
    let folder = work.path().join("deployment");
    let padding = padding();
    let mut leaks = Leaks::default();
    for canary in CANARIES {
        let inner = Value::from(canary).to_string();
        let inner = inner.trim_matches('"');
        let mut members = Vec::new();
        for (number, value) in VALUES.iter().enumerate() {
            let filled = value.replace("SECRET", canary);
            members.push(format!("\"text{number}\": {}", Value::from(filled.clone())));
            members.push(format!("\"one{number}\": [{}]", Value::from(filled)));
            let written = value.replace("SECRET", inner);
            if serde_json::from_str::<Value>(&written).is_ok() {
                members.push(format!("\"value{number}\": {written}"));
            }
        }
        members.push(format!("\"type\": {{\"conn_type\": \"{inner}\"}}"));
        members.push(format!("\"uri\": \"{inner}://{inner}:{inner}@[\""));
        // No store takes it as a name, and it may be anything.
        members.push(format!("\"{inner} {inner}\": \"postgres:/h\""));
        for (kind, end) in [
            ("connections", "}"),
            ("connections", ",}"),
            ("variables", "}"),
            ("variables", "} {}"),
        ] {
            let name = format!("{kind}.json");
            let text = format!("{{{padding}{}{end}\n", members.join(",\n"));
            write(&folder, &[(name.clone(), text)]);
            let kind = format!("{kind}={}", folder.join(name).display());
            for airflow in ["2.11.2", "3.3.2"] {
                let arguments = ["--kind", &kind, "--airflow", airflow];
                let arguments: Vec<String> = arguments.map(str::to_owned).into();
                let seen = output(&folder, &arguments);
                assert!(seen.contains("AV"), "{seen}");
                leaks.look(&format!("{kind} {end} {airflow}"), &seen, canary);
            }
        }
    }
    leaks.none(40);
}
