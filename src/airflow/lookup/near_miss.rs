//! Stored names that are nearly one of the backend's. Says how they differ; never says so of a name
//! that may simply be somebody else's.

use super::{Coverage, KINDS, Naming};
use crate::inputs::EntryKind;

/// A stored name that is nearly one that the backend would ask for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NearMiss {
    /// What it was probably meant to be.
    pub kind: EntryKind,
    /// How it differs.
    pub why: Why,
    /// The name the backend asks for instead.
    pub asked: String,
}

/// How a stored name differs from the name that is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Why {
    /// The name lacks the `/` in front.
    LeadingSlashMissing,
    /// The name has a `/` in front that is not asked for.
    LeadingSlashExtra,
    /// Letters of the other case.
    Case,
    /// `//` where one of the two has `/`.
    DoubleSlash,
    /// A `/` at the end.
    TrailingSlash,
    /// Another separator between prefix and id.
    Separator,
    /// `connection` for `connections`, `vars` for `variables`, a letter wrong in one of those words.
    OtherWord,
    /// One level more than the prefix has.
    ExtraLevel,
}

impl Naming {
    /// Why `name`, which looks like one of this backend's, will not be asked for by the id a person
    /// would use. `None` for names that are the backend's own, and for all that are simply other
    /// people's: a dump of an account holds thousands of those.
    pub fn near_miss(&self, name: &str) -> Option<NearMiss> {
        match self.coverage(name) {
            Coverage::Ambiguous { .. } => None,
            Coverage::Covered { kind, id } => {
                // The name is asked for, but only by an id that begins or ends with a slash.
                let why = if id.starts_with('/') {
                    Why::DoubleSlash
                } else if id.ends_with('/') {
                    Why::TrailingSlash
                } else {
                    return None;
                };
                self.missed(kind, why, id.trim_matches('/'))
            }
            Coverage::Foreign => KINDS
                .into_iter()
                .find_map(|kind| self.near_miss_of(kind, name)),
        }
    }

    fn missed(&self, kind: EntryKind, why: Why, id: &str) -> Option<NearMiss> {
        if id.is_empty() {
            return None;
        }
        Some(NearMiss {
            kind,
            why,
            asked: self.name_for(kind, id)?,
        })
    }

    fn near_miss_of(&self, kind: EntryKind, name: &str) -> Option<NearMiss> {
        let prefix = self.prefix(kind).filter(|prefix| !prefix.is_empty())?;
        if self.sep != "/" {
            return self.other_separator(kind, prefix, name);
        }
        let wanted: Vec<&str> = segments(prefix).collect();
        let found: Vec<&str> = segments(name).collect();
        if wanted.is_empty() || found.len() <= wanted.len() {
            return self.other_separator(kind, prefix, name);
        }
        let id = |levels: usize| found.get(levels..).unwrap_or_default().join("/");
        let same = |a: &[&str], b: &[&str]| {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.eq_ignore_ascii_case(b))
        };
        let (head, tail) = found.split_at(wanted.len());
        if same(head, &wanted) {
            // A prefix of one level is a common word: only a direct child is clearly meant.
            if wanted.len() == 1 && tail.len() > 1 {
                return None;
            }
            let why = if head == wanted.as_slice() {
                let asked = self.name_for(kind, "x")?;
                match (asked.starts_with('/'), name.starts_with('/')) {
                    (true, false) => Why::LeadingSlashMissing,
                    (false, true) => Why::LeadingSlashExtra,
                    _ => Why::DoubleSlash,
                }
            } else {
                Why::Case
            };
            return self.missed(kind, why, &id(wanted.len()));
        }
        let last = wanted.len() - 1;
        if last > 0
            && same(&head[..last], &wanted[..last])
            && is_other_word(wanted[last], head[last])
        {
            return self.missed(kind, Why::OtherWord, &id(wanted.len()));
        }
        // One level more, in front of the prefix or inside it.
        let holds_word = wanted.iter().any(|segment| word_kind(segment).is_some());
        if wanted.len() >= 2 && holds_word && found.len() > wanted.len() + 1 {
            for extra in 0..wanted.len() {
                let mut without = found[..=wanted.len()].to_vec();
                without.remove(extra);
                if without == wanted {
                    return self.missed(kind, Why::ExtraLevel, &id(wanted.len() + 1));
                }
            }
        }
        None
    }

    /// `airflow/connections-x` for `airflow/connections/x`, or the reverse.
    fn other_separator(&self, kind: EntryKind, prefix: &str, name: &str) -> Option<NearMiss> {
        let last = segments(prefix).last()?;
        word_kind(last.rsplit(['-', '_', '.']).next()?)?;
        let bare = |text: &'_ str| text.strip_prefix('/').map_or(0, |_| 1);
        let rest = name[bare(name)..].strip_prefix(&prefix[bare(prefix)..])?;
        let id = rest.strip_prefix(['/', '-', '_', '.', ':'])?;
        if id.contains('/') || rest.starts_with(self.sep.as_str()) {
            return None;
        }
        self.missed(kind, Why::Separator, id)
    }
}

fn segments(path: &str) -> impl Iterator<Item = &str> {
    path.split('/').filter(|segment| !segment.is_empty())
}

/// Words that name a kind in prefixes.
fn word_kind(word: &str) -> Option<EntryKind> {
    let words: [(&[&str], EntryKind); 3] = [
        (
            &["connections", "connection", "conns", "conn"],
            EntryKind::Connection,
        ),
        (
            &["variables", "variable", "vars", "var"],
            EntryKind::Variable,
        ),
        (
            &["config", "configs", "configuration", "configurations"],
            EntryKind::Config,
        ),
    ];
    words
        .into_iter()
        .find(|(words, _)| words.iter().any(|known| known.eq_ignore_ascii_case(word)))
        .map(|(_, kind)| kind)
}

/// True when `found` stands for `wanted`, one of the words for a kind: a synonym of the same kind,
/// or one letter wrong. Other words differ by design (`project-a`, `project-b`).
fn is_other_word(wanted: &str, found: &str) -> bool {
    let Some(kind) = word_kind(wanted) else {
        return false;
    };
    match word_kind(found) {
        Some(other) => other == kind,
        None => wanted.len() >= 6 && strsim::osa_distance(wanted, &found.to_ascii_lowercase()) == 1,
    }
}
