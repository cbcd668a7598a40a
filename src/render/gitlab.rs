//! GitLab's Code Quality report: one JSON array, empty where all is well. The merge request shows what of
//! it is new, by fingerprint.

use std::borrow::Cow;
use std::io::{self, Write};

use serde::{Serialize, Serializer};

use super::inert::write_json;
use super::{clean, failed_files};
use crate::report::{Located, Report, Severity};

#[derive(Serialize)]
struct Issue<'a> {
    description: String,
    check_name: &'static str,
    fingerprint: String,
    severity: &'static str,
    location: Location<'a>,
}

#[derive(Serialize)]
struct Location<'a> {
    path: Cow<'a, str>,
    lines: Lines,
}

#[derive(Serialize)]
struct Lines {
    begin: usize,
    end: usize,
}

impl<'a> Issue<'a> {
    fn new(report: &'a Report, finding: &Located) -> Self {
        let rule = finding.rule;
        Self {
            description: format!("{} {}: {}", rule.code, rule.name, clean(&finding.message)),
            check_name: rule.code,
            fingerprint: format!("{:032x}", finding.fingerprint),
            severity: match finding.severity {
                Severity::Info => "info",
                _ if rule.is_about_leaks() => "critical",
                Severity::Warning => "minor",
                Severity::Error => "major",
            },
            location: Location {
                path: report.repository_path(finding.file),
                lines: Lines {
                    begin: finding.start.line,
                    end: finding.end.line,
                },
            },
        }
    }
}

/// Writes the array. What could not be read stands first: without it the merge request would say that its
/// mistakes are mended.
pub fn write(out: &mut dyn Write, report: &Report) -> io::Result<()> {
    struct Issues<'a>(&'a Report);
    impl Serialize for Issues<'_> {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            let report = self.0;
            let failures = failed_files(report).map(|(path, failure)| Issue {
                description: format!("airvane failed: {}", clean(&failure.message)),
                check_name: "failure",
                fingerprint: format!("{:032x}", failure.fingerprint()),
                severity: "major",
                location: Location {
                    path: report.in_repository(&path).into_owned().into(),
                    lines: Lines { begin: 1, end: 1 },
                },
            });
            let findings = report.findings.iter();
            let findings = findings.map(|finding| Issue::new(report, finding));
            serializer.collect_seq(failures.chain(findings))
        }
    }
    write_json(out, &Issues(report))
}
