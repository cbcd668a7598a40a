//! AV704: values that the store cannot hold.

use super::told::{self, Store};
use crate::inputs::store::Tier;
use crate::report::{Findings, Severity};
use crate::rule;
use crate::rules::{Check, EntryContext};

rule! {
    /// # store-value-limit
    ///
    /// ## What it does
    ///
    /// Checks the values of connections, variables and options against the limits of the store: 4 KB
    /// in the standard tier of SSM, 8 KB in its advanced tier, 64 KB in Secrets Manager.
    ///
    /// SSM also refuses text in double curly braces, which stands for other parameters there. So a
    /// Jinja template cannot be the value of a parameter.
    ///
    /// A value that no tier holds is an error. What needs the advanced tier is a warning, and an info
    /// where the export shows that SSM holds it.
    ///
    /// ## Why is this bad?
    ///
    /// `put-parameter` and `create-secret` fail with a ValidationException, and the store keeps the
    /// value from before, or none.
    ///
    /// ## Example
    ///
    /// ```json
    /// {"Parameters": [
    ///   {"Name": "/airflow/variables/landing_path", "Type": "String", "Value": "s3://example-bucket/{{ ds }}/"}
    /// ]}
    /// ```
    ///
    /// airvane says:
    ///
    /// ```text
    /// dump.json:2:95: warning[AV704] store-value-limit: the value of `/airflow/variables/landing_path` holds text in `{{` and `}}`, which SSM takes for the name of another parameter: `put-parameter` refuses it
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```json
    /// {"Parameters": [
    ///   {"Name": "/airflow/variables/landing_path", "Type": "String", "Value": "s3://example-bucket/"}
    /// ]}
    /// ```
    ///
    /// ## Versions
    ///
    /// All releases: these are the limits of AWS.
    ///
    /// ## References
    ///
    /// - <https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-advanced-parameters.html>
    /// - <https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_PutParameter.html>
    /// - <https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_limits.html>
    "AV704", "store-value-limit", Error, since "0.1.0",
    checks &[Check::Entry(check)],
}

/// Largest value of a standard parameter.
const STANDARD: usize = 4096;
/// Largest value of an advanced parameter.
const ADVANCED: usize = 8192;
/// Largest value of a secret, in bytes.
const SECRET: usize = 65536;

fn check(cx: &EntryContext<'_>, findings: &mut Findings) {
    // The size of an object that somebody decoded, or of ciphertext, says nothing.
    let judged =
        cx.kind.is_some() && !cx.decoded_object && !cx.facts.encrypted && !cx.is_elsewhere();
    let Some(value) = cx.value.filter(|_| judged && !cx.is_sample) else {
        return;
    };
    let text = value.expose();
    match told::store(cx) {
        Some(Store::Ssm) => {
            if text.len() > STANDARD {
                large(cx, text, findings);
            }
            // What SSM has answered with, it has taken.
            if !cx.facts.answered && !cx.is_quiet && has_braces(text) {
                braces(cx, findings);
            }
        }
        // What Secrets Manager does not hold, SSM holds neither.
        store => {
            if text.len() > SECRET && value.text().is_known() {
                let service = match store {
                    Some(_) => "a secret holds at most 65536",
                    None => "a secret holds at most 65536, a parameter of SSM 8192",
                };
                report(
                    cx,
                    Severity::Error,
                    text.len(),
                    service,
                    KEEP_SMALL,
                    findings,
                );
            }
        }
    }
}

const KEEP_SMALL: &str = "keep a large text in S3 or in a file, and its place in the variable";

/// AWS says "KB" in one place and "characters" in another: certain is what is too large both ways.
fn large(cx: &EntryContext<'_>, text: &str, findings: &mut Findings) {
    let characters = text.chars().count();
    let known = cx.value.is_some_and(|value| value.text().is_known());
    let sure = |severity: Severity, longest: usize| {
        if characters > longest && known {
            severity
        } else {
            severity.lowered()
        }
    };
    if text.len() > ADVANCED {
        let severity = sure(Severity::Error, ADVANCED);
        let limit = "no tier of SSM holds more than 8192";
        report(
            cx,
            severity,
            text.len(),
            limit,
            "store it in Secrets Manager, which holds 65536 bytes",
            findings,
        );
        return;
    }
    let (severity, limit) = match cx.facts.tier {
        Some(Tier::Advanced) => return,
        Some(Tier::Standard) => (Severity::Warning, "its tier, Standard, holds at most 4096"),
        None if cx.facts.answered => (
            Severity::Info,
            "SSM holds more than 4096 in its advanced tier only",
        ),
        None => (
            Severity::Warning,
            "SSM holds more than 4096 in its advanced tier only",
        ),
    };
    let help = "store it with `--tier Advanced`, or keep it in Secrets Manager";
    report(
        cx,
        sure(severity, STANDARD),
        text.len(),
        limit,
        help,
        findings,
    );
}

fn report(
    cx: &EntryContext<'_>,
    severity: Severity,
    bytes: usize,
    limit: &str,
    help: &str,
    findings: &mut Findings,
) {
    let place = cx.value_place.unwrap_or(cx.name_place);
    findings
        .report(
            &RULE,
            place,
            cx.subject(),
            format!(
                "the value of {} has {bytes} bytes: {limit}",
                told::named(cx)
            ),
        )
        .severity(severity)
        .help(help);
}

/// `{{…}}` around what may be a name or an expression: a password may hold both by chance.
pub(crate) fn has_braces(text: &str) -> bool {
    reference(text).is_some()
}

/// Where the first reference begins.
fn reference(text: &str) -> Option<usize> {
    // To look for two makes ready for long texts, and nearly every value is short and holds none.
    let bytes = text.as_bytes();
    let is_double = |at| bytes.get(at + 1) == Some(&b'{');
    if !memchr::memchr_iter(b'{', bytes).any(is_double) {
        return None;
    }
    memchr::memmem::find_iter(bytes, "{{").find(|open| {
        let rest = text.get(open + 2..).unwrap_or_default();
        rest.split_once("}}").is_some_and(|(inside, _)| {
            inside
                .trim_start()
                .starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
                && !inside.contains('{')
        })
    })
}

fn braces(cx: &EntryContext<'_>, findings: &mut Findings) {
    let Some(value) = cx.value.map(crate::source::LazyText::text) else {
        return;
    };
    let text = value.expose();
    let Some(open) = reference(text) else {
        return;
    };
    let file = cx.value_place.unwrap_or(cx.name_place).file;
    findings
        .report(
            &RULE,
            crate::source::Place::new(file, value.span(open..open + 2)),
            cx.subject(),
            format!(
                "the value of {} holds text in `{{{{` and `}}}}`, which SSM takes for the name of another parameter: \
                 `put-parameter` refuses it",
                told::named(cx)
            ),
        )
        .severity(Severity::Warning)
        .help("keep templates in the DAG or in Secrets Manager");
}
