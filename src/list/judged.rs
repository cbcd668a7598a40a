//! What the rules say of one value: which of them explains a failure, and whether the rest may be shown.

use crate::airflow::Target;
use crate::airflow::conn_types::OwnTypes;
use crate::airflow::connection::{Failure, Format, Reading, Reason, Shape};
use crate::check::{Checks, run_checks};
use crate::inputs::Input;
use crate::report::{Finding, Findings, Selection, Severity};
use crate::rules::EntryContext;
use crate::settings::SettingsFile;
use crate::source::Text;

use super::{Built, MayShow, Problem, Status};

/// What is wrong where [`crate::airflow::backend::Constructed::words_exception`] has one.
pub(crate) const BAD_WORDS: &str = "`extra_conn_words` of the backend is no object of lists";

/// The rules about entries.
pub(crate) struct Judged<'s> {
    checks: Checks,
    pub(crate) settings_file: &'s SettingsFile,
}

impl<'s> Judged<'s> {
    pub(crate) fn new(settings_file: &'s SettingsFile) -> Self {
        Self {
            checks: Checks::wanted(&Selection::default()),
            settings_file,
        }
    }

    /// What the rules find on the value of a connection.
    pub(crate) fn findings(
        &self,
        input: &Input,
        target: &Target,
        context: &EntryContext<'_>,
    ) -> Vec<Finding> {
        if !context.format.has_rules() {
            return Vec::new();
        }
        let run = |check: fn(&EntryContext<'_>, &mut Findings), findings: &mut Findings| {
            check(context, findings);
        };
        let (mut found, _) = run_checks(&input.path, target, &self.checks.connection, run);
        if let Some(value) = context.value_place {
            found.retain(|finding| {
                let span = finding.place.span;
                finding.place.file == value.file
                    && value.span.start <= span.start
                    && span.end <= value.span.end
            });
        }
        found
    }

    /// As [`connection`], for a listing: half of a surrogate pair is nothing that can be printed.
    pub(crate) fn listed<'e>(
        &self,
        value: &Text,
        reading: &'e Reading,
        format: &'e Format,
        findings: &[Finding],
    ) -> Status<'e> {
        let own = &self.settings_file.conn_types;
        let status = connection(value, reading, format, findings, own);
        match &status {
            Status::Connection(built) if holds_surrogate(built.reading) => {
                Status::Unknown("it holds half of a surrogate pair, which no text can hold")
            }
            _ => status,
        }
    }
}

fn holds_surrogate(reading: &Reading) -> bool {
    if let Some(Failure {
        reason: Reason::Surrogate(_),
        ..
    }) = &reading.unusable
    {
        return true;
    }
    let Ok(connection) = &reading.outcome else {
        return false;
    };
    let fields = [
        &connection.conn_type,
        &connection.description,
        &connection.host,
        &connection.login,
        &connection.password,
        &connection.schema,
        &connection.extra,
    ];
    fields.into_iter().flatten().any(Text::is_lossy)
}

/// What becomes of a connection that was read. `findings` stand on its value.
pub(crate) fn connection<'e>(
    value: &Text,
    reading: &'e Reading,
    format: &'e Format,
    findings: &[Finding],
    own: &OwnTypes,
) -> Status<'e> {
    if !value.is_known() {
        return Status::Unknown("the value holds what is not known before Airflow runs");
    }
    match &reading.outcome {
        Err(failure) if failure.reason == Reason::Undecided => {
            Status::Unknown("what this release makes of the value is not known")
        }
        Err(failure) if failure.reason == Reason::NotThere => {
            Status::Unreachable("the backend finds no connection in the value")
        }
        // The backend says "not here" (`if value:`), nothing is raised.
        Err(failure) if failure.exception.is_empty() => {
            Status::Unreachable("the value is empty, which Airflow takes for not there")
        }
        Err(failure) => Status::Error(problem(failure, findings)),
        Ok(connection) => {
            let sure = findings.iter().all(|one| one.severity < Severity::Warning);
            Status::Connection(Built {
                reading,
                format,
                may_show: MayShow {
                    parts: sure && format.has_rules() && !has_late_at(value, reading),
                    own_type: connection
                        .conn_type
                        .as_ref()
                        .is_some_and(|name| own.has(name.expose())),
                },
                unusable: reading
                    .unusable
                    .as_ref()
                    .map(|failure| problem(failure, findings)),
            })
        }
    }
}

fn problem(failure: &Failure, findings: &[Finding]) -> Problem {
    let worst = findings.iter().max_by_key(|finding| finding.severity);
    Problem {
        airflow: failure.exception,
        rule: worst.map(|finding| finding.rule.code),
        message: worst.map_or_else(
            || {
                format!(
                    "Airflow raises {} when it reads the value",
                    failure.exception
                )
            },
            |finding| finding.message.to_string(),
        ),
    }
}

/// An `@` behind the authority may belong to credentials that were cut.
fn has_late_at(value: &Text, reading: &Reading) -> bool {
    if let Some(nested) = &reading.nested {
        return has_late_at(&nested.text, &nested.reading);
    }
    match &reading.shape {
        Shape::Uri(parts) => {
            let end = parts
                .authority
                .as_ref()
                .map_or(0, |authority| authority.end);
            value
                .expose()
                .get(end..)
                .is_none_or(|rest| rest.contains('@'))
        }
        Shape::Json(_) | Shape::Blank => false,
    }
}
