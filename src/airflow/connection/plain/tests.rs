//! Yes is only said where the reader finds no fault.

use proptest::prelude::*;

use super::*;
use crate::airflow::connection::{Reader, read};
use crate::airflow::{Python, Runtime};
use crate::source::Text;

/// One release for each way of reading.
const RELEASES: [(u32, u32, u32, u8); 10] = [
    (2, 0, 0, 8),
    (2, 1, 0, 8),
    (2, 3, 0, 10),
    (2, 6, 3, 10),
    (2, 7, 0, 11),
    (3, 0, 0, 12),
    (3, 1, 0, 12),
    (3, 1, 6, 12),
    (3, 2, 0, 12),
    (3, 3, 2, 13),
];

fn agrees(value: &str) {
    let formats = [
        Format::Airflow,
        Format::SecretsManager {
            extra_conn_words: Vec::new(),
        },
        Format::Local(Local::Text),
        Format::Local(Local::Value {
            id: "id".to_owned(),
        }),
    ];
    for (major, minor, patch, python) in RELEASES {
        for runtime in [Runtime::Server, Runtime::Task] {
            for format in &formats {
                let reader = Reader {
                    airflow: Version::new(major, minor, patch),
                    runtime,
                    python: Python {
                        major: 3,
                        minor: python,
                    },
                };
                if is_plain(value, reader.airflow, format) {
                    let reading = read(&Text::verbatim(value, 0), &reader, format);
                    assert!(reading.fault.is_none(), "{value}");
                }
                let is_common = !matches!(format, Format::Local(_));
                if is_common
                    && looks_plain(value).is_some()
                    && may_be_plain(value, reader.airflow, format)
                {
                    same_fields(value, &reader, format);
                }
            }
        }
    }
}

/// What is cut out of a value is what is built of it.
fn same_fields(value: &str, reader: &Reader, format: &Format) {
    let Some(fields) = fields(value, reader, format) else {
        panic!("{value} is cut");
    };
    let reading = read(&Text::verbatim(value, 0), reader, format);
    let built = reading.outcome.as_ref().expect("a plain value is read");
    let text = |field: &Option<Text>| field.as_ref().map(|text| text.expose().to_owned());
    let cut = |field: &Option<std::borrow::Cow<'_, str>>| field.as_deref().map(str::to_owned);
    for (cut, built) in [
        (cut(&fields.conn_type), text(&built.conn_type)),
        (cut(&fields.description), text(&built.description)),
        (cut(&fields.host), text(&built.host)),
        (cut(&fields.login), text(&built.login)),
        (cut(&fields.password), text(&built.password)),
        (cut(&fields.schema), text(&built.schema)),
        (fields.port.map(str::to_owned), built.port.clone()),
    ] {
        assert_eq!(cut, built, "{value} {reader:?}");
    }
    let has_extra = built.extra.as_ref().is_some_and(|extra| !extra.is_empty());
    assert_eq!(fields.has_extra, has_extra, "{value}");
    assert!(reading.unusable.is_none(), "{value}");
}

const NEWEST: Version = Version::new(3, 3, 2);

#[test]
fn the_common_forms_are_plain() {
    for value in [
        "postgres://loader:pw-1@db.internal:5432/dwh?sslmode=require",
        "postgresql://loader:pw-1@db.internal:5432/dwh",
        "mysql://h",
        "mysql://etl:a%40%2F%25@h:3306/sales",
        "aws://",
        "aws://AKIA:x%2Fy%2Bz@/?region_name=eu-west-1&role_arn=arn:aws:iam::123456789012:role/etl",
        "google-cloud-platform://?project=x",
        r#"{"conn_type": "postgres", "host": "h", "login": "l", "password": "p", "port": "5432"}"#,
        r#"{"conn_type":"http","port":80}"#,
        r#"{"password": "/@:#\\\"é\u00e9%", "conn_type": "mysql", "extra": {"charset": "utf8", "n": 1}}"#,
        r#"{"conn_type": "aws", "extra": "{\"region_name\": \"eu-west-1\", \"verify\": \"x\"}"}"#,
        r#"{"conn_type": "smtp", "extra": {"disable_ssl": true, "timeout": 30, "auth_type": "basic"}}"#,
        r#"{"conn_type": "smtp", "extra": "", "login": null, "description": "two words"}"#,
    ] {
        assert!(is_plain(value, NEWEST, &Format::Airflow), "{value}");
        agrees(value);
    }
}

#[test]
fn what_may_be_wrong_is_not_plain() {
    for value in [
        "",
        "postgres",
        "postgres:/u:p@h/d",
        "my_sql://h",
        "mysqll://h",
        "Mysql://h",
        "postgresql+psycopg2://h",
        "http://h/v1",
        "https://h",
        "s3://h",
        "postgres://u:p@h:none/d",
        "postgres://u:p@h:65536/d",
        "postgres://u:p#q@h/d",
        "postgres://u:p/q@h/d",
        "postgres://u:%41@h/d",
        "postgres://u:%2540@h/d",
        "postgres://u:%4@h/d",
        "postgres://u:%zz@h/d",
        "postgres://u:%20@h/d",
        "postgres://u:%C3%A9@h/d",
        "postgres://u:p:q@h/d",
        "postgres://h/d?",
        "postgres://h/d?a",
        "postgres://h/d?a=",
        "postgres://h/d?a=b=c",
        "postgres://h/d?sslmode=x&sslmode=y",
        "postgres://h/d?application_name=a+b",
        "postgres://h/d?connect_timeout=10",
        "postgres://h/d?cursr=x",
        "redis://h?ssl=yes",
        "aws://?regio_name=x",
        "mysql://mysql://h@x",
        "mssql://h?__extra__=1",
        "mssql://h?a=[[",
        r#"{"conn_type": "mssql", "extra": "no"}"#,
        r#"{"conn_type": "mssql", "extra": {}}"#,
        r#"{"conn_type": "mssql", "extra": {"a": [1]}}"#,
        r#"{"conn_type": "mssql", "extra": {"a": 1, "a": 2}}"#,
        r#"{"conn_type": "mssql", "extra": {"a": "%40"}}"#,
        r#"{"conn_type": "mssql", "extra": "{\"a\": 1"}"#,
        r#"{"conn_type": "mssql", "extra": "{\"a\": 1} "}"#,
        r#"{"conn_type": "smtp", "extra": {"timeout": "30"}}"#,
        r#"{"conn_type": "smtp", "extra": {"auth_type": "none"}}"#,
        r#"{"conn_type": "smtp", "extra": {"timeut": 30}}"#,
        r#"{"host": "x"}"#,
        r#"{"conn_type": "X"}"#,
        r#"{"conn_type": "Postgres"}"#,
        r#"{"conn_type": "mssql",}"#,
        r#"{"conn_type": "mssql", "port": 0123}"#,
        r#"{"conn_type": "mssql", "host": "h", "host": "h"}"#,
        r#"{"conn_type": "mssql", "password": "p%40w"}"#,
        r#"{"conn_type": "mssql", "password": " pw"}"#,
        r#"{"conn_type": "mssql", "password": "\u0041"}"#,
        r#"{"conn_type": "mssql", "password": "\n"}"#,
        r#"{"conn_type": "mssql"} "#,
        r#"{"conn_type": "mssql", "hots": "y"}"#,
        "{}",
    ] {
        assert!(!is_plain(value, NEWEST, &Format::Airflow), "{value}");
    }
}

#[test]
fn objects_of_a_local_file_are_plain_as_they_are_exported() {
    let local = Format::Local(Local::Value {
        id: "db".to_owned(),
    });
    for value in [
        r#"{"conn_type": "postgres", "description": null, "login": "l", "password": "p", "host": "h", "port": 5432, "schema": "dwh", "extra": null}"#,
        "{\n    \"conn_type\": \"aws\",\n    \"extra\": \"{\\\"region_name\\\": \\\"eu-west-1\\\"}\"\n  }",
    ] {
        assert!(is_plain(value, NEWEST, &local), "{value}");
        assert!(is_plain(value, Version::new(2, 0, 0), &local), "{value}");
        assert!(!is_plain(value, NEWEST, &Format::Local(Local::Text)));
        agrees(value);
    }
    for value in [
        // The constructor takes them as they are.
        r#"{"conn_type": "postgres", "port": "5432"}"#,
        r#"{"conn_type": "aws", "extra": {"region_name": "eu-west-1"}}"#,
        r#"{"conn_type": "postgres", "conn_id": "db"}"#,
        r#"{"conn_type": null}"#,
        "postgres://h",
        "{}",
        "5",
    ] {
        assert!(!is_plain(value, NEWEST, &local), "{value}");
    }
    assert!(is_plain(
        "postgres://h",
        NEWEST,
        &Format::Local(Local::Text)
    ));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]
    #[test]
    fn a_plain_uri_has_no_fault(value in "(ssh|aws|redis|mssql)(:|://)[a-z1%@:/?&=+._-]{0,14}(:[0-9]{0,5})?[/?a1@:%=&_]{0,8}") {
        agrees(&value);
    }

    #[test]
    fn a_plain_object_has_no_fault(value in r#"\{("(conn_type|host|login|password|schema|port|description|extra)": ?("ssh|mssql|[a-z0-9 :{$-]{0,4}"|[0-9]{1,5}|null|"\{\\"a\\": 1\}"|\{"a": "b"\}),? ?){1,3}\}"#) {
        agrees(&value);
    }

    #[test]
    fn a_plain_object_of_a_file_has_no_fault(value in "\\{\"conn_type\": \"(ssh|mssql|aws)\",\n(\"(host|login|password|schema|port|description|extra)\":[ \t]?(\"[a-z0-9 :{$-]{0,4}\"|[0-9]{1,5}|null|\"\\{\\\\\"a\\\\\": 1\\}\"|\\{\"a\": \"b\"\\}),\n?){0,3}\"login\": \"x\"\n\\}") {
        agrees(&value);
    }
}
