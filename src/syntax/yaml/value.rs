//! What a tree says: nodes, their members with what is merged into them, and where they stand.

use std::collections::{BTreeSet, HashMap};

use super::{Content, Kind, Node, Style, Yaml};
use crate::source::{Span, Text};

/// A node.
#[derive(Clone, Copy)]
pub struct Value<'a> {
    pub(super) yaml: &'a Yaml,
    pub(super) index: u32,
}

impl std::fmt::Debug for Value<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Value({:?})", self.kind())
    }
}

/// A key with its value.
#[derive(Clone, Copy, Debug)]
pub struct Member<'a> {
    /// The key.
    pub key: Value<'a>,
    /// The value.
    pub value: Value<'a>,
}

impl<'a> Value<'a> {
    fn node(self) -> &'a Node {
        &self.yaml.nodes[self.index as usize]
    }

    /// What an alias stands for; everything else is itself.
    #[must_use]
    pub fn resolved(self) -> Self {
        match self.node().content {
            Content::Alias(target) => self.yaml.value(target),
            _ => self,
        }
    }

    /// True for `*name`.
    pub fn is_alias(self) -> bool {
        matches!(self.node().content, Content::Alias(_) | Content::Unresolved)
    }

    /// What it is, seen through an alias.
    pub fn kind(self) -> Kind {
        match self.resolved().node().content {
            Content::Scalar { .. } => Kind::Scalar,
            Content::Sequence(_) => Kind::Sequence,
            Content::Mapping(_) => Kind::Mapping,
            Content::Alias(_) | Content::Unresolved => Kind::Unresolved,
        }
    }

    /// Where it stands itself (of an alias: the alias), quotes, brackets and tag included.
    pub fn span(self) -> Span {
        self.node().span
    }

    /// `!Ref`, `!!str`, seen through an alias; the handle is written out.
    pub fn tag(self) -> Option<&'a str> {
        self.resolved().node().tag.as_deref()
    }

    /// The text of a scalar as it is decoded from its style, seen through an alias.
    pub fn scalar(self) -> Option<&'a Text> {
        match &self.resolved().node().content {
            Content::Scalar { text, .. } => Some(text),
            _ => None,
        }
    }

    /// How a scalar is written.
    pub fn style(self) -> Option<Style> {
        match self.resolved().node().content {
            Content::Scalar { style, .. } => Some(style),
            _ => None,
        }
    }

    /// The items of a sequence; none for others.
    pub fn items(self) -> impl Iterator<Item = Self> {
        let node = self.resolved().node();
        let items: &'a [u32] = match &node.content {
            Content::Sequence(items) => items,
            _ => &[],
        };
        items.iter().map(move |&index| self.yaml.value(index))
    }

    /// The pairs of a mapping as written, `<<` among them; none for others.
    pub fn pairs(self) -> impl Iterator<Item = Member<'a>> {
        let pairs: &'a [(u32, u32)] = match &self.resolved().node().content {
            Content::Mapping(pairs) => pairs,
            _ => &[],
        };
        pairs.iter().map(move |&(key, value)| Member {
            key: self.yaml.value(key),
            value: self.yaml.value(value),
        })
    }

    /// True for a collection in brackets.
    pub fn is_flow(self) -> bool {
        self.resolved().node().flow
    }

    /// True for `{{ … }}` without quotes: the mark of a template, which YAML reads as a mapping whose key is a
    /// mapping. What will stand there is not known.
    pub fn is_template(self) -> bool {
        let mut pairs = self.pairs();
        let first = pairs.next().map(|pair| pair.key);
        self.is_flow()
            && first.is_some_and(|key| {
                key.kind() == Kind::Mapping
                    && key.is_flow()
                    && key.span().start == self.span().start + 1
            })
    }

    /// The members of a mapping as its readers see them: what `<<` merges in comes first and gives way to
    /// the mapping's own keys; of a key that stands twice the last one counts. Takes time by the size of the
    /// mappings that are merged, each of which is looked at once.
    pub fn members(self) -> Vec<Member<'a>> {
        self.gathered().members
    }

    /// A key that two of the mappings that are merged have and the mapping itself has not: releases of `PyYAML`
    /// differ in which of them counts.
    pub fn contested(self) -> Option<Self> {
        self.gathered().contested
    }

    /// The number of the node, seen through an alias: the same for what is the same object to a reader.
    pub fn number(self) -> u32 {
        self.resolved().index
    }

    pub(super) fn gathered(self) -> Gathered<'a> {
        let mut found = Vec::new();
        let mut seen = BTreeSet::new();
        let mut own: Option<BTreeSet<&str>> = None;
        let mut entered = BTreeSet::new();
        let mut cost = 0;
        let mut contested = None;
        // Backwards: the first that is met counts. What is met again brings nothing new.
        let mut waiting = vec![self.resolved()];
        while let Some(mapping) = waiting.pop() {
            if !entered.insert(mapping.index) {
                continue;
            }
            let mut merged = Vec::new();
            for member in mapping.pairs().collect::<Vec<_>>().into_iter().rev() {
                cost += 1;
                if member.is_merge() {
                    merged.push(member.value.resolved());
                    continue;
                }
                let Some(key) = member.key.scalar().map(Text::expose) else {
                    continue;
                };
                if seen.insert(key) {
                    found.push(member);
                } else if own.as_ref().is_some_and(|own| !own.contains(key)) {
                    contested = Some(member.key);
                }
            }
            if own.is_none() && !merged.is_empty() {
                own = Some(seen.clone());
            }
            // Of several mappings in a list the first one wins, of several `<<` the last one.
            for value in merged.into_iter().rev() {
                match value.kind() {
                    Kind::Mapping => waiting.push(value),
                    Kind::Sequence => {
                        let from = waiting.len();
                        let mappings = value.items().filter(|item| item.kind() == Kind::Mapping);
                        waiting.extend(mappings.map(Self::resolved));
                        cost += waiting.len() - from;
                        waiting[from..].reverse();
                    }
                    Kind::Scalar | Kind::Unresolved => {}
                }
            }
        }
        found.reverse();
        Gathered {
            members: found,
            cost,
            contested,
        }
    }

    /// The keys of a mapping's own pairs that stand there already: the pair, and the one before it. Python
    /// keeps the last one, compose and kubectl refuse the file.
    pub fn repeated(self) -> Vec<(Member<'a>, Member<'a>)> {
        let mut before: HashMap<&str, Member<'a>> = HashMap::new();
        let mut found = Vec::new();
        for pair in self.pairs() {
            let Some(key) = pair.key.scalar() else {
                continue;
            };
            if let Some(earlier) = before.insert(key.expose(), pair) {
                found.push((pair, earlier));
            }
        }
        found
    }

    /// The value of the member `key`.
    pub fn get(self, key: &str) -> Option<Self> {
        let is_it = |member: &Member<'_>| member.key.scalar().is_some_and(|k| k.expose() == key);
        // Mostly the mapping itself has it.
        let own = self.pairs().filter(is_it).last();
        let has_merge = || self.pairs().any(|pair| pair.is_merge());
        let merged = || self.members().into_iter().find(is_it);
        let member = own.or_else(|| has_merge().then(merged)?);
        member.map(|member| member.value)
    }
}

/// The members of a mapping, the merged ones among them.
pub(super) struct Gathered<'a> {
    pub(super) members: Vec<Member<'a>>,
    /// How many pairs and items were looked at.
    pub(super) cost: usize,
    /// A key that two of the merged mappings have and the mapping itself has not.
    pub(super) contested: Option<Value<'a>>,
}

impl Member<'_> {
    /// From the key to the end of the value as it stands here; the line break behind a block is no part of it.
    pub fn span(&self) -> Span {
        let value = match self.value.style() {
            Some(Style::Literal | Style::Folded) if !self.value.is_alias() => {
                let text = self.value.scalar().map(Text::source);
                text.unwrap_or(self.value.span())
            }
            _ => self.value.span(),
        };
        let key = self.key.span();
        Span::new(key.start, value.end.max(key.end))
    }

    /// `<<: *name`
    pub fn is_merge(&self) -> bool {
        self.key.style() == Some(Style::Plain)
            && self.key.scalar().is_some_and(|key| key.expose() == "<<")
    }

    /// `<<` with something that cannot be merged: readers refuse the file.
    pub fn is_broken_merge(&self) -> bool {
        let is_mapping = |value: Value<'_>| value.kind() == Kind::Mapping;
        let fits = match self.value.kind() {
            Kind::Mapping => true,
            Kind::Sequence => self.value.items().all(is_mapping),
            Kind::Scalar | Kind::Unresolved => false,
        };
        self.is_merge() && !fits
    }
}
