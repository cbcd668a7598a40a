//! AV435: ids that a connection cannot have.

use crate::airflow::{Runtime, Version};
use crate::aws::names::{
    NameFault, is_secret_character, is_ssm_character, secret_fault, ssm_fault,
};
use crate::inputs::EntryKind;
use crate::report::{Findings, Severity};
use crate::rules::{Carrier, Check, EntryContext};
use crate::source::{Place, Span, ascii};

crate::rule! {
    /// # invalid-conn-id
    ///
    /// ## What it does
    ///
    /// Finds ids of connections with characters that Airflow refuses, or with more than 250 of them: letters, digits
    /// and `_ - . : / \ # ! ( )` are allowed.
    ///
    /// ## Why is this bad?
    ///
    /// A secrets backend finds the value all the same, but the connection that Airflow makes of it has no id:
    /// `conn_id` is `None`. In Airflow 2, whatever goes on from there with `get_hook()`, as every SQL operator does,
    /// asks for a connection `None` and fails. From Airflow 3.2 on tasks keep the id, and only the server
    /// loses it. The UI, the API and `airflow connections add` refuse such an id at once.
    ///
    /// ## Example
    ///
    /// ```json
    /// {"airflow/connections/orders@eu": "postgres://etl:example-pw@db.example.com/orders"}
    /// ```
    ///
    /// airvane says:
    ///
    /// ```text
    /// dump.json:1:29: error[AV435] invalid-conn-id: `@` cannot stand in the id of a connection: Airflow makes a connection without an id, and `get_hook()`, which SQL operators use, asks for the connection `None`
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```json
    /// {"airflow/connections/orders_eu": "postgres://etl:example-pw@db.example.com/orders"}
    /// ```
    ///
    /// ## Versions
    ///
    /// An error from Airflow 2.8.2 to 2.11, where only ASCII letters count; a warning from 3.0 on. Earlier releases
    /// take any id.
    ///
    /// ## References
    ///
    /// - <https://github.com/apache/airflow/pull/36942>
    /// - <https://airflow.apache.org/docs/apache-airflow/stable/howto/connection.html>
    "AV435", "invalid-conn-id", Error, since "0.1.0",
    checks &[Check::Entry(check)],
}

/// `CONN_ID_MAX_LEN`
const LONGEST: usize = 250;
/// First release whose `Connection()` calls `sanitize_conn_id`.
const SANITISED: Version = Version::new(2, 8, 2);
/// From here on with Python's `re`, whose `\w` knows every letter; before with `re2`.
const ANY_LETTER: Version = Version::new(3, 0, 0);
/// From here on tasks have a class of their own, which takes any id.
const FREE_IN_TASKS: Version = Version::new(3, 2, 0);

fn check(context: &EntryContext<'_>, findings: &mut Findings) {
    if context.kind != Some(EntryKind::Connection) {
        return;
    }
    let (target, id) = (context.target, context.id.as_ref());
    let airflow = target.airflow;
    // Nearly every id is fine.
    if is_ordinary_id(id) {
        return;
    }
    if airflow < SANITISED || (airflow >= FREE_IN_TASKS && target.runtime == Runtime::Task) {
        return;
    }
    let bad = id.char_indices().find(|&(_, c)| !is_allowed(c, airflow));
    // A name that its store cannot hold is wrong for another reason.
    let is_of_store = |c: char| match context.carrier {
        Carrier::Ssm => u8::try_from(c).is_ok_and(is_ssm_character),
        Carrier::SecretsManager => u8::try_from(c).is_ok_and(is_secret_character),
        Carrier::Env | Carrier::Flat | Carrier::Local | Carrier::Command | Carrier::Elsewhere => {
            true
        }
    };
    let fault = match context.carrier {
        Carrier::Ssm => ssm_fault(&context.name),
        Carrier::SecretsManager => secret_fault(&context.name),
        Carrier::Env | Carrier::Flat | Carrier::Local | Carrier::Command | Carrier::Elsewhere => {
            None
        }
    };
    let is_too_long = matches!(fault, Some(NameFault::TooLong(_)));
    let length = id.chars().count();
    let (what, at, help) = match bad {
        Some((at, c)) if is_of_store(c) => (
            format!("{} cannot stand in the id of a connection", described(c)),
            Some((at, c)),
            "rename it with letters, digits and `_ - .`",
        ),
        None if length > LONGEST && !is_too_long => (
            format!("the id of a connection has {length} characters, of {LONGEST} at most"),
            None,
            "give it a shorter name",
        ),
        _ => return,
    };
    let (mut severity, consequence) = if airflow < ANY_LETTER {
        (
            Severity::Error,
            "Airflow makes a connection without an id, and `get_hook()`, which SQL operators use, \
             asks for the connection `None`",
        )
    } else if airflow < FREE_IN_TASKS {
        (
            Severity::Warning,
            "Airflow makes a connection without an id",
        )
    } else {
        (
            Severity::Warning,
            "Airflow makes a connection without an id on the server",
        )
    };
    let mut message = format!("{what}: {consequence}");
    if target.is_guess() {
        severity = severity.lowered();
        message.push_str(" (from Airflow 2.8.2 on)");
    }
    let place = at.map_or(context.name_place, |(at, c)| {
        character(context, id.len() - at, c.len_utf8())
    });
    findings
        .report(&RULE, place, context.subject(), message)
        .severity(severity)
        .help(help);
}

/// What every release allows, and nearly every id is made of.
#[expect(
    clippy::needless_bitwise_bool,
    reason = "without a branch many bytes are asked at once"
)]
fn is_ordinary(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() | (byte == b'_') | (byte == b'-') | (byte == b'.') | (byte == b'/')
}

/// An id that every release takes.
pub(crate) fn is_ordinary_id(id: &str) -> bool {
    id.len() <= LONGEST && ascii::all(id.as_bytes(), is_ordinary)
}

/// `^[\w#!()\-.:/\\]{1,}$`
fn is_allowed(c: char, airflow: Version) -> bool {
    c.is_ascii_alphanumeric()
        || matches!(
            c,
            '_' | '#' | '!' | '(' | ')' | '-' | '.' | ':' | '/' | '\\'
        )
        || (airflow >= ANY_LETTER && !c.is_ascii() && c.is_alphanumeric())
}

/// Where `length` bytes of the name stand, `from_end` bytes before its end; the whole name where it is
/// written with escapes.
fn character(context: &EntryContext<'_>, from_end: usize, length: usize) -> Place {
    let place = context.name_place;
    let name = context.name.as_ref();
    let id = context.id.as_ref();
    // An environment variable has its id in upper case, which may differ in length.
    let alike = name.ends_with(id) || (name.is_ascii() && name.to_ascii_lowercase().ends_with(id));
    if !alike || place.span.len() != name.len() || name.len() < from_end {
        return place;
    }
    let start = place.span.end - from_end;
    Place::new(place.file, Span::new(start, start + length))
}

fn described(c: char) -> String {
    match c {
        ' ' => "a blank".to_owned(),
        c if c.is_ascii_graphic() => format!("`{c}`"),
        _ => "this character".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_judged_by_release() {
        let old = SANITISED;
        for c in "aZ0_#!()-.:/\\".chars() {
            assert!(is_allowed(c, old), "{c}");
        }
        for c in " @+=%&,$~'\"[]{}|;?<>*`\n\u{1f600}".chars() {
            assert!(!is_allowed(c, old) && !is_allowed(c, ANY_LETTER), "{c}");
        }
        assert!(!is_allowed('ü', old) && is_allowed('ü', ANY_LETTER));
    }
}
