//! `urllib.parse.parse_qsl(query, keep_blank_values=True)`.

use std::collections::HashMap;

use super::unquote::unquote_plus;
use crate::source::Text;

/// One key and its value, as written and decoded.
#[derive(Clone, Debug)]
pub struct Pair {
    /// Key before decoding.
    pub raw_key: Text,
    /// Value before decoding; empty where there is no `=`.
    pub raw_value: Text,
    /// Decoded key.
    pub key: Text,
    /// Decoded value.
    pub value: Text,
}

/// The pairs in order, repeated keys included. Only `&` separates (Python's default since the
/// 2021 fix of CVE-2021-23336); empty pieces are skipped.
pub fn parse_qsl(query: &Text) -> Vec<Pair> {
    let value = query.expose();
    let mut pairs = Vec::new();
    let mut at = 0;
    for piece in value.split('&') {
        let end = at + piece.len();
        if !piece.is_empty() {
            let equals = piece.find('=').map_or(end, |skip| at + skip);
            let raw_key = query.slice(at..equals);
            let raw_value = query.slice((equals + 1).min(end)..end);
            pairs.push(Pair {
                key: unquote_plus(&raw_key),
                value: unquote_plus(&raw_value),
                raw_key,
                raw_value,
            });
        }
        at = end + 1;
    }
    pairs
}

/// `dict(pairs)`: of repeated keys the last value, in the place of the first.
pub fn to_dict(pairs: Vec<Pair>) -> Vec<Pair> {
    if pairs.len() < 2 {
        return pairs;
    }
    let mut seen: HashMap<String, usize> = HashMap::new();
    let mut kept: Vec<Pair> = Vec::with_capacity(pairs.len());
    for pair in pairs {
        if let Some(&index) = seen.get(pair.key.expose()) {
            kept[index].value = pair.value;
            kept[index].raw_value = pair.raw_value;
        } else {
            seen.insert(pair.key.expose().to_owned(), kept.len());
            kept.push(pair);
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<(String, String)> {
        to_dict(parse_qsl(&Text::verbatim(text, 0)))
            .into_iter()
            .map(|pair| (pair.key.expose().into(), pair.value.expose().into()))
            .collect()
    }

    fn pairs(expected: &[(&str, &str)]) -> Vec<(String, String)> {
        expected
            .iter()
            .map(|&(k, v)| (k.into(), v.into()))
            .collect()
    }

    #[test]
    fn pairs_are_cut_as_python_cuts_them() {
        assert_eq!(read("a=1&b=2&a=3"), pairs(&[("a", "3"), ("b", "2")]));
        assert_eq!(
            read("k&k2=&=v&&"),
            pairs(&[("k", ""), ("k2", ""), ("", "v")])
        );
        assert_eq!(read("a=b=c;d=e"), pairs(&[("a", "b=c;d=e")]));
        assert_eq!(read("a%3D=x+y%2B"), pairs(&[("a=", "x y+")]));
        assert_eq!(read("a=1&%61=2"), pairs(&[("a", "2")]));
    }

    #[test]
    fn each_part_points_at_its_own_bytes() {
        let pairs = parse_qsl(&Text::verbatim("a=1&bc=%41", 100));
        assert_eq!(pairs[1].key.source(), (104..106).into());
        assert_eq!(pairs[1].value.source(), (107..110).into());
    }
}
