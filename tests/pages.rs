//! Every page's example does what the page says: it is written to files and checked, and the page shows what
//! airvane says of it.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod common;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use airvane::rules::{ALL, Rule};

/// Rules whose example cannot be written down as text.
const BYTES: &[&str] = &["AV001"];

/// The fenced blocks below `heading`: language and text.
fn blocks(rule: &Rule, heading: &str) -> Vec<(String, String)> {
    let lines = rule.docs.lines();
    let lines = lines.map(|line| line.strip_prefix(' ').unwrap_or(line));
    let section = lines
        .skip_while(|line| *line != heading)
        .skip(1)
        .take_while(|line| !line.starts_with("## "));
    let mut blocks: Vec<(String, String)> = Vec::new();
    let mut inside = false;
    for line in section {
        if let Some(language) = line.strip_prefix("```") {
            inside = !inside;
            if inside {
                blocks.push((language.to_owned(), String::new()));
            }
        } else if inside && let Some((_, text)) = blocks.last_mut() {
            text.extend([line, "\n"]);
        }
    }
    blocks
}

/// What airvane says of the blocks as a stranger would run it, for the target of the rule's `bad` fixture and in a
/// repository that ignores nothing: one line a finding.
fn said(rule: &Rule, blocks: &[(String, String)]) -> Vec<String> {
    let directory = tempfile::tempdir().unwrap();
    std::fs::create_dir(directory.path().join(".git")).unwrap();
    for (language, text) in blocks {
        // A block may name its file behind its language, where there are two of one kind.
        let named = language.split_once(' ').map(|(_, name)| name);
        let name = named.unwrap_or(match language.as_str() {
            "ini" => "airflow.cfg",
            "dotenv" => ".env",
            "json" => "dump.json",
            "dockerfile" => "Dockerfile",
            "requirements" => "requirements.txt",
            "python" => "dags/example.py",
            "toml" => "airvane.toml",
            _ if named.is_some() => "",
            _ => panic!("{}: a block of language `{language}`", rule.code),
        });
        common::write(directory.path(), &[(name, text)]);
    }
    let fixture = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("fixtures/rules")
        .join(format!("{}-{}", rule.code, rule.name));
    let args = std::fs::read_to_string(fixture.join("bad/args")).unwrap_or_default();
    for line in args.lines() {
        // A file that an argument names, such as the one of `--aws-config`.
        if let Ok(text) = std::fs::read_to_string(fixture.join("bad").join(line)) {
            common::write(directory.path(), &[(line, &text)]);
        }
    }
    let mut all = vec!["check", ".", "--format", "concise", "-v"];
    all.extend(args.lines().filter(|line| !line.is_empty()));
    let ran = common::run(directory.path(), &all);
    assert!(ran.code < 2, "{}: {}", rule.code, ran.err);
    ran.out.lines().map(str::to_owned).collect()
}

/// The line is this rule's.
fn is_of(rule: &Rule, line: &str) -> bool {
    line.contains(&format!("[{}] {}: ", rule.code, rule.name))
}

/// The line is this rule's, or more than advice.
fn is_loud(rule: &Rule, line: &str) -> bool {
    is_of(rule, line) || !line.contains(": info[AV")
}

/// The blocks that are files, without what airvane says of them.
fn files(rule: &Rule, heading: &str) -> Vec<(String, String)> {
    let blocks = blocks(rule, heading).into_iter();
    blocks.filter(|(language, _)| language != SAID).collect()
}

/// Language of the block that says what airvane says.
const SAID: &str = "text";

#[test]
fn the_example_of_every_page_is_a_finding_and_its_correction_is_none() {
    let mut wrong = Vec::new();
    for rule in ALL.iter().filter(|rule| !BYTES.contains(&rule.code)) {
        let found = said(rule, &files(rule, "## Example"));
        if !found.iter().any(|line| is_of(rule, line)) {
            wrong.push(format!("{}: silent, but {found:?}", rule.code));
        }
        let found = said(rule, &files(rule, "## Use instead"));
        if found.iter().any(|line| is_loud(rule, line)) {
            wrong.push(format!("{}: the correction gives {found:?}", rule.code));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// With `AIRVANE_BLESS=1` in the environment the pages are written anew.
#[test]
fn every_page_shows_what_airvane_says_of_its_example() {
    let bless = std::env::var_os("AIRVANE_BLESS").is_some();
    let mut stale = Vec::new();
    for rule in ALL.iter().filter(|rule| !BYTES.contains(&rule.code)) {
        let found = said(rule, &files(rule, "## Example"));
        let found: Vec<&str> = found
            .iter()
            .map(String::as_str)
            .filter(|line| is_loud(rule, line))
            .collect();
        let shown = blocks(rule, "## Example").into_iter();
        let shown: Vec<String> = shown
            .filter(|(language, _)| language == SAID)
            .flat_map(|(_, text)| text.lines().map(str::to_owned).collect::<Vec<_>>())
            .collect();
        if shown == found {
            continue;
        }
        stale.push(rule.code);
        if bless {
            bless_page(rule, &found);
        }
    }
    assert!(
        bless || stale.is_empty(),
        "pages that do not show what airvane says: {stale:?}; AIRVANE_BLESS=1 cargo test --test pages writes them"
    );
}

/// With `AIRVANE_BLESS=1` in the environment `docs/rules` is written anew.
#[test]
fn the_folder_of_pages_holds_what_explain_prints_and_a_table_of_all_rules() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/rules");
    let mut pages: BTreeMap<String, String> = ALL
        .iter()
        .map(|rule| (format!("{}.md", rule.code), rule.page()))
        .collect();
    pages.insert("README.md".to_owned(), table());
    if std::env::var_os("AIRVANE_BLESS").is_some() {
        for (name, page) in &pages {
            std::fs::write(folder.join(name), page).unwrap();
        }
    }
    let found: BTreeMap<String, String> = std::fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .map(|path| {
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            (name, std::fs::read_to_string(path).unwrap())
        })
        .collect();
    let names = pages.keys().chain(found.keys());
    let stale: BTreeSet<&String> = names
        .filter(|name| pages.get(*name) != found.get(*name))
        .collect();
    assert!(
        stale.is_empty(),
        "docs/rules is not up to date: {stale:?}; AIRVANE_BLESS=1 cargo test --test pages writes it"
    );
}

/// Every rule, by family.
fn table() -> String {
    let mut text = String::from(
        "# Rules\n\nMade from the rules' own files; `airvane explain CODE` prints the same pages. A severity may be \
         lower where certainty\ndepends on what airvane cannot see, and where no target was chosen.\n",
    );
    let mut family = "";
    for rule in ALL {
        if !rule.code.starts_with(family) || family.is_empty() {
            family = &rule.code[..3];
            let (_, title) = FAMILIES.iter().find(|(code, _)| *code == family).unwrap();
            let head = "| rule | severity | what it does |\n|---|---|---|\n";
            text.extend(["\n## ", family, " ", title, "\n\n", head]);
        }
        let (code, name, severity) = (rule.code, rule.name, rule.severity.word());
        // A bar would end the cell, even inside backquotes.
        let gist = rule.gist().replace('|', "\\|");
        let on_request = if rule.on_request { ", on request" } else { "" };
        let row = format!("| [{code} `{name}`]({code}.md) | {severity}{on_request} | {gist} |\n");
        text.push_str(&row);
    }
    text
}

const FAMILIES: &[(&str, &str)] = &[
    ("AV0", "Files and their syntax"),
    ("AV1", "Backend class"),
    ("AV2", "Keyword arguments of the backend"),
    ("AV3", "Prefixes"),
    ("AV4", "Connections"),
    ("AV5", "Variables and options read from stores"),
    ("AV6", "Options of airflow.cfg"),
    ("AV7", "Stores and exports"),
    ("AV8", "Across files"),
    ("AV9", "airvane itself"),
];

/// Puts `found` below the example of the rule's file, in place of what stands there.
fn bless_page(rule: &Rule, found: &[&str]) {
    let file = source(rule);
    let text = std::fs::read_to_string(&file).unwrap();
    let mut out: Vec<String> = Vec::new();
    let mut lines = text.lines().peekable();
    let mut inside = false;
    while let Some(line) = lines.next() {
        let doc = line.trim_start().strip_prefix("///").map(str::trim);
        match doc {
            Some("## Example") => inside = true,
            Some("## Use instead") if inside => {
                inside = false;
                let indent = &line[..line.len() - line.trim_start().len()];
                let mut said = vec!["airvane says:", "", "```text"];
                said.extend(found);
                said.extend(["```", ""]);
                out.extend(
                    said.iter()
                        .map(|line| format!("{indent}/// {line}").trim_end().to_owned()),
                );
            }
            Some("airvane says:") if inside => {
                // Up to the blank line behind the block.
                let mut fences = 0;
                for line in lines.by_ref() {
                    fences += usize::from(line.contains("/// ```"));
                    if fences == 2 {
                        break;
                    }
                }
                lines.next();
                continue;
            }
            _ => {}
        }
        out.push(line.to_owned());
    }
    std::fs::write(file, out.join("\n") + "\n").unwrap();
}

/// The file that holds the rule.
fn source(rule: &Rule) -> PathBuf {
    let rules = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/rules");
    let head = format!("\"{}\", \"{}\",", rule.code, rule.name);
    let families = std::fs::read_dir(rules).unwrap();
    let folders = families.map(|entry| entry.unwrap().path());
    let mut files = folders
        .filter(|path| path.is_dir())
        .flat_map(|path| std::fs::read_dir(path).unwrap())
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "rs"));
    files
        .find(|path| std::fs::read_to_string(path).unwrap().contains(&head))
        .unwrap_or_else(|| panic!("{}: no file below src/rules holds it", rule.code))
}
