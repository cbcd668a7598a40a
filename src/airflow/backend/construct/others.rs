//! `__init__` of the classes with few rules of their own: Google, Azure, Lockbox, Akeyless,
//! Kubernetes, local files, and the three that take nothing.

use super::bound::Bound;
use super::{Cause, Constructed, Fault};
use crate::airflow::Version;
use crate::airflow::backend::attribute::{Attribute, NotStripped};
use crate::airflow::backend::data::Habit;

/// The prefix kwargs of Google, Azure and Lockbox, in the constructor's order.
const PREFIXES: [&str; 3] = ["connections_prefix", "variables_prefix", "config_prefix"];

/// `CloudSecretManagerBackend`, google 1.0.0 to 22.8.0.
pub(super) fn google(mut bound: Bound<'_>, airflow: Version) -> Result<Constructed<'_>, Fault> {
    // `super().__init__(**kwargs)`: BaseSecretsBackend took and dropped anything before 2.3.
    bound.refuse_extra(airflow >= Version::new(2, 3, 0))?;
    google_prefix(&bound)?;
    google_credentials(&bound)?;
    if bound.is_set("project_id") != Some(true) {
        // Then it is the credentials' project.
        bound.set("project_id", Attribute::Unknown);
    }
    Ok(Constructed::plain(bound))
}

/// `_is_valid_prefix_and_sep`, asked for the prefix of connections only.
fn google_prefix(bound: &Bound<'_>) -> Result<(), Fault> {
    let name = PREFIXES[0];
    let prefix = bound.value(name);
    let sep = bound.value("sep");
    if *prefix == Attribute::Null || !prefix.is_known() || !sep.is_known() {
        return Ok(());
    }
    let (Attribute::Text(prefix), Attribute::Text(sep)) = (prefix, sep) else {
        let wrong = if prefix.as_text().is_some() {
            "sep"
        } else {
            name
        };
        let cause = if wrong == "sep" {
            Cause::SepType
        } else {
            Cause::PrefixType(name)
        };
        return Err(bound.fault("TypeError", cause, wrong));
    };
    let joined = format!("{prefix}{sep}");
    // `$` also matches before a line break at the end.
    let tested = joined.strip_suffix('\n').unwrap_or(&joined);
    let is_plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    if tested.chars().all(is_plain) {
        return Ok(());
    }
    Err(bound.fault("AirflowException", Cause::PrefixCharacters, name))
}

/// `get_credentials_and_project_id`, as far as it does not depend on what the key holds.
fn google_credentials(bound: &Bound<'_>) -> Result<(), Fault> {
    const CHAIN: &str = "impersonation_chain";
    const PATH: &str = "gcp_key_path";
    const DICT: &str = "gcp_keyfile_dict";
    const SCOPES: &str = "gcp_scopes";
    if let Attribute::Json(chain) = bound.value(CHAIN)
        && bound.is_set(CHAIN) == Some(true)
        && !chain.starts_with('[')
    {
        // `impersonation_chain[-1]`
        let exception = if chain.starts_with('{') {
            "KeyError"
        } else {
            "TypeError"
        };
        return Err(bound.fault(exception, Cause::Credentials, CHAIN));
    }
    let set = |name| bound.is_set(name) == Some(true);
    let file = "gcp_credential_config_file";
    let exclusive = bound.class.does(Habit::ConfigFileExclusive, bound.release);
    let with_file = exclusive && set(file) && (set(PATH) || set(DICT));
    if set(PATH) && set(DICT) || with_file {
        let last = if with_file { file } else { DICT };
        return Err(bound.fault("AirflowException", Cause::CredentialsConflict, last));
    }
    if set(PATH) {
        let exception = match bound.value(PATH).as_text() {
            // "Legacy P12 key file", "Unrecognised extension".
            Some(path) if path.strip_suffix(".json").is_none() => Some("AirflowException"),
            Some(_) => None,
            None => Some("AttributeError"),
        };
        if let Some(exception) = exception {
            return Err(bound.fault(exception, Cause::Credentials, PATH));
        }
    }
    let default = [PATH, DICT, file]
        .iter()
        .all(|name| bound.is_set(name) == Some(false));
    if default
        && bound.class.does(Habit::ScopesListed, bound.release)
        && set(SCOPES)
        && matches!(bound.value(SCOPES), Attribute::Json(_))
        && !bound.value(SCOPES).is_container()
    {
        // `list(self.scopes)`
        return Err(bound.fault("TypeError", Cause::Credentials, SCOPES));
    }
    if !set(DICT) || bound.is_set(PATH) != Some(false) {
        return Ok(());
    }
    // `self.keyfile_dict["private_key"].replace(…)`
    let exception = match bound.value(DICT) {
        Attribute::Json(json) if json.starts_with('{') => {
            match serde_json::from_str::<serde_json::Value>(json) {
                Ok(object) => match object.get("private_key") {
                    None => Some("KeyError"),
                    Some(serde_json::Value::String(_)) => None,
                    Some(_) => Some("AttributeError"),
                },
                Err(_) => None,
            }
        }
        _ => Some("TypeError"),
    };
    match exception {
        Some(exception) => Err(bound.fault(exception, Cause::Credentials, DICT)),
        None => Ok(()),
    }
}

/// `AzureKeyVaultBackend`, microsoft-azure 1.0.0 to 15.2.1.
pub(super) fn azure(mut bound: Bound<'_>) -> Result<Constructed<'_>, Fault> {
    bound.refuse_extra(false)?;
    let keeps_false = bound.class.does(Habit::FalsePrefixKept, bound.release);
    for name in PREFIXES {
        let value = bound.value(name);
        // `if prefix:` since 12.7.0, `if prefix is not None:` before.
        let kept = *value == Attribute::Null || keeps_false && value.is_truthy() == Some(false);
        if !kept {
            let value = by_sep(&bound, name)?;
            bound.set(name, value);
        }
    }
    Ok(Constructed::plain(bound))
}

/// `prefix.rstrip(sep)`
fn by_sep(bound: &Bound<'_>, name: &'static str) -> Result<Attribute, Fault> {
    let stripped = bound.value(name).rstrip(bound.value("sep"));
    stripped.map_err(|why| match why {
        NotStripped::Value => bound.fault("AttributeError", Cause::PrefixType(name), name),
        NotStripped::Characters => bound.fault("TypeError", Cause::SepType, "sep"),
    })
}

/// `LockboxSecretBackend`, yandex 3.8.0 to 4.6.1.
pub(super) fn lockbox(mut bound: Bound<'_>) -> Result<Constructed<'_>, Fault> {
    const CONNECTION: &str = "yc_connection_id";
    bound.refuse_extra(true)?;
    let others = ["yc_oauth_token", "yc_sa_key_json", "yc_sa_key_json_path"];
    let set: Vec<Option<bool>> = others.iter().map(|name| bound.is_set(name)).collect();
    let given = bound.value(CONNECTION).clone();
    if set.contains(&Some(true)) {
        if given.is_known() && given != Attribute::Null {
            let value_error = bound
                .class
                .does(Habit::CredentialsValueError, bound.release);
            let exception = if value_error {
                "ValueError"
            } else {
                "AssertionError"
            };
            return Err(bound.fault(exception, Cause::CredentialsConflict, CONNECTION));
        }
    } else if set.contains(&None) {
        bound.set(CONNECTION, Attribute::Unknown);
    } else if given.is_truthy() == Some(false) {
        // `default_conn_name`
        bound.set(CONNECTION, Attribute::text("yandexcloud_default"));
    }
    for name in PREFIXES {
        if *bound.value(name) != Attribute::Null {
            let value = by_sep(&bound, name)?;
            bound.set(name, value);
        }
    }
    Ok(Constructed::plain(bound))
}

/// `AkeylessBackend`, akeyless 0.1.0 to 0.3.2.
pub(super) fn akeyless(mut bound: Bound<'_>) -> Result<Constructed<'_>, Fault> {
    const TYPE: &str = "access_type";
    const GLOBAL: &str = "global_secrets_path";
    bound.refuse_extra(false)?;
    let access_type = bound.value(TYPE);
    let fact = bound.class.kwarg(TYPE);
    let listed = fact.and_then(|fact| match bound.release {
        Some(release) => fact.enumeration_in(release),
        None => fact.enumeration.as_ref().map(|all| all.iter().collect()),
    });
    let known = listed.is_some_and(|all| {
        let mut words = all.iter().filter_map(|value| value.as_str());
        access_type
            .as_text()
            .is_some_and(|own| words.any(|word| word == own))
    });
    if access_type.is_known() && !known {
        return Err(bound.fault("ValueError", Cause::AccessType, TYPE));
    }
    for name in super::vault::PATHS {
        let value = match bound.is_set(name) {
            Some(false) => Attribute::Null,
            _ => slashes(&bound, name)?,
        };
        bound.set(name, value);
    }
    if *bound.value(GLOBAL) != Attribute::Null {
        let value = slashes(&bound, GLOBAL)?;
        bound.set(GLOBAL, value);
    }
    Ok(Constructed::plain(bound))
}

/// `path.rstrip("/")`
fn slashes(bound: &Bound<'_>, name: &'static str) -> Result<Attribute, Fault> {
    let stripped = bound.value(name).rstrip(&Attribute::text("/"));
    stripped.map_err(|_| bound.fault("AttributeError", Cause::PrefixType(name), name))
}

/// `KubernetesSecretsBackend` and `LocalFilesystemBackend`: what they get is what they keep.
pub(super) fn kept(bound: Bound<'_>) -> Result<Constructed<'_>, Fault> {
    bound.refuse_extra(true)?;
    Ok(Constructed::plain(bound))
}

/// The default backends: `object.__init__` takes nothing, `BaseSecretsBackend.__init__` took and
/// dropped anything before Airflow 2.3.
pub(super) fn without_arguments(
    mut bound: Bound<'_>,
    airflow: Version,
) -> Result<Constructed<'_>, Fault> {
    bound.refuse_extra(airflow >= Version::new(2, 3, 0))?;
    bound.extra.clear();
    Ok(Constructed::plain(bound))
}
