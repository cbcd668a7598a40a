//! The rules about classes and prefixes over small deployments.

use std::collections::BTreeSet;

use crate::airflow::Target;
use crate::airflow::backend::tests::{setting, target};
use crate::airflow::config::Settings;
use crate::inputs::{Input, Kind, Opacity, Setting, Tree};
use crate::report::{Finding, Severity};
use crate::rules::Rule;
use crate::rules::testing::{self, Deployment, MANAGER, SSM};
use crate::source::{FileId, Place, Span};

/// A file with these settings, `name` deciding its kind; values stand at 1000, 2000 and so on.
fn input(id: u32, name: &str, pairs: &[(&str, &str)]) -> Input {
    let kind = if std::path::Path::new(name)
        .extension()
        .is_some_and(|e| e == "cfg")
    {
        Kind::Cfg
    } else {
        Kind::Env
    };
    let settings = pairs.iter().zip(1..).map(|((name, value), number)| {
        let mut setting: Setting = setting(name, value);
        setting.file = FileId(id);
        setting.value = crate::source::Text::verbatim(value, 1000 * number);
        setting
    });
    Input {
        settings: settings.collect(),
        ..testing::input(
            id,
            name,
            kind,
            b"",
            Tree::Opaque(Opacity::Encrypted("none")),
        )
    }
}

/// A file: its name and its settings.
pub(crate) type File<'a> = (&'a str, &'a [(&'a str, &'a str)]);

/// What the deployment checks of `rules` say of `files`; `others` are alternatives.
pub(crate) fn over(
    rules: &[&Rule],
    target: &Target,
    files: &[File<'_>],
    others: &[File<'_>],
) -> Vec<Finding> {
    let inputs: Vec<Input> = (0u32..)
        .zip(files.iter().chain(others))
        .map(|(id, (name, pairs))| input(id, name, pairs))
        .collect();
    let all: Vec<&Input> = inputs.iter().collect();
    let these = &all[..files.len()];
    let settings = Settings {
        written: these.iter().flat_map(|input| &input.settings).collect(),
        has_cfg: these.iter().any(|input| input.kind == Kind::Cfg),
        has_env: these.iter().any(|input| input.kind == Kind::Env),
        ..Settings::default()
    };
    let deployment = Deployment {
        target,
        inputs: these,
        all_inputs: &all,
        settings: &settings,
        aws_profiles: None,
        committed: BTreeSet::new(),
    };
    deployment.findings(rules)
}

pub(crate) fn newest() -> Target {
    target("3.3.2", "9.39.0")
}

pub(crate) fn guess() -> Target {
    newest().guessed()
}

/// Codes and levels, in order.
pub(crate) fn told(findings: &[Finding]) -> Vec<String> {
    let word = |finding: &Finding| format!("{} {}", finding.severity.word(), finding.rule.code);
    findings.iter().map(word).collect()
}

fn class(target: &Target, path: &str) -> Vec<Finding> {
    over(
        super::RULES,
        target,
        &[("airflow.cfg", &[("secrets.backend", path)])],
        &[],
    )
}

#[test]
fn a_class_path_is_judged_by_one_rule() {
    let cases = [
        (SSM, None),
        (MANAGER, None),
        (
            "airflow.secrets.local_filesystem.LocalFilesystemBackend",
            None,
        ),
        (
            "\nairflow.secrets.local_filesystem.LocalFilesystemBackend",
            Some("error AV101"),
        ),
        (
            "airflow.providers.amazon.aws.secrets.systems_manager.SystemsManagerParameterStoreBackends",
            Some("error AV101"),
        ),
        (
            "airflow.providers.amazon.secrets.secrets_manager.SecretsManagerBackend",
            Some("error AV101"),
        ),
        (
            "airflow.providers.amazon.aws.secrets.secret_manager.SecretManagerBackend",
            Some("error AV101"),
        ),
        (
            "airflow.providers.aws.secrets.secrets_manager.SecretsManagerBackend",
            Some("error AV101"),
        ),
        (
            "airflow.secrets.secrets_manager.SecretsManagerBackend",
            Some("error AV101"),
        ),
        (
            "airflow.state.metastore.MetastoreBackend",
            Some("error AV101"),
        ),
        ("SecretsManagerBackend", Some("error AV101")),
        ("None", Some("error AV101")),
        (
            "airflow.providers.amazon.aws.secrets.secrets_manager:SecretsManagerBackend",
            Some("error AV101"),
        ),
        (
            "airflow.providers.amazon.aws.secrets.secrets_manager.SecretsManagerBackend,",
            Some("error AV101"),
        ),
        (
            " airflow.providers.amazon.aws.secrets.secrets_manager.SecretsManagerBackend",
            Some("error AV101"),
        ),
        ("airflow..secrets", Some("error AV101")),
        (
            "airfow.providers.amazon.aws.secrets.secrets_manager.SecretsManagerBackend",
            Some("warning AV101"),
        ),
        (
            "providers.amazon.aws.secrets.secrets_manager.SecretsManagerBackend",
            Some("warning AV101"),
        ),
        (
            "airflow.providers.amazon.aws.secrets.secrets_manager",
            Some("error AV103"),
        ),
        ("airflow.providers.amazon.aws.secrets", Some("error AV103")),
        (
            "airflow.providers.amazon.aws.hooks.secrets_manager.SecretsManagerHook",
            Some("error AV103"),
        ),
        (
            "airflow.providers.ssh.hooks.ssh.SSHHook",
            Some("error AV103"),
        ),
        ("airflow.models.Variable", Some("error AV103")),
        ("airflow.secrets.BaseSecretsBackend", Some("error AV103")),
        (
            "airflow.contrib.secrets.aws_secrets_manager.SecretsManagerBackend",
            Some("error AV102"),
        ),
        ("acme.secrets.Backend", Some("info AV104")),
        ("acme-secrets.Backend", Some("info AV104")),
        (
            "airflow.providers.acme.secrets.acme.AcmeBackend",
            Some("info AV104"),
        ),
        (
            "observatory.platform.airflow.secret_manager.CloudSecretManagerBackend",
            Some("info AV104"),
        ),
        ("<your-backend-class>", Some("warning AV111")),
    ];
    for (path, wanted) in cases {
        let findings = class(&newest(), path);
        let wanted: Vec<&str> = wanted.into_iter().collect();
        assert_eq!(told(&findings), wanted, "{path}");
        for finding in &findings {
            assert!(finding.place.span.start >= 1000, "{path}");
            assert!(finding.place.span.end <= 1000 + path.len(), "{path}");
            assert!(!finding.place.span.is_empty(), "{path}");
        }
    }
}

#[test]
fn the_part_that_is_wrong_is_shown() {
    let span = |path: &str| {
        let findings = class(&newest(), path);
        let span = findings[0].place.span;
        path[span.start - 1000..span.end - 1000].to_owned()
    };
    assert_eq!(
        span(
            "airflow.providers.amazon.aws.secrets.system_manager.SystemsManagerParameterStoreBackend"
        ),
        "system_manager"
    );
    assert_eq!(
        span("airflow.contrib.secrets.aws_secrets_manager.SecretsManagerBackend"),
        "contrib.secrets.aws_secrets_manager"
    );
    assert_eq!(
        span("airflow.providers.amazon.aws.secrets.secrets_manager.SecretsManagerBackend,"),
        ","
    );
    assert_eq!(
        span("airflow.providers.amazon.aws.hooks.secrets_manager.SecretsManagerHook"),
        "SecretsManagerHook"
    );
    assert_eq!(
        span("airflow.providers.amazon.secrets.secrets_manager.SecretsManagerBackend"),
        "amazon.secrets"
    );
}

#[test]
fn old_paths_follow_the_target() {
    let contrib = "airflow.contrib.secrets.aws_secrets_manager.SecretsManagerBackend";
    assert_eq!(
        told(&class(&target("2.11.2", "9.0.0"), contrib)),
        ["warning AV102"]
    );
    assert_eq!(
        told(&class(&target("3.0.0", "9.0.0"), contrib)),
        ["error AV102"]
    );
    let guessed = class(&guess(), contrib);
    assert_eq!(told(&guessed), ["warning AV102"]);
    assert!(guessed[0].message.contains("3.0.0"));
    let azure = "airflow.providers.microsoft.azure.secrets.azure_key_vault.AzureKeyVaultBackend";
    let with = |release: &str| {
        let mut target = target("2.4.0", "5.0.0");
        let release = release.parse().unwrap();
        target
            .providers
            .insert("microsoft-azure".to_owned(), release);
        told(&class(&target, azure))
    };
    assert_eq!(with("3.3.0"), [""; 0]);
    assert_eq!(with("4.3.0"), ["warning AV102"]);
    assert_eq!(with("5.0.0"), ["error AV102"]);
    assert_eq!(told(&class(&newest(), azure)), ["error AV102"]);
}

#[test]
fn quotes_in_an_env_value_are_ours_and_in_airflow_cfg_are_not() {
    let quoted = format!("'{MANAGER}'");
    assert!(class(&newest(), &quoted).is_empty());
    let env: File<'_> = (".env", &[("AIRFLOW__SECRETS__BACKEND", quoted.as_str())]);
    assert_eq!(
        told(&over(super::RULES, &newest(), &[env], &[])),
        ["error AV101"]
    );
}

#[test]
fn kwargs_without_a_backend_are_advice_unless_the_worker_has_one() {
    let kwargs = ("secrets.backend_kwargs", r#"{"connections_prefix": "a"}"#);
    let told = |files: &[File<'_>], others: &[File<'_>]| {
        told(&over(super::RULES, &newest(), files, others))
    };
    let none: [&str; 0] = [];
    assert_eq!(told(&[("airflow.cfg", &[kwargs])], &[]), ["info AV106"]);
    assert_eq!(
        told(&[("airflow.cfg", &[kwargs, ("secrets.backend", "")])], &[]),
        ["info AV106"]
    );
    assert_eq!(
        told(&[("airflow.cfg", &[("secrets.backend_kwargs", "{}")])], &[]),
        none
    );
    assert_eq!(
        told(&[("airflow.cfg", &[("secrets.backend_kwargs", "")])], &[]),
        none
    );
    // Another file of the deployment may set it.
    let other: File<'_> = (".env.prod", &[("AIRFLOW__SECRETS__BACKEND", MANAGER)]);
    assert_eq!(told(&[("airflow.cfg", &[kwargs])], &[other]), none);
    let worker = ("workers.secrets_backend", MANAGER);
    let worker_kwargs = ("workers.secrets_backend_kwargs", "{}");
    let files: File<'_> = ("airflow.cfg", &[kwargs, worker, worker_kwargs]);
    assert_eq!(told(&[files], &[]), ["warning AV106"]);
}

#[test]
fn an_empty_variable_beside_a_class_is_told_once() {
    let cfg: File<'_> = (
        "airflow.cfg",
        &[
            ("secrets.backend", MANAGER),
            ("secrets.backend_kwargs", r#"{"connections_prefix": "a"}"#),
        ],
    );
    let env: File<'_> = (".env", &[("AIRFLOW__SECRETS__BACKEND", "")]);
    let findings = over(super::RULES, &newest(), &[cfg, env], &[]);
    assert_eq!(told(&findings), ["warning AV107"]);
    assert_eq!(findings[0].place.file, FileId(1));
    assert_eq!(findings[0].related[0].place.file, FileId(0));
    assert!(over(super::RULES, &newest(), &[env], &[]).is_empty());
}

#[test]
fn workers_inherit_both_or_nothing() {
    let main = ("secrets.backend", MANAGER);
    let kwargs = ("secrets.backend_kwargs", r#"{"connections_prefix": "a"}"#);
    let worker = ("workers.secrets_backend", MANAGER);
    let worker_kwargs = (
        "workers.secrets_backend_kwargs",
        r#"{"connections_prefix": "a"}"#,
    );
    let run = |target: &Target, pairs: &[(&str, &str)]| {
        told(&over(super::RULES, target, &[("airflow.cfg", pairs)], &[]))
    };
    let none: [&str; 0] = [];
    let newest = newest();
    assert_eq!(run(&newest, &[main, kwargs, worker]), ["warning AV108"]);
    assert_eq!(run(&guess(), &[main, kwargs, worker]), ["info AV108"]);
    assert_eq!(run(&newest, &[main, worker]), none);
    assert_eq!(
        run(
            &newest,
            &[
                main,
                kwargs,
                worker,
                ("workers.secrets_backend_kwargs", "{}")
            ]
        ),
        none
    );
    assert_eq!(run(&newest, &[main, kwargs, worker, worker_kwargs]), none);
    assert_eq!(
        run(&newest, &[main, kwargs, worker_kwargs]),
        ["warning AV109"]
    );
    assert_eq!(
        run(&target("2.11.2", "9.0.0"), &[main, kwargs, worker_kwargs]),
        none
    );
    let per_key = ("AIRFLOW__WORKERS__SECRETS_BACKEND_KWARG__SEP", "-");
    let files: [File<'_>; 2] = [("airflow.cfg", &[main, kwargs]), (".env", &[per_key])];
    assert_eq!(
        told(&over(super::RULES, &newest, &files, &[])),
        ["warning AV109"]
    );
    let files: [File<'_>; 2] = [
        ("airflow.cfg", &[main, kwargs, worker]),
        (".env", &[per_key]),
    ];
    assert_eq!(told(&over(super::RULES, &newest, &files, &[])), none);
}

#[test]
fn placeholders_are_told_except_in_samples() {
    let kwargs =
        r#"{"role_arn": "<your-role-arn>", "assume_role_kwargs": {"ExternalId": "CHANGE_ME"}}"#;
    let pairs = [
        ("secrets.backend", MANAGER),
        ("secrets.backend_kwargs", kwargs),
    ];
    let findings = over(super::RULES, &newest(), &[("airflow.cfg", &pairs)], &[]);
    assert_eq!(told(&findings), ["warning AV111", "warning AV111"]);
    assert!(
        findings[0]
            .message
            .contains("`role_arn` still holds the placeholder `<your-role-arn>`")
    );
    assert_eq!(
        findings[0].place,
        Place::new(FileId(0), Span::new(2014, 2029))
    );
    for name in [
        "airflow.cfg.example",
        "airflow.sample.cfg",
        ".env.template",
        "airflow.cfg.tmpl",
    ] {
        assert!(
            over(super::RULES, &newest(), &[(name, &pairs)], &[]).is_empty(),
            "{name}"
        );
    }
}

#[test]
fn messages_hold_no_value() {
    let pairs = [
        ("secrets.backend", "acme.canaryclass.hunter2"),
        (
            "secrets.backend_kwargs",
            r#"{"canarykey": "canaryvalue CHANGE_ME"}"#,
        ),
        ("workers.secrets_backend", "airflow.canaryclass.hunter2"),
    ];
    for target in [newest(), guess(), target("2.3.4", "4.0.0")] {
        for finding in over(super::RULES, &target, &[("airflow.cfg", &pairs)], &[]) {
            let all = format!(
                "{} {} {}",
                finding.message,
                finding.subject,
                finding.help.unwrap_or_default()
            );
            assert!(!all.contains("canary") && !all.contains("hunter2"), "{all}");
            assert!(finding.severity >= Severity::Info);
        }
    }
}

#[test]
fn nothing_panics_on_hostile_settings() {
    let pieces = [
        "airflow",
        ".",
        "providers",
        "amazon",
        "<",
        ">",
        "your-",
        "é",
        "\u{1F600}",
        "/",
        "//",
        "aws",
        "arn:aws:ssm:e:",
        "123456789012",
        ":",
        " ",
        "\n",
        "-",
        "secrets",
        "SecretsManagerBackend",
        "'",
        "\"",
        "xxx",
        "\\u00e9",
        "connections",
    ];
    let mut seed = 11u64;
    let mut text = || {
        let mut made = String::new();
        seed = seed
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        for step in 0..(seed >> 60) {
            let at = usize::try_from(seed.rotate_left(7 + u32::try_from(step).unwrap() * 5) >> 40)
                .unwrap();
            made.push_str(pieces[at % pieces.len()]);
        }
        made
    };
    for round in 0..150 {
        let path = if round % 3 == 0 {
            text()
        } else {
            [SSM, MANAGER][round % 2].to_owned()
        };
        let kwargs = format!(
            r#"{{"connections_prefix": "{}", "variables_prefix": "{}", "sep": "{}"}}"#,
            text(),
            text(),
            text()
        );
        let pairs = [
            ("secrets.backend", path.as_str()),
            ("secrets.backend_kwargs", kwargs.as_str()),
            ("workers.secrets_backend", MANAGER),
        ];
        for target in [
            newest(),
            guess(),
            crate::airflow::backend::tests::target("2.5.0", "2.2.0"),
        ] {
            let rules: Vec<&Rule> = super::RULES
                .iter()
                .chain(crate::rules::prefixes::RULES)
                .copied()
                .collect();
            for finding in over(&rules, &target, &[("airflow.cfg", &pairs)], &[]) {
                assert!(!finding.message.is_empty());
            }
        }
    }
}
