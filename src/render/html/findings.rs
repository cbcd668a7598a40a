//! The findings of the page, file by file.

use maud::{Markup, html};

use super::{counted, prose, words};
use crate::render::one_line;
use crate::render::snippet::Snippet;
use crate::report::{Applicability, Located, Report};

/// Findings that are told; the rest is counted. A browser is slow with more.
const MOST: usize = 5_000;

/// Columns of a line.
const WIDTH: usize = 140;

pub(super) fn section(report: &Report) -> Markup {
    let shown = &report.findings[..report.findings.len().min(MOST)];
    let left = report.findings.len() - shown.len();
    let files = shown.chunk_by(|one, next| one.file == next.file);
    html! {
        section #findings {
            h2 { "Findings" }
            @if report.findings.is_empty() {
                p { "No findings in " (counted(report.summary.files, "file")) "." }
            }
            @for findings in files {
                section data-group {
                    h3 { (one_line(report.path(findings[0].file))) }
                    @for finding in findings { (article(report, finding)) }
                }
            }
            @if left > 0 { p.faint { (counted(left, "finding")) " more are not shown here." } }
        }
    }
}

fn article(report: &Report, finding: &Located) -> Markup {
    let path = report.path(finding.file);
    let (rule, severity) = (finding.rule, finding.severity.word());
    let found_by = words(&[rule.code, rule.name, path, &finding.message]);
    let releases: Vec<String> = finding.targets.iter().map(ToString::to_string).collect();
    let several = report.targets.len() > 1 && releases.len() < report.targets.len();
    html! {
        article data-severity=(severity) data-words=(found_by) {
            h4 {
                span class={ "badge " (severity) } { (severity) } " "
                a href=(rule.url()) rel="noreferrer" { (rule.code) } " "
                (rule.name)
            }
            p { (prose(&finding.message)) }
            p.faint {
                (one_line(path)) ":" (finding.start.line) ":" (finding.start.column)
                @if several { " · Airflow " (releases.join(", ")) }
            }
            (lines(report, finding))
            @if let Some(help) = &finding.help { p { b { "Help: " } (prose(help)) } }
            @if let Some(fix) = &finding.fix {
                p { b { "Fix: " } (prose(&fix.message)) " " span.faint { (trust(fix.applicability)) } }
            }
            @for related in &finding.related {
                p.faint {
                    (one_line(report.path(related.file))) ":" (related.start.line) ": "
                    (prose(&related.message))
                }
            }
        }
    }
}

const fn trust(applicability: Applicability) -> &'static str {
    match applicability {
        Applicability::Safe => "(--fix makes it)",
        Applicability::Unsafe => "(--unsafe-fixes makes it)",
        Applicability::Display => "(by hand)",
    }
}

fn lines(report: &Report, finding: &Located) -> Markup {
    let snippet = Snippet::new(report, finding, WIDTH);
    let rows: Vec<_> = snippet.rows().collect();
    let width = rows.iter().map(|row| row.number.to_string().len()).max();
    let width = width.unwrap_or(0);
    html! {
        @if rows.iter().any(|row| !row.is_blank()) {
            pre {
                @for row in &rows {
                    span.number { (format!("{:>width$} │ ", row.number)) }
                    (one_line(row.before)) mark { (one_line(row.inside)) } (one_line(row.after)) "\n"
                }
            }
        }
    }
}
