use super::*;
use crate::inputs::Kind;
use crate::inputs::carrier::{Environment, Variable};

const HIDDEN: &str = "ENC[AES256_GCM,data:q83v,iv:AAAA,tag:AAAA,type:str]";

#[test]
fn the_block_of_sops_is_blanked_and_all_else_keeps_its_place() {
    for (text, wanted) in [
        ("a: x\nsops:\n    mac: y\n\n    v: z\n", "a: x"),
        // In each document, and where it does not stand at the end.
        (
            "sops:\r\n    mac: ü\r\nb: 1\r\n---\r\nc: 2\r\n",
            "b: 1\n---\nc: 2\n",
        ),
        (
            "[core]\nx = 1\n[sops]\nmac = y\n[b]\nc = 1\n",
            "[core]\nx = 1\n[b]\nc = 1\n",
        ),
        ("A=x\nsops_mac=y\nB=z", "A=x\nB=z"),
        ("{\"a\": 1,\n\"sops\": {\"mac\": \"y\"}}", "{\"a\": 1 }"),
        ("{\"sops\": {\"mac\": \"y\"} , \"a\": 1}", "{ \"a\": 1}"),
        ("{\"sops\": {}}", "{ }"),
        ("{\"sops\": {", "{"),
    ] {
        let plain = without_block(text);
        assert_eq!(plain.len(), text.len(), "{text:?}");
        let words = |text: &str| {
            let words: Vec<&str> = text.split_whitespace().collect();
            words.join(" ")
        };
        assert_eq!(words(&plain), words(wanted), "{text:?}");
    }
}

fn hidden(part: Part) -> Vec<Part> {
    let mut carrier = Carrier {
        parts: vec![part],
        ..Carrier::default()
    };
    hide(&mut carrier, "");
    let told = carrier.around.encrypted.unwrap();
    assert_eq!(told.tells_names, !carrier.parts.is_empty());
    carrier.parts
}

#[test]
fn a_variable_is_set_to_what_is_not_known_and_without_a_name_it_is_none() {
    let variable = |name: &str, value: &str| Variable {
        name: Text::verbatim(name, 0),
        value: Some(Text::verbatim(value, 0)),
    };
    let variables = vec![
        variable("AIRFLOW_CONN_A", HIDDEN),
        variable(HIDDEN, HIDDEN),
        variable("AIRFLOW_CONN_B", "mysql://h"),
    ];
    let environment = Environment {
        variables,
        ..Environment::default()
    };
    let parts = hidden(Part::Environment(environment));
    let [Part::Environment(environment)] = parts.as_slice() else {
        panic!("one environment");
    };
    let told: Vec<_> = environment
        .variables
        .iter()
        .map(|one| (one.name.expose(), one.value.as_ref().unwrap().is_known()))
        .collect();
    assert_eq!(told, [("AIRFLOW_CONN_A", false), ("AIRFLOW_CONN_B", true)]);
    let nameless = Environment {
        variables: vec![variable(HIDDEN, HIDDEN)],
        ..Environment::default()
    };
    assert!(hidden(Part::Environment(nameless)).is_empty());
}

#[test]
fn of_an_export_the_names_are_left() {
    for (text, wanted) in [
        (
            format!("{{\"/a/b\": \"{HIDDEN}\", \"/a/c\": \"x\"}}"),
            "{\"/a/b\": null, \"/a/c\": \"x\"}",
        ),
        (
            format!("{{\"/a/b\": {{\"conn_type\": \"x\", \"extra\": {{\"y\": \"{HIDDEN}\"}}}}}}"),
            "{\"/a/b\": null}",
        ),
        (
            format!("{{\"Parameters\": [{{\"Name\": \"/a/b\", \"Value\": \"{HIDDEN}\"}}]}}"),
            "{\"Parameters\": [{\"Name\": \"/a/b\", \"Value\": null}]}",
        ),
        (
            format!(
                "[{{\"Name\": \"{HIDDEN}\", \"Value\": \"{HIDDEN}\"}}, {{\"Name\": \"a\", \"Value\": {{\"conn_uri\": \"{HIDDEN}\"}}}}]"
            ),
            "[null, {\"Name\": \"a\", \"Value\": null}]",
        ),
        (format!("[[\"/a/b\", \"{HIDDEN}\"]]"), "[[\"/a/b\", null]]"),
    ] {
        let part = Part::File {
            kind: Kind::FlatStore,
            text: Text::verbatim(&text, 0),
        };
        let parts = hidden(part);
        let [Part::File { text, .. }] = parts.as_slice() else {
            panic!("one export");
        };
        assert_eq!(text.expose().trim_end(), wanted);
    }
}

#[test]
fn what_is_hidden_in_a_text_is_not_known_and_the_rest_is() {
    let part = |text: &str| Part::File {
        kind: Kind::Cfg,
        text: Text::verbatim(text, 0),
    };
    let text = format!("[core]\nx = {HIDDEN}\ny = 1\n");
    let parts = hidden(part(&text));
    let [Part::File { text: read, .. }] = parts.as_slice() else {
        panic!("one file");
    };
    assert_eq!(read.expose(), text);
    let at = text.find("ENC").unwrap();
    assert!(read.is_known_in(0..at) && !read.is_known_in(at..at + 5));
    assert!(read.is_known_in(at + HIDDEN.len()..text.len()));
    assert!(hidden(part(HIDDEN)).is_empty());
}
