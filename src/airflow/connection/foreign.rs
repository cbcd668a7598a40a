//! Objects that are something else than a connection: told by the keys that only their writer uses.

use super::Format;
use super::keys::{taken, unknown_members};
use crate::syntax::json::{Json, Kind, Member, Value};

/// What an object is instead of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Foreign {
    /// Credentials as the AWS API, its command line or a credential process write them.
    AwsCredentials,
    /// The key file of a Google service account.
    ServiceAccount,
}

/// Keys of an AWS access key, each with the key of its secret.
const AWS_KEYS: [(&str, &str); 4] = [
    ("AccessKeyId", "SecretAccessKey"),
    ("access_key_id", "secret_access_key"),
    ("aws_access_key_id", "aws_secret_access_key"),
    ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"),
];

/// What an object without a `conn_type` and a host is, where that is beyond doubt.
pub(super) fn foreign(root: Value<'_>) -> Option<Foreign> {
    let has = |name: &str| root.get(name).is_some();
    if has("conn_type") || has("host") || has("uri") {
        return None;
    }
    let credentials = root.get("Credentials").unwrap_or(root);
    let is_aws = AWS_KEYS
        .iter()
        .any(|(id, secret)| credentials.get(id).is_some() && credentials.get(secret).is_some());
    if is_aws {
        return Some(Foreign::AwsCredentials);
    }
    let google = has("private_key") && has("client_email") && has("type");
    google.then_some(Foreign::ServiceAccount)
}

/// Keys with which RDS, Redshift and `DocumentDB` say whose secret it is.
const OF_RDS: [&str; 5] = [
    "engine",
    "dbInstanceIdentifier",
    "dbClusterIdentifier",
    "masterarn",
    "namespaceName",
];

/// `dbname` of a secret in the form of RDS, where `format` drops it and no other key names the
/// database: `SecretsManagerBackend` builds the connection without.
pub fn lost_database<'a>(tree: &'a Json, format: &Format) -> Option<Member<'a>> {
    if !format.is_secrets_manager() {
        return None;
    }
    let root = tree.root();
    let member = unknown_members(tree, format)
        .into_iter()
        .find(|member| member.key.as_str().is_some_and(|name| name == "dbname"))?;
    let is_said = member.value.kind() == Kind::String && member.value.is_truthy();
    let is_rds = OF_RDS.iter().any(|name| root.get(name).is_some());
    let has_schema = taken(root, format)
        .iter()
        .any(|taken| taken.field == "schema" && taken.member.value.is_truthy());
    (is_said && is_rds && !has_schema).then_some(member)
}
