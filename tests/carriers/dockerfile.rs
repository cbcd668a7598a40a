//! Dockerfiles, in both quotes.

use std::fmt::Write as _;

use crate::common::{run, with};
use crate::{Holds, Way};

/// Single quotes, where the value holds none.
pub(crate) const SINGLE: Way = Way {
    name: "dockerfile",
    path: "Dockerfile",
    holds: Holds::Environment,
    write: |variables| {
        let mut text = String::from("# syntax=docker/dockerfile:1\nFROM apache/airflow:3.3.2\n");
        for (name, value) in variables {
            if value.contains('\'') {
                writeln!(text, "ENV {name}={}", double(value)).unwrap();
            } else {
                writeln!(text, "ENV {name}='{value}'").unwrap();
            }
        }
        text
    },
};

/// Double quotes, several in one instruction, in a stage that the last one builds on.
pub(crate) const DOUBLE: Way = Way {
    name: "dockerfile stages",
    path: "docker.dockerfile",
    holds: Holds::Environment,
    write: |variables| {
        let mut text = String::from("FROM apache/airflow:3.3.2 AS base\nENV PATH=/x:$PATH");
        for (name, value) in variables {
            write!(text, " \\\n    # é\n    {name}={}", double(value)).unwrap();
        }
        text.push_str("\n\nFROM base\nRUN <<EOF\nENV AIRFLOW__CORE__EXECUTOR=None\nEOF\n");
        text
    },
};

/// `ENV NAME value`, with each character of the shell's escaped.
pub(crate) const SPACED: Way = Way {
    name: "dockerfile spaced",
    path: "Containerfile",
    holds: Holds::Environment,
    write: |variables| {
        let mut text = String::from("# escape=`\nFROM apache/airflow:3.3.2\n");
        for (name, value) in variables {
            write!(text, "ENV {name} `\n    ").unwrap();
            for c in value.chars() {
                if matches!(c, '"' | '\'' | '$' | '`') {
                    text.push('`');
                }
                text.push(c);
            }
            text.push('\n');
        }
        text
    },
};

fn double(value: &str) -> String {
    let mut text = String::from("\"");
    for c in value.chars() {
        if matches!(c, '"' | '$' | '\\') {
            text.push('\\');
        }
        text.push(c);
    }
    text + "\""
}

const IMAGE: &str = "FROM apache/airflow:2.10.4
# airvane: ignore[AV404] of the first only
ENV AIRFLOW__CORE__LOAD_EXAMPLES=True \\
    AIRFLOW_CONN_A=postgres://u:p@h:54x/db \\
    # airvane: ignore[AV401] of the next line
    AIRFLOW_CONN_B=h/db
ENV AIRFLOW_CONN_C postgres://u:p@h:54x/db # airvane: ignore[AV404] a part of the value
RUN true # airvane: ignore[AV404] nobody reads this
";

/// `line:column code` of what is said, infos left out.
fn told(files: &[(&str, &str)], line: &[&str]) -> Vec<String> {
    let folder = with(files);
    let ran = run(folder.path(), line);
    let lines = ran.out.lines();
    lines
        .map(|line| {
            let code = line.split(['[', ']']).nth(1).unwrap_or_default();
            let place: Vec<&str> = line.split(':').take(3).collect();
            format!("{} {code}", place.join(":"))
        })
        .collect()
}

#[test]
fn ignores_stand_on_lines_of_their_own() {
    let line = ["check", "Dockerfile", "--format", "concise"];
    assert_eq!(
        told(&[("Dockerfile", IMAGE)], &line),
        ["Dockerfile:7:37 AV404", "Dockerfile:7:46 AV901"]
    );
}

/// The image's environment is there before what compose or a `.env` adds, and it says which release is meant.
#[test]
fn an_image_is_what_every_process_starts_from() {
    let cfg = "[core]\nload_examples = False\nparallelism = 8\n";
    let env = "AIRFLOW__CORE__PARALLELISM=16\n";
    let folder = with(&[
        ("Dockerfile", IMAGE),
        ("airflow.cfg", cfg),
        (".env", env),
        (
            "docker/Dockerfile.assets",
            "FROM node\nENV AIRFLOW_UID=1\nENV A=b\n",
        ),
    ]);
    let line = [
        "config",
        ".",
        "--section",
        "core",
        "--format",
        "json",
        "--reveal",
    ];
    let ran = run(folder.path(), &line);
    let config: serde_json::Value =
        serde_json::from_str(&ran.out).unwrap_or_else(|_| panic!("{}", ran.err));
    assert_eq!(config["target"]["airflow"][0], "2.10.4");
    let core = &config["sections"]["core"];
    for (option, value, path) in [
        ("load_examples", "True", "Dockerfile"),
        ("parallelism", "16", ".env"),
    ] {
        assert_eq!(core[option]["value"], value);
        assert_eq!(core[option]["path"], path);
    }
}

#[test]
fn a_fix_writes_the_quotes_that_were_meant() {
    let text = "FROM x\nENV AIRFLOW_VAR_A={\"b\": \"c\"} AIRFLOW_VAR_B=\"{\"b\": 1}\"\nENV AIRFLOW_VAR_C = d\n";
    let folder = with(&[("Dockerfile", text)]);
    let ran = run(folder.path(), &["check", "Dockerfile", "--fix"]);
    assert_eq!(ran.code, 0, "{}", ran.out);
    let fixed = std::fs::read_to_string(folder.path().join("Dockerfile")).unwrap();
    assert_eq!(
        fixed,
        "FROM x\nENV AIRFLOW_VAR_A='{\"b\": \"c\"}' AIRFLOW_VAR_B='{\"b\": 1}'\nENV AIRFLOW_VAR_C=d\n"
    );
}

#[test]
fn a_dockerfile_of_another_program_is_none_of_ours() {
    let folder = with(&[
        ("Dockerfile", "FROM node\nENV A={\"b\":1}\n"),
        ("airflow.cfg", "[core]\n"),
    ]);
    let ran = run(folder.path(), &["check", ".", "--show-files"]);
    assert!(!ran.out.contains("Dockerfile: dockerfile"), "{}", ran.out);
}
