//! What botocore refuses of the request that assumes a role, before it is sent
//! (`ParamValidationError`).

use crate::airflow::backend::data::KwargFact;
use crate::aws::arn;
use crate::syntax::json::{self, Kind};

/// True unless botocore refuses the member of the request to STS for certain.
pub(super) fn is_request_member(fact: Option<&KwargFact>, member: &json::Member<'_>) -> bool {
    let Some(name) = member.key.as_str() else {
        return true;
    };
    // `RoleArn` is given as well, and wins.
    if name == "RoleArn" || !member.value.raw().is_known() {
        return true;
    }
    let known = fact.and_then(|fact| fact.object_keys.get("assume_role"));
    if known.is_some_and(|known| !known.iter().any(|other| *other == *name)) {
        return false;
    }
    let value = member.value;
    let length = value.as_str().map(|text| text.chars().count());
    match name.as_ref() {
        "RoleSessionName" | "ExternalId" => length.is_some_and(|length| length >= 2),
        "DurationSeconds" => match value.kind() {
            Kind::Integer => value.raw().expose().parse::<i64>().is_ok_and(|n| n >= 900),
            _ => false,
        },
        "TokenCode" => length.is_some_and(|length| length >= 6),
        "SerialNumber" => length.is_some_and(|length| length >= 9),
        "Policy" => length.is_some_and(|length| length >= 1),
        "SourceIdentity" => length.is_some_and(|length| length >= 2),
        "TransitiveTagKeys" => is_list_of(value, Kind::String),
        "PolicyArns" => is_list_of(value, Kind::Object) && value.items().all(is_policy),
        "Tags" => is_list_of(value, Kind::Object) && value.items().all(is_tag),
        "ProvidedContexts" => is_list_of(value, Kind::Object),
        _ => true,
    }
}

/// `{"arn": "…"}`
fn is_policy(item: json::Value<'_>) -> bool {
    item.effective_members().iter().all(|member| {
        let long = |text: &str| text.chars().count() >= arn::MIN_LENGTH;
        member.key.as_str().as_deref() == Some("arn")
            && member.value.as_str().is_some_and(|text| long(&text))
    })
}

/// `{"Key": "…", "Value": "…"}`
fn is_tag(item: json::Value<'_>) -> bool {
    let text = |name: &str| item.get(name).and_then(json::Value::as_str);
    let key = text("Key").is_some_and(|key| !key.is_empty());
    key && text("Value").is_some() && item.effective_members().len() == 2
}

fn is_list_of(value: json::Value<'_>, kind: Kind) -> bool {
    value.kind() == Kind::Array && value.items().all(|item| item.kind() == kind)
}
