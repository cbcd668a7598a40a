use std::path::Path;
use std::time::{Duration, Instant};

use super::*;
use crate::syntax::dotenv::Outside;

fn parts(name: &str, text: &str) -> Vec<String> {
    let surroundings = Surroundings {
        path: Path::new(name),
        environment: &|_| Outside::Unknown,
        neighbour: &|_| None,
    };
    let carrier = read(text, &surroundings);
    carrier.parts.iter().map(told).collect()
}

fn shown(text: Option<&Text>) -> &str {
    text.filter(|text| text.is_known())
        .map_or("?", Text::expose)
}

fn told(part: &Part) -> String {
    let mut words = Vec::new();
    let kind = match part {
        Part::Environment(environment) => {
            words.extend(
                environment
                    .env_files
                    .iter()
                    .map(|file| file.display().to_string()),
            );
            let all = environment.variables.iter();
            words.extend(
                all.map(|one| format!("{}={}", one.name.expose(), shown(one.value.as_ref()))),
            );
            "env"
        }
        Part::Store { kind, secrets } => {
            let all = secrets.iter();
            words.extend(all.map(|one| {
                let of = one.parameter_type.as_ref().map_or("", Text::expose);
                format!("{}={}{of}", one.name.expose(), shown(one.value.as_ref()))
            }));
            kind.word()
        }
        Part::Added { kind, entries } => {
            words.extend(
                entries
                    .iter()
                    .map(|one| format!("{}={}", one.id.expose(), shown(Some(&one.value)))),
            );
            kind.word()
        }
        Part::File { kind, .. } | Part::Scattered { kind, .. } => kind.word(),
    };
    format!("{kind}: {}", words.join(" "))
}

fn script(text: &str) -> Vec<String> {
    parts("run.sh", text)
}

#[test]
fn what_is_exported_is_an_environment() {
    assert_eq!(
        script("export AIRFLOW_CONN_A='b://c' X=1\nexport AIRFLOW__CORE__D=$E\n"),
        ["env: AIRFLOW_CONN_A=b://c X=1 AIRFLOW__CORE__D=?"]
    );
    // Nothing that is certain makes no environment.
    assert_eq!(
        script("export AIRFLOW__CORE__D=$E\nexport AIRFLOW_HOME=/x\n"),
        [""; 0]
    );
    assert_eq!(
        script("if a; then export AIRFLOW__CORE__D=1; fi\n"),
        [""; 0]
    );
    assert_eq!(
        script(
            "export AIRFLOW__A__B=1 C=2\nAIRFLOW__A__B=3 airflow db migrate\nAIRFLOW__A__B=3 airflow info\n"
        ),
        ["env: AIRFLOW__A__B=1 C=2", "env: C=2 AIRFLOW__A__B=3"]
    );
    // What is exported behind a command is not known there.
    assert_eq!(
        script("export A=1\nAIRFLOW__A__B=3 airflow db migrate\nexport AIRFLOW__A__C=1\n"),
        [
            "env: A=1 AIRFLOW__A__C=1",
            "env: A=1 AIRFLOW__A__C=? AIRFLOW__A__B=3"
        ]
    );
}

#[test]
fn what_env_hands_to_a_command_is_an_environment() {
    let both = |command: &str| script(&format!("export AIRFLOW__A__B=1\n{command}\n")).split_off(1);
    for (command, environment) in [
        (
            "env AIRFLOW_CONN_A=b://c airflow info",
            "env: AIRFLOW__A__B=1 AIRFLOW_CONN_A=b://c",
        ),
        (
            "X=1 env AIRFLOW__A__B=2 X='3 4' airflow info",
            "env: AIRFLOW__A__B=2 X=3 4",
        ),
        (
            "sudo -E -u airflow /usr/bin/env AIRFLOW_VAR_A=1 airflow info",
            "env: AIRFLOW__A__B=1 AIRFLOW_VAR_A=1",
        ),
        (
            "sudo -Hu airflow env AIRFLOW_VAR_A=1 airflow info",
            "env: AIRFLOW_VAR_A=1",
        ),
        (
            "exec env -i AIRFLOW_VAR_A=1 airflow info",
            "env: AIRFLOW_VAR_A=1",
        ),
    ] {
        assert_eq!(both(command), [environment], "{command}");
    }
    for (command, environment) in [
        ("sudo AIRFLOW_VAR_A=1 airflow info", "env: AIRFLOW_VAR_A=1"),
        (
            "sudo -u airflow AIRFLOW_VAR_A=1 X=2 airflow info",
            "env: AIRFLOW_VAR_A=1 X=2",
        ),
        (
            "sudo -E AIRFLOW_VAR_A=1 airflow info",
            "env: AIRFLOW__A__B=1 AIRFLOW_VAR_A=1",
        ),
        (
            "AIRFLOW_VAR_B=2 sudo AIRFLOW_VAR_A=1 env AIRFLOW_VAR_C=3 airflow info",
            "env: AIRFLOW_VAR_A=1 AIRFLOW_VAR_C=3",
        ),
        (
            "AIRFLOW_VAR_A=1 sudo -E airflow info",
            "env: AIRFLOW__A__B=1 AIRFLOW_VAR_A=1",
        ),
        (
            "AIRFLOW_VAR_A=1 exec airflow info",
            "env: AIRFLOW__A__B=1 AIRFLOW_VAR_A=1",
        ),
    ] {
        assert_eq!(both(command), [environment], "{command}");
    }
    for silent in [
        // `env_reset` of sudo.
        "AIRFLOW_VAR_A=1 sudo airflow info",
        "AIRFLOW_VAR_A=1 sudo -u airflow airflow info",
        "sudo AIRFLOW_VAR_A=1",
        "sudo $MORE AIRFLOW_VAR_A=1 airflow info",
        "env AIRFLOW_VAR_A=1",
        "env -u AIRFLOW_HOME AIRFLOW_VAR_A=1 airflow info",
        "env $MORE AIRFLOW_VAR_A=1 airflow info",
        "env AIRFLOW_VAR_A=$A airflow info",
        "docker exec web env AIRFLOW_VAR_A=1 airflow info",
        "sudo -i env AIRFLOW_VAR_A=1 airflow info",
        "env airflow info AIRFLOW_VAR_A=1",
    ] {
        assert_eq!(both(silent), [""; 0], "{silent}");
    }
}

#[test]
fn variables_of_deployments_of_astro_are_environments_of_their_own() {
    let text = "astro deployment variable create --deployment-id abc AIRFLOW__A__B=1 C= D\nastro deployment variable create -d abc AIRFLOW__A__C='{\"x\": 1}' --secret\nastro deployment variable update --deployment-name def -k AIRFLOW_VAR_X --value=\"y z\" --load --env prod.env\nastro deployment variable list -d abc\n";
    assert_eq!(
        script(text),
        [
            "env: AIRFLOW__A__B=1 AIRFLOW__A__C={\"x\": 1}",
            "env: prod.env AIRFLOW_VAR_X=y z"
        ]
    );
}

#[test]
fn entries_of_the_stores_of_aws() {
    let text = "aws --region x ssm put-parameter --name /a/b --value 'c://d' --type SecureString --overwrite\naws ssm put-parameter --name=/a/c --value file://x --type String\naws ssm put-parameter --name \"$N\" --value x --type String\naws secretsmanager create-secret --name e/f --secret-string \"$(cat g)\"\nawslocal secretsmanager put-secret-value --secret-id e/g --secret-string '{\"a\": 1}'\naws secretsmanager put-secret-value --secret-id arn:aws:secretsmanager:x --secret-string y\n";
    assert_eq!(
        script(text),
        [
            "ssm: /a/b=c://dSecureString /a/c=?String",
            "secretsmanager: e/f=? e/g={\"a\": 1}"
        ]
    );
    let text = "aws ssm put-parameter --name a --value b\nif x; then aws ssm put-parameter --name a --value c; fi\n";
    assert_eq!(script(text), ["ssm: a=?"]);
}

#[test]
fn connections_and_variables_of_the_metadata_database() {
    let text = "airflow connections add a --conn-uri 'b://c'\nairflow connections add 'd' --conn-json '{\"conn_type\": \"e\"}'\nsudo -u airflow airflow connections add f --conn-type g --conn-pass \"h\" --conn-port 5432 --conn-extra '{\"i\": 1}'\ndocker compose exec web airflow variables set j 'k l' --description m\nastro dev run connections add n --conn-uri \"o://$P\"\n";
    assert_eq!(
        script(text),
        [
            r#"connections: a=b://c d={"conn_type": "e"} f={"conn_type":"g","password":"h","port":5432,"extra":"{\"i\": 1}"} n=?"#,
            "variables: j=k l",
        ]
    );
    let silent = "airflow connections add b --conn-uri c --conn-json d\nairflow connections add e --conn-uri f --conn-host g\nairflow connections add $X h --conn-uri i\nairflow variables set j\nairflow connections delete k --conn-uri l\necho airflow variables set m n\nairflow connections add --conn-uri\n";
    assert_eq!(script(silent), [""; 0]);
    // The command refuses it, of which a rule tells.
    let untyped = "airflow connections add a\nairflow connections add b --conn-host c\n";
    assert_eq!(script(untyped), [r#"connections: a={} b={"host":"c"}"#]);
}

#[test]
fn of_documents_only_what_is_typed_is_read() {
    let text = "# It's a guide\n\n```sh\n$ airflow variables set a \\\n    'b'\nairflow variables set not typed\n```\n\n```text\nairflow variables set c d\nAIRFLOW_VAR_X={\"a\": \"b\"}\n```\n```yaml\nkey: it's\n```\n1. then\n   1$ airflow variables set e 'f' \n2\n❯ airflow variables set \\\ng h\nDon't airflow variables set i j\n~~~bash\n# It's\nexport AIRFLOW_VAR_K=l\n~~~\n```sh\necho 'unclosed\n```\n```sh\nexport AIRFLOW_VAR_M=n\n";
    assert_eq!(
        parts("README.md", text),
        [
            "env: AIRFLOW_VAR_K=l AIRFLOW_VAR_M=n",
            "variables: a=b c=d e=f g=h"
        ]
    );
}

#[test]
fn what_the_reader_of_a_document_fills_in_is_a_word() {
    let text = "    $ astro deployment variable create --deployment-id <your-id> AIRFLOW_VAR_A='{\"b\": <c>}'\n";
    assert_eq!(
        parts("guide.txt", text),
        ["env: AIRFLOW_VAR_A={\"b\": <c>}"]
    );
}

#[test]
fn a_script_is_known_by_its_name_or_its_first_line() {
    let of = |name: &str, text: &str| recognise(Path::new(name), text).is_some();
    assert!(of("run.sh", "export AIRFLOW__A__B=1\n"));
    assert!(of(
        "run",
        "#!/usr/bin/env -S bash -e\nairflow connections add a\n"
    ));
    assert!(!of("run.sh", "export AIRFLOW_HOME=/x\n"));
    assert!(!of("run", "export AIRFLOW__A__B=1\n"));
    assert!(!of("run.py", "#!/usr/bin/env python3\nAIRFLOW__A__B=1\n"));
    assert!(!of("README.md", "```sh\nexport AIRFLOW__A__B=1\n```\n"));
}

#[test]
fn many_variables_of_one_command_take_a_time_in_proportion() {
    let exported = (0..25_000).map(|n| format!("export V{n}=1\n"));
    let exported = exported.collect::<Vec<_>>().concat();
    let given = (0..25_000).map(|n| format!("W{n}=1 "));
    let given = given.collect::<Vec<_>>().concat();
    let nested = given.replace('W', "env W");
    for command in ["env ", "", "X=1 env ", &nested] {
        let text = format!("{exported}{command}{given}AIRFLOW_VAR_A=1 airflow info\n");
        let started = Instant::now();
        assert_eq!(script(&text).len(), 1);
        assert!(started.elapsed() < Duration::from_secs(4), "{command}");
    }
}

#[test]
fn many_ends_of_commands_take_a_time_in_proportion() {
    for line in ["airflow x b&c\n", "sudo airflow connections add $X\n"] {
        let many = line.repeat(20_000);
        let long = many.replace('\n', " ");
        for text in [many, long] {
            let started = Instant::now();
            script(&text);
            assert!(started.elapsed() < Duration::from_secs(4), "{line}");
        }
    }
}

#[test]
fn what_a_blank_behind_equals_empties_is_not_known() {
    assert_eq!(
        script("export AIRFLOW__A__B=1 AIRFLOW_CONN_A= 'b://c' AIRFLOW_CONN_B=\n"),
        ["env: AIRFLOW__A__B=1 AIRFLOW_CONN_A=? AIRFLOW_CONN_B="]
    );
}
