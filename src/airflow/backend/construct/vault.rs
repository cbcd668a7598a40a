//! `VaultBackend.__init__` and the tests of `_VaultClient.__init__`, hashicorp 1.0.0 to 4.8.4.

use super::bound::Bound;
use super::{Cause, Constructed, Fault};
use crate::airflow::backend::attribute::{Attribute, NotStripped};
use crate::airflow::backend::data::Habit;

/// The path kwargs, in the constructor's order.
pub(in crate::airflow::backend) const PATHS: [&str; 3] =
    ["connections_path", "variables_path", "config_path"];

const GLOBAL: &str = "global_secrets_path";

pub(super) fn build(mut bound: Bound<'_>) -> Result<Constructed<'_>, Fault> {
    bound.refuse_extra(false)?;
    let lists = bound.class.does(Habit::PathLists, bound.release);
    for name in PATHS {
        let value = if lists {
            list(&bound, name)?
        } else {
            stripped(&bound, name)?
        };
        bound.set(name, value);
    }
    if bound.argument(GLOBAL).is_some() {
        let global = stripped(&bound, GLOBAL)?;
        if lists && global != Attribute::Null {
            for name in PATHS {
                let longer = appended(bound.value(name), &global);
                bound.set(name, longer);
            }
        }
        bound.set(GLOBAL, global);
    }
    client(&bound)?;
    if bound.class.does(Habit::TokenFromEnvironment, bound.release)
        && bound.is_set("token") != Some(true)
    {
        // `token or os.getenv("VAULT_TOKEN")`
        bound.set("token", Attribute::Unknown);
    }
    Ok(Constructed::plain(bound))
}

/// `path.rstrip("/") if path is not None else None`
fn stripped(bound: &Bound<'_>, name: &'static str) -> Result<Attribute, Fault> {
    let value = bound.value(name);
    if *value == Attribute::Null {
        return Ok(Attribute::Null);
    }
    value
        .rstrip(&Attribute::text("/"))
        .map_err(|_: NotStripped| bound.fault("AttributeError", Cause::PrefixType(name), name))
}

/// `_normalize_paths`: a string is a list of one; of an object the keys are the paths.
fn list(bound: &Bound<'_>, name: &'static str) -> Result<Attribute, Fault> {
    let paths: Vec<String> = match bound.value(name) {
        Attribute::Null => return Ok(Attribute::Null),
        Attribute::Unknown => return Ok(Attribute::Unknown),
        Attribute::Text(path) => vec![path.clone()],
        Attribute::Json(json) => match serde_json::from_str(json) {
            Ok(serde_json::Value::Object(object)) => object.keys().cloned().collect(),
            Ok(serde_json::Value::Array(items)) => {
                let mut paths = Vec::new();
                for item in items {
                    match item {
                        serde_json::Value::String(path) => paths.push(path),
                        _ => {
                            return Err(bound.fault(
                                "AttributeError",
                                Cause::PrefixType(name),
                                name,
                            ));
                        }
                    }
                }
                paths
            }
            // What Python's JSON has and the standard has not is inside a list only.
            Err(_) if json.starts_with('[') => {
                return Err(bound.fault("AttributeError", Cause::PrefixType(name), name));
            }
            Err(_) if json.starts_with('{') => return Ok(Attribute::Unknown),
            _ => return Err(bound.fault("TypeError", Cause::PrefixType(name), name)),
        },
    };
    let stripped = paths.iter().map(|path| path.trim_end_matches('/'));
    let stripped: Vec<serde_json::Value> = stripped.map(serde_json::Value::from).collect();
    Ok(of_list(&stripped))
}

/// `_append_path`
fn appended(paths: &Attribute, path: &Attribute) -> Attribute {
    let Attribute::Text(path) = path else {
        return Attribute::Unknown;
    };
    let mut all = match paths {
        Attribute::Null => Vec::new(),
        Attribute::Json(json) => match serde_json::from_str(json) {
            Ok(serde_json::Value::Array(items)) => items,
            _ => return Attribute::Unknown,
        },
        Attribute::Text(_) | Attribute::Unknown => return Attribute::Unknown,
    };
    all.push(path.as_str().into());
    of_list(&all)
}

/// As `json.dumps` writes a list of strings.
fn of_list(items: &[serde_json::Value]) -> Attribute {
    let mut dumped = String::from("[");
    for (index, item) in items.iter().enumerate() {
        if index > 0 {
            dumped.push_str(", ");
        }
        crate::airflow::python::dumps::string(&mut dumped, item.as_str().unwrap_or_default());
    }
    dumped.push(']');
    Attribute::Json(dumped)
}

/// The tests at the start of `_VaultClient.__init__`.
fn client(bound: &Bound<'_>) -> Result<(), Fault> {
    let version = bound.value("kv_engine_version");
    if version.is_truthy() == Some(true) && !is_kv_version(version) {
        let name = "kv_engine_version";
        return Err(bound.fault("VaultError", Cause::VaultKvVersion, name));
    }
    let auth_type = match bound.value("auth_type") {
        Attribute::Unknown => return Ok(()),
        Attribute::Text(auth_type) if is_auth_type(bound, auth_type) => auth_type.as_str(),
        _ => return Err(bound.fault("VaultError", Cause::VaultAuthType, "auth_type")),
    };
    if auth_type == "token" && bound.class.does(Habit::TokenFromEnvironment, bound.release) {
        return Ok(());
    }
    for one_of in needs(bound, auth_type) {
        let missing = one_of.iter().all(|name| bound.is_set(name) == Some(false));
        if missing {
            let cause = Cause::VaultNeeds(one_of[0]);
            return Err(bound.fault("VaultError", cause, "auth_type"));
        }
    }
    Ok(())
}

/// `kv_engine_version in [1, 2]`, by value: `True` and `2.0` belong.
fn is_kv_version(value: &Attribute) -> bool {
    matches!(value, Attribute::Json(json) if ["1", "2", "1.0", "2.0", "true"].contains(&json.as_str()))
        || !value.is_known()
}

fn is_auth_type(bound: &Bound<'_>, auth_type: &str) -> bool {
    let fact = bound.class.kwarg("auth_type");
    let listed = fact.and_then(|fact| match bound.release {
        Some(release) => fact.enumeration_in(release),
        None => fact.enumeration.as_ref().map(|all| all.iter().collect()),
    });
    listed.is_some_and(|all| all.iter().any(|value| value.as_str() == Some(auth_type)))
}

/// What the methods need: all of the outer list, one of each inner list, in the order of the tests.
fn needs(bound: &Bound<'_>, auth_type: &str) -> Vec<&'static [&'static str]> {
    const TOKEN: &[&str] = &["token", "token_path"];
    let does = |habit| bound.class.does(habit, bound.release);
    match auth_type {
        "token" | "github" => vec![TOKEN],
        "approle" => vec![&["role_id"]],
        "kubernetes" => vec![&["kubernetes_role"], &["kubernetes_jwt_path"]],
        "jwt" => vec![&["jwt_role"], &["jwt_token", "jwt_token_path"]],
        "azure" => vec![&["azure_resource"], &["azure_tenant_id"]],
        "radius" => vec![&["radius_host"], &["radius_secret"]],
        "gcp" if does(Habit::GcpNeedsScopes) => {
            let mut all: Vec<&'static [&'static str]> = vec![&["gcp_scopes"], &["role_id"]];
            if does(Habit::GcpNeedsKey) {
                all.push(&["gcp_key_path", "gcp_keyfile_dict"]);
            }
            all
        }
        _ => Vec::new(),
    }
}
