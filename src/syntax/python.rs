//! Python source, read with the parser of ruff. A file with syntax errors is read as far as it can be.
//!
//! What somebody else wrote may be nested as deeply as a file is long; the parser grows its own stack,
//! the walk over its tree and the end of the tree would not. So the depth is known before the tree is
//! built, and what no person writes is refused.

use ruff_python_ast::token::{TokenKind, Tokens};
use ruff_python_ast::{ExprStringLiteral, ModModule, StringFlags, StringLiteral};
use ruff_python_parser::{Mode, ParseOptions, lexer};
use ruff_text_size::{Ranged, TextRange};

use crate::source::{Span, Text, TextBuilder};

/// The largest file that is read, in bytes.
pub const LARGEST: usize = 4 << 20;

/// The deepest tree that is walked.
const DEEPEST: usize = 1_000;

/// A tree that any stack has room for.
const SHALLOW: usize = 60;

/// Room for the deepest one, in bytes; only what is used is ever taken from the system.
const STACK: usize = 64 << 20;

/// Why a file is not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// See [`LARGEST`].
    TooLarge,
    /// No person nests so deeply.
    TooDeep,
    /// `print "x"`, `<>`: no Python that is read here.
    Python2,
}

impl Refusal {
    /// In words.
    pub const fn reason(self) -> &'static str {
        match self {
            Self::TooLarge => "Python of more than 4 MiB",
            Self::TooDeep => "Python that is nested too deeply",
            Self::Python2 => "Python 2, which no Airflow since 2.0 runs",
        }
    }
}

/// Parses `text` and shows the tree and the tokens to `look`. Where there are syntax errors the tree is what could be
/// made of the rest.
pub fn with_module<R>(
    text: &str,
    look: impl FnOnce(&ModModule, &Tokens) -> R,
) -> Result<R, Refusal> {
    if text.len() > LARGEST {
        return Err(Refusal::TooLarge);
    }
    let depth = depth(text);
    if depth > DEEPEST {
        return Err(Refusal::TooDeep);
    }
    let parse = || {
        let parsed = ruff_python_parser::parse_unchecked(text, ParseOptions::from(Mode::Module));
        let parsed = parsed.try_into_module();
        let parsed = parsed.expect("a module was asked for");
        if parsed.has_invalid_syntax() && is_python_2(text, parsed.tokens()) {
            return Err(Refusal::Python2);
        }
        Ok(look(parsed.syntax(), parsed.tokens()))
    };
    if depth > SHALLOW {
        stacker::grow(STACK, parse)
    } else {
        parse()
    }
}

/// The comments, from `#` to the end of the line.
pub fn comments(tokens: &Tokens) -> Vec<Span> {
    let comments = tokens
        .iter()
        .filter(|token| token.kind() == TokenKind::Comment);
    comments.map(|token| span(token.range())).collect()
}

/// Where a node stands.
pub fn span(range: TextRange) -> Span {
    Span::new(range.start().to_usize(), range.end().to_usize())
}

/// A string, with the place of each of its characters; of a part with escapes each character stands
/// for the whole part.
pub fn literal(text: &str, literal: &ExprStringLiteral) -> Text {
    let mut value = TextBuilder::at(literal.start().to_usize());
    for part in &literal.value {
        push(&mut value, &part.value, text, content(part));
    }
    value.finish()
}

/// `value`, which the source writes in `place`. Braces of an f-string may be doubled there; of what is
/// written in another way each character stands for the whole place.
pub fn push(builder: &mut TextBuilder, value: &str, text: &str, place: Span) {
    let source = text.get(place.start..place.end).unwrap_or_default();
    if source == value {
        builder.push_exact(value, place.start);
        return;
    }
    let undoubled = source.replace("{{", "{").replace("}}", "}");
    if undoubled != value {
        builder.push_within(value, place);
        return;
    }
    let mut at = 0;
    while let Some(piece) = source.get(at..).filter(|rest| !rest.is_empty()) {
        let start = place.start + at;
        if let Some(brace @ ("{{" | "}}")) = piece.get(..2) {
            builder.push_within(&brace[..1], Span::new(start, start + 2));
            at += 2;
            continue;
        }
        // A single brace would begin an expression.
        let length = piece.find(['{', '}']).unwrap_or(piece.len()).max(1);
        builder.push_exact(&piece[..length], start);
        at += length;
    }
}

/// What stands between the quotes.
pub fn content(part: &StringLiteral) -> Span {
    let whole = span(part.range());
    let start = whole.start + part.flags.opener_len().to_usize();
    let end = whole.end.saturating_sub(part.flags.closer_len().to_usize());
    Span::new(start.min(whole.end), end.max(start.min(whole.end)))
}

/// What the tree of `text` is deep at most.
///
/// A block is as deep as what stands in it and one more, brackets too; an operator may put all before
/// it one deeper. Commas part what is not nested.
fn depth(text: &str) -> usize {
    /// An open bracket, or a statement.
    #[derive(Clone, Copy, Default)]
    struct Level {
        /// Of the elements before the last comma.
        before: usize,
        /// Of what stands behind it.
        last: usize,
        /// Parameters of lambdas that are not at their colon yet: their commas part nothing.
        lambdas: usize,
    }

    impl Level {
        fn ends(self) -> usize {
            self.before.max(self.last) + 1
        }

        fn takes(&mut self, inner: usize) {
            self.last = self.last.max(inner) + 1;
        }
    }

    fn close(levels: &mut Vec<Level>) {
        if levels.len() > 1
            && let Some(inner) = levels.pop()
            && let Some(outer) = levels.last_mut()
        {
            outer.takes(inner.ends());
        }
    }

    let mut lexer = lexer::lex(text, Mode::Module);
    let mut levels = vec![Level::default()];
    let (mut blocks, mut deepest) = (0_usize, 0);
    loop {
        let kind = lexer.next_token();
        match kind {
            TokenKind::Indent => blocks += 1,
            TokenKind::Dedent => blocks = blocks.saturating_sub(1),
            TokenKind::Lpar
            | TokenKind::Lsqb
            | TokenKind::Lbrace
            | TokenKind::FStringStart
            | TokenKind::TStringStart => levels.push(Level::default()),
            TokenKind::Rpar
            | TokenKind::Rsqb
            | TokenKind::Rbrace
            | TokenKind::FStringEnd
            | TokenKind::TStringEnd => close(&mut levels),
            TokenKind::Comma => {
                if let Some(level) = levels.last_mut().filter(|level| level.lambdas == 0) {
                    level.before = level.before.max(level.last);
                    level.last = 0;
                }
            }
            TokenKind::Newline | TokenKind::Semi | TokenKind::EndOfFile => {
                while levels.len() > 1 {
                    close(&mut levels);
                }
                deepest = deepest.max(blocks + levels[0].ends());
                levels[0] = Level::default();
                if kind == TokenKind::EndOfFile {
                    return deepest;
                }
            }
            TokenKind::Name
            | TokenKind::Int
            | TokenKind::Float
            | TokenKind::Complex
            | TokenKind::String
            | TokenKind::FStringMiddle
            | TokenKind::TStringMiddle
            | TokenKind::Comment
            | TokenKind::NonLogicalNewline => {}
            _ => {
                if let Some(level) = levels.last_mut() {
                    level.last += 1;
                    match kind {
                        TokenKind::Lambda => level.lambdas += 1,
                        TokenKind::Colon => level.lambdas = level.lambdas.saturating_sub(1),
                        _ => {}
                    }
                }
            }
        }
    }
}

/// A file that is no Python 3, and that Python 2 reads: `print` or `exec` as a statement, `<>`.
fn is_python_2(text: &str, tokens: &Tokens) -> bool {
    let mut begins = true;
    let mut list = tokens.iter().filter(|token| {
        let kind = token.kind();
        kind != TokenKind::Comment && kind != TokenKind::NonLogicalNewline
    });
    let mut before = None;
    loop {
        let Some(token) = list.next() else {
            return false;
        };
        let (kind, place) = (token.kind(), span(token.range()));
        if let Some((TokenKind::Name, word)) = before
            && matches!(word, "print" | "exec")
            && matches!(
                kind,
                TokenKind::String | TokenKind::Name | TokenKind::FStringStart
            )
        {
            return true;
        }
        let word = text.get(place.start..place.end).unwrap_or_default();
        if let Some((TokenKind::Less, _)) = before
            && kind == TokenKind::Greater
        {
            return true;
        }
        before = (begins || kind == TokenKind::Less).then_some((kind, word));
        begins = matches!(
            kind,
            TokenKind::Newline
                | TokenKind::Semi
                | TokenKind::Indent
                | TokenKind::Dedent
                | TokenKind::Colon
        );
    }
}

#[cfg(test)]
mod tests {
    use ruff_python_ast::{Expr, Stmt};

    use super::*;

    fn statements(text: &str) -> Result<usize, Refusal> {
        with_module(text, |module, _| module.body.len())
    }

    #[test]
    fn nesting_never_overflows_the_stack() {
        for deep in [
            format!("x = {}{}", "[".repeat(50_000), "]".repeat(50_000)),
            format!("x = {}", "[".repeat(50_000)),
            format!("x = {}1", "not ".repeat(50_000)),
            format!("x = a{}", ".b".repeat(50_000)),
            format!("x = a{}", "()".repeat(50_000)),
            format!("x = 1{}", " + 1".repeat(50_000)),
            format!("x = {}1", "lambda: ".repeat(20_000)),
            format!("x = {}1", "lambda a, b: ".repeat(20_000)),
            format!("x = {}a{}", "(".repeat(900), ".b.b)".repeat(900)),
            (0..2_000)
                .map(|depth| " ".repeat(depth) + "if x:\n")
                .collect::<String>(),
        ] {
            assert_eq!(statements(&deep), Err(Refusal::TooDeep));
        }
        let list = format!("x = [{}]", "f(a, b + 1), ".repeat(20_000));
        assert_eq!(statements(&list), Ok(1));
        // As deep as is allowed: walked and dropped.
        let deep = format!("x = {}{}", "[".repeat(480), "]".repeat(480));
        assert_eq!(statements(&deep), Ok(1));
    }

    #[test]
    fn what_can_be_read_beside_an_error_is_read() {
        assert_eq!(statements("a = 1\nb = = 2\nc = 3\n"), Ok(3));
        assert_eq!(statements("print('x')\n"), Ok(1));
        assert_eq!(statements("match x:\n    case 1: pass\n"), Ok(1));
    }

    #[test]
    fn python_2_is_known() {
        for text in [
            "print \"x\"\n",
            "def f():\n    print x\n",
            "if a <> b: pass\n",
            "exec code\n",
        ] {
            assert_eq!(statements(text), Err(Refusal::Python2), "{text}");
        }
    }

    #[test]
    fn a_string_knows_where_it_stands() {
        let text = "x = 'ab' r\"\\d\" 'é\\n'\n";
        let value = with_module(text, |module, _| {
            let Stmt::Assign(assign) = &module.body[0] else {
                panic!("an assignment");
            };
            let Expr::StringLiteral(value) = &*assign.value else {
                panic!("a string");
            };
            literal(text, value)
        });
        let value = value.unwrap();
        assert_eq!(value.expose(), "ab\\dé\n");
        assert_eq!(value.span(0..2), Span::new(5, 7));
        assert_eq!(value.span(2..4), Span::new(11, 13));
        assert_eq!(value.span(4..6), Span::new(16, 20));
    }
}
