//! AV218: aliases of connection fields that the backend cannot take.

use super::call::{self, Call, Kwarg, Standing};
use crate::report::{Findings, Severity};
use crate::rule;
use crate::rules::{Check, DeploymentContext};
use crate::syntax::json::Kind;

rule! {
    /// # extra-conn-words
    ///
    /// ## What it does
    ///
    /// Checks `extra_conn_words` of the Secrets Manager backend: an object whose keys are `login`
    /// (or `user`), `password`, `host`, `port`, `schema`, `conn_type` and `extra`, and whose values
    /// are lists of words.
    ///
    /// ## Why is this bad?
    ///
    /// Another key raises KeyError in the lookup of every connection that is stored as JSON. A
    /// string instead of a list makes each of its letters an alias.
    ///
    /// ## Example
    ///
    /// ```ini
    /// [secrets]
    /// backend = airflow.providers.amazon.aws.secrets.secrets_manager.SecretsManagerBackend
    /// backend_kwargs = {"extra_conn_words": {"username": ["usr"]}}
    /// ```
    ///
    /// airvane says:
    ///
    /// ```text
    /// airflow.cfg:3:41: error[AV218] extra-conn-words: a key of `extra_conn_words` is not a field of a connection: KeyError for every connection stored as JSON, which Airflow swallows
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```ini
    /// [secrets]
    /// backend = airflow.providers.amazon.aws.secrets.secrets_manager.SecretsManagerBackend
    /// backend_kwargs = {"extra_conn_words": {"login": ["usr"]}}
    /// ```
    ///
    /// ## Versions
    ///
    /// Amazon 2.3.0 and later.
    ///
    /// ## References
    ///
    /// - `_standardize_secret_keys` in `airflow/providers/amazon/aws/secrets/secrets_manager.py`
    "AV218", "extra-conn-words", Error, since "0.1.0",
    checks &[Check::Deployment(check)],
}

fn check(cx: &DeploymentContext<'_>, findings: &mut Findings) {
    for call in call::calls(cx) {
        let Standing::Known(fact) = call.standing("extra_conn_words") else {
            continue;
        };
        let Some(kwarg) = call.kwarg("extra_conn_words") else {
            continue;
        };
        let fields: Vec<&str> = fact
            .object_keys
            .values()
            .flatten()
            .map(String::as_str)
            .collect();
        for member in kwarg.members() {
            one(&call, kwarg, &member, &fields, findings);
        }
    }
}

fn one(
    call: &Call<'_>,
    kwarg: &Kwarg<'_>,
    member: &Kwarg<'_>,
    fields: &[&str],
    findings: &mut Findings,
) {
    let subject = call.subject(kwarg);
    if !fields.contains(&member.name.as_str()) {
        let meant = match member.name.as_str() {
            "username" | "user_name" => Some("login"),
            "pass" => Some("password"),
            "database" | "db" | "dbname" => Some("schema"),
            "engine" | "type" => Some("conn_type"),
            "server" | "hostname" => Some("host"),
            other => fields
                .iter()
                .find(|field| strsim::damerau_levenshtein(field, other) <= 1)
                .copied(),
        };
        let help = match meant {
            Some(meant) => format!("did you mean `{meant}`? The aliases stand in the list"),
            None => format!("write one of {}", fields.join(", ")),
        };
        findings
            .report(
                &RULE,
                member.name_place,
                subject,
                "a key of `extra_conn_words` is not a field of a connection: KeyError for every connection stored as JSON, which Airflow swallows",
            )
            .help(help);
        return;
    }
    if !member.is_known() || member.value.kind() == Kind::Array {
        let words = member
            .value
            .items()
            .find(|word| word.kind() != Kind::String);
        if let Some(word) = words.filter(|_| member.is_known()) {
            findings
                .report(
                    &RULE,
                    member.place_of(word),
                    subject,
                    format!("a word in `extra_conn_words.{}` is not a string: no key of a secret equals it", member.name),
                )
                .help("write a string")
                .severity(Severity::Warning);
        }
        return;
    }
    // `list.extend` takes anything that can be iterated over.
    let (severity, effect) = match member.value.kind() {
        Kind::String => {
            let one = member
                .known_string()
                .is_some_and(|text| text.expose().chars().count() < 2);
            let severity = if one {
                Severity::Warning
            } else {
                Severity::Error
            };
            (severity, "each of its letters becomes an alias")
        }
        Kind::Object => (Severity::Warning, "its keys become the aliases"),
        _ => (
            Severity::Error,
            "TypeError for every connection stored as JSON, which Airflow swallows",
        ),
    };
    findings
        .report(
            &RULE,
            member.place(),
            subject,
            format!(
                "`extra_conn_words.{}` is {}, not a list: {effect}",
                member.name,
                call::described(member.value.kind())
            ),
        )
        .help("write a list of strings")
        .severity(severity);
}
