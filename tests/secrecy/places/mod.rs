//! Where in a file a secret may stand, and so where canaries are put: option values, variable
//! values, foreign variable names, comments, unrecognised lines and every string of an export.
//!
//! What is public is public in a shape only: ids, prefixes and class paths get the canaries that break it. What
//! shape that is comes from the shipped allow-list.

mod dag;
mod json;
mod kwargs;

use std::ffi::OsStr;
use std::path::Path;

pub(crate) use kwargs::{Public, public_kwargs};

/// What of a canary may be seen where it is put.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Secret {
    /// Nothing.
    Always,
    /// Nothing; but the file means another thing with it.
    Word,
    /// All, if it is made of characters of names: ids, prefixes, class paths.
    UnlessNamed,
    /// All, if it is made of any characters but `@`: lookup patterns.
    UnlessText,
}

impl Secret {
    /// `canary` is a secret there.
    pub(crate) fn takes(self, canary: &str) -> bool {
        match self {
            Self::Always | Self::Word => true,
            Self::UnlessNamed => !canary.chars().all(is_of_names),
            Self::UnlessText => canary.contains('@'),
        }
    }
}

/// Characters of the names that a store can hold.
pub(crate) fn is_of_names(character: char) -> bool {
    character.is_ascii_alphanumeric() || "_.-/+=@".contains(character)
}

/// A range of bytes, and what of a canary in it may be seen.
pub(crate) type Range = (usize, usize, Secret);

/// What the lines before say of a line.
#[derive(Default)]
struct State {
    /// The section of an INI file.
    section: String,
    /// The option that lines with a larger indent go on with.
    option: String,
    indent: usize,
    /// The quote that is open in an env file, in keyword arguments.
    quote: Option<char>,
    kwargs: kwargs::Reader,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// `[section]`, and lines that go on.
    Cfg,
    /// The same, of AWS.
    AwsConfig,
    Env,
    Yaml,
    Other,
}

/// How the lines of a file are read.
struct Lines<'t> {
    kind: Kind,
    /// The keys at the margin are ids.
    of_ids: bool,
    public: &'t Public,
    ranges: Vec<Range>,
}

/// Ranges of `text` into which a canary may be put.
pub(crate) fn secret_ranges(name: &str, text: &str, public: &Public) -> Vec<Range> {
    let extension = Path::new(name).extension().and_then(OsStr::to_str);
    if matches!(extension, Some("json" | "ndjson")) {
        return json::ranges(text);
    }
    let kind = match extension {
        Some("cfg") => Kind::Cfg,
        Some("yaml" | "yml") => Kind::Yaml,
        _ if name == "aws-config" => Kind::AwsConfig,
        _ if name.starts_with(".env") || extension == Some("env") => Kind::Env,
        _ => Kind::Other,
    };
    let mut lines = Lines {
        kind,
        of_ids: kind == Kind::Yaml && (name.contains("connections") || name.contains("variables")),
        public,
        ranges: Vec::new(),
    };
    let mut state = State::default();
    let mut offset = 0;
    for line in text.split_inclusive('\n') {
        lines.read(line.trim_end_matches(['\n', '\r']), offset, &mut state);
        offset += line.len();
    }
    if extension == Some("py") {
        return dag::ranges(text, lines.ranges);
    }
    lines.ranges
}

impl Lines<'_> {
    fn is_ini(&self) -> bool {
        matches!(self.kind, Kind::Cfg | Kind::AwsConfig)
    }

    fn read(&mut self, body: &str, start: usize, state: &mut State) {
        let trimmed = body.trim_start();
        let indent = body.len() - trimmed.len();
        let base = start + indent;
        let end = start + body.len();
        if trimmed.is_empty() {
            return;
        }
        if trimmed.starts_with(['#', ';']) {
            self.ranges.push((base + 1, end, Secret::Always));
            return;
        }
        if let Some(quote) = state.quote {
            state
                .kwargs
                .read(trimmed, base, self.public, &mut self.ranges);
            state.quote = Some(quote).filter(|_| !closes(trimmed, quote));
            return;
        }
        if self.is_ini() && trimmed.starts_with('[') {
            let close = trimmed.rfind(']').unwrap_or(1);
            trimmed[1..close].clone_into(&mut state.section);
            state.option.clear();
            self.ranges
                .push((base + 1, base + close, Secret::UnlessNamed));
            self.ranges.push((base + close, end, Secret::Always));
            return;
        }
        let continued = self.is_ini() && !state.option.is_empty() && indent > state.indent;
        let colon = if self.of_ids && indent == 0 {
            trimmed.find(':')
        } else {
            trimmed.find(": ").filter(|_| self.kind == Kind::Yaml)
        };
        let equals = trimmed.find('=').filter(|_| !continued);
        let delimiter = [equals, colon].into_iter().flatten().min();
        let from = delimiter.map_or(0, |at| at + 1);
        let key = delimiter.map_or("", |at| trimmed[..at].trim_end());
        if !continued {
            key.to_ascii_lowercase().clone_into(&mut state.option);
            state.indent = indent;
            state.kwargs = kwargs::Reader::default();
            self.key(key, base, indent == 0);
        }
        let value = &trimmed[from..];
        let place = (base + from, end);
        if state.option.contains("kwarg") {
            if let Some(quote) = value
                .trim_start()
                .chars()
                .next()
                .filter(|_| self.kind == Kind::Env)
                && ['"', '\''].contains(&quote)
                && !closes(&value.trim_start()[1..], quote)
            {
                state.quote = Some(quote);
            }
            state
                .kwargs
                .read(value, place.0, self.public, &mut self.ranges);
            if !continued && kwargs::is_no_json(value) {
                self.ranges.push((place.0, place.1, Secret::UnlessNamed));
            }
        } else if self.is_class(&state.section, &state.option) {
            self.ranges.push((place.0, place.1, Secret::UnlessNamed));
        } else if self.kind == Kind::AwsConfig && state.option == "region" {
            self.ranges.push((place.0, place.1, Secret::Word));
        } else {
            self.ranges.push((place.0, place.1, Secret::Always));
        }
    }

    /// A key, which may be the name of a variable behind another word.
    fn key(&mut self, key: &str, base: usize, at_margin: bool) {
        if key.is_empty() {
            return;
        }
        let name = last_word(key);
        let at = key.rfind(name).unwrap_or(0);
        let is_variable = name.to_ascii_uppercase().starts_with("AIRFLOW");
        let of_names = self.is_ini() || self.of_ids && at_margin || is_variable;
        self.ranges.push(if is_variable {
            (base + at, base + at + name.len(), Secret::UnlessNamed)
        } else if of_names {
            (base, base + key.len(), Secret::UnlessNamed)
        } else {
            (base, base + key.len(), Secret::Always)
        });
    }

    /// The option holds the path of a secrets backend's class.
    fn is_class(&self, section: &str, option: &str) -> bool {
        if self.is_ini() {
            return matches!(
                (section, option),
                ("secrets", "backend") | ("workers", "secrets_backend")
            );
        }
        let name = last_word(option);
        // Of what nests its options the section is not looked for.
        let nested = self.kind == Kind::Yaml && matches!(name, "backend" | "secrets_backend");
        let dotted = [
            "secrets.backend",
            "secrets-backend",
            "workers.secrets_backend",
        ];
        let variables = [
            "airflow__secrets__backend",
            "airflow__workers__secrets_backend",
        ];
        nested || dotted.contains(&name) || variables.contains(&name)
    }
}

/// Of `export "AIRFLOW_CONN_X"` the name.
fn last_word(key: &str) -> &str {
    let key = key.trim_end_matches([' ', '\t', '"', '\'', ':']);
    key.rsplit([' ', '\t', '"', '\'']).next().unwrap_or(key)
}

/// An env file's value ends in this line.
fn closes(text: &str, quote: char) -> bool {
    text.match_indices(quote)
        .any(|(at, _)| !text[..at].ends_with('\\'))
}

/// Where in a range canaries are put, one place a round: the ends, the middle and after each
/// delimiter.
pub(crate) fn places(text: &str, (start, end): (usize, usize)) -> Vec<usize> {
    let mut places = vec![start, end];
    let mut middle = start + (end - start) / 2;
    while !text.is_char_boundary(middle) {
        middle += 1;
    }
    places.push(middle);
    for (at, character) in text[start..end].char_indices() {
        let after = start + at + character.len_utf8();
        if ":/@?#&=%[]{},;. ".contains(character) {
            places.push(after);
        }
    }
    // Never between a backslash and what it escapes: that is another secret, not a torn one.
    places.retain(|&at| !text[..at].ends_with('\\'));
    places
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The ranges of `text`, each with the first letter of what may be seen there.
    fn ranges(name: &str, text: &str) -> Vec<String> {
        let ranges = secret_ranges(name, text, &public_kwargs()).into_iter();
        ranges
            .map(|(start, end, secret)| {
                let letter = match secret {
                    Secret::Always => "-",
                    Secret::Word => "w",
                    Secret::UnlessNamed => "n",
                    Secret::UnlessText => "t",
                };
                format!("{letter} {}", &text[start..end])
            })
            .collect()
    }

    #[test]
    fn a_backend_is_a_class_in_its_section_only() {
        let text = "[celery]\nresult_backend = db+x://u:pw@h\n[secrets]\nbackend = a.B\n[lineage]\nbackend =\n  pw\n";
        assert_eq!(
            ranges("airflow.cfg", text),
            [
                "n celery",
                "- ]",
                "n result_backend",
                "-  db+x://u:pw@h",
                "n secrets",
                "- ]",
                "n backend",
                "n  a.B",
                "n lineage",
                "- ]",
                "n backend",
                "- ",
                "- pw"
            ]
        );
        let text = "AIRFLOW__CELERY__RESULT_BACKEND=pw\nexport AIRFLOW__SECRETS__BACKEND=a.B\nMY_AIRFLOW_pw=1\n";
        assert_eq!(
            ranges(".env", text),
            [
                "n AIRFLOW__CELERY__RESULT_BACKEND",
                "- pw",
                "n AIRFLOW__SECRETS__BACKEND",
                "n a.B",
                "- MY_AIRFLOW_pw",
                "- 1"
            ]
        );
    }

    #[test]
    fn a_kwarg_is_public_below_its_own_parent_and_in_its_own_option_only() {
        let text = "[secrets]\nbackend_kwargs = {\n  \"password\": \"pw\", \"extra_conn_words\": {\"password\": \"w\"},\n  \"connections_lookup_pattern\": \"t\", \"region_name\": \"r\"}\n[core]\nfernet_key =\n  \"connections_prefix\": \"pw\"\n";
        assert_eq!(
            ranges("airflow.cfg", text)[3..],
            [
                "- pw",
                "n w",
                "t t",
                "n r",
                "n core",
                "- ]",
                "n fernet_key",
                "- ",
                "- \"connections_prefix\": \"pw\""
            ]
        );
        let text = "AIRFLOW__SECRETS__BACKEND_KWARGS='{\n\"sep\": \"/\",\n\"token\": \"pw\"}'\n\"sep\": \"pw\"\n";
        assert_eq!(
            ranges(".env", text)[1..],
            ["n /", "- pw", "- \"sep\": \"pw\""]
        );
        assert_eq!(
            ranges(".env", "AIRFLOW__SECRETS__BACKEND_KWARGS={'sep': pw}\n")[1..],
            ["n {'sep': pw}"]
        );
    }

    #[test]
    fn ids_are_names_where_airflow_is_asked() {
        let text = "a(Variable.get('x'), os.environ.get('pw'), d.get('pw'))";
        assert_eq!(
            ranges("x.py", text),
            [
                "- a(Variable.get(",
                "n x",
                "- ), os.environ.get('pw'), d.get('pw'))"
            ]
        );
        let text = "DB = 'db'\nPW = 'pw'\nf(x_conn_id=DB, login='pw', c='{{ conn.y.host }}')\n";
        assert_eq!(
            ranges("x.py", text),
            [
                "- DB",
                "-  ",
                "n db",
                "- ",
                "- PW",
                "-  'pw'",
                "- f",
                "n x_conn_id",
                "- ",
                "- DB, login='pw', c='{{ conn",
                "n y",
                "- host }}')"
            ]
        );
    }

    #[test]
    fn a_name_of_an_export_is_one_in_its_place() {
        let text =
            r#"{"Parameters": [{"Name": "a", "Type": "String", "Value": "pw", "Tags": ["pw"]}]}"#;
        assert_eq!(
            ranges("x.json", text),
            ["n a", "w String", "- pw", "n Tags", "- pw"]
        );
        let text = r#"{"/a": {"Name": "pw", "Type": "pw"}, "/b": ["pw", ["pw"]]}"#;
        assert_eq!(
            ranges("x.json", text),
            ["n /a", "- pw", "- pw", "n /b", "- pw", "- pw"]
        );
        assert_eq!(
            ranges("x.json", r#"[["a", "pw"], ["b", "pw"]]"#),
            ["n a", "- pw", "n b", "- pw"]
        );
    }
}
