//! Output formats, one file each. A renderer reads a finished [`Report`] and writes; it decides
//! nothing, knows no rule, and sees text of an input only through its mask.

use std::io::{self, Write};

use crate::report::{Failure, Located, Report, RuleCount, Severity};
use crate::resolve::map::Map;
use crate::source::{Position, command, display_path, escape_control};

pub mod checkstyle;
pub mod concise;
pub mod config;
pub mod full;
pub mod github;
pub mod gitlab;
pub mod html;
mod inert;
pub mod json;
pub mod jsonl;
pub mod junit;
pub mod list;
pub mod rdjson;
pub mod resolve;
pub mod sarif;
mod snippet;
pub mod step_summary;
mod values;
mod xml;

/// The project, for reports that name it.
const HOME: &str = env!("CARGO_PKG_REPOSITORY");

/// How a report is shown, beyond what it says.
#[derive(Clone, Copy, Debug)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a switch of the command line"
)]
pub struct Style {
    /// ANSI colours.
    pub colour: bool,
    /// OSC 8 hyperlinks; only sensible on a terminal.
    pub links: bool,
    /// Lines and arrows beyond ASCII.
    pub unicode: bool,
    /// Columns to wrap messages at.
    pub width: usize,
    /// Show findings of severity info; they are counted otherwise.
    pub infos: bool,
    /// Add the counts per rule.
    pub statistics: bool,
    /// `full` ends with a line that counts.
    pub summary: bool,
    /// The least severity that fails the run: `junit` has words for what does and what does not.
    pub fail_on: Option<Severity>,
    /// All findings stand in the summary of the step, to which `github` may refer.
    pub step_summary: bool,
}

impl Style {
    /// Writes `text` behind `indent`, wrapped at blanks; an item of a list hangs by its dash.
    fn wrapped(self, out: &mut dyn io::Write, indent: &str, text: &str) -> io::Result<()> {
        let more = if text.starts_with("- ") { "  " } else { "" };
        let behind = format!("{indent}{more}");
        let options = textwrap::Options::new(self.width.max(40))
            .initial_indent(indent)
            .subsequent_indent(&behind)
            .break_words(false)
            .word_separator(textwrap::WordSeparator::AsciiSpace)
            .word_splitter(textwrap::WordSplitter::NoHyphenation);
        for line in textwrap::wrap(text, options) {
            writeln!(out, "{line}")?;
        }
        Ok(())
    }

    /// `text` in the colour `code` of ANSI, where there are colours.
    fn painted(self, code: &str, text: &str) -> String {
        if self.colour && !text.is_empty() {
            return format!("\u{1b}[{code}m{text}\u{1b}[0m");
        }
        text.to_owned()
    }
}

impl Default for Style {
    fn default() -> Self {
        Self {
            colour: false,
            links: false,
            unicode: true,
            width: 100,
            infos: false,
            statistics: false,
            summary: true,
            fail_on: Some(Severity::Warning),
            step_summary: false,
        }
    }
}

/// A format of `--format`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Format {
    /// For people: snippets.
    Full,
    /// One line a finding.
    Concise,
    /// One document.
    Json,
    /// One JSON object a line.
    Jsonl,
    /// GitHub workflow commands.
    Github,
    /// GitLab Code Quality.
    Gitlab,
    /// SARIF 2.1.0.
    Sarif,
    /// `JUnit` XML.
    Junit,
    /// Checkstyle XML.
    Checkstyle,
    /// Reviewdog's Diagnostic Format.
    Rdjson,
    /// A page to look at, with the lookup map.
    Html,
}

impl Format {
    /// All of them, in the order of the help text.
    pub const ALL: &[Self] = &[
        Self::Full,
        Self::Concise,
        Self::Json,
        Self::Jsonl,
        Self::Github,
        Self::Gitlab,
        Self::Sarif,
        Self::Junit,
        Self::Checkstyle,
        Self::Rdjson,
        Self::Html,
    ];

    /// The word of the command line.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::Concise => "concise",
            Self::Json => "json",
            Self::Jsonl => "jsonl",
            Self::Github => "github",
            Self::Gitlab => "gitlab",
            Self::Sarif => "sarif",
            Self::Junit => "junit",
            Self::Checkstyle => "checkstyle",
            Self::Rdjson => "rdjson",
            Self::Html => "html",
        }
    }

    /// It shows the lookup map.
    pub const fn shows_map(self) -> bool {
        matches!(self, Self::Html)
    }

    /// Writes `report` in this format. `map` is looked at by those that show it.
    pub fn write(
        self,
        out: &mut dyn Write,
        report: &Report,
        map: &Map,
        style: Style,
    ) -> io::Result<()> {
        match self {
            Self::Full => full::write(out, report, style),
            Self::Concise => concise::write(out, report, style),
            Self::Json => json::write(out, report, style),
            Self::Jsonl => jsonl::write(out, report),
            Self::Github => github::write(out, report, style),
            Self::Gitlab => gitlab::write(out, report),
            Self::Sarif => sarif::write(out, report),
            Self::Junit => junit::write(out, report, style),
            Self::Checkstyle => checkstyle::write(out, report),
            Self::Rdjson => rdjson::write(out, report),
            Self::Html => html::write(out, report, map),
        }
    }
}

/// Findings that a text format shows.
fn shown(report: &Report, style: Style) -> impl Iterator<Item = &Located> {
    let findings = report.findings.iter();
    findings.filter(move |finding| style.infos || finding.severity > Severity::Info)
}

/// One line of text that cannot steer a terminal, an editor or a CI runner: control characters are
/// escaped, and so are the ways in which runners of CI find commands in plain output.
pub fn one_line(text: &str) -> String {
    let text = command::broken(&escape_control(text), "#\\u{23}");
    match text.trim_start().strip_prefix("::") {
        Some(rest) => format!("\\u{{3a}}:{rest}"),
        None => text,
    }
}

/// `text` for a format that escapes what means something to it: nothing in it steers whoever shows it. Lines
/// stay lines.
fn clean(text: &str) -> String {
    let lines: Vec<String> = text.split('\n').map(escape_control).collect();
    lines.join("\n")
}

/// The message of a finding, and its help behind it, on lines of their own.
fn told(finding: &Located) -> String {
    let mut told = clean(&finding.message);
    if let Some(help) = &finding.help {
        told.push_str("\nhelp: ");
        told.push_str(&clean(help));
    }
    told
}

/// The failures that have a file, for formats in which everything has one; with the path as it is printed.
fn failed_files(report: &Report) -> impl Iterator<Item = (String, &Failure)> {
    let failures = report.failures.iter();
    failures.filter_map(|failure| Some((display_path(failure.path.as_deref()?), failure)))
}

/// `path:line:column`, column in code points.
fn place(path: &str, position: Position) -> String {
    format!("{path}:{}:{}", position.line, position.column)
}

/// The table of `--statistics`.
fn statistics(out: &mut dyn Write, report: &Report) -> io::Result<()> {
    let counts = RuleCount::of(&report.findings);
    let width = counts
        .first()
        .map_or(1, |count| count.count.to_string().len());
    for count in counts {
        writeln!(
            out,
            "{:>width$}  {:<7}  {} {}",
            count.count,
            count.severity.word(),
            count.rule.code,
            count.rule.name,
        )?;
    }
    Ok(())
}
