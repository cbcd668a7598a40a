//! The parts that all time goes into, one by one, each beside what others take for the same text:
//!
//! ```text
//! cargo bench --bench parts
//! ```
//!
//! Whole runs are measured by `benches/run`; what must not grow is counted by `benches/guard`.

use std::fmt::Write as _;
use std::hint::black_box;

use airvane::airflow::connection::{self, Format, Reader};
use airvane::airflow::python::urlsplit;
use airvane::airflow::{Python, Runtime, Version};
use airvane::inputs::Kind;
use airvane::inputs::store::StoreReader;
use airvane::source::{LineIndex, Mask, Span, Text};
use airvane::syntax::dotenv::{self, Dialect, Outside};
use airvane::syntax::{cfg, hcl, json, yaml};
use divan::Bencher;
use divan::counter::BytesCount;

const URI: &str =
    "postgres://etl:example-pw@db.example.com:5432/dwh?sslmode=require&connect_timeout=10";

const PYTHON: Python = Python {
    major: 3,
    minor: 12,
};

fn main() {
    divan::main();
}

/// What `aws ssm get-parameters-by-path` prints of 2,000 parameters.
fn export() -> String {
    let mut out = "{\n    \"Parameters\": [\n".to_owned();
    for number in 0..2_000 {
        let comma = if number == 0 { "" } else { ",\n" };
        let _ = write!(
            out,
            "{comma}        {{\n            \"Name\": \"/airflow/connections/db_{number}\",\n            \
             \"Type\": \"SecureString\",\n            \"Value\": \"{URI}\",\n            \"Version\": 1\n        }}"
        );
    }
    out + "\n    ]\n}\n"
}

/// 5,000 lines of `NAME=value`.
fn environment() -> String {
    (0..5_000).fold(String::new(), |mut out, number| {
        let _ = writeln!(out, "AIRFLOW_CONN_DB_{number}='{URI}'");
        out
    })
}

/// 5,000 options in 50 sections.
fn configuration() -> String {
    (0..5_000).fold(String::new(), |mut out, number| {
        if number % 100 == 0 {
            let _ = writeln!(out, "[section_{number}]");
        }
        let _ = writeln!(
            out,
            "# What it is for.\noption_{number} = value of {number}"
        );
        out
    })
}

/// 5,000 variables of a chart.
fn values() -> String {
    (0..5_000).fold("env:\n".to_owned(), |mut out, number| {
        let _ = writeln!(
            out,
            "  - name: AIRFLOW_VAR_{number}\n    value: \"of {number}\""
        );
        out
    })
}

/// 1,000 parameters of Terraform.
fn terraform() -> String {
    (0..1_000).fold(String::new(), |mut out, number| {
        let _ = writeln!(
            out,
            "resource \"aws_ssm_parameter\" \"db_{number}\" {{\n  name  = \"/airflow/connections/db_{number}\"\n  \
             type  = \"SecureString\"\n  value = \"{URI}\"\n}}\n"
        );
        out
    })
}

#[divan::bench]
fn export_read(bencher: Bencher<'_, '_>) {
    let text = export();
    bencher.counter(BytesCount::of_str(&text)).bench(|| {
        let mut reader = StoreReader::new(text.as_bytes(), Kind::Ssm);
        let mut names = 0;
        while let Some(entry) = reader.next() {
            names += entry.name().len();
        }
        names
    });
}

#[divan::bench]
fn export_of_serde_json_ignored_any(bencher: Bencher<'_, '_>) {
    let text = export();
    bencher
        .counter(BytesCount::of_str(&text))
        .bench(|| serde_json::from_str::<serde::de::IgnoredAny>(black_box(&text)).is_ok());
}

#[divan::bench]
fn json_tree(bencher: Bencher<'_, '_>) {
    let text = Text::verbatim(&export(), 0);
    bencher
        .counter(BytesCount::new(text.len()))
        .bench(|| json::parse(black_box(&text)).is_ok());
}

#[divan::bench]
fn json_tree_of_serde_json(bencher: Bencher<'_, '_>) {
    let text = export();
    bencher
        .counter(BytesCount::of_str(&text))
        .bench(|| serde_json::from_str::<serde_json::Value>(black_box(&text)).is_ok());
}

#[divan::bench(args = Dialect::ALL)]
fn env_file(bencher: Bencher<'_, '_>, dialect: Dialect) {
    let text = environment();
    bencher
        .counter(BytesCount::of_str(&text))
        .bench(|| dotenv::read(black_box(&text), dialect, &|_| Outside::Unset));
}

#[divan::bench]
fn airflow_cfg(bencher: Bencher<'_, '_>) {
    let text = Text::verbatim(&configuration(), 0);
    bencher
        .counter(BytesCount::new(text.len()))
        .bench(|| cfg::parse(black_box(&text)));
}

#[divan::bench]
fn yaml_tree(bencher: Bencher<'_, '_>) {
    let text = values();
    bencher
        .counter(BytesCount::of_str(&text))
        .bench(|| yaml::parse(black_box(&text), 0));
}

#[divan::bench]
fn hcl_tree(bencher: Bencher<'_, '_>) {
    let text = Text::verbatim(&terraform(), 0);
    bencher
        .counter(BytesCount::new(text.len()))
        .bench(|| hcl::parse(black_box(&text)).is_ok());
}

#[divan::bench]
fn uri_split(bencher: Bencher<'_, '_>) {
    let value = Text::verbatim(URI, 0);
    bencher.bench(|| urlsplit::urlsplit(black_box(&value), PYTHON).is_ok());
}

#[divan::bench(args = [URI, r#"{"conn_type": "postgres", "host": "db.example.com", "extra": {"sslmode": "require"}}"#])]
fn connection_of(bencher: Bencher<'_, '_>, value: &str) {
    let value = Text::verbatim(value, 0);
    let reader = Reader {
        airflow: Version::new(3, 3, 2),
        runtime: Runtime::Task,
        python: PYTHON,
    };
    bencher.bench(|| connection::read(black_box(&value), &reader, &Format::Airflow));
}

#[divan::bench]
fn lines(bencher: Bencher<'_, '_>) {
    let text = export();
    bencher
        .counter(BytesCount::of_str(&text))
        .bench(|| LineIndex::new(black_box(text.as_bytes())));
}

#[divan::bench]
fn mask(bencher: Bencher<'_, '_>) {
    let text = environment();
    bencher.counter(BytesCount::of_str(&text)).bench(|| {
        let mut mask = Mask::new();
        for start in (0..text.len()).step_by(20) {
            mask.show(Span::new(start, start + 10));
        }
        mask.seal();
        mask.apply(black_box(&text), 0)
    });
}
