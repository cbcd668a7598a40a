//! AV005: lines that became part of the value above, or stopped being part of it.

use super::cfg_words::{option_words, place, subject, tree};
use crate::airflow::data::options;
use crate::report::{Findings, Severity};
use crate::rule;
use crate::rules::{Check, FileContext};
use crate::source::Span;
use crate::syntax::cfg::{Opt, Section, header_of, option_of};
use crate::syntax::json;

rule! {
    /// # cfg-swallowed-line
    ///
    /// ## What it does
    ///
    /// Finds an indented line that reads like an option of the section (`  backend_kwargs = …`) or like a
    /// section of Airflow's (`  [core]`) but continues the value above it; and multi-line JSON whose inner
    /// lines stand in the first column, where they are options of their own.
    ///
    /// ## Why is this bad?
    ///
    /// Airflow does not complain. The line's option is not set, and the option above has a value that nobody
    /// meant: a class path with a second line, or JSON that ends after its `{` or before it.
    ///
    /// ## Example
    ///
    /// ```ini
    /// [secrets]
    /// backend = airflow.providers.amazon.aws.secrets.secrets_manager.SecretsManagerBackend
    ///   backend_kwargs = {"connections_prefix": "airflow/connections"}
    /// ```
    ///
    /// airvane says:
    ///
    /// ```text
    /// airflow.cfg:3:3: error[AV005] cfg-swallowed-line: this line is indented, so `backend_kwargs` is a part of the value of `backend` and is not read by itself
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```ini
    /// [secrets]
    /// backend = airflow.providers.amazon.aws.secrets.secrets_manager.SecretsManagerBackend
    /// backend_kwargs = {"connections_prefix": "airflow/connections"}
    /// ```
    ///
    /// ## Versions
    ///
    /// All releases.
    ///
    /// ## References
    ///
    /// - `RawConfigParser._read` in Python's `configparser`: a line indented deeper than the option's own
    ///   line continues its value
    "AV005", "cfg-swallowed-line", Error, since "0.1.0",
    checks &[Check::File(check)],
}

fn check(cx: &FileContext<'_>, findings: &mut Findings) {
    let Some(tree) = tree(cx) else {
        return;
    };
    for section in &tree.sections {
        for (index, option) in section.options.iter().enumerate() {
            swallowed(cx, section, option, findings);
            outside(cx, section, index, findings);
        }
    }
}

/// Lines of the value that were meant to be options or sections.
fn swallowed(cx: &FileContext<'_>, section: &Section, option: &Opt, findings: &mut Findings) {
    let table = options();
    let section_name = section.name.expose();
    let value = option.value.expose();
    for range in &option.continuations {
        let line = &value[range.clone()];
        let (what, known, end) = if let Some(name) = header_of(line) {
            let known = &line[name.clone()];
            if !table.has_section(known) {
                continue;
            }
            (format!("`[{known}]`"), known, name.end + 1)
        } else if let Some((name, _)) = option_of(line) {
            let known = &line[name.clone()];
            if !table.is_known(section_name, known) {
                continue;
            }
            (format!("`{known}`"), known, name.end)
        } else {
            continue;
        };
        let span = option.value.span(range.start..range.start + end);
        let above = option_words(section_name, option.name.expose());
        let finding = findings.report(
            &RULE,
            place(cx, span),
            subject(section_name, known),
            format!("this line is indented, so {what} is a part of the value of {above} and is not read by itself"),
        );
        finding
            .help("remove the blanks in front of it")
            .related(place(cx, option.name.source()), "the value begins here");
        if cx.input.templated {
            finding.severity(Severity::Warning);
        }
    }
}

/// JSON that ends early because its lines are not indented.
fn outside(cx: &FileContext<'_>, section: &Section, index: usize, findings: &mut Findings) {
    let option = &section.options[index];
    let Some(next) = section.options.get(index + 1) else {
        return;
    };
    let value = option.value.expose();
    if !option.value.is_known() {
        return;
    }
    let name = next.name.expose();
    let cut = if value.is_empty() {
        // The whole object stands on the next line: its first colon makes it an option.
        name.starts_with("{\"") || name.starts_with("{'")
    } else {
        // An option that begins with a quote is a member of the object.
        value.starts_with(['{', '[']) && !is_json(option) && name.starts_with(['"', '\''])
    };
    if !cut {
        return;
    }
    let above = option_words(section.name.expose(), option.name.expose());
    let start = next.name.source().start;
    findings
        .report(
            &RULE,
            place(cx, Span::new(start, next.name.source().end)),
            subject(section.name.expose(), option.name.expose()),
            if value.is_empty() {
                format!("this line is not indented, so the value of {above} is empty and the line is an option of its own")
            } else {
                format!("this line is not indented, so the value of {above} ends before it and the line is an option of its own")
            },
        )
        .help("indent every line of the value, the closing bracket too")
        .severity(if cx.input.templated {
            Severity::Warning
        } else {
            Severity::Error
        })
        .related(place(cx, option.name.source()), "the value begins here");
}

fn is_json(option: &Opt) -> bool {
    json::parse(&option.value).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::files::cfg_testing::{Case, lines};

    fn found(text: &str) -> Vec<String> {
        lines(&RULE, &Case::cfg(text))
    }

    #[test]
    fn known_names_inside_a_value_are_found() {
        let option = found("[secrets]\nbackend = x.y\n  backend_kwargs = {}\n");
        assert!(option[0].starts_with("3:3-3:17 error"), "{option:?}");
        assert!(option[0].contains("`backend_kwargs` is a part of the value of `backend`"));
        let section = found("[core]\nparallelism = 1\n\n  [secrets]\nbackend = x\n");
        assert!(section[0].starts_with("4:3-4:12 error"), "{section:?}");
    }

    #[test]
    fn json_in_the_first_column_is_found_once() {
        let json = found("[secrets]\nbackend_kwargs = {\n\"a\": 1,\n\"b\": 2\n    }\n");
        assert_eq!(json.len(), 1, "{json:?}");
        assert!(json[0].starts_with("3:1-3:4 error"));
    }

    #[test]
    fn json_below_an_empty_option_is_found() {
        let json = found("[secrets]\nbackend_kwargs =\n{\"a\": 1, \"b\": 2}\n");
        assert_eq!(json.len(), 1, "{json:?}");
        assert!(json[0].starts_with("3:1-3:5 error"), "{json:?}");
        assert!(json[0].contains("`backend_kwargs` is empty"), "{json:?}");
        // An option of that name is nobody's, but only an empty one above shows what was meant.
        assert!(found("[secrets]\nbackend = a.b\n{\"a\": 1}\n").is_empty());
    }

    #[test]
    fn ordinary_values_of_several_lines_are_fine() {
        for text in [
            "[secrets]\nbackend_kwargs = {\n    \"backend\": 1,\n    \"b\": {\"x\": 1}\n    }\n",
            "[secrets]\nbackend_kwargs =\n    {\"a\": 1}\n",
            "[core]\nx =\n    a = 1\n    [1]\n",
            "[secrets]\nbackend = a.b\n  # backend_kwargs = {}\n",
            "[secrets]\n  backend = a\n  backend_kwargs = {}\n",
            "[logging]\nextra_logger_names =\n    a,\n    b\n",
        ] {
            assert!(found(text).is_empty(), "{text}");
        }
    }
}
