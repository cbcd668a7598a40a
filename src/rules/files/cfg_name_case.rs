//! AV004: names that differ from Airflow's only in case or blanks.

use super::cfg_words::{place, subject, tree};
use crate::airflow::data::{is_free_form, options};
use crate::report::{Edit, Findings, Fix, Severity};
use crate::rule;
use crate::rules::fixes::is_referenced;
use crate::rules::{Check, FileContext};
use crate::syntax::cfg::{Cfg, DEFAULT_SECTION, Section};

rule! {
    /// # cfg-name-case
    ///
    /// ## What it does
    ///
    /// Finds section and option names that are Airflow's but for the case of their letters, blanks inside
    /// the brackets or a second bracket: `[SECRETS]`, `[ secrets ]`, `[secrets]]`, `Backend =`.
    ///
    /// ## Why is this bad?
    ///
    /// Airflow asks for the lower-case name and finds nothing. The option is silently ignored and the
    /// default is used. (Most INI readers, Python's own with default settings included, ignore the case of
    /// option names; Airflow's does not.)
    ///
    /// ## Example
    ///
    /// ```ini
    /// [SECRETS]
    /// Backend = airflow.providers.amazon.aws.secrets.secrets_manager.SecretsManagerBackend
    /// ```
    ///
    /// airvane says:
    ///
    /// ```text
    /// airflow.cfg:1:1: error[AV004] cfg-name-case: this is not the section `[secrets]` but another one: Airflow silently ignores all its options
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```ini
    /// [secrets]
    /// backend = airflow.providers.amazon.aws.secrets.secrets_manager.SecretsManagerBackend
    /// ```
    ///
    /// ## Fix
    ///
    /// Safe: the name is written as Airflow asks for it, unless that name is there too. Where the section may be
    /// somebody's own (it holds no option of Airflow's) it is unsafe.
    ///
    /// ## Versions
    ///
    /// All releases. A second closing bracket is ignored by Python 3.9 and earlier.
    ///
    /// ## References
    ///
    /// - `AirflowConfigParser.optionxform` and `AirflowConfigParser.get` in `airflow/configuration.py`
    "AV004", "cfg-name-case", Error, since "0.1.0",
    checks &[Check::File(check)],
}

fn check(cx: &FileContext<'_>, findings: &mut Findings) {
    let Some(tree) = tree(cx) else {
        return;
    };
    for section in &tree.sections {
        let name = section.name.expose();
        if section.repeats.is_some() {
            continue;
        }
        let table = options();
        match meant_section(cx, name) {
            Some(known) => report_section(cx, tree, section, known, findings),
            None if table.has_section(name) && !is_free_form(name) => {
                report_options(cx, section, findings);
            }
            None => {}
        }
    }
}

/// The section that Airflow knows under nearly this name; `None` where it is that name or no name
/// of Airflow's.
fn meant_section(cx: &FileContext<'_>, name: &str) -> Option<&'static str> {
    if name == DEFAULT_SECTION {
        return None;
    }
    // `SECTCRE` was `[^]]+` up to Python 3.9: the name ended at the first bracket.
    let python = (cx.target.python.major, cx.target.python.minor);
    let brackets: &[char] = if python >= (3, 10) { &[']', '['] } else { &[] };
    let folded = name.trim().trim_matches(brackets).trim().to_lowercase();
    if folded == name {
        return None;
    }
    options().sections().find(|known| *known == folded)
}

fn report_section(
    cx: &FileContext<'_>,
    tree: &Cfg,
    section: &Section,
    known: &'static str,
    findings: &mut Findings,
) {
    let table = options();
    // A section of the same letters may belong to somebody's own code, which reads the file
    // without Airflow; one with Airflow's options in it does not.
    let holds_options = section.options.iter().any(|option| {
        let name = option.name.expose().to_lowercase();
        table.is_known(known, &name)
    });
    let severity = if holds_options {
        Severity::Error
    } else {
        Severity::Warning
    };
    let also = tree.named(known).next();
    let finding = findings.report(
        &RULE,
        place(cx, section.header),
        subject(known, "*"),
        format!("this is not the section `[{known}]` but another one: Airflow silently ignores all its options"),
    );
    finding.severity(severity);
    if let Some(other) = also {
        finding
            .help(format!("move its options to `[{known}]`"))
            .related(
                place(cx, other.header),
                "this is the section that Airflow reads",
            );
        return;
    }
    let what = format!("write `[{known}]`");
    finding.help(what.clone());
    let alike = tree.sections.iter();
    let alike = alike.filter(|other| meant_section(cx, other.name.expose()) == Some(known));
    if alike.count() > 1 {
        return;
    }
    let edit = Edit::replace(place(cx, section.header), format!("[{known}]"));
    finding.fix(match severity {
        Severity::Error => Fix::safe(what, vec![edit]),
        _ => Fix::risky(what, vec![edit]),
    });
}

fn report_options(cx: &FileContext<'_>, section: &Section, findings: &mut Findings) {
    let table = options();
    let section_name = section.name.expose();
    for option in &section.options {
        let written = option.name.expose();
        let known = written.to_lowercase();
        if written == known
            || table.is_known(section_name, written)
            || !table.is_known(section_name, &known)
        {
            continue;
        }
        let other = section.get(&known);
        let finding = findings.report(
            &RULE,
            place(cx, option.name.source()),
            subject(section_name, &known),
            format!("Airflow looks for `{known}` in lower case: this option of `[{section_name}]` is silently ignored"),
        );
        if let Some(other) = other {
            finding
                .severity(Severity::Warning)
                .help("remove one of the two")
                .related(
                    place(cx, other.name.source()),
                    "this is the option that Airflow reads",
                );
            continue;
        }
        let what = format!("write `{known}`");
        finding.help(what.clone());
        let name = option.name.source();
        let alike = section.options.iter();
        let alike = alike.filter(|other| other.name.expose().to_lowercase() == known);
        if alike.count() == 1 && !is_referenced(cx.input, name) {
            let edit = Edit::replace(place(cx, name), known);
            finding.fix(Fix::safe(what, vec![edit]));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::airflow::Python;
    use crate::rules::files::cfg_testing::{Case, lines};

    fn found(text: &str) -> Vec<String> {
        lines(&RULE, &Case::cfg(text))
    }

    #[test]
    fn sections_and_options_in_another_case_are_ignored_by_airflow() {
        assert!(found("[SECRETS]\nBACKEND = x\n")[0].starts_with("1:1-1:10 error"));
        assert!(found("[ secrets ]\nbackend = x\n")[0].starts_with("1:1-1:12 error"));
        assert!(found("[secrets]\nBackend = x\n")[0].starts_with("2:1-2:8 error"));
        assert!(found("[secrets]\nBackend_Kwargs_CMD = x\n")[0].starts_with("2:1-2:19 error"));
    }

    #[test]
    fn certainty_is_kept_apart() {
        assert!(found("[AWS]\nmy_key = x\n")[0].contains(" warning "));
        let both = found("[secrets]\nbackend = x\nBackend = y\n");
        assert!(both[0].starts_with("3:1-3:8 warning"), "{both:?}");
    }

    #[test]
    fn other_names_are_somebody_else_s() {
        for text in [
            "[Datadog]\nApi_Key = x\n",
            "[DEFAULT]\nBackend = x\n",
            "[celery_broker_transport_options]\nVISIBILITY_TIMEOUT = 1\n",
            "[core]\nMyOption = 1\n",
            "[team=core]\nparallelism = 1\n",
            "# [SECRETS]\n",
        ] {
            assert!(found(text).is_empty(), "{text}");
        }
    }

    #[test]
    fn a_second_bracket_counts_from_python_3_10_on() {
        let mut case = Case::cfg("[secrets]]\nbackend = x\n");
        assert_eq!(lines(&RULE, &case).len(), 1);
        case.target.python = Python { major: 3, minor: 9 };
        assert!(lines(&RULE, &case).is_empty());
    }
}
