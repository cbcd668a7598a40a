//! `# airvane: ignore[AV201] why`: how a comment is read as an ignore.

use super::UnknownRule;
use super::select::{ALL, rules_named};
use crate::rules;
use crate::source::{FileId, Span};

/// An ignore that stands in a file.
#[derive(Clone, Debug)]
pub struct Ignore {
    /// The file.
    pub file: FileId,
    /// What the comment says.
    pub directive: Directive,
    /// Where findings must begin to be ignored; `None`: nothing follows.
    pub reach: Option<Span>,
    /// The reader of the file takes it for a part of a value.
    pub in_value: bool,
}

/// What the comment says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Directive {
    /// The mark of the comment.
    pub mark: usize,
    /// From `airvane` to the closing bracket, or to what is wrong.
    pub span: Span,
    /// The rules; `None` where they cannot be read.
    pub words: Option<Vec<Word>>,
    /// Something stands behind the bracket.
    pub has_reason: bool,
}

/// One of the words in the brackets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Word {
    /// Where it stands.
    pub span: Span,
    /// The codes that it stands for.
    pub codes: Result<Vec<&'static str>, UnknownRule>,
    /// As it may be told: a code, a name or the beginning of codes; empty where it is none of them.
    pub shown: String,
    /// It stands for itself and not for a family.
    pub is_rule: bool,
    /// It is as good as a name: its letters may be shown where they stand.
    pub is_visible: bool,
}

/// Reads the text of a comment, mark included, that begins at `offset`. `None` where it is meant for
/// somebody else.
pub fn read(text: &str, offset: usize) -> Option<Directive> {
    let whole = text;
    let at = |rest: &str| whole.len() - rest.len();
    // HCL has comments of three kinds.
    let slashes = text.strip_prefix("//").or_else(|| text.strip_prefix("/*"));
    let text = slashes.unwrap_or_else(|| text.trim_start_matches(['#', ';']));
    let text = text.trim_start();
    let start = at(text);
    let rest = strip(text, "airvane")?.trim_start().strip_prefix(':')?;
    let rest = strip(rest.trim_start(), "ignore")?;
    if rest.starts_with(|next: char| next.is_alphanumeric() || next == '_' || next == '-') {
        return None;
    }
    let unreadable = Directive {
        mark: offset,
        span: Span::new(offset + start, offset + at(rest)),
        words: None,
        has_reason: false,
    };
    let Some(list) = rest.trim_start().strip_prefix('[') else {
        return Some(unreadable);
    };
    let Some(length) = list.find(']') else {
        return Some(unreadable);
    };
    let from = offset + at(list);
    let mut words = Vec::new();
    let mut part_at = from;
    for part in list[..length].split(',') {
        let blank = part.len() - part.trim_start().len();
        let part_text = part.trim();
        if !part_text.is_empty() {
            let begin = part_at + blank;
            words.push(word(part_text, Span::new(begin, begin + part_text.len())));
        }
        part_at += part.len() + 1;
    }
    let behind = &list[length + 1..];
    Some(Directive {
        mark: offset,
        span: Span::new(offset + start, from + length + 1),
        words: Some(words),
        has_reason: behind.contains(char::is_alphanumeric),
    })
}

/// `text` without `word` at its beginning, in any case.
fn strip<'t>(text: &'t str, word: &str) -> Option<&'t str> {
    let head = text.get(..word.len())?;
    head.eq_ignore_ascii_case(word).then(|| &text[word.len()..])
}

fn word(text: &str, span: Span) -> Word {
    let mut codes = rules_named(text);
    let rule = rules::find(text);
    // Of a family there may be no rule yet; of what is nearly a whole code there must be one.
    if codes.as_ref().is_ok_and(Vec::is_empty) && text.len() > "AV0".len() {
        codes = Err(UnknownRule::Code(text.to_ascii_uppercase()));
    }
    if let Err(UnknownRule::Code(code)) = &codes
        && !is_like_a_code(code)
    {
        codes = Err(UnknownRule::Other);
    }
    let shown = match (&codes, rule) {
        (Ok(_), Some(rule)) if rule.name.eq_ignore_ascii_case(text) => rule.name.to_owned(),
        (Ok(_), None) if text.eq_ignore_ascii_case(ALL) => "every rule".to_owned(),
        (Ok(_), _) => text.to_ascii_uppercase(),
        (Err(_), _) => String::new(),
    };
    Word {
        span,
        is_rule: rule.is_some(),
        is_visible: match &codes {
            Ok(_) | Err(UnknownRule::Code(_)) => true,
            Err(UnknownRule::Near(rule)) => {
                strsim::damerau_levenshtein(&text.to_ascii_lowercase(), rule.name) <= 2
            }
            Err(UnknownRule::Other) => false,
        },
        codes,
        shown,
    }
}

/// `AV` and up to three digits: no secret is as short as that.
fn is_like_a_code(code: &str) -> bool {
    let digits = code.strip_prefix("AV").unwrap_or_default();
    (1..=3).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit())
}

impl Directive {
    /// What of it may be shown: the mark and the words that are airvane's own.
    pub fn visible(&self) -> Vec<Span> {
        let mut spans = Vec::new();
        let mut at = self.mark;
        let words = self.words.iter().flatten();
        for word in words.filter(|word| !word.is_visible) {
            spans.push(Span::new(at, word.span.start));
            at = word.span.end;
        }
        spans.push(Span::new(at, self.span.end));
        spans
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(text: &str) -> String {
        let Some(directive) = read(text, 100) else {
            return "none".to_owned();
        };
        let part = |span: Span| &text[span.start - 100..span.end - 100];
        let Some(words) = &directive.words else {
            return format!("unreadable `{}`", part(directive.span));
        };
        let words: Vec<String> = words
            .iter()
            .map(|word| match &word.codes {
                Ok(codes) => format!("{} {}", word.shown, codes.len()),
                Err(unknown) => format!("{}? {unknown}", part(word.span)),
            })
            .collect();
        let reason = if directive.has_reason { " why" } else { "" };
        format!("`{}` {}{reason}", part(directive.span), words.join(", "))
    }

    #[test]
    fn codes_names_and_families_stand_in_the_brackets() {
        assert_eq!(
            line("# airvane: ignore[AV201, Kwargs-not-json,av9] because"),
            "`airvane: ignore[AV201, Kwargs-not-json,av9]` AV201 1, kwargs-not-json 1, AV9 4 why"
        );
        assert_eq!(
            line(";AIRVANE:ignore [ AV201 ] -"),
            "`AIRVANE:ignore [ AV201 ]` AV201 1"
        );
        assert_eq!(line("#airvane: ignore[]"), "`airvane: ignore[]` ");
        assert_eq!(
            line("// airvane: ignore[AV201] why"),
            "`airvane: ignore[AV201]` AV201 1 why"
        );
        assert_eq!(
            line("/* airvane: ignore[AV201] */"),
            "`airvane: ignore[AV201]` AV201 1"
        );
    }

    #[test]
    fn what_is_no_ignore_is_left_alone() {
        for text in [
            "# ignore[AV201]",
            "# airvane: see below",
            "# airvane ignores this",
            "# airvane: ignored [AV201]",
            "#",
            "# é",
        ] {
            assert_eq!(line(text), "none", "{text}");
        }
    }

    #[test]
    fn what_was_meant_as_one_is_said() {
        assert_eq!(
            line("# airvane: ignore AV201"),
            "unreadable `airvane: ignore`"
        );
        assert_eq!(
            line("# airvane: ignore[AV201"),
            "unreadable `airvane: ignore`"
        );
        assert!(line("# airvane: ignore[AV299]").contains("AV299? no rule has the code AV299"));
        assert!(line("# airvane: ignore[AV29]").contains("AV29? no rule has the code AV29"));
        assert!(line("# airvane: ignore[kwargs-not-jsn]").contains("did you mean AV201"));
    }

    #[test]
    fn only_what_reads_like_a_rule_is_shown() {
        let hidden = |text: &str| {
            let directive = read(text, 0).unwrap();
            let mut shown = String::new();
            for span in directive.visible() {
                shown.push_str(&text[span.start..span.end]);
            }
            shown
        };
        assert_eq!(
            hidden("# airvane: ignore[AV201, hunter2, kwargs-not-jsn, AV7391] hunter2"),
            "# airvane: ignore[AV201, , kwargs-not-jsn, ]"
        );
        assert_eq!(hidden("# airvane: ignore hunter2"), "# airvane: ignore");
    }
}
