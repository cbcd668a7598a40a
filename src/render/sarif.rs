//! SARIF 2.1.0, as GitHub code scanning takes it: all rules of the release, places in UTF-16 units, paths from
//! the root of the repository on, and fingerprints that are no digest of any line.
//!
//! There are no snippets: whoever looks at the report has the file, and the report outlives the log.

use std::fmt::Write as _;
use std::io::{self, Write};
use std::sync::LazyLock;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::{Serialize, Serializer};

use super::inert::write_json;
use super::{HOME, clean, told};
use crate::report::{Failure, Located, LocatedEdit, LocatedFix, Report, Severity};
use crate::rules::{self, Rule};
use crate::source::{Position, display_path};

const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// GitHub refuses a run with more results.
const LIMIT: usize = 25_000;

/// GitHub looks at no more locations of a result.
const RELATED: usize = 100;

/// What paths of the repository count from; whoever reads the report knows where that is.
const ROOT: &str = "%SRCROOT%";

/// What stands in a URI as it is.
const KEPT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'/')
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

#[derive(Serialize)]
struct Log<'a> {
    #[serde(rename = "$schema")]
    schema: &'static str,
    version: &'static str,
    runs: [Run<'a>; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Run<'a> {
    tool: Tool,
    original_uri_base_ids: Bases,
    column_kind: &'static str,
    invocations: [Invocation; 1],
    results: Results<'a>,
}

#[derive(Serialize)]
struct Tool {
    driver: Driver,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Driver {
    name: &'static str,
    semantic_version: &'static str,
    information_uri: &'static str,
    rules: &'static [Descriptor],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Descriptor {
    id: &'static str,
    name: &'static str,
    short_description: Message,
    full_description: Message,
    help_uri: String,
    help: Help,
    default_configuration: Configuration,
    properties: Properties,
}

#[derive(Serialize)]
struct Message {
    text: String,
}

#[derive(Serialize)]
struct Help {
    text: String,
    markdown: String,
}

#[derive(Serialize)]
struct Configuration {
    level: &'static str,
    enabled: bool,
}

#[derive(Serialize)]
struct Properties {
    tags: Vec<&'static str>,
    precision: &'static str,
    #[serde(rename = "problem.severity")]
    problem: &'static str,
    #[serde(rename = "security-severity", skip_serializing_if = "Option::is_none")]
    security: Option<&'static str>,
}

#[derive(Serialize)]
struct Bases {
    #[serde(rename = "%SRCROOT%")]
    root: Base,
}

#[derive(Serialize)]
struct Base {
    description: Message,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Invocation {
    execution_successful: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tool_execution_notifications: Vec<Notification>,
}

#[derive(Serialize)]
struct Notification {
    level: &'static str,
    message: Message,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    locations: Vec<FileLocation>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct FileLocation {
    physical_location: FilePlace,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct FilePlace {
    artifact_location: Artifact,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Result<'a> {
    rule_id: &'static str,
    rule_index: usize,
    level: &'static str,
    message: Message,
    locations: [Location<'a>; 1],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    related_locations: Vec<Location<'a>>,
    partial_fingerprints: Fingerprints,
    #[serde(skip_serializing_if = "Option::is_none")]
    fixes: Option<[Fix<'a>; 1]>,
    properties: Facts,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Location<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<Message>,
    #[serde(rename = "physicalLocation")]
    place: Physical<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Physical<'a> {
    artifact_location: &'a Artifact,
    region: Region,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Artifact {
    uri: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    uri_base_id: Option<&'static str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Region {
    start_line: usize,
    start_column: usize,
    end_line: usize,
    end_column: usize,
}

/// GitHub goes by the first, others by any name that stays. Neither is a hash of the line: that would be a
/// digest of a secret.
#[derive(Serialize)]
struct Fingerprints {
    #[serde(rename = "primaryLocationLineHash")]
    github: String,
    #[serde(rename = "airvane/v1")]
    own: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Fix<'a> {
    description: Message,
    artifact_changes: Vec<Change<'a>>,
    properties: Grade,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Change<'a> {
    artifact_location: &'a Artifact,
    replacements: Vec<Replacement>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Replacement {
    deleted_region: Region,
    inserted_content: Message,
}

#[derive(Serialize)]
struct Grade {
    applicability: &'static str,
}

#[derive(Serialize)]
struct Facts {
    targets: Vec<String>,
}

/// All rules, whether they spoke or not: lists of them stay the same from run to run.
static DESCRIPTORS: LazyLock<Vec<Descriptor>> = LazyLock::new(|| {
    let all = rules::ALL.iter();
    all.map(|rule| Descriptor::new(rule)).collect()
});

impl Descriptor {
    fn new(rule: &Rule) -> Self {
        let is_leak = rule.is_about_leaks();
        let mut tags = vec!["airflow", &rule.code[..3]];
        if is_leak {
            tags.push("security");
        }
        let (precision, problem) = match rule.severity {
            Severity::Error => ("very-high", "error"),
            Severity::Warning => ("high", "warning"),
            Severity::Info => ("medium", "recommendation"),
        };
        let (summary, url) = (rule.summary(), rule.url());
        Self {
            id: rule.code,
            name: rule.name,
            short_description: Message { text: rule.gist() },
            help: Help {
                text: format!("{summary}\n{url}"),
                markdown: rule.page(),
            },
            full_description: Message { text: summary },
            help_uri: url,
            default_configuration: Configuration {
                level: level(rule.severity),
                enabled: !rule.on_request,
            },
            properties: Properties {
                tags,
                precision,
                problem,
                security: is_leak.then_some("8.0"),
            },
        }
    }
}

impl Artifact {
    /// `path` as it is printed, from the root of the repository on where it lies in it.
    fn new(path: &str) -> Self {
        let encoded = utf8_percent_encode(path, KEPT).to_string();
        if path.starts_with('/') {
            return Self {
                uri: format!("file://{encoded}"),
                uri_base_id: None,
            };
        }
        Self {
            uri: encoded,
            uri_base_id: Some(ROOT),
        }
    }
}

impl Region {
    fn new(start: Position, end: Position) -> Self {
        Self {
            start_line: start.line,
            start_column: start.column_utf16,
            end_line: end.line,
            end_column: end.column_utf16,
        }
    }
}

impl Notification {
    fn new(report: &Report, failure: &Failure) -> Self {
        let path = failure.path.as_deref().map(display_path);
        let location = path.map(|path| FileLocation {
            physical_location: FilePlace {
                artifact_location: Artifact::new(&report.in_repository(&path)),
            },
        });
        Self {
            level: "error",
            message: Message {
                text: clean(&failure.message),
            },
            locations: location.into_iter().collect(),
        }
    }
}

/// What all results look up.
struct Results<'a> {
    report: &'a Report,
    /// By file of the report.
    artifacts: Vec<Artifact>,
}

impl Results<'_> {
    fn result<'r>(&'r self, finding: &'r Located) -> Result<'r> {
        let mut text = unlinked(told(finding));
        let related = finding.related.iter().take(RELATED).enumerate();
        let related = related.map(|(index, related)| {
            let id = index + 1;
            let message = clean(&related.message);
            let link = message.replace('\\', "\\\\");
            let link = link.replace('[', "\\[").replace(']', "\\]");
            // Writing to a String cannot fail.
            let _ = write!(text, "\nSee [{link}]({id}).");
            Location {
                id: Some(id),
                message: Some(Message { text: message }),
                place: self.physical(related.file, related.start, related.end),
            }
        });
        let related_locations = related.collect();
        let fingerprint = format!("{:032x}", finding.fingerprint);
        Result {
            rule_id: finding.rule.code,
            rule_index: index_of(finding.rule),
            level: level(finding.severity),
            message: Message { text },
            locations: [Location {
                id: None,
                message: None,
                place: self.physical(finding.file, finding.start, finding.end),
            }],
            related_locations,
            partial_fingerprints: Fingerprints {
                github: format!("{fingerprint}:1"),
                own: fingerprint,
            },
            fixes: finding
                .fix
                .as_deref()
                .and_then(|fix| self.fix(fix))
                .map(|fix| [fix]),
            properties: Facts {
                targets: finding.targets.iter().map(ToString::to_string).collect(),
            },
        }
    }

    fn physical(&self, file: usize, start: Position, end: Position) -> Physical<'_> {
        Physical {
            artifact_location: &self.artifacts[file],
            region: Region::new(start, end),
        }
    }

    fn fix(&self, fix: &LocatedFix) -> Option<Fix<'_>> {
        let edits = self.report.public_edits(fix)?;
        let same_file =
            |a: &(&LocatedEdit, String), b: &(&LocatedEdit, String)| a.0.file == b.0.file;
        let changes = edits.chunk_by(same_file).map(|edits| Change {
            artifact_location: &self.artifacts[edits[0].0.file],
            replacements: edits
                .iter()
                .map(|(edit, text)| Replacement {
                    deleted_region: Region::new(edit.start, edit.end),
                    inserted_content: Message { text: text.clone() },
                })
                .collect(),
        });
        Some(Fix {
            description: Message {
                text: clean(&fix.message),
            },
            artifact_changes: changes.collect(),
            properties: Grade {
                applicability: fix.applicability.word(),
            },
        })
    }
}

impl Serialize for Results<'_> {
    /// One after the other.
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        let findings = worst(self.report, LIMIT);
        serializer.collect_seq(findings.map(|finding| self.result(finding)))
    }
}

/// At most `limit` findings, the worst, in the order of the report.
fn worst(report: &Report, limit: usize) -> impl Iterator<Item = &Located> {
    let summary = &report.summary;
    let errors = summary.errors.min(limit);
    let warnings = summary.warnings.min(limit - errors);
    let mut room = [limit - errors - warnings, warnings, errors];
    report.findings.iter().filter(move |finding| {
        let left = &mut room[match finding.severity {
            Severity::Info => 0,
            Severity::Warning => 1,
            Severity::Error => 2,
        }];
        let fits = *left > 0;
        *left = left.saturating_sub(1);
        fits
    })
}

/// Text of a message in which nothing is a link.
fn unlinked(text: String) -> String {
    if text.contains("](") {
        text.replace("](", "] (")
    } else {
        text
    }
}

fn index_of(rule: &Rule) -> usize {
    let found = rules::ALL.binary_search_by_key(&rule.code, |rule| rule.code);
    found.unwrap_or_default()
}

const fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Info => "note",
        Severity::Warning => "warning",
        Severity::Error => "error",
    }
}

/// What did not work, and what is left out.
fn notifications(report: &Report, limit: usize) -> Vec<Notification> {
    let failures = report.failures.iter();
    let mut all: Vec<Notification> = failures
        .map(|failure| Notification::new(report, failure))
        .collect();
    let more = report.findings.len().saturating_sub(limit);
    if more > 0 {
        all.push(Notification {
            level: "warning",
            message: Message {
                text: format!(
                    "{more} more findings are left out: code scanning takes {limit} in a run, and these are the worst."
                ),
            },
            locations: Vec::new(),
        });
    }
    all
}

/// Writes the log.
pub fn write(out: &mut dyn Write, report: &Report) -> io::Result<()> {
    let files = 0..report.files.len();
    let artifacts = files.map(|file| Artifact::new(&report.repository_path(file)));
    let run = Run {
        tool: Tool {
            driver: Driver {
                name: "airvane",
                semantic_version: env!("CARGO_PKG_VERSION"),
                information_uri: HOME,
                rules: &DESCRIPTORS,
            },
        },
        original_uri_base_ids: Bases {
            root: Base {
                description: Message {
                    text: "The root of the repository.".to_owned(),
                },
            },
        },
        column_kind: "utf16CodeUnits",
        invocations: [Invocation {
            execution_successful: report.failures.is_empty(),
            tool_execution_notifications: notifications(report, LIMIT),
        }],
        results: Results {
            report,
            artifacts: artifacts.collect(),
        },
    };
    let log = Log {
        schema: SCHEMA,
        version: "2.1.0",
        runs: [run],
    };
    write_json(out, &log)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inputs::Kind;
    use crate::report::{Findings, ReportFile, Selection};
    use crate::source::{FileId, LineIndex, Mask, Place, Span};

    /// A report of one finding of each severity.
    fn report(severities: &[Severity]) -> Report {
        let text = "x".repeat(severities.len());
        let file = ReportFile {
            path: "a.cfg".to_owned(),
            kind: Kind::Cfg,
            bytes: text.as_bytes().into(),
            lines: LineIndex::new(text.as_bytes()),
            mask: Mask::new(),
        };
        let mut findings = Findings::new();
        for (at, severity) in severities.iter().enumerate() {
            let place = Place::new(FileId(0), Span::new(at, at + 1));
            let finding = findings.report(rules::ALL[0], place, "x", "wrong");
            finding.severity(*severity);
        }
        let selection = Selection::default();
        Report::new(
            Vec::new(),
            vec![file],
            findings.into_vec(),
            Vec::new(),
            &selection,
        )
    }

    #[test]
    fn of_too_many_results_the_worst_are_kept_in_their_order() {
        use Severity::{Error, Info, Warning};
        let report = report(&[Info, Warning, Error, Warning, Info, Error]);
        let kept = |limit: usize| -> Vec<usize> {
            let findings = worst(&report, limit);
            findings.map(|finding| finding.start.offset).collect()
        };
        assert_eq!(kept(1), [2]);
        assert_eq!(kept(3), [1, 2, 5]);
        assert_eq!(kept(5), [0, 1, 2, 3, 5]);
        assert_eq!(kept(6), [0, 1, 2, 3, 4, 5]);
        assert_eq!(kept(7).len(), 6);
        let told = notifications(&report, 4);
        assert!(told[0].message.text.starts_with("2 more findings "));
        assert!(notifications(&report, 6).is_empty());
    }

    #[test]
    fn a_path_is_a_uri() {
        let uri = |path: &str| Artifact::new(path).uri;
        assert_eq!(uri("conf/airflow.cfg"), "conf/airflow.cfg");
        assert_eq!(uri("a b/é%:[x].env"), "a%20b/%C3%A9%25%3A%5Bx%5D.env");
        assert_eq!(uri("/tmp/x y"), "file:///tmp/x%20y");
        assert_eq!(Artifact::new("/tmp/x").uri_base_id, None);
    }

    #[test]
    fn rules_are_found_by_their_code() {
        for (index, rule) in rules::ALL.iter().enumerate() {
            assert_eq!(index_of(rule), index, "{}", rule.code);
        }
    }
}
