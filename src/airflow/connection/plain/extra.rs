//! What the extra of a connection type takes without a word: the shipped table in a form that a
//! million values can be held against.

use std::cell::RefCell;
use std::collections::HashMap;
use std::hash::BuildHasher;
use std::sync::LazyLock;

use foldhash::fast::RandomState;

use super::Advice;
use crate::airflow::conn_types::{self, ConnType, ExtraField, Name};

type Map<K, V> = HashMap<K, V, RandomState>;

/// What one connection type takes.
pub(super) struct Takes {
    name: &'static str,
    fields: Map<&'static [u8], Field>,
    /// Other keys are fine, too.
    open: bool,
}

/// Of the type `http` the `schema`, which is the path of a URI, is the scheme that is called.
const HTTP: &str = "http";

/// The types of values that a field takes.
#[expect(clippy::struct_excessive_bools, reason = "a set of types")]
struct Field {
    text: bool,
    integer: bool,
    float: bool,
    boolean: bool,
    object: bool,
    /// Only these texts.
    values: Option<Vec<&'static str>>,
}

/// By the name of the type and by the scheme that stands for it.
struct Table {
    types: Vec<Takes>,
    by_name: Map<&'static [u8], usize>,
    by_scheme: Map<Vec<u8>, usize>,
}

static TABLE: LazyLock<Table> = LazyLock::new(|| {
    let mut table = Table {
        types: Vec::new(),
        by_name: Map::default(),
        by_scheme: Map::default(),
    };
    for (name, kind) in conn_types::all() {
        if kind.deprecated.is_some() {
            continue;
        }
        let number = table.types.len();
        table.types.push(Takes::of(name, kind));
        table.by_name.insert(name.as_bytes(), number);
        let scheme = name.replace('_', "-").into_bytes();
        table.by_scheme.insert(scheme, number);
        if name == "postgres" {
            // `Connection._normalize_conn_type`.
            table.by_scheme.insert(b"postgresql".to_vec(), number);
        }
    }
    table
});

/// The type with exactly this name, or what any other type takes.
pub(super) fn of_type(name: &[u8]) -> Option<(&'static Takes, Advice)> {
    let table = &*TABLE;
    match table.by_name.get(name) {
        Some(&number) => Some((&table.types[number], Advice::NONE)),
        None => of_other(name, b'_'),
    }
}

/// The type that a URI with this scheme has, where the scheme is written in the usual way.
pub(super) fn of_scheme(scheme: &[u8]) -> Option<(&'static Takes, Advice)> {
    let table = &*TABLE;
    match table.by_scheme.get(scheme) {
        Some(&number) => Some((&table.types[number], Advice::NONE)),
        None => of_other(scheme, b'-'),
    }
}

/// A type that nobody registers: a word of small letters, by which no known type is meant for certain.
fn of_other(name: &[u8], joint: u8) -> Option<(&'static Takes, Advice)> {
    static ANY: LazyLock<Takes> = LazyLock::new(|| Takes {
        name: "",
        fields: Map::default(),
        open: true,
    });
    let letters = |byte: &u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || *byte == joint;
    // What becomes of the host of `https` is another matter.
    if !name.first()?.is_ascii_lowercase() || !name.iter().all(letters) || name.starts_with(b"http")
    {
        return None;
    }
    let name = std::str::from_utf8(name).ok()?.replace('-', "_");
    match conn_types::judge(&name) {
        Name::Hinted(_)
        | Name::Unknown
        | Name::Near {
            probable: false, ..
        } => Some((&ANY, Advice::TYPE)),
        _ => None,
    }
}

impl Takes {
    fn of(name: &'static str, kind: &'static ConnType) -> Self {
        let fields = kind.extra_fields.iter();
        Self {
            name,
            fields: fields
                .map(|(key, field)| (key.as_bytes(), Field::of(field)))
                .collect(),
            open: kind.extra_open,
        }
    }

    /// The `schema` of a connection of this type may be this text.
    pub(super) fn schema(&self, schema: &[u8]) -> bool {
        self.name != HTTP || matches!(schema, b"" | b"http" | b"https")
    }

    /// The key takes this text. Escapes in it are as they stand, which no listed value has.
    pub(super) fn text(&self, key: &[u8], text: &[u8]) -> Option<Advice> {
        self.takes(key, |field| field.text && field.lists(text))
    }

    /// The key takes this text of a query, which is the number or boolean that a server decodes it to.
    pub(super) fn text_of_json(&self, key: &[u8], text: &[u8]) -> Option<Advice> {
        let yes = text == b"true";
        self.takes(key, |field| {
            // Other words than `true` may be read as a no, or as a yes.
            let fits = if field.boolean {
                yes
            } else {
                field.text || field.integer && !yes
            };
            fits && field.lists(text)
        })
    }

    /// The key takes a whole number.
    pub(super) fn integer(&self, key: &[u8]) -> Option<Advice> {
        self.takes(key, |field| field.integer && field.values.is_none())
    }

    /// The key takes a number with a fraction.
    pub(super) fn float(&self, key: &[u8]) -> Option<Advice> {
        self.takes(key, |field| field.float && field.values.is_none())
    }

    /// The key takes a boolean.
    pub(super) fn boolean(&self, key: &[u8]) -> Option<Advice> {
        self.takes(key, |field| field.boolean && field.values.is_none())
    }

    /// The key takes an object.
    pub(super) fn object(&self, key: &[u8]) -> Option<Advice> {
        self.takes(key, |field| field.object)
    }

    fn takes(&self, key: &[u8], fits: impl Fn(&Field) -> bool) -> Option<Advice> {
        match self.fields.get(key) {
            Some(field) => fits(field).then_some(Advice::NONE),
            None if self.fields.is_empty() => Some(Advice::NONE),
            None => {
                let advice = if self.open { Advice::NONE } else { Advice::KEY };
                self.is_far(key).then_some(advice)
            }
        }
    }

    /// No field has a name that is nearly this one. The same few keys come again and again, so the
    /// answer is remembered, by hash.
    fn is_far(&self, key: &[u8]) -> bool {
        const MOST: usize = 4096;
        thread_local! {
            static KNOWN: RefCell<Map<u64, bool>> = RefCell::default();
        }
        KNOWN.with_borrow_mut(|known| {
            let hash = known.hasher().hash_one((self.name, key));
            if let Some(far) = known.get(&hash) {
                return *far;
            }
            let far = self.is_far_from_all(key);
            if known.len() < MOST {
                known.insert(hash, far);
            }
            far
        })
    }

    fn is_far_from_all(&self, key: &[u8]) -> bool {
        let Ok(key) = std::str::from_utf8(key) else {
            return false;
        };
        let mut fields = self.fields.keys().copied().map(std::str::from_utf8);
        fields.all(|field| field.is_ok_and(|field| strsim::damerau_levenshtein(key, field) > 2))
    }
}

impl Field {
    /// The values are not listed, or this one is among them.
    fn lists(&self, text: &[u8]) -> bool {
        let values = self.values.as_ref();
        values.is_none_or(|values| values.iter().any(|value| value.as_bytes() == text))
    }

    fn of(field: &'static ExtraField) -> Self {
        let takes =
            |word: &str| field.types.is_empty() || field.types.iter().any(|one| one == word);
        let values = field.values.iter().filter_map(serde_json::Value::as_str);
        Self {
            text: takes("string"),
            integer: takes("integer") || takes("number"),
            float: takes("number"),
            boolean: takes("boolean"),
            object: takes("object"),
            values: (!field.values.is_empty()).then(|| values.collect()),
        }
    }
}
