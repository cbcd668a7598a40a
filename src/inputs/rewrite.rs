//! How characters of a value are written in the file that it stands in: the `encode` of each carrier,
//! with the proof that nothing else changes.
//!
//! A fix is thought of in decoded space: "a `/` in front of this prefix". In airflow.cfg a `%` must be
//! doubled then, in a `.env` file a double quote between double quotes takes a backslash, as its reader
//! has it. The file is read once more with the change in it: where a reader makes anything else of it,
//! there is no such change.

use std::ops::Range;

use super::{Input, Tree};
use crate::source::{Span, Text};
use crate::syntax::cfg::{self, Cfg};
use crate::syntax::dotenv::{self, EnvFile, Outside};

/// Bigger files are read once more for nobody.
const LARGEST: usize = 1 << 20;

/// What is written where, in an order of its own.
pub type Changes = Vec<(Span, String)>;

/// The changes of `input` by which `text`, a value of it or a part of one, reads as it does with
/// `wanted` (decoded range, new characters), and everything else in the file as before. `text` may be what
/// Airflow makes of the value (`%` interpolation), a part of its JSON, or the value itself.
///
/// `None` where the carrier has no way to write it, or where bytes of the range belong to something
/// else.
pub fn rewrite(input: &Input, text: &Text, wanted: &[(Range<usize>, &str)]) -> Option<Changes> {
    if input.bytes.len() > LARGEST || wanted.is_empty() {
        return None;
    }
    let mut changes = Changes::new();
    for (range, new) in wanted {
        // Nothing escapes these from Airflow's own expansion.
        if new.contains(['$', '~', '\n', '\r']) {
            return None;
        }
        let pieces = text.editable(range.clone())?;
        let pieces = pieces.into_iter().enumerate();
        changes.extend(pieces.map(|(index, span)| {
            let new = if index == 0 { *new } else { "" };
            (span, new.to_owned())
        }));
    }
    let before = std::str::from_utf8(&input.bytes).ok()?;
    match &input.tree {
        Tree::Cfg(tree) => {
            for (_, new) in &mut changes {
                *new = new.replace('%', "%%");
            }
            let after = cfg::parse(&Text::verbatim(&edited(before, &changes)?, 0));
            cfg_reads(tree, &after, &changes).then_some(changes)
        }
        // Another format has its own ways of writing.
        Tree::Env(tree) if tree.stated => None,
        Tree::Env(tree) => {
            let escaped = changes
                .iter()
                .map(|(span, new)| (*span, new.replace('"', "\\\"")));
            let escaped: Changes = escaped.collect();
            let first = changes.clone();
            let mut ways = [first, escaped].into_iter();
            ways.find(|way| {
                edited(before, way).is_some_and(|after| {
                    let read = |text: &str| dotenv::read(text, tree.dialect, &|_| Outside::Unknown);
                    env_reads(&read(before), &read(&after), &changes)
                })
            })
        }
        _ => None,
    }
}

/// `text` with `changes` made; `None` where they overlap.
fn edited(text: &str, changes: &Changes) -> Option<String> {
    let mut sorted: Vec<&(Span, String)> = changes.iter().collect();
    sorted.sort_by_key(|(span, _)| *span);
    let mut edited = String::with_capacity(text.len() + 16);
    let mut at = 0;
    for (span, new) in sorted {
        edited.push_str(text.get(at..span.start)?);
        edited.push_str(new);
        at = span.end;
    }
    edited.push_str(text.get(at..)?);
    Some(edited)
}

/// The value with `changes` made in it.
fn expected(value: &Text, changes: &Changes) -> Option<String> {
    let ranges = changes.iter().map(|(span, new)| {
        let range = value.decoded(*span)?;
        Some((Span::from(range), new.clone()))
    });
    let ranges: Option<Changes> = ranges.collect();
    edited(value.expose(), &ranges?)
}

/// One value, and only it, is another one: the one that was wanted.
fn one_changed<'t>(
    before: impl Iterator<Item = Option<&'t Text>>,
    after: impl Iterator<Item = Option<&'t Text>>,
    changes: &Changes,
) -> bool {
    let mut found = 0;
    let same = before.zip(after).all(|(before, after)| {
        let (Some(before), Some(after)) = (before, after) else {
            return before.is_none() && after.is_none();
        };
        if before.expose() == after.expose() {
            return true;
        }
        found += 1;
        expected(before, changes).is_some_and(|wanted| wanted == after.expose())
    });
    same && found == 1
}

fn cfg_reads(before: &Cfg, after: &Cfg, changes: &Changes) -> bool {
    fn names(tree: &Cfg) -> Vec<(&str, Vec<&str>)> {
        let sections = tree.sections.iter().map(|section| {
            let options = section.options.iter();
            let names = options.map(|option| option.name.expose()).collect();
            (section.name.expose(), names)
        });
        sections.collect()
    }
    fn values(tree: &Cfg) -> impl Iterator<Item = Option<&Text>> {
        let options = tree.sections.iter().flat_map(|section| &section.options);
        options.map(|option| Some(&option.value))
    }
    names(before) == names(after)
        && before.errors.len() == after.errors.len()
        && before.comments.len() == after.comments.len()
        && one_changed(values(before), values(after), changes)
}

fn env_reads(before: &EnvFile, after: &EnvFile, changes: &Changes) -> bool {
    fn names(tree: &EnvFile) -> Vec<(&str, dotenv::Delivery)> {
        let variables = tree.variables.iter();
        variables
            .map(|one| (one.name.as_str(), one.delivery))
            .collect()
    }
    fn values(tree: &EnvFile) -> impl Iterator<Item = Option<&Text>> {
        tree.variables.iter().map(|one| one.value.as_ref())
    }
    names(before) == names(after)
        && before.problems.len() >= after.problems.len()
        && before.comments.len() == after.comments.len()
        && one_changed(values(before), values(after), changes)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::inputs::{Kind, cfg as cfg_input, env};
    use crate::rules::testing;
    use crate::source::FileId;
    use crate::syntax::dotenv::Dialect;

    /// The file after `old`, a part of the first setting's value, was made to read `new`.
    fn after(input: &Input, value: &Text, old: &str, new: &str) -> Option<String> {
        let at = value.expose().find(old).unwrap();
        let changes = rewrite(input, value, &[(at..at + old.len(), new)])?;
        edited(std::str::from_utf8(&input.bytes).unwrap(), &changes)
    }

    fn in_cfg(text: &str, old: &str, new: &str) -> Option<String> {
        let parts = cfg_input::read(text, FileId(0), Path::new("airflow.cfg"));
        let tree = Tree::Cfg(parts.tree);
        let input = testing::input(0, "airflow.cfg", Kind::Cfg, text.as_bytes(), tree);
        after(&input, &parts.settings[0].value, old, new)
    }

    fn in_env(dialect: Dialect, text: &str, old: &str, new: &str) -> Option<String> {
        let unknown = |_: &str| Outside::Unknown;
        let parts = env::read(text, dialect, &unknown, FileId(0), Path::new(".env"));
        let tree = Tree::Env(parts.tree);
        let input = testing::input(0, ".env", Kind::Env, text.as_bytes(), tree);
        after(&input, &parts.settings[0].value, old, new)
    }

    #[test]
    fn a_percent_sign_is_doubled_in_airflow_cfg() {
        let text = "[a]\r\nb = x y\r\nc = d\r\n";
        let wanted = "[a]\r\nb = x%%y\r\nc = d\r\n";
        assert_eq!(in_cfg(text, " ", "%").as_deref(), Some(wanted));
    }

    #[test]
    fn what_would_be_read_as_something_else_cannot_be_written() {
        assert_eq!(in_cfg("[a]\nb = x\n  y\n", "y", "#y"), None);
        assert_eq!(in_cfg("[a]\nb = x\n", "x", " x"), None);
        assert_eq!(in_cfg("[a]\nb = x\n", "x", "$HOME"), None);
        let text = "AIRFLOW__A__B=x y\n";
        assert_eq!(in_env(Dialect::Compose, text, " ", " #"), None);
    }

    #[test]
    fn a_double_quote_is_written_as_the_reader_of_the_file_has_it() {
        let quoted = "AIRFLOW__A__B=\"{'a': 1}\"\nC=d\n";
        let escaped = "AIRFLOW__A__B=\"{\\\"a': 1}\"\nC=d\n";
        for dialect in [
            Dialect::Compose,
            Dialect::PythonDotenv,
            Dialect::Bash,
            Dialect::Systemd,
        ] {
            assert_eq!(
                in_env(dialect, quoted, "'", "\"").as_deref(),
                Some(escaped),
                "{dialect:?}"
            );
        }
        let plain = "AIRFLOW__A__B={'a': 1}\nC=d\n";
        let raw = "AIRFLOW__A__B={\"a': 1}\nC=d\n";
        for dialect in [Dialect::Docker, Dialect::PythonDotenv] {
            assert_eq!(
                in_env(dialect, plain, "'", "\"").as_deref(),
                Some(raw),
                "{dialect:?}"
            );
        }
    }
}
