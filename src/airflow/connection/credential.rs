//! Does a value hold a credential that opens something? Passwords of quick starts, of containers on
//! the same machine and of documentation do not.
//!
//! Said only to keep quiet about the rest: no is said wherever that is not plain.

use super::{Connection, Format, Reader, extra, is_unknown, read};
use crate::airflow::public::is_placeholder_word;
use crate::source::Text;

/// Shortest text that is taken for a secret.
const SHORTEST: usize = 6;
/// A word in a longer text says nothing.
const LONGEST_WORDED: usize = 40;

/// Words in what stands where a secret will be, or in a secret that everybody knows.
const WORDS: [&str; 26] = [
    "admin",
    "airflow",
    "blanked",
    "change",
    "default",
    "demo",
    "docker",
    "dummy",
    "fake",
    "guest",
    "minio",
    "mysql",
    "none",
    "null",
    "passwd",
    "password",
    "placeholder",
    "postgres",
    "redacted",
    "root",
    "sample",
    "secret",
    "test",
    "todo",
    "xxx",
    "your",
];

/// `should_hide_value_for_key`: names that Airflow itself masks, without those that hold addresses.
const SENSITIVE: [&str; 10] = [
    "access_token",
    "api_key",
    "apikey",
    "passphrase",
    "passwd",
    "password",
    "private_key",
    "secret",
    "token",
    "access_key",
];

/// Endings of names that lead to a secret and hold none.
const LEADS: [&str; 14] = [
    "_id", "_name", "_arn", "_path", "_file", "_url", "_uri", "_type", "_prefix", "_backend",
    "_version", "_region", "_ttl", "_enabled",
];

/// A connection that is read, with a password, or another secret in its extra.
pub fn holds_credential(value: &Text, reader: &Reader, format: &Format) -> bool {
    if is_unknown(value) {
        return false;
    }
    let reading = read(value, reader, format);
    let Ok(connection) = &reading.outcome else {
        return false;
    };
    let host = connection.host.as_ref().map_or("", |host| host.expose());
    if is_nearby(host) {
        return false;
    }
    let login = connection.login.as_ref().map_or("", |login| login.expose());
    if letters(&login.to_lowercase()).contains("example") {
        return false;
    }
    let password = connection.password.as_ref();
    if password.is_some_and(|password| is_secret(password.expose(), &beside(connection))) {
        return true;
    }
    let Some(extra) = extra(value, &reading) else {
        return false;
    };
    extra.fields.iter().any(|field| {
        let text = field.value.expose();
        let is_key = text.contains("PRIVATE KEY-----") && !text.to_lowercase().contains("example");
        is_key || (is_sensitive_name(field.key.expose()) && is_token(text, &[]))
    })
}

/// What a password is made of where nobody thought of one.
fn beside(connection: &Connection) -> Vec<&str> {
    let fields = [
        &connection.login,
        &connection.host,
        &connection.schema,
        &connection.conn_type,
    ];
    fields
        .into_iter()
        .flatten()
        .map(Text::expose)
        .filter(|text| !text.is_empty())
        .collect()
}

/// A name under which a secret stands.
pub fn is_sensitive_name(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    SENSITIVE.iter().any(|word| name.contains(word)) && !LEADS.iter().any(|end| name.ends_with(end))
}

/// A text that is a secret by itself: long enough, and of letters and digits that spell nothing.
pub fn is_token(text: &str, beside: &[&str]) -> bool {
    let text = text.trim();
    let distinct: std::collections::BTreeSet<char> = text.chars().collect();
    text.len() >= 12
        && distinct.len() >= 8
        && text.bytes().any(|byte| byte.is_ascii_digit())
        && text.bytes().any(|byte| byte.is_ascii_alphabetic())
        && is_secret(text, beside)
}

/// One word that nobody guesses. `beside`: what it must not be.
pub fn is_secret(text: &str, beside: &[&str]) -> bool {
    let text = text.trim();
    let lower = text.to_lowercase();
    if text.len() < SHORTEST
        || text.contains(char::is_whitespace)
        || text.contains(['$', '<', '{', '[', '*'])
        || text.contains("://")
        || text.starts_with(['/', '~', '.'])
        || lower.contains("example")
        || is_placeholder_word(text)
    {
        return false;
    }
    // `loader1!` of `loader`.
    let base = lower.trim_end_matches(|c: char| !c.is_alphabetic());
    let guessed = |word: &&str| {
        let word = word.to_lowercase();
        base == word
            || (word.len() > 3 && base.strip_prefix(&word).is_some_and(|rest| rest.len() < 4))
    };
    let letters = letters(&lower);
    if letters.contains("example") {
        return false;
    }
    let worded = text.len() < LONGEST_WORDED
        && WORDS
            .iter()
            .any(|word| lower.contains(word) || letters.contains(word));
    let plain = text.len() < 9 && text.bytes().all(|byte| byte.is_ascii_lowercase());
    let number = text.len() < 9 && text.bytes().all(|byte| byte.is_ascii_digit());
    let same = text.chars().all(|c| text.starts_with(c));
    !(base.is_empty() || beside.iter().any(guessed) || worded || plain || number || same)
}

/// `p@ss/w0rd` as it is meant.
fn letters(text: &str) -> String {
    let meant = text.chars().map(|character| match character {
        '@' | '4' => 'a',
        '0' => 'o',
        '1' | '!' => 'i',
        '3' => 'e',
        '$' | '5' => 's',
        other => other,
    });
    meant
        .filter(|character| character.is_alphabetic())
        .collect()
}

/// This machine, a container beside it, or a name of documentation (RFC 2606).
fn is_nearby(host: &str) -> bool {
    let host = host
        .rsplit("://")
        .next()
        .unwrap_or(host)
        .to_ascii_lowercase();
    let host = host.split([':', '/']).next().unwrap_or(&host);
    let ends = [
        ".local",
        ".localhost",
        ".test",
        ".invalid",
        ".example",
        ".docker.internal",
    ];
    let examples = ["example.com", "example.org", "example.net"];
    !host.is_empty()
        && (!host.contains('.')
            || host.starts_with("127.")
            || host.starts_with("0.0.0.0")
            || ends.iter().any(|end| host.ends_with(end))
            || examples.iter().any(|name| {
                host == *name
                    || host
                        .strip_suffix(name)
                        .is_some_and(|rest| rest.ends_with('.'))
            }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::airflow::{Python, Runtime, Version};

    fn holds(value: &str) -> bool {
        let reader = Reader {
            airflow: Version::new(3, 3, 2),
            runtime: Runtime::Server,
            python: Python {
                major: 3,
                minor: 12,
            },
        };
        holds_credential(&Text::verbatim(value, 0), &reader, &Format::Airflow)
    }

    #[test]
    fn secrets_that_nobody_guesses() {
        for value in [
            "postgres://loader:kW7-qqT9vLm2@db.corp.internal/dwh",
            "aws://AKIAQWERTYUIOPASDFGH:q8Zr%2F1mPLw0vT5kXn2cYb7dHs4jUe9aGi6oQf3Vt@",
            r#"{"conn_type": "http", "host": "api.corp.internal", "extra": {"api_key": "9fA3c77e01bd"}}"#,
            r#"{"conn_type": "google_cloud_platform", "extra": {"keyfile_dict": {"private_key": "-----BEGIN PRIVATE KEY-----\nx"}}}"#,
        ] {
            assert!(holds(value), "{value}");
        }
    }

    #[test]
    fn quick_starts_and_documentation() {
        for value in [
            "postgres://airflow:airflow@db.corp.internal/airflow",
            "postgres://loader:kW7-qqT9vLm2@postgres/dwh",
            "postgres://loader:kW7-qqT9vLm2@localhost/dwh",
            "postgres://loader:kW7-qqT9vLm2@db.example.com/dwh",
            "mysql://loader:loader123!@db.corp.internal/dwh",
            "mysql://loader:changeme@db.corp.internal/dwh",
            "mysql://loader:My-Password-1@db.corp.internal/dwh",
            "mysql://loader:${PASSWORD}@db.corp.internal/dwh",
            "mysql://loader:<password>@db.corp.internal/dwh",
            "mysql://loader@db.corp.internal/dwh?sslmode=require",
            "mysql://loader:****@db.corp.internal/dwh",
            "aws://AKIAIOSFODNN7EXAMPLE:wJalrXUtnFEMI%2FK7MDENG%2FbPxRfiCYEXAMPLEKEY@",
            r#"{"conn_type": "ssh", "host": "h.corp.internal", "extra": {"private_key_path": "/keys/id_rsa"}}"#,
            "mysql://loader:@db.corp.internal",
        ] {
            assert!(!holds(value), "{value}");
        }
    }

    #[test]
    fn names_of_secrets() {
        for name in ["api_key", "SLACK_TOKEN", "db-password", "client_secret"] {
            assert!(is_sensitive_name(name), "{name}");
        }
        for name in [
            "secret_name",
            "token_url",
            "bucket",
            "secret_arn",
            "password_file",
        ] {
            assert!(!is_sensitive_name(name), "{name}");
        }
    }
}
