//! AV428: percent-encoding in the fields of a JSON connection.

use super::view;
use crate::airflow::Version;
use crate::airflow::connection::taken;
use crate::report::Findings;
use crate::rules::{Check, EntryContext};

crate::rule! {
    /// # encoded-value-in-json
    ///
    /// ## What it does
    ///
    /// Finds percent-encoded text in the login, password, host or schema of a JSON connection, where it
    /// looks as if it had been copied from a URI: every `%` begins a sequence, the sequences stand for
    /// characters that an encoder escapes, and no such character stands there unescaped.
    ///
    /// ## Why is this bad?
    ///
    /// Airflow decodes percent sequences in URIs only. In JSON a password keeps its `%40`, and the server
    /// refuses it.
    ///
    /// ## Example
    ///
    /// ```dotenv
    /// AIRFLOW_CONN_DB={"conn_type": "postgres", "host": "db.example.com", "login": "etl", "password": "ex%40mple%2Fpw"}
    /// ```
    ///
    /// airvane says:
    ///
    /// ```text
    /// .env:1:100: warning[AV428] encoded-value-in-json: `password` is percent-encoded, which Airflow does not decode in JSON: it uses the text as it stands
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```dotenv
    /// AIRFLOW_CONN_DB={"conn_type": "postgres", "host": "db.example.com", "login": "etl", "password": "ex@mple/pw"}
    /// ```
    ///
    /// ## Versions
    ///
    /// Airflow 2.3 and later. Before amazon 9.0 the argument `are_secret_values_urlencoded` makes the Secrets
    /// Manager backend decode the fields; where it is set, nothing is said.
    ///
    /// ## References
    ///
    /// - <https://airflow.apache.org/docs/apache-airflow/stable/howto/connection.html#json-format>
    "AV428", "encoded-value-in-json", Warning, since "0.1.0",
    checks &[Check::Connection(check)],
}

/// First release of the amazon provider that ignores `are_secret_values_urlencoded`.
const NEVER_DECODES: Version = Version::new(9, 0, 0);

fn check(context: &EntryContext<'_>, findings: &mut Findings) {
    let Some(object) = view::of(context).and_then(|view| view.object) else {
        return;
    };
    let decodes = context.backend.is_some_and(|backend| {
        context.target.amazon() < NEVER_DECODES
            && backend.kwarg("are_secret_values_urlencoded").is_some()
    });
    if decodes {
        return;
    }
    for field in taken(object, context.format) {
        if !matches!(field.field, "login" | "password" | "host" | "schema") {
            continue;
        }
        let Some(text) = field.member.value.string() else {
            continue;
        };
        let Some(at) = first_sequence(text.expose()) else {
            continue;
        };
        let message = format!(
            "`{}` is percent-encoded, which Airflow does not decode in JSON: it uses the text as \
             it stands",
            field.field
        );
        view::report(findings, &RULE, context, &text.slice(at..at + 3), message)
            .help("write the character itself (a quote as \\\" and a backslash as \\\\)");
    }
}

/// Where the first sequence stands in a text that an encoder may have written.
fn first_sequence(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let first = memchr::memchr(b'%', bytes)?;
    let mut decoded = Vec::new();
    let mut at = 0;
    let mut escapes = true;
    while let Some(&byte) = bytes.get(at) {
        if byte == b'%' {
            let digits = bytes.get(at + 1..at + 3)?;
            let digits = std::str::from_utf8(digits).ok()?;
            if !digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
                return None;
            }
            let code = u8::from_str_radix(digits, 16).ok()?;
            // Letters, digits and these are never escaped; control characters are in no password.
            let kept = code.is_ascii_alphanumeric() || matches!(code, b'-' | b'.' | b'_' | b'~');
            escapes = escapes && !kept && !code.is_ascii_control();
            decoded.push(code);
            at += 3;
            continue;
        }
        // What divides a URI was left as it is: nobody encoded this.
        if !byte.is_ascii_graphic() || b"@:/?#[]".contains(&byte) {
            return None;
        }
        decoded.push(byte);
        at += 1;
    }
    (escapes && std::str::from_utf8(&decoded).is_ok()).then_some(first)
}

#[cfg(test)]
mod tests {
    use super::first_sequence;

    #[test]
    fn only_what_an_encoder_may_have_written_is_taken_for_encoded() {
        for (text, at) in [
            ("p%40ss", Some(1)),
            ("%2Ftmp%2Fx", Some(0)),
            ("p%2fw", Some(1)),
            ("https%3A%2F%2Fh%3A8080", Some(5)),
            ("caf%C3%A9", Some(3)),
            ("100%25", Some(3)),
            ("a%20b", Some(1)),
            ("", None),
            ("plain", None),
            ("100%", None),
            ("50%zz%40", None),
            ("p%41ss", None),
            ("p%40ss%41", None),
            ("p%40s@s", None),
            ("p%2Fw/x", None),
            ("a b%40", None),
            ("%DB%", None),
            ("%DBNAME%", None),
            ("x%E9", None),
            ("x%00", None),
            ("fe80::1%25eth0", None),
        ] {
            assert_eq!(first_sequence(text), at, "{text}");
        }
    }
}
