//! AV426: `uri` beside other fields.

use super::{speak, view};
use crate::airflow::connection::FaultKind;
use crate::report::{Findings, Severity};
use crate::rules::{Check, EntryContext};

crate::rule! {
    /// # uri-with-fields
    ///
    /// ## What it does
    ///
    /// Finds JSON connections that hold `uri` and other fields.
    ///
    /// ## Why is this bad?
    ///
    /// `Connection` takes a URI or the fields, not both: it raises `AirflowException`, and the connection
    /// is reported as not defined. `description` may stand beside `uri` on the server; tasks refuse that
    /// as well, and even an empty `uri` beside fields. The Secrets Manager backend does not know `uri`:
    /// it builds the connection from the fields and drops the URI without a word, which is a warning.
    ///
    /// ## Example
    ///
    /// ```dotenv
    /// AIRFLOW_CONN_DB={"uri": "postgres://db.example.com/dwh", "login": "etl", "password": "example-pw"}
    /// ```
    ///
    /// airvane says:
    ///
    /// ```text
    /// .env:1:18: error[AV426] uri-with-fields: `uri` stands beside other fields: Airflow raises `AirflowException` and reports the connection as not defined
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```dotenv
    /// AIRFLOW_CONN_DB={"uri": "postgres://etl:example-pw@db.example.com/dwh"}
    /// ```
    ///
    /// ## Versions
    ///
    /// Airflow 2.3 and later; in tasks since 3.1. The Secrets Manager backend drops `uri` since amazon 7.0.
    ///
    /// ## References
    ///
    /// - <https://airflow.apache.org/docs/apache-airflow/stable/howto/connection.html#json-format>
    /// - <https://airflow.apache.org/docs/apache-airflow-providers-amazon/stable/secrets-backends/aws-secrets-manager.html>
    "AV426", "uri-with-fields", Error, since "0.1.0",
    checks &[Check::Connection(check)],
}

fn check(context: &EntryContext<'_>, findings: &mut Findings) {
    let belongs = |kind: &FaultKind| matches!(kind, FaultKind::UriWithFields { .. });
    let Some(fault) = speak::fault(context, belongs) else {
        return dropped(context, findings);
    };
    let task_only = fault.kind == FaultKind::UriWithFields { task_only: true };
    let message = format!(
        "`uri` stands beside other fields: {}{}",
        speak::consequence(context, fault),
        speak::whose(context)
    );
    let help = if task_only {
        "write `uri` alone, or only the fields: tasks take not even `description` or an empty \
         `uri` beside"
    } else {
        "put everything into `uri`, or write the fields without it"
    };
    speak::report(findings, &RULE, context, fault, message).help(help);
}

/// `SecretsManagerBackend._standardize_secret_keys` knows no `uri`.
fn dropped(context: &EntryContext<'_>, findings: &mut Findings) {
    if !context.format.is_secrets_manager() {
        return;
    }
    let Some(object) = view::of(context).and_then(|view| view.object) else {
        return;
    };
    let Some(member) = object.member("uri").filter(|uri| uri.value.is_truthy()) else {
        return;
    };
    let message = "`uri` stands beside other fields: the Secrets Manager backend drops it and \
                   builds the connection from the fields alone";
    view::report(
        findings,
        &RULE,
        context,
        &member.key.raw(),
        message.to_owned(),
    )
    .severity(Severity::Warning)
    .help("remove `uri`, or store the URI itself as the whole value");
}
