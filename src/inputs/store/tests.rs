use std::io::Read;
use std::path::{Path, PathBuf};

use super::*;
use crate::source::LineIndex;
use crate::syntax::json::ErrorKind;
use crate::syntax::json::stream::Stream;

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/dumps")
}

/// Hands out one byte at a time.
struct Trickle<'a>(&'a [u8]);

impl Read for Trickle<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let (Some((&byte, rest)), Some(slot)) = (self.0.split_first(), buffer.first_mut()) else {
            return Ok(0);
        };
        *slot = byte;
        self.0 = rest;
        Ok(1)
    }
}

#[derive(Debug, PartialEq)]
struct Seen {
    name: String,
    value: Option<String>,
    kind: Kind,
    name_span: Span,
    value_span: Option<Span>,
    position: Position,
    facts: Facts,
    visible: Vec<Span>,
}

fn read_with(reader: impl Read, window: usize, kind: Kind) -> (Vec<Seen>, Summary) {
    let mut store = StoreReader::over(Stream::with_window(reader, window, 1 << 20), kind);
    let mut seen = Vec::new();
    while let Some(entry) = store.next() {
        assert_eq!(entry.ordinal, seen.len());
        assert_eq!(entry.name(), entry.name_text().expose());
        if !entry.name().is_empty() && !entry.name_text().is_lossy() {
            assert_eq!(entry.name_text().source(), entry.name_span());
        }
        let value = match entry.value() {
            Value::Text(text) => {
                assert_eq!(entry.value_str().as_deref(), Some(text.expose()));
                Some(text.expose().to_owned())
            }
            Value::Object(_) => Some("{}".to_owned()),
            _ => None,
        };
        seen.push(Seen {
            name: entry.name().into_owned(),
            value,
            kind: entry.kind(),
            name_span: entry.name_span(),
            value_span: entry.value_span(),
            position: entry.position(entry.name_span().start),
            facts: entry.facts(),
            visible: visible_spans(&entry),
        });
    }
    (seen, store.finish())
}

fn read(bytes: &[u8]) -> (Vec<Seen>, Summary) {
    read_with(bytes, 1 << 16, Kind::FlatStore)
}

fn problem(bytes: &[u8]) -> Option<(ProblemKind, usize, Hint)> {
    let (_, summary) = read(bytes);
    summary
        .problem
        .map(|problem| (problem.kind, problem.at, problem.hint))
}

#[test]
fn every_shape_is_recognised_and_read_with_its_spans() {
    let expected = std::fs::read_to_string(fixtures().join("expected.json")).unwrap();
    let expected: serde_json::Value = serde_json::from_str(&expected).unwrap();
    for (file, wanted) in expected.as_object().unwrap() {
        let bytes = std::fs::read(fixtures().join(file)).unwrap();
        let Verdict::Store(found) = detect(&bytes, Path::new(file)) else {
            panic!("{file} was not recognised");
        };
        assert_eq!(found.kind.word(), wanted["kind"], "{file}");
        let (seen, summary) = read_with(bytes.as_slice(), 1 << 16, found.kind);
        assert_eq!(summary.problem, None, "{file}");
        let entries = wanted["entries"].as_array().unwrap();
        assert_eq!(seen.len(), entries.len(), "{file}");
        let index = LineIndex::new(&bytes);
        for (seen, entry) in seen.iter().zip(entries) {
            assert_eq!(seen.name, entry[0], "{file}");
            assert_eq!(seen.kind.word(), wanted["kind"], "{file}");
            assert_eq!(seen.position, index.position(&bytes, seen.name_span.start));
            let raw = &bytes[seen.name_span.start - 1..=seen.name_span.end];
            let name: String = serde_json::from_slice(raw).unwrap();
            assert_eq!(name, seen.name, "{file}");
            match (&entry[1], &seen.value) {
                (serde_json::Value::Null, None) => {}
                (serde_json::Value::Object(_), Some(value)) => assert_eq!(value, "{}"),
                (wanted, Some(value)) => {
                    assert_eq!(value, wanted, "{file}");
                    let span = seen.value_span.unwrap();
                    let raw: String = serde_json::from_slice(&bytes[span.start..span.end]).unwrap();
                    assert_eq!(&raw, value, "{file}");
                }
                _ => panic!("{file}: value expected"),
            }
        }
        let count = |key: &str| usize::try_from(wanted[key].as_u64().unwrap_or(0)).unwrap();
        let facts = |is: fn(&Facts) -> bool| seen.iter().filter(|seen| is(&seen.facts)).count();
        assert_eq!(
            facts(|facts| facts.stale.is_some()),
            count("stale"),
            "{file}"
        );
        assert_eq!(facts(|facts| facts.binary), count("binary"), "{file}");
        assert_eq!(facts(|facts| facts.encrypted), count("encrypted"), "{file}");
        assert_eq!(
            summary.invalid_parameters.map_or(0, |found| found.0),
            count("invalid")
        );
        assert_eq!(summary.errors.map_or(0, |found| found.0), count("errors"));
        assert_eq!(
            summary.incomplete.is_some(),
            wanted["incomplete"] == true,
            "{file}"
        );
        assert_eq!(summary.bom, wanted["bom"] == true, "{file}");
    }
}

#[test]
fn the_size_of_the_window_and_of_what_is_read_changes_nothing() {
    for file in std::fs::read_dir(fixtures()).unwrap() {
        let path = file.unwrap().path();
        if path.is_dir() {
            continue;
        }
        let bytes = std::fs::read(&path).unwrap();
        let whole = read_with(bytes.as_slice(), 1 << 16, Kind::Ssm);
        // What an object is, is decided by what the window holds of it: items must fit.
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let items_in_answers = name.starts_with("ssm-")
            || ["sm-batch.json", "sm-list.json", "flat-text.json"].contains(&name.as_str());
        let smallest = if items_in_answers { 80 } else { 1500 };
        for window in [1, 64, 500, 1000, 1500, 2000] {
            let window = smallest.max(window);
            assert_eq!(
                read_with(bytes.as_slice(), window, Kind::Ssm),
                whole,
                "{name}"
            );
            assert_eq!(
                read_with(Trickle(&bytes), window, Kind::Ssm),
                whole,
                "{name}"
            );
        }
    }
}

#[test]
fn what_airflow_exports_is_known_by_its_form() {
    let kind = |text: &str| match detect(text.as_bytes(), std::path::Path::new("x.json")) {
        Verdict::Store(found) => Some(found.kind),
        _ => None,
    };
    let export =
        r#"{"a": {"conn_type": "x", "host": null}, "b": {"conn_type": "y", "extra": "{}"}}"#;
    assert_eq!(kind(export), Some(Kind::Connections));
    // Cut off in the last member.
    assert_eq!(kind(&export[..60]), Some(Kind::Connections));
    // An id is no path, and may hold a `/`.
    let whole = r#"{"conn_type": "x", "description": null, "login": null, "password": null, "host": null, "port": null, "schema": null, "extra": null}"#;
    let of = |ids: [&str; 2]| format!(r#"{{"{}": {whole}, "{}": {whole}}}"#, ids[0], ids[1]);
    assert_eq!(kind(&of(["team/a", "b"])), Some(Kind::Connections));
    assert_eq!(kind(&of(["team/a", "b"])[..180]), Some(Kind::Connections));
    let decoded = of(["/airflow/connections/a", "/airflow/connections/b"]);
    assert_eq!(kind(&decoded), Some(Kind::FlatStore));
    for text in [
        r#"{"team/a": {"conn_type": "x", "host": "y"}, "b": {"conn_type": "x", "host": "y"}}"#,
        r#"{"a": {"conn_type": "x", "options": {}}}"#,
        r#"{"a": {"conn_type": "x"}, "b": {"host": "y"}}"#,
        r#"{"a": {"conn_type": "x"}, "b": "y://z"}"#,
        r#"{"a": {"conn_ty"#,
        "{}",
    ] {
        assert_eq!(kind(text), None, "{text}");
    }
}

#[test]
fn foreign_json_is_no_store() {
    let mut count = 0;
    for file in std::fs::read_dir(fixtures().join("foreign")).unwrap() {
        let path = file.unwrap().path();
        let bytes = std::fs::read(&path).unwrap();
        let verdict = detect(&bytes, &path);
        assert!(!matches!(verdict, Verdict::Store(_)), "{}", path.display());
        count += 1;
    }
    assert!(count > 15);
    for text in [
        "",
        "\"/airflow/connections/x\"",
        "null",
        "key: value",
        "{{ x }}",
        "\u{feff}",
    ] {
        assert_eq!(
            detect(text.as_bytes(), Path::new("x.json")),
            Verdict::Unknown
        );
    }
}

#[test]
fn a_head_cut_anywhere_changes_no_verdict_to_another_store() {
    let bytes = std::fs::read(fixtures().join("ssm-by-path.json")).unwrap();
    for cut in 0..bytes.len() {
        match detect(&bytes[..cut], Path::new("x.json")) {
            Verdict::Store(found) => assert_eq!(found.kind, Kind::Ssm, "cut at {cut}"),
            other => assert!(cut < 200 && other == Verdict::Unknown, "cut at {cut}"),
        }
    }
}

#[test]
fn a_file_cut_anywhere_is_a_problem_with_its_place() {
    for file in [
        "ssm-by-path.json",
        "sm-batch.json",
        "flat-text.json",
        "query-pairs.json",
    ] {
        let bytes = std::fs::read(fixtures().join(file)).unwrap();
        let end = bytes.trim_ascii_end().len();
        for cut in 0..end {
            let (_, summary) = read(&bytes[..cut]);
            let problem = summary
                .problem
                .unwrap_or_else(|| panic!("{file} cut at {cut}"));
            assert!(problem.at <= cut);
            let trickled = read_with(Trickle(&bytes[..cut]), 1500, Kind::Ssm).1;
            assert_eq!(trickled.problem, Some(problem));
        }
    }
}

#[test]
fn faults_stand_where_python_says() {
    let json = ProblemKind::Json;
    let rows: [(&str, ErrorKind, usize, Hint); 12] = [
        ("", ErrorKind::ExpectingValue, 0, Hint::Empty),
        (" \n", ErrorKind::ExpectingValue, 2, Hint::Empty),
        (
            r#"{"Parameters": [{"Name": "/a/b", "Value": "x",}]}"#,
            ErrorKind::ExpectingPropertyName,
            46,
            Hint::TrailingComma,
        ),
        (
            r#"{"Parameters": [{"Name": "/a/b", "Value": "x"},]}"#,
            ErrorKind::ExpectingValue,
            47,
            Hint::TrailingComma,
        ),
        (
            "{'Parameters': []}",
            ErrorKind::ExpectingPropertyName,
            1,
            Hint::SingleQuote,
        ),
        (
            r#"{"Parameters": [{"Name": None}]}"#,
            ErrorKind::ExpectingValue,
            25,
            Hint::PythonWord,
        ),
        (
            r#"{"Parameters": [{{ parameters }}]}"#,
            ErrorKind::ExpectingPropertyName,
            17,
            Hint::Template,
        ),
        (
            "{\"Parameters\": [] // none\n}",
            ErrorKind::ExpectingComma,
            18,
            Hint::Comment,
        ),
        (
            r#"{"Parameters": [{"Name": "/a/b"#,
            ErrorKind::UnterminatedString,
            25,
            Hint::CutOff,
        ),
        (
            "{\"Parameters\": [{\"Name\": \"/a\nb\"}]}",
            ErrorKind::InvalidControlCharacter,
            28,
            Hint::None,
        ),
        ("{} x", ErrorKind::ExtraData, 3, Hint::None),
        (
            "{\"Parameters\": []}\0\0",
            ErrorKind::ExtraData,
            18,
            Hint::None,
        ),
    ];
    for (text, kind, at, hint) in rows {
        assert_eq!(
            problem(text.as_bytes()),
            Some((json(kind), at, hint)),
            "{text}"
        );
    }
}

#[test]
fn bad_bytes_end_the_reading_without_harm() {
    let latin = b"{\"Parameters\": [{\"Name\": \"/a/b\", \"Value\": \"caf\xE9\"}]}";
    let at = latin.iter().position(|&byte| byte == 0xE9).unwrap();
    assert_eq!(problem(latin), Some((ProblemKind::NotUtf8, at, Hint::None)));
    assert_eq!(
        problem(b"{\"Parameters\": []}\n\xC3"),
        Some((ProblemKind::NotUtf8, 19, Hint::None))
    );
    assert_eq!(
        problem(b"\xFF\xFE{\0}\0"),
        Some((ProblemKind::NotUtf8, 0, Hint::None))
    );
    assert_eq!(
        problem(&[0; 100]),
        Some((ProblemKind::Json(ErrorKind::ExpectingValue), 0, Hint::None))
    );
}

#[test]
fn nesting_and_size_are_refused_quickly() {
    for opening in [
        "[",
        "{\"a\":",
        "[{\"Parameters\":[",
        "{\"Parameters\": [{\"Value\": ",
    ] {
        let deep = opening.repeat(1_000_000);
        let (_, summary) = read(deep.as_bytes());
        let problem = summary.problem.unwrap();
        assert_eq!(problem.kind, ProblemKind::Json(ErrorKind::TooDeep));
        assert!(
            !matches!(detect(&deep.as_bytes()[..HEAD], Path::new("x")), Verdict::Store(_)
            if opening == "[")
        );
    }
    let long = format!(
        "{{\"Parameters\": [{{\"Name\": \"{}\"}}]}}",
        "a".repeat(2 << 20)
    );
    let (_, summary) = read(long.as_bytes());
    assert_eq!(summary.problem.unwrap().kind, ProblemKind::TooLarge);
}

#[test]
fn a_large_foreign_member_is_stepped_over_without_being_held() {
    let items = vec!["{\"a\": [1, {}, [], \"x\"]}"; 100_000].join(",");
    let text = format!(
        "{{\"Parameters\": [], \"Other\": [[{items}], {{\"b\": 1}}], \"NextToken\": \"t\"}}"
    );
    let (seen, summary) = read(text.as_bytes());
    assert_eq!((seen.len(), summary.problem), (0, None));
    assert!(summary.incomplete.is_some());
}

#[test]
fn a_lone_surrogate_is_seen() {
    let text = r#"[{"Name": "/a/\ud800", "Value": "x\udc00"}]"#;
    let mut store = StoreReader::new(text.as_bytes(), Kind::Ssm);
    let entry = store.next().unwrap();
    assert!(entry.name_text().is_lossy());
    let Value::Text(value) = entry.value() else {
        panic!("a text");
    };
    assert!(value.is_lossy());
}

#[test]
fn of_repeated_keys_the_last_counts_as_in_python() {
    let text =
        r#"[{"Name": "/a/x", "Type": "String", "Value": "1", "Name": "/a/y", "Value": "2"}]"#;
    let (seen, _) = read(text.as_bytes());
    assert_eq!(
        (seen[0].name.as_str(), seen[0].value.as_deref()),
        ("/a/y", Some("2"))
    );
}

#[test]
fn a_python_repr_is_taken_as_the_store_it_was() {
    for (text, kind) in [
        ("{'Parameters': [{'Name': '/a'}]}", Kind::Ssm),
        ("{ 'Parameter' : {'Name': '/a'}}", Kind::Ssm),
        ("[{'Parameters': []}]", Kind::Ssm),
        ("{'SecretList': []}", Kind::SecretsManager),
        (
            "{'ARN': 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:x', 'Name': 'x'}",
            Kind::SecretsManager,
        ),
    ] {
        let Verdict::Store(found) = detect(text.as_bytes(), Path::new("x.json")) else {
            panic!("{text}");
        };
        assert_eq!(found.kind, kind);
    }
}

#[test]
fn only_structure_field_names_and_names_are_visible() {
    let text = r#"{"Parameters": [{"Name": "/a/b", "Type": "SecureString", "Value": "S3CRET", "KeyId": "S3CRET", "Version": 12345678, "S3CRET": {"S3CRET": ["S3CRET"]}}], "S3CRET": 1}"#;
    let mut store = StoreReader::new(text.as_bytes(), Kind::Ssm);
    let entry = store.next().unwrap();
    let mut shown = vec![b'*'; text.len()];
    for span in visible_spans(&entry) {
        shown[span.start..span.end].copy_from_slice(&text.as_bytes()[span.start..span.end]);
    }
    let shown = String::from_utf8(shown).unwrap();
    assert_eq!(
        &shown[16..],
        r#"{"Name": "/a/b", "Type": "SecureString", "Value": "******", "KeyId": "******", "Version": ********, ********: {********: ["******"]}}***************"#
    );
    let flat = r#"{"/airflow/connections/x": {"password": "S3CRET", "Name": "S3CRET"}}"#;
    let mut store = StoreReader::new(flat.as_bytes(), Kind::FlatStore);
    let entry = store.next().unwrap();
    let mut shown = vec![b'*'; flat.len()];
    for span in visible_spans(&entry) {
        shown[span.start..span.end].copy_from_slice(&flat.as_bytes()[span.start..span.end]);
    }
    assert_eq!(
        String::from_utf8(shown).unwrap(),
        r#"*"/airflow/connections/x": {**********: "******", "Name": "******"}*"#
    );
}
