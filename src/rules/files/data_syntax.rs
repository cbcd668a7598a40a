//! AV017: an export, a local secrets file or a carrier that is not the JSON, YAML or HCL it should be.

use super::yaml_value_not_string::subject;
use crate::inputs::Tree;
use crate::inputs::carrier::{Around, FaultKind};
use crate::inputs::local::LocalTree;
use crate::inputs::store::cli_output;
use crate::inputs::store::{Hint, Problem, ProblemKind};
use crate::report::{Findings, Severity};
use crate::rule;
use crate::rules::{Check, FileContext, StoreContext};
use crate::source::{Place, Span};
use crate::syntax::json::ErrorKind;

rule! {
    /// # data-syntax
    ///
    /// ## What it does
    ///
    /// Reports the place where an export of a secret store (`aws ssm get-parameters-by-path`,
    /// `aws secretsmanager batch-get-secret-value`, a flat map, …) stops being JSON. Entries before
    /// that place are checked, what follows is not read. The same of local secrets files in JSON and YAML, which
    /// Airflow reads as a whole or not at all, and of files of other programs (HCL, manifests, templates). Of a `Secret`
    /// of Kubernetes it finds values of Airflow's variables in `data` that are no base64.
    ///
    /// ## Why is this bad?
    ///
    /// Nobody can load the file, and airvane cannot say anything about the entries behind the fault.
    /// Frequent causes: the file was edited and a comma was left before a closing bracket; a Python
    /// script printed the response of boto3 (single quotes, `None`, `datetime.datetime(…)`) instead of
    /// writing JSON; the export was interrupted; a template was not filled in (then this is an info).
    ///
    /// Several JSON documents one after the other, as `jq` and repeated commands write them, are fine,
    /// and so are `NaN` and a byte order mark. Of YAML only what Airflow's own reader (libyaml, with
    /// `yaml.SafeLoader`) takes is fine: no tab where a key may begin, no tag of somebody's own such as `!Ref`, no anchor
    /// that stands twice, and one document.
    ///
    /// ## Example
    ///
    /// ```json
    /// {"Parameters": [
    ///     {"Name": "/airflow/variables/stage", "Type": "String", "Value": "prod"},
    /// ]}
    /// ```
    ///
    /// airvane says:
    ///
    /// ```text
    /// dump.json:2:76: error[AV017] data-syntax: the export is not JSON (a comma before the closing bracket): only the entry before this place was checked
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```json
    /// {"Parameters": [
    ///     {"Name": "/airflow/variables/stage", "Type": "String", "Value": "prod"}
    /// ]}
    /// ```
    ///
    /// ## Versions
    ///
    /// All releases.
    ///
    /// ## References
    ///
    /// - `json.JSONDecoder` in Python's standard library
    /// - <https://docs.aws.amazon.com/cli/latest/userguide/cli-usage-output-format.html>
    "AV017", "data-syntax", Error, since "0.1.0",
    checks &[Check::Store(check), Check::File(local), Check::File(encoded)],
}

/// A local secrets file, which Airflow reads in one piece.
fn local(cx: &FileContext<'_>, findings: &mut Findings) {
    let bytes = &cx.input.bytes;
    let mut is_limit = false;
    let (span, message) = match &cx.input.tree {
        Tree::Local(LocalTree::Broken(error)) => {
            let why = error.kind.python_message();
            (Span::new(error.at, error.at + 1), said("JSON", why))
        }
        Tree::Local(LocalTree::Yaml(tree)) => match tree.refusal {
            Some(refusal) if refusal.is_limit => {
                let message =
                    "the file is nested too deeply to be read here: nothing in it could be checked";
                is_limit = true;
                (refusal.span, message.to_owned())
            }
            Some(refusal) => (refusal.span, said("YAML that Airflow reads", refusal.what)),
            None => return,
        },
        Tree::Carrier(Around {
            broken: Some(broken),
            ..
        }) => {
            let (language, why) = (broken.language, &broken.message);
            let what = if cx.input.kind.is_store() {
                "export"
            } else {
                "file"
            };
            is_limit = broken.is_limit;
            let message = if is_limit {
                format!(
                    "the {what} is read only up to this place ({why}): what stands behind it is not checked"
                )
            } else {
                format!(
                    "the {what} is not {language} ({why}): what stands behind this place is not checked"
                )
            };
            (broken.span, message)
        }
        _ => return,
    };
    let place = Place::new(cx.input.id, span.whole_characters(bytes));
    let has = |mark: &[u8]| memchr::memmem::find(bytes, mark).is_some();
    let is_template = cx.input.templated || has(b"{{") && has(b"}}") || has(b"{%");
    let severity = match is_limit {
        _ if is_template => Severity::Info,
        // Others may well read on.
        true => Severity::Warning,
        false => RULE.severity,
    };
    findings
        .report(&RULE, place, "syntax", message)
        .help(if is_limit {
            "flatten the file, or check it in parts"
        } else {
            "mend the syntax"
        })
        .severity(severity);
}

/// What stands in `data` of a Secret as it should stand in `stringData`.
fn encoded(cx: &FileContext<'_>, findings: &mut Findings) {
    let Tree::Carrier(around) = &cx.input.tree else {
        return;
    };
    let faults = around.faults.iter();
    for fault in faults.filter(|fault| fault.kind == FaultKind::NotBase64) {
        let name = match subject(fault) {
            "?" => "an environment variable".to_owned(),
            name => format!("`{name}`"),
        };
        let message = format!(
            "the value of {name} is no base64 as Go reads it (`=` at the end, no blanks): Kubernetes refuses the object"
        );
        let place = Place::new(cx.input.id, fault.span);
        let severity = if cx.input.templated {
            Severity::Info
        } else {
            RULE.severity
        };
        findings
            .report(&RULE, place, subject(fault), message)
            .help("encode it with `base64 -w0`, or write it into `stringData` as it is")
            .severity(severity);
    }
}

fn said(what: &str, why: &str) -> String {
    format!("the file is not {what} ({why}): Airflow refuses all of it, and no lookup in it works")
}

fn check(cx: &StoreContext<'_>, findings: &mut Findings) {
    let Some(problem) = &cx.summary.problem else {
        return;
    };
    let Some((cause, help)) = output(cx).or_else(|| explain(problem)) else {
        return;
    };
    let (start, end) = problem.spot;
    let place = Place::new(cx.input.id, Span::new(start.offset, end.offset));
    let read = match cx.summary.entries {
        0 => "nothing in it could be checked".to_owned(),
        1 => "only the entry before this place was checked".to_owned(),
        many => format!("only the {many} entries before this place were checked"),
    };
    let finding = findings.report(&RULE, place, "syntax", format!("{cause}: {read}"));
    finding.help(help);
    finding.position = Some((start, end));
    finding.severity(severity(cx, problem));
}

/// Another output format of the AWS CLI.
fn output(cx: &StoreContext<'_>) -> Option<(String, &'static str)> {
    let form = match cx.input.because {
        cli_output::TEXT | cli_output::LINES => "text",
        cli_output::TABLE => "a table",
        cli_output::YAML => "YAML",
        _ => return None,
    };
    let cause = format!("the export is {form} and not JSON");
    Some((cause, "export again with `--output json`"))
}

fn severity(cx: &StoreContext<'_>, problem: &Problem) -> Severity {
    // Contracts: what a template becomes is not known.
    if problem.hint == Hint::Template || cx.input.templated {
        return Severity::Info;
    }
    RULE.severity
}

/// What is wrong, and what to do. `None` for what is no fault of the file.
fn explain(problem: &Problem) -> Option<(String, &'static str)> {
    let kind = match problem.kind {
        ProblemKind::Json(kind) => kind,
        ProblemKind::NotUtf8 => {
            return Some((
                "the export is not UTF-8 from here on".to_owned(),
                "save it as UTF-8; PowerShell's `>` writes UTF-16, use `Out-File -Encoding utf8`",
            ));
        }
        // Failures, not faults: the runner says them.
        ProblemKind::Io(_) | ProblemKind::TooLarge => return None,
    };
    let (cause, help) = match (problem.hint, kind) {
        (Hint::Empty, _) => ("the file is empty", "export it again"),
        (Hint::TrailingComma, _) => (
            "the export is not JSON (a comma before the closing bracket)",
            "remove the comma",
        ),
        (Hint::SingleQuote | Hint::PythonWord, _) => (
            "the export is Python's way to print an object, not JSON",
            "write it with `json.dumps(response, default=str)`, or with the AWS CLI and `--output json`",
        ),
        (Hint::Template, _) => (
            "a template that is not filled in is not JSON",
            "run airvane on the file that is made from it",
        ),
        (Hint::CutOff, _) => (
            "the export is not JSON (it ends in the middle of a value)",
            "export it again",
        ),
        (Hint::Comment, _) => (
            "the export is not JSON (JSON has no comments)",
            "remove the comment",
        ),
        (Hint::SmartQuote, _) => (
            "the export is not JSON (a typographic quotation mark)",
            "write the straight quotation mark `\"`",
        ),
        (Hint::None, ErrorKind::TooDeep) => (
            "the export is nested deeper than Python reads (RecursionError)",
            "name only exports of secret stores",
        ),
        (Hint::None, ErrorKind::InvalidControlCharacter) => (
            "the export is not JSON (a line break or another control character inside a string)",
            "write `\\n` for a line break and `\\t` for a tab",
        ),
        (Hint::None, ErrorKind::InvalidEscape | ErrorKind::InvalidUnicodeEscape) => (
            "the export is not JSON (a backslash that begins no escape of JSON)",
            "write `\\\\` for a backslash",
        ),
        (Hint::None, ErrorKind::ExtraData) => (
            "the export is not JSON (text after the last value)",
            "remove what does not belong to the export",
        ),
        (Hint::None, kind) => {
            let cause = format!("the export is not JSON ({})", kind.python_message());
            return Some((cause, "mend the syntax, or export it again"));
        }
    };
    Some((cause.to_owned(), help))
}
