//! Whether a connection has a password, for those who need nothing else of it.

use super::{Reading, Shape};

/// The key, as plain objects write it.
const PASSWORD: &str = "\"password\"";

/// True when a value that is plain ([`super::is_plain`]) has a password. Of other values nothing is
/// said.
pub fn has_plain_password(value: &str) -> bool {
    if value.starts_with('{') {
        // A plain object has no escapes in its keys. The word may stand as a value too.
        return value.match_indices(PASSWORD).any(|(at, _)| {
            let rest = value[at + PASSWORD.len()..].trim_start();
            let value = rest.strip_prefix(':').map(str::trim_start);
            value.is_some_and(|value| value.starts_with('"') && !value.starts_with("\"\""))
        });
    }
    let Some((_, rest)) = value.split_once("://") else {
        return false;
    };
    let authority = rest.split(['/', '?']).next().unwrap_or_default();
    let user = authority.split_once('@').map(|(user, _)| user);
    let password = user.and_then(|user| user.split_once(':'));
    password.is_some_and(|(_, password)| !password.is_empty())
}

/// True when what was built has a password, or what could not be built shows one.
pub fn has_password(reading: &Reading) -> bool {
    let built = reading.outcome.as_ref().ok();
    let password = built.and_then(|connection| connection.password.as_ref());
    if password.is_some_and(|password| !password.is_empty()) {
        return true;
    }
    match &reading.shape {
        Shape::Uri(parts) => parts
            .password
            .as_ref()
            .is_some_and(|range| !range.is_empty()),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::airflow::connection::{Format, Reader, is_plain, read};
    use crate::airflow::{Python, Runtime, Version};
    use crate::source::Text;

    #[test]
    fn plain_values_are_told_as_their_reading_tells() {
        let airflow = Version::new(3, 3, 2);
        let reader = Reader {
            airflow,
            runtime: Runtime::Server,
            python: Python {
                major: 3,
                minor: 12,
            },
        };
        for (value, wanted) in [
            ("postgres://app:pw-1@db.example.com:5432/main", true),
            ("postgres://:pw-1@db.example.com", true),
            ("postgres://app@db.example.com:5432/main", false),
            ("postgres://app:@db.example.com:5432/main", false),
            ("postgres://db.example.com:5432/main", false),
            ("aws://", false),
            (
                r#"{"conn_type": "smtp", "host": "h", "password": "p"}"#,
                true,
            ),
            (r#"{"conn_type":"smtp","password":"p","host":"h"}"#, true),
            (
                r#"{"conn_type": "smtp", "login": "password", "password": "p"}"#,
                true,
            ),
            (r#"{"conn_type": "smtp", "host": "h"}"#, false),
            (r#"{"conn_type": "smtp", "login": "password"}"#, false),
            (r#"{"conn_type": "smtp", "host": "h", "login": "l"}"#, false),
        ] {
            assert!(
                is_plain(value, airflow, &Format::Airflow) || !wanted,
                "{value}"
            );
            assert_eq!(has_plain_password(value), wanted, "{value}");
            let reading = read(&Text::verbatim(value, 0), &reader, &Format::Airflow);
            assert_eq!(has_password(&reading), wanted, "{value}");
        }
    }
}
