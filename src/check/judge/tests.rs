//! The fast path of stores changes nothing: of a value that is told to be plain no rule has anything
//! to say.

use proptest::prelude::*;
use proptest::sample::select;

use super::*;
use crate::airflow::Version;
use crate::airflow::connection::Format;
use crate::check::advice::{ADVISERS, MOST_ADVICE};
use crate::inputs::Tree;
use crate::report::{Selection, Severity};
use crate::rules::testing;

/// One target for each way of reading, and one that is guessed.
fn targets() -> Vec<Target> {
    let chosen = ["2.2.5", "2.5.3", "2.11.2", "3.1.6", "3.3.2"];
    let mut targets: Vec<Target> = chosen.into_iter().map(Target::chosen).collect();
    targets.push(Target::chosen("3.3.2").guessed());
    targets
}

/// Every value is looked through.
const SLOW: Looks<'_> = Looks {
    looks_plain: |_| None,
    is_quiet: |_| false,
    is_ordinary_name: |_| false,
    hashes: None,
};

/// As it is done.
const FAST: Looks<'_> = Looks {
    looks_plain: connection::looks_plain,
    is_quiet: rules::is_quiet,
    is_ordinary_name: rules::is_ordinary_name,
    hashes: None,
};

fn findings(text: &str, kind: Kind, looks: Looks<'static>) -> Vec<Finding> {
    let input = testing::input(0, "dump.json", kind, text.as_bytes(), Tree::Store);
    let targets = targets();
    let checks = Checks::wanted(&Selection::default());
    let mut judge = Judge::new(
        &input,
        &[],
        &targets,
        &checks,
        Vec::new(),
        false,
        SettingsFile::none(),
    );
    judge.looks = looks;
    let streamed = judge.stream(Content::Whole(text.as_bytes().into()));
    assert!(streamed.failures.is_empty());
    streamed.findings
}

/// What the rules say of an export: code, place, message.
fn said(
    text: &str,
    kind: Kind,
    looks: Looks<'static>,
) -> Vec<(&'static str, Span, String, Vec<Version>)> {
    findings(text, kind, looks)
        .into_iter()
        .map(|finding| {
            let Finding {
                rule,
                place,
                message,
                targets,
                ..
            } = finding;
            (rule.code, place.span, message.to_string(), targets)
        })
        .collect()
}

/// An export that holds `values`.
fn export(values: &[String], kind: Kind, parameter_type: &str) -> String {
    let items = values.iter().enumerate().map(|(number, value)| {
        let value = serde_json::to_string(value).unwrap();
        if kind == Kind::Ssm {
            format!("{{\"Name\": \"/airflow/connections/c{number}\", \"Type\": \"{parameter_type}\", \"Value\": {value}}}")
        } else {
            format!("{{\"ARN\": \"x\", \"Name\": \"airflow/connections/c{number}\", \"SecretString\": {value}}}")
        }
    });
    let key = if kind == Kind::Ssm {
        "Parameters"
    } else {
        "SecretValues"
    };
    format!("{{\"{key}\": [{}]}}", items.collect::<Vec<_>>().join(",\n"))
}

fn agrees(values: &[String]) {
    let plain = values
        .iter()
        .filter(|value| connection::is_plain(value, Version::new(3, 3, 2), &Format::Airflow));
    // Of the others both runs read the same.
    let plain: Vec<String> = plain.cloned().collect();
    for (kind, parameter_type) in [
        (Kind::Ssm, "SecureString"),
        (Kind::Ssm, "String"),
        (Kind::SecretsManager, ""),
    ] {
        let text = export(&plain, kind, parameter_type);
        let fast = said(&text, kind, FAST);
        let slow = said(&text, kind, SLOW);
        for one in &slow {
            assert!(
                fast.contains(one),
                "{} of {}",
                one.0,
                &text[one.1.start..one.1.end]
            );
        }
        assert_eq!(fast, slow);
    }
}

/// What only the search of characters finds is found in quiet values and in others, whatever form they have.
#[test]
fn values_that_are_searched_ahead_are_told_alike() {
    let found = [
        ("${HOME}", "AV013"),
        ("postgres://${DB_HOST}/x", "AV013"),
        ("postgres://u:CHANGE_ME@h/d", "AV111"),
        ("postgres://u:p@<your-host>/d", "AV111"),
        ("postgres://é:xxx@h/d", "AV111"),
        ("postgres://h/{{ name }}", "AV704"),
        (
            "{\"conn_type\": \"postgres\", \"host\": \"changeme\"}",
            "AV111",
        ),
        (
            "{\"conn_type\": \"postgres\", \"login\": \"${USER}\"}",
            "AV013",
        ),
    ];
    for (value, code) in found {
        let values = [value.to_owned(), "postgres://u:p@h:5432/charset".to_owned()];
        for kind in [Kind::Ssm, Kind::SecretsManager] {
            // The service has taken what an answer of it shows.
            let text = export(&values, kind, "SecureString");
            let fast = said(&text, kind, FAST);
            assert_eq!(fast, said(&text, kind, SLOW), "{value}");
            let is_told = fast.iter().any(|one| one.0 == code);
            assert!(is_told || kind == Kind::SecretsManager, "{value}");
        }
    }
}

/// Of values that need advice at most, the rules have no more to say than that.
fn advises(values: &[String]) {
    let mut by_advice: Vec<(Advice, Vec<String>)> = Vec::new();
    for value in values {
        let Some(advice) = connection::looks_plain(value).filter(|one| *one != Advice::NONE) else {
            continue;
        };
        match by_advice.iter_mut().find(|(one, _)| *one == advice) {
            Some((_, values)) => values.push(value.clone()),
            None => by_advice.push((advice, vec![value.clone()])),
        }
    }
    for (advice, values) in by_advice {
        for kind in [Kind::Ssm, Kind::SecretsManager] {
            let text = export(&values, kind, "SecureString");
            let looks = Looks {
                looks_plain: |value| connection::looks_plain(value).map(|_| Advice::NONE),
                ..FAST
            };
            let fast = said(&text, kind, looks);
            for finding in findings(&text, kind, SLOW) {
                let (code, span) = (finding.rule.code, finding.place.span);
                let same = |one: &(&str, Span, String, Vec<Version>)| {
                    (one.0, one.1, &one.3) == (code, span, &finding.targets)
                };
                let own = |(one, known): &(Advice, &str)| advice.holds(*one) && *known == code;
                let is_advice = finding.severity == Severity::Info && ADVISERS.iter().any(own);
                let at = &text[span.start..span.end];
                assert!(is_advice || fast.iter().any(same), "{code} of {at}");
            }
        }
    }
}

/// Mostly what people write, and what looks nearly like it.
fn word() -> impl Strategy<Value = String> {
    let words = vec![
        "a",
        "etl",
        "db-1.internal",
        "DB",
        "pw-0001",
        "eu-west-1",
        "require",
        "utf8mb4",
        "basic",
        "true",
        "False",
        "no",
        "off",
        "null",
        "None",
        "30",
        "-1",
        "1e3",
        "0",
        "",
        " ",
        "a b",
        " a",
        "a\nb",
        "a\n",
        "\n",
        "'",
        "\"",
        "\\n",
        "\\",
        "%40",
        "%2F",
        "%41",
        "%25",
        "%2540",
        "%",
        "%zz",
        "%E9",
        "%C3%A9",
        "%20",
        "%09",
        "+",
        "a+b",
        "é",
        "ß",
        "&amp;",
        "#",
        "?",
        "/",
        "@",
        ":",
        "://",
        "http://h",
        "${X}",
        "{{ x }}",
        "xxx",
        "CHANGE_ME",
        "<password>",
        "arn:aws:iam::123456789012:role/etl",
        "{",
        "}",
        "[1]",
        "\"",
        "\\",
        "'",
        "a,b",
        "=",
        "!$*~._-",
        "undefined",
        "nil",
        "\u{a0}",
        "\u{200b}",
        "日本",
    ];
    select(words).prop_map(str::to_owned)
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        6 => "[a-z][a-z0-9-]{2,8}",
        2 => word(),
        1 => (word(), "[a-z]{2,4}", word()).prop_map(|(a, b, c)| a + &b + &c),
        1 => "[ -~]{1,8}",
    ]
}

fn conn_type() -> impl Strategy<Value = String> {
    let types = vec![
        "postgres",
        "postgresql",
        "mysql",
        "http",
        "https",
        "aws",
        "ssh",
        "smtp",
        "redis",
        "mssql",
        "snowflake",
        "google-cloud-platform",
        "google_cloud_platform",
        "generic",
        "mongo",
        "ftp",
        "kubernetes",
        "vault",
        "s3",
        "pg",
        "Postgres",
        "mysqll",
        "postgresql+psycopg2",
        "",
        "wasb",
        "sqlite",
        "fs",
        "hive_cli",
        "oracle",
        "slack",
        "databricks",
        "docker",
    ];
    select(types).prop_map(str::to_owned)
}

fn key() -> impl Strategy<Value = String> {
    let keys = vec![
        "sslmode",
        "ssl",
        "charset",
        "region_name",
        "role_arn",
        "timeout",
        "conn_timeout",
        "compress",
        "verify",
        "disable_ssl",
        "auth_type",
        "account",
        "warehouse",
        "role",
        "project",
        "num_retries",
        "cursor",
        "cursr",
        "connect_timeout",
        "a",
        "db",
        "srv",
        "insecure_mode",
        "extra__postgres__sslmode",
        "__extra__",
        "regionname",
        "key_path",
        "namespace",
        "kv_engine_version",
        "passive",
        "password",
        "host",
        "scope",
        "%61",
        "a b",
    ];
    select(keys).prop_map(str::to_owned)
}

fn uri() -> impl Strategy<Value = String> {
    let user = prop_oneof![
        Just(String::new()),
        text().prop_map(|login| login + "@"),
        (text(), text()).prop_map(|(login, password)| format!("{login}:{password}@")),
    ];
    let port = prop_oneof![
        Just(String::new()),
        (0..70_000u32).prop_map(|port| format!(":{port}")),
        text().prop_map(|port| format!(":{port}")),
    ];
    let path = prop_oneof![
        Just(String::new()),
        text().prop_map(|path| format!("/{path}"))
    ];
    let pairs = prop::collection::vec((key(), text()), 0..4).prop_map(|pairs| {
        let pairs: Vec<String> = pairs
            .into_iter()
            .map(|(key, value)| key + "=" + &value)
            .collect();
        let mark = if pairs.is_empty() { "" } else { "?" };
        format!("{mark}{}", pairs.join("&"))
    });
    (conn_type(), user, text(), port, path, pairs).prop_map(
        |(scheme, user, host, port, path, pairs)| {
            format!("{scheme}://{user}{host}{port}{path}{pairs}")
        },
    )
}

fn scalar() -> impl Strategy<Value = serde_json::Value> {
    use serde_json::{Value, json};
    prop_oneof![
        4 => text().prop_map(Value::String),
        1 => (0..70_000u32).prop_map(|number| json!(number)),
        1 => any::<bool>().prop_map(|is| json!(is)),
        1 => select(vec![Value::Null, json!(1.5), json!([1]), json!({"a": "b"}), json!({})]),
    ]
}

fn object() -> impl Strategy<Value = String> {
    use serde_json::{Map, Value};
    let fields = select(
        &[
            "host",
            "login",
            "password",
            "schema",
            "description",
            "port",
            "extra",
            "uri",
            "hots",
        ][..],
    );
    let fields = prop::collection::vec((fields, scalar()), 0..5);
    let extra = prop::collection::vec((key(), scalar()), 0..4);
    (conn_type(), fields, extra, 0..4u8, any::<bool>()).prop_map(
        |(conn_type, fields, extra, form, compact)| {
            let mut object = Map::new();
            object.insert("conn_type".to_owned(), Value::String(conn_type));
            for (name, value) in fields {
                object.insert(name.to_owned(), value);
            }
            let extra = Value::Object(extra.into_iter().collect());
            match form {
                0 => {}
                1 => {
                    let text = Value::String(extra.to_string());
                    object.insert("extra".to_owned(), text);
                }
                _ => {
                    object.insert("extra".to_owned(), extra);
                }
            }
            let text = Value::Object(object).to_string();
            if compact {
                text
            } else {
                text.replace("\":", "\": ").replace(",\"", ", \"")
            }
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, max_shrink_iters: 400, ..ProptestConfig::default() })]

    #[test]
    fn names_that_are_ordinary_have_nothing_for_a_rule(
        names in prop::collection::vec("(/?airflow/connections/|/?airflow/variables/|/|)[aA]?(aws|ssm|a|team-0|x--y|é|a/b|/|\\.|%)[-_/a-z0-9]{0,9}(-AbCdEf|-abc123|/a/b/c/d/e/f/g/h/i/j/k/l/m/n/o|)", 1..40),
        fields in prop::collection::vec(select(vec![
            "", ", \"Type\": \"String\"", ", \"Type\": \"SecureString\"", ", \"Version\": 3", ", \"Selector\": \":3\"", ", \"Tier\": \"Standard\"",
            ", \"VersionStages\": [\"AWSPREVIOUS\"]", ", \"DeletedDate\": 1", ", \"Labels\": []",
        ]), 40),
        long in 0..3usize,
    ) {
        let value = format!("postgres://u:pw-1@db.internal:5432/{}", "d".repeat(long * 1300));
        for kind in [Kind::Ssm, Kind::SecretsManager, Kind::FlatStore] {
            let items = names.iter().zip(&fields).map(|(name, fields)| {
                let key = if kind == Kind::SecretsManager { "SecretString" } else { "Value" };
                format!("{{\"Name\": \"{name}\", \"{key}\": \"{value}\"{fields}}}")
            });
            let list = items.collect::<Vec<_>>().join(",");
            let pairs = names.iter().map(|name| format!("[\"{name}\",\"{value}\"]"));
            let pairs = pairs.collect::<Vec<_>>().join(",");
            for text in [format!("[{list}]"), format!("[{pairs}]")] {
                prop_assert_eq!(said(&text, kind, FAST), said(&text, kind, SLOW), "{}", text);
            }
        }
    }

    #[test]
    fn of_a_plain_uri_nobody_has_anything_to_say(values in prop::collection::vec(uri(), 300)) {
        advises(&values);
        agrees(&values);
    }

    #[test]
    fn of_a_plain_object_nobody_has_anything_to_say(values in prop::collection::vec(object(), 300)) {
        advises(&values);
        agrees(&values);
    }
}

#[test]
fn the_common_forms_are_plain_to_the_rules() {
    let values = [
        "postgres://loader:pw-1@db.internal:5432/dwh?sslmode=require",
        "postgresql://loader:pw-1@db.internal:5432/dwh",
        "mysql://etl:a%40%2F%25@h:3306/sales?charset=utf8mb4",
        "aws://AKIA:x%2Fy%2Bz@/?region_name=eu-west-1&role_arn=arn:aws:iam::123456789012:role/etl",
        "google-cloud-platform://?project=x",
        r#"{"conn_type": "postgres", "host": "h", "login": "l", "password": "p", "port": "5432"}"#,
        r#"{"password": "/@:#\"é", "conn_type": "mysql", "port": 3306, "extra": {"charset": "utf8", "n": 1}}"#,
        r#"{"conn_type": "aws", "extra": "{\"region_name\": \"eu-west-1\"}"}"#,
        r#"{"conn_type": "smtp", "extra": {"disable_ssl": true, "timeout": 30, "auth_type": "basic"}}"#,
    ]
    .map(str::to_owned);
    for value in &values {
        assert!(
            connection::is_plain(value, Version::new(3, 3, 2), &Format::Airflow),
            "{value}"
        );
    }
    agrees(&values);
    let text = export(&values, Kind::Ssm, "SecureString");
    let said = said(&text, Kind::Ssm, SLOW).into_iter();
    // JSON before 2.3 is not what this is about.
    let said: Vec<_> = said
        .filter(|one| one.3 != [Version::new(2, 2, 5)])
        .collect();
    assert_eq!(said, []);
}

#[test]
fn a_store_is_given_each_advice_a_hundred_times() {
    let value = |number: usize| format!("own-service://u:p{number}@h.internal/?limit=30");
    let text = export(
        &(0..300).map(value).collect::<Vec<_>>(),
        Kind::Ssm,
        "SecureString",
    );
    let input = testing::input(0, "dump.json", Kind::Ssm, text.as_bytes(), Tree::Store);
    let checks = Checks::wanted(&Selection::default());
    let targets = [Target::chosen("3.3.2")];
    let judge = Judge::new(
        &input,
        &[],
        &targets,
        &checks,
        Vec::new(),
        false,
        SettingsFile::none(),
    );
    let found = judge
        .stream(Content::Whole(text.as_bytes().into()))
        .findings;
    for code in ["AV415", "AV431"] {
        let said = found.iter().filter(|finding| finding.rule.code == code);
        let said: Vec<bool> = said
            .map(|finding| {
                finding
                    .message
                    .ends_with("(of further entries this is not said)")
            })
            .collect();
        assert_eq!(said.len(), MOST_ADVICE, "{code}");
        assert_eq!(
            said.iter().position(|last| *last),
            Some(MOST_ADVICE - 1),
            "{code}"
        );
    }
    assert_eq!(found.len(), 2 * MOST_ADVICE);
}
