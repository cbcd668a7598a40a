//! The one masked view: everything is hidden except what was declared visible.
//!
//! Inputs and the twin declare spans that may be shown (names of the format, keys Airflow knows,
//! values the shipped allow-list marks public). Renderers only ever see what [`Mask::apply`]
//! returns, which has the width of the original so that columns stay right.

use unicode_width::UnicodeWidthChar;

use super::Span;

/// The visible spans of one file.
#[derive(Clone, Debug, Default)]
pub struct Mask {
    visible: Vec<Span>,
    sorted: bool,
}

impl Mask {
    /// Nothing visible yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Declares a span visible.
    pub fn show(&mut self, span: Span) {
        if span.is_empty() {
            return;
        }
        self.sorted = false;
        // Mostly they are declared one behind the other.
        match self.visible.last_mut() {
            Some(last) if last.start <= span.start && span.start <= last.end => {
                last.end = last.end.max(span.end);
            }
            _ => self.visible.push(span),
        }
    }

    /// Declares several spans visible.
    pub fn show_all(&mut self, spans: impl IntoIterator<Item = Span>) {
        for span in spans {
            self.show(span);
        }
    }

    /// Sorts and joins the spans; must run before [`Mask::apply`].
    pub fn seal(&mut self) {
        if self.sorted {
            return;
        }
        // Mostly a few runs that are sorted already, which this kind of sorting takes as they are.
        self.visible.sort();
        let mut joined: Vec<Span> = Vec::with_capacity(self.visible.len());
        for span in self.visible.drain(..) {
            match joined.last_mut() {
                Some(last) if span.start <= last.end => last.end = last.end.max(span.end),
                _ => joined.push(span),
            }
        }
        self.visible = joined;
        self.sorted = true;
    }

    /// The visible spans, sorted and apart; [`Mask::seal`] must have run.
    pub fn visible(&self) -> &[Span] {
        &self.visible
    }

    /// True when every byte of `span` may be shown; [`Mask::seal`] must have run.
    pub fn shows(&self, span: Span) -> bool {
        let next = self.visible.partition_point(|shown| shown.end < span.end);
        let holds = |shown: &Span| shown.start <= span.start && span.end <= shown.end;
        span.is_empty() || self.visible.get(next).is_some_and(holds)
    }

    /// The text of one line or less, standing at byte `offset` of its file, with every character
    /// outside the visible spans replaced by as many `*` as it is wide, and control characters
    /// replaced by a visible mark. Tabs outside visible spans become one `*`.
    pub fn apply(&self, text: &str, offset: usize) -> String {
        debug_assert!(
            self.sorted || self.visible.is_empty(),
            "seal() the mask first"
        );
        let mut shown = String::with_capacity(text.len());
        let mut next = self.visible.partition_point(|span| span.end <= offset);
        for (at, character) in text.char_indices() {
            let at = offset + at;
            while self.visible.get(next).is_some_and(|span| span.end <= at) {
                next += 1;
            }
            let visible = self
                .visible
                .get(next)
                .is_some_and(|span| span.start <= at && at + character.len_utf8() <= span.end);
            if visible {
                push_safe(&mut shown, character);
            } else {
                let width = character.width().unwrap_or(1).max(1);
                shown.extend(std::iter::repeat_n('*', width));
            }
        }
        shown
    }
}

/// Pushes a character that may be shown, with control and bidirectional characters made visible:
/// text of a file must not steer the terminal.
fn push_safe(out: &mut String, character: char) {
    match character {
        '\t' => out.push('\t'),
        '\u{0}'..='\u{1f}' => {
            out.push(char::from_u32(0x2400 + character as u32).unwrap_or('\u{fffd}'));
        }
        '\u{7f}' => out.push('\u{2421}'),
        '\u{80}'..='\u{9f}'
        | '\u{200b}'..='\u{200f}'
        | '\u{2028}'..='\u{202e}'
        | '\u{2066}'..='\u{2069}'
        | '\u{feff}' => out.push('\u{fffd}'),
        _ => out.push(character),
    }
}

/// Names and paths for any output: control and bidirectional characters as `\u{…}`.
pub fn escape_control(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        let steers = character.is_control()
            || matches!(character, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
                | '\u{2066}'..='\u{2069}' | '\u{feff}');
        if steers {
            escaped.extend(character.escape_unicode());
        } else {
            escaped.push(character);
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mask(spans: &[Span]) -> Mask {
        let mut mask = Mask::new();
        mask.show_all(spans.iter().copied());
        mask.seal();
        mask
    }

    #[test]
    fn everything_outside_the_visible_spans_is_starred_with_its_width() {
        let mask = mask(&[Span::new(10, 14)]);
        assert_eq!(mask.apply("key = pä日", 10), "key ******");
    }

    #[test]
    fn a_span_is_shown_when_all_of_it_is() {
        let mask = mask(&[Span::new(0, 2), Span::new(4, 6)]);
        let shows = |start, end| mask.shows(Span::new(start, end));
        assert!(shows(0, 2) && shows(5, 6) && shows(3, 3));
        assert!(!shows(0, 3) && !shows(1, 5) && !shows(3, 4) && !shows(6, 7));
    }

    #[test]
    fn a_character_half_inside_a_visible_span_is_hidden() {
        let mask = mask(&[Span::new(0, 2)]);
        assert_eq!(mask.apply("aé", 0), "a*");
    }

    #[test]
    fn control_characters_of_visible_text_cannot_reach_the_terminal() {
        let mask = mask(&[Span::new(0, 20)]);
        assert_eq!(
            mask.apply("a\u{1b}[31m\u{202e}", 0),
            "a\u{241b}[31m\u{fffd}"
        );
        assert_eq!(escape_control("a\nb\u{1b}"), "a\\u{a}b\\u{1b}");
    }

    #[test]
    fn spans_may_be_declared_in_any_order_and_overlap() {
        let mask = mask(&[Span::new(4, 6), Span::new(0, 2), Span::new(1, 3)]);
        assert_eq!(mask.apply("abcdefg", 0), "abc*ef*");
    }
}
