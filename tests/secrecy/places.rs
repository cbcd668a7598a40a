//! Where in a file a secret may stand, and so where canaries are put: option values, variable
//! values, foreign variable names, comments, unrecognised lines and every string of an export that
//! is not a name. What is public is taken from the shipped allow-list and left alone.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::path::Path;

/// Keyword arguments whose values may be shown.
pub(crate) fn public_kwargs() -> BTreeSet<String> {
    let data: serde_json::Value =
        serde_json::from_str(include_str!("../../schemas/data/public.json")).unwrap();
    let classes = data["kwargs"].as_object().unwrap().values();
    let names = classes.flat_map(|names| names.as_object().unwrap().keys());
    // Of `assume_role_kwargs.RoleSessionName` the text holds the last part in front of the value.
    names
        .filter_map(|name| name.rsplit('.').next())
        .map(str::to_owned)
        .collect()
}

/// Byte ranges of `text` into which a canary may be put without becoming public.
pub(crate) fn secret_ranges(
    name: &str,
    text: &str,
    public: &BTreeSet<String>,
) -> Vec<(usize, usize)> {
    let mut ranges = Vec::new();
    if Path::new(name).extension() == Some(OsStr::new("json")) {
        strings_of_json(text, &mut ranges);
        return ranges;
    }
    let extension = Path::new(name).extension().and_then(OsStr::to_str);
    let cfg = extension == Some("cfg");
    let yaml = matches!(extension, Some("yaml" | "yml"));
    // Their keys are ids.
    let of_ids = yaml && (name.contains("connections") || name.contains("variables"));
    let mut offset = 0;
    for line in text.split_inclusive('\n') {
        let body = line.trim_end_matches(['\n', '\r']);
        let start = offset;
        offset += line.len();
        let trimmed = body.trim_start();
        let indent = body.len() - trimmed.len();
        if trimmed.is_empty() || (cfg && trimmed.starts_with('[')) {
            continue;
        }
        if trimmed.starts_with(['#', ';']) {
            ranges.push((start + indent + 1, start + body.len()));
            continue;
        }
        let continued = cfg && indent > 0;
        let equals = if continued { None } else { trimmed.find('=') };
        let colon = trimmed.find(": ").filter(|_| yaml);
        let equals = [equals, colon].into_iter().flatten().min();
        let from = equals.map_or(0, |at| at + 1);
        let key = equals.map_or("", |at| trimmed[..at].trim());
        let base = start + indent;
        let is_id = of_ids && indent == 0;
        if !cfg && !is_id && equals.is_some() && !key.to_ascii_uppercase().contains("AIRFLOW") {
            ranges.push((base, base + key.len()));
        }
        if key.to_ascii_lowercase().ends_with("backend") {
            continue;
        }
        // In quotes over several lines.
        let goes_on = !yaml && equals.is_none() && trimmed.starts_with('"');
        let kwargs = continued || goes_on || key.to_ascii_lowercase().contains("kwarg");
        if kwargs {
            values_of_kwargs(&trimmed[from..], base + from, public, &mut ranges);
        } else {
            ranges.push((base + from, base + trimmed.len()));
        }
    }
    if extension == Some("py") {
        ranges = without_ids(text, ranges);
    }
    ranges
}

/// What a DAG asks for is told: the strings of calls that ask, quotes included, are left out.
fn without_ids(text: &str, ranges: Vec<(usize, usize)>) -> Vec<(usize, usize)> {
    let pattern =
        regex::Regex::new(r#"(?:\bget|get_connection)\(\s*("[^"\n]*"|'[^'\n]*')"#).unwrap();
    let mut parts = ranges;
    for found in pattern.captures_iter(text) {
        let id = found.get(1).unwrap();
        parts = parts
            .into_iter()
            .flat_map(|(start, end)| {
                let is_inside = start <= id.start() && id.end() <= end;
                let cut = is_inside.then_some([(start, id.start()), (id.end(), end)]);
                let whole = (!is_inside).then_some((start, end));
                cut.into_iter().flatten().chain(whole)
            })
            .collect();
    }
    parts
}

/// String values whose key is not public, in text that need not be JSON.
fn values_of_kwargs(
    text: &str,
    base: usize,
    public: &BTreeSet<String>,
    ranges: &mut Vec<(usize, usize)>,
) {
    let pattern =
        regex::Regex::new(r#"\\?["']([A-Za-z_]+)\\?["']\s*:\s*\\?["']([^"'\\]*)"#).unwrap();
    for found in pattern.captures_iter(text) {
        let value = found.get(2).unwrap();
        if !public.contains(&found[1]) {
            ranges.push((base + value.start(), base + value.end()));
        }
    }
}

/// Every string of an export that is not a key and not a name.
fn strings_of_json(text: &str, ranges: &mut Vec<(usize, usize)>) {
    let pattern = regex::Regex::new(r#""((?:[^"\\]|\\.)*)"(\s*:)?"#).unwrap();
    let mut key = String::new();
    for found in pattern.captures_iter(text) {
        let inner = found.get(1).unwrap();
        if found.get(2).is_some() {
            inner.as_str().clone_into(&mut key);
            continue;
        }
        let named = ["Name", "Type", "DataType", "SecretId"].contains(&key.as_str());
        // Items of a list of pairs: the first is a name.
        let pair = text[..found.get(0).unwrap().start()]
            .trim_end()
            .ends_with('[');
        if !named && !pair {
            ranges.push((inner.start(), inner.end()));
        }
    }
}

/// Where in a range canaries are put, one place a round: the ends, the middle and after each
/// delimiter.
pub(crate) fn places(text: &str, (start, end): (usize, usize)) -> Vec<usize> {
    let mut places = vec![start, end];
    let mut middle = start + (end - start) / 2;
    while !text.is_char_boundary(middle) {
        middle += 1;
    }
    places.push(middle);
    for (at, character) in text[start..end].char_indices() {
        let after = start + at + character.len_utf8();
        if ":/@?#&=%[]{},;. ".contains(character) {
            places.push(after);
        }
    }
    // Never between a backslash and what it escapes: that is another secret, not a torn one.
    places.retain(|&at| !text[..at].ends_with('\\'));
    places
}
