//! Units of systemd, and their drop-ins: `Environment=` and `EnvironmentFile=` of a service.
//!
//! A file that a unit names wins over what the unit sets itself, wherever the two stand.

use std::path::{Path, PathBuf};

use super::carrier::{Around, Carrier, Environment, Part, Surroundings, Variable, is_of_airflow};
use crate::source::{Mask, Span, Text, TextBuilder};
use crate::syntax::dotenv::{self, Dialect, Outside, SystemdWord, systemd_words};

/// Why a text is a unit that tells Airflow something, if it is one.
pub fn recognise(head: &str) -> Option<&'static str> {
    let mut lines = head.lines().map(str::trim);
    let is_unit = lines.any(|line| line == "[Service]");
    let sets = head.contains("Environment=") || head.contains("EnvironmentFile=");
    let is_of_airflow = head.contains("AIRFLOW_") || head.contains("airflow ");
    (is_unit && sets && is_of_airflow).then_some("a unit of systemd that runs Airflow")
}

/// An assignment of a unit: the lines that a backslash joins are one.
struct Assignment {
    key: Span,
    value: Text,
}

/// Reads a unit.
pub fn read(text: &str, surroundings: &Surroundings<'_>) -> Carrier {
    let mut around = Around::default();
    let mut mask = Mask::new();
    let mut variables: Vec<Variable> = Vec::new();
    let mut files: Vec<PathBuf> = Vec::new();
    for assignment in assignments(text, &mut around.comments) {
        let key = &text[assignment.key.start..assignment.key.end];
        let value = &assignment.value;
        if !matches!(key, "Environment" | "EnvironmentFile") {
            continue;
        }
        let equals = text[assignment.key.end..].find('=').map_or(0, |at| at + 1);
        mask.show(Span::new(assignment.key.start, assignment.key.end + equals));
        around.blocks.push(assignment.key.cover(value.source()));
        if key == "EnvironmentFile" {
            files = match value.expose() {
                // What was named before is forgotten.
                "" => Vec::new(),
                _ => files.into_iter().chain(file(value)).collect(),
            };
            continue;
        }
        if value.is_empty() {
            variables.clear();
        }
        for SystemdWord(word) in systemd_words(value) {
            let Some(equals) = word.expose().find('=') else {
                continue;
            };
            let name = word.slice(0..equals);
            if is_name(name.expose()) && name.is_known() {
                let value = Some(word.slice(equals + 1..word.len()));
                variables.push(Variable { name, value });
            }
        }
    }
    let mut env_files = Vec::new();
    let mut tells = false;
    for path in files {
        let Some(read) = (surroundings.neighbour)(&path) else {
            continue;
        };
        let set = dotenv::read(&read, Dialect::Systemd, &|_| Outside::Unknown);
        variables.retain(|variable| {
            set.variables
                .iter()
                .all(|one| one.name != variable.name.expose())
        });
        let mut names = set.variables.iter().map(|one| one.name.as_str());
        tells |= names.any(|name| name.starts_with("AIRFLOW_"));
        env_files.push(path);
    }
    let environment = Environment {
        env_files,
        variables,
        ..Environment::default()
    };
    let is_ours = tells || is_of_airflow(&environment);
    let parts = is_ours.then_some(Part::Environment(environment));
    Carrier {
        parts: parts.into_iter().collect(),
        around,
        mask,
        templated: false,
    }
}

/// The file of that name beside the unit: where it is installed, both lie elsewhere.
fn file(value: &Text) -> Option<PathBuf> {
    let path = value.expose().trim_start_matches('-');
    let name = Path::new(path).file_name()?;
    let is_one = value.is_known() && !path.contains(['%', '*', '?', '[']);
    is_one.then(|| PathBuf::from(name))
}

/// `env_name_is_valid`
fn is_name(name: &str) -> bool {
    let is_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    !name.is_empty() && !name.as_bytes()[0].is_ascii_digit() && name.bytes().all(is_word)
}

/// The assignments of the section `[Service]`: `config_parse` of systemd.
fn assignments(text: &str, comments: &mut Vec<Span>) -> Vec<Assignment> {
    let mut found = Vec::new();
    let mut in_service = false;
    let mut joined: Option<TextBuilder> = None;
    for (start, line) in lines(text) {
        let trimmed = line.trim_start_matches([' ', '\t']);
        let at = start + line.len() - trimmed.len();
        if trimmed.starts_with(['#', ';']) {
            comments.push(Span::new(at, start + line.len()));
            continue;
        }
        // A line that goes on keeps its blanks.
        let (at, trimmed) = match joined {
            Some(_) => (start, line),
            None => (at, trimmed),
        };
        let mut out = joined.take().unwrap_or_else(|| TextBuilder::at(at));
        let escapes = trimmed.len() - trimmed.trim_end_matches('\\').len();
        if escapes % 2 == 1 {
            let end = trimmed.len() - 1;
            out.push_exact(&trimmed[..end], at);
            out.push_within(" ", Span::new(at + end, at + end + 1));
            joined = Some(out);
            continue;
        }
        out.push_exact(trimmed, at);
        let whole = out
            .finish()
            .trim_matches(|c| matches!(c, ' ' | '\t' | '\r'));
        let raw = whole.expose();
        if raw.starts_with('[') {
            in_service = raw == "[Service]";
        } else if let Some(equals) = raw.find('=').filter(|_| in_service) {
            let key = raw[..equals].trim_end();
            let value = whole.slice(equals + 1..raw.len());
            found.push(Assignment {
                key: whole.span(0..key.len()),
                value: value.trim_matches(|c| matches!(c, ' ' | '\t')),
            });
        }
    }
    found
}

/// Lines with their start, without what ends them: CR LF too (`read_line_full`).
fn lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut at = 0;
    text.split('\n').map(move |line| {
        let start = at;
        at += line.len() + 1;
        (start, line.strip_suffix('\r').unwrap_or(line))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_with(text: &str, file: Option<&str>) -> (Vec<String>, Vec<PathBuf>) {
        let surroundings = Surroundings {
            path: Path::new("airflow.service"),
            environment: &|_| Outside::Unknown,
            neighbour: &|path| {
                file.filter(|_| path == Path::new("airflow.env"))
                    .map(str::to_owned)
            },
        };
        let carrier = read(text, &surroundings);
        let Some(Part::Environment(environment)) = carrier.parts.into_iter().next() else {
            return Default::default();
        };
        let variables = environment.variables.iter().map(|one| {
            let value = one.value.as_ref().filter(|value| value.is_known());
            format!("{}={}", one.name.expose(), value.map_or("?", Text::expose))
        });
        (variables.collect(), environment.env_files)
    }

    fn variables(text: &str) -> Vec<String> {
        read_with(text, None).0
    }

    #[test]
    fn the_service_is_told_what_its_section_sets() {
        let text = "[Unit]\nEnvironment=AIRFLOW_A=0\n[Service]\n# c\n Environment=AIRFLOW_B=1 \"AIRFLOW_C=x y\" bad-name=1 1A=2\nEnvironment = 'AIRFLOW_D=a\\\\b' \\\n# in between\n  AIRFLOW_E=%h/%%x\r\n[Install]\nEnvironment=AIRFLOW_F=1\n";
        assert_eq!(
            variables(text),
            [
                "AIRFLOW_B=1",
                "AIRFLOW_C=x y",
                "AIRFLOW_D=a\\b",
                "AIRFLOW_E=?"
            ]
        );
        let text = "[Service]\nEnvironment=\"AIRFLOW_B=x \\\n  y\"\n";
        assert_eq!(variables(text), ["AIRFLOW_B=x    y"]);
        let text = "[Service]\r\nEnvironment=AIRFLOW_B=1 \\\r\n AIRFLOW_C=2\r\n";
        assert_eq!(variables(text), ["AIRFLOW_B=1", "AIRFLOW_C=2"]);
        let text = "[Service]\nEnvironment=AIRFLOW_B=1\nEnvironment=\nEnvironment=AIRFLOW_C=1\n";
        assert_eq!(variables(text), ["AIRFLOW_C=1"]);
        assert_eq!(variables("[Service]\nEnvironment=A=1\n"), [""; 0]);
    }

    #[test]
    fn a_file_wins_over_the_unit() {
        let text = "[Service]\nEnvironmentFile=-/etc/airflow/airflow.env\nEnvironment=AIRFLOW_A=1 AIRFLOW_B=2\n";
        let (variables, files) = read_with(text, Some("AIRFLOW_A=3\n"));
        assert_eq!(variables, ["AIRFLOW_B=2"]);
        assert_eq!(files, [PathBuf::from("airflow.env")]);
        let (variables, files) = read_with(text, None);
        assert_eq!(variables, ["AIRFLOW_A=1", "AIRFLOW_B=2"]);
        assert!(files.is_empty());
        // What tells of Airflow may stand in the file alone.
        let text = "[Service]\nEnvironmentFile=/etc/airflow.env\nExecStart=airflow scheduler\n";
        let (variables, files) = read_with(text, Some("AIRFLOW_A=3\n"));
        assert_eq!((variables.len(), files.len()), (0, 1));
        assert!(read_with(text, Some("A=3\n")).1.is_empty());
    }

    #[test]
    fn a_unit_is_known_by_its_section() {
        assert!(recognise("[Unit]\n[Service]\nEnvironment=AIRFLOW_HOME=/x\n").is_some());
        assert!(
            recognise("[Service]\nEnvironmentFile=/etc/x\nExecStart=/bin/airflow scheduler\n")
                .is_some()
        );
        assert!(recognise("[Service]\nEnvironment=A=b\nExecStart=/bin/x\n").is_none());
        assert!(recognise("[core]\nEnvironment=AIRFLOW_HOME\n").is_none());
    }
}
