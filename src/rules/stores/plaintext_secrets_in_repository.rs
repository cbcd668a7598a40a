//! AV712: an export, a local secrets file or a `.env` with credentials, where git would commit it.

use std::path::Path;

use crate::airflow::Runtime;
use crate::airflow::connection::credential::{holds_credential, is_sensitive_name, is_token};
use crate::airflow::connection::{Format, Reader};
use crate::inputs::{Definition, EntryKind, Input, is_sample};
use crate::report::{Finding, Findings};
use crate::rules::{Check, DeploymentContext, StoreContext};
use crate::source::{Place, Text};

crate::rule! {
    /// # plaintext-secrets-in-repository
    ///
    /// ## What it does
    ///
    /// Finds exports of secret stores, local secrets files and `.env` files that hold a credential in clear
    /// text (the password of a connection, a variable whose name says that it is a secret, a decrypted
    /// `SecureString`) and that git would commit: they lie in a repository, and no ignore rule names
    /// them. No git command is run. It points at the first credential of a file.
    ///
    /// Samples, tests and fixtures are left alone, and so are credentials that open nothing: those of
    /// quick starts (`airflow`, `postgres`, `changeme`), of containers on the same machine, of
    /// `example.com`.
    ///
    /// ## Why is this bad?
    ///
    /// Whoever can read the repository, now or later, can read the secrets.
    ///
    /// ## Example
    ///
    /// ```dotenv
    /// AIRFLOW_CONN_WAREHOUSE=postgres://loader:kW7-qqT9vLm2@warehouse.corp.internal/dwh
    /// ```
    ///
    /// airvane says:
    ///
    /// ```text
    /// .env:1:24: warning[AV712] plaintext-secrets-in-repository: a connection with its password stands in clear text in a file that git would commit
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```dotenv
    /// AIRFLOW_CONN_WAREHOUSE=postgres://loader:${WAREHOUSE_PASSWORD}@warehouse.corp.internal/dwh
    /// ```
    ///
    /// ## Versions
    ///
    /// All.
    ///
    /// ## References
    ///
    /// - <https://airflow.apache.org/docs/apache-airflow/stable/security/secrets/secrets-backend/index.html>
    "AV712", "plaintext-secrets-in-repository", Warning, since "0.1.0",
    checks &[Check::Deployment(definitions), Check::Store(store)],
}

/// What stands in clear text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Credential {
    /// A connection with a password.
    Connection,
    /// A variable with the name of a secret.
    Variable,
    /// What SSM keeps encrypted.
    SecureString,
}

/// The credential that an entry holds, if it plainly holds one.
pub fn credential(
    kind: Option<EntryKind>,
    id: &str,
    value: &Text,
    secure: bool,
    reader: &Reader,
    format: &Format,
) -> Option<Credential> {
    let text = value.expose();
    match kind {
        Some(EntryKind::Connection) => {
            holds_credential(value, reader, format).then_some(Credential::Connection)
        }
        Some(EntryKind::Variable) if is_sensitive_name(id) && is_token(text, &[id]) => {
            Some(Credential::Variable)
        }
        _ => (secure && value.is_known() && is_token(text, &[id]))
            .then_some(Credential::SecureString),
    }
}

/// False where [`credential`] finds none in an entry of this name, whatever its value is. Not for what stores keep
/// encrypted.
pub fn may_hold(kind: EntryKind, id: &str) -> bool {
    kind != EntryKind::Variable || is_sensitive_name(id)
}

fn definitions(cx: &DeploymentContext<'_>, findings: &mut Findings) {
    let reader = Reader {
        airflow: cx.target.airflow,
        runtime: Runtime::Server,
        python: cx.target.python,
    };
    for input in cx.inputs {
        if !cx.committed.contains(&input.id) || is_left_alone(&input.path) {
            continue;
        }
        let holds = |one: &Definition| {
            let format = Format::of(one);
            credential(Some(one.kind), &one.id, &one.value, false, &reader, &format)
        };
        let first = input
            .definitions
            .iter()
            .find_map(|one| Some((one, holds(one)?)));
        if let Some((one, what)) = first {
            let place = Place::new(input.id, one.value.source());
            tell(what, place, findings);
        }
    }
}

/// An export, or what is read like one.
pub(crate) fn store(cx: &StoreContext<'_>, findings: &mut Findings) {
    let Some((what, spot)) = cx.credential.filter(|_| !is_left_alone(&cx.input.path)) else {
        return;
    };
    let place = Place::new(cx.input.id, spot.span);
    tell(what, place, findings).position = Some(spot.position);
}

/// True for a file of which the rule may speak.
pub fn is_asked(input: &Input) -> bool {
    !is_left_alone(&input.path)
}

/// Samples, and what lies among tests.
fn is_left_alone(path: &Path) -> bool {
    const FOLDERS: [&str; 11] = [
        "test", "tests", "testing", "testdata", "fixture", "fixtures", "example", "examples",
        "sample", "samples", "docs",
    ];
    let folders = path.parent().into_iter().flat_map(Path::components);
    is_sample(path)
        || folders
            .map(|part| part.as_os_str().to_string_lossy().to_lowercase())
            .any(|part| FOLDERS.contains(&part.as_str()))
}

fn tell(what: Credential, place: Place, findings: &mut Findings) -> &mut Finding {
    let what = match what {
        Credential::Connection => "a connection with its password",
        Credential::Variable => "a variable that holds a secret",
        Credential::SecureString => "a decrypted `SecureString`",
    };
    let message = format!("{what} stands in clear text in a file that git would commit");
    findings
        .report(&RULE, place, "credentials", message)
        .help("keep the file out of the repository with an ignore rule; if it was committed, change the secret")
}
