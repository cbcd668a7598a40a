//! The whole family on small deployments: which rule speaks, where, how loud.

use std::collections::BTreeSet;
use std::path::Path;

use super::RULES;
use crate::airflow::Target;
use crate::airflow::config::{Environment, Settings};
use crate::aws::shared_config::Profiles;
use crate::inputs::{Form, Input, Kind, Setting, Tree, cfg};
use crate::report::{Finding, Severity};
use crate::rules::testing::{self, Deployment, MANAGER as SM, SSM};
use crate::source::FileId;

const VAULT: &str = "airflow.providers.hashicorp.secrets.vault.VaultBackend";
const GCP: &str = "airflow.providers.google.cloud.secrets.secret_manager.CloudSecretManagerBackend";
const AZURE: &str = "airflow.providers.microsoft.azure.secrets.key_vault.AzureKeyVaultBackend";
const LOCAL: &str = "airflow.secrets.local_filesystem.LocalFilesystemBackend";

struct Case {
    cfg: String,
    /// Option of `[secrets]`, form, value.
    env: Vec<(&'static str, Form, &'static str)>,
    target: Target,
    profiles: Option<Profiles>,
    committed: bool,
}

impl Case {
    fn cfg(text: &str) -> Self {
        Self {
            cfg: text.to_owned(),
            env: Vec::new(),
            target: Target::chosen("3.3.2")
                .with("amazon", "9.39.0")
                .with("hashicorp", "4.8.4"),
            profiles: None,
            committed: true,
        }
    }

    fn new(class: &str, kwargs: &str) -> Self {
        Self::cfg(&format!(
            "[secrets]\nbackend = {class}\nbackend_kwargs = {kwargs}\n"
        ))
    }

    fn airflow(mut self, release: &str) -> Self {
        self.target.airflow = release.parse().unwrap();
        self
    }

    fn provider(mut self, name: &str, release: &str) -> Self {
        self.target = self.target.with(name, release);
        self
    }

    fn guessed(mut self) -> Self {
        self.target = self.target.guessed();
        self
    }

    fn per_key(mut self, name: &str, value: &'static str) -> Self {
        self.env
            .push(("backend_kwargs", Form::PerKey(name.to_owned()), value));
        self
    }

    fn run(&self) -> Vec<Finding> {
        let parts = cfg::read(&self.cfg, FileId(0), Path::new("airflow.cfg"));
        let tree = Tree::Cfg(parts.tree);
        let input = Input {
            settings: parts.settings,
            templated: parts.templated,
            ..testing::input(0, "airflow.cfg", Kind::Cfg, self.cfg.as_bytes(), tree)
        };
        let environment: Vec<Setting> = self
            .env
            .iter()
            .map(|(option, form, value)| {
                testing::env_setting("secrets", option, form.clone(), value)
            })
            .collect();
        let settings = Settings {
            written: input.settings.iter().chain(&environment).collect(),
            environment: Environment::default(),
            has_cfg: true,
            has_env: true,
            ..Settings::default()
        };
        let committed = if self.committed {
            BTreeSet::from([FileId(0)])
        } else {
            BTreeSet::new()
        };
        let inputs = [&input];
        let deployment = Deployment {
            target: &self.target,
            inputs: &inputs,
            all_inputs: &inputs,
            settings: &settings,
            aws_profiles: self.profiles.as_ref(),
            committed,
        };
        deployment.findings(RULES)
    }

    /// `AV201 error 'text under the span'`, warnings and errors only.
    fn loud(&self) -> Vec<String> {
        self.said(Severity::Warning)
    }

    fn said(&self, least: Severity) -> Vec<String> {
        self.run()
            .iter()
            .filter(|finding| finding.severity >= least)
            .map(|finding| {
                let span = finding.place.span;
                let text = if finding.place.file == FileId(0) {
                    &self.cfg[span.start..span.end]
                } else {
                    "env"
                };
                format!("{} {} {text}", finding.rule.code, finding.severity.word())
            })
            .collect()
    }
}

fn loud(class: &str, kwargs: &str) -> Vec<String> {
    Case::new(class, kwargs).loud()
}

#[test]
fn right_settings_are_left_alone() {
    for (class, kwargs) in [
        (
            SSM,
            r#"{"connections_prefix": "/airflow/connections", "region_name": "eu-west-1"}"#,
        ),
        (
            SSM,
            "{\n  \"connections_prefix\": \"/airflow/connections\",\n\n  # note\n  \"variables_prefix\": null\n  }",
        ),
        (
            SM,
            r#"{"connections_prefix": "airflow/connections", "connections_lookup_pattern": "^(?!aws_default$).*$"}"#,
        ),
        (
            SM,
            r#"{"region_name": "${AWS_REGION}", "role_arn": "${ROLE}", "profile_name": "{{ x }}"}"#,
        ),
        (
            SM,
            r#"{"endpoint_url": "http://localstack:4566", "region_name": "local", "verify": false, "use_ssl": false}"#,
        ),
        (
            SM,
            r#"{"role_arn": "arn:aws:iam::123456789012:role/a", "assume_role_kwargs": {"ExternalId": "abc", "DurationSeconds": 900}}"#,
        ),
        (
            SM,
            r#"{"extra_conn_words": {"login": ["usr"], "user": []}, "sep": "-"}"#,
        ),
        (
            SM,
            r#"{"aws_access_key_id": null, "aws_secret_access_key": "", "profile_name": null}"#,
        ),
        (
            SM,
            r#"{"region_name": "eu-west-1", "connections_lookup_pattern": "aws_default$"}"#,
        ),
        (
            VAULT,
            r#"{"url": "http://vault:8200", "token": "root", "connections_path": ["a", "b"], "mount_point": null, "verify": false, "timeout": 5, "namespace": "x"}"#,
        ),
        (
            VAULT,
            r#"{"url": "http://my_vault:8200", "auth_type": "approle", "role_id": "x", "secret_id": "$SECRET_ID"}"#,
        ),
        (
            GCP,
            r#"{"connections_prefix": "airflow-connections", "sep": "-", "gcp_key_path": "/x.json"}"#,
        ),
        (
            AZURE,
            r#"{"vault_url": "https://x.vault.azure.net", "logging_enable": true}"#,
        ),
        (LOCAL, r#"{"connections_file_path": "/x.json"}"#),
        // Not read without their method.
        (
            SM,
            r#"{"role_arn": "arn:aws:iam::123456789012:role/a", "assume_role_with_saml": "x"}"#,
        ),
        (
            "mycompany.secrets.Backend",
            r#"{"anything": 1, "region": "x"}"#,
        ),
        (SM, "{}"),
    ] {
        let said = loud(class, kwargs);
        assert!(said.is_empty(), "{kwargs}: {said:?}");
    }
    assert!(
        Case::cfg("[secrets]\nbackend =\nbackend_kwargs =\n")
            .loud()
            .is_empty()
    );
    // The stock file of mwaa-local-runner: an info.
    let stock = Case::cfg("[secrets]\nbackend =\nbackend_kwargs = '{\"a\": 1}'\n");
    assert_eq!(stock.said(Severity::Info), ["AV201 info '"]);
}

#[test]
#[expect(clippy::too_many_lines, reason = "a table")]
fn a_fault_is_told_once() {
    for (class, kwargs, wanted) in [
        (
            SM,
            "{'connections_prefix': 'x'}",
            "AV201 error 'connections_prefix'",
        ),
        (SM, "{\"a\": True}", "AV201 error True"),
        (SM, "[\"a\"]", "AV202 error [\"a\"]"),
        (SM, r#""{\"a\": 1}""#, r#"AV202 error "{\"a\": 1}""#),
        (
            SM,
            r#"{"conections_prefix": "x"}"#,
            "AV203 error conections_prefix",
        ),
        (SM, r#"{"region": "eu-west-1"}"#, "AV203 error region"),
        (
            GCP,
            r#"{"connections_lookup_pattern": "x"}"#,
            "AV203 error connections_lookup_pattern",
        ),
        (
            VAULT,
            r#"{"token_path": "/t", "connections_prefix": "x"}"#,
            "AV203 error connections_prefix",
        ),
        (
            AZURE,
            r#"{"vault_url": "https://x", "connections_path": "x"}"#,
            "AV203 warning connections_path",
        ),
        (
            LOCAL,
            r#"{"connections_file_path": "/x.json", "x": 1}"#,
            "AV203 error x",
        ),
        (SSM, r#"{"connections_prefix": 1}"#, "AV204 error 1"),
        (
            VAULT,
            r#"{"token_path": "/t", "kv_engine_version": "2"}"#,
            "AV204 error \"2\"",
        ),
        (
            VAULT,
            r#"{"token_path": "/t", "kv_engine_version": 3}"#,
            "AV204 error 3",
        ),
        (VAULT, r#"{"auth_type": "Token"}"#, "AV204 error \"Token\""),
        (SM, r#"{"verify": "false"}"#, "AV204 error \"false\""),
        (SM, r#"{"sep": null}"#, "AV204 error null"),
        (
            SM,
            r#"{"role_arn": "arn:aws:iam::123456789012:role/a", "assume_role_kwargs": {"external_id": "abc"}}"#,
            "AV204 error external_id",
        ),
        (
            SM,
            r#"{"role_arn": "arn:aws:iam::123456789012:role/a", "assume_role_kwargs": "x"}"#,
            "AV204 error \"x\"",
        ),
        (
            SM,
            r#"{"full_url_mode": true}"#,
            "AV205 warning full_url_mode",
        ),
        (
            SM,
            r#"{"are_secret_values_urlencoded": true}"#,
            "AV205 error are_secret_values_urlencoded",
        ),
        (SSM, r#"{"sep": "-"}"#, "AV206 warning sep"),
        (
            SSM,
            r#"{"role_arn": "arn:aws:iam::123456789012:role/a", "external_id": "x"}"#,
            "AV206 error external_id",
        ),
        (SM, r#"{"host": "http://x"}"#, "AV206 warning host"),
        (
            SM,
            r#"{"config_kwargs": {"retries": {}}}"#,
            "AV206 warning config_kwargs",
        ),
        (
            SM,
            r#"{"session_kwargs": {"region_name": "eu-west-1"}}"#,
            "AV206 error region_name",
        ),
        (
            SM,
            r#"{"service_config": {"secretsmanager": {"endpoint_url": "http://x"}}}"#,
            "AV206 warning secretsmanager",
        ),
        (
            SM,
            r#"{"assume_role_kwargs": {"ExternalId": "abc"}}"#,
            "AV206 warning assume_role_kwargs",
        ),
        (SM, r#"{"sep": "/", "sep": "-"}"#, "AV207 warning sep"),
        (
            SM,
            r#"{"aws_access_key_id": "AKIA"}"#,
            "AV208 error aws_access_key_id",
        ),
        (
            SM,
            r#"{"role_arn": "arn:aws:iam::123456789012:role/a", "assume_role_method": "assumerole"}"#,
            "AV208 error \"assumerole\"",
        ),
        (
            SM,
            r#"{"role_arn": "arn:aws:iam::123456789012:role/a", "assume_role_method": "assume_role_with_web_identity"}"#,
            "AV208 error assume_role_method",
        ),
        (
            GCP,
            r#"{"gcp_keyfile_dict": {"a": 1}, "gcp_key_path": "/x"}"#,
            "AV208 error gcp_key_path",
        ),
        (
            SM,
            r#"{"role_arn": "arn:aws:iam::12345:role/airflow"}"#,
            "AV209 error 12345",
        ),
        (
            SM,
            r#"{"role_arn": "arn:aws-cn:iam::123456789012:role/a", "region_name": "eu-west-1"}"#,
            "AV209 warning aws-cn",
        ),
        (SM, r#"{"region_name": "eu-west-1a"}"#, "AV210 error a"),
        (SM, r#"{"region_name": ""}"#, "AV210 error \"\""),
        (
            SM,
            r#"{"region_name": "eu-west-9"}"#,
            "AV210 warning eu-west-9",
        ),
        (
            SM,
            r#"{"endpoint_url": "localhost:4566"}"#,
            "AV211 error \"localhost:4566\"",
        ),
        (
            SM,
            r#"{"endpoint_url": "http://local_stack:4566/"}"#,
            "AV211 error \"http://local_stack:4566/\"",
        ),
        (
            SM,
            r#"{"role_arn": "arn:aws:iam::123456789012:role/a", "assume_role_kwargs": {"ProviderId": "abcd"}}"#,
            "AV204 error ProviderId",
        ),
        (SM, r#"{"verify": ""}"#, "AV204 error \"\""),
        (SSM, r#"{"config_lookup_pattern": 0}"#, "AV204 warning 0"),
        (
            SM,
            r#"{"config_kwargs": {"retry": 5}}"#,
            "AV204 warning retry",
        ),
        (SSM, r#"{"config_kwargs": {"retries": 5}}"#, "AV204 error 5"),
        (
            SM,
            r#"{"config_kwargs": {"retries": {"max_attempt": 5}}}"#,
            "AV204 error max_attempt",
        ),
        (
            SM,
            r#"{"config_kwargs": {"retries": {"mode": "fast"}}}"#,
            "AV204 error fast",
        ),
        (SM, r#"{"config_lookup_pattern": 5}"#, "AV204 error 5"),
        (
            SSM,
            r#"{"aws_access_key_id": true, "aws_secret_access_key": "test"}"#,
            "AV204 error true",
        ),
        (SSM, r#"{"profile_name": 0}"#, "AV204 error 0"),
        (SM, r#"{"region_name": false}"#, "AV204 error false"),
        (
            SM,
            r#"{"api_version": "2014-11-06"}"#,
            "AV204 error \"2014-11-06\"",
        ),
        (
            SM,
            r#"{"endpoint_url": "//localhost:4566"}"#,
            "AV211 warning \"//localhost:4566\"",
        ),
        (
            VAULT,
            r#"{"token_path": "/t", "url": "vault:8200"}"#,
            "AV211 error \"vault:8200\"",
        ),
        (
            VAULT,
            r#"{"token": "hvs.EXAMPLEEXAMPLEEXAMPLE"}"#,
            "AV212 warning \"hvs.EXAMPLEEXAMPLEEXAMPLE\"",
        ),
        (SM, r#"{"profile_name": ""}"#, "AV214 error \"\""),
        (
            SM,
            r#"{"connections_prefix": "airflow/connections", "region_name": "${AWS_REGION}",}"#,
            "AV201 error ,",
        ),
        (
            SM,
            "{'connections_prefix': 'airflow/${STAGE}/connections'}",
            "AV201 error 'connections_prefix'",
        ),
        (
            SM,
            r#"{"connections_lookup_pattern": "*_prod"}"#,
            "AV215 error *",
        ),
        (
            SM,
            r#"{"connections_lookup_pattern": "_default$"}"#,
            "AV216 warning \"_default$\"",
        ),
        (
            SM,
            r#"{"connections_lookup_pattern": " "}"#,
            "AV216 warning \" \"",
        ),
        (
            SM,
            r#"{"connections_lookup_pattern": "^airflow/connections/.*"}"#,
            "AV216 warning \"^airflow/connections/.*\"",
        ),
        (
            SM,
            r#"{"extra_conn_words": {"username": ["usr"]}}"#,
            "AV218 error username",
        ),
        (
            SM,
            r#"{"extra_conn_words": {"login": "usr"}}"#,
            "AV218 error \"usr\"",
        ),
        (AZURE, r#"{"sep": "-"}"#, "AV219 error {\"sep\": \"-\"}"),
        (
            VAULT,
            r#"{"auth_type": "approle"}"#,
            "AV219 error \"approle\"",
        ),
        (LOCAL, "{}", "AV219 warning {}"),
    ] {
        assert_eq!(loud(class, kwargs), [wanted], "{kwargs}");
    }
}

#[test]
fn releases_decide() {
    let role = r#"{"role_arn": "arn:aws:iam::123456789012:role/a"}"#;
    let old = Case::new(SM, role)
        .airflow("2.2.0")
        .provider("amazon", "5.0.0");
    assert_eq!(old.loud(), ["AV205 error role_arn"]);
    let pattern = r#"{"connections_lookup_pattern": "x"}"#;
    let old = Case::new(SM, pattern)
        .airflow("2.5.0")
        .provider("amazon", "7.2.0");
    assert_eq!(old.loud(), ["AV205 warning connections_lookup_pattern"]);
    let unknown = Case::new(SM, r#"{"region": "x"}"#)
        .airflow("2.2.0")
        .provider("amazon", "5.0.0");
    assert!(
        unknown
            .run()
            .iter()
            .any(|finding| finding.message.contains("TypeError"))
    );
    let external = r#"{"role_arn": "arn:aws:iam::123456789012:role/a", "external_id": "x"}"#;
    assert_eq!(
        Case::new(SM, external).guessed().loud(),
        ["AV206 warning external_id"]
    );
    assert!(
        Case::new(SM, external)
            .airflow("2.8.0")
            .provider("amazon", "8.29.0")
            .loud()
            .is_empty()
    );
    let list = r#"{"token_path": "/t", "connections_path": ["a"]}"#;
    assert_eq!(
        Case::new(VAULT, list).provider("hashicorp", "4.5.0").loud(),
        ["AV204 error [\"a\"]"]
    );
    let unhashable = Case::new(SM, r#"{"extra_conn_words": {"login": ["u"]}}"#)
        .airflow("2.3.4")
        .provider("amazon", "5.0.0");
    assert_eq!(unhashable.loud(), ["AV204 error {\"login\": [\"u\"]}"]);
    let number = Case::new(SM, "0")
        .airflow("2.4.0")
        .provider("amazon", "5.0.0");
    assert_eq!(number.loud(), ["AV202 error 0"]);
    assert!(Case::new(SM, "0").loud().is_empty());
}

#[test]
fn variables_for_single_arguments() {
    let case = || Case::new(SM, "{}");
    assert_eq!(
        case().per_key("variables_prefix", "null").loud(),
        ["AV213 error env"]
    );
    assert_eq!(
        case()
            .per_key("variables_prefix", "x")
            .airflow("3.1.0")
            .loud(),
        ["AV213 error env"]
    );
    assert!(case().per_key("variables_prefix", "x").loud().is_empty());
    assert_eq!(
        case().per_key("verify", "false").loud(),
        ["AV213 error env"]
    );
    assert_eq!(
        case().per_key("region_name_cmd", "x").loud(),
        ["AV213 error env"]
    );
    assert_eq!(
        case().per_key("regoin_name", "x").loud(),
        ["AV203 error env"]
    );
    let vault = Case::new(VAULT, r#"{"token_path": "/t"}"#);
    assert_eq!(
        vault.per_key("kv_engine_version", "2").loud(),
        ["AV213 error env"]
    );
    // It replaces the JSON's own value.
    let replaced =
        Case::new(SM, r#"{"region_name": "eu-west-1a"}"#).per_key("region_name", "eu-west-1");
    assert!(replaced.loud().is_empty());
}

#[test]
fn profiles_and_git() {
    let mut case = Case::new(SM, r#"{"profile_name": "team"}"#);
    assert!(case.loud().is_empty());
    case.profiles = Profiles::read("[default]\n[profile other]\n");
    assert_eq!(case.loud(), ["AV214 error \"team\""]);
    case.profiles = Profiles::read("[profile team]\n");
    assert!(case.loud().is_empty());
    let mut case = Case::new(VAULT, r#"{"token": "hvs.EXAMPLEEXAMPLEEXAMPLE"}"#);
    case.committed = false;
    assert!(case.loud().is_empty());
}

#[test]
fn nothing_of_a_value_is_said() {
    let secret = "Zq7Xw9Kp2Lm4";
    for kwargs in [
        format!(r#"{{"{secret}": "{secret}", "connections_prefix": 1}}"#),
        format!(r"{{'{secret}': '{secret}'}}"),
        format!(
            r#"{{"role_arn": "{secret}", "region_name": "{secret}_", "endpoint_url": "{secret}"}}"#
        ),
        format!(
            r#"{{"extra_conn_words": {{"{secret}": "{secret}"}}, "assume_role_kwargs": {{"{secret}": 1}}, "role_arn": "x"}}"#
        ),
        format!(
            r#"{{"connections_lookup_pattern": "({secret}", "profile_name": "", "session_kwargs": {{"{secret}": "{secret}"}}}}"#
        ),
        format!(r#"{{"config_kwargs": {{"a": 1, "{secret}": 2, "{secret}": 3}}}}"#),
        format!("[\"{secret}\"]"),
    ] {
        for class in [SM, SSM, VAULT, GCP, AZURE] {
            for finding in Case::new(class, &kwargs).run() {
                let text = format!(
                    "{} {} {}",
                    finding.message,
                    finding.help.unwrap_or_default(),
                    finding.subject
                );
                // Names of settings may be said, values may not.
                let top = finding.rule.code == "AV203";
                assert!(
                    top || !text.contains(secret),
                    "{}: {text}",
                    finding.rule.code
                );
            }
        }
    }
}

#[test]
fn no_settings_panic() {
    let pieces = [
        "{",
        "}",
        "[",
        "]",
        "\"",
        ":",
        ",",
        "1",
        "null",
        "true",
        "\"a\"",
        "\"role_arn\"",
        "\"region_name\"",
        "\"connections_lookup_pattern\"",
        "\"é(?<=\"",
        "\"extra_conn_words\"",
        "\"session_kwargs\"",
        " ",
        "\"assume_role_kwargs\"",
        "'",
        "\"http://\"",
        "\"arn:aws:iam::\"",
    ];
    let mut state: u32 = 11;
    let mut pick = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        pieces[(state >> 20) as usize % pieces.len()]
    };
    for round in 0..4_000 {
        let inner: String = (0..12).map(|_| pick()).collect();
        let (key, value) = (pick(), pick());
        let text = if round % 2 == 0 {
            inner
        } else {
            format!("{{{key}: {value}, \"sep\": {}}}", pick())
        };
        for class in [SM, VAULT, AZURE] {
            let _ = Case::new(class, &text).run();
        }
    }
}
