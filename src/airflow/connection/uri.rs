//! `Connection._parse_from_uri` and the Task SDK's `Connection.from_uri`.

use std::ops::Range;

use super::ways::Ways;
use super::{Connection, Failure, Field, Reason, UriParts};
use crate::airflow::Python;
use crate::airflow::python::dumps;
use crate::airflow::python::query::{self, Pair};
use crate::airflow::python::unquote::unquote;
use crate::airflow::python::urlsplit::{self, PortError, Split};
use crate::source::{Text, TextBuilder};
use crate::syntax::json;

/// `Connection.EXTRA_KEY`.
pub(super) const EXTRA_KEY: &str = "__extra__";

/// Schemes whose path `urlparse` cuts at `;` (`urllib.parse.uses_params`).
const USES_PARAMS: [&str; 16] = [
    "", "ftp", "hdl", "prospero", "http", "imap", "https", "shttp", "rtsp", "rtsps", "rtspu",
    "sip", "sips", "mms", "sftp", "tel",
];

/// The URI in pieces, as text.
#[derive(Default)]
struct Pieces {
    scheme: Option<Text>,
    protocol: Option<Text>,
    netloc: Option<Text>,
    login: Option<Text>,
    password: Option<Text>,
    host: Option<Text>,
    port: Option<Text>,
    path: Option<Text>,
    query: Option<Text>,
    fragment: Option<Text>,
}

/// Where each piece stands in the value and what becomes of it.
pub(super) fn from_uri(value: &Text, ways: &Ways) -> (UriParts, Result<Connection, Failure>) {
    let mut pieces = Pieces::default();
    let cut = cut(value, ways, &mut pieces);
    let pairs = pieces
        .query
        .as_ref()
        .map(query::parse_qsl)
        .unwrap_or_default();
    let mut parts = ranges(value, &pieces, &pairs, ways);
    if parts.scheme.is_none() && cut.is_err() {
        parts.scheme = plain_scheme(value.expose());
    }
    let outcome = cut.and_then(|()| {
        let pairs = query::to_dict(pairs);
        connection(value, &pieces, &pairs, ways)
    });
    let outcome = outcome.map_err(|mut failure| {
        failure.range = failure
            .at
            .range_in(value)
            .unwrap_or_else(|| slow_range(value, &failure.reason, ways));
        failure
    });
    (parts, outcome)
}

pub(super) fn failure(exception: &'static str, reason: Reason, at: Text) -> Failure {
    Failure {
        exception,
        reason,
        range: 0..at.len(),
        at,
    }
}

/// The scheme of a text that `urlsplit` refuses to cut.
fn plain_scheme(value: &str) -> Option<Range<usize>> {
    let end = value.find("://")?;
    let plain = end > 0
        && value.as_bytes()[0].is_ascii_alphabetic()
        && value.bytes().take(end).all(urlsplit::is_scheme_char);
    plain.then_some(0..end)
}

/// Positions of `://`, at most three.
fn separators(value: &str) -> ([usize; 3], usize) {
    let mut found = [0; 3];
    let mut count = 0;
    let bytes = value.as_bytes();
    for at in memchr::memchr_iter(b':', bytes) {
        if count < found.len() && bytes[at..].starts_with(b"://") {
            found[count] = at;
            count += 1;
        }
    }
    (found, count)
}

/// Steps 1 to 6 of the algorithm: the pieces, before anything is decoded.
fn cut(value: &Text, ways: &Ways, pieces: &mut Pieces) -> Result<(), Failure> {
    if !ways.inner_protocol {
        let split = split(value, ways.python)?;
        take(pieces, split, ways);
        return Ok(());
    }
    let (at, count) = separators(value.expose());
    if count > 2 {
        let third = value.slice(at[2]..at[2] + 3);
        return Err(failure(
            "AirflowException",
            Reason::InvalidConnectionString,
            third,
        ));
    }
    let first = split(value, ways.python)?;
    let rest = without_scheme(value, first.scheme.as_ref(), count);
    if count == 2 {
        let head = rest.expose().split("://").next().unwrap_or_default();
        if head.contains(['@', ':']) {
            let second = value.slice(at[1]..at[1] + 3);
            return Err(failure(
                "AirflowException",
                Reason::InvalidConnectionString,
                second,
            ));
        }
    }
    let scheme = first.scheme;
    let mut second = split(&rest, ways.python)?;
    if count == 2 {
        pieces.protocol = second.scheme.take();
    }
    take(pieces, second, ways);
    pieces.scheme = scheme;
    Ok(())
}

fn split(text: &Text, python: Python) -> Result<Split, Failure> {
    urlsplit::urlsplit(text, python).map_err(|error| match error {
        urlsplit::Error::Brackets(at) => failure("ValueError", Reason::Brackets, at),
        urlsplit::Error::Nfkc(at) => failure("ValueError", Reason::Nfkc, at),
    })
}

/// `uri.replace(f"{scheme}://", "" if count == 2 else "//")`: every occurrence, and the scheme is
/// in lower case by now, so that `HTTP://` stays.
fn without_scheme(value: &Text, scheme: Option<&Text>, count: usize) -> Text {
    let scheme = scheme.map_or_else(String::new, |text| text.expose().to_ascii_lowercase());
    let text = value.expose();
    let keep = if count == 2 { 0 } else { 2 };
    let needle = scheme + "://";
    let Some(first) = text.find(&needle) else {
        return value.clone();
    };
    let dropped = needle.len() - keep;
    if first == 0 && !text[needle.len()..].contains(&needle) {
        return value.slice(dropped..value.len());
    }
    let mut builder = TextBuilder::at(value.span(0..0).start);
    let mut kept = 0;
    for (at, _) in text.match_indices(&needle) {
        builder.push_from(value, kept..at);
        kept = at + dropped;
    }
    builder.push_from(value, kept..value.len());
    builder.finish()
}

fn take(pieces: &mut Pieces, split: Split, ways: &Ways) {
    let path = if ways.urlparse {
        without_params(split.scheme.as_ref(), &split.path)
    } else {
        split.path
    };
    pieces.scheme = split.scheme;
    pieces.path = Some(path);
    pieces.query = split.query;
    pieces.fragment = split.fragment;
    if let Some(netloc) = split.netloc {
        let (login, password) = urlsplit::userinfo(&netloc);
        let (host, port) = urlsplit::hostinfo(&netloc);
        pieces.login = login;
        pieces.password = password;
        pieces.host = Some(host);
        pieces.port = port;
        pieces.netloc = Some(netloc);
    }
}

/// `urllib.parse._splitparams`.
fn without_params(scheme: Option<&Text>, path: &Text) -> Text {
    let scheme = scheme.map_or_else(String::new, |text| text.expose().to_ascii_lowercase());
    if !USES_PARAMS.contains(&scheme.as_str()) {
        return path.clone();
    }
    let value = path.expose();
    let from = value.rfind('/').unwrap_or(0);
    value[from..]
        .find(';')
        .map_or_else(|| path.clone(), |skip| path.slice(0..from + skip))
}

/// Steps 7 to 9: the fields.
fn connection(
    value: &Text,
    pieces: &Pieces,
    pairs: &[Pair],
    ways: &Ways,
) -> Result<Connection, Failure> {
    let conn_type = match &pieces.scheme {
        Some(scheme) => normalized(&lower(scheme)),
        None => value.slice(0..0),
    };
    let path = pieces.path.as_ref();
    let schema = path.map(|path| {
        let skip = path.expose().chars().next().map_or(0, char::len_utf8);
        unquote(&path.slice(skip..path.len()))
    });
    let port = match &pieces.port {
        Some(text) => Some(urlsplit::port(text.expose(), ways.python).map_err(|error| {
            let reason = match error {
                PortError::NotANumber => Reason::PortNotANumber,
                PortError::OutOfRange => Reason::PortOutOfRange,
            };
            failure("ValueError", reason, text.clone())
        })?),
        None => None,
    };
    let password = pieces.password.as_ref().map(unquote);
    let extra = extra(pieces.query.as_ref(), pairs, ways)?;
    Ok(Connection {
        conn_type: Some(conn_type),
        description: None,
        host: Some(host(value, pieces)),
        login: pieces.login.as_ref().map(unquote),
        // Core's `set_password` ignores "".
        password: password.filter(|password| ways.sdk_uri || !password.is_empty()),
        schema,
        port: port.map(|port| port.to_string()),
        extra,
    })
}

fn lower(text: &Text) -> Text {
    let value = text.expose();
    if !value.bytes().any(|byte| byte.is_ascii_uppercase()) {
        return text.clone();
    }
    let mut builder = TextBuilder::at(text.span(0..0).start);
    for (at, character) in value.char_indices() {
        let small = character.to_ascii_lowercase();
        let range = at..at + character.len_utf8();
        builder.push_replaced(text, range, small.encode_utf8(&mut [0; 4]));
    }
    builder.finish()
}

/// `Connection._normalize_conn_type`.
pub(super) fn normalized(conn_type: &Text) -> Text {
    let value = conn_type.expose();
    let mut builder = TextBuilder::at(conn_type.span(0..0).start);
    if value == "postgresql" {
        builder.push_replaced(conn_type, 0..value.len(), "postgres");
        return builder.finish();
    }
    if !value.contains('-') {
        return conn_type.clone();
    }
    let mut kept = 0;
    for (at, _) in value.match_indices('-') {
        builder.push_from(conn_type, kept..at);
        builder.push_replaced(conn_type, at..at + 1, "_");
        kept = at + 1;
    }
    builder.push_from(conn_type, kept..value.len());
    builder.finish()
}

/// `_parse_netloc_to_hostname` and `_create_host`.
fn host(value: &Text, pieces: &Pieces) -> Text {
    let Some(netloc) = &pieces.netloc else {
        return value.slice(0..0);
    };
    let name = pieces.host.as_ref().and_then(urlsplit::hostname);
    let mut host = name.map_or_else(|| netloc.slice(0..0), |name| unquote(&name));
    if host.expose().contains('/') {
        let text = netloc.expose();
        let start = text.rfind('@').map_or(0, |at| at + 1);
        let end = text[start..]
            .find(':')
            .map_or(text.len(), |skip| start + skip);
        host = unquote(&netloc.slice(start..end));
    }
    let Some(protocol) = pieces.protocol.as_ref().filter(|_| !host.is_empty()) else {
        return host;
    };
    let protocol = lower(protocol);
    let mut builder = TextBuilder::at(value.span(0..0).start);
    builder.push_from(&protocol, 0..protocol.len());
    builder.push_replaced(&protocol, 0..protocol.len(), "://");
    builder.push_from(&host, 0..host.len());
    builder.finish()
}

fn extra(query: Option<&Text>, pairs: &[Pair], ways: &Ways) -> Result<Field, Failure> {
    let Some(query) = query.filter(|query| !query.is_empty()) else {
        return Ok(None);
    };
    let special = pairs
        .iter()
        .find(|pair| ways.extra_key && pair.key.expose() == EXTRA_KEY);
    if let Some(pair) = special {
        let extra = pair.value.clone();
        if !ways.sdk_uri && ways.extra_parsed {
            check_extra(&extra, ways)?;
        }
        return Ok(Some(extra));
    }
    let mut out = String::with_capacity(query.len() + 16);
    let mut lossy = false;
    out.push('{');
    for (index, pair) in pairs.iter().enumerate() {
        if index > 0 {
            out.push_str(", ");
        }
        dumps::string(&mut out, pair.key.expose());
        out.push_str(": ");
        lossy |= push_value(&mut out, &pair.value, ways)?;
    }
    out.push('}');
    let mut builder = TextBuilder::at(query.span(0..0).start);
    builder.push_replaced(query, 0..query.len(), &out);
    if lossy {
        builder.set_lossy();
    }
    Ok(Some(builder.finish()))
}

/// A query value in the extra: text, or since 3.1.6 what `json.loads` makes of it. True where that holds
/// half of a surrogate pair.
fn push_value(out: &mut String, value: &Text, ways: &Ways) -> Result<bool, Failure> {
    // Most values begin with a letter that begins no JSON value.
    let may_be_json = value.expose().bytes().next().is_some_and(|byte| {
        matches!(
            byte,
            b'"' | b'[' | b'{' | b'-' | b'0'..=b'9' | b'n' | b't' | b'f' | b'N' | b'I'
        ) || byte.is_ascii_whitespace()
    });
    if !ways.decode_query || !may_be_json {
        dumps::string(out, value.expose());
        return Ok(false);
    }
    match json::parse(value) {
        Ok(tree) if dumps::has_oversized_integer(&tree) => {
            Err(failure("ValueError", Reason::IntegerTooLong, value.clone()))
        }
        Ok(tree) => {
            dumps::value(out, tree.root());
            let lossy = |value: json::Value<'_>| value.string().is_some_and(|text| text.is_lossy());
            Ok(tree.values().any(lossy))
        }
        Err(error) if error.kind == json::ErrorKind::TooDeep => Err(failure(
            "RecursionError",
            Reason::Json(error),
            value.clone(),
        )),
        Err(_) => {
            dumps::string(out, value.expose());
            Ok(false)
        }
    }
}

/// `Connection._validate_extra` of a text: before 3.0 it only warns, but what `json.loads` raises
/// besides `JSONDecodeError` goes through.
pub(super) fn check_extra(extra: &Text, ways: &Ways) -> Result<(), Failure> {
    if extra.is_empty() {
        return Ok(());
    }
    match json::parse(extra) {
        Ok(tree) if dumps::has_oversized_integer(&tree) => Err(failure(
            "ValueError",
            Reason::ExtraUnreadable,
            extra.clone(),
        )),
        Ok(tree) if ways.extra_checked && tree.root().kind() != json::Kind::Object => {
            Err(failure("ValueError", Reason::ExtraNotObject, extra.clone()))
        }
        Err(error) if error.kind == json::ErrorKind::TooDeep => Err(failure(
            "RecursionError",
            Reason::ExtraUnreadable,
            extra.clone(),
        )),
        Err(_) if ways.extra_checked => {
            Err(failure("ValueError", Reason::ExtraNotJson, extra.clone()))
        }
        _ => Ok(()),
    }
}

/// The pieces as decoded ranges. Where Airflow or Python rebuilt the text, the same cut is made
/// once more over a text whose map is the value itself.
fn ranges(value: &Text, pieces: &Pieces, pairs: &[Pair], ways: &Ways) -> UriParts {
    let rebuilt = pieces
        .path
        .as_ref()
        .is_some_and(|path| path.range_in(value).is_none());
    if !rebuilt {
        return to_parts(pieces, pairs, |text| text.range_in(value));
    }
    let identity = Text::verbatim(value.expose(), 0);
    let mut pieces = Pieces::default();
    // The same text fails, or not, in the same way.
    let _ = cut(&identity, ways, &mut pieces);
    let pairs = pieces
        .query
        .as_ref()
        .map(query::parse_qsl)
        .unwrap_or_default();
    to_parts(&pieces, &pairs, |text| {
        let span = text.source();
        Some(span.start..span.end)
    })
}

fn to_parts(
    pieces: &Pieces,
    pairs: &[Pair],
    range: impl Fn(&Text) -> Option<Range<usize>>,
) -> UriParts {
    let part = |text: &Option<Text>| text.as_ref().and_then(&range);
    UriParts {
        scheme: part(&pieces.scheme),
        protocol: part(&pieces.protocol),
        authority: part(&pieces.netloc),
        login: part(&pieces.login),
        password: part(&pieces.password),
        host: part(&pieces.host),
        port: part(&pieces.port),
        path: part(&pieces.path),
        query: part(&pieces.query),
        pairs: pairs
            .iter()
            .filter_map(|pair| Some((range(&pair.raw_key)?, range(&pair.raw_value)?)))
            .collect(),
        fragment: part(&pieces.fragment),
    }
}

/// Where a failure of a rebuilt text stands in the value.
fn slow_range(value: &Text, reason: &Reason, ways: &Ways) -> Range<usize> {
    let identity = Text::verbatim(value.expose(), 0);
    let mut pieces = Pieces::default();
    let failed = cut(&identity, ways, &mut pieces)
        .and_then(|()| {
            let pairs = pieces
                .query
                .as_ref()
                .map(query::parse_qsl)
                .unwrap_or_default();
            connection(&identity, &pieces, &query::to_dict(pairs), ways)
        })
        .err();
    match failed {
        Some(failed) if failed.reason == *reason => {
            let span = failed.at.source();
            span.start..span.end
        }
        _ => 0..value.len(),
    }
}
