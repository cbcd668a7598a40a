//! For people: message, masked snippet, help. The only module that knows miette.

use std::fmt;
use std::io::{self, Write};

use miette::{
    Diagnostic, GraphicalReportHandler, GraphicalTheme, LabeledSpan, SourceCode, ThemeCharacters,
    ThemeStyles,
};

use textwrap::{WordSeparator, WordSplitter};

use super::snippet::{Snippet, TAB};
use super::{Style, one_line, place, shown, statistics};
use crate::report::{Applicability, Located, Report, Severity};
use crate::source::command;

/// Nobody reads more; the summary counts the rest.
const LIMIT: usize = 200;

/// Writes the findings and one line that counts them.
pub fn write(out: &mut dyn Write, report: &Report, style: Style) -> io::Result<()> {
    let handler = handler(style);
    for finding in shown(report, style).take(LIMIT) {
        let shown = Shown::new(report, finding, style);
        let mut text = String::new();
        if handler.render_report(&mut text, &shown).is_err() {
            // A frame that cannot be drawn must not hide the finding.
            text = plain(report, finding);
        }
        out.write_all(inert(&text).as_bytes())?;
        writeln!(out)?;
    }
    let more = shown(report, style).count().saturating_sub(LIMIT);
    if more > 0 {
        writeln!(out, "… and {more} more; --format concise lists all\n")?;
    }
    if style.statistics {
        statistics(out, report)?;
        writeln!(out)?;
    }
    if style.summary {
        writeln!(out, "{}", report.summary.sentence(style.infos))?;
        if let Some(fixes) = report.summary.fixes() {
            writeln!(out, "{fixes}")?;
        }
    }
    Ok(())
}

fn handler(style: Style) -> GraphicalReportHandler {
    let theme = GraphicalTheme {
        characters: if style.unicode {
            ThemeCharacters::unicode()
        } else {
            ThemeCharacters::ascii()
        },
        styles: if style.colour {
            ThemeStyles::ansi()
        } else {
            ThemeStyles::none()
        },
    };
    GraphicalReportHandler::new_themed(theme)
        .with_links(style.links)
        .with_link_display_text("")
        .with_width(style.width.max(40))
        .with_context_lines(1)
        .tab_width(TAB)
        .with_word_separator(WordSeparator::AsciiSpace)
        .with_word_splitter(WordSplitter::NoHyphenation)
}

fn plain(report: &Report, finding: &Located) -> String {
    let place = place(report.path(finding.file), finding.start);
    let word = finding.severity.word();
    format!(
        "{place}: {word}[{}] {}: {}\n",
        finding.rule.code,
        finding.rule.name,
        one_line(&finding.message)
    )
}

/// Breaks what a runner would take for a command, without moving anything: a word joiner
/// has no width. Lines of a frame never begin with `::`.
fn inert(text: &str) -> String {
    command::broken(text, "##\u{2060}")
}

/// A finding as miette wants it.
struct Shown<'a> {
    finding: &'a Located,
    message: String,
    help: Option<String>,
    snippet: Snippet,
    /// The page of the rule, where the terminal knows links.
    url: Option<String>,
}

impl<'a> Shown<'a> {
    fn new(report: &Report, finding: &'a Located, style: Style) -> Self {
        let snippet = Snippet::new(report, finding, style.width);
        let mut help: Vec<String> = finding.help.iter().map(|help| one_line(help)).collect();
        if let Some(fix) = finding.fix.as_deref() {
            let how = match fix.applicability {
                Applicability::Safe => "--fix",
                Applicability::Unsafe => "--unsafe-fixes",
                Applicability::Display => "by hand",
            };
            help.push(format!("fix ({how}): {}", one_line(&fix.message)));
        }
        for related in &finding.related {
            let in_snippet =
                related.file == finding.file && related.start.line != finding.start.line;
            if !in_snippet || snippet.labels.len() < 2 {
                let place = place(report.path(related.file), related.start);
                help.push(format!("{place}: {}", one_line(&related.message)));
            }
        }
        Self {
            finding,
            message: one_line(&finding.message),
            help: (!help.is_empty()).then(|| help.join("\n")),
            snippet,
            url: style.links.then(|| finding.rule.url()),
        }
    }
}

impl fmt::Debug for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.finding.rule.code)
    }
}

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Shown<'_> {}

impl Diagnostic for Shown<'_> {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        let severity = self.finding.severity.word();
        let rule = self.finding.rule;
        Some(Box::new(format!("{severity}[{}] {}", rule.code, rule.name)))
    }

    fn severity(&self) -> Option<miette::Severity> {
        Some(match self.finding.severity {
            Severity::Error => miette::Severity::Error,
            Severity::Warning => miette::Severity::Warning,
            Severity::Info => miette::Severity::Advice,
        })
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        let help = self.help.as_ref()?;
        Some(Box::new(help))
    }

    fn url<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        let url = self.url.as_ref()?;
        Some(Box::new(url))
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        Some(&self.snippet)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let labels = self.snippet.labels.iter().map(|label| {
            let span = (label.start, label.len);
            if label.primary {
                LabeledSpan::new_primary_with_span(label.text.clone(), span)
            } else {
                LabeledSpan::new_with_span(label.text.clone(), span)
            }
        });
        Some(Box::new(labels))
    }
}
