//! AV212: a credential of the secret store in a file that git would commit.

use super::call::{self, Call, Kwarg};
use super::malformed_role_arn::is_placeholder;
use crate::inputs::{Form, Setting, is_sample};
use crate::report::{Findings, Severity};
use crate::rule;
use crate::rules::{Check, DeploymentContext};
use crate::source::{Place, Text};
use crate::syntax::json::Kind;

rule! {
    /// # credential-in-settings
    ///
    /// ## What it does
    ///
    /// Finds credentials in the keyword arguments of a backend (AWS secret keys, Vault tokens and
    /// secret ids, passwords, Google key files, Azure client secrets) and in a few options of
    /// airflow.cfg (`fernet_key`, `secret_key`, `jwt_secret`, `smtp_password`), when they stand in
    /// a file that git would commit: no ignore rule names it. No git command is run. A reference is no
    /// credential, whatever the variable behind it holds: `${FERNET_KEY}` in a compose file beside an ignored
    /// `.env` is fine. In a sample (`.env.example`) it is an info: what stands there is meant to be replaced.
    ///
    /// ## Why is this bad?
    ///
    /// Whoever can read the repository can read every secret in the store.
    ///
    /// ## Example
    ///
    /// ```ini
    /// [secrets]
    /// backend = airflow.providers.hashicorp.secrets.vault.VaultBackend
    /// backend_kwargs = {"url": "https://vault.example.com:8200", "token": "hvs.EXAMPLEEXAMPLEEXAMPLE"}
    /// ```
    ///
    /// airvane says:
    ///
    /// ```text
    /// airflow.cfg:3:69: warning[AV212] credential-in-settings: `token` holds a credential, in a file that git would commit
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```ini
    /// [secrets]
    /// backend = airflow.providers.hashicorp.secrets.vault.VaultBackend
    /// backend_kwargs = {"url": "https://vault.example.com:8200", "token_path": "/run/secrets/vault-token"}
    /// ```
    ///
    /// ## Versions
    ///
    /// All.
    ///
    /// ## References
    ///
    /// - <https://airflow.apache.org/docs/apache-airflow/stable/howto/set-config.html>
    "AV212", "credential-in-settings", Warning, since "0.1.0",
    checks &[Check::Deployment(check)],
}

/// Options whose plain value is a credential by itself.
const OPTIONS: &[(&str, &str)] = &[
    ("core", "fernet_key"),
    ("webserver", "secret_key"),
    ("api", "secret_key"),
    ("api_auth", "jwt_secret"),
    ("smtp", "smtp_password"),
    ("celery", "flower_basic_auth"),
];

/// Words of test set-ups: local stand-ins for AWS, Vault's development server, templates.
const TEST_WORDS: &[&str] = &[
    "test",
    "testing",
    "dummy",
    "mock",
    "fake",
    "local",
    "localstack",
    "minio",
    "minioadmin",
    "root",
    "dev",
    "dev-root-token",
    "dev-only-token",
    "myroot",
    "token",
    "secret",
    "password",
    "airflow",
    // What the compose file of the documentation falls back on.
    "airflow_jwt_secret",
    "temporary_key",
    "none",
    "null",
];

fn check(cx: &DeploymentContext<'_>, findings: &mut Findings) {
    for call in call::calls(cx) {
        for kwarg in &call.kwargs {
            if cx.committed.contains(&kwarg.place().file) {
                one(cx, &call, kwarg, findings);
            }
        }
        for per_key in &call.per_key {
            let setting = per_key.setting;
            let sensitive = is_credential(&call, per_key.name);
            if sensitive && cx.committed.contains(&setting.file) && is_secret_text(setting) {
                tell(
                    cx,
                    per_key.name,
                    setting.value_place(),
                    call.own_subject(),
                    findings,
                );
            }
        }
    }
    for setting in &cx.settings.written {
        let named = OPTIONS
            .iter()
            .any(|(section, option)| setting.section == *section && setting.option == *option);
        let plain = named && setting.form == Form::Plain;
        if plain && cx.committed.contains(&setting.file) && is_secret_text(setting) {
            let subject = format!("{}.{}", setting.section, setting.option);
            let place = setting.value_place();
            tell(cx, &setting.option, place, subject, findings);
        }
    }
}

/// The id of an access key is no secret by itself.
fn is_credential(call: &Call<'_>, name: &str) -> bool {
    name != "aws_access_key_id"
        && call
            .class
            .any_kwarg(name)
            .is_some_and(|fact| fact.sensitive)
}

fn one(cx: &DeploymentContext<'_>, call: &Call<'_>, kwarg: &Kwarg<'_>, findings: &mut Findings) {
    if kwarg.name == "session_kwargs" {
        for member in kwarg.members() {
            if is_credential(call, &member.name) && is_secret(&member) {
                let subject = call.subject(kwarg);
                tell(cx, &member.name, member.place(), subject, findings);
            }
        }
        return;
    }
    if is_credential(call, &kwarg.name) && is_secret(kwarg) {
        let subject = call.subject(kwarg);
        tell(cx, &kwarg.name, kwarg.place(), subject, findings);
    }
}

fn is_secret(kwarg: &Kwarg<'_>) -> bool {
    if kwarg.value.kind() == Kind::Object {
        // A Google or Yandex key file.
        return kwarg.value.get("private_key").is_some_and(|key| {
            key.string()
                .is_some_and(|text| stands_there(&text) && is_secret_word(text.expose()))
        });
    }
    kwarg
        .known_string()
        .is_some_and(|text| stands_there(&text) && is_secret_word(text.expose()))
}

/// A value that was written there, and is not a reference to somewhere else.
fn is_secret_text(setting: &Setting) -> bool {
    stands_there(&setting.value) && is_secret_word(setting.value.expose())
}

/// The file holds the value itself, all of it: none of it is what a reference was replaced with.
fn stands_there(text: &Text) -> bool {
    text.is_known() && !text.has_elsewhere()
}

fn is_secret_word(value: &str) -> bool {
    let value = value.trim();
    let lower = value.to_ascii_lowercase();
    !value.is_empty()
        && !value.contains('$')
        && !value.contains("{{")
        && !value.contains("{%")
        && !is_placeholder(value)
        && !is_field(value)
        && !TEST_WORDS.contains(&lower.as_str())
        && !["change", "your", "xxx", "***", "example", "placeholder"]
            .iter()
            .any(|word| lower.contains(word) && value.len() < 40 && !lower.starts_with("hvs."))
}

/// `{FERNET_KEY}`, as in the airflow.cfg that Airflow itself formats.
fn is_field(value: &str) -> bool {
    let name = value
        .strip_prefix('{')
        .and_then(|value| value.strip_suffix('}'));
    name.is_some_and(|name| {
        name.bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
    })
}

fn tell(
    cx: &DeploymentContext<'_>,
    name: &str,
    place: Place,
    subject: String,
    findings: &mut Findings,
) {
    let mut inputs = cx.all_inputs.iter();
    let in_sample = inputs.any(|input| input.id == place.file && is_sample(&input.path));
    let finding = findings
        .report(
            &RULE,
            place,
            subject,
            format!("`{name}` holds a credential, in a file that git would commit"),
        )
        .help("take it from the environment, a file outside the repository, or the machine's own identity");
    if in_sample {
        finding.severity(Severity::Info);
    }
}
