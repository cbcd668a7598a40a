//! The shapes of exports: which keys make an object a page, an item, a pair or a flat map.
//!
//! Field names are those of the AWS service models (`get-parameters-by-path`,
//! `batch-get-secret-value`, …); renamed projections are known by the usual words.

use crate::syntax::json::Kind as JsonKind;

/// What one object of an export is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// An answer that holds items: `{"Parameters": […]}`.
    Page,
    /// A parameter of SSM.
    Parameter,
    /// A secret of Secrets Manager.
    Secret,
    /// `{name, value}` with free key names.
    Pair,
    /// `{name: value, …}`.
    Map,
}

/// What a member of a page holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PageKey {
    /// One parameter.
    Parameter,
    /// A list of parameters.
    Parameters,
    /// A list of secrets.
    Secrets,
    /// Names that were asked for and do not exist.
    InvalidParameters,
    /// Secrets that could not be read.
    Errors,
    /// More follows.
    NextToken,
}

/// The member of a page that `key` with a value of type `kind` is; `None` for all others.
pub(super) fn page_key(key: &str, kind: Option<JsonKind>) -> Option<PageKey> {
    let is = |wanted: JsonKind| kind.is_none_or(|kind| kind == wanted);
    match key {
        "Parameter" if is(JsonKind::Object) => Some(PageKey::Parameter),
        "Parameters" if is(JsonKind::Array) => Some(PageKey::Parameters),
        "SecretValues" | "SecretList" if is(JsonKind::Array) => Some(PageKey::Secrets),
        "InvalidParameters" if is(JsonKind::Array) => Some(PageKey::InvalidParameters),
        "Errors" if is(JsonKind::Array) => Some(PageKey::Errors),
        "NextToken" if is(JsonKind::String) => Some(PageKey::NextToken),
        _ => None,
    }
}

/// Keys that hold a name in renamed projections.
pub(super) fn is_name_key(key: &str) -> bool {
    ["name", "key", "id", "path"]
        .iter()
        .any(|word| key.eq_ignore_ascii_case(word))
}

/// Keys that hold a value in renamed projections.
pub(super) fn is_value_key(key: &str) -> bool {
    ["value", "val", "secret"]
        .iter()
        .any(|word| key.eq_ignore_ascii_case(word))
}

/// What an object with these members is. The type is `None` for a member that is not complete.
pub(super) fn shape<'k>(members: impl Iterator<Item = (&'k str, Option<JsonKind>)>) -> Shape {
    let (mut arn, mut name, mut secret, mut version) = (false, false, false, false);
    let (mut parameter, mut name_like, mut value_like) = (false, false, false);
    for (key, kind) in members {
        let page = page_key(key, kind);
        if page.is_some_and(|page| !matches!(page, PageKey::Errors | PageKey::NextToken)) {
            return Shape::Page;
        }
        let text = kind.is_none_or(|kind| kind == JsonKind::String);
        match key {
            "ARN" => arn |= text,
            "Name" => name |= text,
            "SecretString" | "SecretBinary" => secret |= text,
            "VersionIdsToStages" | "SecretVersionsToStages" => secret = true,
            "VersionStages" | "VersionId" => version = true,
            "Type" | "DataType" | "Tier" | "LastModifiedDate" => parameter = true,
            _ => {}
        }
        name_like |= text && is_name_key(key);
        value_like |= is_value_key(key);
    }
    if secret || (arn && version) {
        Shape::Secret
    } else if name && parameter {
        Shape::Parameter
    } else if name && arn {
        Shape::Secret
    } else if name_like && value_like {
        Shape::Pair
    } else {
        Shape::Map
    }
}

/// Field names of AWS's answers, and those of Vault that are kept; they may be shown.
pub(super) const FIELDS: &[&str] = &[
    "ARN",
    "AllowedPattern",
    "CreatedDate",
    "DataType",
    "DeletedDate",
    "Description",
    "ErrorCode",
    "Errors",
    "HTTPHeaders",
    "HTTPStatusCode",
    "InvalidParameters",
    "KeyId",
    "KmsKeyId",
    "Labels",
    "LastAccessedDate",
    "LastChangedDate",
    "LastModifiedDate",
    "LastModifiedUser",
    "LastRotatedDate",
    "Message",
    "Name",
    "NextRotationDate",
    "NextToken",
    "OwningService",
    "Parameter",
    "Parameters",
    "Policies",
    "PrimaryRegion",
    "ReplicationStatus",
    "RequestId",
    "ResponseMetadata",
    "RetryAttempts",
    "RotationEnabled",
    "RotationLambdaARN",
    "RotationRules",
    "SecretBinary",
    "SecretId",
    "SecretList",
    "SecretString",
    "SecretValues",
    "SecretVersionsToStages",
    "Selector",
    "SourceResult",
    "Tags",
    "Tier",
    "Type",
    "Value",
    "Version",
    "VersionId",
    "VersionIdsToStages",
    "VersionStages",
    "deletion_time",
    "destroyed",
];
