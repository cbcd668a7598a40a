//! A value of a template, whichever way it is written, and what is known of what the stack makes of it.

use crate::inputs::cfg::without_marks;
use crate::source::{Span, Text, TextBuilder};
use crate::syntax::yaml::schema::{Schema, Type, type_of};
use crate::syntax::{json, yaml};

/// A value of JSON or YAML.
#[derive(Clone, Copy)]
pub(super) enum Node<'a> {
    Json(json::Value<'a>),
    Yaml {
        value: yaml::Value<'a>,
        /// Its tag is a function whose operand it is.
        bare: bool,
    },
}

/// Functions inside functions that are looked through.
const MAX_DEPTH: usize = 16;

impl<'a> Node<'a> {
    pub(super) const fn yaml(value: yaml::Value<'a>) -> Self {
        Self::Yaml { value, bare: false }
    }

    /// The members of an object; of a key that stands twice the last one.
    pub(super) fn members(self) -> Vec<(Text, Self)> {
        match self {
            Self::Json(value) => {
                let members = value.effective_members().into_iter();
                members
                    .filter_map(|member| Some((member.key.string()?, Self::Json(member.value))))
                    .collect()
            }
            Self::Yaml { value, .. } => {
                let members = value.members().into_iter();
                members
                    .filter_map(|member| {
                        Some((member.key.scalar()?.clone(), Self::yaml(member.value)))
                    })
                    .collect()
            }
        }
    }

    pub(super) fn get(self, key: &str) -> Option<Self> {
        match self {
            Self::Json(value) => value.get(key).map(Self::Json),
            Self::Yaml { value, .. } => value.get(key).map(Self::yaml),
        }
    }

    /// The items of a list.
    pub(super) fn items(self) -> Vec<Self> {
        match self {
            Self::Json(value) => value.items().map(Self::Json).collect(),
            Self::Yaml { value, .. } => value.items().map(Self::yaml).collect(),
        }
    }

    /// Where it stands, quotes and brackets included.
    pub(super) fn span(self) -> Span {
        match self {
            Self::Json(value) => value.span(),
            Self::Yaml { value, .. } => value.span(),
        }
    }

    /// A function and its operand: `{"Fn::Sub": …}`, `!Sub …`.
    fn call(self) -> Option<(String, Self)> {
        if let Self::Yaml { value, bare: false } = self
            && let Some(tag) = value.tag().and_then(|tag| tag.strip_prefix('!'))
            && !tag.is_empty()
        {
            let is_whole = matches!(tag, "Ref" | "Condition");
            let name = if is_whole {
                tag.to_owned()
            } else {
                format!("Fn::{tag}")
            };
            return Some((name, Self::Yaml { value, bare: true }));
        }
        let mut members = self.members().into_iter();
        let (Some((key, operand)), None) = (members.next(), members.next()) else {
            return None;
        };
        let name = key.expose();
        let is_function = name == "Ref" || name.starts_with("Fn::");
        is_function.then(|| (name.to_owned(), operand))
    }

    /// True for what a function makes.
    pub(super) fn is_call(self) -> bool {
        self.call().is_some()
    }

    /// The values of which conditions choose one (`Fn::If`, also in one another), or itself.
    pub(super) fn branches(self) -> Vec<Self> {
        const MOST: usize = 64;
        let mut waiting = vec![self];
        let mut branches = Vec::new();
        while let Some(node) = waiting.pop() {
            match node.call() {
                Some((name, operand)) if name == "Fn::If" && waiting.len() < MOST => {
                    let chosen = operand.items().into_iter().skip(1);
                    waiting.extend(chosen.rev());
                }
                _ => branches.push(node),
            }
        }
        branches
    }

    /// What it is, where it is neither one value nor a function that makes one.
    pub(super) fn collection(self) -> Option<&'static str> {
        if self.call().is_some() {
            return None;
        }
        match self {
            Self::Json(value) => match value.kind() {
                json::Kind::Object => Some("a mapping"),
                json::Kind::Array => Some("a list"),
                _ => None,
            },
            Self::Yaml { value, .. } => match value.resolved().kind() {
                yaml::Kind::Mapping => Some("a mapping"),
                yaml::Kind::Sequence => Some("a list"),
                _ => None,
            },
        }
    }

    /// The property is not there at all.
    pub(super) fn is_absent(self) -> bool {
        let Some((name, operand)) = self.call() else {
            return false;
        };
        let of = operand.scalar();
        name == "Ref" && of.is_some_and(|of| of.expose() == "AWS::NoValue")
    }

    /// A text, or a number or truth value that becomes the text that stands there.
    pub(super) fn scalar(self) -> Option<Text> {
        match self {
            Self::Json(value) => match value.kind() {
                json::Kind::String => value.string(),
                json::Kind::Integer | json::Kind::True | json::Kind::False => Some(value.raw()),
                _ => None,
            },
            Self::Yaml { value, bare: true } => value.scalar().cloned(),
            Self::Yaml { value, bare: false } => {
                let text = value.scalar()?;
                let words = text.expose();
                let is_kept = match type_of(value, Schema::PyYaml)? {
                    Type::String => true,
                    Type::Bool(_) => matches!(words, "true" | "false"),
                    Type::Integer => {
                        let digits = words.bytes().all(|byte| byte.is_ascii_digit());
                        digits && (words.len() == 1 || !words.starts_with('0'))
                    }
                    _ => false,
                };
                is_kept.then(|| text.clone())
            }
        }
    }

    /// What the stack makes of it, with the pieces that are not known; `None` where nothing is.
    pub(super) fn value(self) -> Option<Text> {
        self.value_at(0)
    }

    fn value_at(self, depth: usize) -> Option<Text> {
        let Some((name, operand)) = self.call() else {
            return self.scalar().map(|text| without_marks(&text));
        };
        match name.as_str() {
            "Fn::Sub" => {
                let first = operand.items().first().copied();
                let text = first.unwrap_or(operand).scalar()?;
                Some(substituted(&without_marks(&text)))
            }
            "Fn::Join" if depth < MAX_DEPTH => operand.joined(depth),
            "Fn::ToJsonString" => operand.as_json(),
            _ => None,
        }
    }

    fn joined(self, depth: usize) -> Option<Text> {
        let &[between, list] = self.items().as_slice() else {
            return None;
        };
        let between = between.scalar()?;
        if list.call().is_some() {
            return None;
        }
        let mut out = TextBuilder::at(self.span().start);
        for (index, item) in list.items().into_iter().enumerate() {
            if index > 0 {
                out.push_from(&between, 0..between.len());
            }
            let piece = item.value_at(depth + 1);
            let piece = piece.unwrap_or_else(|| {
                // Some text, without a mark of JSON or of a URI.
                Text::elsewhere("unknown", item.span()).into_unknown()
            });
            out.push_from(&piece, 0..piece.len());
        }
        Some(out.finish())
    }

    /// `Fn::ToJsonString` of what holds no function.
    fn as_json(self) -> Option<Text> {
        let text = match self {
            Self::Json(value) => value.raw(),
            Self::Yaml { value, .. } => yaml::json::as_json(value, Schema::PyYaml).ok()?,
        };
        let words = text.expose();
        let is_plain = !words.contains("\"Ref\"") && !words.contains("\"Fn::");
        is_plain.then(|| without_marks(&text))
    }
}

/// `${Name}` is not known; `${!Name}` is `${Name}`.
fn substituted(text: &Text) -> Text {
    let words = text.expose();
    let mut out = TextBuilder::at(text.source().start);
    let mut from = 0;
    while let Some(found) = words[from..].find("${") {
        let start = from + found;
        out.push_from(text, from..start);
        let end = words[start..]
            .find('}')
            .map_or(words.len(), |at| start + at + 1);
        if words[start..].starts_with("${!") {
            out.push_from(text, start..start + 2);
            out.push_from(text, start + 3..end);
        } else {
            out.push_unknown(text, start..end);
        }
        from = end;
    }
    out.push_from(text, from..words.len());
    out.finish()
}
