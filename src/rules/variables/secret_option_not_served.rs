//! AV505: `_SECRET` where the backend has no options to give.

use super::reference::{Reference, references};
use super::secret_option_holds_value::held;
use crate::airflow::Version;
use crate::airflow::backend::construct::{Attribute, Construction};
use crate::airflow::backend::{Backend, ClassPath, Role};
use crate::airflow::lookup::SLASH_ADDED;
use crate::airflow::pattern::Pattern;
use crate::inputs::EntryKind;
use crate::report::{Findings, Severity};
use crate::rules::class::place::is_set_anywhere;
use crate::rules::{Check, DeploymentContext};

crate::rule! {
    /// # secret-option-not-served
    ///
    /// ## What it does
    ///
    /// Looks at sensitive options that are to come from the secrets backend (`_SECRET`, `_secret`) and
    /// finds those that the configured backend never gives: its class serves connections and variables
    /// only, its `config_prefix` (`config_path`, `config_label`, `configs_file_path`) is null, its
    /// `config_lookup_pattern` does not take the id, or there is no backend at all.
    ///
    /// ## Why is this bad?
    ///
    /// Airflow asks, gets nothing, and uses the default without a word. For `fernet_key` that is the empty
    /// string: passwords of connections are stored without encryption.
    ///
    /// ## Example
    ///
    /// ```dotenv
    /// AIRFLOW__SECRETS__BACKEND=airflow.providers.amazon.aws.secrets.secrets_manager.SecretsManagerBackend
    /// AIRFLOW__SECRETS__BACKEND_KWARGS={"connections_prefix": "airflow/connections", "config_prefix": null}
    /// AIRFLOW__CORE__FERNET_KEY_SECRET=fernet_key
    /// ```
    ///
    /// airvane says:
    ///
    /// ```text
    /// .env:3:1: error[AV505] secret-option-not-served: `AIRFLOW__CORE__FERNET_KEY_SECRET` asks the secrets backend, and `config_prefix` is null: Airflow silently stores passwords without encryption
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```dotenv
    /// AIRFLOW__SECRETS__BACKEND=airflow.providers.amazon.aws.secrets.secrets_manager.SecretsManagerBackend
    /// AIRFLOW__SECRETS__BACKEND_KWARGS={"connections_prefix": "airflow/connections", "config_prefix": "airflow/config"}
    /// AIRFLOW__CORE__FERNET_KEY_SECRET=fernet_key
    /// ```
    ///
    /// ## Versions
    ///
    /// `LocalFilesystemBackend` serves options since Airflow 3.2 (`configs_file_path`).
    ///
    /// ## References
    ///
    /// - `BaseSecretsBackend.get_config` and `_get_config_value_from_secret_backend` in `airflow/configuration.py`
    /// - <https://airflow.apache.org/docs/apache-airflow/stable/howto/set-config.html>
    "AV505", "secret-option-not-served", Error, since "0.1.0",
    checks &[Check::Deployment(check)],
}

/// Release of Airflow whose `LocalFilesystemBackend` has `get_config`.
const LOCAL_CONFIGS: Version = Version::new(3, 2, 0);

/// The keyword arguments that switch options off when they are null.
const SWITCHES: [&str; 4] = [
    "config_prefix",
    "config_path",
    "config_label",
    "configs_file_path",
];

/// Why nothing comes back.
struct Refusal {
    why: String,
    help: &'static str,
    severity: Severity,
}

fn check(cx: &DeploymentContext<'_>, findings: &mut Findings) {
    for reference in references(cx) {
        // The arguments of the workers' backend are read by others, too.
        let own = reference.setting.section == Role::Workers.section();
        if own || held(cx, &reference).is_some() {
            continue;
        }
        if let Some(refusal) = refusal(cx, &reference) {
            tell(cx, &reference, &refusal, findings);
        }
    }
}

/// Options are asked for at `[secrets]` alone, in workers too
/// (`_get_custom_secret_backend(worker_mode=False)`).
fn refusal(cx: &DeploymentContext<'_>, reference: &Reference<'_>) -> Option<Refusal> {
    let backend = &cx.secrets.main;
    if let ClassPath::None { .. } = backend.class_path() {
        return no_backend(cx);
    }
    let class = backend.known_class()?.class;
    let name = class.class_path.rsplit('.').next().unwrap_or_default();
    let by_class = |why: String| {
        let help = "set the option itself, or use a backend that serves options";
        Some(Refusal {
            why,
            help,
            severity: Severity::Error,
        })
    };
    match class.short_name.as_str() {
        "environment_variables" | "metastore" | "execution_api" => {
            return by_class(format!("`{name}` serves no options"));
        }
        "local_filesystem" if cx.target.airflow < LOCAL_CONFIGS => {
            return by_class(format!(
                "`{name}` serves no options before Airflow {LOCAL_CONFIGS}"
            ));
        }
        _ => {}
    }
    let switch = SWITCHES.into_iter().find_map(|name| class.kwarg(name))?;
    if let Some(why) = switched_off(backend, &switch.name, switch.default.is_null()) {
        return Some(Refusal {
            why,
            help: "give it a value, or set the option itself",
            severity: Severity::Error,
        });
    }
    by_pattern(cx, backend, reference)
}

/// Nowhere in the deployment a class is set; the rest of the environment may set one.
fn no_backend(cx: &DeploymentContext<'_>) -> Option<Refusal> {
    let role = Role::Secrets;
    if is_set_anywhere(cx, role.section(), role.class_option()) {
        return None;
    }
    let whole = cx.settings.has_cfg && cx.settings.has_env;
    Some(Refusal {
        why: "there is no `[secrets] backend` to ask".to_owned(),
        help: "set `[secrets] backend`, or the option itself",
        severity: if whole {
            Severity::Warning
        } else {
            Severity::Info
        },
    })
}

/// `if self.config_prefix is None: return None`, and its like in every class.
fn switched_off(backend: &Backend<'_>, name: &str, off_by_default: bool) -> Option<String> {
    match backend.kwarg(name) {
        Some(kwarg) => {
            let null =
                kwarg.value.is_known() && kwarg.value.kind() == crate::syntax::json::Kind::Null;
            null.then(|| format!("`{name}` is null"))
        }
        None => {
            (off_by_default && backend.knows_all_kwargs()).then(|| format!("`{name}` is not set"))
        }
    }
}

/// `re.match(config_lookup_pattern, key)`.
fn by_pattern(
    cx: &DeploymentContext<'_>,
    backend: &Backend<'_>,
    reference: &Reference<'_>,
) -> Option<Refusal> {
    let Construction::Built(built) = backend.construct(cx.target) else {
        return None;
    };
    let (_, pattern) = built
        .patterns
        .iter()
        .find(|(kind, _)| *kind == EntryKind::Config)?;
    let Attribute::Text(pattern) = pattern else {
        return None;
    };
    let pattern = Pattern::new(pattern, cx.target.python).ok()?;
    if pattern.matches(reference.id.expose()) != Some(false) {
        return None;
    }
    let (range, severity) = if cx.target.is_guess() {
        (
            format!(" (from amazon {SLASH_ADDED} on)"),
            Severity::Warning,
        )
    } else {
        (String::new(), Severity::Error)
    };
    Some(Refusal {
        why: format!("`config_lookup_pattern` does not take its id{range}"),
        help: "widen the pattern so that it takes the id from its first character on",
        severity,
    })
}

fn tell(
    cx: &DeploymentContext<'_>,
    reference: &Reference<'_>,
    refusal: &Refusal,
    findings: &mut Findings,
) {
    let severity = if reference.has_plain_value(cx) {
        refusal.severity.min(Severity::Warning)
    } else {
        refusal.severity
    };
    let message = format!(
        "`{}` asks the secrets backend, and {}: Airflow {}",
        reference.name(),
        refusal.why,
        reference.consequence(cx)
    );
    findings
        .report(
            &RULE,
            reference.setting.name_place(),
            reference.subject(),
            message,
        )
        .help(refusal.help)
        .severity(severity);
}
