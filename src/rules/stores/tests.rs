//! What is said of the names, shapes and syntax of exports, and where it points.

use std::borrow::Cow;
use std::path::Path;

use crate::airflow::connection::Format;
use crate::airflow::lookup::{Coverage, Naming};
use crate::airflow::{Target, Version};
use crate::inputs::store::names::{Indexed, NameIndex, ValueHashes};
use crate::inputs::store::{StoreReader, Tally, Value, Verdict, detect};
use crate::inputs::{Input, Kind, Tree};
use crate::report::{Finding, Findings};
use crate::rules::testing;
use crate::rules::{Carrier, Check, EntryContext, Rule, StoreContext};
use crate::settings::SettingsFile;
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
    let mut names = NameIndex::default();
    let hashes = ValueHashes::default();
    while let Some(entry) = reader.next() {
        let name = entry.name();
        let coverage = judged.coverage(&name);
        tally.count(coverage, judged.near_miss(&name).is_some());
        if entry.facts().ciphertext && coverage != Coverage::Foreign {
            tally.count_ciphertext(|| entry.value_spot());
        }
        let (kind, id) = match coverage {
            Coverage::Covered { kind, id } => (Some(kind), Cow::Borrowed(id)),
            _ => (None, name.clone()),
        };
        let value = match entry.value() {
            Value::Text(text) => Some(text),
            _ => None,
        };
        let earlier = match coverage {
            Coverage::Covered { kind, id } if entry.facts().is_current() => names.add(&Indexed {
                store: entry.kind(),
                kind,
                id,
                name: &name,
                value: value.as_ref().map(|text| hashes.of(text.expose())),
                offset: entry.name_span().start,
            }),
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
            is_quiet: false,
            facts: &entry.facts(),
            naming: Some(judged),
            near_miss: judged.near_miss(&name).is_some(),
            coverage: Some(coverage),
            earlier,
            hides: &[],
            backend: None,
            format: &Format::Airflow,
            is_sample: false,
            settings_file: SettingsFile::none(),
            readings: &[],
        };
        for check in rule.checks {
            if let Check::Entry(check) | Check::Connection(check) = check {
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
        unused: None,
        credential: None,
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
    lines(&crate::rules::files::data_syntax::RULE, text, None, false)
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

/// Severity and message of every finding.
fn said(rule: &'static Rule, text: &str, naming: Option<&Naming>) -> Vec<String> {
    let found = lines(rule, text, naming, false);
    let parts = found.iter().map(|line| {
        let (said, _) = line.split_once(" | ").unwrap();
        said.split_once(' ').unwrap().1.to_owned()
    });
    parts.collect()
}

fn map(entries: &[(&str, &str)]) -> String {
    let entries = entries.iter().map(|(name, value)| {
        let value = serde_json::to_string(value).unwrap();
        format!("\"{name}\": {value}")
    });
    format!("{{{}}}", entries.collect::<Vec<String>>().join(",\n"))
}

#[test]
fn names_are_held_against_the_store_that_the_settings_ask() {
    let rule = &super::store_name_limit::RULE;
    let name = "/airflow/connections/a+b";
    let text = map(&[(name, "S3CRET"), ("/airflow/connections/c", "S3CRET")]);
    let ssm = prefixed("/airflow/connections", false);
    assert_eq!(
        lines(rule, &text, Some(&ssm), false),
        [
            "1:25-1:26 error `/airflow/connections/a+b` holds `+`, which no name in SSM has: AWS refuses to create it, \
             and no lookup finds it | write the id with letters, digits, `_`, `.` and `-`"
        ]
    );
    // Secrets Manager takes it, and without settings it may be meant for that.
    let manager = prefixed("/airflow/connections", true);
    assert!(said(rule, &text, Some(&manager)).is_empty());
    assert!(said(rule, &text, None).is_empty());
    // What both refuse is reported without settings too, foreign names never are.
    let text = map(&[
        ("/airflow/connections/a#b", ""),
        ("/airflow/connections/c", ""),
        ("/other/a#b", ""),
    ]);
    assert_eq!(said(rule, &text, None).len(), 1);
}

#[test]
fn a_name_is_not_blamed_for_its_prefix() {
    let rule = &super::store_name_limit::RULE;
    let text =
        "{\"Parameters\": [{\"Name\": \"/air+flow/x\", \"Type\": \"String\", \"Value\": \"\"}]}";
    let naming = prefixed("/air+flow", false);
    assert!(said(rule, text, Some(&naming)).is_empty());
}

#[test]
fn below_an_empty_prefix_names_of_aws_are_found() {
    let rule = &super::store_name_limit::RULE;
    let text =
        "{\"Parameters\": [{\"Name\": \"/aws_default\", \"Type\": \"String\", \"Value\": \"\"},
        {\"Name\": \"/aws/service/ami\", \"Type\": \"String\", \"Value\": \"\"},
        {\"Name\": \"/my app\", \"Type\": \"String\", \"Value\": \"\"}]}";
    let found = said(rule, text, Some(&prefixed("", false)));
    assert_eq!(found.len(), 1);
    assert!(found[0].contains("begins with `aws` or `ssm`"));
}

#[test]
fn an_escaped_name_is_pointed_at_as_a_whole() {
    let rule = &super::store_name_limit::RULE;
    let text = r#"{"\/airflow\/connections\/a#b": "", "/airflow/connections/c": ""}"#;
    let found = lines(rule, text, None, false);
    assert!(
        found[0].starts_with("1:3-1:30 error this name holds `#`"),
        "{found:?}"
    );
}

#[test]
fn what_ends_like_an_arn_is_a_warning_in_secrets_manager_only() {
    let rule = &super::store_name_limit::RULE;
    let found = said(rule, &secret("airflow/connections/x-Ab3dEf"), None);
    assert!(found[0].starts_with("warning `airflow/connections/x-Ab3dEf` ends like"));
    for name in [
        "airflow/connections/x-master-1",
        "other/x-Ab3dEf",
        "airflow/connections/-Ab3dEf",
    ] {
        assert!(said(rule, &secret(name), None).is_empty(), "{name}");
    }
}

fn parameter(value: &str, more: &str) -> String {
    let value = serde_json::to_string(value).unwrap();
    format!(
        "{{\"Parameters\": [{{\"Name\": \"/airflow/variables/x\", \"Type\": \"String\", \"Value\": {value}{more}}}]}}"
    )
}

#[test]
fn values_are_errors_only_where_bytes_and_characters_are_too_many() {
    let rule = &super::store_value_limit::RULE;
    let word = |value: &str, more: &str| {
        let found = said(rule, &parameter(value, more), None);
        let word = found.first().and_then(|line| line.split(' ').next());
        word.unwrap_or("").to_owned()
    };
    let x = |count: usize| "x".repeat(count);
    assert_eq!(word(&x(8193), ""), "error");
    assert_eq!(word(&"é".repeat(8193), ""), "error");
    assert_eq!(word(&"é".repeat(4097), ""), "warning");
    assert_eq!(word(&x(4096), ""), "");
    assert_eq!(word(&x(4097), ""), "warning");
    // What SSM answers with, it holds.
    assert_eq!(word(&x(8192), ", \"LastModifiedDate\": 1.5"), "info");
    assert_eq!(word(&x(8192), ", \"Tier\": \"Advanced\""), "");
    assert_eq!(
        word(&x(4097), ", \"Tier\": \"Standard\", \"ARN\": \"a\""),
        "warning"
    );
    assert_eq!(word("{{ x }}", ""), "warning");
    for fine in ["{{ x", "}} {{", "{\"a\": {\"b\": 1}}", "{ { x } }"] {
        assert_eq!(word(fine, ""), "", "{fine}");
    }
}

#[test]
fn a_map_without_settings_may_be_for_either_store() {
    let rule = &super::store_value_limit::RULE;
    let value = format!("{{{{ x }}}}{}", "x".repeat(60_000));
    let text = map(&[("/airflow/variables/x", &value)]);
    assert!(said(rule, &text, None).is_empty());
    let naming = Naming {
        from_settings: true,
        ..Naming::defaults(Kind::Ssm, Version::new(9, 39, 0))
    };
    let found = said(rule, &text, Some(&naming));
    assert!(found[0].starts_with("error ") && found[1].starts_with("warning "));
    let text = map(&[("/airflow/variables/x", &"x".repeat(65_537))]);
    assert!(said(rule, &text, None)[0].starts_with("error "));
}

#[test]
fn ciphertext_is_counted_once_a_file_and_may_be_is_not_ciphertext() {
    let rule = &super::not_decrypted::RULE;
    let item = |name: &str, value: &str| {
        format!("{{\"Name\": \"{name}\", \"Type\": \"SecureString\", \"Value\": \"{value}\"}}")
    };
    let blob = format!("AQICAH{}", "Ab3d".repeat(30)) + "ab";
    let other = "Ab3d".repeat(40);
    let items = [
        item("/airflow/variables/plain", &other),
        item("/airflow/variables/a", &blob),
        item("/other/b", &blob),
        item("/airflow/connections/c", "kms:alias/aws/ssm:S3CRET"),
    ];
    let text = format!("{{\"Parameters\": [{}]}}", items.join(",\n"));
    assert_eq!(
        said(rule, &text, None),
        ["warning 2 of 3 values are still encrypted: what Airflow reads there cannot be checked"]
    );
}

#[test]
fn names_collide_with_different_values_only() {
    let rule = &super::colliding_names::RULE;
    let words = |entries: &[(&str, &str)]| -> Vec<String> {
        let found = said(rule, &map(entries), None);
        let word = |line: &String| line.split(' ').next().unwrap_or_default().to_owned();
        found.iter().map(word).collect()
    };
    let (a, upper) = ("airflow/variables/a", "airflow/variables/A");
    assert_eq!(words(&[(a, "1"), (a, "2")]), ["error"]);
    assert!(words(&[(a, "1"), (a, "1")]).is_empty());
    assert_eq!(words(&[(a, "1"), (upper, "2")]), ["warning"]);
    assert_eq!(words(&[(a, "1"), (upper, "1")]), ["info"]);
    assert_eq!(
        words(&[(a, "1"), ("/airflow/variables/a", "2")]),
        ["warning"]
    );
    assert!(words(&[("airflow/config/a", "1"), ("airflow/config/A", "2")]).is_empty());
    assert!(words(&[(a, "1"), ("airflow/connections/a", "2")]).is_empty());
    assert!(words(&[("other/a", "1"), ("other/a", "2"), (a, "1")]).is_empty());
}

#[test]
fn versions_of_a_parameter_do_not_collide() {
    let rule = &super::colliding_names::RULE;
    let item = |value: &str, more: &str| {
        format!(
            "{{\"Name\": \"/airflow/variables/x\", \"Type\": \"String\", \"Value\": \"{value}\"{more}}}"
        )
    };
    for more in [
        ", \"Labels\": []",
        ", \"LastModifiedUser\": \"u\"",
        ", \"Selector\": \":2\"",
    ] {
        let text = format!(
            "{{\"Parameters\": [{}, {}]}}",
            item("2", more),
            item("1", more)
        );
        assert!(said(rule, &text, None).is_empty(), "{more}");
    }
    let text = format!("{{\"Parameters\": [{}, {}]}}", item("2", ""), item("1", ""));
    assert_eq!(said(rule, &text, None).len(), 1);
}

#[test]
fn arns_stand_for_names() {
    let arn = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:airflow/variables";
    let text = map(&[
        (&format!("{arn}/x-Ab3dEf"), "1"),
        (&format!("{arn}/x-Ab3dEf"), "2"),
    ]);
    let found = lines(&super::colliding_names::RULE, &text, None, false);
    assert!(
        found[0].starts_with("2:55-2:74 warning `airflow/variables/x` stands twice"),
        "{found:?}"
    );
}
