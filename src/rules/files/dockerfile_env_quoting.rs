//! AV014: `ENV` instructions whose quotes BuildKit reads otherwise.

use crate::inputs::carrier::{Fault, FaultKind};
use crate::inputs::env::{is_known_name, is_public_name};
use crate::inputs::{Tree, dockerfile};
use crate::report::{Edit, Findings, Fix};
use crate::rule;
use crate::rules::{Check, FileContext};
use crate::source::Place;
use crate::syntax::dockerfile::Cause;

rule! {
    /// # dockerfile-env-quoting
    ///
    /// ## What it does
    ///
    /// Finds `ENV` instructions of a Dockerfile that give Airflow another value than the one that is written, or that
    /// stop the build: JSON without quotes round it, blanks round `=`, a blank in a value without quotes, a quote or a
    /// `${` that is never closed. Names that do not begin with `AIRFLOW_` are left alone.
    ///
    /// ## Why is this bad?
    ///
    /// BuildKit reads a value as a shell does: it removes quotes, and a blank outside of them ends the value. Of
    /// `{"sep":"/"}` Airflow gets `{sep:/}`, which is no JSON, and the build says nothing of it. In `ENV NAME = value` the
    /// first blank ends the name, and the value begins with `= `.
    ///
    /// ## Example
    ///
    /// ```dockerfile
    /// FROM apache/airflow:3.3.2
    /// ENV AIRFLOW__SECRETS__BACKEND_KWARGS={"connections_prefix":"/airflow/connections"}
    /// ENV AIRFLOW__SECRETS__BACKEND = airflow.providers.amazon.aws.secrets.systems_manager.SystemsManagerParameterStoreBackend
    /// ```
    ///
    /// airvane says:
    ///
    /// ```text
    /// Dockerfile:2:38: error[AV014] dockerfile-env-quoting: `docker build` removes the double quotes of this JSON: what Airflow reads in `AIRFLOW__SECRETS__BACKEND_KWARGS` is no JSON
    /// Dockerfile:3:31: error[AV014] dockerfile-env-quoting: a blank stands before the `=`: `docker build` takes the `=` for a part of the value, and Airflow reads it in `AIRFLOW__SECRETS__BACKEND`
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```dockerfile
    /// FROM apache/airflow:3.3.2
    /// ENV AIRFLOW__SECRETS__BACKEND_KWARGS='{"connections_prefix":"/airflow/connections","region_name":"eu-west-1"}'
    /// ENV AIRFLOW__SECRETS__BACKEND=airflow.providers.amazon.aws.secrets.systems_manager.SystemsManagerParameterStoreBackend
    /// ```
    ///
    /// Between single quotes everything is kept, `$` included. Where the value holds a reference to an `ARG`, or a single
    /// quote, write double quotes round it and `\` before each double quote in it: `"{\"role_arn\": \"$ROLE_ARN\"}"`.
    ///
    /// ## Fix
    ///
    /// Single quotes are put round JSON that holds no single quote, `$` or `\`; the blanks round `=` are removed. Both
    /// are safe: the file is read once more as BuildKit reads it, and nothing else may change.
    ///
    /// ## Versions
    ///
    /// BuildKit (Docker 23 and newer use it by default); the builder before it reads `ENV` alike.
    ///
    /// ## References
    ///
    /// - <https://docs.docker.com/reference/dockerfile/#env>
    /// - <https://docs.docker.com/reference/build-checks/legacy-key-value-format/>
    "AV014", "dockerfile-env-quoting", Error, since "0.1.0",
    checks &[Check::File(check)],
}

fn check(cx: &FileContext<'_>, findings: &mut Findings) {
    let Tree::Carrier(around) = &cx.input.tree else {
        return;
    };
    for fault in &around.faults {
        // A bare word may be a value that was torn off.
        let is_bare = fault.kind == FaultKind::DockerfileStops(Cause::NoValue);
        let name = Some(fault.name.as_str())
            .filter(|name| is_public_name(name) && (!is_bare || is_known_name(name)));
        let of = name.map_or_else(|| "a variable".to_owned(), |name| format!("`{name}`"));
        let (word, message, help) = match fault.kind {
            FaultKind::DockerfileJson { stops, .. } => {
                let message = if stops {
                    format!(
                        "a blank ends the value of {of} in the midst of its JSON: what follows has no `=`, and \
                         `docker build` stops"
                    )
                } else {
                    format!(
                        "`docker build` removes the double quotes of this JSON: what Airflow reads in {of} is no JSON"
                    )
                };
                ("json", message, json_help(cx, fault))
            }
            FaultKind::DockerfileEquals { .. } => (
                "equals",
                format!(
                    "a blank stands before the `=`: `docker build` takes the `=` for a part of the value, and Airflow \
                     reads it in {of}"
                ),
                "write `NAME=value` without blanks round the `=`",
            ),
            FaultKind::DockerfileStops(cause) => {
                let (why, help) = stops(cause);
                let message = format!("{why}: `docker build` stops, and {of} is not set");
                ("stops", message, help)
            }
            _ => continue,
        };
        let subject = format!("{word} {}", name.unwrap_or("-"));
        let finding = findings.report(&RULE, Place::new(cx.input.id, fault.span), subject, message);
        finding.help(help);
        finding.fix(fix(cx, fault));
    }
}

/// Between single quotes no reference is replaced, and no single quote can stand.
fn json_help(cx: &FileContext<'_>, fault: &Fault) -> &'static str {
    let json = cx.input.bytes.get(fault.span.start..fault.span.end);
    if json.is_some_and(|json| json.iter().any(|byte| matches!(byte, b'\'' | b'$'))) {
        "write double quotes round the whole value, and `\\` before each double quote in it"
    } else {
        "write single quotes round the whole value"
    }
}

/// What BuildKit stumbles over, and what to write.
fn stops(cause: Cause) -> (&'static str, &'static str) {
    match cause {
        Cause::NoEquals => (
            "a blank ends the value before this word, which has no `=`",
            "write quotes round the whole value",
        ),
        Cause::Unterminated(_) => (
            "the quote is never closed",
            "close it, or write `\\` before a quote that belongs to the value",
        ),
        Cause::MissingBrace => ("`${` is never closed", "close it, or write `\\$`"),
        Cause::BadSubstitution | Cause::Pattern => (
            "BuildKit cannot read this `${…}`",
            "write `\\$` where no reference is meant",
        ),
        Cause::Required => (
            "the reference asks for a name that is not set",
            "set the name before this line",
        ),
        Cause::NoValue | Cause::NoArguments => ("`ENV` takes a value", "write `NAME=value`"),
        Cause::NoName => (
            "no name stands before the `=`",
            "write `NAME=value`, without a blank before the `=`",
        ),
        Cause::Option => ("`ENV` has no options", "remove it"),
        Cause::UnknownInstruction
        | Cause::NoStage
        | Cause::From
        | Cause::Directive
        | Cause::Heredoc => (
            "the instruction stands in no stage",
            "write `FROM` above the first `ENV`",
        ),
    }
}

fn fix(cx: &FileContext<'_>, fault: &Fault) -> Option<Fix> {
    let text = std::str::from_utf8(&cx.input.bytes).ok()?;
    let (message, changes) = match fault.kind {
        FaultKind::DockerfileJson {
            is_mendable: true, ..
        } => (
            "write single quotes round it",
            dockerfile::quotes(text, fault.span),
        ),
        FaultKind::DockerfileEquals { is_mendable: true } => {
            ("remove the blanks", dockerfile::blanks(text, fault.span))
        }
        _ => return None,
    };
    let changes = changes.into_iter();
    let edits = changes
        .filter(|(span, new)| !span.is_empty() || !new.is_empty())
        .map(|(span, new)| {
            let place = Place::new(cx.input.id, span);
            if new.is_empty() {
                Edit::delete(place)
            } else {
                Edit::replace(place, new)
            }
        });
    Some(Fix::safe(message, edits.collect()))
}
