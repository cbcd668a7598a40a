//! AV437: objects that are something else than a connection.

use super::{speak, view};
use crate::airflow::connection::{FaultKind, Foreign, lost_database};
use crate::report::{Findings, Severity};
use crate::rules::{Check, EntryContext};

crate::rule! {
    /// # not-a-connection
    ///
    /// ## What it does
    ///
    /// Finds values that are another program's secret where a connection should be: AWS credentials, the key
    /// file of a Google service account, and in Secrets Manager a secret in the form of RDS, whose
    /// `dbname` gets lost.
    ///
    /// ## Why is this bad?
    ///
    /// The keys of the object become keyword arguments: credentials raise `TypeError`, and the connection is
    /// reported as not defined; the Secrets Manager backend drops their keys, and an empty connection is
    /// found. Both are errors. Of a secret that RDS wrote, the Secrets Manager backend reads `engine`,
    /// `username`, `password`, `host` and `port`, but not `dbname`: the connection has no schema, and
    /// the task works in whatever database is the default of its user.
    ///
    /// A bare password has no scheme: AV401 speaks of it. Of an RDS secret elsewhere than in Secrets Manager, and
    /// of other keys that are unknown or get lost, AV421 speaks.
    ///
    /// ## Example
    ///
    /// ```json
    /// {
    ///   "ARN": "arn:aws:secretsmanager:eu-west-1:123456789012:secret:airflow/connections/db-AbCdEf",
    ///   "Name": "airflow/connections/db",
    ///   "VersionId": "00000000-0000-4000-8000-000000000001",
    ///   "SecretString": "{\"engine\": \"postgres\", \"host\": \"db.example.com\", \"username\": \"etl\", \"password\": \"example-pw\", \"dbname\": \"dwh\"}"
    /// }
    /// ```
    ///
    /// airvane says:
    ///
    /// ```text
    /// dump.json:5:130: warning[AV437] not-a-connection: the value is a secret in the form of RDS: the Secrets Manager backend drops `dbname`, and the connection has no schema
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```json
    /// {
    ///   "ARN": "arn:aws:secretsmanager:eu-west-1:123456789012:secret:airflow/connections/db-AbCdEf",
    ///   "Name": "airflow/connections/db",
    ///   "VersionId": "00000000-0000-4000-8000-000000000001",
    ///   "SecretString": "{\"engine\": \"postgres\", \"host\": \"db.example.com\", \"username\": \"etl\", \"password\": \"example-pw\", \"database\": \"dwh\"}"
    /// }
    /// ```
    ///
    /// ## Versions
    ///
    /// Airflow 2.3 and later; the Secrets Manager backend of amazon 7.0 and later.
    ///
    /// ## References
    ///
    /// - <https://airflow.apache.org/docs/apache-airflow-providers-amazon/stable/secrets-backends/aws-secrets-manager.html>
    /// - <https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_secret_json_structure.html>
    "AV437", "not-a-connection", Warning, since "0.1.0",
    checks &[Check::Connection(check)],
}

fn check(context: &EntryContext<'_>, findings: &mut Findings) {
    let belongs = |kind: &FaultKind| matches!(kind, FaultKind::Foreign(_));
    let Some(fault) = speak::fault(context, belongs) else {
        return database(context, findings);
    };
    let (what, help) = match fault.kind {
        FaultKind::Foreign(Foreign::ServiceAccount) => (
            "the key file of a Google service account",
            "write {\"conn_type\": \"google_cloud_platform\", \"extra\": {\"keyfile_dict\": {…}}} with \
             the file as `keyfile_dict`",
        ),
        _ => (
            "AWS credentials",
            "write {\"conn_type\": \"aws\", \"login\": …, \"password\": …} with the access key id as \
             login and the secret access key as password",
        ),
    };
    let outcome = if fault.exception.is_some() {
        speak::consequence(context, fault)
    } else {
        "the Secrets Manager backend drops every key, and Airflow finds an empty connection"
            .to_owned()
    };
    let message = format!(
        "the value is {what}, not a connection: {outcome}{}",
        speak::whose(context)
    );
    speak::report_as(findings, &RULE, Severity::Error, context, fault, message).help(help);
}

/// `dbname` of an RDS secret, which is no alias of `schema`.
fn database(context: &EntryContext<'_>, findings: &mut Findings) {
    let tree = view::of(context).and_then(|view| view.tree);
    let Some(member) = tree.and_then(|tree| lost_database(tree, context.format)) else {
        return;
    };
    let message = "the value is a secret in the form of RDS: the Secrets Manager backend drops \
                   `dbname`, and the connection has no schema";
    view::report(
        findings,
        &RULE,
        context,
        &member.key.raw(),
        message.to_owned(),
    )
    .help("add the database under `schema` or `database`, or name `dbname` in `extra_conn_words`");
}
