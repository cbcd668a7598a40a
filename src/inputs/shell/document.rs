//! Commands in a document: blocks of code between fences, and lines that begin with a command.
//!
//! Somebody who reads the document types them into a shell, without the prompt before them.

use std::ops::Range;
use std::path::Path;

/// What a fence says of shell code. Of other blocks, which may be lines of a `.env`, only those lines count that
/// begin with a command.
const LANGUAGES: [&str; 8] = [
    "sh",
    "bash",
    "shell",
    "zsh",
    "console",
    "shell-session",
    "shellsession",
    "terminal",
];

/// Beginnings of lines that are commands, wherever they stand.
const COMMANDS: [&str; 7] = [
    "astro deployment variable ",
    "aws ssm put-parameter",
    "aws secretsmanager create-secret",
    "aws secretsmanager put-secret-value",
    "airflow connections add",
    "airflow variables set",
    "export AIRFLOW_",
];

const PROMPTS: [&str; 3] = ["$ ", "❯ ", "% "];

/// True for a document rather than a script.
pub(super) fn is_one(path: &Path, text: &str) -> bool {
    let extension = path.extension().and_then(std::ffi::OsStr::to_str);
    match extension {
        Some("md" | "markdown" | "mdx" | "rst" | "txt" | "adoc") => true,
        Some("sh" | "bash") => false,
        _ => text.lines().any(|line| fence(line).is_some()),
    }
}

/// The text with blanks in the place of all that nobody types, so that every character stays where it is, and
/// the pieces that are typed one after another.
pub(super) fn typed(text: &str) -> (String, Vec<Range<usize>>) {
    let mut out = String::with_capacity(text.len());
    let mut ranges: Vec<Range<usize>> = Vec::new();
    let mut block: Option<Block> = None;
    let mut goes_on = false;
    for line in text.split_inclusive('\n') {
        let start = out.len();
        let content = line.trim_end_matches(['\n', '\r']);
        let ends = match (&block, fence(content)) {
            (Some(open), Some((mark, ""))) => mark.starts_with(open.mark.as_str()),
            _ => false,
        };
        let (prompt, command) = command(content);
        let is_typed = match &mut block {
            Some(_) if ends => {
                block = None;
                false
            }
            Some(open) => {
                let has_prompt = prompt > 0;
                open.prompted |= has_prompt;
                goes_on
                    || if open.prompted {
                        has_prompt
                    } else {
                        open.is_shell || command
                    }
            }
            None => match fence(content) {
                Some((mark, word)) => {
                    let language = word.split([' ', ',', '{']).next().unwrap_or_default();
                    block = Some(Block {
                        mark: mark.to_owned(),
                        is_shell: LANGUAGES.contains(&language.to_ascii_lowercase().as_str()),
                        prompted: false,
                    });
                    ranges.push(start..start);
                    false
                }
                None => goes_on || command,
            },
        };
        let skipped = if goes_on { 0 } else { prompt };
        if is_typed {
            blank(&mut out, &content[..skipped]);
            filled_in(&mut out, &content[skipped..]);
            goes_on = content.ends_with('\\') && !content.ends_with("\\\\");
        } else {
            blank(&mut out, content);
            goes_on = false;
        }
        blank(&mut out, &line[content.len()..]);
        let end = out.len();
        if !is_typed {
            continue;
        }
        match ranges.last_mut() {
            Some(last) if block.is_some() || last.end == start => last.end = end,
            _ => ranges.push(start..end),
        }
    }
    ranges.retain(|range| !range.is_empty());
    (out, ranges)
}

/// `--deployment-id <your-id>`: what the reader is to fill in is a word, where a shell would see redirections.
fn filled_in(out: &mut String, text: &str) {
    let mut is_option = false;
    for word in text.split_inclusive([' ', '\t']) {
        let bare = word.trim_end();
        let inner = bare
            .strip_prefix('<')
            .and_then(|word| word.strip_suffix('>'));
        match inner.filter(|inner| is_option && !inner.contains(['<', '>'])) {
            Some(inner) => {
                out.push('_');
                out.push_str(inner);
                out.push('_');
                out.push_str(&word[bare.len()..]);
            }
            None => out.push_str(word),
        }
        is_option = bare.starts_with('-');
    }
}

struct Block {
    mark: String,
    is_shell: bool,
    /// Lines without a prompt are what commands have written.
    prompted: bool,
}

/// The marks of a fence, and the word behind them.
fn fence(line: &str) -> Option<(&str, &str)> {
    let line = line.trim();
    let mark = if line.starts_with('~') { '~' } else { '`' };
    let word = line.trim_start_matches(mark);
    let length = line.len() - word.len();
    (length >= 3 && !word.contains('`')).then(|| (&line[..length], word.trim()))
}

/// How long what stands before the command is (a number, a prompt), and whether it is one of those that are
/// looked for.
fn command(line: &str) -> (usize, bool) {
    let rest = line.trim_start();
    let unnumbered = rest
        .trim_start_matches(|c: char| c.is_ascii_digit())
        .trim_start();
    let prompted = PROMPTS.iter().find_map(|prompt| {
        unnumbered
            .strip_prefix(prompt)
            .or_else(|| rest.strip_prefix(prompt))
    });
    let typed = prompted.unwrap_or(rest);
    let is_known = COMMANDS.iter().any(|known| typed.starts_with(known));
    let prompt = prompted.map_or(0, |typed| line.len() - typed.len());
    (prompt, is_known)
}

/// As many blanks as `text` has bytes; line ends stay.
fn blank(out: &mut String, text: &str) {
    out.extend(
        text.bytes()
            .map(|byte| if byte == b'\n' { '\n' } else { ' ' }),
    );
}
