//! `html`: one page that needs nothing else, neither network nor server. For each deployment the lookup map, and the
//! findings with their masked lines; without its script it is whole, with it there are filters.
//!
//! What the page says is escaped by construction (`maud`), and its policy lets nothing run and nothing load but the
//! script and the style that stand here.

mod findings;
mod map;

use std::io::{self, Write};

use maud::{DOCTYPE, Markup, PreEscaped, html};

use crate::report::{Report, Severity};
use crate::resolve::map::{Map, State};

const STYLE: &str = include_str!("style.css");
const SCRIPT: &str = include_str!("script.js");

/// `sha256` of [`STYLE`] and of [`SCRIPT`], as the policy of the page names them.
const STYLE_HASH: &str = "+V2FKBfdC83CBPOr9PBZ97VUDvAQRrVSivkHOFfn+bg=";
const SCRIPT_HASH: &str = "2oB3uMyZxc+UL0v+US6mCc4PENlkJP0UsRK865vzUlc=";

/// Writes the page.
pub fn write(out: &mut dyn Write, report: &Report, map: &Map) -> io::Result<()> {
    out.write_all(page(report, map).into_string().as_bytes())?;
    out.write_all(b"\n")
}

fn page(report: &Report, map: &Map) -> Markup {
    let policy = format!(
        "default-src 'none'; style-src 'sha256-{STYLE_HASH}'; script-src 'sha256-{SCRIPT_HASH}'; base-uri 'none'; form-action 'none'"
    );
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(policy);
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="referrer" content="no-referrer";
                title { "airvane report" }
                style { (PreEscaped(STYLE)) }
            }
            body {
                a.skip href="#findings" { "Skip to the findings" }
                header {
                    h1 { "airvane" }
                    p.faint {
                        "What Apache Airflow makes of its secrets backends, connections and variables. "
                        "Secrets are masked: every " code { "*" } " stands for a character that is not shown."
                    }
                    (tiles(report, map))
                    nav aria-label="Sections" { a href="#map" { "Lookup map" } " " a href="#findings" { "Findings" } }
                }
                main {
                    (filters())
                    (failures(report, map))
                    (map::section(map))
                    (findings::section(report))
                }
                footer { "airvane " (env!("CARGO_PKG_VERSION")) }
                script { (PreEscaped(SCRIPT)) }
            }
        }
    }
}

/// The counts.
fn tiles(report: &Report, map: &Map) -> Markup {
    let summary = &report.summary;
    let of = |state: State| {
        let rows = map.deployments.iter().flat_map(|one| &one.rows);
        rows.filter(|row| row.state() == state).count()
    };
    let tile = |class: &str, count: usize, what: &str| {
        html! { li { b class=(class) { (count) } " " (what) } }
    };
    html! {
        ul.tiles {
            (tile("error", summary.errors, "errors"))
            (tile("warning", summary.warnings, "warnings"))
            (tile("info", summary.infos, "infos"))
            (tile("", summary.files, "files"))
            @for state in State::ALL {
                (tile(state.word(), of(state), told(state)))
            }
        }
    }
}

const fn told(state: State) -> &'static str {
    match state {
        State::Fails => "ids fail",
        State::Missing => "ids missing",
        State::Unknown => "ids unknown",
        State::Shadows => "ids shadow",
        State::Found => "ids found",
    }
}

/// Hidden until the script is there.
fn filters() -> Markup {
    let boxes = |name: &str, words: &[&str]| {
        html! {
            @for word in words {
                label {
                    input type="checkbox" name=(name) value=(word) checked;
                    " " span class=(word) { (word) }
                }
            }
        }
    };
    let severities = [Severity::Error, Severity::Warning, Severity::Info].map(Severity::word);
    html! {
        div.filters hidden role="search" {
            label for="search" { "Filter" }
            input #search type="search" placeholder="id, rule, file, word … ( / )" autocomplete="off";
            fieldset { legend { "Findings" } (boxes("severity", &severities)) }
            fieldset { legend { "Ids" } (boxes("state", &State::ALL.map(State::word))) }
            output #count.faint for="search" {}
        }
    }
}

/// What could not be done: nobody may take the page for the whole truth then.
fn failures(report: &Report, map: &Map) -> Markup {
    let all = report.failures.iter().chain(&map.failures);
    let mut lines: Vec<String> = all
        .map(|failure| super::one_line(&failure.to_string()))
        .collect();
    lines.sort_unstable();
    lines.dedup();
    html! {
        @if !lines.is_empty() {
            section {
                h2 { "What could not be read" }
                ul { @for line in &lines { li.error { (line) } } }
            }
        }
    }
}

/// A sentence, with what stands between backquotes as code.
fn prose(text: &str) -> Markup {
    let text = super::one_line(text);
    let mut parts = text.split('`').collect::<Vec<_>>();
    // An odd one out is a backquote.
    let rest = (parts.len() % 2 == 0).then(|| parts.pop().unwrap_or_default());
    html! {
        @for (index, part) in parts.iter().enumerate() {
            @if index % 2 == 0 { (part) } @else { code { (part) } }
        }
        @if let Some(rest) = rest { "`" (rest) }
    }
}

/// Words by which a row is found, in lower case.
fn words(parts: &[&str]) -> String {
    super::one_line(&parts.join(" ")).to_lowercase()
}

/// `1 finding`, `2 findings`
fn counted(count: usize, one: &str) -> String {
    if count == 1 {
        format!("1 {one}")
    } else if let Some(stem) = one.strip_suffix('y') {
        format!("{count} {stem}ies")
    } else {
        format!("{count} {one}s")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Base64 of the digest, as a policy writes it.
    fn hash(text: &str) -> String {
        use sha2::{Digest, Sha256};
        const ALPHABET: &[u8; 64] =
            b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        let digest = Sha256::digest(text.as_bytes());
        let mut written = String::new();
        for group in digest.chunks(3) {
            let bits = group
                .iter()
                .fold(0u32, |bits, byte| bits << 8 | u32::from(*byte));
            let bits = bits << (8 * (3 - group.len()));
            for sextet in 0..=group.len() {
                let at = (bits >> (18 - 6 * sextet)) & 63;
                written.push(char::from(ALPHABET[at as usize]));
            }
            written.push_str(&"=".repeat(3 - group.len()));
        }
        written
    }

    #[test]
    fn the_policy_lets_this_style_and_this_script_through() {
        assert_eq!(STYLE_HASH, hash(STYLE));
        assert_eq!(SCRIPT_HASH, hash(SCRIPT));
    }

    #[test]
    fn what_stands_between_backquotes_is_code_and_escaped() {
        let told = |text| prose(text).into_string();
        assert_eq!(told("write `<b>`"), "write <code>&lt;b&gt;</code>");
        assert_eq!(told("a ` b"), "a ` b");
        assert_eq!(told("`a` and `"), "<code>a</code> and `");
        assert_eq!(told(""), "");
    }

    #[test]
    fn neither_ends_its_element_early() {
        for text in [STYLE, SCRIPT] {
            assert!(!text.contains("</") && !text.contains("<!--"));
        }
    }
}
