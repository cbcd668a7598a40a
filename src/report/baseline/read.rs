//! Reads a baseline, with the place of every entry.

use std::fmt;

use super::{Entry, VERSION};
use crate::source::Text;
use crate::syntax::json::{self, Kind, Value};

/// Why a file is no baseline. Holds nothing of its text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broken {
    /// 1-based.
    line: usize,
    why: &'static str,
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "is no baseline: line {}: {}", self.line, self.why)
    }
}

impl std::error::Error for Broken {}

/// The entries of a baseline. Keys that are not known belong to a later release and are passed over;
/// of entries with one fingerprint (a merge by hand) the counts are added.
pub fn read(text: &str) -> Result<Vec<Entry>, Broken> {
    let broken = |offset: usize, why| {
        let before = text.as_bytes().get(..offset).unwrap_or_default();
        Broken {
            line: memchr::memchr_iter(b'\n', before).count() + 1,
            why,
        }
    };
    let parsed = json::parse(&Text::verbatim(text, 0));
    let json = parsed.map_err(|error| broken(error.at, "it is not JSON"))?;
    let root = json.root();
    let at = |value: Value<'_>| value.span().start;
    if root.kind() != Kind::Object {
        return Err(broken(at(root), "it is not a JSON object"));
    }
    let version = root
        .get("version")
        .ok_or_else(|| broken(at(root), "it has no `version`"))?;
    if number(version) != Some(VERSION) {
        let why = "its `version` is not one that this release of airvane reads";
        return Err(broken(at(version), why));
    }
    let list = root
        .get("findings")
        .filter(|list| list.kind() == Kind::Array)
        .ok_or_else(|| broken(at(root), "it has no list of `findings`"))?;
    let mut entries: Vec<Entry> = Vec::new();
    for item in list.items() {
        let entry = entry(item).map_err(|why| broken(at(item), why))?;
        entries.push(entry);
    }
    // The order of the file, of each fingerprint the first.
    let mut first = std::collections::BTreeMap::new();
    let mut kept: Vec<Entry> = Vec::with_capacity(entries.len());
    for entry in entries {
        if let Some(&at) = first.get(&entry.fingerprint) {
            let known: &mut Entry = &mut kept[at];
            known.count = known.count.saturating_add(entry.count);
        } else {
            first.insert(entry.fingerprint, kept.len());
            kept.push(entry);
        }
    }
    Ok(kept)
}

fn entry(item: Value<'_>) -> Result<Entry, &'static str> {
    let text = |key: &str| item.get(key)?.as_str().map(std::borrow::Cow::into_owned);
    if item.kind() != Kind::Object {
        return Err("an entry is not a JSON object");
    }
    let code = text("code").filter(|code| {
        let digits = code.strip_prefix("AV").unwrap_or_default();
        digits.len() == 3 && digits.bytes().all(|byte| byte.is_ascii_digit())
    });
    let fingerprint = text("fingerprint")
        .filter(|digits| digits.len() == 32)
        .and_then(|digits| u128::from_str_radix(&digits, 16).ok());
    let count = item.get("count").and_then(number);
    Ok(Entry {
        code: code.ok_or("an entry has no `code` such as AV201")?,
        path: text("path").ok_or("an entry has no `path`")?,
        count: count
            .filter(|&count| count > 0)
            .ok_or("an entry has no `count` from 1 on")?,
        fingerprint: fingerprint.ok_or("an entry has no `fingerprint` of 32 hexadecimal digits")?,
        message: text("message").unwrap_or_default(),
        span: item.span(),
    })
}

fn number(value: Value<'_>) -> Option<u32> {
    let digits = (value.kind() == Kind::Integer).then(|| value.raw())?;
    digits.expose().parse().ok()
}
