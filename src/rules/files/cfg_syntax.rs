//! AV002: lines that configparser does not take.

use super::cfg_words::{option_words, place, subject, tree};
use crate::report::{Findings, Severity};
use crate::rule;
use crate::rules::{Check, FileContext};
use crate::source::Span;
use crate::syntax::cfg::{Cfg, Error, ErrorKind, Opt};

rule! {
    /// # cfg-syntax
    ///
    /// ## What it does
    ///
    /// Reads `airflow.cfg` as Python's `configparser` does and reports each line that it refuses: text
    /// before the first section, a byte order mark, a line without `=` or `:` that is not indented below an
    /// option, an option without a name.
    ///
    /// ## Why is this bad?
    ///
    /// Airflow does not load the file at all: every `airflow` command, the scheduler and the web server end
    /// with a traceback (`MissingSectionHeaderError` or `ParsingError`). The commonest cause is multi-line
    /// JSON whose closing brace stands in the first column.
    ///
    /// In a file with template syntax (Jinja, Helm) the finding is one info: what Airflow reads is made
    /// from it later.
    ///
    /// ## Example
    ///
    /// ```ini
    /// [secrets]
    /// backend_kwargs = {
    ///     "connections_prefix": "airflow/connections"
    /// }
    /// ```
    ///
    /// airvane says:
    ///
    /// ```text
    /// airflow.cfg:4:1: error[AV002] cfg-syntax: the closing bracket in the first column is no part of the value of `backend_kwargs`: Airflow does not load the file (ParsingError)
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```ini
    /// [secrets]
    /// backend_kwargs = {
    ///     "connections_prefix": "airflow/connections"
    ///     }
    /// ```
    ///
    /// ## Versions
    ///
    /// All releases. From 3.2 on the Task SDK's own copy of the settings logs a warning and goes on without
    /// the file.
    ///
    /// ## References
    ///
    /// - `RawConfigParser._read` in Python's `configparser`
    /// - <https://docs.python.org/3/library/configparser.html#supported-ini-file-structure>
    "AV002", "cfg-syntax", Error, since "0.1.0",
    checks &[Check::File(check)],
}

/// More broken lines than this are counted, not listed.
const LISTED: usize = 10;

fn check(cx: &FileContext<'_>, findings: &mut Findings) {
    let Some(tree) = tree(cx) else {
        return;
    };
    if cx.input.templated {
        template(cx, tree, findings);
        return;
    }
    let errors: Vec<&Error> = tree
        .errors
        .iter()
        .filter(|error| {
            matches!(
                error.kind,
                ErrorKind::MissingSectionHeader | ErrorKind::Parsing
            )
        })
        .collect();
    for (index, error) in errors.iter().take(LISTED).enumerate() {
        let (cause, help) = explain(cx, tree, error);
        let exception = error.kind.exception();
        let mut message = format!("{cause}: Airflow does not load the file ({exception})");
        if index + 1 == LISTED && errors.len() > LISTED {
            let more = errors.len() - LISTED;
            message = format!("{message}; {more} more such lines follow");
        }
        findings
            .report(
                &RULE,
                place(cx, error.span),
                subject_of(tree, error),
                message,
            )
            .help(help);
    }
}

/// A template is not what Airflow reads.
fn template(cx: &FileContext<'_>, tree: &Cfg, findings: &mut Findings) {
    let Some(error) = tree.raises() else {
        return;
    };
    findings
        .report(
            &RULE,
            place(cx, error.span),
            "template",
            "this template is not an airflow.cfg yet, so only its plain parts were checked",
        )
        .help("run airvane on the file that is made from it")
        .severity(Severity::Info);
}

fn subject_of(tree: &Cfg, error: &Error) -> String {
    match option_above(tree, error) {
        Some((section, option)) => subject(section, option.name.expose()),
        None => "file".to_owned(),
    }
}

/// What is wrong with the line, and what to write instead.
fn explain(cx: &FileContext<'_>, tree: &Cfg, error: &Error) -> (String, &'static str) {
    let said = |cause: &str, help: &'static str| (cause.to_owned(), help);
    let line = text_of(cx, error.span);
    if error.kind == ErrorKind::MissingSectionHeader {
        if tree.bom && error.span.start == 0 {
            return said(
                "the file begins with a byte order mark",
                "save it as UTF-8 without BOM",
            );
        }
        return said(
            "text stands before the first `[section]`",
            "put a section header above it, or make it a comment with `#`",
        );
    }
    if ["<<<<<<<", "=======", ">>>>>>>"]
        .iter()
        .any(|mark| line.starts_with(mark))
    {
        return said("a merge conflict was left in", "resolve the conflict");
    }
    if error.option.is_some() {
        return said(
            "a delimiter stands where an option's name should",
            "write the name in front of it",
        );
    }
    if line.starts_with(['}', ']'])
        && let Some((section, option)) = option_above(tree, error)
        && option.value.expose().starts_with(['{', '['])
    {
        let name = option_words(section, option.name.expose());
        return (
            format!("the closing bracket in the first column is no part of the value of {name}"),
            "indent it by at least one blank",
        );
    }
    if line.starts_with("//") || line.starts_with("--") || line.starts_with("/*") {
        return said(
            "this is not a comment in airflow.cfg",
            "begin the line with `#`",
        );
    }
    said(
        "the line is neither a section nor an option with `=`, and it is not indented below one",
        "write `name = value`, indent the line to continue the value above, or make it a comment with `#`",
    )
}

/// The option that stands last before the error, with its section's name.
fn option_above<'a>(tree: &'a Cfg, error: &Error) -> Option<(&'a str, &'a Opt)> {
    let section = tree.sections.get(error.section?)?;
    let option = section
        .options
        .iter()
        .rfind(|option| option.delimiter.start < error.span.start)?;
    Some((section.name.expose(), option))
}

/// The line's own text: for comparison only.
fn text_of<'a>(cx: &FileContext<'a>, span: Span) -> &'a str {
    cx.input
        .bytes
        .get(span.start..span.end)
        .and_then(|bytes| std::str::from_utf8(bytes).ok())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::files::cfg_testing::{Case, lines};

    #[test]
    fn each_cause_is_named_at_its_line() {
        let found = |text: &str| lines(&RULE, &Case::cfg(text));
        let json = "[secrets]\nbackend_kwargs = {\n  \"a\": 1\n}\n[core]\nx = 1\n";
        assert_eq!(
            found(json),
            [
                "4:1-4:2 error the closing bracket in the first column is no part of the value of `backend_kwargs`: \
              Airflow does not load the file (ParsingError)"
            ]
        );
        assert!(found("x = 1\n[core]\n")[0].starts_with("1:1-1:6 error text stands before"));
        assert!(found("\u{feff}[core]\n")[0].contains("byte order mark"));
        assert!(found("[core]\n// note\n")[0].contains("not a comment"));
        assert!(found("[core]\n= v\n")[0].contains("delimiter"));
        assert!(found("[core]\n<<<<<<< HEAD\n")[0].contains("merge conflict"));
        assert!(found("[core]\nparallelism\n")[0].contains("neither a section"));
        assert!(found("# c\n\n[core]\na = 1\n  b\n").is_empty());
    }

    #[test]
    fn a_file_full_of_rubbish_gives_ten_findings() {
        let text = format!("[core]\n{}", "rubbish\n".repeat(50));
        let found = lines(&RULE, &Case::cfg(&text));
        assert_eq!(found.len(), 10);
        assert!(found[9].ends_with("40 more such lines follow"));
        assert!(!found[0].contains("rubbish"));
    }

    #[test]
    fn a_template_gives_one_info() {
        let text = "[core]\n{% if x %}\nparallelism = 1\n{% endif %}\n";
        let found = lines(&RULE, &Case::cfg(text));
        assert_eq!(found.len(), 1);
        assert!(found[0].contains(" info "), "{found:?}");
    }
}
