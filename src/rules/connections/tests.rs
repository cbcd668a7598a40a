//! Which rule speaks of which value, where it points, and that it says nothing it must not.

mod json;

use std::borrow::Cow;

use super::RULES;
use crate::airflow::connection::{Format, Reader, Reading, Vault, is_plain, read, visible_spans};
use crate::airflow::{Runtime, Target, TargetSource, Version};
use crate::inputs::EntryKind;
use crate::report::{Finding, Findings, Severity};
use crate::rules::{Carrier, Check, EntryContext, Facts};
use crate::settings::SettingsFile;
use crate::source::{FileId, Mask, Place, Span, Text};

fn target(airflow: Version, source: TargetSource) -> Target {
    let mut target = Target::chosen("3.3.2");
    target.airflow = airflow;
    target.python.minor = if airflow.major == 2 { 11 } else { 12 };
    target.source = source;
    target
}

fn readings(value: &Text, target: &Target, format: &Format) -> Vec<(Runtime, Reading)> {
    [Runtime::Server, Runtime::Task]
        .into_iter()
        .map(|runtime| {
            let reader = Reader {
                airflow: target.airflow,
                runtime,
                python: target.python,
            };
            (runtime, read(value, &reader, format))
        })
        .collect()
}

/// Without the information that nobody registers the types which these tests make up.
fn findings_of(text: &str, target: &Target, format: &Format) -> Vec<Finding> {
    let mut findings = all_findings_of(text, target, format);
    findings.retain(|finding| finding.rule.code != "AV431" || finding.severity > Severity::Info);
    findings
}

fn all_findings_of(text: &str, target: &Target, format: &Format) -> Vec<Finding> {
    let value = Text::verbatim(text, 0);
    let readings = readings(&value, target, format);
    let place = Place::new(FileId(0), Span::at(0));
    let facts = Facts::default();
    let context = EntryContext {
        target,
        carrier: Carrier::Env,
        kind: Some(EntryKind::Connection),
        id: Cow::Borrowed("db"),
        name: Cow::Borrowed("AIRFLOW_CONN_DB"),
        name_place: place,
        value: Some(&(&value).into()),
        value_place: Some(place),
        decoded_object: false,
        is_quiet: false,
        facts: &facts,
        naming: None,
        near_miss: false,
        coverage: None,
        earlier: None,
        hides: &[],
        backend: None,
        format,
        is_sample: false,
        settings_file: SettingsFile::none(),
        readings: &readings,
    };
    let mut findings = Findings::new();
    for rule in RULES {
        for check in rule.checks {
            if let Check::Entry(check) | Check::Connection(check) = check {
                check(&context, &mut findings);
            }
        }
    }
    let mut found = findings.into_vec();
    // Short words stand for the type in most of these values.
    found.retain(|finding| finding.rule.code != "AV431" || finding.severity > Severity::Info);
    found
}

fn chosen(text: &str) -> Vec<Finding> {
    let target = target(Version::new(3, 3, 2), TargetSource::CommandLine);
    let list = findings_of(text, &target, &Format::Airflow);
    // Plain values are not read at all.
    let plain = is_plain(text, target.airflow, &Format::Airflow);
    assert!(list.is_empty() || !plain, "{text}");
    list
}

/// Code and the text that is pointed at.
fn only(text: &str) -> (String, String) {
    let list = chosen(text);
    assert_eq!(list.len(), 1, "{text}: {} findings", list.len());
    let span = list[0].place.span;
    (
        list[0].rule.code.to_owned(),
        text[span.start..span.end].to_owned(),
    )
}

/// One rule speaks, and of these characters.
fn speaks(text: &str, code: &str, at: &str) {
    let (found_code, found_at) = only(text);
    assert_eq!(
        (found_code.as_str(), found_at.as_str()),
        (code, at),
        "{text}"
    );
}

#[test]
fn each_fault_belongs_to_one_rule_and_points_at_its_cause() {
    for (text, code, at) in [
        ("'mysql://u:p@h/db'", "AV401", "'"),
        ("\"mysql://u:p@h/db\"", "AV401", "\""),
        ("\u{feff}{\"conn_type\": \"x\"}", "AV401", "\u{feff}"),
        ("my sql://u:p@h", "AV401", " "),
        ("://h", "AV401", "://"),
        ("//u:p@h/db", "AV401", "//"),
        ("1mysql://h", "AV401", "1"),
        ("mysql:/u:p@h/db", "AV401", ":"),
        ("mysql:u:p@h/db", "AV401", ":"),
        ("host:5432", "AV401", ":"),
        ("host\t:5432", "AV401", ":"),
        ("{\"uri\": \"my$ql://h\"}", "AV401", "$"),
        ("just-text", "AV401", "just-text"),
        ("user:pass@host", "AV401", ":"),
        ("my$ql://h", "AV401", "$"),
        ("google_cloud_platform://?project=x", "AV402", "_"),
        ("spark_sql://h:1/", "AV402", "_"),
        ("http://u:p@https://h", "AV403", "://"),
        ("mssql:///u:p@h:22/db", "AV403", "/"),
        ("jdbc://h/abfs://o", "AV403", "://"),
        ("x://h/a://b/c://d", "AV403", "://"),
        ("HTTP://https://h/p", "AV403", "HTTP"),
        ("JDBC://h/db?url=http://o", "AV403", "JDBC"),
        ("mysql://[name]/db", "AV403", "[name]"),
        ("mysql://[::1/db", "AV403", "["),
        ("mysql://u:p@h\u{2100}/db", "AV403", "\u{2100}"),
        ("mysql://h:port/db", "AV404", "port"),
        ("mysql://h:65536/db", "AV404", "65536"),
        ("mongo://u:p@h1:1,h2:2/db", "AV404", "1,h2:2"),
        ("http://h:abc/p?mail=a@b.c", "AV404", "abc"),
        ("mysql://user:pa/ss@host/db", "AV405", "/"),
        ("aws://AKIA:sec/ret@/?region_name=eu-west-1", "AV405", "/"),
        ("mysql://user:p?ss@host/db", "AV405", "?"),
        ("mysql://user:p#ss@host/db", "AV405", "#"),
        (r#"{"uri": "mysql://user:p/ss@host/db"}"#, "AV405", "/"),
        (r#"{"uri": "aws://K:S@/?e=http://l"}"#, "AV408", "://"),
        ("mysql://user:p[ss@host/db", "AV405", "["),
        ("mysql://user:p[s]s@host/db", "AV405", "[s]"),
        ("mysql://user:12/ss@host/db", "AV405", "/"),
        ("mysql://user:/ss@host/db", "AV405", "/"),
        ("mysql://us/er:pw@host/db", "AV405", "/"),
        ("https://https://h", "AV407", "https://"),
        ("http://http://u:p@h:80/p", "AV407", "http://"),
        ("{\"uri\": \"s3://s3://b\"}", "AV407", "s3://"),
        (
            "aws://K:S@/?endpoint_url=http://localhost:4566",
            "AV408",
            "://",
        ),
        ("http://h/?a=http://a&b=http://b", "AV408", "://"),
        ("jdbc://h/db?url=http://o", "AV408", "://"),
        ("https://h/p?cb=https://o", "AV408", "://"),
        ("http:///?cb=http://o", "AV408", "://"),
        ("mysql://h/db?a=b#c", "AV409", "#c"),
        ("mysql://u:p@h?x=1/2#3", "AV409", "#3"),
        ("mysql://h/db#", "AV409", "#"),
        (" mysql://h#1\n", "AV409", "#1"),
        ("fs:/tmp#1", "AV409", "#1"),
        ("mysql://u:p\tq@h/db", "AV410", "\t"),
        ("mysql://u:pq@h/d\r\nb", "AV410", "\r"),
        ("mysql://u:p@h/?key=a\nb", "AV410", "\n"),
        ("mysql://u:p@ h/db", "AV410", " "),
        ("mysql://u:p@h /db", "AV410", " "),
        ("mysql://u:p@h\u{200b}/db", "AV410", "\u{200b}"),
        ("mysql://u:p@  h/db", "AV410", "  "),
        ("mysql://u:p@h \u{200b}/db", "AV410", " \u{200b}"),
        ("{mysql://u:p@h}", "AV410", "{"),
        ("{\"mysql://u:p@h\"}", "AV410", "{"),
        ("{\"\": \"mysql://u:p@h\"}", "AV410", "{"),
        ("aws://?__extra__=notjson", "AV414", "notjson"),
        ("{\"extra\": \"[1]\"}", "AV414", "[1]"),
        ("{\"extra\": [1]}", "AV414", "[1]"),
        ("{\"username\": \"u\"}", "AV421", "\"username\""),
        ("{\"conn_id\": \"db\", \"x\": 1}", "AV422", "\"conn_id\""),
        ("{\"password\": 5}", "AV423", "5"),
        ("{\"host\": [\"h\"]}", "AV423", "[\"h\"]"),
        ("{\"port\": \"abc\"}", "AV423", "\"abc\""),
        ("{\"port\": [1]}", "AV423", "[1]"),
        ("{\"conn_type\": 5}", "AV423", "5"),
        ("[{\"conn_type\": \"x\"}]", "AV438", "["),
        ("\"{\\\"conn_type\\\": \\\"x\\\"}\"", "AV438", "\""),
        ("5", "AV438", "5"),
        ("null", "AV438", "null"),
        ("{'conn_type': 'x'}", "AV438", "'"),
        ("{\"conn_type\": \"x\",}", "AV438", ","),
    ] {
        speaks(text, code, at);
    }
}

#[test]
fn what_looks_odd_and_is_right_is_left_alone() {
    for text in [
        "mysql://u:p@h:3306/db",
        "mysql://u:p@ss@h/db",
        "mysql://u:p:q@h/db",
        "aws://KEY:SECRET@?region_name=eu-west-1",
        "aws://KEY:SEC%2FRET+x@/?region_name=eu-west-1",
        "aws://",
        "aws:///?endpoint_url=http://x",
        "aws://?endpoint_url=http://x",
        "fs:///tmp?url=http://x",
        "spark-connect://h",
        "http://https://h:80/p",
        "http://h/http?x=p@2x",
        "docker://registry:5000/@scope/name",
        "docker://h:8080/users/me@example.com",
        "https://h:443/https?mail=a@b.c",
        "mysql://h:3306/db?user=a@b",
        "mysql://h/db?a=b%23c",
        "http://https%3A%2F%2Fh%2Fp",
        "http://h/https",
        "https://h/HTTPS",
        "http://h/",
        "http://h",
        "{\"conn_type\": \"http\", \"host\": \"https://h\", \"schema\": \"v1\"}",
        "mysql://us er:p w@h/d b?a b=c d",
        "mysql://us%20:%20p@h/d%20",
        "mysql://u:p%0Ap%25q%C3%A9%2B@h/%2Fd?a=%2F%2B&b=c%0A",
        "mysql://u:%70%40@h",
        "mysql://u:%25%32%33@h",
        "mysql://u:a%2541b%2520c%26@h",
        "aws://?role_arn=a+b+c&x=AbCdEfGh1+IjKlMnOp",
        "aws://?aws_session_token=a+b",
        "aws://?aws_session_token=AbC1%2F+x",
        "spark-connect://h",
        "google-cloud-platform://h",
        "smtp://h/?disable_ssl=yes",
        "x://h/?connection_string=A=b;C=d",
        "x://h/?url=/p?x=1",
        "x://h/?a=b;&c=d;e",
        "x://h/?extra=text",
        r"x://DOM\u:p\w@h",
        "x://fe80%3A%3A1/db",
        "x://[fe80::1%eth0]:80/db",
        "x://h/%64%77",
        "x://h%3A5432:80/db",
        "fs:///a@b/c",
        "x://h/?v=1.1.0&w=x",
        r#"{"conn_type": "x", "password": "'a\tb'"}"#,
        "postgres://h1,h2/db",
        "mysql://[::1]:3306/db",
        "sqlite:////tmp/x.db",
        "sqlite:/tmp/x.db",
        "sqlite://%2Ftmp%2Fx",
        "smtp://u%40example.com:p@relay.example.com:587",
        "cornflow://u:p@h",
        " mysql://h \n",
        "{\"conn_type\": \"aws\", \"extra\": {\"a\": 1}}",
        "{\"conn_type\": \"aws\", \"port\": \" 5_432 \", \"description\": 5}",
        "{\"uri\": \"mysql://u:p@h/db\"}",
        "${DATABASE_URL}",
        "{{ var.value.x }}",
        "mysql://${USER}:${PASS}@h:${PORT}/db",
        "",
    ] {
        let mut found = chosen(text);
        found.retain(|finding| finding.severity > Severity::Info);
        let found: Vec<_> = found.iter().map(|f| f.rule.code).collect();
        assert!(found.is_empty(), "{text}: {found:?}");
    }
}

#[test]
fn each_suspicion_belongs_to_one_rule_and_points_at_its_cause() {
    for (text, code, at) in [
        ("https://h", "AV406", "https"),
        ("https://u:p@h:443/", "AV406", "https"),
        ("https://h/v1/api", "AV406", "v1/api"),
        ("http://h/v1/api", "AV406", "v1/api"),
        ("http://h//x", "AV406", "/x"),
        (
            "{\"conn_type\": \"https\", \"host\": \"h\"}",
            "AV406",
            "https",
        ),
        (
            "{\"conn_type\": \"http\", \"host\": \"h\", \"schema\": \"v1\"}",
            "AV406",
            "v1",
        ),
        ("mysql://u:p\n@h/db", "AV410", "\n"),
        ("my\tsql://h", "AV410", "\t"),
        ("mysql://u:p@\nh/db", "AV410", "\n"),
        ("mysql://u:p@h/\n db", "AV410", " "),
        ("mysql://u:p @h/db", "AV410", " "),
        ("mysql:// u:p@h/db", "AV410", " "),
        ("mysql://u:p@h/ db", "AV410", " "),
        ("mysql://u:p@h/   db", "AV410", "   "),
        ("mysql://u:p@h/db?\0\0a=b", "AV410", "\0\0"),
        ("mysql://u:p@h/db\t\t?a=b", "AV410", "\t\t"),
        ("mysql://u:p@h/db?a= b", "AV410", " "),
        ("mysql://u:p%0A@h/db", "AV410", "%0A"),
        ("mysql://u:p%0D%0A@h/db", "AV410", "%0D%0A"),
        ("{\"uri\": \"mysql://u:p@h/db \"}", "AV410", " "),
        (
            "{\"conn_type\": \"mysql\", \"login\": \" u\"}",
            "AV410",
            " ",
        ),
        ("postgresql+psycopg2://u:p@h/db", "AV411", "+psycopg2"),
        ("MSSQL+pyodbc://u:p@h/db", "AV411", "+pyodbc"),
        ("mongodb+srv://u:p@h/db", "AV411", "+srv"),
        ("{\"conn_type\": \"mysql+pymysql\"}", "AV411", "+pymysql"),
        ("mysql://u:p%zz@h/db", "AV412", "%"),
        ("mysql://u:p%2@h/db", "AV412", "%"),
        ("mysql://u:100%@h/db", "AV412", "%"),
        ("mysql://u:p%E9@h/db", "AV412", "%E9"),
        ("mysql://u:p%41@h/db", "AV412", "%41"),
        ("mysql://u:p%2F%41@h/db", "AV412", "%41"),
        ("mysql://u:p%2540@h/db", "AV412", "%2540"),
        ("mysql://h/d%zb", "AV412", "%"),
        ("x://h/?a%=b", "AV412", "%"),
        ("aws://?aws_session_token=AbC1+x/y", "AV412", "+"),
        ("x://?data=QWxhZGRpbjpvcGVuIHNl+c2FtZQ==", "AV412", "+"),
        ("x://h/?a=1b&b=2c&a=3d", "AV413", "a"),
        ("x://h/?b=2c&a%20=1b&a+=3d", "AV413", "a%20"),
        ("x://h/?__extra__=%7B%7D&a=b", "AV413", "a"),
        (
            "x://h/?__extra__=%7B%22a%22%3A1%2C%22a%22%3A2%7D",
            "AV413",
            "a",
        ),
        (
            "{\"conn_type\": \"x\", \"host\": \"a\", \"host\": \"b\"}",
            "AV413",
            "\"host\"",
        ),
        (
            "{\"conn_type\": \"x\", \"extra\": {\"a\": 1, \"a\": 2}}",
            "AV413",
            "a",
        ),
        ("x://h/?a=b;c=d", "AV416", ";"),
        ("x://h/?a=b?c=d", "AV416", "?"),
        ("x://h/?a=b&amp;c=d", "AV416", "amp;"),
        ("x://h/?=v", "AV416", "v"),
        ("x://h/?{\"a\": 1}", "AV416", "{"),
        ("x://h/db'", "AV410", "'"),
        ("x://h/db?a=v\",", "AV410", "\","),
        ("x://h/db\\n", "AV410", "\\n"),
        ("x://u:p@a b/db", "AV410", " "),
        ("x://h/db\0", "AV410", "\0"),
        (r#"{"conn_type": "x", "login": "DOM\bob"}"#, "AV410", r"\b"),
        (r#"{"conn_type": "x", "host": "'h'"}"#, "AV410", "'"),
        ("x://h/?v=1.10", "AV415", "1.10"),
        ("x://h/db%253Fx", "AV412", "%253F"),
        ("x://h%3A5432/db", "AV412", "%3A"),
        (r"x://me\@example.com:p@h", "AV412", r"\"),
        ("x://h/?a=Zm9v/YmFyw+=", "AV412", "+"),
        ("x://h/?__extra__={\"a\": \"b+c\"}", "AV412", "+"),
        ("imap:///u:p@h:22/db", "AV403", "/"),
        ("x://h/?a=b&c=5", "AV415", "5"),
        ("x://h/?a=b&c=%7B%7D", "AV415", "%7B%7D"),
        ("smtp://h/?disable_ssl=false", "AV415", "false"),
        ("smtp://h/?disable_ssl=False", "AV415", "False"),
    ] {
        speaks(text, code, at);
    }
}

fn of(text: &str, airflow: Version) -> Vec<(&'static str, Severity, String)> {
    let target = target(airflow, TargetSource::CommandLine);
    findings_of(text, &target, &Format::Airflow)
        .into_iter()
        .map(|finding| {
            (
                finding.rule.code,
                finding.severity,
                finding.message.to_string(),
            )
        })
        .collect()
}

/// A value that an export's reader passes by must be one of which no rule would speak.
fn plain_is_silent(text: &str) {
    for release in [
        Version::new(2, 2, 0),
        Version::new(2, 11, 2),
        Version::new(3, 1, 6),
        Version::new(3, 3, 2),
    ] {
        if is_plain(text, release, &Format::Airflow) {
            let target = target(release, TargetSource::CommandLine);
            let found = all_findings_of(text, &target, &Format::Airflow);
            assert!(found.is_empty(), "{text}: {}", found[0].rule.code);
        }
    }
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(500))]
    #[test]
    fn of_a_plain_uri_nothing_is_said(value in "(x|https?|smtp|redis|mysql|s3|snowflke|google-cloud-platform)://([a-zA-Z0-9%+= ]{0,4}:[a-zA-Z0-9%2450=]{0,8}@)?[a-z ]{0,2}(/[a-z%41 /]{0,3})?(\\?((a|b|ssl|key|disable_ssl|timeout|auth_type|project)=(false|no|5|-1|null|a[+]b|x|Abc1+/x=)&?){1,3})?") {
        plain_is_silent(&value);
    }

    #[test]
    fn of_a_plain_object_nothing_is_said(value in r#"\{"conn_type": "(x|https?|mysql[+]a|mysql|Postgres|s3|google-cloud-platform)"(, "(host|login|password|schema)": "[a :/]{0,3}"){1,3}\}"#) {
        plain_is_silent(&value);
    }
}

#[test]
fn a_second_separator_is_read_as_the_release_reads_it() {
    let old = Version::new(2, 6, 2);
    for (text, code) in [
        ("http://https://h/p", Some("AV403")),
        ("http://u:p@https://h", Some("AV403")),
        ("http://https://u:p@h", Some("AV403")),
        ("https://https://h", Some("AV407")),
        ("aws://K:S@/?endpoint_url=http://localhost:4566", None),
        ("jdbc://h/db?url=http://o", None),
    ] {
        let found = of(text, old);
        assert_eq!(found.first().map(|(code, ..)| *code), code, "{text}");
        assert!(found.len() < 2, "{text}");
    }
}

#[test]
fn parameters_of_a_path_are_lost_before_2_5() {
    let found = |minor: u32| of("sftp://h/in;x?a=b", Version::new(2, minor, 0));
    let codes = |minor| {
        let found = found(minor).into_iter();
        found.map(|(code, ..)| code).collect::<Vec<_>>()
    };
    assert_eq!(codes(4), ["AV409"]);
    assert!(!codes(5).contains(&"AV409"));
}

#[test]
fn a_blank_at_the_end_is_kept_before_2_3() {
    let codes = |text: &str, minor: u32| {
        let found = of(text, Version::new(2, minor, 0));
        found
            .into_iter()
            .map(|(code, severity, _)| (code, severity))
            .collect::<Vec<_>>()
    };
    assert_eq!(codes("mysql://h ", 2), [("AV410", Severity::Error)]);
    assert_eq!(codes("mysql://h/db ", 2), [("AV410", Severity::Warning)]);
    assert!(codes("mysql://h/db \n", 3).is_empty());
    assert!(codes("mysql://h/db\n", 2).is_empty());
}

#[test]
fn a_text_that_means_no_is_true_where_it_stays_a_text() {
    let found = |text: &str, release: (u32, u32, u32)| {
        let list = of(text, Version::new(release.0, release.1, release.2));
        list.into_iter()
            .map(|(_, severity, message)| (severity, message.contains("tasks")))
            .collect::<Vec<_>>()
    };
    let text = "smtp://h/?disable_ssl=false";
    assert_eq!(found(text, (2, 11, 2)), [(Severity::Warning, false)]);
    assert_eq!(found(text, (3, 1, 6)), []);
    assert_eq!(found(text, (3, 2, 0)), [(Severity::Warning, true)]);
    let text = "smtp://h/?disable_ssl=False";
    assert_eq!(found(text, (3, 1, 6)), []);
    assert_eq!(found(text, (3, 2, 0)), [(Severity::Warning, false)]);
    let text = "smtp://h/?timeout=5";
    assert_eq!(found(text, (2, 11, 2)), []);
    assert_eq!(found(text, (3, 1, 6)), []);
    assert_eq!(found(text, (3, 2, 0)), [(Severity::Info, true)]);
    let text = "mongo://h/?ssl=false&allow_insecure=false";
    assert_eq!(found(text, (2, 11, 2)), []);
    let text = "mongo://h/?srv=false";
    assert_eq!(found(text, (2, 11, 2)), [(Severity::Warning, false)]);
}

#[test]
fn a_guessed_target_lowers_what_depends_on_it() {
    let guess = target(Version::new(3, 3, 2), TargetSource::Default);
    let severity = |text: &str| findings_of(text, &guess, &Format::Airflow)[0].severity;
    assert_eq!(severity("x://h/?__extra__=%7B%7D&a=b"), Severity::Info);
    assert_eq!(severity("smtp://h/?disable_ssl=false"), Severity::Info);
    assert_eq!(severity("smtp://h/?disable_ssl=False"), Severity::Warning);
    assert_eq!(severity("https://h"), Severity::Warning);
    assert_eq!(severity("mysql://h/db#1"), Severity::Error);
    assert_eq!(severity("https://https://h"), Severity::Error);
    assert_eq!(severity("http://h/p?cb=http://o"), Severity::Warning);
    assert_eq!(severity("{mysql://u:p@h}"), Severity::Error);
}

#[test]
fn json_under_the_key_extra_is_a_field() {
    let found = of("aws://?extra=%7B%22a%22%3A1%7D", Version::new(2, 11, 2));
    assert!(found.iter().any(|(code, ..)| *code == "AV416"));
}

#[test]
fn an_extra_that_is_no_object_is_a_suspicion_where_nobody_looks() {
    let old = Version::new(2, 11, 2);
    for text in [
        "aws://?__extra__=x",
        "aws://?__extra__=%5B1%5D",
        r#"{"conn_type": "aws", "extra": "x"}"#,
        r#"{"conn_type": "aws", "extra": [1]}"#,
    ] {
        let found = of(text, old);
        assert_eq!(found.len(), 1, "{text}");
        assert_eq!((found[0].0, found[0].1), ("AV414", Severity::Warning));
    }
    assert!(of(r#"{"conn_type": "aws", "extra": ""}"#, old).is_empty());
}

#[test]
fn no_key_and_no_sequence_of_a_secret_is_told() {
    let said = |text: &str| {
        let list = chosen(text);
        format!(
            "{} {}",
            list[0].message,
            list[0].help.as_deref().unwrap_or("")
        )
    };
    assert!(said("aws://?region_name=a&region_name=b").contains("`region_name`"));
    let hidden = said("aws://?hunter2=a&hunter2=b");
    assert!(
        hidden.contains("an unknown key of 7 characters"),
        "{hidden}"
    );
    assert!(!said("mysql://u:p%41@h/db").contains("%41"));
    assert!(said("mysql+hunter2://h").contains("`mysql://`"));
    assert!(!said("mysql+hunter2://h").contains("hunter2"));
}

#[test]
fn a_nested_uri_points_into_the_string() {
    let text = r#"{"uri": "mysql://u:p\u0040h:abc/db"}"#;
    assert_eq!(only(text), ("AV404".to_owned(), "abc".to_owned()));
}

#[test]
fn an_opening_template_mark_alone_is_a_character() {
    let text = "mysql://u:p{%2Fw@h:65536/db";
    assert_eq!(only(text), ("AV404".to_owned(), "65536".to_owned()));
}

#[test]
fn what_other_programs_call_a_field_is_translated() {
    let help = |text: &str| chosen(text)[0].help.clone().unwrap_or_default();
    assert_eq!(help("{\"dbname\": \"d\"}"), "write `schema`");
    assert_eq!(help("{\"hostname\": \"h\"}"), "write `host`");
}

#[test]
fn an_exception_that_depends_on_the_caller_is_not_named() {
    let target = target(Version::new(2, 11, 2), TargetSource::CommandLine);
    let list = findings_of("{\"conn_id\": \"x\"}", &target, &Format::Airflow);
    assert!(!list[0].message.contains("KeyError"), "{}", list[0].message);
}

#[test]
fn the_runtime_is_named_where_only_one_fails() {
    let message = |text: &str| chosen(text)[0].message.clone();
    assert!(message("aws://?__extra__=x").ends_with("on the server"));
    assert!(message("{\"team_name\": \"t\"}").ends_with("in tasks"));
    assert!(message("mysql://h:x").ends_with("not defined"));
}

#[test]
fn a_guessed_target_steps_down_where_a_release_reads_the_value() {
    let guess = target(Version::new(3, 3, 2), TargetSource::Default);
    let first = |text: &str| {
        let list = findings_of(text, &guess, &Format::Airflow);
        (list[0].severity, list[0].message.clone())
    };
    assert_eq!(first("mysql://h:x").0, Severity::Error);
    assert_eq!(first("{\"username\": \"u\"}").0, Severity::Error);
    assert_eq!(first("'mysql://h'").0, Severity::Error);
    let (severity, message) = first("aws://?__extra__=x");
    assert_eq!(severity, Severity::Warning);
    assert!(message.ends_with("(from Airflow 3.0.0 on)"), "{message}");
    let (severity, message) = first("http://h/?a=http://a&b=http://b");
    assert_eq!(severity, Severity::Warning);
    assert!(message.ends_with("(from Airflow 2.6.3 on)"), "{message}");
}

#[test]
fn what_depends_on_the_release_of_the_provider_names_none_of_airflow() {
    let guess = target(Version::new(3, 3, 2), TargetSource::Default);
    let first = |text: &str| {
        let list = findings_of(text, &guess, &Format::Vault(Vault::Serialized));
        (list[0].severity, list[0].message.clone())
    };
    let (severity, message) = first(r#"{"conn_type": "mysql", "port": "x"}"#);
    assert_eq!(severity, Severity::Warning);
    assert!(
        message.ends_with("(not with every release of the provider)"),
        "{message}"
    );
    let (_, message) = first(r#"{"conn_type": "mysql", "hst": "h"}"#);
    assert!(!message.contains("(from Airflow"), "{message}");
    let (_, message) = first(r#"{"conn_uri": "http://h/?a=http://a&b=http://b"}"#);
    assert!(message.ends_with("(from Airflow 2.6.3 on)"), "{message}");
}

#[test]
fn keys_are_named_only_where_shipped_data_knows_them() {
    let message = |text: &str| chosen(text)[0].message.clone();
    assert!(message("{\"username\": 1}").contains("`username`"));
    assert!(message("{\"passwrd\": 1}").contains("`passwrd`"));
    assert!(message("{\"Host\": 1}").contains("`Host`"));
    assert!(message("{\"hunter2secret\": 1}").starts_with("an unknown key of 13 characters"));
    assert!(
        message("{\"abc\": 1, \"d\": 2}")
            .starts_with("an unknown key of 3 characters and one more")
    );
}

/// What a masked line shows of a value.
fn masked(text: &str) -> String {
    let target = target(Version::new(3, 3, 2), TargetSource::CommandLine);
    let value = Text::verbatim(text, 0);
    let readings = readings(&value, &target, &Format::Airflow);
    let mut mask = Mask::new();
    mask.show_all(visible_spans(
        &value,
        &readings[0].1,
        &SettingsFile::none().conn_types,
    ));
    mask.seal();
    mask.apply(text, 0)
}

#[test]
fn a_snippet_shows_delimiters_and_nothing_else() {
    for (text, shown) in [
        ("mysql://us:pw@h.x:33/db?a=b", "mysql://**:**@***:**/**?*=*"),
        ("mysql://us:p/w@h.x:33/db", "mysql://****************"),
        ("my_sql://us:pw@h", "******://*******"),
        ("google_cloud_platform://h", "google_cloud_platform://*"),
        ("'mysql://us:pw@h'", "******************"),
        ("hunter2", "*******"),
        ("http://h:80/a@b", "http://********"),
        (
            r#"{"login": "us", "zz": [1, "x"], "port": 5}"#,
            r#"{"login": "**", "**": [***"*"], "port": *}"#,
        ),
        ("{\"login\": \"us\"", "**************"),
    ] {
        let got = masked(text);
        if text.starts_with('\'') {
            assert!(!got.contains("us") && !got.contains("pw"), "{got}");
        } else {
            assert_eq!(got, shown, "{text}");
        }
    }
}
