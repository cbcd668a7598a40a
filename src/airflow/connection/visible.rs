//! Which parts of a connection value a snippet may show. Everything not named here is masked.

use super::keys::is_nameable_key;
use super::{Reading, Shape, UriParts};
use crate::airflow::conn_types::{self, OwnTypes};
use crate::source::{Span, Text};
use crate::syntax::json::{Json, Kind};

/// The spans of the file that may be shown of `value`: delimiters which the parser itself
/// recognised outside the secret parts, a scheme that is a known connection type, the marks of JSON and keys
/// that shipped data knows. `own`: more types that are known.
pub fn visible_spans(value: &Text, reading: &Reading, own: &OwnTypes) -> Vec<Span> {
    match &reading.shape {
        Shape::Uri(parts) => {
            let clean = reading.fault.is_none()
                && reading.outcome.is_ok()
                && reading.unusable.is_none()
                && value.is_known();
            uri(value, parts, clean, own)
        }
        Shape::Json(Some(tree)) => object(tree),
        Shape::Json(None) | Shape::Blank => Vec::new(),
    }
}

fn uri(value: &Text, parts: &UriParts, clean: bool, own: &OwnTypes) -> Vec<Span> {
    let mut spans = Vec::new();
    let text = value.expose();
    let mut show = |start: usize, end: usize| {
        if start < end && text.is_char_boundary(start) && text.is_char_boundary(end) {
            spans.extend(value.own_pieces(start..end));
        }
    };
    let Some(separator) = text.find("://") else {
        return spans;
    };
    // A scheme that was read, or would be one but for its underscores.
    let head = text.len() - text.trim_start().len();
    let start = parts.scheme.as_ref().map_or(head, |scheme| scheme.start);
    // Only a connection type that shipped data or the settings file knows: a password may stand where a scheme belongs.
    let known = text.get(start..separator).is_some_and(|scheme| {
        let name = scheme.to_ascii_lowercase().replace('-', "_");
        conn_types::is_registered(&name)
            || conn_types::alias_hint(&name).is_some()
            || own.has(&name)
    });
    if !known {
        show(separator, separator + 3);
        return spans;
    }
    show(start, separator + 3);
    let Some(authority) = parts.authority.as_ref().filter(|_| clean) else {
        return spans;
    };
    // An `@` further on may belong to credentials that were cut.
    if text
        .get(authority.end..)
        .is_none_or(|rest| rest.contains('@'))
    {
        return spans;
    }
    let delimiter = |at: usize, sign: u8| text.as_bytes().get(at) == Some(&sign);
    let mut show_sign = |at: usize, sign: u8| {
        if delimiter(at, sign) {
            show(at, at + 1);
        }
    };
    if let Some(login) = &parts.login {
        let end = match &parts.password {
            Some(password) => {
                show_sign(login.end, b':');
                password.end
            }
            None => login.end,
        };
        show_sign(end, b'@');
    }
    if let Some(port) = parts.port.as_ref().filter(|port| port.start > 0) {
        show_sign(port.start - 1, b':');
    }
    if let Some(path) = parts.path.as_ref().filter(|path| !path.is_empty()) {
        show_sign(path.start, b'/');
    }
    if let Some(query) = parts.query.as_ref().filter(|query| query.start > 0) {
        show_sign(query.start - 1, b'?');
    }
    for (key, _) in &parts.pairs {
        show_sign(key.end, b'=');
        if key.start > 0 {
            show_sign(key.start - 1, b'&');
        }
    }
    spans
}

fn object(tree: &Json) -> Vec<Span> {
    let mut spans = Vec::new();
    let text = tree.text();
    let bytes = text.expose().as_bytes();
    let mut show = |start: usize, end: usize| spans.extend(text.own_pieces(start..end));
    let root = tree.root();
    if root.kind() != Kind::Object {
        return spans;
    }
    for value in tree.values() {
        let range = value.range();
        if matches!(value.kind(), Kind::Object | Kind::Array | Kind::String) && range.len() >= 2 {
            show(range.start, range.start + 1);
            show(range.end - 1, range.end);
        }
    }
    let mut before = root.range().start + 1;
    for member in root.members() {
        let (key, value) = (member.key.range(), member.value.range());
        if member
            .key
            .as_str()
            .is_some_and(|name| is_nameable_key(&name))
        {
            show(key.start, key.end);
        }
        // Between the members stand blanks, one comma and one colon.
        for (from, to) in [(before, key.start), (key.end, value.start)] {
            for at in from..to {
                if matches!(
                    bytes.get(at),
                    Some(b',' | b':' | b' ' | b'\t' | b'\n' | b'\r')
                ) {
                    show(at, at + 1);
                }
            }
        }
        before = value.end;
    }
    spans
}
