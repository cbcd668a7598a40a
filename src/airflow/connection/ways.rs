//! Which of the ways a release has: one flag per change in Airflow's own history.

use super::Reader;
use crate::airflow::python::urlsplit;
use crate::airflow::{Python, Runtime, Version};

/// How one reader goes about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "one flag per change of Airflow"
)]
pub(super) struct Ways {
    pub(super) python: Python,
    /// 2.3.0: values are stripped, and `{` means JSON.
    pub(super) json: bool,
    /// 3.2.0, tasks: `airflow.sdk.Connection.from_uri`.
    pub(super) sdk_uri: bool,
    /// 3.1.0, tasks: `airflow.sdk.Connection.from_json`, also through core's `from_json`.
    pub(super) sdk_json: bool,
    /// 2.1.0: the query key `__extra__`.
    pub(super) extra_key: bool,
    /// Before 2.5.0 `urlparse`, which cuts `;params` off the path of some schemes.
    pub(super) urlparse: bool,
    /// 2.6.3: `scheme://protocol://host`.
    pub(super) inner_protocol: bool,
    /// 3.1.6, core: query values are decoded as JSON.
    pub(super) decode_query: bool,
    /// 2.3.0, core: `_validate_extra` parses extra, and from 3.0 raises.
    pub(super) extra_parsed: bool,
    /// 3.0.0, core: extra that is no JSON object raises `ValueError`.
    pub(super) extra_checked: bool,
    /// 2.7.0 core, Task SDK 1.1: `get_uri()` inside the lookup's `try`.
    pub(super) get_uri: bool,
    /// Before 3.0.0 the secrets masker encodes every text of the extra (`re2.escape`).
    pub(super) extra_encoded: bool,
    /// Task SDK 1.1.0 to 1.1.4: JSON without `conn_type` raises `ValueError`.
    pub(super) conn_type_required: bool,
    /// 3.1, core: `team_id`.
    pub(super) team_id: bool,
    /// 3.2, core: `team_name`.
    pub(super) team_name: bool,
    /// 3.0: `conn_id` given twice is a `TypeError`; a `KeyError` was seen with 2.11.
    pub(super) conn_id_type_error: bool,
}

impl Ways {
    pub(super) fn of(reader: &Reader) -> Self {
        let since = |major, minor, patch| reader.airflow >= Version::new(major, minor, patch);
        let task = reader.runtime == Runtime::Task;
        let sdk_uri = task && since(3, 2, 0);
        let sdk_json = task && since(3, 1, 0);
        Self {
            python: reader.python,
            json: since(2, 3, 0),
            sdk_uri,
            sdk_json,
            extra_key: since(2, 1, 0),
            urlparse: !since(2, 5, 0),
            inner_protocol: since(2, 6, 3),
            decode_query: !sdk_uri && since(3, 1, 6),
            extra_parsed: since(2, 3, 0),
            extra_checked: since(3, 0, 0),
            get_uri: since(2, 7, 0) && !(task && since(3, 0, 0) && !since(3, 1, 0)),
            extra_encoded: !since(3, 0, 0),
            conn_type_required: sdk_json && !since(3, 1, 5),
            team_id: since(3, 1, 0) && !since(3, 2, 0),
            team_name: since(3, 2, 0),
            conn_id_type_error: since(3, 0, 0),
        }
    }
}

/// Which of the ways lead to the same end for one text: of a plain one that is nearly all of them.
#[derive(Clone, Copy, Debug)]
pub(super) enum Alike {
    /// A URI that no change of Airflow or Python cuts in another way.
    Uri,
    /// An object without a URI in it, whose names stand there as they are.
    Object {
        /// It may name a team.
        team: bool,
        /// It may have an extra.
        extra: bool,
        /// Read as a URI it may have a query.
        query: bool,
    },
    /// Anything may make a difference.
    Unclear,
}

impl Alike {
    /// Of a text that is known.
    pub(super) fn of(text: &str) -> Self {
        let has = |word: &str| memchr::memmem::find(text.as_bytes(), word.as_bytes()).is_some();
        if !text.starts_with('{') {
            return if is_plain_uri(text) {
                Self::Uri
            } else {
                Self::Unclear
            };
        }
        let is_control = |byte: u8| byte.is_ascii_control();
        // Letters may be hidden behind `\u`, slashes behind `\/`.
        let may_hold_uri = ["uri", "://", "\\u", "\\/"].into_iter().any(has);
        if may_hold_uri || !text.ends_with('}') || text.bytes().any(is_control) {
            return Self::Unclear;
        }
        Self::Object {
            team: has("team"),
            extra: has("extra"),
            query: has("?"),
        }
    }

    /// `ways` without what makes no difference to whether the text has a fault.
    pub(super) fn of_ways(self, ways: Ways) -> Ways {
        let oldest = || {
            Ways::of(&Reader {
                airflow: Version::new(2, 0, 0),
                runtime: Runtime::Server,
                python: Python { major: 3, minor: 8 },
            })
        };
        match self {
            Self::Unclear => ways,
            Self::Uri => oldest(),
            // As a URI: no scheme comes before the brace, and all of it is a path.
            Self::Object { query: false, .. } if !ways.json => oldest(),
            Self::Object { .. } if !ways.json => ways,
            Self::Object { team, extra, .. } => Ways {
                team_id: ways.team_id && team,
                team_name: ways.team_name && team,
                extra_checked: ways.extra_checked && extra,
                // These are about URIs.
                python: Python { major: 3, minor: 8 },
                extra_key: true,
                urlparse: false,
                inner_protocol: false,
                decode_query: false,
                // Halves of surrogate pairs are written with `\u`.
                extra_encoded: false,
                // It only chooses which exception is raised.
                conn_id_type_error: false,
                ..ways
            },
        }
    }
}

/// One `://`, behind a scheme that every Python takes for one; nothing that is decoded as JSON or stands for
/// the whole extra; and no port that only an older `int()` reads (`+1`, `1_0`).
fn is_plain_uri(text: &str) -> bool {
    let is_plain = text.len() <= 500
        && text
            .bytes()
            .all(|byte| byte.is_ascii_graphic() && !matches!(byte, b'\\' | b'[' | b']' | b';'));
    let Some((scheme, rest)) = text.split_once("://").filter(|_| is_plain) else {
        return false;
    };
    let query = rest.split_once('?').map_or("", |(_, query)| query);
    let older = |tail: &str| {
        let end = tail.find(['/', '?', '#']).unwrap_or(tail.len());
        let port = &tail.as_bytes()[..end];
        let may_be = |byte: &u8| byte.is_ascii_digit() || matches!(byte, b'+' | b'-' | b'_');
        port.iter().all(may_be) && !port.iter().all(u8::is_ascii_digit)
    };
    scheme.starts_with(|first: char| first.is_ascii_alphabetic())
        && scheme.bytes().all(urlsplit::is_scheme_char)
        && !rest.contains("://")
        && !query.contains('%')
        && !query.contains("__extra__")
        && !rest
            .match_indices(':')
            .any(|(at, _)| older(&rest[at + 1..]))
}

#[cfg(test)]
mod tests {
    use super::super::{Format, read};
    use super::*;
    use crate::source::Text;

    /// Every reader that differs from another one, and all texts of some pieces.
    #[test]
    fn what_makes_no_difference_makes_none() {
        let versions = [
            ((2, 0, 0), 8),
            ((2, 1, 0), 8),
            ((2, 2, 0), 9),
            ((2, 3, 0), 10),
            ((2, 5, 0), 10),
            ((2, 6, 3), 10),
            ((2, 7, 0), 11),
            ((3, 0, 0), 12),
            ((3, 1, 0), 12),
            ((3, 1, 5), 12),
            ((3, 1, 6), 13),
            ((3, 2, 0), 12),
        ];
        let readers: Vec<Reader> = versions
            .into_iter()
            .flat_map(|((major, minor, patch), python)| {
                [Runtime::Server, Runtime::Task].map(|runtime| Reader {
                    airflow: Version::new(major, minor, patch),
                    runtime,
                    python: Python {
                        major: 3,
                        minor: python,
                    },
                })
            })
            .collect();
        let formats = [
            Format::Airflow,
            Format::SecretsManager {
                extra_conn_words: Vec::new(),
            },
        ];
        let mut alike = 0;
        // Of all that can be put together some, but every piece of them.
        for text in texts().into_iter().step_by(7) {
            let kept = Alike::of(&text);
            let value = Text::verbatim(&text, 0);
            for format in &formats {
                let mut known: Vec<(Ways, bool)> = Vec::new();
                for reader in &readers {
                    let ways = kept.of_ways(Ways::of(reader));
                    let faulty = read(&value, reader, format).fault.is_some();
                    match known.iter().find(|(known, _)| *known == ways) {
                        Some((_, known)) => {
                            alike += 1;
                            assert_eq!(*known, faulty, "{text} {reader:?} {format:?}");
                        }
                        None => known.push((ways, faulty)),
                    }
                }
            }
        }
        assert!(alike > 20_000, "{alike}");
    }

    /// URIs and objects put together from pieces, good and bad.
    fn texts() -> Vec<String> {
        let others = ["", " ", "{", "}", "x", "{}x", "postgres://h ", " http://h"];
        let others = others.into_iter().map(str::to_owned);
        uris().into_iter().chain(objects()).chain(others).collect()
    }

    fn uris() -> Vec<String> {
        let schemes = [
            "postgres", "HTTP", "my_type", "a-b", "http", "1x", "", "file", "x.y+z",
        ];
        let separators = ["://", ":///", ":", "://http://", "%3A//"];
        let authorities = [
            "h",
            "u:p@h:1",
            "u:p@h:none",
            "u@h:+5",
            "h:1_0",
            "h:70000",
            "u:@h",
            ":p@h:",
            "h:-1",
            "h1:1,h2:2",
            "u:p/x@h",
            "u:12/x@h:3",
            "",
            "@",
            "u:p%2F@H%3a",
            "u:p@h: 5",
            "u:p#x@h",
            "a:b:c@h:5",
        ];
        let tails = [
            "",
            "/s",
            "/?",
            "/s?a=b",
            "/s?a=1&b={}",
            "?a=%22x",
            "/?__extra__={}",
            "/?__extra__=x",
            "/s;p",
            "/?a=[1",
            "#f",
            "/s#f?x",
            "/?__extra__=%5B1%5D",
            "?x=http://y",
            "/?a=1e5&b=+1&c=null",
        ];
        let mut texts = Vec::new();
        for scheme in schemes {
            for separator in separators {
                for authority in authorities {
                    for tail in tails {
                        texts.push(format!("{scheme}{separator}{authority}{tail}"));
                    }
                }
            }
        }
        texts
    }

    fn objects() -> Vec<String> {
        let mut texts = Vec::new();
        let fields = [
            "",
            r#""conn_type": "x""#,
            r#""conn_type": 1"#,
            r#""conn_type": ["-"]"#,
            r#""conn_type": null"#,
        ];
        let others = [
            "",
            r#""port": 5"#,
            r#""port": "none""#,
            r#""port": true"#,
            r#""port": "1_0""#,
            r#""port": []"#,
            r#""host": 1"#,
            r#""host": {"://": 1}"#,
            r#""password": 1"#,
            r#""password": """#,
            r#""login": 2"#,
            r#""extra": {}"#,
            r#""extra": "x""#,
            r#""extra": [1]"#,
            r#""extra": "[1]""#,
            r#""extra": 0"#,
            r#""extra": {"a": "?b=c"}"#,
            r#""team_id": "a""#,
            r#""team_name": "a""#,
            r#""conn_id": "a""#,
            r#""self": 1"#,
            r#""uri": "http://h""#,
            r#""uri": null"#,
            r#""uri": [1]"#,
            r#""uri": "h://x://y""#,
            r#""user": "x", "dbname": "y""#,
            r#""extra": "{\"a\": [\"é\"]}""#,
            r#""extra": "{\"a\"""#,
            r#""\u0075ri": "http://h""#,
            r#""host": "http:\/\/h;x""#,
            r#""extra": "{\"a\": \"\\ud800\"}""#,
            r#""schema": 1.5"#,
            r#""description": 3"#,
            "x",
            r#""host": "http://h:x?y""#,
        ];
        for field in fields {
            for one in others {
                for two in others {
                    let members: Vec<&str> = [field, one, two]
                        .into_iter()
                        .filter(|member| !member.is_empty())
                        .collect();
                    texts.push(format!("{{{}}}", members.join(", ")));
                }
            }
        }
        texts
    }
}
