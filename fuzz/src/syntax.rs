//! Every parser, on text that nothing stands around.

use std::path::Path;

use airvane::inputs::carrier::Surroundings;
use airvane::inputs::{self, Kind};
use airvane::report::{baseline, ignore};
use airvane::source::{Span, Text};
use airvane::syntax::dotenv::{self, Dialect, Outside};
use airvane::syntax::yaml::schema::Schema;
use airvane::syntax::{base64, cfg, dockerfile, hcl, json, python, yaml};
use airvane::workspace::pins;

use crate::laws::{of_text, on_characters};

const SCHEMAS: [Schema; 3] = [Schema::PyYaml, Schema::Go, Schema::Kubernetes];

/// What a parser says stands at its place, and comes to an end.
pub fn run(data: &[u8]) {
    let Some((&choice, rest)) = data.split_first() else {
        return;
    };
    let lossy = String::from_utf8_lossy(rest);
    let text: &str = &lossy;
    let bytes = text.as_bytes();
    match choice % 16 {
        0 => configuration(text),
        1 => {
            for dialect in Dialect::ALL {
                environment(text, dialect);
            }
        }
        2 => json_of(text),
        3 => yaml_of(text),
        4 => {
            if let Ok(hcl) = hcl::parse(&Text::verbatim(text, 0)) {
                for comment in &hcl.comments {
                    on_characters(bytes, *comment);
                }
                body(&hcl.body, bytes, 0);
            }
            for is_values in [false, true] {
                let (hcl, _) = hcl::parse_json(&Text::verbatim(text, 0), is_values);
                body(&hcl.body, bytes, 0);
            }
        }
        5 => {
            for outside in [Outside::Unset, Outside::Unknown] {
                let file = dockerfile::read(text, &|_| outside.clone());
                for stage in 0..file.stages.len() {
                    for assignment in file.environment(stage) {
                        of_text(&assignment.name, bytes);
                        if let Some(value) = &assignment.value {
                            of_text(value, bytes);
                        }
                    }
                    assert!(file.chain(stage).count() <= file.stages.len());
                }
            }
        }
        6 => {
            let _ = python::with_module(text, |_, tokens| {
                for comment in python::comments(tokens) {
                    on_characters(bytes, comment);
                }
            });
        }
        7 => {
            let outside = |name: &str| {
                if name.len() % 2 == 0 {
                    Outside::Unknown
                } else {
                    Outside::Value("a b".to_owned())
                }
            };
            for bash in [false, true] {
                let _ = dotenv::script(text, 0..text.len(), bash, &|_| true, &outside);
            }
        }
        8 => {
            let text = Text::verbatim(text, 0);
            if let Some(decoded) = base64::decode(&text) {
                of_text(&decoded, bytes);
            }
        }
        9 => {
            let _ = dotenv::read_local(text);
            for kind in [Kind::Connections, Kind::Variables] {
                for name in ["a.json", "a.yaml", "a.env", "a.txt"] {
                    let form = inputs::local::form(Path::new(name), bytes);
                    let file = airvane::source::FileId(0);
                    let _ = inputs::local::read(text, kind, file, form);
                }
            }
        }
        10 => {
            for name in [
                "requirements.txt",
                "constraints.txt",
                "pyproject.toml",
                "uv.lock",
                "poetry.lock",
                "pdm.lock",
                "Pipfile.lock",
                "Pipfile",
                "environment.yml",
                ".python-version",
                ".tool-versions",
                "runtime.txt",
                "setup.cfg",
                "Dockerfile",
                "docker-compose.yml",
                "values.yaml",
            ] {
                if let Some(carrier) = pins::carrier(Path::new(name)) {
                    for pin in pins::read(carrier, text) {
                        on_characters(bytes, pin.span);
                    }
                }
            }
            let _ = pins::of_image(text, Span::new(0, text.len()));
        }
        11 => {
            let _ = inputs::sops::without_block(text);
            let _ = inputs::sops::is_hidden(text);
            let _ = inputs::store::cli_output::form(text);
            let _ = inputs::opaque::wide(rest).and_then(|wide| wide.text(rest));
        }
        12 => {
            if let Some(directive) = ignore::read(text, 0) {
                for span in directive.visible() {
                    on_characters(bytes, span);
                }
            }
            let _ = baseline::read(text);
        }
        13 => {
            let value = Text::verbatim(text, 0);
            for word in dotenv::systemd_words(&value) {
                of_text(&word.0, bytes);
            }
            for range in dotenv::template::plain_references(text) {
                assert!(text.get(range).is_some());
            }
        }
        _ => {
            let environment = |name: &str| {
                if name.len() % 2 == 0 {
                    Outside::Unknown
                } else {
                    Outside::Unset
                }
            };
            let surroundings = Surroundings {
                path: Path::new("somewhere/compose.yaml"),
                environment: &environment,
                neighbour: &|_| None,
            };
            for kind in Kind::ALL.iter().filter(|kind| kind.is_carrier()) {
                let _ = inputs::carrier::read(*kind, text, &surroundings);
            }
        }
    }
}

fn configuration(text: &str) {
    for read in [cfg::parse, cfg::parse_before_3_10] {
        let file = read(&Text::verbatim(text, 0));
        for section in &file.sections {
            for option in &section.options {
                of_text(&option.value, text.as_bytes());
            }
        }
        let _ = file.raises();
    }
}

fn environment(text: &str, dialect: Dialect) {
    let outside = |name: &str| match name.len() % 3 {
        0 => Outside::Unknown,
        1 => Outside::Unset,
        _ => Outside::Value("a b".to_owned()),
    };
    let file = dotenv::read(text, dialect, &outside);
    for variable in &file.variables {
        if let Some(value) = &variable.value {
            of_text(value, text.as_bytes());
        }
    }
    for problem in &file.problems {
        on_characters(text.as_bytes(), problem.span);
    }
}

fn json_of(text: &str) {
    let whole = Text::verbatim(text, 0);
    let (head, error) = json::parse_head(&whole);
    if let Some(error) = error {
        assert!(error.at <= text.len());
    }
    let read = json::parse(&whole);
    let json = match &read {
        Ok(json) => Some(json),
        Err(error) => {
            assert!(error.at <= text.len() && text.is_char_boundary(error.at));
            head.as_ref()
        }
    };
    // What others take for JSON is JSON, but for numbers and depths that have limits of their own.
    let theirs = serde_json::from_str::<serde_json::Value>(text);
    if theirs.is_ok() {
        assert!(read.is_ok(), "JSON is refused");
    }
    let Some(json) = json else {
        return;
    };
    for value in json.values() {
        on_characters(text.as_bytes(), value.span());
        if let Some(string) = value.string() {
            of_text(&string, text.as_bytes());
            assert!(value.as_str().as_deref() == Some(string.expose()));
        }
        for member in value.members() {
            on_characters(text.as_bytes(), member.key.span());
        }
        let _ = value.effective_members();
    }
}

fn yaml_of(text: &str) {
    let yaml = yaml::parse(text, 0);
    for comment in yaml.comments() {
        on_characters(text.as_bytes(), comment.span);
    }
    for block in yaml.blocks() {
        on_characters(text.as_bytes(), block);
    }
    let _ = yaml::load::refusal(&yaml);
    for document in yaml.documents() {
        let mut open = vec![(document, 0)];
        let mut seen = 0;
        while let Some((value, depth)) = open.pop() {
            seen += 1;
            if seen > 1000 || depth > 60 {
                break;
            }
            on_characters(text.as_bytes(), value.span());
            if let Some(scalar) = value.scalar() {
                of_text(scalar, text.as_bytes());
            }
            for schema in SCHEMAS {
                let _ = yaml::schema::type_of(value, schema);
                let _ = yaml::schema::as_text(value, schema);
            }
            open.extend(value.items().map(|item| (item, depth + 1)));
            for member in value.members() {
                on_characters(text.as_bytes(), member.span());
                open.push((member.key, depth + 1));
                open.push((member.value, depth + 1));
            }
            let _ = value.repeated();
        }
        for schema in SCHEMAS {
            if let Ok(json) = yaml::json::as_json(document, schema) {
                assert!(json::parse(&json).is_ok(), "no JSON is made of YAML");
                on_characters(text.as_bytes(), json.source());
            }
        }
    }
}

fn body(body: &hcl::Body, bytes: &[u8], depth: usize) {
    let evaluator = hcl::Evaluator::new(&hcl::Nothing, bytes.len());
    for attribute in &body.attributes {
        of_text(&attribute.name, bytes);
        on_characters(bytes, attribute.value.span());
        of_text(&evaluator.text(&attribute.value), bytes);
        let _ = evaluator.string(&attribute.value);
        let encoded = evaluator.encode(&attribute.value);
        on_characters(bytes, encoded.source());
    }
    for block in &body.blocks {
        on_characters(bytes, block.span);
        if depth < 60 {
            self::body(&block.body, bytes, depth + 1);
        }
    }
}
