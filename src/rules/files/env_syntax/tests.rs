//! Which fault is how loud, and that nothing of a value is ever said.

use std::path::Path;

use super::*;
use crate::airflow::Target;
use crate::inputs::{Input, Kind, env, opaque};
use crate::report::Finding;
use crate::rules::files::{env_name_ineffective, undecodable_file};
use crate::rules::testing;
use crate::source::FileId;
use crate::syntax::dotenv::Outside;

fn input(bytes: &[u8], dialect: Dialect) -> Input {
    let empty = Tree::Env(EnvFile::default());
    let mut input = testing::input(0, ".env", Kind::Env, bytes, empty);
    if let Some(opacity) = opaque::opacity(bytes, true) {
        input.tree = Tree::Opaque(opacity);
        return input;
    }
    let text = std::str::from_utf8(bytes).unwrap();
    let unknown = |_: &str| Outside::Unknown;
    let parts = env::read(text, dialect, &unknown, FileId(0), Path::new(".env"));
    input.mask = parts.mask;
    input.templated = parts.templated;
    input.settings = parts.settings;
    input.tree = Tree::Env(parts.tree);
    input
}

fn findings(input: &Input) -> Vec<Finding> {
    let target = Target::chosen("3.3.2");
    let cx = FileContext {
        input,
        target: &target,
        has_backend: false,
        deployment_inputs: &[input],
        unused: None,
        readers: &[],
        unread_beside: None,
    };
    let mut findings = Findings::new();
    let rules = [&undecodable_file::RULE, &RULE, &env_name_ineffective::RULE];
    for check in rules.iter().flat_map(|rule| rule.checks) {
        if let Check::File(check) = check {
            check(&cx, &mut findings);
        }
    }
    findings.into_vec()
}

fn says(text: &str, dialect: Dialect) -> Vec<String> {
    findings(&input(text.as_bytes(), dialect))
        .into_iter()
        .map(|finding| {
            let cause = finding.subject.split(' ').next().unwrap_or_default();
            format!("{} {} {cause}", finding.severity.word(), finding.rule.code)
        })
        .collect()
}

#[test]
fn what_costs_an_airflow_variable_is_an_error_and_other_lines_are_not() {
    use Dialect::{AstroStandalone, Bash, Compose, Docker, PythonDotenv, Sh, Systemd};
    let none: [&str; 0] = [];
    let json = "AIRFLOW__A__B={\"a\": \"x #y\"}\n";
    assert_eq!(says(json, Compose), ["error AV010 comment-in-value"]);
    assert_eq!(says(json, Docker), none);
    assert_eq!(says(json, Sh), ["error AV010 command"]);
    let spaced = "AIRFLOW_VAR_X = 1\n";
    assert_eq!(says(spaced, Docker), ["error AV010 blank-around-equals"]);
    assert_eq!(says(spaced, Compose), none);
    assert_eq!(says(spaced, Bash), ["error AV010 blank-around-equals"]);
    assert_eq!(
        says("OTHER = 1\n", Bash),
        ["warning AV010 blank-around-equals"]
    );
    assert_eq!(says("OTHER='x' # y\nAIRFLOW_UID=\"5\"\n", Docker), none);
    assert_eq!(
        says("AIRFLOW__A__B='x'\n", Docker),
        ["error AV010 quotes-kept"]
    );
    assert_eq!(
        says("AIRFLOW__A__B=\"x\" # y\n", Systemd),
        ["error AV010 text-after-quote"]
    );
    assert_eq!(
        says("export AIRFLOW__A__B=x\n", AstroStandalone),
        ["error AV010 export"]
    );
    assert_eq!(
        says("AIRFLOW__A__B=\"x\"y\n", PythonDotenv),
        ["error AV010 text-after-quote"]
    );
    assert_eq!(
        says("AIRFLOW_CONN_X=a://h/?b=1&c=2\n", Sh),
        ["error AV010 subshell"]
    );
    assert_eq!(
        says("AIRFLOW__A__B={\"a\":1}\n", Bash),
        ["error AV010 inner-quotes-removed"]
    );
    assert_eq!(
        says("X=a(b)\nAIRFLOW__A__B=1\n", Bash),
        ["error AV010 shell-syntax"]
    );
    assert_eq!(says("X=a(b)\nY=1\n", Bash), ["warning AV010 shell-syntax"]);
    assert_eq!(says("\u{feff}AIRFLOW__A__B=x\n", Sh), ["error AV001 bom"]);
    assert_eq!(says("\u{feff}AIRFLOW__A__B=x\n", Compose), none);
    assert_eq!(
        says("AIRFLOW__A__B=x\r\nAIRFLOW__A__C=y\r\n\r\n", Sh),
        ["error AV010 carriage-return"]
    );
    // A script.
    let script = "if true; then\n  export AIRFLOW__A__B=1\nfi\nAIRFLOW__A__C=x y\n";
    assert_eq!(
        says(script, Sh),
        ["info AV010 construct", "warning AV010 command"]
    );
    // A template.
    assert_eq!(
        says("{{ with x }}\nAIRFLOW__A__B={{ .y }}\n", Compose),
        ["info AV010 template"]
    );
    assert_eq!(
        says("AIRFLOW__A__B=${X:y}\n", Compose),
        ["error AV010 bad-substitution"]
    );
}

#[test]
fn a_comment_that_a_reader_keeps_is_told_where_the_value_is_whole_before_it() {
    use Dialect::{AstroDeploy, AstroStandalone, ComposeRaw, Docker, Kustomize, Systemd};
    let readers = [
        Docker,
        Systemd,
        AstroStandalone,
        AstroDeploy,
        Kustomize,
        ComposeRaw,
    ];
    let told = |line: &str, dialect| {
        let all = says(&format!("{line}\n"), dialect);
        all.contains(&"warning AV010 comment-kept".to_owned())
    };
    for line in [
        "AIRFLOW_CONN_A=mysql://u:p@h/db # orders",
        "AIRFLOW_CONN_A={'a': 1} #x\nAIRFLOW_CONN_B=[1] # x",
        "AIRFLOW_VAR_A=5 # five",
        "AIRFLOW__CORE__PARALLELISM=16 #x",
        "AIRFLOW__CORE__EXECUTOR=LocalExecutor # x",
        "AIRFLOW__CORE__DAGS_FOLDER=/opt/dags # mounted",
        "AIRFLOW__SECRETS__BACKEND=a.b.C # x",
    ] {
        for dialect in readers {
            assert!(told(line, dialect), "{line} {}", dialect.word());
        }
    }
    assert!(told("AIRFLOW_CONN_A= # none yet", Docker));
    for line in [
        "AIRFLOW_CONN_A={\"conn_type\": \"a\", \"password\": \"b # c\"}",
        "AIRFLOW_CONN_A=mysql://u:a # b@h/db",
        "AIRFLOW_VAR_A=it is #1",
        "AIRFLOW_VAR_A=it is # one",
        "AIRFLOW_VAR_A= # heading",
        "AIRFLOW_VAR_A=5 #1",
        "AIRFLOW__CORE__LOAD_EXAMPLES=False # no",
        "AIRFLOW__CORE__LOAD_EXAMPLES=no # no",
        "AIRFLOW__API__INSTANCE_NAME=flow # one",
        "AIRFLOW__CORE__PARALLELISM=many # x",
    ] {
        for dialect in readers {
            assert!(!told(line, dialect), "{line} {}", dialect.word());
        }
    }
}

#[test]
fn nothing_of_a_value_a_comment_or_a_foreign_name_is_said_or_shown() {
    const CANARY: &str = "Zq7k9Xw2Hv5";
    let shapes = [
        "AIRFLOW__A__B={} {}\n",
        "AIRFLOW__A__B=\"{}\"{}\n",
        "{}=1\n",
        "{} = 1\n",
        "{}: 1\n",
        "{}\n",
        "# {}\n",
        "AIRFLOW__A__B='{}\n",
        "AIRFLOW__A__B=\"{}\n{}=x\n",
        "export {}-x=1\n",
        "AIRFLOW__A__B=1;{}\n",
        "AIRFLOW__A__B=1&{}\n",
        "AIRFLOW__A__B=${{}:x}\n",
        "AIRFLOW__A__B=<{}>\n",
        "AIRFLOW__A__B=( {}\n",
        "airflow_{}\n",
        "AIRFLOW__A__B=1 # {}\n",
        "\u{feff}{}=1\n",
        "AIRFLOW__A__B={\n  \"{}\": \"{}\"\n}\n",
        "UID={}\n",
        "A=\\\n{}\n",
        "'{}'='{}'\n",
        "{{ {} }}\nA={}\n",
    ];
    for shape in shapes {
        let text = shape.replace("{}", CANARY);
        for dialect in Dialect::ALL {
            let input = input(text.as_bytes(), dialect);
            let mut shown = input.mask.apply(&text, 0);
            for finding in findings(&input) {
                shown.push_str(&finding.message);
                shown.push_str(&finding.subject);
                shown.push_str(finding.help.as_deref().unwrap_or_default());
            }
            for piece in CANARY.as_bytes().windows(4) {
                let piece = std::str::from_utf8(piece).unwrap();
                assert!(!shown.contains(piece), "{shape} {}", dialect.word());
            }
        }
    }
}

#[test]
fn undecodable_bytes_are_judged_by_what_they_cost() {
    let says = |bytes: &[u8], dialect| -> Vec<(&str, String)> {
        findings(&input(bytes, dialect))
            .into_iter()
            .map(|finding| (finding.severity.word(), finding.subject))
            .collect()
    };
    let one = |severity, subject: &str| vec![(severity, subject.to_owned())];
    let compose = Dialect::Compose;
    assert_eq!(says(b"# caf\xe9\nA=1\n", compose), one("warning", "utf-8"));
    assert_eq!(says(b"\xff\xfeA\0=\0", compose), one("error", "utf-8"));
    assert_eq!(says(b"AIRFLOW__A__B=x\0y\n", compose), one("error", "nul"));
    assert_eq!(says(b"# \0\nA=1\n", compose), one("warning", "nul"));
    assert_eq!(
        says(b"$ANSIBLE_VAULT;1.1;AES256\n61\n", compose),
        one("info", "encrypted")
    );
}
