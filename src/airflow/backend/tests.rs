//! The reading of both pairs of options over releases, and what is built from them.

use super::ask::{AskCause, Unsure};
use super::construct::{Attribute, Cause};
use super::*;
use crate::airflow::Runtime;
use crate::airflow::connection::{Format, OwnWay, Steps};
use crate::airflow::lookup::Naming;
use crate::inputs::spelling::Spelling;
use crate::inputs::{EntryKind, Origin};
use crate::source::{FileId, Mask, Span};

const SSM: &str =
    "airflow.providers.amazon.aws.secrets.systems_manager.SystemsManagerParameterStoreBackend";
const MANAGER: &str = "airflow.providers.amazon.aws.secrets.secrets_manager.SecretsManagerBackend";

pub(crate) fn target(airflow: &str, amazon: &str) -> Target {
    Target::chosen(airflow).with("amazon", amazon)
}

/// A setting as an env file (`AIRFLOW__S__O`) or airflow.cfg (`s.o`) has it.
pub(crate) fn setting(name: &str, value: &str) -> Setting {
    let in_env = name.strip_prefix("AIRFLOW__");
    let origin = in_env.map_or(Origin::Cfg, |_| Origin::Env);
    let lower = in_env.unwrap_or(name).to_lowercase();
    let dot = if in_env.is_some() { "__" } else { "." };
    let (section, option) = lower.split_once(dot).unwrap();
    let (option, form) = match option.split_once("_kwarg__") {
        Some((start, key)) => (format!("{start}_kwargs"), Form::PerKey(key.to_owned())),
        None => (option.to_owned(), Form::Plain),
    };
    let section = section.to_owned();
    Setting {
        section,
        option,
        form,
        origin,
        spelling: Spelling::default(),
        file: FileId(0),
        name: Span::new(0, name.len()),
        value: Text::verbatim(value, 100),
        is_left_open: false,
    }
}

fn with<T>(
    pairs: &[(&str, &str)],
    target: &Target,
    look: impl FnOnce(&SecretsConfig<'_>) -> T,
) -> T {
    let written: Vec<Setting> = pairs
        .iter()
        .map(|(name, value)| setting(name, value))
        .collect();
    let settings = Settings {
        written: written.iter().collect(),
        has_cfg: true,
        has_env: true,
        ..Settings::default()
    };
    look(&SecretsConfig::read(&settings, target))
}

fn shape(kwargs: &Kwargs<'_>) -> &'static str {
    match kwargs {
        Kwargs::Absent => "absent",
        Kwargs::NotJson { .. } => "not json",
        Kwargs::NotObject { .. } => "not object",
        Kwargs::Object { .. } => "object",
        Kwargs::Unknown { .. } => "unknown",
    }
}

#[test]
fn kwargs_are_read_as_the_release_reads_them() {
    let cases = [
        ("", "absent", "absent"),
        ("null", "not object", "absent"),
        ("0", "not object", "absent"),
        ("0.0", "not object", "absent"),
        ("false", "not object", "absent"),
        ("\"\"", "not object", "absent"),
        ("[]", "not object", "absent"),
        ("{}", "object", "object"),
        ("[\"a\"]", "not object", "not object"),
        ("\"{}\"", "not object", "not object"),
        ("NaN", "not object", "not object"),
        ("  ", "not json", "not json"),
        ("{'a': 1}", "not json", "not json"),
        ("{\"a\": 1,}", "not json", "not json"),
        ("'{\"a\": 1}'", "not json", "not json"),
        ("{\"a\": 1} # note", "not json", "not json"),
    ];
    for (value, old, new) in cases {
        for (airflow, wanted) in [("2.4.0", old), ("2.4.1", new), ("3.3.2", new)] {
            let pairs = [("secrets.backend", SSM), ("secrets.backend_kwargs", value)];
            let found = with(&pairs, &target(airflow, "9.0.0"), |secrets| {
                shape(&secrets.main.kwargs)
            });
            assert_eq!(found, wanted, "{airflow} {value}");
        }
    }
}

#[test]
fn variables_of_their_own_join_from_3_2_on() {
    let pairs = [
        ("secrets.backend", SSM),
        (
            "secrets.backend_kwargs",
            r#"{"connections_prefix": "/a", "region_name": "eu-west-1"}"#,
        ),
        (
            "AIRFLOW__SECRETS__BACKEND_KWARG__CONNECTIONS_PREFIX",
            "null",
        ),
        ("AIRFLOW__SECRETS__BACKEND_KWARG__CONFIG_PREFIX", "/c"),
        ("AIRFLOW__SECRETS__BACKEND_KWARG__CONFIG_PREFIX", "/d"),
    ];
    let names = |airflow: &str| {
        with(&pairs, &target(airflow, "9.39.0"), |secrets| {
            let kwargs = secrets.main.kwargs();
            let show = |kwarg: &Kwarg<'_>| {
                let text = kwarg.value.string().unwrap();
                format!("{}={}", kwarg.name, text.expose())
            };
            kwargs.iter().map(show).collect::<Vec<_>>()
        })
    };
    assert_eq!(
        names("3.1.8"),
        ["connections_prefix=/a", "region_name=eu-west-1"]
    );
    assert_eq!(
        names("3.2.0"),
        [
            "connections_prefix=null",
            "region_name=eu-west-1",
            "config_prefix=/d"
        ]
    );
}

#[test]
fn a_broken_json_leaves_the_variables_of_their_own() {
    let pairs = [
        ("secrets.backend", SSM),
        ("secrets.backend_kwargs", "{'a': 1}"),
        ("AIRFLOW__SECRETS__BACKEND_KWARG__CONFIG_PREFIX", "/c"),
    ];
    with(&pairs, &target("3.3.2", "9.39.0"), |secrets| {
        assert!(secrets.main.knows_all_kwargs());
        assert_eq!(secrets.main.kwargs().len(), 1);
    });
}

#[test]
fn workers_have_their_own_pair_from_3_0_on() {
    let pairs = [
        ("secrets.backend", SSM),
        ("secrets.backend_kwargs", r#"{"connections_prefix": "/a"}"#),
        (
            "workers.secrets_backend_kwargs",
            r#"{"connections_prefix": "/w"}"#,
        ),
    ];
    with(&pairs, &target("2.11.2", "9.0.0"), |secrets| {
        assert!(secrets.worker.is_none());
        assert_eq!(secrets.for_worker().role, Role::Secrets);
    });
    with(&pairs, &target("3.0.0", "9.0.0"), |secrets| {
        // The class is empty: class and kwargs of [secrets], those of [workers] are ignored.
        assert_eq!(secrets.for_worker().role, Role::Secrets);
        assert_eq!(shape(&secrets.worker.as_ref().unwrap().kwargs), "object");
        assert_eq!(secrets.backends().count(), 1);
    });
    let mut pairs = pairs.to_vec();
    pairs.push(("AIRFLOW__WORKERS__SECRETS_BACKEND", MANAGER));
    pairs.push(("AIRFLOW__WORKERS__SECRETS_BACKEND_KWARG__SEP", "-"));
    with(&pairs, &target("3.2.0", "9.0.0"), |secrets| {
        let worker = secrets.for_worker();
        assert_eq!(worker.role, Role::Workers);
        assert_eq!(worker.kwargs().len(), 2);
        assert_eq!(
            worker.known_class().unwrap().class.short_name,
            "aws_secrets_manager"
        );
        assert_eq!(secrets.backends().count(), 2);
    });
}

#[test]
fn an_empty_variable_switches_the_backend_off() {
    let pairs = [("secrets.backend", SSM), ("AIRFLOW__SECRETS__BACKEND", "")];
    with(&pairs, &target("3.3.2", "9.39.0"), |secrets| {
        assert!(!secrets.main.is_configured());
        let ClassPath::None {
            setting: Some(setting),
        } = secrets.main.class_path()
        else {
            panic!("set to nothing");
        };
        assert_eq!(setting.origin, Origin::Env);
    });
}

/// Naming and outcome for one backend and kwargs.
fn build(class: &str, kwargs: &str, airflow: &str, amazon: &str) -> Result<Naming, &'static str> {
    let pairs = [
        ("secrets.backend", class),
        ("secrets.backend_kwargs", kwargs),
    ];
    let target = target(airflow, amazon);
    with(&pairs, &target, |secrets| {
        match secrets.main.construct(&target) {
            Construction::Built(built) => Ok(built.naming.unwrap()),
            Construction::Fails(fault) => Err(fault.exception),
            Construction::None => Err("none"),
            Construction::Unverified => Err("unverified"),
            Construction::Unknown => Err("unknown"),
        }
    })
}

/// Names as the real classes of each release asked for them.
#[test]
fn names_are_those_that_were_seen() {
    type Row = (&'static str, [Option<&'static str>; 3]);
    let rows: [Row; 9] = [
        (r#""/a/b""#, [Some("/a/b/x"); 3]),
        (r#""a/b""#, [Some("a/b/x"), Some("/a/b/x"), Some("a/b/x")]),
        (r#""/a/b/""#, [Some("/a/b/x"); 3]),
        (r#""/a/b//""#, [Some("/a/b/x"); 3]),
        (r#""//a""#, [Some("//a/x"); 3]),
        (r#""""#, [Some("/x"), Some("/x"), Some("x")]),
        (r#""/""#, [Some("/x"), Some("/x"), Some("x")]),
        ("null", [None; 3]),
        (r#"" /a""#, [Some(" /a/x"), Some("/ /a/x"), Some(" /a/x")]),
    ];
    let ask = |naming: Result<Naming, &str>| {
        let naming = naming.unwrap();
        naming.name_for(EntryKind::Connection, "x")
    };
    for (prefix, [old, new, manager]) in rows {
        let kwargs = format!(r#"{{"connections_prefix": {prefix}}}"#);
        assert_eq!(
            ask(build(SSM, &kwargs, "2.6.0", "7.2.1")).as_deref(),
            old,
            "{prefix}"
        );
        assert_eq!(
            ask(build(SSM, &kwargs, "3.3.2", "7.3.0")).as_deref(),
            new,
            "{prefix}"
        );
        assert_eq!(
            ask(build(SSM, &kwargs, "3.3.2", "9.39.0")).as_deref(),
            new,
            "{prefix}"
        );
        let found = ask(build(MANAGER, &kwargs, "3.3.2", "9.39.0"));
        assert_eq!(found.as_deref(), manager, "{prefix}");
    }
    let arn = r#"{"connections_prefix": "arn:aws:ssm:eu-west-1:123456789012:parameter/a"}"#;
    let arn_name = "arn:aws:ssm:eu-west-1:123456789012:parameter/a/x";
    assert_eq!(ask(build(SSM, arn, "2.6.0", "7.2.1")).unwrap(), arn_name);
    assert_eq!(
        ask(build(SSM, arn, "3.3.2", "9.39.0")).unwrap(),
        format!("/{arn_name}")
    );
    assert_eq!(
        ask(build(MANAGER, arn, "3.3.2", "9.39.0")).unwrap(),
        arn_name
    );
    let sep = |kwargs: &str| ask(build(MANAGER, kwargs, "3.3.2", "9.39.0")).unwrap();
    assert_eq!(
        sep(r#"{"connections_prefix": "a/b/", "sep": "-"}"#),
        "a/b/-x"
    );
    assert_eq!(
        sep(r#"{"connections_prefix": "a/b", "sep": null}"#),
        "a/bNonex"
    );
    assert_eq!(sep(r#"{"connections_prefix": "a/b", "sep": ""}"#), "a/bx");
    assert_eq!(sep(r#"{"connections_prefix": "cab", "sep": "ab"}"#), "cabx");
    assert_eq!(sep(r#"{"connections_prefix": false}"#), "x");
    let old = |kwargs: &str| ask(build(MANAGER, kwargs, "2.1.0", "2.2.0")).unwrap();
    assert_eq!(old(r#"{"connections_prefix": "a-/", "sep": "-"}"#), "a--x");
    assert_eq!(old(r#"{"connections_prefix": ""}"#), "/x");
    let default = build(SSM, "", "3.3.2", "9.39.0").unwrap();
    assert_eq!(default.connections.as_deref(), Some("/airflow/connections"));
    let ignored = build(SSM, r#"{"sep": "-"}"#, "3.3.2", "9.39.0").unwrap();
    assert_eq!(ignored.sep, "/");
}

#[test]
fn what_cannot_be_built_is_named_by_its_exception() {
    let fails = |class: &str, kwargs: &str, airflow: &str| {
        build(class, kwargs, airflow, "9.39.0").unwrap_err()
    };
    assert_eq!(
        fails(SSM, r#"{"connections_prefix": 5}"#, "3.3.2"),
        "AttributeError"
    );
    assert_eq!(
        fails(SSM, r#"{"config_prefix": false}"#, "3.3.2"),
        "AttributeError"
    );
    assert_eq!(
        fails(MANAGER, r#"{"config_prefix": ["a"]}"#, "3.3.2"),
        "AttributeError"
    );
    assert_eq!(fails(MANAGER, r#"{"sep": 5}"#, "3.3.2"), "TypeError");
    assert_eq!(fails(SSM, r#"["a"]"#, "2.4.0"), "TypeError");
    assert_eq!(fails(SSM, "null", "2.4.0"), "TypeError");
    assert_eq!(
        fails(SSM, r#"{"assume_role_kwargs": {}}"#, "2.3.4"),
        "TypeError"
    );
    let contrib = "airflow.contrib.secrets.aws_secrets_manager.SecretsManagerBackend";
    assert_eq!(fails(contrib, "", "3.0.0"), "AirflowConfigException");
    assert!(build(contrib, "", "2.11.2", "9.39.0").is_ok());
    assert_eq!(
        fails("SecretsManagerBackend", "", "3.3.2"),
        "AirflowConfigException"
    );
    assert_eq!(fails("mine.secrets.Backend", "", "3.3.2"), "unverified");
    // The class in another module of a provider that is known; of another one it may be there.
    let module = "airflow.providers.amazon.aws.secrets.SecretsManagerBackend";
    assert_eq!(fails(module, "", "3.3.2"), "AirflowConfigException");
    let other = "airflow.providers.acme.secrets.SecretsManagerBackend";
    assert_eq!(fails(other, "", "3.3.2"), "unverified");
    let cache = "airflow.secrets.cache.SecretCache";
    assert_eq!(fails(cache, "", "3.2.0"), "AttributeError");
    assert_eq!(fails(cache, "", "3.1.8"), "unverified");
    assert_eq!(fails(cache, r#"{"a": 1}"#, "3.2.0"), "unverified");
    let sdk = "airflow.sdk.execution_time.secrets.execution_api.ExecutionAPISecretsBackend";
    assert_eq!(fails(sdk, "", "3.1.0"), "AirflowConfigException");
    assert_eq!(fails("", "", "3.3.2"), "none");
}

#[test]
fn the_attributes_say_what_was_written() {
    let kwargs =
        r#"{"connections_prefix": null, "variables_lookup_pattern": "^x", "role_arn": "r"}"#;
    let pairs = [("secrets.backend", SSM), ("secrets.backend_kwargs", kwargs)];
    let target = target("3.3.2", "9.39.0");
    with(&pairs, &target, |secrets| {
        let Construction::Built(built) = secrets.main.construct(&target) else {
            panic!("it is built");
        };
        assert_eq!(built.prefixes[0].value, Attribute::Null);
        assert!(built.prefixes[1].written.is_none());
        assert_eq!(
            built.patterns[1],
            (EntryKind::Variable, Attribute::Text("^x".to_owned()))
        );
        assert_eq!(built.session.len(), 1);
        assert_eq!(built.session[0].name, "role_arn");
    });
    let pairs = [
        ("secrets.backend", SSM),
        ("secrets.backend_kwargs", r#"{"config_prefix": {}}"#),
    ];
    with(&pairs, &target, |secrets| {
        let Construction::Fails(fault) = secrets.main.construct(&target) else {
            panic!("it fails");
        };
        assert_eq!(fault.cause, Cause::PrefixType("config_prefix"));
    });
}

/// The value with everything hidden that no snippet may show.
fn masked(class: &str, kwargs: &str) -> String {
    let pairs = [
        ("secrets.backend", class),
        ("secrets.backend_kwargs", kwargs),
    ];
    with(&pairs, &target("3.3.2", "9.39.0"), |secrets| {
        let mut mask = Mask::new();
        let class_setting = |span: &Span| span.start >= 100;
        let mut only_kwargs = SecretsConfig {
            main: secrets.main.clone(),
            worker: None,
        };
        only_kwargs.main.class = secrets.main.class.clone();
        let mut spans = Vec::new();
        super::visible::kwargs_spans(&only_kwargs.main, &mut spans);
        mask.show_all(spans.iter().map(|place| place.span).filter(class_setting));
        mask.seal();
        mask.apply(kwargs, 100)
    })
}

#[test]
fn snippets_show_structure_keys_and_public_values_only() {
    assert_eq!(
        masked(
            SSM,
            r#"{"connections_prefix": "/a/b", "aws_secret_access_key": "hunter2", "mine": 12}"#
        ),
        r#"{"connections_prefix": "/a/b", "aws_secret_access_key": "*******", "mine": **}"#
    );
    assert_eq!(
        masked(
            SSM,
            r#"{"assume_role_kwargs": {"ExternalId": "abcd", "secretkey": [1], "DurationSeconds": 900}}"#
        ),
        r#"{"assume_role_kwargs": {"ExternalId": "****", "*********": [*], "DurationSeconds": 900}}"#
    );
    assert_eq!(
        masked(SSM, r#"{"region_name": "eu-west-1",}  "password""#),
        r#"{"region_name": "eu-west-1",*************"#
    );
    assert_eq!(
        masked(SSM, r"{'region_name': 'eu-west-1'}"),
        "{***************************"
    );
    assert_eq!(
        masked(
            SSM,
            r#"{"endpoint_url": "http://u:p@h:1", "host": "http://h:1"}"#
        ),
        r#"{"endpoint_url": "**************", "host": "http://h:1"}"#
    );
    assert_eq!(masked("", r#"{"token": "abcd"}"#), r#"{"token": "****"}"#);
}

#[test]
fn a_class_path_is_shown_where_it_is_one() {
    let shown = |class: &str| {
        with(
            &[("secrets.backend", class)],
            &target("3.3.2", "9.39.0"),
            |secrets| {
                let mut mask = Mask::new();
                mask.show_all(visible_spans(secrets).into_iter().map(|place| place.span));
                mask.seal();
                mask.apply(class, 100)
            },
        )
    };
    assert_eq!(shown(SSM), SSM);
    assert_eq!(shown(&format!("'{SSM}'")), format!("*{SSM}*"));
    assert_eq!(shown("mysql://u:hunter2@h"), "*******************");
}

#[test]
fn nothing_panics_on_hostile_kwargs() {
    let pieces = [
        "{", "}", "[", "]", "\"", "\\", ":", ",", "é", "a", "1", "null", " ", "\n", "\"a\"",
        "\u{feff}",
    ];
    let mut seed = 7usize;
    for _ in 0..4000 {
        let mut text = String::from("{");
        for _ in 0..(seed % 9) {
            seed = seed
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            text.push_str(pieces[(seed >> 33) % pieces.len()]);
        }
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        seed = seed.rotate_left(17);
        let _ = masked(SSM, &text);
        let pairs = [
            ("secrets.backend", text.as_str()),
            ("secrets.backend_kwargs", text.as_str()),
        ];
        let target = target("3.3.2", "9.39.0");
        with(&pairs, &target, |secrets| {
            let _ = visible_spans(secrets);
            let _ = secrets.main.construct(&target);
            let _ = secrets.main.kwargs();
        });
    }
}

#[test]
fn a_team_is_known_to_the_server_only() {
    let question = Question {
        kind: EntryKind::Connection,
        id: "db",
        team: Some("t"),
        multi_team: Some(true),
    };
    let pairs = [("secrets.backend", SSM)];
    let ask = |airflow: &str, amazon: &str, runtime| {
        let target = Target {
            runtime,
            ..target(airflow, amazon)
        };
        with(&pairs, &target, |secrets| {
            match secrets.main.construct(&target) {
                Construction::Built(built) => built.ask(&question, &target),
                _ => panic!("it is built"),
            }
        })
    };
    let plain = || "/airflow/connections/db".to_owned();
    let own = || "/airflow/connections/t--db".to_owned();
    assert_eq!(
        ask("3.3.2", "9.39.0", Runtime::Server),
        Ask::For(vec![own(), plain()])
    );
    assert_eq!(
        ask("3.3.2", "9.39.0", Runtime::Task),
        Ask::For(vec![plain()])
    );
    assert_eq!(
        ask("3.3.2", "9.39.0", Runtime::Both),
        Ask::Unknown(Unsure::Runtimes)
    );
    assert_eq!(
        ask("2.11.2", "9.39.0", Runtime::Both),
        Ask::For(vec![plain()])
    );
    // 3.2.0 to 3.2.2 pass `team_name` to everybody.
    let Ask::Raises(fault) = ask("3.2.1", "9.15.0", Runtime::Both) else {
        panic!("it raises");
    };
    assert_eq!(
        (fault.exception, fault.cause),
        ("TypeError", AskCause::TeamNameArgument)
    );
}

#[test]
fn a_json_secret_is_read_as_the_release_reads_it() {
    let format = |kwargs: &str, amazon: &str| {
        let pairs = [
            ("secrets.backend", MANAGER),
            ("secrets.backend_kwargs", kwargs),
        ];
        let target = target("2.11.2", amazon);
        with(&pairs, &target, |secrets| {
            match secrets.main.construct(&target) {
                Construction::Built(built) => built.connection_format(&target),
                _ => panic!("it is built"),
            }
        })
    };
    let words = r#"{"extra_conn_words": {"user": ["usr"]}}"#;
    let aliased = Format::SecretsManager {
        extra_conn_words: vec![("user".to_owned(), vec!["usr".to_owned()])],
    };
    assert_eq!(format(words, "9.39.0"), Some(aliased));
    assert_eq!(format("{}", "6.2.0"), Some(Format::Airflow));
    let own_way = |steps, decodes, words| {
        Some(Format::OwnWay(OwnWay {
            steps,
            decodes,
            words,
        }))
    };
    let none = || Ok(Vec::new());
    let off = r#"{"full_url_mode": false}"#;
    assert_eq!(
        format(off, "6.2.0"),
        own_way(Steps::Connection, true, none())
    );
    let plain = r#"{"full_url_mode": 0, "are_secret_values_urlencoded": false}"#;
    assert_eq!(
        format(plain, "5.0.0"),
        own_way(Steps::Connection, false, none())
    );
    for (amazon, tests_text) in [("4.1.0", true), ("2.6.0", true), ("2.5.0", false)] {
        let steps = Steps::Uri { tests_text };
        assert_eq!(format(off, amazon), own_way(steps, false, none()));
    }
    assert_eq!(format(off, "7.0.0"), format("{}", "9.0.0"));
    let encoded = r#"{"are_secret_values_urlencoded": true}"#;
    assert_eq!(
        format(encoded, "8.29.0"),
        own_way(Steps::Json, true, none())
    );
    for (words, exception) in [
        (r#"{"login": []}"#, "KeyError"),
        (r#"{"user": null}"#, "TypeError"),
        ("[1]", "AttributeError"),
    ] {
        let kwargs = format!(r#"{{"full_url_mode": false, "extra_conn_words": {words}}}"#);
        let broken = own_way(Steps::Connection, true, Err(exception));
        assert_eq!(format(&kwargs, "6.2.0"), broken, "{words}");
    }
    assert!(format(r#"{"are_secret_values_urlencoded": true}"#, "9.0.0").is_some());
}
