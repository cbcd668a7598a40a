//! From the events of the parser to the tree, and what other readers refuse on the way. What a tree says is asked
//! elsewhere.

use std::collections::{BTreeMap, BTreeSet};

use granit_parser::{ErrorKind, Event, Parser, ScalarStyle, StructureStyle, Tag};

use super::{Comment, Content, Error, Node, Style, Yaml, scalar};
use crate::source::{Span, Text};

/// Deeper than this nobody writes, and `PyYAML` gives up soon after (`RecursionError`).
const MAX_DEPTH: usize = 200;

/// What is wrong where a control character stands; `PyYAML` has an exception of its own for it.
pub(super) const CONTROL_CHARACTER: &str = "a control character, which YAML has only as an escape";

/// Reads `source`, which stands in its file from byte `offset` on. What comes before an error is kept: the documents
/// before the one that is broken are whole, of the last one there is what was read.
///
/// Anchors and aliases cost what they take in the file. See [`Yaml::error`] and [`Yaml::refused_by_libyaml`].
pub fn parse(source: &str, offset: usize) -> Yaml {
    let options = granit_parser::options! {
        emit_unresolved_aliases: true,
        emit_anchor_events: true,
        max_buffered_comment_events: 1 << 20,
        flow_nesting_limit: MAX_DEPTH,
        block_nesting_limit: MAX_DEPTH,
        // Every reader met here descends from libyaml or PyYAML.
        block_scalar_eof_without_line_feed: true,
    };
    let mut builder = Builder {
        source,
        whole: Text::verbatim(source, offset),
        offset,
        yaml: Yaml {
            nodes: Vec::new(),
            documents: Vec::new(),
            comments: Vec::new(),
            error: None,
            open: 0,
            refused: None,
            second: None,
            twice_anchored: None,
            old_break: old_break(source).map(|at| offset + at),
            length: source.len(),
        },
        anchors: BTreeMap::new(),
        anchor_names: BTreeSet::new(),
        open: Vec::new(),
        read: 0,
        after_plain: false,
    };
    for next in Parser::new_from_str_with_options(source, options) {
        match next {
            Ok((event, span)) => {
                let range = span.byte_range().unwrap_or_default();
                let start = span.tag_start().and_then(|mark| mark.byte_offset());
                let outer = start.unwrap_or(range.start).min(range.start);
                builder.event(event, range, outer);
            }
            Err(error) => {
                let at = error.marker().byte_offset().unwrap_or_default();
                let tab = tab_near(source, at.min(source.len()));
                let what = if tab.is_some() {
                    TAB
                } else {
                    words(error.kind())
                };
                builder.yaml.error = Some(Error {
                    what,
                    at: offset + tab.unwrap_or(at).min(source.len()),
                    is_limit: matches!(
                        error.kind(),
                        ErrorKind::RecursionLimitExceeded | ErrorKind::TooManyComments
                    ),
                });
                builder.yaml.open = builder.open.len();
                break;
            }
        }
    }
    builder.close_all();
    builder.refuse_control_characters();
    builder.yaml
}

/// Where the first of U+0085, U+2028 and U+2029 stands.
fn old_break(source: &str) -> Option<usize> {
    // Their first bytes; most files have none of these.
    let mut starts = memchr::memchr2_iter(0xC2, 0xE2, source.as_bytes());
    starts.find(|&at| source[at..].starts_with(['\u{85}', '\u{2028}', '\u{2029}']))
}

const TAB: &str = "a tab stands where only blanks may";

/// A tab in the indentation of the line in which reading stopped, or of the next one: the parser stops before it.
fn tab_near(source: &str, at: usize) -> Option<usize> {
    let mut start = source.get(..at)?.rfind('\n').map_or(0, |at| at + 1);
    for line in source[start..].split_inclusive('\n').take(2) {
        let blanks = line.len() - line.trim_start_matches([' ', '\t']).len();
        if let Some(tab) = line[..blanks].find('\t') {
            return Some(start + tab);
        }
        start += line.len();
    }
    None
}

/// The parser's categories in plain words; its own messages may quote the input.
fn words(kind: &ErrorKind) -> &'static str {
    match kind {
        ErrorKind::UnexpectedEofFlowSequence => "a `[` is not closed",
        ErrorKind::UnexpectedEofFlowMapping | ErrorKind::UnexpectedEofImplicitFlowMapping => {
            "a `{` is not closed"
        }
        ErrorKind::UnknownAnchor => "an alias without an anchor",
        ErrorKind::ExpectedBlockMappingKey => "a key was expected here",
        ErrorKind::ExpectedFlowMappingSeparator => "a `,` or `}` was expected here",
        ErrorKind::ExpectedFlowSequenceSeparator => "a `,` or `]` was expected here",
        ErrorKind::ExpectedBlockSequenceEntry => "a `-` was expected here",
        ErrorKind::UndeclaredTagHandle => "a tag with a handle that is not declared",
        ErrorKind::UnclosedFlowCollection { .. } => "a bracket is not closed",
        ErrorKind::MisplacedFlowCollectionEnd | ErrorKind::MismatchedFlowCollectionEnd { .. } => {
            "a closing bracket without its opening one"
        }
        ErrorKind::UnclosedQuotedScalar => "a quotation mark is not closed",
        ErrorKind::UnknownQuotedScalarEscape
        | ErrorKind::InvalidQuotedScalarHexEscape
        | ErrorKind::InvalidLowSurrogateHexEscape => {
            "a backslash that begins no escape of YAML between double quotes"
        }
        ErrorKind::TabNotAllowed
        | ErrorKind::TabInBlockIndentation
        | ErrorKind::TabInIndentation
        | ErrorKind::TabAtBlockScalarStart => TAB,
        ErrorKind::InvalidIndentation
        | ErrorKind::InvalidBlockScalarIndent
        | ErrorKind::InvalidQuotedScalarIndent => "the indentation fits nothing above it",
        ErrorKind::SimpleKeyExpected | ErrorKind::InvalidSimpleKey => {
            "a `:` was expected behind the key"
        }
        ErrorKind::UnexpectedCharacter { .. } => "a character that begins no value",
        ErrorKind::RecursionLimitExceeded => "it is nested too deeply",
        ErrorKind::TooManyComments => "it holds too many comments",
        _ => "the structure is broken",
    }
}

struct Builder<'a> {
    source: &'a str,
    /// The same, with its place in the file.
    whole: Text,
    offset: usize,
    yaml: Yaml,
    /// Anchors of the parser, by their numbers.
    anchors: BTreeMap<usize, u32>,
    /// Names of anchors of this document.
    anchor_names: BTreeSet<String>,
    /// Collections that are not closed yet.
    open: Vec<Open>,
    /// End of what was read, in the text.
    read: usize,
    /// The last thing that was read is a plain scalar.
    after_plain: bool,
}

struct Open {
    node: u32,
    /// A key that waits for its value.
    key: Option<u32>,
}

impl Builder<'_> {
    fn event(&mut self, event: Event<'_>, range: std::ops::Range<usize>, outer: usize) {
        if let Event::Anchor(_, name) = &event {
            if !self.anchor_names.insert(name.to_string()) {
                let first = &mut self.yaml.twice_anchored;
                *first = first.or(Some(self.offset + range.start));
            }
            return;
        }
        let span = Span::new(self.offset + outer, self.offset + range.end);
        self.refuse_tabs(outer);
        let flow = self.in_brackets();
        self.read = self.read.max(match event {
            Event::SequenceEnd | Event::MappingEnd if !flow => range.start,
            Event::DocumentEnd | Event::SequenceStart(..) | Event::MappingStart(..) => range.start,
            _ => range.end,
        });
        let ends = matches!(event, Event::SequenceEnd | Event::MappingEnd) && !flow;
        if !ends && !matches!(event, Event::DocumentEnd | Event::StreamEnd) {
            let plain = matches!(event, Event::Scalar(_, ScalarStyle::Plain, ..));
            self.after_plain = plain && !range.is_empty();
        }
        match event {
            Event::Comment(..) => {
                self.yaml.comments.push(Comment {
                    span: Span::new(self.offset + range.start, self.offset + range.end),
                });
            }
            Event::Scalar(value, style, anchor, tag) => {
                let style = match style {
                    ScalarStyle::Plain => Style::Plain,
                    ScalarStyle::SingleQuoted => Style::Single,
                    ScalarStyle::DoubleQuoted => Style::Double,
                    ScalarStyle::Literal => Style::Literal,
                    ScalarStyle::Folded => Style::Folded,
                };
                let raw = self.source.get(range.clone()).unwrap_or_default();
                match style {
                    Style::Double => self.refuse_surrogates(raw, range.start),
                    Style::Plain => self.refuse_in_plain(raw, range.start),
                    _ => {}
                }
                if matches!(style, Style::Literal | Style::Folded)
                    && let Some(at) = scalar::tab_in_indentation(self.source, &range)
                {
                    self.refuse("a tab stands in the indentation of a block", at);
                }
                let text = scalar::text(&self.whole, range, self.offset, style, &value);
                let content = Content::Scalar { text, style };
                self.node(content, span, tag.as_deref(), anchor, false);
            }
            Event::SequenceStart(structure, anchor, tag) => {
                let flow = structure == StructureStyle::Flow;
                let content = Content::Sequence(Vec::new());
                let node = self.node(content, span, tag.as_deref(), anchor, flow);
                self.open.push(Open { node, key: None });
            }
            Event::MappingStart(structure, anchor, tag) => {
                let flow = structure == StructureStyle::Flow;
                let content = Content::Mapping(Vec::new());
                let node = self.node(content, span, tag.as_deref(), anchor, flow);
                self.open.push(Open { node, key: None });
            }
            Event::SequenceEnd | Event::MappingEnd => self.close(span.end),
            Event::Alias(anchor) => {
                let content = match self.anchors.get(&anchor) {
                    Some(target) => Content::Alias(*target),
                    None => Content::Unresolved,
                };
                self.node(content, span, None, 0, false);
            }
            Event::UnresolvedAlias(_) => {
                self.node(Content::Unresolved, span, None, 0, false);
            }
            Event::DocumentStart(..) if !self.yaml.documents.is_empty() => {
                self.yaml.second.get_or_insert(self.offset + range.start);
            }
            Event::DocumentEnd => {
                self.close_all();
                self.anchor_names.clear();
            }
            _ => {}
        }
    }

    fn node(
        &mut self,
        content: Content,
        span: Span,
        tag: Option<&Tag>,
        anchor: usize,
        flow: bool,
    ) -> u32 {
        let number = u32::try_from(self.yaml.nodes.len()).expect("fewer than 2^32 nodes");
        let tag = tag.map(|tag| tag.to_string().into());
        self.yaml.nodes.push(Node {
            content,
            span,
            tag,
            flow,
        });
        if anchor != 0 {
            self.anchors.insert(anchor, number);
        }
        let Some(parent) = self.open.last_mut() else {
            self.yaml.documents.push(number);
            return number;
        };
        match &mut self.yaml.nodes[parent.node as usize].content {
            Content::Sequence(items) => items.push(number),
            Content::Mapping(pairs) => match parent.key.take() {
                None => parent.key = Some(number),
                Some(key) => pairs.push((key, number)),
            },
            Content::Scalar { .. } | Content::Alias(_) | Content::Unresolved => {}
        }
        number
    }

    fn close(&mut self, end: usize) {
        if let Some(open) = self.open.pop() {
            let last = self.last_end(open.node);
            let node = &mut self.yaml.nodes[open.node as usize];
            // The parser ends a block where the next thing begins: it covers what is up to its last child.
            let end = if node.flow { Some(end) } else { last };
            node.span.end = end.unwrap_or(node.span.end).max(node.span.start);
        }
    }

    fn in_brackets(&self) -> bool {
        let open = self.open.last();
        open.is_some_and(|open| self.yaml.nodes[open.node as usize].flow)
    }

    /// How far in a plain scalar must go on: further than the block that is open begins.
    fn indentation(&self) -> usize {
        self.open.last().map_or(0, |open| {
            let at = self.yaml.nodes[open.node as usize].span.start - self.offset;
            let before = self.source.get(..at).unwrap_or_default();
            1 + at - before.rfind('\n').map_or(0, |at| at + 1)
        })
    }

    /// `yaml_parser_scan_plain_scalar`
    fn refuse_in_plain(&mut self, raw: &str, start: usize) {
        if self.in_brackets() || !raw.contains('\t') {
            return;
        }
        let indentation = self.indentation();
        let mut at = start;
        for (number, line) in raw.split_inclusive('\n').enumerate() {
            let blanks = line.len() - line.trim_start_matches([' ', '\t']).len();
            let tab = line[..blanks].find('\t').filter(|_| number > 0);
            if tab.is_some_and(|tab| tab < indentation || line[blanks..].starts_with('#')) {
                self.refuse(TAB, at + blanks);
                return;
            }
            at += line.len();
        }
    }

    /// `yaml_parser_scan_to_next_token`: outside of brackets a tab may not stand where a key may begin. Behind a plain
    /// scalar, which may go on, it may stand further in than the block begins.
    fn refuse_tabs(&mut self, to: usize) {
        let gap = self.source.get(self.read..to).unwrap_or_default();
        if self.in_brackets() || !gap.contains('\t') {
            return;
        }
        let indentation = self.indentation();
        let mut start = self.read;
        let mut plain = self.after_plain;
        for line in gap.split_inclusive('\n') {
            let begins = start == 0 || self.source.as_bytes()[start - 1] == b'\n';
            let blanks = line.len() - line.trim_start_matches([' ', '\t']).len();
            let tab = line[..blanks].find('\t');
            let fits = |tab: usize| plain && tab >= indentation;
            let behind = line.trim_end_matches([' ', '\t']);
            let indicator = line[behind.len()..].contains('\t') && behind.ends_with(['-', '?']);
            let at = match tab.filter(|&tab| begins && !fits(tab)) {
                Some(tab) => tab,
                None if indicator => behind.len(),
                None => {
                    start += line.len();
                    plain &= line.trim_ascii().is_empty();
                    continue;
                }
            };
            self.refuse(TAB, start + at);
            return;
        }
    }

    /// `yaml_parser_scan_flow_scalar`: not even two of them that make a character.
    fn refuse_surrogates(&mut self, raw: &str, start: usize) {
        let mut rest = raw;
        while let Some(at) = rest.find('\\') {
            let escape = &rest[at..];
            let digits = escape.get(2..6).filter(|_| escape.starts_with("\\u"));
            let number = digits.and_then(|digits| u32::from_str_radix(digits, 16).ok());
            if matches!(number, Some(0xd800..=0xdfff)) {
                let at = start + raw.len() - escape.len();
                self.refuse("an escape of half a character", at);
                return;
            }
            let length = 1 + escape[1..].chars().next().map_or(0, char::len_utf8);
            rest = &escape[length..];
        }
    }

    /// `yaml_parser_update_buffer`
    fn refuse_control_characters(&mut self) {
        const CHUNK: usize = 64;
        let printable = |c: char| matches!(c, '\t' | '\n' | '\r' | ' '..='~' | '\u{85}' | '\u{a0}'..='\u{fffd}' | '\u{10000}'..);
        // The first bytes of all others. Few files have one, and many bytes are looked at in one step.
        let suspect = |byte: u8| {
            byte < b' ' && !matches!(byte, b'\t' | b'\n' | b'\r')
                || matches!(byte, 0x7f | 0xc2 | 0xef)
        };
        let chunks = self.source.as_bytes().chunks(CHUNK).enumerate();
        let chunks = chunks.filter(|(_, chunk)| {
            let all = chunk.iter();
            all.fold(false, |any, &byte| any | suspect(byte))
        });
        let mut places = chunks.flat_map(|(number, chunk)| {
            let suspects = chunk.iter().enumerate();
            let suspects = suspects.filter(|&(_, &byte)| suspect(byte));
            suspects.map(move |(at, _)| number * CHUNK + at)
        });
        if let Some(at) = places.find(|&at| !self.source[at..].starts_with(printable)) {
            self.refuse(CONTROL_CHARACTER, at);
        }
    }

    fn refuse(&mut self, what: &'static str, at: usize) {
        let at = self.offset + at;
        if self.yaml.refused.is_none_or(|before| at < before.at) {
            self.yaml.refused = Some(Error {
                what,
                at,
                is_limit: false,
            });
        }
    }

    fn close_all(&mut self) {
        while !self.open.is_empty() {
            self.close(0);
        }
    }

    fn last_end(&self, node: u32) -> Option<usize> {
        let last = match &self.yaml.nodes[node as usize].content {
            Content::Sequence(items) => *items.last()?,
            Content::Mapping(pairs) => pairs.last()?.1,
            _ => return None,
        };
        Some(self.yaml.nodes[last as usize].span.end)
    }
}
