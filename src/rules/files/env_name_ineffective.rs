//! AV012: a name of an environment variable that looks like one of Airflow's and is none.

use std::collections::{HashMap, HashSet};
use std::path::Path;

use crate::airflow::data::options;
use crate::inputs::env::{is_public_name, is_shown};
use crate::inputs::{Tree, is_sample};
use crate::report::{Edit, Findings, Fix, Severity};
use crate::rule;
use crate::rules::{Check, FileContext};
use crate::source::{Place, display_path};
use crate::syntax::dotenv::{Delivery, EnvFile, EnvVariable};
use crate::workspace::env_readers::referred;

rule! {
    /// # env-name-ineffective
    ///
    /// ## What it does
    ///
    /// Finds environment variables whose names look like `AIRFLOW__SECTION__OPTION`, `AIRFLOW_CONN_ID` or
    /// `AIRFLOW_VAR_KEY` and are never asked for, or mean something else.
    ///
    /// ## Why is this bad?
    ///
    /// Airflow puts the names together itself, in upper case, and asks the environment for exactly these; all others it
    /// passes over in silence. `AIRFLOW_CONN_my_db` is found by no connection id, `AIRFLOW_VAR__KEY` defines the variable
    /// `_key`, and `AIRFLOW__WEBSERVER_BASE_URL` sets no option.
    ///
    /// Names with single underscores (`AIRFLOW_CORE_EXECUTOR`) are often made to be used as `${…}` in a compose file: they
    /// are information, given only where the corrected name is an option and nothing seen here refers to the name.
    ///
    /// The best of names has no effect in a `.env` that no process of Airflow is told of: Docker Compose takes the `.env` of
    /// its folder for the `${…}` in the compose file, and hands it to a service only where `env_file:` names it. That is said
    /// where a compose file with services of Airflow lies beside it and no file there speaks of `.env`.
    ///
    /// ## Example
    ///
    /// ```dotenv
    /// AIRFLOW_CONN_my_db=postgresql://user:pass@db.example.com/app
    /// AIRFLOW_VAR__BUCKET=example-bucket
    /// AIRFLOW__WEBSERVER_BASE_URL=http://localhost:8080
    /// ```
    ///
    /// airvane says:
    ///
    /// ```text
    /// .env:1:1: error[AV012] env-name-ineffective: `AIRFLOW_CONN_my_db` defines no connection: Airflow asks for the id in upper case, and no id leads to this name
    /// .env:2:1: warning[AV012] env-name-ineffective: `AIRFLOW_VAR__BUCKET` defines the variable `_bucket`, with an underscore in front
    /// .env:3:1: warning[AV012] env-name-ineffective: `AIRFLOW__WEBSERVER_BASE_URL` sets no option: two underscores must stand between section and option
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```dotenv
    /// AIRFLOW_CONN_MY_DB=postgresql://user:pass@db.example.com/app
    /// AIRFLOW_VAR_BUCKET=example-bucket
    /// AIRFLOW__WEBSERVER__BASE_URL=http://localhost:8080
    /// ```
    ///
    /// ## Fix
    ///
    /// Unsafe: the variable gets the name that Airflow asks for, unless the file has that one too. Another program
    /// may ask for the old name.
    ///
    /// ## Versions
    ///
    /// All releases.
    ///
    /// ## References
    ///
    /// - <https://airflow.apache.org/docs/apache-airflow/stable/howto/set-config.html>
    /// - <https://airflow.apache.org/docs/apache-airflow/stable/howto/connection.html>
    "AV012", "env-name-ineffective", Error, since "0.1.0",
    checks &[Check::File(check), Check::File(unread)],
}

/// Variables for Airflow in a `.env` that it is not told of.
fn unread(cx: &FileContext<'_>, findings: &mut Findings) {
    let (Tree::Env(tree), Some(beside)) = (&cx.input.tree, cx.unread_beside) else {
        return;
    };
    let text = String::from_utf8_lossy(&beside.bytes);
    let used = referred(cx.input, &text);
    let ours = tree.variables.iter().filter(|variable| {
        let name = variable.name.as_str();
        let prefixes = ["AIRFLOW__", "AIRFLOW_CONN_", "AIRFLOW_VAR_"];
        let is_for_airflow = prefixes.iter().any(|prefix| name.starts_with(prefix));
        is_for_airflow && variable.delivery == Delivery::Kept && !used.iter().any(|one| one == name)
    });
    let mut ours = ours.filter(|variable| is_public_name(&variable.name));
    let Some(first) = ours.next() else {
        return;
    };
    let name = &first.name;
    let file = display_path(Path::new(beside.path.file_name().unwrap_or_default()));
    let subject = match ours.count() {
        0 => format!("`{name}` reaches"),
        1 => format!("`{name}` and one more variable reach"),
        more => format!("`{name}` and {more} more variables reach"),
    };
    let message = format!(
        "{subject} no process of Airflow: compose takes `.env` for the `${{…}}` in {file}, and no service is given the file"
    );
    let place = Place::new(cx.input.id, first.name_span);
    findings
        .report(&RULE, place, ".env", message)
        .severity(Severity::Warning)
        .help("name the file in `env_file:` of the services, or set the variables in their `environment:`");
}

/// What is wrong with a name.
#[derive(Debug, PartialEq, Eq)]
struct Fault {
    severity: Severity,
    message: String,
    instead: String,
}

fn check(cx: &FileContext<'_>, findings: &mut Findings) {
    let Tree::Env(tree) = &cx.input.tree else {
        return;
    };
    let counting = |variable: &&EnvVariable| variable.delivery != Delivery::Overridden;
    let text = std::str::from_utf8(&cx.input.bytes).unwrap_or_default();
    let mut referenced = None;
    let mut meant = None;
    for variable in tree.variables.iter().filter(counting) {
        let name = variable.name.as_str();
        if is_effective(name) {
            continue;
        }
        if !is_shown(variable, Some(text).filter(|_| !tree.stated)) {
            continue;
        }
        let value = variable.value.as_ref().map_or("", |value| value.expose());
        let Some(fault) = fault(name, looks_like_connection(value)) else {
            continue;
        };
        // Who picks up the names of a sample is not seen beside it.
        if fault.severity == Severity::Info && is_sample(&cx.input.path) {
            continue;
        }
        // Somebody picks the name up: it need not be one of Airflow's.
        if referenced
            .get_or_insert_with(|| references(cx))
            .contains(name)
        {
            continue;
        }
        let place = Place::new(cx.input.id, variable.name_span);
        findings
            .report(&RULE, place, name, fault.message)
            .severity(fault.severity)
            .fix(fix(tree, variable, place, text, &fault.instead, &mut meant))
            .help(format!("write `{}`", fault.instead));
    }
}

/// Another name for the variable, unless the file has one of that name. Other programs may ask for the old
/// one.
fn fix(
    tree: &EnvFile,
    variable: &EnvVariable,
    place: Place,
    text: &str,
    instead: &str,
    meant: &mut Option<HashMap<String, usize>>,
) -> Option<Fix> {
    // A name in quotes or with escapes is for a person to see to.
    let written = text.get(place.span.start..place.span.end)? == variable.name;
    let meant = meant.get_or_insert_with(|| names_meant(tree));
    let certain = written && meant.get(instead) == Some(&1);
    certain.then(|| {
        Fix::risky(
            format!("write `{instead}`"),
            vec![Edit::replace(place, instead)],
        )
    })
}

/// How many variables have each name or are meant to have it.
fn names_meant(tree: &EnvFile) -> HashMap<String, usize> {
    let mut names: HashMap<String, usize> = HashMap::new();
    for variable in &tree.variables {
        let meant = fault(&variable.name, true);
        let name = meant.map_or_else(|| variable.name.clone(), |fault| fault.instead);
        *names.entry(name).or_default() += 1;
    }
    names
}

/// A connection is a URI or JSON.
fn looks_like_connection(value: &str) -> bool {
    value.contains("://") || value.trim_start().starts_with('{')
}

/// The name of a connection or variable as most are: nothing is wrong with it.
fn is_effective(name: &str) -> bool {
    let id = name.strip_prefix("AIRFLOW_VAR_");
    let id = id.or_else(|| name.strip_prefix("AIRFLOW_CONN_"));
    id.is_some_and(|id| {
        !id.is_empty() && !id.starts_with('_') && !id.bytes().any(|byte| byte.is_ascii_lowercase())
    })
}

fn fault(name: &str, connection_value: bool) -> Option<Fault> {
    let upper = name.to_ascii_uppercase();
    for (prefix, what) in [
        ("AIRFLOW_CONN_", "connection"),
        ("AIRFLOW_VAR_", "variable"),
    ] {
        if let Some(id) = upper.strip_prefix(prefix) {
            return definition(name, &upper, prefix, id, what);
        }
    }
    for wrong in ["AIRFLOW_CONNECTION_", "AIRFLOW_CONNECTIONS_"] {
        if let Some(id) = upper.strip_prefix(wrong)
            && connection_value
            && !id.is_empty()
        {
            return Some(Fault {
                severity: Severity::Warning,
                message: format!(
                    "`{name}` defines no connection: Airflow asks for names that begin with `AIRFLOW_CONN_`"
                ),
                instead: format!("AIRFLOW_CONN_{id}"),
            });
        }
    }
    option(name, &upper)
}

fn definition(name: &str, upper: &str, prefix: &str, id: &str, what: &str) -> Option<Fault> {
    if name != upper {
        // The part that Airflow always writes in capitals is wrong too: perhaps another program's.
        let severity = if name.starts_with(prefix) {
            Severity::Error
        } else {
            Severity::Warning
        };
        return Some(Fault {
            severity,
            message: format!(
                "`{name}` defines no {what}: Airflow asks for the id in upper case, and no id leads to this name"
            ),
            instead: upper.to_owned(),
        });
    }
    let rest = id.strip_prefix('_')?;
    // `AIRFLOW_CONN__TEAM___ID` belongs to a team (3.1 and later).
    if rest.is_empty() || rest.contains("___") {
        return None;
    }
    Some(Fault {
        severity: Severity::Warning,
        message: format!(
            "`{name}` defines the {what} `{}`, with an underscore in front",
            id.to_lowercase()
        ),
        instead: format!("{prefix}{rest}"),
    })
}

fn option(name: &str, upper: &str) -> Option<Fault> {
    if let Some(rest) = upper.strip_prefix("AIRFLOW__") {
        if let Some((section, option)) = rest.split_once("__") {
            let known = is_option(section, option);
            return (known && name != upper).then(|| Fault {
                severity: Severity::Warning,
                message: format!(
                    "`{name}` sets no option: Airflow asks for the name in upper case"
                ),
                instead: upper.to_owned(),
            });
        }
        let instead = corrected(rest)?;
        return Some(Fault {
            severity: Severity::Warning,
            message: format!(
                "`{name}` sets no option: two underscores must stand between section and option"
            ),
            instead,
        });
    }
    let rest = upper.strip_prefix("AIRFLOW_")?;
    let instead = match rest.split_once("__") {
        Some((section, option)) => {
            is_option(section, option).then(|| format!("AIRFLOW__{section}__{option}"))?
        }
        None => corrected(rest)?,
    };
    Some(Fault {
        severity: Severity::Info,
        message: format!("`{name}` sets no option: Airflow reads `{instead}`"),
        instead,
    })
}

/// `SECTION_OPTION` cut at the underscore that gives a known option.
fn corrected(rest: &str) -> Option<String> {
    rest.match_indices('_')
        .map(|(at, _)| (&rest[..at], &rest[at + 1..]))
        .find(|(section, option)| is_option(section, option))
        .map(|(section, option)| format!("AIRFLOW__{section}__{option}"))
}

fn is_option(section: &str, option: &str) -> bool {
    options().is_known(&section.to_lowercase(), &option.to_lowercase())
}

/// The names that stand as `$NAME`, `${NAME…}` or `$(NAME)` in some file of the deployment.
fn references<'a>(cx: &FileContext<'a>) -> HashSet<&'a str> {
    let mut names = HashSet::new();
    let beside = cx.unread_beside.into_iter().chain([cx.input]);
    for input in cx.deployment_inputs.iter().copied().chain(beside) {
        let bytes: &'a [u8] = &input.bytes;
        for at in memchr::memchr_iter(b'$', bytes) {
            let rest = &bytes[at + 1..];
            let rest = rest
                .strip_prefix(b"{")
                .or(rest.strip_prefix(b"("))
                .unwrap_or(rest);
            let length = rest
                .iter()
                .position(|&byte| byte != b'_' && !byte.is_ascii_alphanumeric())
                .unwrap_or(rest.len());
            if let Ok(name) = std::str::from_utf8(&rest[..length])
                && is_public_name(name)
            {
                names.insert(name);
            }
        }
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    fn says(name: &str) -> Option<(Severity, String)> {
        fault(name, true).map(|fault| (fault.severity, fault.instead))
    }

    #[test]
    fn names_that_lead_nowhere_are_corrected() {
        use Severity::{Error, Info, Warning};
        for (name, severity, instead) in [
            ("AIRFLOW_CONN_etl_S3", Error, "AIRFLOW_CONN_ETL_S3"),
            ("AIRFLOW_VAR_env", Error, "AIRFLOW_VAR_ENV"),
            ("airflow_conn_x", Warning, "AIRFLOW_CONN_X"),
            (
                "AIRFLOW_VAR__METADATA_DB_SCHEMA",
                Warning,
                "AIRFLOW_VAR_METADATA_DB_SCHEMA",
            ),
            ("AIRFLOW_CONNECTION_X", Warning, "AIRFLOW_CONN_X"),
            (
                "AIRFLOW__WEBSERVER_BASE_URL",
                Warning,
                "AIRFLOW__WEBSERVER__BASE_URL",
            ),
            (
                "AIRFLOW__core__executor",
                Warning,
                "AIRFLOW__CORE__EXECUTOR",
            ),
            ("AIRFLOW_SECRETS_BACKEND", Info, "AIRFLOW__SECRETS__BACKEND"),
            (
                "AIRFLOW_CORE__FERNET_KEY",
                Info,
                "AIRFLOW__CORE__FERNET_KEY",
            ),
        ] {
            assert_eq!(says(name), Some((severity, instead.to_owned())), "{name}");
        }
    }

    #[test]
    fn names_of_images_and_tools_are_left_alone() {
        for name in [
            "AIRFLOW_UID",
            "AIRFLOW_GID",
            "AIRFLOW_IMAGE_NAME",
            "AIRFLOW_PROJ_DIR",
            "AIRFLOW_HOME",
            "AIRFLOW_CONFIG",
            "AIRFLOW_ENV",
            "AIRFLOW_VERSION",
            "AIRFLOW_USERNAME",
            "AIRFLOW_PASSWORD",
            "AIRFLOW_EMAIL",
            "AIRFLOW__LOG_RETENTION_DAYS",
            "AIRFLOW__SECRETS__BACKEND",
            "AIRFLOW__SECRETS__BACKEND_CONF",
            "AIRFLOW__CORE__FERNET_KEY_CMD",
            "AIRFLOW_CONN_MY_DB",
            "AIRFLOW_VAR_X",
            "AIRFLOW_CONN__TEAM___X",
            "AIRFLOW__TEAM___CORE__EXECUTOR",
            "_AIRFLOW_WWW_USER_CREATE",
            "AIRFLOW_CTX_DAG_ID",
            "AIRFLOW__KUBERNETES_SECRETS__x",
        ] {
            assert_eq!(says(name), None, "{name}");
        }
        assert_eq!(fault("AIRFLOW_CONNECTION_TIMEOUT", false), None);
    }
}
