//! AV204: a keyword argument of the wrong type.

use std::fmt::Write as _;

use super::botocore_config;
use super::call::{self, Call, Kwarg, Standing, pattern_range, per_release};
use super::types::{self, Fault, Step, Wrong};
use crate::airflow::backend::data::{JsonType, KwargFact, WrongType};
use crate::airflow::backend::{Role, ask};
use crate::airflow::{Target, Version};
use crate::report::{Findings, Severity};
use crate::rule;
use crate::rules::{Check, DeploymentContext};
use crate::source::Place;
use crate::syntax::json::{Kind, Value};

rule! {
    /// # kwarg-type
    ///
    /// ## What it does
    ///
    /// Checks the JSON type of each keyword argument, the values of those that take only a few, and
    /// the request members of `assume_role_kwargs`, against the JSON Schema of the backend class
    /// (`airvane schema`), corrected for the target's release.
    ///
    /// ## Why is this bad?
    ///
    /// Depending on the argument Airflow does not start at all (a number as SSM prefix,
    /// `"kv_engine_version": "2"` for Vault), or each lookup raises and Airflow skips the backend
    /// (`"verify": "false"` is taken as the path of a CA bundle).
    ///
    /// ## Example
    ///
    /// ```ini
    /// [secrets]
    /// backend = airflow.providers.hashicorp.secrets.vault.VaultBackend
    /// backend_kwargs = {"url": "https://vault.example.com:8200", "kv_engine_version": "2"}
    /// ```
    ///
    /// airvane says:
    ///
    /// ```text
    /// airflow.cfg:3:81: error[AV204] kwarg-type: `kv_engine_version` is a string: an exception while Airflow is imported, no Airflow component starts
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```ini
    /// [secrets]
    /// backend = airflow.providers.hashicorp.secrets.vault.VaultBackend
    /// backend_kwargs = {"url": "https://vault.example.com:8200", "kv_engine_version": 2}
    /// ```
    ///
    /// ## Versions
    ///
    /// Vault takes lists of paths since hashicorp 4.8.0 and `jwt` since 4.5.0. Airflow 2.3.4 alone
    /// raises TypeError for every object or list among the arguments.
    ///
    /// ## References
    ///
    /// - <https://airflow.apache.org/docs/apache-airflow/stable/security/secrets/secrets-backend/index.html>
    "AV204", "kwarg-type", Error, since "0.1.0",
    checks &[Check::Deployment(check)],
}

/// Arguments of the AWS backends that are left out only when they are null.
const IS_NOT_NONE: [&str; 4] = ["region_name", "profile_name", "endpoint_url", "api_version"];

fn check(cx: &DeploymentContext<'_>, findings: &mut Findings) {
    for call in call::calls(cx) {
        if call.kwargs.is_empty() {
            continue;
        }
        let mut checked: Vec<(&Kwarg<'_>, &'static KwargFact)> = Vec::new();
        for kwarg in &call.kwargs {
            if let Standing::Known(fact) = call.standing(&kwarg.name) {
                checked.push((kwarg, fact));
            }
        }
        unhashable(cx, &call, &checked, findings);
        let given: Vec<(&str, Value<'_>)> = checked
            .iter()
            .filter(|(kwarg, _)| is_read(&call, &kwarg.name))
            .map(|(kwarg, _)| (kwarg.name.as_str(), kwarg.value))
            .collect();
        for fault in types::faults(&call.class.short_name, &given) {
            let found = checked.iter().find(|(kwarg, _)| kwarg.name == fault.kwarg);
            if let Some((kwarg, fact)) = found {
                by_schema(cx.target, &call, kwarg, fact, &fault, findings);
            }
        }
        for (kwarg, fact) in &checked {
            by_release(cx, &call, kwarg, fact, findings);
            booleans_as_text(&call, kwarg, findings);
            api_version(&call, kwarg, findings);
            botocore_config::check(&call, kwarg, findings);
            if fact.name == "assume_role_kwargs" && is_read(&call, &fact.name) {
                unknown_members(&call, kwarg, fact, findings);
            }
        }
    }
}

/// `assume_role_*` is looked at only when a role is assumed, and what belongs to one method only
/// with that method.
fn is_read(call: &Call<'_>, name: &str) -> bool {
    if !call.class.is_aws() || !name.starts_with("assume_role_") {
        return true;
    }
    if !call.has_set("role_arn") {
        return false;
    }
    let own = ["assume_role_with_saml", "assume_role_with_web_identity"]
        .into_iter()
        .find(|method| name.starts_with(method));
    own.is_none_or(|own| method(call).is_some_and(|method| method == own))
}

/// `assume_role_method`, where it is known.
fn method(call: &Call<'_>) -> Option<String> {
    match call.kwarg("assume_role_method") {
        Some(kwarg) => Some(kwarg.known_string()?.expose().to_owned()),
        None if call.has("assume_role_method") => None,
        None => Some(String::from("assume_role")),
    }
}

/// Airflow 2.3.4 memoised the constructor call: `unhashable type` for lists and objects.
fn unhashable(
    cx: &DeploymentContext<'_>,
    call: &Call<'_>,
    checked: &[(&Kwarg<'_>, &'static KwargFact)],
    findings: &mut Findings,
) {
    if cx.target.airflow != Version::new(2, 3, 4) {
        return;
    }
    let container = |kwarg: &Kwarg<'_>| matches!(kwarg.value.kind(), Kind::Object | Kind::Array);
    for (kwarg, _) in checked.iter().filter(|(kwarg, _)| container(kwarg)) {
        let message = format!(
            "{} is {}: Airflow 2.3.4 raises TypeError (unhashable) for it while it is imported",
            kwarg.shown(),
            kwarg.value.kind().described()
        );
        findings
            .report(&RULE, kwarg.place(), call.subject(kwarg), message)
            .help("use another Airflow release, or leave it out");
    }
}

fn by_schema(
    target: &Target,
    call: &Call<'_>,
    kwarg: &Kwarg<'_>,
    fact: &'static KwargFact,
    fault: &Fault,
    findings: &mut Findings,
) {
    let Some(value) = types::at(kwarg.value, &fault.path) else {
        return;
    };
    if !value.raw().is_known() {
        return;
    }
    // Words of these are AV208's: they depend on one another.
    let methods = [
        "assume_role_method",
        "assume_role_with_web_identity_federation",
    ];
    if methods.contains(&fact.name.as_str()) {
        return;
    }
    // Python counts True as 1.
    if fact.types.contains(&JsonType::Integer) && value.kind() == Kind::True {
        return;
    }
    // AV218 tells what stands in the lists.
    if fact.name == "extra_conn_words" && !fault.path.is_empty() {
        return;
    }
    // Told by method, in `unknown_members`.
    if fault.wrong == Wrong::Key {
        return;
    }
    // An empty one is replaced: `extra_conn_words or {}`.
    let effect = if fact.name == "extra_conn_words" && value.is_truthy() {
        Some((
            Severity::Error,
            "the lookup of every connection stored as JSON raises, which Airflow swallows",
        ))
    } else {
        effect(call, fact, fault, value)
    };
    let Some((severity, effect)) = effect else {
        return;
    };
    let name = dotted(fact, &fault.path);
    let expected = expected(call, fact, fault);
    let message = match fault.wrong {
        Wrong::Type if fact.name == "sep" && value.kind() == Kind::Null => String::from(
            "`sep` is null: the text None is put between prefix and id, so nothing is found",
        ),
        Wrong::Type => format!("{name} is {}: {effect}", value.kind().described()),
        Wrong::NotListed => format!(
            "{name} has a value that {} does not take: {effect}",
            call.class_name()
        ),
        Wrong::TooSmall(limit) => format!("{name} is less than {limit}: {effect}"),
        Wrong::TooShort(limit) => format!("{name} is shorter than {limit} characters: {effect}"),
        Wrong::KeyMissing => format!("{name} lacks a required key: {effect}"),
        Wrong::Key => return,
    };
    let (severity, message) = match pattern_range(fact.name.as_ref(), target) {
        Some(range) => (per_release(severity, target), message + range),
        None => (severity, message),
    };
    findings
        .report(&RULE, kwarg.place_of(value), call.subject(kwarg), message)
        .help(expected)
        .severity(severity);
}

/// What the wrong value leads to; `None` where it does no harm.
fn effect(
    call: &Call<'_>,
    fact: &KwargFact,
    fault: &Fault,
    value: Value<'_>,
) -> Option<(Severity, &'static str)> {
    let swallowed = "every lookup raises, which Airflow swallows, so the backend is skipped";
    let crash = match call.role {
        Role::Secrets => "an exception while Airflow is imported, no Airflow component starts",
        Role::Workers => "an exception before each task, no task starts",
    };
    let falsy = !value.is_truthy();
    if !fault.path.is_empty() {
        // Inside assume_role_kwargs and the lists of Vault's paths.
        return match fact.wrong_type_effect {
            Some(WrongType::ImportCrash) => Some((Severity::Error, crash)),
            Some(WrongType::LookupFails) => Some((Severity::Error, swallowed)),
            _ => Some((Severity::Warning, "it is not what the class expects")),
        };
    }
    if fault.wrong == Wrong::KeyMissing {
        // assume_role_with_saml is read with its method only.
        return call
            .kwarg("assume_role_method")
            .filter(|method| {
                method
                    .known_string()
                    .is_some_and(|text| text.expose() == "assume_role_with_saml")
            })
            .map(|_| (Severity::Error, swallowed));
    }
    if call.class.short_name == "aws_secrets_manager" {
        if fact.name == "sep" {
            let effect = if value.kind() == Kind::Null {
                swallowed
            } else {
                crash
            };
            return Some((Severity::Error, effect));
        }
        // `if connections_prefix: …rstrip(sep)`
        if fact.name.ends_with("_prefix") {
            return Some(if falsy {
                (Severity::Warning, "it is taken as an empty prefix")
            } else {
                (Severity::Error, crash)
            });
        }
    }
    if call.class.short_name == "aws_ssm" && fact.name.ends_with("_prefix") {
        return Some((Severity::Error, crash));
    }
    match fact.wrong_type_effect {
        // `if lookup_pattern and not re.match(…)`
        Some(WrongType::OptionReadFails) if falsy && fact.nullable => {
            Some((Severity::Warning, "it is taken as no pattern"))
        }
        // `if … is not None`: what counts as false is handed to boto3 like anything else.
        Some(WrongType::LookupFails)
            if falsy && call.class.is_aws() && IS_NOT_NONE.contains(&fact.name.as_str()) =>
        {
            Some((Severity::Error, swallowed))
        }
        // Other values that count as false are mostly the same as none.
        Some(WrongType::ImportCrash | WrongType::LookupFails) if falsy && fact.nullable => {
            Some((Severity::Warning, "it is not what the class expects"))
        }
        Some(WrongType::ImportCrash) => Some((Severity::Error, crash)),
        Some(WrongType::LookupFails) => Some((Severity::Error, swallowed)),
        Some(WrongType::OptionReadFails) => Some((
            Severity::Error,
            "reading an option through the backend raises AirflowConfigException",
        )),
        Some(WrongType::NoEffect) => Some((Severity::Warning, "it has no effect")),
        None if value.kind() == Kind::Null => None,
        None => Some((Severity::Warning, "it is not what the class expects")),
    }
}

fn dotted(fact: &KwargFact, path: &[Step]) -> String {
    let mut name = fact.name.clone();
    for step in path {
        match step {
            Step::Key(key) if is_member(fact, key) => {
                name.push('.');
                name.push_str(key);
            }
            Step::Key(_) => name.push_str(".…"),
            Step::Index(index) => {
                let _ = write!(name, "[{index}]");
            }
        }
    }
    format!("`{name}`")
}

/// Keys that the table knows may be named.
fn is_member(fact: &KwargFact, key: &str) -> bool {
    fact.object_keys
        .values()
        .flatten()
        .any(|known| known == key)
}

fn expected(call: &Call<'_>, fact: &KwargFact, fault: &Fault) -> String {
    match fault.wrong {
        Wrong::NotListed if fault.path.is_empty() => {
            let listed = match call.release {
                Some(release) => fact.enumeration_in(release),
                None => fact.enumeration.as_ref().map(|all| all.iter().collect()),
            };
            let words: Vec<String> = listed
                .unwrap_or_default()
                .into_iter()
                .filter(|value| !value.is_null())
                .map(ToString::to_string)
                .collect();
            format!("write one of {}", words.join(", "))
        }
        Wrong::Type if fault.path.is_empty() => {
            let mut types: Vec<&str> = fact
                .types
                .iter()
                .filter(|kind| **kind != JsonType::Null)
                .map(|kind| kind.described())
                .collect();
            if fact.nullable {
                types.push("null");
            }
            format!("write {}", types.join(" or "))
        }
        Wrong::TooSmall(limit) => format!("write {limit} or more"),
        Wrong::TooShort(limit) => format!("write {limit} characters or more"),
        Wrong::KeyMissing => {
            String::from("give principal_arn, idp_auth_method, idp_url and saml_response_xpath")
        }
        Wrong::Type | Wrong::NotListed | Wrong::Key => {
            String::from("write a value of the type that AWS expects")
        }
    }
}

/// Keys of `assume_role_kwargs` that STS does not have.
fn unknown_members(
    call: &Call<'_>,
    kwarg: &Kwarg<'_>,
    fact: &'static KwargFact,
    findings: &mut Findings,
) {
    // Vault's argument of this name has no such list.
    let Some(known) = method(call).and_then(|method| fact.object_keys.get(&method)) else {
        return;
    };
    for member in kwarg.value.effective_members() {
        let Some(name) = member.key.as_str() else {
            continue;
        };
        if known.iter().any(|known| *known == *name)
            || name == "RoleArn"
            || !member.key.raw().is_known()
        {
            continue;
        }
        let plain = name.replace(['_', '-'], "").to_ascii_lowercase();
        let meant = known.iter().find(|known| {
            let known = known.to_ascii_lowercase();
            known == plain || strsim::damerau_levenshtein(&known, &plain) <= 1
        });
        let message = format!(
            "a key of `{}` is not a member of the request to STS: ParamValidationError in every lookup, which Airflow swallows",
            fact.name
        );
        let help = match meant {
            Some(meant) => format!("did you mean `{meant}`? Upper and lower case matter"),
            None => String::from(
                "use the names of the STS request, such as RoleSessionName and ExternalId",
            ),
        };
        let place = Place::new(kwarg.place().file, member.key.inner_span());
        findings
            .report(&RULE, place, call.subject(kwarg), message)
            .help(help);
    }
}

/// What only later releases take.
fn by_release(
    cx: &DeploymentContext<'_>,
    call: &Call<'_>,
    kwarg: &Kwarg<'_>,
    fact: &'static KwargFact,
    findings: &mut Findings,
) {
    let Some(release) = call.release else {
        return;
    };
    let package = call.package();
    let list = kwarg.value.kind() == Kind::Array;
    let since = fact.array_added_in.filter(|since| list && release < *since);
    if let Some(since) = since {
        let message = format!(
            "`{}` is a list, which {package} takes since {since}: {release} raises {}",
            fact.name,
            call.role.when_built()
        );
        findings
            .report(&RULE, kwarg.place(), call.subject(kwarg), message)
            .help("write one path as a string")
            .severity(per_release(Severity::Error, cx.target));
    }
    let Some(text) = kwarg.known_string() else {
        return;
    };
    if let Some((word, since)) = fact
        .enumeration_added
        .iter()
        .find(|(word, since)| word.as_str() == text.expose() && release < **since)
    {
        let message = format!(
            "`{}` is `{word}`, which {package} takes since {since}: {release} raises {}",
            fact.name,
            call.role.when_built()
        );
        findings
            .report(&RULE, kwarg.place(), call.subject(kwarg), message)
            .help(format!("use {since} or later"))
            .severity(per_release(Severity::Error, cx.target));
    }
}

/// botocore ships one version of each of the two APIs and has never had another.
fn api_version(call: &Call<'_>, kwarg: &Kwarg<'_>, findings: &mut Findings) {
    if !call.class.is_aws() {
        return;
    }
    let only = ask::api_version(call.class.short_name == "aws_ssm");
    if kwarg.name != "api_version" {
        return;
    }
    let Some(text) = kwarg.known_string() else {
        return;
    };
    if text.expose() == only {
        return;
    }
    findings
        .report(
            &RULE,
            kwarg.place(),
            call.subject(kwarg),
            "`api_version` is no version of this API: every lookup raises, which Airflow swallows, so the backend is skipped",
        )
        .help(format!("leave it out, or write {only}"));
}

/// `"verify": "false"`: a string that is meant as a boolean where a string means something else.
fn booleans_as_text(call: &Call<'_>, kwarg: &Kwarg<'_>, findings: &mut Findings) {
    if !call.class.is_aws() || kwarg.name != "verify" {
        return;
    }
    let Some(text) = kwarg.known_string() else {
        return;
    };
    let words = ["", "true", "false", "yes", "no", "0", "1", "none", "null"];
    if !words
        .iter()
        .any(|word| text.expose().eq_ignore_ascii_case(word))
    {
        return;
    }
    let message = if text.is_empty() {
        "`verify` is an empty string: botocore refuses it in every lookup, and its earlier releases check no certificate"
    } else {
        "`verify` is a string, which is taken as the path of a CA bundle: every lookup raises, which Airflow swallows"
    };
    findings
        .report(&RULE, kwarg.place(), call.subject(kwarg), message)
        .help("write true or false without quotes");
}
