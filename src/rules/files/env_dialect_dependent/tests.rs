//! Which differences are told, in which words, and where.

use std::path::Path;

use super::*;
use crate::airflow::Target;
use crate::inputs::{Kind, env};
use crate::rules::testing;
use crate::source::FileId;

/// What is told: the text that it points to, and the words.
fn told_of(text: &str, dialects: &[Dialect], only: Option<&str>) -> Vec<(String, String)> {
    let nothing = |_: &str| Outside::Unknown;
    let path = Path::new(".env");
    let parts = env::read(text, Dialect::Compose, &nothing, FileId(0), path);
    let mut input = testing::input(0, ".env", Kind::Env, text.as_bytes(), Tree::Env(parts.tree));
    input.templated = parts.templated;
    let readers = dialects.iter().map(|dialect| EnvReader {
        dialect: *dialect,
        label: dialect.reader().to_owned(),
        only: only.map(|name| vec![name.to_owned()]),
        is_usual: false,
    });
    let readers: Vec<EnvReader> = readers.collect();
    let target = Target::chosen("3.3.2");
    let cx = FileContext {
        input: &input,
        target: &target,
        has_backend: false,
        deployment_inputs: &[&input],
        unused: None,
        readers: &readers,
        unread_beside: None,
    };
    let mut findings = Findings::new();
    check(&cx, &mut findings);
    let told = findings.into_vec().into_iter().map(|finding| {
        let span = finding.place.span;
        let help = finding.help.unwrap_or_default();
        let words = format!("{} ({help})", finding.message);
        (text[span.start..span.end].to_owned(), words)
    });
    told.collect()
}

fn said_of(text: &str, dialects: &[Dialect], only: Option<&str>) -> Vec<String> {
    let told = told_of(text, dialects, only).into_iter();
    told.map(|(at, words)| format!("{at:?} {words}")).collect()
}

fn said(text: &str, other: Dialect) -> String {
    said_of(text, &[Dialect::Compose, other], None).join("\n")
}

#[test]
fn each_difference_has_its_words_and_its_place() {
    let cases: [(&str, Dialect); 12] = [
        ("AIRFLOW_VAR_A='{\"a\":1}'\n", Dialect::Docker),
        ("AIRFLOW_VAR_A=x # note\n", Dialect::Docker),
        ("AIRFLOW_VAR_A=x   \n", Dialect::Docker),
        ("export AIRFLOW_VAR_A=x\n", Dialect::Docker),
        ("AIRFLOW_VAR_A={\"a\":1}\n", Dialect::Bash),
        ("AIRFLOW_VAR_A={\"a\": 1}\n", Dialect::Sh),
        ("AIRFLOW_VAR_A=x y\n", Dialect::Bash),
        ("AIRFLOW_VAR_A=mysql://h/d?a=b&c=d\n", Dialect::Bash),
        ("AIRFLOW_VAR_A=C:\\temp\n", Dialect::Bash),
        ("AIRFLOW_VAR_A=x # note\n", Dialect::Systemd),
        ("export AIRFLOW_VAR_A=x\n", Dialect::Systemd),
        ("AIRFLOW_VAR_A=\"a\\\"b\"\n", Dialect::AstroDeploy),
    ];
    let mut all = String::new();
    for (text, other) in cases {
        all.extend([text, "  ", other.word(), ": ", &said(text, other), "\n"]);
    }
    insta::assert_snapshot!(all);
}

#[test]
fn what_both_read_alike_is_silent() {
    for other in [Dialect::Docker, Dialect::Bash, Dialect::Systemd] {
        for text in [
            "AIRFLOW_VAR_A=x\n",
            "AIRFLOW_VAR_A=one\nAIRFLOW_VAR_A=two\n",
            "OTHER='x'\nAIRFLOW_UID=50000\n",
            "# AIRFLOW_VAR_A='x'\nAIRFLOW_CONN_A=mysql://u:p%40w@h/d\n",
        ] {
            let said = said(text, other);
            assert_eq!(said, "", "{} {text}", other.word());
        }
    }
}

#[test]
fn of_what_is_set_twice_the_final_values_are_compared() {
    let text = "AIRFLOW_VAR_A='x'\nAIRFLOW_VAR_A=x\n";
    assert_eq!(said(text, Dialect::Docker), "");
    let text = "AIRFLOW_VAR_A=x\nAIRFLOW_VAR_A='x'\n";
    assert!(said(text, Dialect::Docker).contains("keeps the quotes"));
}

#[test]
fn what_depends_on_the_unknown_is_silent() {
    for text in ["AIRFLOW_VAR_A=a$HOST\n", "AIRFLOW_VAR_A=\"${HOST}\"\n"] {
        assert_eq!(said(text, Dialect::Docker), "");
        assert_eq!(said(text, Dialect::Bash), "");
    }
}

#[test]
fn one_reader_or_another_variable_is_silent() {
    let text = "AIRFLOW_VAR_A='x'\n";
    assert!(said_of(text, &[Dialect::Docker], None).is_empty());
    let both = [Dialect::Compose, Dialect::Docker];
    assert!(said_of(text, &both, Some("AIRFLOW_VAR_B")).is_empty());
    assert_eq!(said_of(text, &both, Some("AIRFLOW_VAR_A")).len(), 1);
}

#[test]
fn what_env_syntax_tells_is_not_told_again() {
    // compose refuses it, and that is told.
    let text = "AIRFLOW_VAR_A=\"x\" y\nAIRFLOW_VAR_B=1\n";
    assert_eq!(said(text, Dialect::Docker), "");
}

#[test]
fn no_words_hold_a_piece_of_a_value() {
    for shape in [
        "'X'",
        "X # X",
        "X X",
        "\"X\\\"X\"",
        "X\\X",
        "X;X",
        "X&X",
        "X'X",
        "~/X",
        "X`X",
    ] {
        let text = format!("AIRFLOW_CONN_A={}\n", shape.replace('X', "hunter2"));
        for other in Dialect::ALL {
            for (_, words) in told_of(&text, &[Dialect::Compose, other], None) {
                assert!(!words.contains("hunter2"), "{shape}: {words}");
            }
        }
    }
}
