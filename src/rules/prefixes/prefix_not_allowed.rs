//! AV308: a prefix under which the service can hold nothing.

use std::ops::Range;

use super::view::{self, SLASH_ADDED, View, Written};
use crate::airflow::backend::construct::PREFIXES;
use crate::airflow::backend::{Backend, ClassPath, KwargValue};
use crate::report::{Findings, Severity};
use crate::rule;
use crate::rules::{Check, DeploymentContext};
use crate::source::{Place, Text};
use crate::syntax::json::Kind;

rule! {
    /// # prefix-not-allowed
    ///
    /// ## What it does
    ///
    /// Finds prefixes under which no entry can exist: characters that the service does not allow,
    /// blanks, an ARN, more levels than SSM has, names that AWS reserves for itself. For Google
    /// Secret Manager, characters with which the backend cannot be built. For Azure Key Vault, whose names
    /// are of letters, digits and `-`, everything else but `_`, which the backend replaces.
    ///
    /// ## Why is this bad?
    ///
    /// AWS refuses or never finds such names, Airflow swallows that, and every lookup misses. The
    /// Google backend raises `AirflowException` while Airflow is imported.
    ///
    /// `/aws/reference/secretsmanager` and `/aws/service` are names of AWS that can be read, and
    /// the ARN of a secret is a name for Secrets Manager: these are not reported.
    ///
    /// ## Example
    ///
    /// ```ini
    /// [secrets]
    /// backend = airflow.providers.amazon.aws.secrets.systems_manager.SystemsManagerParameterStoreBackend
    /// backend_kwargs = {"connections_prefix": "/aws/airflow/connections"}
    /// ```
    ///
    /// airvane says:
    ///
    /// ```text
    /// airflow.cfg:3:43: error[AV308] prefix-not-allowed: `connections_prefix` begins with `aws` or `ssm`, which AWS keeps for itself: every lookup misses
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```ini
    /// [secrets]
    /// backend = airflow.providers.amazon.aws.secrets.systems_manager.SystemsManagerParameterStoreBackend
    /// backend_kwargs = {"connections_prefix": "/airflow/connections"}
    /// ```
    ///
    /// ## Versions
    ///
    /// All releases. Before the amazon provider 7.3.0 the ARN of a shared SSM parameter works as a
    /// prefix.
    ///
    /// ## References
    ///
    /// - <https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_PutParameter.html>
    /// - <https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_CreateSecret.html>
    "AV308", "prefix-not-allowed", Error, since "0.1.0",
    checks &[Check::Deployment(aws), Check::Deployment(google), Check::Deployment(azure)],
}

/// Levels of an SSM name.
const SSM_LEVELS: usize = 15;

fn aws(cx: &DeploymentContext<'_>, findings: &mut Findings) {
    for view in view::views(cx) {
        for prefix in view::written(&view) {
            let fault = if view.ssm {
                ssm_fault(prefix.clean, &view)
            } else {
                manager_fault(prefix.clean)
            };
            if let Some(fault) = fault {
                report(cx, &view, &prefix, &fault, findings);
            }
        }
        if !view.ssm {
            separator(&view, findings);
        }
    }
}

/// What is wrong, where (in the prefix after the clean-up, which is the beginning of the written
/// one), and what to do.
struct Fault {
    what: String,
    range: Range<usize>,
    help: &'static str,
    /// Does not hold for amazon before 7.3.0.
    only_later: bool,
}

fn ssm_fault(prefix: &str, view: &View<'_>) -> Option<Fault> {
    let all = 0..prefix.len();
    if prefix.starts_with("arn:") {
        let is_name = view::is_arn_of(prefix, "ssm");
        if is_name && view.amazon < SLASH_ADDED {
            return None;
        }
        return Some(Fault {
            what: "is an ARN, and a `/` is put in front of it".to_owned(),
            range: all,
            help: "write the path that follows `parameter` in the ARN",
            only_later: is_name,
        });
    }
    let mut names = prefix.trim_start_matches('/').to_ascii_lowercase();
    names.push('/');
    let readable = ["aws/reference/secretsmanager/", "aws/service/"];
    let reserved = names.starts_with("aws") || names.starts_with("ssm");
    if reserved && !readable.iter().any(|start| names.starts_with(start)) {
        let start = prefix.len() - prefix.trim_start_matches('/').len();
        return Some(Fault {
            what: "begins with `aws` or `ssm`, which AWS keeps for itself".to_owned(),
            range: start..start + 3,
            help: "begin the prefix with another word",
            only_later: false,
        });
    }
    if let Some(fault) = character(prefix, "/_.-", "SSM") {
        return Some(fault);
    }
    let levels = prefix.split('/').filter(|part| !part.is_empty()).count();
    if levels >= SSM_LEVELS {
        return Some(Fault {
            what: format!("has {levels} levels, and SSM has {SSM_LEVELS} with the id"),
            range: all,
            help: "write a shorter path",
            only_later: false,
        });
    }
    None
}

fn manager_fault(prefix: &str) -> Option<Fault> {
    // A secret of another account is asked for by its ARN, and one without the six random
    // characters at its end is taken.
    if view::is_arn_of(prefix, "secretsmanager") {
        return None;
    }
    if prefix.starts_with("arn:") {
        return Some(Fault {
            what: "is an ARN, but not of a secret".to_owned(),
            range: 0..prefix.len(),
            help: "write the beginning of the secrets' names",
            only_later: false,
        });
    }
    character(prefix, "/_+=.@-", "Secrets Manager")
}

/// The first character that no name of the service has.
fn character(prefix: &str, more: &str, service: &str) -> Option<Fault> {
    let (at, found) = prefix
        .char_indices()
        .find(|(_, character)| !character.is_ascii_alphanumeric() && !more.contains(*character))?;
    let what = if found.is_whitespace() {
        format!("holds a blank, which no name in {service} has")
    } else if found.is_ascii_punctuation() {
        format!("holds `{found}`, which no name in {service} has")
    } else {
        format!("holds a character that no name in {service} has")
    };
    Some(Fault {
        what,
        range: at..at + found.len_utf8(),
        help: "write a prefix of letters, digits, `/`, `_`, `.` and `-`",
        only_later: false,
    })
}

fn report(
    cx: &DeploymentContext<'_>,
    view: &View<'_>,
    prefix: &Written<'_, '_>,
    fault: &Fault,
    findings: &mut Findings,
) {
    let (severity, range) = if fault.only_later && cx.target.is_guess() {
        let range = format!(" (amazon provider {SLASH_ADDED} and later)");
        (Severity::Warning, range)
    } else {
        (Severity::Error, String::new())
    };
    let message = format!(
        "`{}` {}: every lookup misses{range}",
        prefix.prefix.name, fault.what
    );
    findings
        .report(
            &RULE,
            prefix.at(fault.range.clone()),
            view.subject(prefix.prefix.name),
            message,
        )
        .severity(severity)
        .help(fault.help);
}

/// The separator is part of every name with a prefix.
fn separator(view: &View<'_>, findings: &mut Findings) {
    let Some(kwarg) = view.backend.kwarg("sep") else {
        return;
    };
    let Some(text) = kwarg.value.string().filter(Text::is_known) else {
        return;
    };
    let used = view.built.prefixes.iter().any(|prefix| {
        use crate::airflow::backend::construct::Attribute;
        matches!(&prefix.value, Attribute::Text(text) if !text.is_empty())
    });
    let Some(fault) = character(text.expose(), "/_+=.@-", "Secrets Manager").filter(|_| used)
    else {
        return;
    };
    findings
        .report(
            &RULE,
            Place::new(kwarg.setting.file, text.span(fault.range)),
            view.subject("sep"),
            format!("`sep` {}: every lookup with a prefix misses", fault.what),
        )
        .help("write a separator such as `/` or `-`");
}

/// `_is_valid_prefix_and_sep` of the Google backend, which looks at connections only.
fn google(cx: &DeploymentContext<'_>, findings: &mut Findings) {
    for backend in cx.secrets.pairs() {
        let is_google = matches!(backend.class_path(), ClassPath::Path { .. })
            && backend
                .known_class()
                .is_some_and(|found| found.class.short_name == "gcp_secret_manager");
        if !is_google {
            continue;
        }
        let prefix = backend.kwarg("connections_prefix");
        let off = prefix
            .as_ref()
            .is_some_and(|kwarg| kwarg.value.kind() == Kind::Null);
        if !off {
            google_part(backend, "connections_prefix", findings);
            google_part(backend, "sep", findings);
        }
    }
}

/// `AzureKeyVaultBackend.build_path` replaces `_` and nothing else.
fn azure(cx: &DeploymentContext<'_>, findings: &mut Findings) {
    for backend in cx.secrets.backends() {
        let is_azure = backend
            .known_class()
            .is_some_and(|found| found.class.short_name == "azure_key_vault");
        if !is_azure {
            continue;
        }
        for (_, name, _) in PREFIXES {
            azure_part(backend, name, findings);
        }
        azure_part(backend, "sep", findings);
    }
}

fn azure_part(backend: &Backend<'_>, name: &'static str, findings: &mut Findings) {
    let Some(kwarg) = backend.kwarg(name) else {
        return;
    };
    let Some(text) = kwarg.value.string().filter(Text::is_known) else {
        return;
    };
    let Some(fault) = character(text.expose(), "-_", "Azure Key Vault") else {
        return;
    };
    let role = backend.role;
    findings
        .report(
            &RULE,
            Place::new(kwarg.setting.file, text.span(fault.range)),
            format!("{}.{}.{name}", role.section(), role.kwargs_option()),
            format!("`{name}` {}: every lookup misses", fault.what),
        )
        .help("write letters, digits and `-` only");
}

fn google_part(backend: &Backend<'_>, name: &'static str, findings: &mut Findings) {
    let Some(kwarg) = backend.kwarg(name) else {
        return;
    };
    let text = match &kwarg.value {
        KwargValue::Json(value) => value.string(),
        KwargValue::Raw(text) => Some((*text).clone()),
    };
    let Some(text) = text.filter(Text::is_known) else {
        return;
    };
    let Some(fault) = character(text.expose(), "_-", "Google Secret Manager") else {
        return;
    };
    let role = backend.role;
    findings
        .report(
            &RULE,
            Place::new(kwarg.setting.file, text.span(fault.range)),
            format!("{}.{}.{name}", role.section(), role.kwargs_option()),
            format!(
                "`{name}` {}: AirflowException {}, {}",
                fault.what,
                role.when_built(),
                role.nothing_starts()
            ),
        )
        .help("write letters, digits, `-` and `_` only");
}
