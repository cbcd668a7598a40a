//! AV410: blanks, tabs, line breaks and console braces in and around connection values.

use std::ops::Range;

use super::{speak, view};
use crate::airflow::connection::{Fault, FaultKind, UriParts, Whitespace};
use crate::airflow::python::space::{is_invisible, strip};
use crate::report::{Findings, Fix, Severity};
use crate::rules::{Check, EntryContext, fixes};
use crate::source::Text;

crate::rule! {
    /// # stray-whitespace
    ///
    /// ## What it does
    ///
    /// Finds tabs and line breaks inside connection URIs, blanks at the edges of their parts and of the
    /// fields of JSON values, encoded line breaks at the end of credentials, and what else was copied
    /// along: a quote at the end, the braces of a console's form. Also control characters in JSON fields,
    /// which a single backslash makes (`DOM\bob`).
    ///
    /// ## Why is this bad?
    ///
    /// Airflow strips the value as a whole, and nothing else. Python deletes tabs and line breaks out
    /// of a URI without a word, so that a wrapped password or key arrives shortened; this is an error
    /// inside a part and an info at its edge, where nothing is lost. Blanks are kept: a password with
    /// a blank at its end is another password, and no host begins or ends with one. A value
    /// that begins with `{` is taken for JSON.
    ///
    /// ## Example
    ///
    /// ```dotenv
    /// AIRFLOW_CONN_WAREHOUSE="postgres://etl:secret@ db.example.com/dwh"
    /// AIRFLOW_CONN_MART='{"conn_type": "mysql", "host": "db.example.com", "password": "secret "}'
    /// ```
    ///
    /// airvane says:
    ///
    /// ```text
    /// .env:1:47: error[AV410] stray-whitespace: a blank stands at the edge of the host, and Airflow keeps it there
    /// .env:2:88: warning[AV410] stray-whitespace: `password` ends with a blank, which Airflow keeps
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```dotenv
    /// AIRFLOW_CONN_WAREHOUSE="postgres://etl:secret@db.example.com/dwh"
    /// AIRFLOW_CONN_MART='{"conn_type": "mysql", "host": "db.example.com", "password": "secret"}'
    /// ```
    ///
    /// ## Fix
    ///
    /// In environment files, what stands at an edge is removed. Safe where Python deletes it anyway, unsafe where
    /// Airflow keeps it: it may belong to a password.
    ///
    /// ## Versions
    ///
    /// All releases. Before Airflow 2.3 the value as a whole is not stripped either. A blank that belongs
    /// to a part is written `%20` in a URI.
    ///
    /// ## References
    ///
    /// - <https://airflow.apache.org/docs/apache-airflow/stable/howto/connection.html>
    /// - <https://docs.python.org/3/library/urllib.parse.html#urllib.parse.urlsplit>
    "AV410", "stray-whitespace", Error, since "0.1.0",
    checks &[Check::Connection(check)],
}

fn check(context: &EntryContext<'_>, findings: &mut Findings) {
    if let Some(fault) = speak::fault(context, |kind| matches!(kind, FaultKind::Whitespace(_))) {
        certain(context, fault, findings);
        return;
    }
    let Some(view) = view::of(context) else {
        return;
    };
    let found = match &view.uri {
        Some(uri) => in_uri(uri.text, uri.parts),
        None => in_fields(view.connection),
    };
    let Some(stray) = found else {
        return;
    };
    let (name, sign) = (stray.part, described(&stray.at));
    let is_one = is_one(&sign);
    let mut severity = Severity::Warning;
    if matches!(stray.kind, Kind::Deleted) {
        severity = Severity::Info;
    }
    let (message, help) = match stray.kind {
        Kind::Deleted => (
            format!(
                "{sign} {} between two parts of this URI: Python deletes {}",
                stand(is_one),
                it(is_one)
            ),
            format!("remove {}", definite(&sign)),
        ),
        Kind::Edge(edge) => (
            format!("{name} {edge} with {sign}, which Airflow keeps"),
            format!("remove {0}, or percent-encode {0} on purpose", it(is_one)),
        ),
        Kind::Encoded(edge) => (
            format!("{name} {edge} with an encoded line break, which Airflow keeps"),
            "remove the percent sequence".to_owned(),
        ),
        Kind::Inside => (
            format!("{sign} stands in {name}"),
            "remove it, or percent-encode it if it is meant".to_owned(),
        ),
        Kind::Copied(what) => (
            format!("{name} ends with {what}, which Airflow keeps"),
            "remove it".to_owned(),
        ),
        Kind::Control => (
            format!(
                "a control character stands in {name}: in JSON a backslash and a letter stand for one"
            ),
            "write a backslash as `\\\\`".to_owned(),
        ),
        Kind::Quoted => (
            format!("{name} stands in quotes inside its JSON string, and Airflow keeps them"),
            "remove the inner quotes".to_owned(),
        ),
        Kind::Field(edge) => (
            format!("{name} {edge} with {sign}, which Airflow keeps"),
            format!("remove {}", definite(&sign)),
        ),
    };
    let fix = fix(context, &stray);
    view::report(findings, &RULE, context, &stray.at, message)
        .fix(fix)
        .help(help)
        .severity(severity);
}

/// It goes. What Python deletes anyway is no loss; a blank that Airflow keeps may be meant.
fn fix(context: &EntryContext<'_>, stray: &Stray) -> Option<Fix> {
    let gone = |at: &Text| fixes::in_connection(context, at, &[(0..at.len(), "")]);
    let edits = || {
        let places = [&stray.at].into_iter().chain(&stray.also);
        let edits: Option<Vec<Vec<_>>> = places.map(gone).collect();
        edits.map(|edits| edits.concat())
    };
    match stray.kind {
        Kind::Deleted => edits().map(|edits| Fix::safe("remove it", edits)),
        Kind::Edge(_) | Kind::Encoded(_) | Kind::Field(_) | Kind::Copied(_) => {
            edits().map(|edits| Fix::risky("remove it", edits))
        }
        Kind::Inside | Kind::Control | Kind::Quoted => None,
    }
}

fn certain(context: &EntryContext<'_>, fault: &Fault, findings: &mut Findings) {
    let FaultKind::Whitespace(cause) = fault.kind else {
        return;
    };
    let sign = described(&fault.at);
    let is_one = is_one(&sign);
    let (message, help) = match cause {
        Whitespace::Deleted(_) => (
            format!("{sign} stands in the middle of this URI: Python deletes it without a word"),
            "write the value on one line; what belongs to it is percent-encoded (`%09`, `%0A`)",
        ),
        Whitespace::Host => (
            format!(
                "{sign} {} at the edge of the host, and Airflow keeps {} there",
                stand(is_one),
                it(is_one)
            ),
            if is_one { "remove it" } else { "remove them" },
        ),
        Whitespace::Braces => (
            format!(
                "a URI stands between the braces of a JSON object: Airflow takes the value for JSON. {}",
                capital(&speak::consequence(context, fault))
            ),
            "store the URI alone, without braces and quotes",
        ),
    };
    let message = format!("{message}{}", speak::whose(context));
    // What stood in the middle may have been meant as `%0A`; no host begins or ends with a blank.
    let edits = (cause == Whitespace::Host)
        .then(|| fixes::in_connection(context, &fault.at, &[(0..fault.at.len(), "")]))
        .flatten();
    speak::report(findings, &RULE, context, fault, message)
        .fix(edits.map(|edits| Fix::risky("remove it", edits)))
        .help(help);
}

/// What stands where it should not.
struct Stray {
    part: &'static str,
    kind: Kind,
    at: Text,
    /// Where the same stands further on: one fix takes all of it.
    also: Vec<Text>,
}

enum Kind {
    /// Python deletes it; it stands beside a delimiter.
    Deleted,
    /// It stays: "begins" or "ends".
    Edge(&'static str),
    /// `%0A` or `%0D`: "begins" or "ends".
    Encoded(&'static str),
    /// In a field of an object.
    Field(&'static str),
    /// In the middle, where none belongs.
    Inside,
    /// At the end of the value.
    Copied(&'static str),
    /// A control character that a single backslash of JSON made.
    Control,
    /// Quotes around a field of an object.
    Quoted,
}

/// The first ones of a URI.
fn in_uri(text: &Text, parts: &UriParts) -> Option<Stray> {
    let path = parts.path.clone().map(|path| {
        let slash = text
            .expose()
            .get(path.clone())
            .is_some_and(|path| path.starts_with('/'));
        path.start + usize::from(slash)..path.end
    });
    let credentials = [
        ("the login", parts.login.clone()),
        ("the password", parts.password.clone()),
        ("the host", parts.host.clone()),
    ];
    for (part, range) in credentials {
        let Some(range) = range else { continue };
        let found = edge(text, part, range.clone()).or_else(|| encoded(text, part, range));
        if found.is_some() {
            return found;
        }
    }
    if let Some(found) = path.and_then(|path| edge(text, "the schema", path)) {
        return Some(found);
    }
    let in_query = parts.pairs.iter().flat_map(|(key, value)| {
        let key = edge(text, "a key of the query", key.clone());
        let value = edge(text, "a value of the query", value.clone());
        key.into_iter().chain(value)
    });
    all(in_query)
        .or_else(|| blank_in_host(text, parts))
        .or_else(|| at_the_end(text, parts))
        .or_else(|| deleted(text))
}

fn blank_in_host(text: &Text, parts: &UriParts) -> Option<Stray> {
    let host = parts.host.clone()?;
    let at = text.expose().get(host.clone())?.find(' ')?;
    Some(Stray {
        part: "the host",
        kind: Kind::Inside,
        at: text.slice(host.start + at..host.start + at + 1),
        also: Vec::new(),
    })
}

/// What was copied along with the value: a quote that nothing opens, or a line break as two
/// characters.
fn at_the_end(text: &Text, parts: &UriParts) -> Option<Stray> {
    let stripped = strip(text);
    let start = stripped.range_in(text)?.start;
    let value = stripped.expose();
    let credentials = parts.password.as_ref().or(parts.login.as_ref());
    let credentials = credentials.map_or(0, |range| range.end);
    let kept = value.trim_end_matches([',', ';']);
    let last = kept.chars().next_back()?;
    if matches!(last, '"' | '\'' | '`') && kept.matches(last).count() == 1 {
        let at = start + kept.len() - 1;
        return (at >= credentials).then(|| Stray {
            part: "the value",
            kind: Kind::Copied("a quote that nothing opens"),
            at: text.slice(at..start + value.len()),
            also: Vec::new(),
        });
    }
    let escape = ["\\r\\n", "\\n", "\\r"]
        .into_iter()
        .find(|escape| value.ends_with(escape))?;
    let at = start + value.len() - escape.len();
    (at >= credentials).then(|| Stray {
        part: "the value",
        kind: Kind::Copied("a line break that was written as a backslash and a letter"),
        at: text.slice(at..start + value.len()),
        also: Vec::new(),
    })
}

/// The first, with the places of the others.
fn all(mut strays: impl Iterator<Item = Stray>) -> Option<Stray> {
    let mut first = strays.next()?;
    first.also = strays.map(|stray| stray.at).collect();
    Some(first)
}

fn deleted(text: &Text) -> Option<Stray> {
    let stripped = strip(text);
    let start = stripped.range_in(text)?.start;
    let value = stripped.expose();
    let mut from = 0;
    let runs = std::iter::from_fn(|| {
        let at = from + value.get(from..)?.find(is_deleted)?;
        let rest = value.get(at..)?.trim_start_matches(is_deleted);
        from = value.len() - rest.len();
        Some(Stray {
            part: "",
            kind: Kind::Deleted,
            at: text.slice(start + at..start + from),
            also: Vec::new(),
        })
    });
    all(runs)
}

/// `_UNSAFE_URL_BYTES_TO_REMOVE`.
const fn is_deleted(character: char) -> bool {
    matches!(character, '\t' | '\r' | '\n')
}

fn edge(text: &Text, part: &'static str, range: Range<usize>) -> Option<Stray> {
    let inner = text.expose().get(range.clone())?;
    let kept = inner.trim_matches(is_deleted);
    let start = range.start + inner.len() - inner.trim_start_matches(is_deleted).len();
    let (word, at) = edges(kept)?;
    Some(Stray {
        part,
        kind: Kind::Edge(word),
        at: text.slice(start + at.start..start + at.end),
        also: Vec::new(),
    })
}

/// The invisible characters that a text ends or begins with: all of them, so that one fix is enough.
fn edges(text: &str) -> Option<(&'static str, Range<usize>)> {
    let is_invisible = |character: char| is_invisible(character) || character == '\0';
    let kept = text.trim_end_matches(is_invisible).len();
    if kept < text.len() {
        return Some(("ends", kept..text.len()));
    }
    let before = text.len() - text.trim_start_matches(is_invisible).len();
    (before > 0).then_some(("begins", 0..before))
}

/// Line breaks that were encoded with the rest: `echo` wrote one.
fn encoded(text: &Text, part: &'static str, range: Range<usize>) -> Option<Stray> {
    let is_break = |sequence: &[u8]| {
        sequence.eq_ignore_ascii_case(b"%0a") || sequence.eq_ignore_ascii_case(b"%0d")
    };
    let inner = text.expose().get(range.clone())?.as_bytes();
    let at_end = inner.rchunks_exact(3).take_while(|&three| is_break(three));
    let at_start = inner.chunks_exact(3).take_while(|&three| is_break(three));
    let (word, at) = match (at_end.count() * 3, at_start.count() * 3) {
        (0, 0) => return None,
        (0, length) => ("begins", range.start..range.start + length),
        (length, _) => ("ends", range.end - length..range.end),
    };
    Some(Stray {
        part,
        kind: Kind::Encoded(word),
        at: text.slice(at),
        also: Vec::new(),
    })
}

/// The first one of an object.
fn in_fields(connection: &crate::airflow::connection::Connection) -> Option<Stray> {
    let fields = [
        ("`conn_type`", &connection.conn_type),
        ("`host`", &connection.host),
        ("`login`", &connection.login),
        ("`password`", &connection.password),
        ("`schema`", &connection.schema),
    ];
    fields
        .into_iter()
        .find_map(|(part, field)| in_field(part, field.as_ref()?))
}

/// True if this rule speaks of the `conn_type` of an object: what else is wrong with it would be
/// said of the same characters.
pub(super) fn is_stray_type(conn_type: &Text) -> bool {
    in_field("`conn_type`", conn_type).is_some()
}

fn in_field(part: &'static str, text: &Text) -> Option<Stray> {
    let value = text.expose();
    let stray = |kind, at| {
        Some(Stray {
            part,
            kind,
            at: text.slice(at),
            also: Vec::new(),
        })
    };
    if let Some((word, at)) = edges(value) {
        return stray(Kind::Field(word), at);
    }
    // `DOM\bob` of a login; a password may hold a tab or a line break.
    let secret = part == "`password`";
    let made =
        |c: char| matches!(c, '\u{8}' | '\u{c}') || !secret && matches!(c, '\t' | '\r' | '\n');
    if let Some(at) = value.find(made) {
        return stray(Kind::Control, at..at + 1);
    }
    let quoted = ['"', '\'']
        .iter()
        .any(|&quote| value.len() > 1 && value.starts_with(quote) && value.ends_with(quote));
    if quoted && !secret {
        return stray(Kind::Quoted, 0..1);
    }
    None
}

/// A character, or several that stand together.
fn described(at: &Text) -> String {
    let text = at.expose();
    let mut characters = text.chars();
    let first = characters.next().unwrap_or(' ');
    let (is_blank, is_break) = (first == ' ', is_line_break(first));
    match characters.next() {
        None if first == '\t' => "a tab".to_owned(),
        None if is_break => "a line break".to_owned(),
        None if is_blank => "a blank".to_owned(),
        None => format!("an invisible character (U+{:04X})", u32::from(first)),
        Some(_) if text.chars().all(|one| one == '\t') => "tabs".to_owned(),
        Some(_) if text.chars().all(is_line_break) => "line breaks".to_owned(),
        Some(_) if text.chars().all(|one| one == ' ') => "blanks".to_owned(),
        Some(_) => "invisible characters".to_owned(),
    }
}

const fn is_line_break(character: char) -> bool {
    matches!(
        character,
        '\r' | '\n' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}'
    )
}

fn definite(sign: &str) -> String {
    let word = sign.split_once(' ').filter(|_| is_one(sign));
    format!("the {}", word.map_or(sign, |(_, word)| word))
}

/// False where [`described`] speaks of several.
fn is_one(sign: &str) -> bool {
    sign.starts_with("a ") || sign.starts_with("an ")
}

const fn stand(is_one: bool) -> &'static str {
    if is_one { "stands" } else { "stand" }
}

const fn it(is_one: bool) -> &'static str {
    if is_one { "it" } else { "them" }
}

fn capital(text: &str) -> String {
    let mut characters = text.chars();
    characters.next().map_or_else(String::new, |first| {
        format!("{}{}", first.to_ascii_uppercase(), characters.as_str())
    })
}
