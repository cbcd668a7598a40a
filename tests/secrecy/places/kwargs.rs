//! Keyword arguments in text that need not be JSON, and which of them are public.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use regex::Regex;

use super::{Range, Secret};

/// Keyword arguments whose values may be shown, by their dotted names, with what of a canary is seen there.
pub(crate) type Public = BTreeMap<String, Secret>;

pub(crate) fn public_kwargs() -> Public {
    let data: serde_json::Value =
        serde_json::from_str(include_str!("../../../schemas/data/public.json")).unwrap();
    let mut public = Public::new();
    for names in data["kwargs"].as_object().unwrap().values() {
        for (name, shape) in names.as_object().unwrap() {
            let secret = match shape.as_str().unwrap() {
                "text" => Secret::UnlessText,
                // No canary is one, and no part of one.
                "integer" | "boolean" => Secret::Word,
                // A region too: AWS's own pattern takes any word between `eu-` and the number.
                _ => Secret::UnlessNamed,
            };
            // The classes may differ, and which one is meant is not asked.
            let known = public.entry(name.clone()).or_insert(secret);
            *known = secret.max(*known);
        }
    }
    public
}

/// Where in the arguments a line begins.
#[derive(Default)]
pub(super) struct Reader {
    /// The keys of the objects around, "" for what has none.
    parents: Vec<String>,
    /// The key whose value comes next.
    key: Option<String>,
    lists: usize,
}

impl Reader {
    /// The strings of a line that are values.
    pub(super) fn read(
        &mut self,
        text: &str,
        base: usize,
        public: &Public,
        ranges: &mut Vec<Range>,
    ) {
        static KEY: LazyLock<Regex> =
            LazyLock::new(|| Regex::new(r#"^\\*["']([A-Za-z0-9_.-]+)\\*["']\s*:"#).unwrap());
        static VALUE: LazyLock<Regex> =
            LazyLock::new(|| Regex::new(r#"^\\*["']([^"'\\]*)(?:\\*["'])?"#).unwrap());
        let mut at = 0;
        while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
            if let Some(found) = KEY.captures(rest) {
                self.key = Some(found[1].to_owned());
                at += found[0].len();
                continue;
            }
            if self.key.is_some()
                && let Some(found) = VALUE.captures(rest)
            {
                let inner = found.get(1).unwrap();
                let secret = public.get(&self.path()).copied().unwrap_or(Secret::Always);
                ranges.push((base + at + inner.start(), base + at + inner.end(), secret));
                at += found[0].len();
                if self.lists == 0 {
                    self.key = None;
                }
                continue;
            }
            let character = rest.chars().next().unwrap();
            match character {
                '{' => self.parents.push(self.key.take().unwrap_or_default()),
                '}' => {
                    self.parents.pop();
                    self.key = None;
                }
                '[' => self.lists += 1,
                ']' => {
                    self.lists = self.lists.saturating_sub(1);
                    self.key = None;
                }
                ',' if self.lists == 0 => self.key = None,
                _ => {}
            }
            at += character.len_utf8();
        }
    }

    /// `assume_role_kwargs.RoleSessionName`
    fn path(&self) -> String {
        let parents = self.parents.iter().map(String::as_str);
        let keys = parents.chain(self.key.as_deref());
        keys.filter(|key| !key.is_empty())
            .collect::<Vec<_>>()
            .join(".")
    }
}

/// Nothing that goes on in the next line, and no JSON.
pub(super) fn is_no_json(text: &str) -> bool {
    let text = text.trim().trim_end_matches('\\').trim();
    let text = text.trim_matches(['\'', '"']).replace("\\\"", "\"");
    let goes_on = text.is_empty()
        || text.starts_with(['>', '|', '&', '*'])
        || text.ends_with(['{', '[', ',']);
    !goes_on && serde_json::from_str::<serde_json::Value>(&text).is_err()
}
