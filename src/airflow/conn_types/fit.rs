//! Whether the value of an extra's field is what the provider declares of it.

use super::ExtraField;
use crate::syntax::json::Kind;

/// How a value fits the declaration of its field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fit {
    /// It is declared so, or nothing is declared.
    Fits,
    /// Another type, which hooks commonly read all the same.
    Loose,
    /// A text that means "no", in a field that is tested for truth: it counts as yes.
    Inverted,
    /// Another type.
    Wrong,
    /// None of the values that are listed.
    NotListed,
}

/// Boolean fields whose hook reads texts too: `to_boolean`, `_try_to_boolean`, `_get_bool` or a comparison
/// with `"true"` in the hook's module. `hive_cli` writes the text into a URL, and `leveldb` reads no extra.
const READ_AS_TEXT: [(&str, &str); 13] = [
    ("docker", "reauth"),
    ("hive_cli", "ssl"),
    ("http", "srv_lookup"),
    ("jira", "verify"),
    ("kubernetes", "disable_tcp_keepalive"),
    ("kubernetes", "disable_verify_ssl"),
    ("leveldb", "create_if_missing"),
    ("leveldb", "error_if_exists"),
    ("mongo", "allow_insecure"),
    ("mongo", "ssl"),
    ("snowflake", "insecure_mode"),
    ("spark_connect", "use_ssl"),
    ("vault", "use_tls"),
];

/// True for a boolean field whose hook takes a text such as `"false"` for what it says.
pub fn reads_text(conn_type: &str, key: &str) -> bool {
    READ_AS_TEXT.contains(&(conn_type, key))
}

const YES: [&str; 6] = ["true", "t", "yes", "y", "on", "1"];
const NO: [&str; 6] = ["false", "f", "no", "n", "off", "0"];

impl ExtraField {
    /// How a value of `kind` with the characters `value` fits this field, `key` of the type
    /// `conn_type`.
    pub fn fit(&self, conn_type: &str, key: &str, kind: Kind, value: &str) -> Fit {
        if !self.is_declared() {
            return Fit::Fits;
        }
        let text = value.trim();
        match kind {
            Kind::Null if self.nullable => Fit::Fits,
            // What forms save for a field that nobody filled in.
            Kind::String if text.is_empty() => Fit::Fits,
            Kind::String if self.takes("string") => self.listed(value),
            Kind::String if self.takes("boolean") => match text.to_ascii_lowercase().as_str() {
                word if YES.contains(&word) => Fit::Loose,
                word if !NO.contains(&word) => Fit::Wrong,
                _ if reads_text(conn_type, key) => Fit::Loose,
                _ => Fit::Inverted,
            },
            Kind::String if self.takes("integer") && is_integer(text) => match self.listed(text) {
                Fit::Fits => Fit::Loose,
                other => other,
            },
            Kind::String if self.takes("number") && text.parse::<f64>().is_ok() => Fit::Loose,
            Kind::True | Kind::False if self.takes("boolean") => Fit::Fits,
            Kind::Integer if self.takes("integer") => self.listed(text),
            Kind::Integer if self.takes("number") => Fit::Fits,
            Kind::Integer if self.takes("boolean") && matches!(text, "0" | "1") => Fit::Loose,
            Kind::Float | Kind::NaN | Kind::Infinity | Kind::NegInfinity
                if self.takes("number") =>
            {
                Fit::Fits
            }
            Kind::Float if self.takes("integer") && is_whole(text) => Fit::Loose,
            Kind::Object if self.takes("object") => Fit::Fits,
            Kind::Array if self.takes("array") => Fit::Fits,
            // Hooks take the object that the text would be parsed to, or the list that it would be
            // split to, and turn numbers into texts.
            Kind::Object | Kind::Array | Kind::Integer | Kind::Float | Kind::True | Kind::False
                if self.takes("string") =>
            {
                if self.values.is_empty() {
                    Fit::Loose
                } else {
                    Fit::NotListed
                }
            }
            _ => Fit::Wrong,
        }
    }

    /// As [`ExtraField::fit`], in a query, where every value is a text: only what no reading turns
    /// into the declared type is wrong.
    pub fn fit_in_query(&self, value: &str) -> Fit {
        let text = value.trim();
        let nothing = ["", "none", "null"];
        if !self.is_declared() || nothing.contains(&text.to_ascii_lowercase().as_str()) {
            return Fit::Fits;
        }
        if self.takes("string") {
            return self.listed(value);
        }
        if self.takes("boolean") {
            let word = text.to_ascii_lowercase();
            let readable = YES.contains(&word.as_str()) || NO.contains(&word.as_str());
            return if readable { Fit::Fits } else { Fit::Wrong };
        }
        if self.takes("integer") {
            return if is_integer(text) {
                self.listed(text)
            } else {
                Fit::Wrong
            };
        }
        if self.takes("number") && text.parse::<f64>().is_err() {
            return Fit::Wrong;
        }
        Fit::Fits
    }

    fn takes(&self, word: &str) -> bool {
        self.types.iter().any(|declared| declared == word)
    }

    /// The listed values as texts.
    pub fn listed_values(&self) -> impl Iterator<Item = String> {
        self.values.iter().map(|value| match value.as_str() {
            Some(text) => text.to_owned(),
            None => value.to_string(),
        })
    }

    fn listed(&self, value: &str) -> Fit {
        if self.values.is_empty() || self.listed_values().any(|known| known == value) {
            Fit::Fits
        } else {
            Fit::NotListed
        }
    }
}

/// What `int()` takes, as far as people write it.
fn is_integer(text: &str) -> bool {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
}

/// `30.0`
fn is_whole(text: &str) -> bool {
    text.split_once('.')
        .is_some_and(|(_, rest)| !rest.is_empty() && rest.bytes().all(|byte| byte == b'0'))
}

#[cfg(test)]
mod tests {
    use super::super::get;
    use super::*;

    fn fit(conn_type: &str, key: &str, kind: Kind, value: &str) -> Fit {
        get(conn_type).expect("registered").extra_fields[key].fit(conn_type, key, kind, value)
    }

    #[test]
    fn json_values_are_held_against_the_declaration() {
        for (conn_type, key, kind, value, expected) in [
            ("smtp", "timeout", Kind::Integer, "30", Fit::Fits),
            ("smtp", "timeout", Kind::Null, "null", Fit::Fits),
            ("smtp", "timeout", Kind::String, "", Fit::Fits),
            ("smtp", "timeout", Kind::String, " 30", Fit::Loose),
            ("smtp", "timeout", Kind::Float, "30.0", Fit::Loose),
            ("smtp", "timeout", Kind::Float, "30.5", Fit::Wrong),
            ("smtp", "timeout", Kind::String, "abc", Fit::Wrong),
            ("smtp", "timeout", Kind::True, "true", Fit::Wrong),
            ("smtp", "disable_ssl", Kind::False, "false", Fit::Fits),
            ("smtp", "disable_ssl", Kind::String, "True", Fit::Loose),
            ("smtp", "disable_ssl", Kind::String, "False", Fit::Inverted),
            ("smtp", "disable_ssl", Kind::String, "maybe", Fit::Wrong),
            ("smtp", "disable_ssl", Kind::Integer, "0", Fit::Loose),
            ("smtp", "disable_ssl", Kind::Integer, "2", Fit::Wrong),
            ("smtp", "disable_ssl", Kind::Object, "{}", Fit::Wrong),
            ("mongo", "ssl", Kind::String, "false", Fit::Loose),
            ("smtp", "auth_type", Kind::String, "oauth2", Fit::Fits),
            ("smtp", "auth_type", Kind::String, "OAuth2", Fit::NotListed),
            ("smtp", "auth_type", Kind::Integer, "2", Fit::NotListed),
            ("smtp", "from_email", Kind::Integer, "2", Fit::Loose),
            ("smtp", "from_email", Kind::Array, "[]", Fit::Loose),
            ("vault", "kv_engine_version", Kind::Integer, "2", Fit::Fits),
            (
                "vault",
                "kv_engine_version",
                Kind::Integer,
                "3",
                Fit::NotListed,
            ),
            ("vault", "kv_engine_version", Kind::String, "2", Fit::Loose),
            (
                "vault",
                "kv_engine_version",
                Kind::String,
                "3",
                Fit::NotListed,
            ),
            ("clickhouse", "client_kwargs", Kind::Object, "{}", Fit::Fits),
            ("clickhouse", "client_kwargs", Kind::String, "{}", Fit::Fits),
            (
                "pydanticai",
                "fallback_conn_ids",
                Kind::String,
                "a",
                Fit::Wrong,
            ),
            (
                "pydanticai",
                "fallback_conn_ids",
                Kind::Array,
                "[]",
                Fit::Fits,
            ),
            (
                "pydanticai_bedrock",
                "aws_read_timeout",
                Kind::Float,
                "1.5",
                Fit::Fits,
            ),
            ("aws", "role_arn", Kind::Integer, "1", Fit::Fits),
        ] {
            assert_eq!(fit(conn_type, key, kind, value), expected, "{key} {value}");
        }
    }

    #[test]
    fn in_a_query_only_what_nobody_can_read_is_wrong() {
        let fit = |conn_type: &str, key: &str, value: &str| {
            get(conn_type).expect("registered").extra_fields[key].fit_in_query(value)
        };
        for (conn_type, key, value, expected) in [
            ("smtp", "timeout", "30", Fit::Fits),
            ("smtp", "timeout", "", Fit::Fits),
            ("smtp", "timeout", "abc", Fit::Wrong),
            ("smtp", "timeout", "30.5", Fit::Wrong),
            ("smtp", "disable_ssl", "false", Fit::Fits),
            ("smtp", "disable_ssl", "maybe", Fit::Wrong),
            ("smtp", "auth_type", "basic", Fit::Fits),
            ("smtp", "auth_type", "kerberos", Fit::NotListed),
            ("vault", "kv_engine_version", "1", Fit::Fits),
            ("vault", "kv_engine_version", "3", Fit::NotListed),
            ("pydanticai", "fallback_conn_ids", "a,b", Fit::Fits),
            ("pydanticai_bedrock", "aws_read_timeout", "x", Fit::Wrong),
        ] {
            assert_eq!(fit(conn_type, key, value), expected, "{key} {value}");
        }
    }

    #[test]
    fn the_named_fields_are_declared_booleans() {
        for (conn_type, key) in READ_AS_TEXT {
            let field = &get(conn_type).expect("registered").extra_fields[key];
            assert!(field.is_declared() && field.takes("boolean"), "{key}");
        }
    }
}
