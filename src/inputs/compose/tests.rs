use std::path::Path;

use super::{read, recognise};
use crate::inputs::carrier::{Carrier, Environment, FaultKind, Part, Surroundings};
use crate::syntax::dotenv::Outside;

/// With `.env` and other files beside it, and `--define SHELL=from-shell`.
fn with(text: &str, files: &[(&str, &str)]) -> Carrier {
    let environment = |name: &str| match name {
        "SHELL_X" => Outside::Value("from-shell".to_owned()),
        _ => Outside::Unknown,
    };
    let neighbour = |path: &Path| {
        let found = files.iter().find(|(name, _)| Path::new(name) == path);
        found.map(|(_, text)| (*text).to_owned())
    };
    let surroundings = Surroundings {
        path: Path::new("compose.yaml"),
        environment: &environment,
        neighbour: &neighbour,
    };
    read(text, &surroundings)
}

fn environments(carrier: &Carrier) -> Vec<&Environment> {
    let parts = carrier.parts.iter();
    parts
        .filter_map(|part| match part {
            Part::Environment(environment) => Some(environment),
            _ => None,
        })
        .collect()
}

/// `NAME=value` of each environment; what is not known with `?`.
fn told(carrier: &Carrier) -> Vec<Vec<String>> {
    let all = environments(carrier).into_iter().map(|environment| {
        let variables = environment.variables.iter();
        variables
            .map(|variable| {
                let name = variable.name.expose();
                match &variable.value {
                    Some(value) if value.is_known() => format!("{name}={}", value.expose()),
                    Some(value) => format!("{name}?{}", value.expose()),
                    None => format!("{name}?"),
                }
            })
            .collect()
    });
    all.collect()
}

/// Of a single service with these lines of `environment`.
fn values(lines: &str, dotenv: &str) -> Vec<String> {
    let lines = lines.lines().map(|line| format!("      {line}\n"));
    let text = format!(
        "services:\n  a:\n    image: x\n    environment:\n{}      AIRFLOW_HOME: /a\n",
        lines.collect::<String>()
    );
    let mut told = told(&with(&text, &[(".env", dotenv)]));
    assert_eq!(told.len(), 1, "{text}");
    let mut told = told.remove(0);
    assert_eq!(told.pop().as_deref(), Some("AIRFLOW_HOME=/a"));
    told
}

#[test]
fn references_are_replaced_from_the_project_and_the_command_line() {
    let dotenv = "KNOWN=k\nEMPTY=\nSHELL_X=from-dotenv\n";
    let lines = "A: $KNOWN ${KNOWN}\nB: ${KNOWN:-d}${EMPTY:-d}${EMPTY-d}\nC: ${SHELL_X}\n\
        D: ${KNOWN:+v}${EMPTY:+v}${EMPTY+w}\nE: $$KNOWN a$ $5";
    assert_eq!(
        values(lines, dotenv),
        ["A=k k", "B=kd", "C=from-shell", "D=vw", "E=$KNOWN a$ $5"]
    );
}

#[test]
fn of_a_name_that_nothing_defines_the_default_counts_and_else_nothing_is_known() {
    let lines = "A: ${X:-d}\nB: ${X-${Y:-e}}\nC: a $X${X:-}\nD: ${X:?must}\nE: ${X:+v}\nF: '${X:-{\"a\": \"b\"}}'";
    assert_eq!(
        values(lines, ""),
        [
            "A=d",
            "B=e",
            "C?a $X${X:-}",
            "D?${X:?must}",
            "E?${X:+v}",
            "F={\"a\": \"b\"}"
        ]
    );
}

#[test]
fn a_default_stands_at_its_own_bytes_and_what_the_project_says_at_the_reference() {
    let text = "services:\n  a:\n    environment:\n      AIRFLOW_VAR_A: \"${X:-de}$K\"\n";
    let carrier = with(text, &[(".env", "K=value\n")]);
    let environment = environments(&carrier)[0];
    let value = environment.variables[0].value.as_ref().unwrap();
    assert_eq!(value.expose(), "devalue");
    let default = text.find("de}").unwrap();
    assert_eq!(
        value.own_pieces(0..value.len()),
        [crate::source::Span::new(default, default + 2)]
    );
    let reference = text.find("$K").unwrap();
    assert_eq!(value.span(2..7).start, reference);
    assert_eq!(value.editable(2..7), None);
}

#[test]
fn what_is_no_text_becomes_what_go_prints() {
    let lines =
        "A: true\nB: yes\nC: 0777\nD: 1e3\nE: 1.50\nF: \"0777\"\nG: !!str 1.0\nH: ${X:-0777}";
    assert_eq!(
        values(lines, ""),
        [
            "A=true", "B=yes", "C=511", "D=1000", "E=1.5", "F=0777", "G=1.0", "H=0777"
        ]
    );
}

#[test]
fn a_name_without_a_value_is_handed_on() {
    assert_eq!(values("A:\nK: ~\nB: ''", "K=k\n"), ["A?", "K=k", "B="]);
}

#[test]
fn the_list_form_is_cut_at_the_first_equals_sign() {
    let text = "services:\n  a:\n    environment:\n      - AIRFLOW_VAR_A=b=c\n      - K\n      - \"${X:-N}=1\"\n";
    assert_eq!(
        told(&with(text, &[(".env", "K=k")])),
        [["AIRFLOW_VAR_A=b=c", "K=k", "N=1"]]
    );
}

#[test]
fn own_keys_win_over_merged_ones_and_services_of_one_anchor_are_one_environment() {
    let text = "x-common: &common\n  image: airflow\n  environment: &env\n    AIRFLOW_VAR_A: 1\n    AIRFLOW_VAR_B: 2\nservices:\n  \
        web:\n    <<: *common\n  worker:\n    <<: *common\n    environment:\n      <<: *env\n      DUMB_INIT_SETSID: 0\n  \
        odd:\n    <<: *common\n    environment:\n      AIRFLOW_VAR_A: 3\n      <<: *env\n";
    assert_eq!(
        told(&with(text, &[])),
        [
            ["AIRFLOW_VAR_A=1", "AIRFLOW_VAR_B=2"],
            ["AIRFLOW_VAR_B=2", "AIRFLOW_VAR_A=3"]
        ]
    );
}

#[test]
fn a_service_takes_over_what_it_extends() {
    let text = "services:\n  c:\n    environment: [AIRFLOW_VAR_A=1, AIRFLOW_VAR_D=1]\n    env_file: c.env\n  b:\n    extends: {service: c}\n    \
        environment:\n      AIRFLOW_VAR_A: 2\n      AIRFLOW_VAR_D: !reset null\n    env_file: [b.env]\n";
    let carrier = with(text, &[]);
    assert_eq!(
        told(&carrier),
        [
            vec!["AIRFLOW_VAR_A=1", "AIRFLOW_VAR_D=1"],
            vec!["AIRFLOW_VAR_A=2", "AIRFLOW_VAR_D=1"]
        ]
    );
    let mapped = text.replace(
        "[AIRFLOW_VAR_A=1, AIRFLOW_VAR_D=1]",
        "{AIRFLOW_VAR_A: 1, AIRFLOW_VAR_D: 1}",
    );
    assert_eq!(told(&with(&mapped, &[]))[1], ["AIRFLOW_VAR_A=2"]);
    let files = &environments(&carrier)[1].env_files;
    assert_eq!(files, &[Path::new("c.env"), Path::new("b.env")]);
    let circle = "services:\n  a:\n    extends: b\n    environment: {AIRFLOW_VAR_A: 1}\n  b:\n    extends: a\n";
    assert_eq!(told(&with(circle, &[])), [["AIRFLOW_VAR_A=1"]]);
    let other = "services:\n  c:\n    environment: [AIRFLOW_VAR_A=1]\n  b:\n    extends: c\n    environment: !override\n      AIRFLOW_VAR_B: 2\n";
    assert_eq!(told(&with(other, &[]))[1], ["AIRFLOW_VAR_B=2"]);
}

#[test]
fn env_files_are_named_in_every_form() {
    let text = "services:\n  a:\n    environment: [AIRFLOW_VAR_A=1]\n    env_file:\n      - ${ENV_FILE_PATH:-.env}\n      - path: b.env\n        \
        required: false\n      - path: r.env\n        format: raw\n      - ${UNKNOWN}.env\n";
    let carrier = with(text, &[("r.env", "R=\"$q\"\n")]);
    assert_eq!(told(&carrier), [["AIRFLOW_VAR_A=1"]]);
    let environment = environments(&carrier)[0];
    let files = [".env", "b.env", "r.env"].map(Path::new);
    assert_eq!(environment.env_files, files);
    assert_eq!(environment.raw_files, [Path::new("r.env")]);
    // Where another service has it read as env files are, it cannot be both.
    let twice = format!("{text}  b:\n    environment: [AIRFLOW_VAR_B=1]\n    env_file: r.env\n");
    let carrier = with(&twice, &[("r.env", "R=\"$q\"\n")]);
    assert_eq!(told(&carrier)[0], ["R=\"$q\"", "AIRFLOW_VAR_A=1"]);
    assert!(environments(&carrier)[0].raw_files.is_empty());
}

#[test]
fn env_files_are_demanded_of_services_that_no_profile_chooses() {
    let service = |more: &str| {
        format!(
            "services:\n  a:\n    env_file: [a.env]\n    image: apache/airflow\n    environment: [AIRFLOW_VAR_A=1]\n{more}"
        )
    };
    for (more, demanded) in [
        ("", 1),
        ("    profiles: []\n", 1),
        ("    profiles: [debug]\n", 0),
    ] {
        let carrier = with(&service(more), &[]);
        assert_eq!(carrier.around.demanded.len(), demanded, "{more}");
    }
}

#[test]
fn a_service_that_only_an_env_file_tells_of_airflow_is_one_where_there_is_no_other() {
    let only = "services:\n  db:\n    env_file: db.env\n  a:\n    env_file: a.env\n";
    let files = [
        ("a.env", "AIRFLOW__CORE__EXECUTOR=x\n"),
        ("db.env", "A=b\n"),
    ];
    let carrier = with(only, &files);
    let all = environments(&carrier);
    assert_eq!(all.len(), 1);
    assert_eq!(all[0].env_files, [Path::new("a.env")]);
    let beside = format!("{only}  b:\n    environment: [AIRFLOW_HOME=/a]\n");
    assert_eq!(told(&with(&beside, &files)), [["AIRFLOW_HOME=/a"]]);
}

fn faults(lines: &str) -> Vec<FaultKind> {
    let text = format!("services:\n  a:\n    environment:\n{lines}");
    let carrier = with(&text, &[(".env", "known=1\nnone=\n")]);
    carrier
        .around
        .faults
        .iter()
        .map(|fault| fault.kind)
        .collect()
}

#[test]
fn what_compose_refuses_or_eats_is_noted_of_variables_of_airflow() {
    let of = |value: &str| faults(&format!("      AIRFLOW_CONN_A: {value}\n"));
    assert_eq!(of("{\"a\": 1}"), [FaultKind::Mapping]);
    assert_eq!(of("[a]"), [FaultKind::List]);
    assert_eq!(of("2024-01-01"), [FaultKind::Date]);
    assert_eq!(of("0777"), [FaultKind::Rewritten]);
    assert_eq!(of("a${"), [FaultKind::Reference]);
    assert_eq!(of("${none:?}"), [FaultKind::Demanded]);
    assert_eq!(of("pa$word"), [FaultKind::Eaten]);
    assert_eq!(of("pa$WORD"), [FaultKind::Eaten]);
    for fine in [
        "$WORD",
        "a:$WORD@b",
        "$$word",
        "pa$known",
        "${word}",
        "a$",
        "true",
        "1",
    ] {
        assert_eq!(of(fine), [], "{fine}");
    }
    assert_eq!(
        faults("      - AIRFLOW_VAR_A: b\n      - AIRFLOW_HOME=/a\n"),
        [FaultKind::Item]
    );
    assert_eq!(
        faults("      AIRFLOW_HOME: /a\n      OTHER: {a: b}\n      O: pa$word\n").len(),
        1
    );
}

#[test]
fn what_is_no_compose_file_is_left_alone() {
    let compose = "services:\n  web:\n    image: x\n";
    for (path, text, expected) in [
        ("docker-compose.yaml", compose, true),
        (
            "compose.prod.yml",
            "services:\n  web:\n    environment: {}\n",
            true,
        ),
        ("stack.yaml", compose, true),
        ("stack.yaml.j2", compose, true),
        (
            "compose.yaml",
            "# x\n---\n  x-common:\n    &a\n    image: x\n  services:\n    web: *a\n",
            true,
        ),
        (
            "backend.yml",
            "services:\n  web:\n    environment:\n      - A=b\n      - AIRFLOW__CORE__X=y\n",
            true,
        ),
        (
            "other.yml",
            "services:\n  web:\n    environment:\n      - A=b\n",
            false,
        ),
        (
            "nested.yml",
            "jobs:\n  services:\n    web:\n      image: x\n",
            false,
        ),
        ("stack.txt", compose, false),
        (".gitlab-ci.yml", "services:\n  - docker:dind\n", false),
        ("values.yaml", "services:\n  web:\n    port: 80\n", false),
        ("docker-compose.yaml", "version: '3'\n", false),
    ] {
        assert_eq!(
            recognise(Path::new(path), text).is_some(),
            expected,
            "{path}: {text}"
        );
    }
}

#[test]
fn bad_input_ends_in_a_word_about_it_and_never_in_a_panic() {
    let head =
        "services:\n  a:\n    environment:\n      AIRFLOW_VAR_A: 1\n      AIRFLOW_HOME: /a\n";
    let broken = [
        format!("{head}    b: \"x\n"),
        format!("{head}\tb: x\n"),
        format!("{head}      AIRFLOW_VAR_B: [\n"),
        format!("{head}      AIRFLOW_VAR_A: 2\n"),
        format!(
            "{head}  b:\n    environment: &e\n      <<: *nobody\n      A: {}\n",
            "[".repeat(10_000)
        ),
        format!("{head}      B: \"\0\"\n"),
    ];
    for text in &broken {
        let carrier = with(text, &[]);
        assert!(
            carrier.around.broken.is_some(),
            "{}",
            &text[..text.len().min(200)]
        );
        assert!(!carrier.parts.is_empty());
    }
    let itself = format!("{head}  b:\n    environment: &e\n      <<: *e\n      AIRFLOW_VAR_B: 1\n");
    assert_eq!(environments(&with(&itself, &[])).len(), 2);
    let levels = (1..60).map(|level| {
        let below = level - 1;
        format!("x-{level}: &x{level}\n  <<: [*x{below}, *x{below}, *x{below}]\n")
    });
    let mut bomb = "x-0: &x0 {AIRFLOW_VAR_A: 1}\n".to_owned() + &levels.collect::<String>();
    bomb += "services:\n  a:\n    environment: *x59\n";
    assert_eq!(told(&with(&bomb, &[])), [["AIRFLOW_VAR_A=1"]]);
}

#[test]
fn what_yaml_breaks_off_at_is_not_called_a_broken_reference() {
    let text = "services:\n  a:\n    environment:\n      AIRFLOW_VAR_A: ${K:-{\"a\": \"b\"}}\n";
    let carrier = with(text, &[]);
    assert!(carrier.around.broken.is_some());
    assert!(carrier.around.faults.is_empty());
    let quoted = "services:\n  a:\n    environment:\n      AIRFLOW_VAR_A: '${K:-{\"a\": \"b\"'\n";
    assert_eq!(with(quoted, &[]).around.faults.len(), 1);
}
