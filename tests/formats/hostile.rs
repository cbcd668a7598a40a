//! Text of a file that would be a command, markup or the end of a string in some format.

use airvane::render::{Format, Style};
use airvane::report::{Findings, Report, Selection};
use airvane::source::{FileId, Place, Span};
use quick_xml::XmlVersion;
use quick_xml::events::Event;
use serde_json::Value;

use super::{NOT_JSON, file, target, written};

/// Each of these would do something somewhere.
const TEXTS: &[&str] = &[
    "::error::x",
    "  ::set-output name=a::b",
    "##[group]x",
    "a ##vso[task.setvariable variable=x]y ##teamcity[x]",
    "a\r\n::warning::x",
    "100% %0A %25",
    "a:b,c;d=e",
    "</failure><x a='b' c=\"d\">&amp;]]>",
    "a\u{0}b\u{7}c\u{1b}[31md\u{7f}e\u{9b}f",
    "a\u{202e}b\u{2066}c\u{feff}d",
    "[link](http://x.example) ![](y) `code` |cell| <b>bold</b>",
    "\u{fffe}\u{ffff}",
    "{\"a\": \"\\u0000\"}",
];

fn report(text: &str) -> Report {
    let path = airvane::source::display_path(text.as_ref());
    let mut findings = Findings::new();
    let place = Place::new(FileId(0), Span::new(0, 1));
    findings
        .report(&NOT_JSON, place, "x", text)
        .help(text)
        .related(Place::new(FileId(0), Span::new(1, 2)), text);
    Report::new(
        vec![target()],
        vec![file(&path, "ab\n", &[])],
        findings.into_vec(),
        Vec::new(),
        &Selection::default(),
    )
}

/// The attributes and texts of a document, as whoever reads it gets them.
fn read_xml(text: &str) -> Vec<String> {
    let mut reader = quick_xml::Reader::from_str(text);
    let mut found = Vec::new();
    loop {
        match reader.read_event().unwrap() {
            Event::Start(element) | Event::Empty(element) => {
                for attribute in element.attributes() {
                    let value = attribute.unwrap().normalized_value(XmlVersion::Implicit1_0);
                    let value = value.unwrap();
                    found.push(value.into_owned());
                }
            }
            Event::Text(text) => found.push(text.xml10_content().into_owned()),
            Event::Eof => return found,
            _ => {}
        }
    }
}

#[test]
fn no_line_is_a_command_of_a_runner() {
    for text in TEXTS {
        let report = report(text);
        for format in Format::ALL {
            let style = Style {
                infos: true,
                ..Style::default()
            };
            let said = written(*format, &report, style);
            for command in ["##[", "##vso[", "##teamcity["] {
                assert!(!said.contains(command), "{text}: {said}");
            }
            for line in said.lines() {
                let is_command = line.trim_start().starts_with("::");
                let is_ours = *format == Format::Github
                    && (line.starts_with("::error file=") || line.starts_with("::notice "));
                assert!(!is_command || is_ours, "{text}: {line}");
                // JSON of our own gives the message as it is: rules hand over nothing that steers.
                let is_own = matches!(format, Format::Json | Format::Jsonl);
                let steers = line.contains(|c: char| c.is_control() && c != '\t');
                assert!(is_own || !steers, "{text}: {line}");
            }
        }
    }
}

#[test]
fn every_document_can_be_read() {
    for text in TEXTS {
        let report = report(text);
        for format in [Format::Json, Format::Gitlab, Format::Sarif, Format::Rdjson] {
            let said = written(format, &report, Style::default());
            let value: Value = serde_json::from_str(&said).unwrap();
            assert!(!value.is_null());
        }
        for format in [Format::Junit, Format::Checkstyle] {
            let said = written(format, &report, Style::default());
            let allowed = |c: char| matches!(c, '\t' | '\n' | '\u{20}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..);
            assert!(said.chars().all(allowed), "{text}");
            assert!(!read_xml(&said).is_empty());
        }
    }
}

#[test]
fn xml_gives_back_what_was_said() {
    let text = "</failure><x a='b' c=\"d\">&amp;]]>";
    let report = report(text);
    for format in [Format::Junit, Format::Checkstyle] {
        let read = read_xml(&written(format, &report, Style::default()));
        assert!(read.iter().any(|one| one == text), "{read:?}");
    }
}

/// What a runner makes of a command: `actions/runner` splits properties at commas and undoes the escapes.
#[test]
fn a_github_command_gives_back_what_was_said() {
    let text = "100% %0A a:b,c;d=e";
    let said = written(Format::Github, &report(text), Style::default());
    let line = said.lines().next().unwrap();
    let (head, message) = line
        .strip_prefix("::error ")
        .unwrap()
        .split_once("::")
        .unwrap();
    let undo = |text: &str| {
        let text = text.replace("%3A", ":").replace("%2C", ",");
        text.replace("%0D", "\r")
            .replace("%0A", "\n")
            .replace("%25", "%")
    };
    let properties: Vec<(&str, String)> = head
        .split(',')
        .map(|property| property.split_once('=').unwrap())
        .map(|(name, value)| (name, undo(value)))
        .collect();
    assert_eq!(properties[0], ("file", text.to_owned()));
    let names: Vec<&str> = properties.iter().map(|(name, _)| *name).collect();
    assert_eq!(
        names,
        ["file", "line", "endLine", "col", "endColumn", "title"]
    );
    assert_eq!(undo(message), format!("{text}\nhelp: {text}"));
}

#[test]
fn a_message_of_sarif_links_to_its_related_places_only() {
    let said = written(
        Format::Sarif,
        &report("[link](http://x.example) [other](2)"),
        Style::default(),
    );
    let log: Value = serde_json::from_str(&said).unwrap();
    let text = log["runs"][0]["results"][0]["message"]["text"]
        .as_str()
        .unwrap();
    let links = regex::Regex::new(r"[^\\]\]\(([^)]*)\)").unwrap();
    let targets: Vec<&str> = links
        .captures_iter(text)
        .map(|found| found.get(1).unwrap().as_str())
        .collect();
    assert_eq!(targets, ["1"], "{text}");
}
