//! `JUnit`'s XML: a suite for each file, a test case for each finding.
//!
//! What fails the run is a failure, what does not is a skipped case with its text: dashboards and
//! `--fail-on` say the same. What airvane could not do is an error. Without any of them there is one case
//! that passes, since several dashboards take an empty report for a broken one.

use std::io::{self, Write};

use quick_xml::events::{BytesDecl, BytesText, Event};
use quick_xml::writer::Writer;

use super::{Style, place, xml};
use crate::report::{Located, Report, Severity};
use crate::source::display_path;

/// Name of all suites together, and of the one for what belongs to no file.
const NAME: &str = "airvane";

/// Writes the document.
pub fn write(out: &mut dyn Write, report: &Report, style: Style) -> io::Result<()> {
    let all = Counts::of(&report.findings, style.fail_on);
    let is_empty = report.findings.is_empty() && report.failures.is_empty();
    let errors = report.failures.len();
    let tests = all.tests + errors + usize::from(is_empty);
    let mut writer = Writer::new_with_indent(out, b' ', 2);
    writer.write_event(Event::Decl(BytesDecl::new("1.0", Some("utf-8"), None)))?;
    writer
        .create_element("testsuites")
        .with_attribute(("name", NAME))
        .with_attribute(("tests", tests.to_string().as_str()))
        .with_attribute(("failures", all.failures.to_string().as_str()))
        .with_attribute(("errors", errors.to_string().as_str()))
        .write_inner_content(|writer| {
            if is_empty {
                let counts = Counts {
                    tests: 1,
                    ..Counts::default()
                };
                suite(writer, NAME, counts, |writer| {
                    case(writer, "no findings", NAME).write_empty().map(|_| ())
                })?;
            }
            if errors > 0 {
                failures(writer, report)?;
            }
            for findings in report.findings.chunk_by(|a, b| a.file == b.file) {
                let path = xml::text(report.path(findings[0].file));
                let counts = Counts::of(findings, style.fail_on);
                suite(writer, &path, counts, |writer| {
                    for finding in findings {
                        one(writer, report, finding, &path, style.fail_on)?;
                    }
                    Ok(())
                })?;
            }
            Ok(())
        })?;
    writeln!(writer.into_inner())
}

/// How much there is in a suite.
#[derive(Clone, Copy, Default)]
struct Counts {
    tests: usize,
    failures: usize,
    errors: usize,
    skipped: usize,
}

impl Counts {
    fn of(findings: &[Located], fail_on: Option<Severity>) -> Self {
        let failing = findings.iter().filter(|one| fails(one, fail_on));
        let failures = failing.count();
        Self {
            tests: findings.len(),
            failures,
            errors: 0,
            skipped: findings.len() - failures,
        }
    }
}

fn fails(finding: &Located, fail_on: Option<Severity>) -> bool {
    fail_on.is_some_and(|least| finding.severity >= least)
}

type Xml<'w> = Writer<&'w mut dyn Write>;

fn suite<'w>(
    writer: &mut Xml<'w>,
    name: &str,
    counts: Counts,
    inside: impl FnOnce(&mut Xml<'w>) -> io::Result<()>,
) -> io::Result<()> {
    writer
        .create_element("testsuite")
        .with_attribute(("name", name))
        .with_attribute(("tests", counts.tests.to_string().as_str()))
        .with_attribute(("failures", counts.failures.to_string().as_str()))
        .with_attribute(("errors", counts.errors.to_string().as_str()))
        .with_attribute(("skipped", counts.skipped.to_string().as_str()))
        .write_inner_content(inside)
        .map(|_| ())
}

fn case<'a, 'w>(
    writer: &'a mut Xml<'w>,
    name: &'a str,
    class: &str,
) -> quick_xml::writer::ElementWriter<'a, &'w mut dyn Write> {
    writer
        .create_element("testcase")
        .with_attribute(("name", name))
        .with_attribute(("classname", class))
}

fn failures(writer: &mut Xml<'_>, report: &Report) -> io::Result<()> {
    let errors = report.failures.len();
    let counts = Counts {
        tests: errors,
        errors,
        ..Counts::default()
    };
    suite(writer, NAME, counts, |writer| {
        for failure in &report.failures {
            let path = failure.path.as_deref().map(display_path);
            let name = xml::text(path.as_deref().unwrap_or("run"));
            case(writer, &name, NAME).write_inner_content(|writer| {
                writer
                    .create_element("error")
                    .with_attribute(("message", xml::text(&failure.message).as_str()))
                    .with_attribute(("type", "failure"))
                    .write_empty()
                    .map(|_| ())
            })?;
        }
        Ok(())
    })
}

fn one(
    writer: &mut Xml<'_>,
    report: &Report,
    finding: &Located,
    path: &str,
    fail_on: Option<Severity>,
) -> io::Result<()> {
    let (rule, start) = (finding.rule, finding.start);
    // Cases of one name are one case for GitLab.
    let (line, column) = (start.line, start.column);
    let name = format!("{} {} (line {line}, column {column})", rule.code, rule.name);
    let message = xml::text(&finding.message);
    let line = line.to_string();
    let case = case(writer, &name, path)
        .with_attribute(("file", path))
        .with_attribute(("line", line.as_str()));
    case.write_inner_content(|writer| {
        if !fails(finding, fail_on) {
            let message = format!("{}: {message}", finding.severity.word());
            return writer
                .create_element("skipped")
                .with_attribute(("message", message.as_str()))
                .write_empty()
                .map(|_| ());
        }
        writer
            .create_element("failure")
            .with_attribute(("message", message.as_str()))
            .with_attribute(("type", rule.code))
            .write_text_content(BytesText::new(&text(report, finding, path, &message)))
            .map(|_| ())
    })?;
    Ok(())
}

/// What a dashboard shows when somebody opens the case.
fn text(report: &Report, finding: &Located, path: &str, message: &str) -> String {
    let word = finding.severity.word();
    let mut lines = vec![format!("{}: {word}: {message}", place(path, finding.start))];
    if let Some(help) = &finding.help {
        let help = format!("help: {}", &**help);
        lines.extend(help.split('\n').map(xml::text));
    }
    for related in &finding.related {
        let place = place(report.path(related.file), related.start);
        lines.push(xml::text(&format!("{place}: {}", related.message)));
    }
    lines.push(finding.rule.url());
    lines.join("\n")
}
