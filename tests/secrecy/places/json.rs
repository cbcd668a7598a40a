//! The strings of JSON, and which of them are names.

use super::{Range, Secret};

/// An open object or list.
struct Open {
    is_list: bool,
    /// The key whose value it is.
    of: String,
    /// In an object, the last key.
    key: String,
    items: usize,
}

/// Keys without which an export is none.
const STRUCTURE: [&str; 12] = [
    "Parameters",
    "Parameter",
    "SecretValues",
    "SecretList",
    "Secrets",
    "Secret",
    "Errors",
    "Name",
    "Value",
    "SecretString",
    "SecretId",
    "Type",
];

/// Every string. Keys, and the names of entries, may be seen if they are names.
pub(super) fn ranges(text: &str) -> Vec<Range> {
    let pattern = regex::Regex::new(r#""((?:[^"\\]|\\.)*)"(\s*:)?|[\[\]{}]"#).unwrap();
    let mut ranges = Vec::new();
    let mut open: Vec<Open> = Vec::new();
    for found in pattern.captures_iter(text) {
        let Some(inner) = found.get(1) else {
            match &found[0] {
                bracket @ ("[" | "{") => {
                    let outer = open.last_mut();
                    let of = outer.map_or_else(String::new, |outer| {
                        outer.items += 1;
                        outer.key.clone()
                    });
                    let is_list = bracket == "[";
                    open.push(Open {
                        is_list,
                        of,
                        key: String::new(),
                        items: 0,
                    });
                }
                _ => drop(open.pop()),
            }
            continue;
        };
        let place = (inner.start(), inner.end());
        let secret = if found.get(2).is_some() {
            if let Some(object) = open.last_mut() {
                inner.as_str().clone_into(&mut object.key);
            }
            if STRUCTURE.contains(&inner.as_str()) {
                continue;
            }
            Secret::UnlessNamed
        } else {
            of_value(&open)
        };
        if let Some(outer) = open.last_mut() {
            outer.items += 1;
        }
        ranges.push((place.0, place.1, secret));
    }
    ranges
}

fn of_value(open: &[Open]) -> Secret {
    let Some((inner, outer)) = open.split_last() else {
        return Secret::Always;
    };
    // Pages, the lists in them and their entries; not what an entry holds.
    let is_entry = open
        .windows(2)
        .all(|pair| pair[0].is_list || STRUCTURE.contains(&pair[1].of.as_str()));
    if inner.is_list {
        // A list of names, or a list of pairs.
        let is_name = match outer.last() {
            None => true,
            Some(outer) => outer.is_list && inner.items == 0,
        };
        return if is_entry && is_name {
            Secret::UnlessNamed
        } else {
            Secret::Always
        };
    }
    match inner.key.as_str() {
        // `--query` may have given it another name.
        "Name" | "SecretId" | "key" if is_entry => Secret::UnlessNamed,
        "Type" | "DataType" if is_entry => Secret::Word,
        _ => Secret::Always,
    }
}
