//! `config_kwargs` of the AWS backends, which become `botocore.config.Config(**config_kwargs)` in
//! every lookup, with a role or without one: `AwsConnectionWrapper.__attrs_post_init__`.

use super::call::{Call, Kwarg};
use super::kwarg_type::RULE;
use crate::airflow::backend::ask::{CONFIG_OPTIONS, RETRIES, RETRY_MODES};
use crate::report::{Findings, Severity};
use crate::source::{Place, Span};
use crate::syntax::json::{Kind, Value};

/// Something that botocore refuses.
struct Fault {
    span: Span,
    severity: Severity,
    what: String,
    help: &'static str,
}

/// Keys and retries that botocore refuses.
pub(super) fn check(call: &Call<'_>, kwarg: &Kwarg<'_>, findings: &mut Findings) {
    if !call.class.is_aws() || kwarg.name != "config_kwargs" {
        return;
    }
    for fault in faults(kwarg.value) {
        let place = Place::new(kwarg.place().file, fault.span);
        let message = format!(
            "{}: every lookup raises, which Airflow swallows, so the backend is skipped",
            fault.what
        );
        findings
            .report(&RULE, place, call.subject(kwarg), message)
            .help(fault.help)
            .severity(fault.severity);
    }
}

/// True when the object cannot even be made.
pub(super) fn is_refused(config_kwargs: Value<'_>) -> bool {
    !faults(config_kwargs).is_empty()
}

fn faults(config_kwargs: Value<'_>) -> Vec<Fault> {
    let mut faults = Vec::new();
    for member in config_kwargs.effective_members() {
        let Some(name) = member.key.as_str().filter(|_| member.key.raw().is_known()) else {
            continue;
        };
        if !CONFIG_OPTIONS.contains(&name.as_ref()) {
            faults.push(Fault {
                span: member.key.inner_span(),
                // A later botocore may know more of them.
                severity: Severity::Warning,
                what: String::from("a key of `config_kwargs` is no option of botocore's `Config`"),
                help: "use the options of botocore.config.Config",
            });
        } else if name == "retries" {
            retries(member.value, &mut faults);
        }
    }
    faults
}

fn retries(value: Value<'_>, faults: &mut Vec<Fault>) {
    if !value.raw().is_known() || value.kind() == Kind::Null {
        return;
    }
    let mut refuse = |span, what, help| {
        faults.push(Fault {
            span,
            severity: Severity::Error,
            what,
            help,
        });
    };
    if value.kind() != Kind::Object {
        let what = format!("`config_kwargs.retries` is {}", value.kind().described());
        let help = "write an object such as {\"max_attempts\": 5, \"mode\": \"standard\"}";
        refuse(value.inner_span(), what, help);
        return;
    }
    for member in value.effective_members() {
        let Some(name) = member.key.as_str() else {
            continue;
        };
        if !RETRIES.contains(&name.as_ref()) {
            let what = String::from("a key of `config_kwargs.retries` is none of botocore's");
            let help = "use max_attempts, total_max_attempts and mode";
            refuse(member.key.inner_span(), what, help);
        } else if name == "mode"
            && let Some(mode) = member.value.as_str()
            && !RETRY_MODES.contains(&mode.as_ref())
        {
            let what = String::from("`config_kwargs.retries.mode` is none of botocore's modes");
            refuse(
                member.value.inner_span(),
                what,
                "write legacy, standard or adaptive",
            );
        }
    }
}
