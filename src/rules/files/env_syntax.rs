//! AV010: a line of a `.env` file that its reader refuses, loses or misreads.

mod comment;
pub(super) mod words;

use self::words::{cause_word, consequence, help, what};
use crate::inputs::Tree;
use crate::inputs::carrier::{Around, Fault, FaultKind};
use crate::inputs::env::{is_assigned_at, is_known_name, is_public_name};
use crate::report::{Findings, Severity};
use crate::rule;
use crate::rules::{Check, FileContext};
use crate::source::Place;
use crate::syntax::dotenv::{
    Cause, Delivery, Dialect, Effect, EnvFile, EnvVariable, Problem, Spaced,
};

rule! {
    /// # env-syntax
    ///
    /// ## What it does
    ///
    /// Finds lines of a `.env` file that the program which reads it refuses, loses or misreads. There is no common
    /// grammar: `--env-dialect` says who reads the file (default: docker compose).
    ///
    /// ## Why is this bad?
    ///
    /// compose and docker refuse the whole file for one wrong line, and no container starts. python-dotenv, systemd and
    /// the Astro CLI drop such a line, shells run it as a command, and Airflow then works with its defaults. Readers that
    /// know no quotes hand them over with the value: `AIRFLOW__CORE__EXECUTOR="LocalExecutor"` names no executor for
    /// `docker run --env-file`.
    ///
    /// Where a reader knows no comments behind a value, ` # …` is reported if what stands before it is surely the whole
    /// value: a number, JSON, a URI, a path, or what the option takes.
    ///
    /// In scripts, an `&` without quotes in the middle of a word is reported, as it ends the command, and so are blanks
    /// beside the `=` of a variable that is set.
    ///
    /// A fault that refuses or ends the file is an error. So is one that costs a variable whose name begins with AIRFLOW;
    /// another variable's line is a warning and is not named.
    ///
    /// ## Example
    ///
    /// ```dotenv
    /// AIRFLOW__SECRETS__BACKEND_KWARGS="{"connections_prefix": "airflow/connections"}"
    /// ```
    ///
    /// airvane says:
    ///
    /// ```text
    /// .env:1:37: error[AV010] env-syntax: text follows the closing quote: compose refuses the whole file and starts no container
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```dotenv
    /// AIRFLOW__SECRETS__BACKEND_KWARGS={"connections_prefix":"airflow/connections"}
    /// ```
    ///
    /// One line, no quotes around it and no blanks is read alike by all readers but the shells, which need single quotes.
    ///
    /// ## Versions
    ///
    /// docker CLI 28, compose-go 2, python-dotenv 1.2, dash 0.5.12, bash 5.2, systemd 254.
    ///
    /// ## References
    ///
    /// - <https://docs.docker.com/compose/how-tos/environment-variables/variable-interpolation/>
    /// - <https://www.freedesktop.org/software/systemd/man/latest/systemd.exec.html>
    "AV010", "env-syntax", Error, since "0.1.0",
    checks &[Check::File(check)],
}

/// The name is one that Airflow may read, in whatever case.
pub(super) fn concerns_airflow(name: Option<&str>) -> bool {
    name.and_then(|name| name.get(..8))
        .is_some_and(|start| start.eq_ignore_ascii_case("AIRFLOW_"))
}

/// The name, where it may be printed. On a broken line it may be a piece of a value, so only the
/// exact spelling counts, and a name that is assigned to or that Airflow knows.
pub(super) fn shown<'a>(cx: &FileContext<'_>, problem: &'a Problem) -> Option<&'a str> {
    let name = problem.name.as_deref();
    let name = name.filter(|name| is_public_name(name) && name.starts_with("AIRFLOW_"))?;
    (is_known_name(name) || is_assigned(&cx.input.bytes, problem.span.start, name)).then_some(name)
}

/// `name=` stands on the line of `at`, or not too far before it.
fn is_assigned(bytes: &[u8], at: usize, name: &str) -> bool {
    const REACH: usize = 64 << 10;
    let at = at.min(bytes.len());
    let line_end = memchr::memchr(b'\n', &bytes[at..]).map_or(bytes.len(), |lf| at + lf);
    let end = line_end.min(at.saturating_add(REACH));
    let near = &bytes[at.saturating_sub(REACH)..end];
    memchr::memmem::find_iter(near, name)
        .any(|found| is_assigned_at(near, name, found + name.len()))
}

/// Airflow itself reads a variable of this name; `AIRFLOW_UID` and its like are for compose files.
fn is_read(name: Option<&str>) -> bool {
    let upper = name
        .filter(|_| concerns_airflow(name))
        .map(str::to_ascii_uppercase);
    upper.is_some_and(|name| {
        let prefixes = ["AIRFLOW__", "AIRFLOW_CONN_", "AIRFLOW_VAR_"];
        prefixes.iter().any(|prefix| name.starts_with(prefix))
            || ["AIRFLOW_HOME", "AIRFLOW_CONFIG"].contains(&name.as_str())
    })
}

fn check(cx: &FileContext<'_>, findings: &mut Findings) {
    if let Tree::Carrier(around) = &cx.input.tree {
        script(cx, around, findings);
        return;
    }
    let Tree::Env(tree) = &cx.input.tree else {
        return;
    };
    if cx.input.templated {
        template(cx, tree, findings);
        return;
    }
    let mut said: Vec<Cause> = Vec::new();
    for problem in &tree.problems {
        let Some(severity) = severity(tree, problem) else {
            continue;
        };
        if problem.cause == Cause::CommentKept && !comment::is_meant(cx, tree, problem) {
            continue;
        }
        // One finding speaks for all lines that end alike, and for all unnamed lines of one kind.
        let once =
            problem.cause == Cause::CarriageReturn || !concerns_airflow(problem.name.as_deref());
        if once && !fatal(problem.effect) {
            if said.contains(&problem.cause) {
                continue;
            }
            said.push(problem.cause);
        }
        report(cx, tree, problem, severity, findings);
    }
}

const fn fatal(effect: Effect) -> bool {
    matches!(effect, Effect::FileRefused | Effect::RestLost)
}

/// What ends commands of a script.
fn script(cx: &FileContext<'_>, around: &Around, findings: &mut Findings) {
    for fault in &around.faults {
        match fault.kind {
            FaultKind::Background => background(cx, fault, findings),
            FaultKind::Spaced(spaced) => blank(cx, fault, spaced, findings),
            _ => {}
        }
    }
}

fn background(cx: &FileContext<'_>, fault: &Fault, findings: &mut Findings) {
    let name = fault.name.as_str();
    let does = if name.is_empty() {
        "the shell runs it without what follows".to_owned()
    } else if is_public_name(name) {
        format!("the shell runs it in the background, and `{name}` is not set")
    } else {
        "the shell runs it in the background, and the variable is not set".to_owned()
    };
    let shown = if is_public_name(name) { name } else { "-" };
    let place = Place::new(cx.input.id, fault.span);
    let message = format!("an unquoted `&` ends the command: {does}");
    findings
        .report(&RULE, place, format!("subshell {shown}"), message)
        .help("put single quotes around the whole value");
}

/// `export NAME = value` and the like.
fn blank(cx: &FileContext<'_>, fault: &Fault, spaced: Spaced, findings: &mut Findings) {
    let is_shown = is_public_name(&fault.name);
    let (variable, shown) = if is_shown {
        (format!("`{}`", fault.name), fault.name.as_str())
    } else {
        ("the variable".to_owned(), "-")
    };
    let does = match spaced {
        Spaced::Command => {
            format!("the shell looks for a command, and {variable} does not get the value")
        }
        Spaced::Apart => format!(
            "the shell takes it and the value for other names, and {variable} does not get the value"
        ),
        Spaced::Emptied => {
            format!("the shell sets {variable} to nothing and takes the value for another name")
        }
    };
    let message = format!("a blank stands beside `=`: {does}");
    let subject = format!("blank-around-equals {shown}");
    findings
        .report(&RULE, Place::new(cx.input.id, fault.span), subject, message)
        .help("write `NAME=value` without blanks around `=`");
}

/// A template may be anything until it is filled in.
fn template(cx: &FileContext<'_>, tree: &EnvFile, findings: &mut Findings) {
    let Some(problem) = tree.problems.iter().find(|problem| fatal(problem.effect)) else {
        return;
    };
    let message = "this file is a template: it is not valid before it is filled in, and lines that \
                   depend on that are not checked";
    findings
        .report(
            &RULE,
            Place::new(cx.input.id, problem.span),
            "template",
            message,
        )
        .severity(Severity::Info);
}

/// How bad it is; `None` where it is nobody's business here.
fn severity(tree: &EnvFile, problem: &Problem) -> Option<Severity> {
    let relevant = is_read(problem.name.as_deref());
    if problem.cause == Cause::ByteOrderMark {
        // undecodable-file says it.
        return None;
    }
    let certain = match problem.effect {
        Effect::FileRefused => Severity::Error,
        Effect::RestLost => {
            let costs = tree.variables.iter().any(|variable| {
                variable.delivery == Delivery::Recovered && is_read(Some(&variable.name))
            });
            if relevant || costs {
                Severity::Error
            } else {
                Severity::Warning
            }
        }
        Effect::Unread => Severity::Info,
        Effect::LineLost | Effect::NameChanged => match problem.cause {
            // `UID=1000` is meant for compose.
            Cause::ReadOnly => Severity::Info,
            // Something is set, or it is not certain that the words mean anything.
            Cause::FirstWins | Cause::EmptyValue | Cause::NoEquals => Severity::Warning,
            _ if relevant => Severity::Error,
            _ => Severity::Warning,
        },
        Effect::ValueChanged if !relevant => return None,
        Effect::ValueChanged => match problem.cause {
            Cause::BlankAroundEquals if !keeps_blank(tree) => Severity::Error,
            Cause::CommentInValue if is_json(tree, problem) => Severity::Error,
            Cause::BlankAroundEquals
            | Cause::CommentInValue
            | Cause::CommentKept
            | Cause::LineJoined => Severity::Warning,
            _ => Severity::Error,
        },
    };
    // A file that is a script may repair what it breaks.
    Some(if tree.uncertain {
        certain.lowered()
    } else {
        certain
    })
}

/// The blank only stands in front of the value.
fn keeps_blank(tree: &EnvFile) -> bool {
    tree.dialect == Dialect::AstroStandalone
}

/// The value that is cut begins like JSON.
fn is_json(tree: &EnvFile, problem: &Problem) -> bool {
    let value = variable_of(tree, problem).and_then(|variable| variable.value.as_ref());
    value.is_some_and(|value| value.expose().starts_with(['{', '[']))
}

/// The variable whose value has the problem.
fn variable_of<'a>(tree: &'a EnvFile, problem: &Problem) -> Option<&'a EnvVariable> {
    let place = problem.span.start;
    let after = tree
        .variables
        .partition_point(|variable| variable.name_span.start <= place);
    tree.variables.get(after.checked_sub(1)?)
}

fn report(
    cx: &FileContext<'_>,
    tree: &EnvFile,
    problem: &Problem,
    severity: Severity,
    findings: &mut Findings,
) {
    // A line without `=` may be a piece of a value.
    let name = shown(cx, problem).filter(|_| problem.cause != Cause::NoEquals);
    let what = what(problem, tree.dialect);
    let does = consequence(problem, tree.dialect, name);
    let subject = format!("{} {}", cause_word(problem.cause), name.unwrap_or("-"));
    let finding = findings.report(
        &RULE,
        Place::new(cx.input.id, problem.span),
        subject,
        format!("{what}: {does}"),
    );
    finding.severity(severity);
    if let Some(help) = help(problem, tree.dialect) {
        finding.help(help);
    }
}

#[cfg(test)]
mod tests;
