//! A fixed file reads as before, except for what its findings name.

use std::collections::{BTreeMap, BTreeSet};

use airvane::load;
use airvane::report::Applicability;
use airvane::syntax::dotenv::Dialect;
use airvane::workspace::Files;
use proptest::prelude::*;

use super::{NOWHERE, SSM, fixed, request};

/// Every setting, definition and other variable of the file, by name, with its value.
fn settings(name: &str, text: &str, dialect: Dialect) -> BTreeMap<String, String> {
    let path = format!("{NOWHERE}/{name}");
    let mut files = Files::new();
    files.overlay(&path, text.as_bytes().to_vec());
    let (loaded, _) = load::load(&request(&path, dialect).load, &mut files);
    let mut all = BTreeMap::new();
    for input in &loaded.inputs {
        for setting in &input.settings {
            let key = format!(
                "{}.{} {}",
                setting.section,
                setting.option,
                setting.name.is_empty()
            );
            all.insert(key, setting.value.expose().to_owned());
        }
        for definition in &input.definitions {
            let key = format!("{}:{}", definition.kind.word(), definition.id);
            all.insert(key, definition.value.expose().to_owned());
        }
        for variable in &input.variables {
            let value = variable.value.as_ref().map_or("", |value| value.expose());
            all.insert(format!("${}", variable.name), value.to_owned());
        }
    }
    all
}

/// What stands in a made-up file: a part that is right, or one with a fault that a fix puts right.
#[derive(Clone, Debug)]
struct Part {
    text: String,
    /// Names of [`settings`] that a fix may change.
    faulty: Vec<&'static str>,
}

/// What must hold of a file made of `parts`, whatever is fixed in it.
fn holds(name: &str, text: &str, parts: &[Part], dialect: Dialect, least: Applicability) {
    let (after, result) = fixed(name, text, dialect, least);
    assert_eq!(result.outcome.report.failures, [], "{text}");
    let faulty: BTreeSet<&str> = parts
        .iter()
        .flat_map(|part| part.faulty.iter().copied())
        .collect();
    let (old, new) = (
        settings(name, text, dialect),
        settings(name, &after, dialect),
    );
    for (key, value) in &old {
        if !faulty.contains(key.trim_end_matches(" false")) {
            assert_eq!(new.get(key), Some(value), "{key} of\n{text}\n->\n{after}");
        }
    }
    for key in new.keys() {
        let known = old.contains_key(key) || faulty.contains(key.trim_end_matches(" false"));
        assert!(known, "{key} is new in\n{after}");
    }
    // Nothing is left to be fixed, and a second run changes nothing.
    for finding in &result.outcome.report.findings {
        let open = finding
            .fix
            .as_ref()
            .is_some_and(|fix| fix.applicability >= least);
        assert!(
            !open,
            "{}: {} in\n{after}",
            finding.rule.code, &*finding.message
        );
    }
    let (again, _) = fixed(name, &after, dialect, least);
    assert_eq!(again, after);
    // The bytes around the values.
    assert_eq!(after.starts_with('\u{feff}'), text.starts_with('\u{feff}'));
    assert_eq!(
        after.ends_with('\n'),
        text.ends_with('\n'),
        "{text}->{after}"
    );
    let breaks = |text: &str| {
        (
            text.matches("\r\n").count() > 0,
            text.replace("\r\n", "").contains('\n'),
        )
    };
    // In a shell the CR is a part of the value, and goes with what is wrong in it.
    let kept = old.values().any(|value| value.contains('\r'));
    if text.contains('\n') && !kept {
        assert_eq!(breaks(&after), breaks(text), "{text}->{after}");
    }
    if least == Applicability::Safe {
        for comment in text.lines().filter(|line| line.starts_with('#')) {
            assert!(
                after.lines().any(|line| line == comment),
                "{comment} is lost in\n{after}"
            );
        }
    }
}

fn right(text: String) -> Part {
    Part {
        text,
        faulty: Vec::new(),
    }
}

/// Values that nothing is wrong with, of all kinds that a reader takes apart.
fn plain() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-zA-Z0-9/_.:@-]{1,20}",
        Just("50%% of it".to_owned()),
        Just("first\n    second\n\n    third".to_owned()),
        Just("päß 日本".to_owned()),
        Just("a \"b\" 'c'".to_owned()),
        Just("%%(asctime)s %%(message)s".to_owned()),
    ]
}

fn in_core() -> impl Strategy<Value = Part> {
    let wrong = prop::sample::select(vec![
        ("parallelism = 16  # per scheduler\n", "core.parallelism"),
        ("parallelism = \"16\"\n", "core.parallelism"),
        ("Parallelism = 16\n", "core.parallelism"),
        ("parallelism = 16 ; note\n", "core.parallelism"),
        ("fernet_key = 5%d0%%\n", "core.fernet_key"),
        ("fernet_key = p%40ss\n", "core.fernet_key"),
        ("load_examples = 'False'\n", "core.load_examples"),
        ("load_examples = False ; no\n", "core.load_examples"),
        ("DAGS_FOLDER = /x\n", "core.dags_folder"),
        ("dags_folder = /x # here it is\n", "core.dags_folder"),
    ]);
    let wrong = wrong.prop_map(|(text, name)| Part {
        text: text.to_owned(),
        faulty: vec![name, "core.Parallelism", "core.DAGS_FOLDER"],
    });
    let named = (
        prop::sample::select(vec![
            "hostname_callable",
            "executor",
            "plugins_folder",
            "my_own",
        ]),
        plain(),
    );
    prop_oneof![
        wrong,
        named.prop_map(|(name, value)| right_line(name, &value)),
        Just(right("# a note, with = and [x]\n".to_owned())),
        Just(right("\n".to_owned())),
    ]
}

fn right_line(name: &str, value: &str) -> Part {
    right(format!("{name} = {value}\n"))
}

/// Keyword arguments with one fault or several.
fn wrong_kwargs() -> impl Strategy<Value = String> {
    prop::sample::select(vec![
        "{\"connections_prefix\": \"/a/c\",}",
        "{'connections_prefix': '/a/c', 'variables_prefix': None}",
        "{'connections_prefix': '/a/c',\n    'region_name': 'eu-west-1',\n    }",
        "'{\"connections_prefix\": \"/a/c\"}'",
        "{“connections_prefix”: \"/a/c\"}",
        "{\"conections_prefix\": \"/a//c\"}",
        "{\"connections_prefix\": \"/a//c\", \"variables_prefix\": \"/a/v\"}",
        "{\"connections_prefix\": \"/a/c\", \"connections_prefix\": \"/b/c\"}",
        "{\"connections_prefix\": \"/a/c\"} # note",
        "{connections_prefix: \"/a/c\" \"sep\": \"/\"}",
        "{\"connections_lookup_pattern\": \"^x%%\"}",
    ])
    .prop_map(str::to_owned)
}

fn in_secrets() -> impl Strategy<Value = Part> {
    let backend = prop::sample::select(vec![
        SSM,
        "\"airflow.providers.amazon.aws.secrets.systems_manager.SystemsManagerParameterStoreBackend\"",
        "airflow.contrib.secrets.aws_systems_manager.SystemsManagerParameterStoreBackend",
        "airflow.providers.amazon.aws.secrets.system_manager.SystemsManagerParameterStoreBackend",
    ]);
    let name = prop::sample::select(vec!["backend", "Backend", "backends"]);
    let kwargs_name =
        prop::sample::select(vec!["backend_kwargs", "backend_kwarg", "BACKEND_KWARGS"]);
    (name, backend, kwargs_name, wrong_kwargs()).prop_map(|(name, backend, kwargs_name, kwargs)| {
        Part {
            text: format!("{name} = {backend}\n{kwargs_name} = {kwargs}\n"),
            faulty: vec![
                "secrets.backend",
                "secrets.Backend",
                "secrets.backends",
                "secrets.backend_kwargs",
                "secrets.backend_kwarg",
                "secrets.BACKEND_KWARGS",
            ],
        }
    })
}

/// A file of `parts`; an option stands once in it.
fn once(parts: Vec<Part>) -> Vec<Part> {
    let mut seen = BTreeSet::new();
    let name = |part: &Part| {
        let first = part.text.split('=').next().unwrap_or_default();
        first.trim().to_lowercase()
    };
    let mut kept = parts;
    kept.retain(|part| {
        !part.text.contains('=') || part.text.starts_with('#') || seen.insert(name(part))
    });
    kept
}

fn ended(text: &str, crlf: bool, last: bool) -> String {
    let text = if last { text } else { text.trim_end() };
    if crlf {
        text.replace('\n', "\r\n")
    } else {
        text.to_owned()
    }
}

/// Lines of an environment file: name and value, as every dialect reads them.
fn in_env() -> impl Strategy<Value = Part> {
    let wrong = prop::sample::select(vec![
        (
            "AIRFLOW_CONN_A=google_cloud_platform://x\n",
            vec!["connection:a", "$AIRFLOW_CONN_A"],
        ),
        (
            "AIRFLOW_CONN_B='a_b_c://u:p@h/x_y'\n",
            vec!["connection:b", "$AIRFLOW_CONN_B"],
        ),
        (
            "AIRFLOW_CONN_C=aws://AKIAEXAMPLE:ab/cd@/\n",
            vec!["connection:c", "$AIRFLOW_CONN_C"],
        ),
        (
            "AIRFLOW_CONN_D=\"postgres://u:p#w@h/x\"\n",
            vec!["connection:d", "$AIRFLOW_CONN_D"],
        ),
        (
            "AIRFLOW_CONN_e=mysql://h\n",
            vec!["connection:e", "$AIRFLOW_CONN_e", "$AIRFLOW_CONN_E"],
        ),
        (
            "AIRFLOW_CONN_F=\"postgres://u:p @h/x\"\n",
            vec!["connection:f", "$AIRFLOW_CONN_F"],
        ),
        (
            "AIRFLOW__SECRETS__BACKEND=airflow.contrib.secrets.aws_systems_manager.SystemsManagerParameterStoreBackend\n",
            vec!["secrets.backend", "$AIRFLOW__SECRETS__BACKEND"],
        ),
        (
            "AIRFLOW__SECRETS__BACKEND_KWARGS='{\"connections_prefix\": \"/a//c\",}'\n",
            vec![
                "secrets.backend_kwargs",
                "$AIRFLOW__SECRETS__BACKEND_KWARGS",
            ],
        ),
        (
            "AIRFLOW__SECRETS__BACKEND_KWARGS=\"{'connections_prefix': '/a/c'}\"\n",
            vec![
                "secrets.backend_kwargs",
                "$AIRFLOW__SECRETS__BACKEND_KWARGS",
            ],
        ),
        (
            "AIRFLOW__SECRETS__BACKEND_KWARGS={'connections_prefix':'/a/c'}\n",
            vec![
                "secrets.backend_kwargs",
                "$AIRFLOW__SECRETS__BACKEND_KWARGS",
            ],
        ),
        (
            "AIRFLOW__CORE_EXECUTOR=LocalExecutor\n",
            vec![
                "core.executor",
                "$AIRFLOW__CORE_EXECUTOR",
                "$AIRFLOW__CORE__EXECUTOR",
            ],
        ),
    ]);
    let wrong = wrong.prop_map(|(text, faulty)| Part {
        text: text.to_owned(),
        faulty,
    });
    let value = prop_oneof![
        "[a-zA-Z0-9/_.:@%-]{0,16}",
        Just("'a b # c'".to_owned()),
        Just("\"päß \\\" 日\"".to_owned()),
    ];
    let name = prop::sample::select(vec![
        "X",
        "Y_1",
        "AIRFLOW_VAR_KEY",
        "AIRFLOW__CORE__PARALLELISM",
        "AIRFLOW_HOME",
    ]);
    prop_oneof![
        3 => wrong,
        3 => (name, value).prop_map(|(name, value)| right(format!("{name}={value}\n"))),
        1 => Just(right("# a note = x\n".to_owned())),
        1 => Just(right("\n".to_owned())),
    ]
}

fn least() -> impl Strategy<Value = Applicability> {
    prop::sample::select(vec![Applicability::Safe, Applicability::Unsafe])
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_fixed_airflow_cfg_reads_as_before_but_for_its_faults(
        core in prop::collection::vec(in_core(), 0..6),
        secrets in prop::option::of(in_secrets()),
        upper in any::<bool>(),
        crlf in any::<bool>(),
        last in any::<bool>(),
        least in least(),
    ) {
        let mut parts = once(core);
        let mut text = String::from("[core]\n");
        text.extend(parts.iter().map(|part| part.text.as_str()));
        if let Some(part) = secrets {
            text.push_str(if upper { "[SECRETS]\n" } else { "[secrets]\n" });
            text.push_str(&part.text);
            let faulty = ["SECRETS.backend", "SECRETS.Backend", "SECRETS.backends", "SECRETS.backend_kwargs",
                "SECRETS.backend_kwarg", "SECRETS.BACKEND_KWARGS"];
            parts.push(Part { text: String::new(), faulty: faulty.to_vec() });
            parts.push(part);
        }
        text.push_str("[mine]\na = 1\nb = x # y\n");
        parts.push(Part { text: String::new(), faulty: vec!["mine.b"] });
        holds("airflow.cfg", &ended(&text, crlf, last), &parts, Dialect::Compose, least);
    }

    #[test]
    fn a_fixed_environment_file_reads_as_before_but_for_its_faults(
        parts in prop::collection::vec(in_env(), 1..8),
        dialect in prop::sample::select(Dialect::ALL.to_vec()),
        mark in any::<bool>(),
        crlf in any::<bool>(),
        last in any::<bool>(),
        least in least(),
    ) {
        let parts = once(parts);
        let mut text: String = parts.iter().map(|part| part.text.as_str()).collect();
        text = ended(&text, crlf, last);
        if mark {
            text.insert(0, '\u{feff}');
        }
        holds(".env", &text, &parts, dialect, least);
    }
}
