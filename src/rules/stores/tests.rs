//! What is said of the names, shapes and syntax of exports, and where it points.

use std::borrow::Cow;
use std::path::Path;

use crate::airflow::lookup::{Coverage, Naming};
use crate::airflow::{Target, Version};
use crate::inputs::store::{StoreReader, Tally, Value, Verdict, detect};
use crate::inputs::{Input, Kind, Tree};
use crate::report::{Finding, Findings};
use crate::rules::testing;
use crate::rules::{Carrier, Check, EntryContext, Rule, StoreContext};
use crate::source::{LazyText, Place};

fn target(guess: bool) -> Target {
    let chosen = Target::chosen("3.3.2");
    if guess { chosen.guessed() } else { chosen }
}

/// What `rule` says of an export under a naming: `line:column-line:column severity message | help`.
fn lines(rule: &'static Rule, text: &str, naming: Option<&Naming>, guess: bool) -> Vec<String> {
    let target = target(guess);
    let kind = match detect(text.as_bytes(), Path::new("dump.json")) {
        Verdict::Store(found) => found.kind,
        _ => Kind::FlatStore,
    };
    let input = testing::input(0, "dump.json", kind, text.as_bytes(), Tree::Store);
    let mut findings = Findings::new();
    let mut tally = Tally::default();
    let defaults = Naming::defaults(kind, target.amazon());
    let judged = naming.unwrap_or(&defaults);
    let mut reader = StoreReader::new(text.as_bytes(), kind);
    while let Some(entry) = reader.next() {
        let name = entry.name();
        let coverage = judged.coverage(&name);
        tally.count(&coverage, judged.near_miss(&name).is_some());
        let (kind, id) = match &coverage {
            Coverage::Covered { kind, id } => (Some(*kind), Cow::Borrowed(id.as_str())),
            _ => (None, name.clone()),
        };
        let value = match entry.value() {
            Value::Text(text) => Some(text),
            _ => None,
        };
        let lazy = value.as_ref().map(LazyText::from);
        let context = EntryContext {
            target: &target,
            carrier: match entry.kind() {
                Kind::Ssm => Carrier::Ssm,
                Kind::SecretsManager => Carrier::SecretsManager,
                _ => Carrier::Flat,
            },
            kind,
            id,
            name: name.clone(),
            name_place: Place::new(input.id, entry.name_span()),
            value: lazy.as_ref(),
            value_place: entry.value_span().map(|span| Place::new(input.id, span)),
            decoded_object: false,
            facts: &entry.facts(),
            naming: Some(judged),
            near_miss: judged.near_miss(&name).is_some(),
            coverage: Some(&coverage),
            backend: None,
            readings: &[],
        };
        for check in rule.checks {
            if let Check::Entry(check) = check {
                check(&context, &mut findings);
            }
        }
    }
    let summary = reader.finish();
    let context = StoreContext {
        input: &input,
        target: &target,
        naming: Some(judged),
        backend: None,
        summary: &summary,
        tally: &tally,
    };
    for check in rule.checks {
        if let Check::Store(check) = check {
            check(&context, &mut findings);
        }
    }
    findings
        .into_vec()
        .iter()
        .map(|finding| described(finding, &input))
        .collect()
}

fn described(finding: &Finding, input: &Input) -> String {
    let span = finding.place.span;
    if let Some((start, end)) = finding.position {
        assert_eq!(start, input.lines.position(&input.bytes, span.start));
        assert_eq!(end, input.lines.position(&input.bytes, span.end));
    }
    let help = finding.help.as_deref().unwrap_or_default();
    format!("{} | {help}", testing::line(finding, input))
}

fn syntax(text: &str) -> Vec<String> {
    lines(&crate::rules::files::json_syntax::RULE, text, None, false)
}

#[test]
fn broken_exports_say_why_and_where() {
    let wrap = |inner: &str| format!("{{\"Parameters\": [\n{inner}\n]}}");
    let item = r#"{"Name": "/airflow/variables/a", "Type": "String", "Value": "S3CRET"}"#;
    assert_eq!(
        syntax(&wrap(&format!("{item},\n{item},"))),
        [
            "3:70-3:71 error the export is not JSON (a comma before the closing bracket): only the 2 entries before \
             this place were checked | remove the comma"
        ]
    );
    let starts = |text: &str, wanted: &str| {
        let found = syntax(text);
        assert_eq!(found.len(), 1, "{wanted}");
        assert!(found[0].starts_with(wanted), "{} / {wanted}", found[0]);
        assert!(!found[0].contains("S3C"));
    };
    starts(
        "{'Parameters': [{'Name': 'S3CRET'}]}",
        "1:2-1:3 error the export is Python's way",
    );
    starts(
        &wrap(&item.replace("\"S3CRET\"", "None")),
        "2:61-2:62 error the export is Python's way",
    );
    starts(
        &wrap(&item.replace("S3CRET", "S3\nCRET")),
        "2:64-3:1 error the export is not JSON (a line break",
    );
    starts(
        &wrap(&item.replace("S3CRET", "S3\\CRET")),
        "2:64-2:65 error the export is not JSON (a backslash",
    );
    starts(&wrap("{{ parameters }}"), "2:2-2:3 info a template");
    starts(
        &wrap(&format!("{item} {item}")),
        "2:71-2:72 error the export is not JSON (Expecting ',' delimiter): only the entry",
    );
    starts("", "1:1-1:1 error the file is empty");
    starts(
        &format!("{}\nAn error occurred", wrap(item)),
        "4:1-4:2 error the export is not JSON (text after",
    );
    starts(
        wrap(item).trim_end_matches("\n]}"),
        "2:70-2:70 error the export is not JSON (it ends",
    );
    assert!(
        syntax(&wrap(&format!(
            "{item}, {}",
            item.replace("\"S3CRET\"", "NaN")
        )))
        .is_empty()
    );
    assert!(syntax(&format!("{}\n{}", wrap(item), wrap(item))).is_empty());
}

fn prefixed(connections: &str, secrets_manager: bool) -> Naming {
    let kind = if secrets_manager {
        Kind::SecretsManager
    } else {
        Kind::Ssm
    };
    Naming {
        connections: Some(connections.to_owned()),
        from_settings: true,
        ..Naming::defaults(kind, Version::new(9, 39, 0))
    }
}

fn secret(name: &str) -> String {
    format!("{{\"SecretValues\": [{{\"Name\": \"{name}\", \"SecretString\": \"S3CRET\"}}]}}")
}

#[test]
fn near_misses_are_warnings_and_other_names_are_counted() {
    let rule = &super::name_not_covered::RULE;
    let naming = prefixed("airflow/connections", true);
    assert_eq!(
        lines(
            rule,
            &secret("/airflow/connections/x"),
            Some(&naming),
            false
        ),
        [
            "1:29-1:51 warning no lookup of a connection asks for `/airflow/connections/x` (it has a leading `/`): the \
             backend asks for `airflow/connections/x` | rename it, or change the prefix (`connections_prefix`)"
        ]
    );
    assert_eq!(
        lines(rule, &secret("my-app/db"), Some(&naming), false),
        [
            "1:1-1:1 info 1 of 1 names lie outside the prefixes of the configured backend: Airflow never asks for them | "
        ]
    );
    let level = lines(
        rule,
        &secret("prod/airflow/connections/x"),
        Some(&naming),
        false,
    );
    assert!(level[0].contains(" info no lookup"));
    assert!(lines(rule, &secret("airflow/connections/x"), Some(&naming), false).is_empty());
}

#[test]
fn without_settings_or_for_the_other_store_names_are_nobody_s_business() {
    let rule = &super::name_not_covered::RULE;
    assert!(lines(rule, &secret("/airflow/connections/x"), None, false).is_empty());
    let ssm = prefixed("/airflow/connections", false);
    assert!(lines(rule, &secret("airflow/connections/x"), Some(&ssm), false).is_empty());
}

#[test]
fn a_guessed_release_lowers_what_depends_on_it() {
    let rule = &super::name_not_covered::RULE;
    let text = r#"{"/AIRFLOW/connections/x": "S3CRET", "/airflow/connections/y": "S3CRET"}"#;
    let found = lines(
        rule,
        text,
        Some(&prefixed("airflow/connections", false)),
        true,
    );
    assert_eq!(found.len(), 1);
    assert!(found[0].contains("info") && found[0].contains("(amazon 7.3.0 and later)"));
    let sure = lines(
        rule,
        text,
        Some(&prefixed("/airflow/connections", false)),
        true,
    );
    assert!(sure[0].contains("warning"));
}

#[test]
fn a_connection_among_the_variables_is_named() {
    let rule = &super::wrong_tree::RULE;
    let text = r#"{"Parameters": [
{"Name": "/airflow/variables/mail", "Type": "SecureString", "Value": "{\"conn_type\": \"smtp\", \"host\": \"S3CRET\"}"},
{"Name": "/airflow/variables/dsn", "Type": "SecureString", "Value": "postgres://u:S3CRET@h/d"},
{"Name": "/airflow/connections/mail", "Type": "SecureString", "Value": "{\"conn_type\": \"smtp\", \"host\": \"S3CRET\"}"}]}"#;
    assert_eq!(
        lines(rule, text, None, false),
        [
            "2:11-2:34 warning `/airflow/variables/mail` holds a connection in JSON (`conn_type`), below the prefix of \
             variables: no lookup of a connection finds it there | store it as `/airflow/connections/mail`"
        ]
    );
}
