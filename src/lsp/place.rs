//! Where in a text that does not parse (yet) somebody is typing.

use super::nested;
use crate::inputs::Kind;
use crate::syntax::cfg;

/// A place where something can be completed.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Place<'t> {
    /// Behind `[` of airflow.cfg.
    Section {
        /// What stands before the cursor.
        typed: &'t str,
    },
    /// The name of an option.
    Option {
        /// Its section.
        section: String,
        /// What stands before the cursor.
        typed: &'t str,
    },
    /// The name of an environment variable.
    Variable {
        /// What stands before the cursor.
        typed: &'t str,
    },
    /// Section and option in one word.
    Dotted {
        /// What stands before the cursor.
        typed: &'t str,
        /// What stands between them.
        dot: char,
    },
    /// The value of an option, however it is written.
    Value(Value<'t>),
    /// The type of a connection.
    ConnType {
        /// What stands before the cursor.
        typed: &'t str,
    },
    /// The value of `AIRFLOW_CONN_…`.
    Connection {
        /// What stands before the cursor.
        value: &'t str,
    },
}

/// The value of an option up to the cursor.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Value<'t> {
    /// Section, in lower case.
    pub(super) section: String,
    /// Option, in lower case.
    pub(super) option: String,
    /// What stands before the cursor, quotes included.
    pub(super) text: &'t str,
}

/// A value has no more lines than this: what stands further up is not looked at.
const MOST_LINES: usize = 200;

impl<'t> Place<'t> {
    /// The place of a byte.
    pub(super) fn of(text: &'t str, offset: usize, kind: Kind) -> Option<Self> {
        let before = text.get(..offset)?;
        match kind {
            Kind::Cfg => in_cfg(before),
            _ => in_environment(before).or_else(|| nested::place(before, kind)),
        }
    }

    /// The beginning of the word that is being typed.
    pub(super) fn typed(&self) -> &'t str {
        match self {
            Self::Section { typed }
            | Self::Option { typed, .. }
            | Self::Variable { typed }
            | Self::Dotted { typed, .. }
            | Self::ConnType { typed } => typed,
            Self::Value(Value { text: value, .. }) | Self::Connection { value } => {
                let is_word =
                    |character: char| character.is_alphanumeric() || "_.-".contains(character);
                let start = value.rfind(|character| !is_word(character));
                let start = start.map_or(0, |at| {
                    at + value[at..].chars().next().map_or(1, char::len_utf8)
                });
                &value[start..]
            }
        }
    }
}

/// The beginning of the last line.
pub(super) fn line_start(text: &str) -> usize {
    text.rfind('\n').map_or(0, |at| at + 1)
}

fn in_cfg(before: &str) -> Option<Place<'_>> {
    let start = line_start(before);
    let line = &before[start..];
    if line.starts_with(['#', ';']) {
        return None;
    }
    if let Some(typed) = line.strip_prefix('[') {
        return (!typed.contains(']')).then_some(Place::Section { typed });
    }
    let is_indented = line.starts_with([' ', '\t']);
    if !is_indented && cfg::option_of(line).is_none() {
        let section = section_above(&before[..start])?;
        return Some(Place::Option {
            section,
            typed: line,
        });
    }
    // The line where the option begins: this one, or the nearest above that is not indented.
    let mut begin = start;
    let mut steps = 0;
    while before[begin..].starts_with([' ', '\t', '\n', '\r', '#', ';']) && begin > 0 {
        begin = line_start(&before[..begin - 1]);
        steps += 1;
        if steps > MOST_LINES {
            return None;
        }
    }
    let first = before[begin..].lines().next()?;
    let (name, delimiter) = cfg::option_of(first)?;
    Some(Place::Value(Value {
        section: section_above(&before[..begin])?,
        option: first[name].to_ascii_lowercase(),
        text: &before[begin + delimiter.end..],
    }))
}

fn section_above(text: &str) -> Option<String> {
    let mut lines = text.lines().rev();
    lines.find_map(|line| {
        let name = cfg::header_of(line.trim_end())?;
        Some(line[name].to_ascii_lowercase())
    })
}

/// `.env` files, and every other file in which variables are set.
fn in_environment(before: &str) -> Option<Place<'_>> {
    let start = line_start(before);
    let line = &before[start..];
    if let Some(at) = last_variable(line) {
        return assigned(&before[start + at..]).or({
            let typed = &before[start + at..];
            typed
                .chars()
                .all(is_of_name)
                .then_some(Place::Variable { typed })
        });
    }
    let word = line.rfind(|character| !is_of_name(character));
    let word = word.map_or(0, |at| {
        at + line[at..].chars().next().map_or(1, char::len_utf8)
    });
    let typed = &line[word..];
    // What stands behind `=` is no name.
    let is_name = !typed.is_empty() && !line[..word].contains('=');
    if is_name && "AIRFLOW_".starts_with(typed) {
        return Some(Place::Variable { typed });
    }
    // `- name: X` and `value: …` of manifests, and values of several lines.
    let above = before[..start]
        .char_indices()
        .rev()
        .filter(|(_, one)| *one == '\n');
    let from = above.map(|(at, _)| at).nth(MOST_LINES).unwrap_or(0);
    let at = from + last_variable(&before[from..])?;
    let rest = &before[at..];
    let is_manifest = line.trim_start().starts_with("value:");
    if is_manifest {
        let name_end = rest.find(|character| !is_of_name(character))?;
        let between =
            rest[name_end..rest.len() - line.len()].trim_matches(['"', '\'', '\n', '\r', ' ']);
        let value = &line[line.find("value:")? + "value:".len()..];
        return between
            .is_empty()
            .then(|| value_of(&rest[..name_end], value))
            .flatten();
    }
    // A quote that was opened and not closed.
    let found = assigned(rest)?;
    let value = match &found {
        Place::Value(value) => value.text,
        Place::Connection { value } => value,
        _ => return None,
    };
    let quote = value
        .trim_start()
        .chars()
        .next()
        .filter(|one| matches!(one, '"' | '\''))?;
    let inside = &value[value.find(quote)? + 1..];
    let closed = inside.replace("\\\"", "").contains(quote);
    (!closed).then_some(found)
}

fn is_of_name(character: char) -> bool {
    character.is_ascii_alphanumeric() || character == '_'
}

/// Where the last name of a variable of Airflow begins.
fn last_variable(text: &str) -> Option<usize> {
    let mut found = text.rmatch_indices("AIRFLOW_").map(|(at, _)| at);
    found.find(|at| !text[..*at].ends_with(is_of_name))
}

/// What is assigned to the variable at the beginning of `text`.
fn assigned(text: &str) -> Option<Place<'_>> {
    let end = text.find(|character| !is_of_name(character))?;
    let rest = text[end..].trim_start_matches(['"', '\'', ' ']);
    let value = rest.strip_prefix(['=', ':'])?;
    value_of(&text[..end], value)
}

fn value_of<'t>(name: &str, value: &'t str) -> Option<Place<'t>> {
    if name.starts_with("AIRFLOW_CONN_") {
        let value = value.trim_start_matches([' ', '"', '\'']);
        return Some(Place::Connection { value });
    }
    let (section, option) = name.strip_prefix("AIRFLOW__")?.split_once("__")?;
    Some(Place::Value(Value {
        section: section.to_ascii_lowercase(),
        option: option.to_ascii_lowercase(),
        text: value,
    }))
}

/// A place in JSON that ends at the cursor.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct JsonPlace {
    /// How many objects and lists are open.
    pub(super) depth: usize,
    /// A key is being typed, or is what comes next.
    pub(super) is_key: bool,
    /// Inside of a string.
    in_string: bool,
    /// How quotes are written around it: `\"` inside of a quoted value of an env file.
    is_escaped: bool,
    /// The key whose value comes next.
    pub(super) value_of: Option<String>,
    /// The keys that the innermost object has so far.
    pub(super) keys: Vec<String>,
}

impl JsonPlace {
    /// A word as it must be inserted.
    pub(super) fn quoted(&self, word: &str) -> String {
        match (self.in_string, self.is_escaped) {
            (true, _) => word.to_owned(),
            (false, true) => format!("\\\"{word}\\\""),
            (false, false) => format!("\"{word}\""),
        }
    }
}

/// One open bracket.
#[derive(Default)]
struct Open {
    is_object: bool,
    /// The next string is a key.
    wants_key: bool,
    key: Option<String>,
    keys: Vec<String>,
}

/// Reads JSON that breaks off; `None` where no object or list is open.
pub(super) fn json_place(text: &str) -> Option<JsonPlace> {
    let begin = text.find('{')?;
    let is_escaped = text[..begin].trim_start().starts_with('"');
    let mut open: Vec<Open> = Vec::new();
    let mut string: Option<String> = None;
    let mut characters = text[begin..].chars().peekable();
    while let Some(character) = characters.next() {
        // In a value in double quotes each quote of the JSON has a backslash.
        let is_quote = if is_escaped {
            character == '\\' && characters.next_if_eq(&'"').is_some()
        } else {
            character == '"'
        };
        if let Some(word) = &mut string {
            if is_quote {
                let word = string.take().unwrap_or_default();
                let top = open.last_mut()?;
                if top.is_object && top.wants_key {
                    top.keys.push(word.clone());
                    top.key = Some(word);
                }
            } else if character == '\\' {
                characters.next();
            } else {
                word.push(character);
            }
            continue;
        }
        if is_quote {
            string = Some(String::new());
            continue;
        }
        match character {
            '{' | '[' => open.push(Open {
                is_object: character == '{',
                wants_key: character == '{',
                ..Open::default()
            }),
            '}' | ']' => {
                open.pop();
                if open.is_empty() {
                    return None;
                }
            }
            ':' => open.last_mut()?.wants_key = false,
            ',' => {
                let top = open.last_mut()?;
                top.wants_key = top.is_object;
                top.key = None;
            }
            _ => {}
        }
    }
    let depth = open.len();
    let top = open.pop()?;
    // Behind a key comes its colon.
    let is_key = top.wants_key && (string.is_some() || top.key.is_none());
    Some(JsonPlace {
        depth,
        is_key,
        in_string: string.is_some(),
        is_escaped,
        value_of: top.key.filter(|_| !top.wants_key),
        keys: top.keys,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The place of `|`.
    fn place(text: &str, kind: Kind) -> String {
        let at = text.find('|').unwrap();
        let text = text.replace('|', "");
        let Some(found) = Place::of(&text, at, kind) else {
            return "nothing".to_owned();
        };
        let typed = found.typed();
        match &found {
            Place::Section { .. } => format!("section {typed}"),
            Place::Option { section, .. } => format!("option of {section} {typed}"),
            Place::Variable { .. } => format!("variable {typed}"),
            Place::Value(value) => format!("value of {}.{} {typed}", value.section, value.option),
            Place::Connection { .. } => format!("connection {typed}"),
            Place::Dotted { .. } | Place::ConnType { .. } => typed.to_owned(),
        }
    }

    #[test]
    fn a_place_in_airflow_cfg_is_found_by_the_lines_above() {
        let cfg = |text: &str| place(text, Kind::Cfg);
        assert_eq!(cfg("[se|"), "section se");
        assert_eq!(cfg("[core]\nexec|"), "option of core exec");
        assert_eq!(cfg("[core]\n|\n[secrets]\n"), "option of core ");
        assert_eq!(cfg("[core]\nexecutor = Loc|"), "value of core.executor Loc");
        let kwargs = "[secrets]\nbackend_kwargs = {\n    \"connections_prefix\": null,\n\n    # why\n    \"va|";
        assert_eq!(cfg(kwargs), "value of secrets.backend_kwargs va");
        assert_eq!(cfg("executor|"), "nothing");
        assert_eq!(cfg("[core]\n# exec|"), "nothing");
        assert_eq!(cfg("[core] |"), "nothing");
    }

    #[test]
    fn a_place_in_an_environment_is_found_by_the_name() {
        let env = |text: &str| place(text, Kind::Env);
        assert_eq!(env("AIR|"), "variable AIR");
        assert_eq!(env("X=1\nexport AIRFLOW__CO|"), "variable AIRFLOW__CO");
        assert_eq!(
            env("AIRFLOW__SECRETS__BACKEND=airflow.pro|"),
            "value of secrets.backend airflow.pro"
        );
        assert_eq!(env("AIRFLOW_CONN_DB=post|"), "connection post");
        assert_eq!(
            env("AIRFLOW__SECRETS__BACKEND_KWARGS='{\n  \"conn|"),
            "value of secrets.backend_kwargs conn"
        );
        assert_eq!(env("AIRFLOW_VAR_X='a'\nsecret|"), "nothing");
        assert_eq!(env("PASSWORD=AI|"), "nothing");
    }

    #[test]
    fn manifests_and_lists_of_compose_files_are_environments() {
        let yaml = |text: &str| place(text, Kind::Compose);
        assert_eq!(
            yaml("    AIRFLOW__CORE__EXECUTOR: Loc|"),
            "value of core.executor Loc"
        );
        assert_eq!(
            yaml("    - AIRFLOW__CORE__EXECUTOR=Loc|"),
            "value of core.executor Loc"
        );
        assert_eq!(
            yaml("- name: AIRFLOW__CORE__EXECUTOR\n  value: \"Loc|"),
            "value of core.executor Loc"
        );
        assert_eq!(yaml("    \"AIRFLOW_CONN_DB\": \"post|"), "connection post");
        assert_eq!(yaml("  image: apache/air|"), "nothing");
    }

    #[test]
    fn json_that_breaks_off_has_a_place() {
        let json = |text: &str| {
            json_place(text).map(|place| (place.depth, place.is_key, place.value_of.clone()))
        };
        assert_eq!(json("{"), Some((1, true, None)));
        assert_eq!(json("{\"a"), Some((1, true, None)));
        assert_eq!(json("{\"a\""), Some((1, false, None)));
        assert_eq!(json("{\"a\": "), Some((1, false, Some("a".to_owned()))));
        assert_eq!(json("{\"a\": \"x"), Some((1, false, Some("a".to_owned()))));
        assert_eq!(json("{\"a\": {\"b\": [1, {}], \""), Some((2, true, None)));
        assert_eq!(json("{\"a\": 1}"), None);
        assert_eq!(json("\"{\\\"a\\\": 1, \\\"b"), Some((1, true, None)));
        assert_eq!(json_place("{\"a\": 1, ").unwrap().keys, ["a"]);
        assert_eq!(json_place("\"{").unwrap().quoted("a"), "\\\"a\\\"");
        assert_eq!(json_place("'{\"").unwrap().quoted("a"), "a");
    }
}
