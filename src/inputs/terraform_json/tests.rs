use serde_json::{Value, json};

use super::recognise;
use crate::inputs::Kind;
use crate::inputs::carrier::{Carrier, Part};
use crate::source::Text;

/// What the file comes to, all of it written out.
fn read(text: &str) -> Carrier {
    read_by_two(text, usize::MAX)
}

fn read_by_two(text: &str, worth: usize) -> Carrier {
    let mut carrier = super::read_by_two(text, worth);
    let parts = carrier.parts.iter_mut();
    parts.for_each(|part| part.write_out(text));
    carrier
}

/// Each part on a line: names and values, `?` for what is not known.
fn told(carrier: &Carrier) -> Vec<String> {
    let shown = |text: Option<&Text>| text.map_or("?".to_owned(), |text| text.expose().to_owned());
    let parts = carrier.parts.iter().map(|part| match part {
        Part::Added { .. } | Part::Scattered { .. } => unreachable!(),
        Part::Environment(environment) => {
            let variables = environment.variables.iter();
            let each =
                variables.map(|one| format!("{}={}", one.name.expose(), shown(one.value.as_ref())));
            format!("env {}", each.collect::<Vec<_>>().join(" "))
        }
        Part::File {
            kind: Kind::Ssm,
            text,
        } => format!("ssm {}", parameters(text)),
        Part::File { kind, text } => format!("{} {:?}", kind.word(), text.expose()),
        Part::Store { kind, secrets } => {
            let each = secrets.iter().map(|one| {
                let kind = one.parameter_type.as_ref().map_or("", Text::expose);
                format!(
                    "{}={}{}",
                    one.name.expose(),
                    shown(one.value.as_ref()),
                    kind
                )
            });
            format!("{} {}", kind.word(), each.collect::<Vec<_>>().join(" "))
        }
    });
    parts.collect()
}

/// Entries of an export as those of other stores are shown.
fn parameters(export: &Text) -> String {
    let export: Value = serde_json::from_str(export.expose()).unwrap();
    let word = |value: &Value| value.as_str().map(str::to_owned);
    let entries = export["Parameters"].as_array().unwrap().iter();
    let entries = entries.map(|one| {
        let value = word(&one["Value"]).unwrap_or_else(|| "?".to_owned());
        let kind = word(&one["Type"]).unwrap_or_default();
        format!("{}={value}{kind}", word(&one["Name"]).unwrap())
    });
    entries.collect::<Vec<_>>().join(" ")
}

fn parts_of(file: &Value) -> Vec<String> {
    told(&read(&serde_json::to_string_pretty(file).unwrap()))
}

#[expect(clippy::needless_pass_by_value, reason = "`json!` gives values")]
fn resource(kind: &str, name: &str, values: Value) -> Value {
    json!({"address": format!("{kind}.{name}"), "mode": "managed", "type": kind, "name": name, "values": values})
}

fn state(resources: &[Value]) -> Value {
    json!({"format_version": "1.0", "terraform_version": "1.9.8", "values": {"root_module": {"resources": resources}}})
}

#[test]
fn overrides_of_composer_in_a_plan_are_one_environment_with_its_variables() {
    let software = json!({"image_version": "composer-2.9.7-airflow-2.9.3",
        "airflow_config_overrides": {"secrets-backend": "a.B"}, "env_variables": {"AIRFLOW_VAR_A": "1"}});
    let values = json!({"config": [{"software_config": [software]}]});
    let unknown = json!({"config": [{"software_config": [{"airflow_config_overrides": {"secrets-backend_kwargs": true}}]}]});
    let change = json!({"address": "a", "type": "google_composer_environment",
        "change": {"actions": ["create"], "after": values, "after_unknown": unknown}});
    let plan = json!({"format_version": "1.2", "terraform_version": "1.9.8", "resource_changes": [change]});
    assert_eq!(
        parts_of(&plan),
        ["env AIRFLOW__SECRETS__BACKEND=a.B AIRFLOW__SECRETS__BACKEND_KWARGS=? AIRFLOW_VAR_A=1"]
    );
    let empty = resource("google_composer_environment", "b", json!({"config": []}));
    assert_eq!(parts_of(&state(&[empty])), Vec::<String>::new());
}

#[test]
fn plans_and_states_are_known_by_their_outermost_keys() {
    assert!(recognise(&state(&[]).to_string()).is_some());
    assert!(
        recognise(
            "\u{feff} {\"version\": 4, \"serial\": 1, \"lineage\": \"x\", \"resources\": [{\"mo"
        )
        .is_some()
    );
    for other in [
        "{\"format_version\": \"1.0\", \"provider_schemas\": {}}",
        "{\"format_version\": \"1.0\", \"valid\": true, \"diagnostics\": []}",
        "{\"a\": {\"format_version\": \"1.0\", \"values\": {}}}",
        "{\"lineage\": \"x\"}",
        "resource \"x\" \"y\" { a = \"{\\\"format_version\\\": 1}\" }",
        "",
    ] {
        assert_eq!(recognise(other), None, "{other}");
    }
}

#[test]
fn parameters_of_every_module_are_entries_of_the_store() {
    let parameter = |name: &str, values: Value| {
        let mut values = values;
        values["name"] = name.into();
        resource("aws_ssm_parameter", name, values)
    };
    let file = json!({"format_version": "1.0", "terraform_version": "1.9.8", "values": {"root_module": {
        "resources": [
            parameter("/a", json!({"type": "SecureString", "value": "x\"y"})),
            parameter("/b", json!({"type": "String", "value": "", "insecure_value": "z"})),
            {"address": "data.aws_ssm_parameter.r", "mode": "data", "type": "aws_ssm_parameter",
             "values": {"name": "/read", "value": "v"}},
        ],
        "child_modules": [{"address": "module.m", "child_modules": [
            {"resources": [parameter("/c", json!({"type": "String", "value": null, "value_wo": null}))]}
        ]}],
    }}});
    assert_eq!(
        parts_of(&file),
        ["ssm /a=x\"ySecureString /b=zString /c=?String"]
    );
}

#[test]
fn the_versions_of_secrets_are_found_by_arn_id_and_name() {
    let arn =
        |name: &str| format!("arn:aws:secretsmanager:eu-west-1:123456789012:secret:{name}-a1B2c3");
    let secret = |name: &str| {
        let arn = arn(name);
        resource(
            "aws_secretsmanager_secret",
            name,
            json!({"name": name, "arn": arn, "id": arn}),
        )
    };
    let version = |of: &str, value: &str, stages: &[&str]| {
        let values = json!({"secret_id": of, "secret_string": value, "version_stages": stages});
        resource("aws_secretsmanager_secret_version", of, values)
    };
    let mut looked_up = secret("looked-up");
    looked_up["mode"] = "data".into();
    let mut unused = secret("unused");
    unused["mode"] = "data".into();
    let file = state(&[
        version(&arn("a/b"), "1", &["AWSCURRENT"]),
        version(&arn("a/b"), "0", &["AWSPREVIOUS"]),
        secret("a/b"),
        secret("empty"),
        looked_up,
        unused,
        version(&arn("looked-up"), "2", &[]),
        version(&arn("elsewhere"), "3", &[]),
        version("by/name", "4", &[]),
        version("arn:aws:ssm:eu-west-1:123456789012:parameter/x", "5", &[]),
    ]);
    assert_eq!(
        parts_of(&file),
        ["secretsmanager a/b=1 empty=? looked-up=2 elsewhere=3 by/name=4"]
    );
}

#[test]
fn options_of_mwaa_and_containers_of_ecs_are_environments() {
    let containers = json!([
        {"name": "proxy", "environment": [{"name": "A", "value": "b"}]},
        {"name": "web", "environment": [{"name": "AIRFLOW__CORE__X", "value": "\"1\""}],
         "secrets": [{"name": "AIRFLOW_CONN_A", "valueFrom": "arn:x"}]},
    ]);
    let file = state(&[
        resource(
            "aws_mwaa_environment",
            "m",
            json!({"airflow_configuration_options": {"secrets.backend": "a.B", "x": "y"}}),
        ),
        resource(
            "aws_ecs_task_definition",
            "t",
            json!({"container_definitions": containers.to_string()}),
        ),
        resource(
            "aws_ecs_task_definition",
            "torn",
            json!({"container_definitions": "[{\"environment\": "}),
        ),
        resource(
            "aws_mwaa_environment",
            "n",
            json!({"airflow_configuration_options": null}),
        ),
    ]);
    assert_eq!(
        parts_of(&file),
        [
            "env AWS_DEFAULT_REGION=? AIRFLOW__SECRETS__BACKEND=a.B",
            "env AIRFLOW__CORE__X=\"1\" AIRFLOW_CONN_A=?",
        ]
    );
}

#[test]
fn maps_of_one_namespace_are_one_environment_unless_they_set_the_same() {
    let map = |kind: &str, namespace: &str, data: Value| {
        resource(
            kind,
            namespace,
            json!({"metadata": [{"namespace": namespace}], "data": data}),
        )
    };
    let file = state(&[
        map(
            "kubernetes_config_map",
            "a",
            json!({"AIRFLOW__CORE__X": "1", "other": "y"}),
        ),
        map("kubernetes_secret", "a", json!({"AIRFLOW__CORE__Y": "2"})),
        map(
            "kubernetes_secret_v1",
            "a",
            json!({"AIRFLOW__CORE__Y": "3", "airflow.cfg": "[core]\nx = 1\n"}),
        ),
        map(
            "kubernetes_config_map_v1",
            "b",
            json!({"AIRFLOW__CORE__X": "4"}),
        ),
        map("kubernetes_config_map", "c", json!({"X": "5"})),
    ]);
    assert_eq!(
        parts_of(&file),
        [
            "env AIRFLOW__CORE__X=1 AIRFLOW__CORE__Y=2",
            "env AIRFLOW__CORE__Y=3",
            "env AIRFLOW__CORE__X=4",
            "cfg \"[core]\\nx = 1\\n\"",
        ]
    );
}

#[test]
fn a_plan_is_what_will_be_and_what_is_not_known_yet_is_not() {
    let change = |address: &str, kind: &str, after: Value, unknown: Value| {
        json!({"address": address, "mode": "managed", "type": kind,
            "change": {"actions": ["create"], "before": null, "after": after, "after_unknown": unknown}})
    };
    let options =
        json!({"airflow_configuration_options": {"secrets.backend": "a.B", "core.x": "1"}});
    let unknown = json!({"airflow_configuration_options": {"secrets.backend_kwargs": true, "core.x": true}, "arn": true});
    let file = json!({
        "format_version": "1.2", "terraform_version": "1.9.8",
        "variables": {"resources": {"value": [{"type": "aws_ssm_parameter"}]}},
        "planned_values": {"root_module": {"resources": [
            resource("aws_mwaa_environment", "m", options.clone()),
            resource("aws_ssm_parameter", "p", json!({"name": "/p", "type": "String", "value": "planned"})),
        ]}},
        "resource_changes": [
            change("aws_mwaa_environment.m", "aws_mwaa_environment", options, unknown),
            change("aws_ssm_parameter.p", "aws_ssm_parameter", json!({"name": "/p", "value": "not asked"}), json!({})),
            change("aws_ssm_parameter.q", "aws_ssm_parameter", json!({"name": "/q", "type": "String"}), json!({"value": true})),
            change("aws_ssm_parameter.gone", "aws_ssm_parameter", Value::Null, json!({})),
        ],
        "prior_state": {"values": {"root_module": {"resources": [
            resource("aws_ssm_parameter", "old", json!({"name": "/old", "value": "x"})),
        ]}}},
        "configuration": {"root_module": {"resources": [{"type": "aws_ssm_parameter", "expressions": {}}]}},
    });
    assert_eq!(
        parts_of(&file),
        [
            "env AWS_DEFAULT_REGION=? AIRFLOW__SECRETS__BACKEND=a.B AIRFLOW__CORE__X=? AIRFLOW__SECRETS__BACKEND_KWARGS=?",
            "ssm /p=plannedString /q=?String",
        ]
    );
}

#[test]
fn of_a_secret_that_is_yet_to_be_made_the_code_says_which_versions_it_has() {
    let secret = |key: &str, name: &str| {
        let address = format!("module.m.aws_secretsmanager_secret.{key}");
        json!({"address": address, "type": "aws_secretsmanager_secret", "values": {"name": name}})
    };
    let version = |key: &str, value: &str| {
        let address = format!("module.m.aws_secretsmanager_secret_version.{key}");
        json!({"address": address, "type": "aws_secretsmanager_secret_version", "values": {"secret_string": value}})
    };
    let code = |name: &str, references: &[&str]| {
        json!({"address": format!("aws_secretsmanager_secret_version.{name}"), "type": "aws_secretsmanager_secret_version",
            "expressions": {"secret_id": {"references": references}, "secret_string": {}}})
    };
    let file = json!({
        "format_version": "1.2", "terraform_version": "1.9.8",
        "planned_values": {"root_module": {"child_modules": [{"resources": [
            secret("one", "a"), version("one", "1"),
            secret("each[\"k\"]", "b"), secret("each[\"l\"]", "c"), version("each[\"l\"]", "2"),
            secret("some[\"k\"]", "d"), version("some[\"k\"]", "3"),
            version("none", "4"), version("several", "5"),
        ]}]}},
        "configuration": {"provider_config": {}, "root_module": {"module_calls": {"m": {"source": "./m", "module": {"resources": [
            code("one", &["aws_secretsmanager_secret.one.id", "aws_secretsmanager_secret.one"]),
            code("each", &["aws_secretsmanager_secret.each", "each.key"]),
            code("some", &["aws_secretsmanager_secret.some", "var.which"]),
            code("none", &["var.secret"]),
            code("several", &["aws_secretsmanager_secret.one", "aws_secretsmanager_secret.two"]),
        ]}}}}},
    });
    assert_eq!(parts_of(&file), ["secretsmanager a=1 b=? c=2 d=?"]);
}

#[test]
fn a_raw_state_keeps_attributes_in_instances() {
    let file = json!({"version": 4, "terraform_version": "1.9.8", "serial": 7, "lineage": "x", "outputs": {},
        "resources": [
            {"mode": "managed", "type": "aws_ssm_parameter", "name": "p", "instances": [
                {"index_key": "a", "schema_version": 0, "attributes": {"name": "/a", "type": "String", "value": "1"}},
                {"index_key": "b", "attributes": {"name": "/b", "type": "String", "value": "2"}},
                {"deposed": "12345678", "attributes": {"name": "/old", "type": "String", "value": "3"}},
            ]},
            {"mode": "data", "type": "aws_ssm_parameter", "name": "d", "instances": [{"attributes": {"name": "/d", "value": "4"}}]},
            {"mode": "managed", "type": "aws_mwaa_environment", "name": "m", "instances": [
                {"attributes": {"airflow_configuration_options": {"core.x": "1"}}},
            ]},
        ],
    });
    assert_eq!(
        parts_of(&file),
        [
            "env AWS_DEFAULT_REGION=? AIRFLOW__CORE__X=1",
            "ssm /a=1String /b=2String"
        ]
    );
}

#[test]
fn of_the_same_name_the_first_one_counts() {
    let parameter = |value: &str| {
        resource(
            "aws_ssm_parameter",
            value,
            json!({"name": "/a", "type": "String", "value": value}),
        )
    };
    assert_eq!(
        parts_of(&state(&[parameter("1"), parameter("2")])),
        ["ssm /a=1String"]
    );
}

#[test]
fn what_stands_before_a_fault_is_read() {
    let file = state(&[
        resource(
            "aws_ssm_parameter",
            "a",
            json!({"name": "/a", "type": "String", "value": "1"}),
        ),
        resource(
            "aws_ssm_parameter",
            "b",
            json!({"name": "/b", "type": "String", "value": "2"}),
        ),
    ]);
    let text = file.to_string();
    let torn = &text[..text.find("\"/b\"").unwrap() + 2];
    let carrier = read(torn);
    assert_eq!(told(&carrier), ["ssm /a=1String"]);
    let broken = carrier.around.broken.unwrap();
    assert_eq!(
        (broken.language, broken.message.as_str()),
        ("JSON", "Unterminated string")
    );
    for (torn, message) in [
        (format!("{text} x"), "Extra data"),
        (text.replace("\"/b\"", "\u{0}"), "Expecting value"),
        (text.replace("\"2\"}}", "\"2\"}"), "Expecting ',' delimiter"),
    ] {
        let carrier = read(&torn);
        assert!(!carrier.parts.is_empty(), "{message}");
        assert_eq!(carrier.around.broken.unwrap().message, message);
    }
}

#[test]
fn nesting_exhausts_nothing() {
    let start = "{\"format_version\": \"1.0\", \"values\": {\"root_module\": {";
    let parameter = "\"resources\": [{\"type\": \"aws_ssm_parameter\", \"values\": {\"name\": \"/a\", \"value\": \"1\"}}]";
    let deep = |levels: usize| {
        let modules = "\"child_modules\": [{".repeat(levels);
        read(&format!(
            "{start}{modules}{parameter}{}}}}}}}",
            "}]".repeat(levels)
        ))
    };
    let carrier = deep(400);
    assert_eq!(told(&carrier), ["ssm /a=1"]);
    assert!(carrier.around.broken.is_none());
    assert!(deep(20_000).around.broken.is_some());
    for inner in ["[".repeat(20_000), "{\"a\":".repeat(20_000)] {
        let resource = "{\"type\": \"aws_ssm_parameter\", \"values\": ";
        let text = format!("{start}\"resources\": [{resource}{inner}");
        assert!(read(&text).around.broken.is_some());
    }
}

#[test]
fn members_of_another_form_than_terraforms_are_passed_over() {
    let text = "{\"format_version\": \"1.0\", \"values\": [], \"planned_values\": {\"root_module\": {\"resources\": [1, \"x\", null,
        {\"type\": 1}, {\"type\": \"aws_ssm_parameter\", \"values\": 3}, {\"type\": \"aws_ssm_parameter\", \"values\": {\"name\": 4}},
        {\"type\": \"aws_mwaa_environment\", \"values\": {\"airflow_configuration_options\": [\"x\"]}}], \"child_modules\": {}}},
        \"resource_changes\": [{\"type\": \"aws_ssm_parameter\", \"change\": []}], \"resources\": [{\"type\": \"aws_ssm_parameter\", \"instances\": {\"a\": 1}}]}";
    let carrier = read(text);
    assert!(carrier.parts.is_empty());
    assert!(carrier.around.broken.is_none());
}

/// What a file comes to, in words: parts with the places of their names and values, and the fault.
fn whole(carrier: &Carrier) -> Vec<String> {
    let mut told = told(carrier);
    for part in &carrier.parts {
        if let Part::File { text, .. } = part {
            told.push(format!("{:?}", text.pieces(0..text.len())));
        }
    }
    let broken = carrier.around.broken.as_ref();
    told.extend(broken.map(|broken| format!("{:?} {}", broken.span, broken.message)));
    told
}

/// States, raw states and plans with several lists, and with what looks like the beginning of a resource and is none.
fn long_files() -> Vec<String> {
    let decoy =
        r#"},{"address":"x","type":"aws_ssm_parameter","values":{"name":"/decoy","value":"v"}}"#;
    let one = |index: usize| {
        let (kind, values) = match index % 4 {
            0 => (
                "aws_ssm_parameter",
                json!({"name": format!("/a/{}", index % 7), "type": "String", "value": decoy}),
            ),
            1 => (
                "aws_iam_role",
                json!({"list": [{"address": "é"}, {"address": "no", "type": "aws_ssm_parameter"}]}),
            ),
            2 => (
                "aws_secretsmanager_secret",
                json!({"name": format!("s/{index}"), "arn": format!("arn:{index}")}),
            ),
            _ => (
                "aws_secretsmanager_secret_version",
                json!({"secret_id": format!("arn:{}", index - 1), "secret_string": "x", "version_stages": ["AWSCURRENT"]}),
            ),
        };
        resource(kind, &format!("r{index}"), values)
    };
    let list = |count| (0..count).map(one).collect::<Vec<Value>>();
    let module = json!({"resources": list(9), "child_modules": [{"resources": list(5)}, {"resources": list(12)}]});
    let changes = list(8).into_iter().map(|mut one| {
        let after = one["values"].take();
        one["change"] = json!({"after": after, "after_unknown": {"arn": true}});
        one
    });
    let raw = list(8).into_iter().map(|mut one| {
        let attributes = one["values"].take();
        one["instances"] =
            json!([{"attributes": attributes}, {"attributes": {"name": "/second", "value": "w"}}]);
        one
    });
    let files = [
        json!({"format_version": "1.0", "values": {"root_module": module}}),
        json!({
            "format_version": "1.0",
            "planned_values": {"root_module": module},
            "resource_changes": changes.collect::<Vec<_>>(),
        }),
        json!({"lineage": "l", "serial": 1, "resources": raw.collect::<Vec<_>>()}),
    ];
    let both = |file: &Value| {
        [
            file.to_string(),
            serde_json::to_string_pretty(file).unwrap(),
        ]
    };
    files.iter().flat_map(both).collect()
}

#[test]
fn two_threads_read_what_one_reads() {
    for file in long_files() {
        let alone = whole(&read_by_two(&file, usize::MAX));
        assert!(alone.len() > 2, "{alone:?}");
        assert_eq!(whole(&read_by_two(&file, 0)), alone);
    }
}

#[test]
fn two_threads_read_what_one_reads_of_files_that_are_cut_off_or_broken_anywhere() {
    for file in long_files() {
        let places = file.char_indices().map(|(at, _)| at).step_by(23);
        for at in places {
            let cut = &file[..at];
            let broken = format!("{cut},{}", &file[at..]);
            for text in [cut, &broken] {
                let alone = whole(&read_by_two(text, usize::MAX));
                assert_eq!(whole(&read_by_two(text, 0)), alone, "at {at}");
            }
        }
    }
}
