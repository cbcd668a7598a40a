//! airflow.cfg in the dialect of Python's configparser, with a span for every part.
//!
//! A port of `RawConfigParser._read` with the settings Airflow uses: names keep their case, strict,
//! delimiters `=` and `:`, comments only on lines of their own, blank lines belong to values. The
//! result is the same on Python 3.8 to 3.13, but for headers with several brackets. Where Python raises, this reader notes the error and
//! goes on, so that the rest of the file can be judged too. Nothing here knows Airflow.

use std::collections::HashMap;
use std::ops::Range;

use memchr::memchr2;

use crate::source::{Span, Text, TextBuilder};

/// The section whose options every other section has too (`configparser.DEFAULTSECT`).
pub const DEFAULT_SECTION: &str = "DEFAULT";

/// A parsed file.
#[derive(Debug, Default)]
pub struct Cfg {
    /// Sections in file order. One that stands twice is here twice.
    pub sections: Vec<Section>,
    /// What Python complains of, in file order.
    pub errors: Vec<Error>,
    /// Comment lines without the blanks around them; the marker is the first byte.
    pub comments: Vec<Span>,
    /// The text begins with U+FEFF, which Python takes for a part of the first line.
    pub bom: bool,
}

/// A `[section]` and what follows it.
#[derive(Debug)]
pub struct Section {
    /// Name, verbatim: blanks and further brackets belong to it.
    pub name: Text,
    /// From `[` to the closing `]`.
    pub header: Span,
    /// Options in file order. One that stands twice is here twice.
    pub options: Vec<Opt>,
    /// Index of the first section of that name, where this one is not the first.
    pub repeats: Option<usize>,
}

/// An option line with the lines that continue it.
#[derive(Debug)]
pub struct Opt {
    /// Name, verbatim. May be empty (`= value`, a [`ErrorKind::Parsing`] error).
    pub name: Text,
    /// `=` or `:`.
    pub delimiter: Span,
    /// Value: its lines trimmed and joined with LF, blank lines at the end dropped.
    pub value: Text,
    /// The lines after the first that were taken for parts of the value, blank ones left out:
    /// decoded ranges in the value.
    pub continuations: Vec<Range<usize>>,
    /// Where the first option of that name stands in this section, where this one is not it.
    pub repeats: Option<Span>,
}

/// The exceptions of configparser.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ErrorKind {
    /// Text before the first section; raised at once.
    MissingSectionHeader,
    /// Raised at once.
    DuplicateSection,
    /// Raised at once.
    DuplicateOption,
    /// A line that is neither header nor option; collected until the end of the file.
    Parsing,
}

impl ErrorKind {
    /// The name of the Python exception.
    pub const fn exception(self) -> &'static str {
        match self {
            Self::MissingSectionHeader => "MissingSectionHeaderError",
            Self::DuplicateSection => "DuplicateSectionError",
            Self::DuplicateOption => "DuplicateOptionError",
            Self::Parsing => "ParsingError",
        }
    }
}

/// One complaint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Error {
    /// Which.
    pub kind: ErrorKind,
    /// The line without the blanks around it; for duplicates, the name that stands twice.
    pub span: Span,
    /// For duplicates: the name where it stands first.
    pub first: Option<Span>,
    /// Index of the section it stands in (for a duplicate section, that section itself).
    pub section: Option<usize>,
    /// Index of the option in that section, where the error is about one.
    pub option: Option<usize>,
}

impl Cfg {
    /// What Python raises for this file: the first error that is raised at once, else the
    /// collected `ParsingError`.
    pub fn raises(&self) -> Option<&Error> {
        self.errors
            .iter()
            .find(|error| error.kind != ErrorKind::Parsing)
            .or_else(|| self.errors.first())
    }

    /// The option as `RawConfigParser.get(section, option, raw=True)` finds it: in the section,
    /// else in `[DEFAULT]` provided that the section exists.
    pub fn get(&self, section: &str, option: &str) -> Option<&Opt> {
        let mut exists = false;
        for candidate in self.named(section) {
            exists = true;
            if let Some(found) = candidate.get(option) {
                return Some(found);
            }
        }
        if !exists {
            return None;
        }
        self.named(DEFAULT_SECTION)
            .find_map(|defaults| defaults.get(option))
    }

    /// The sections of that name: more than one only for `[DEFAULT]` or in a broken file.
    pub fn named<'a, 'n>(
        &'a self,
        name: &'n str,
    ) -> impl Iterator<Item = &'a Section> + use<'a, 'n> {
        self.sections
            .iter()
            .filter(move |section| section.name.expose() == name)
    }
}

impl Section {
    /// The first option of that name.
    pub fn get(&self, name: &str) -> Option<&Opt> {
        self.options
            .iter()
            .find(|option| option.name.expose() == name)
    }
}

/// What `str.strip()`, `str.isspace()` and `\s` take for a blank.
pub const fn is_blank(character: char) -> bool {
    character.is_whitespace() || matches!(character, '\u{1c}'..='\u{1f}')
}

/// The name in a line `[name] …` (`SECTCRE`: up to the last bracket); the line has no blanks
/// around it.
pub fn header_of(line: &str) -> Option<Range<usize>> {
    let inside = line.strip_prefix('[')?;
    let end = inside.rfind(']')? + 1;
    (end > 1).then_some(1..end)
}

/// [`header_of`] as Python before 3.10 has it: up to the first bracket.
fn header_to_first_bracket(line: &str) -> Option<Range<usize>> {
    let end = line.strip_prefix('[')?.find(']')? + 1;
    (end > 1).then_some(1..end)
}

/// Name and delimiter in a line `name = value` (`OPTCRE`: the first of `=` and `:`); the line has
/// no blanks around it.
pub fn option_of(line: &str) -> Option<(Range<usize>, Range<usize>)> {
    let delimiter = memchr2(b'=', b':', line.as_bytes())?;
    let name = line[..delimiter].trim_end_matches(is_blank);
    Some((0..name.len(), delimiter..delimiter + 1))
}

/// Reads `text` as `RawConfigParser.read_file` does, in Python 3.10 and later.
pub fn parse(text: &Text) -> Cfg {
    parse_with(text, header_of)
}

/// The same in Python before 3.10, for which `[a]b]` is the section `a`.
pub fn parse_before_3_10(text: &Text) -> Cfg {
    parse_with(text, header_to_first_bracket)
}

fn parse_with(text: &Text, header_of: fn(&str) -> Option<Range<usize>>) -> Cfg {
    let mut reader = Reader {
        text,
        header_of,
        cfg: Cfg::default(),
        first_of: HashMap::new(),
        options_here: HashMap::new(),
        open: None,
        indent: 0,
        seen_header: false,
        complained: false,
    };
    let whole = text.expose();
    let mut at = 0;
    if whole.starts_with('\u{feff}') {
        at = '\u{feff}'.len_utf8();
        reader.cfg.bom = true;
        reader.missing_header(0..at);
    }
    while at < whole.len() {
        let end = line_end(whole, at);
        reader.line(at..end);
        at = next_line(whole, end);
    }
    reader.close();
    reader.cfg
}

/// Where the line that holds `at` ends: only LF, CR LF and CR end one (universal newlines).
fn line_end(text: &str, at: usize) -> usize {
    memchr2(b'\n', b'\r', &text.as_bytes()[at..]).map_or(text.len(), |length| at + length)
}

/// The start of the line after the one that ends at `end`.
fn next_line(text: &str, end: usize) -> usize {
    let rest = &text.as_bytes()[end..];
    match rest {
        [b'\r', b'\n', ..] => end + 2,
        [] => end,
        _ => end + 1,
    }
}

/// The option that still takes lines.
struct Open {
    value: TextBuilder,
    continuations: Vec<Range<usize>>,
    /// Blank lines not yet written: they count only when another line follows.
    blank: usize,
}

struct Reader<'a> {
    text: &'a Text,
    /// `SECTCRE`
    header_of: fn(&str) -> Option<Range<usize>>,
    cfg: Cfg,
    /// First section of each name.
    first_of: HashMap<&'a str, usize>,
    /// Options of the current section (`elements_added`), by name. `[DEFAULT]` may be opened
    /// again, and its options then still count as one set: hence the section index.
    options_here: HashMap<(usize, &'a str), Span>,
    /// `optname`; closed by a header, not by a line that is in error.
    open: Option<Open>,
    /// `indent_level`
    indent: usize,
    seen_header: bool,
    complained: bool,
}

impl Reader<'_> {
    fn line(&mut self, range: Range<usize>) {
        let line = &self.text.expose()[range.clone()];
        let value = line.trim_start_matches(is_blank);
        let start = range.start + (line.len() - value.len());
        let value = value.trim_end_matches(is_blank);
        let inner = start..start + value.len();
        if value.is_empty() {
            if let Some(open) = &mut self.open {
                open.blank += 1;
            }
            return;
        }
        if value.starts_with(['#', ';']) {
            self.cfg.comments.push(self.text.span(inner));
            return;
        }
        // The place of the first `\S`, in characters.
        let indent = self.text.expose()[range.start..start].chars().count();
        if indent > self.indent
            && let Some(open) = &mut self.open
        {
            open.append(self.text, inner);
            return;
        }
        self.indent = indent;
        if let Some(name) = (self.header_of)(value) {
            self.header(inner, name);
        } else if !self.seen_header {
            self.missing_header(inner);
        } else {
            self.option(inner);
        }
    }

    fn header(&mut self, line: Range<usize>, name: Range<usize>) {
        self.close();
        self.seen_header = true;
        let at = line.start;
        let name_range = at + name.start..at + name.end;
        let header_end = name_range.end + 1;
        let index = self.cfg.sections.len();
        let name = &self.text.expose()[name_range.clone()];
        let first = *self.first_of.entry(name).or_insert(index);
        let name_span = self.text.span(name_range.clone());
        // `[DEFAULT]` is never in `_sections`, so it may be opened again.
        if first != index && name != DEFAULT_SECTION {
            let original = &self.cfg.sections[first].name;
            self.cfg.errors.push(Error {
                kind: ErrorKind::DuplicateSection,
                span: name_span,
                first: Some(original.source()),
                section: Some(index),
                option: None,
            });
        }
        self.cfg.sections.push(Section {
            name: self.text.slice(name_range),
            header: self.text.span(at..header_end),
            options: Vec::new(),
            repeats: (first != index).then_some(first),
        });
    }

    fn option(&mut self, line: Range<usize>) {
        let text = self.text.expose();
        let value = &text[line.clone()];
        let section = self.cfg.sections.len() - 1;
        let Some((name, delimiter)) = option_of(value) else {
            // `optname` stays: a deeper line after this one still continues the option above.
            self.cfg.errors.push(Error {
                kind: ErrorKind::Parsing,
                span: self.text.span(line),
                first: None,
                section: Some(section),
                option: None,
            });
            return;
        };
        self.close();
        let at = line.start;
        let name_range = at + name.start..at + name.end;
        let name = &text[name_range.clone()];
        let index = self.cfg.sections[section].options.len();
        let shown = if name.is_empty() {
            self.text.span(line.clone())
        } else {
            self.text.span(name_range.clone())
        };
        if name.is_empty() {
            self.cfg.errors.push(Error {
                kind: ErrorKind::Parsing,
                span: shown,
                first: None,
                section: Some(section),
                option: Some(index),
            });
        }
        let owner = match self.cfg.sections[section].repeats {
            Some(first) if self.cfg.sections[section].name.expose() == DEFAULT_SECTION => first,
            _ => section,
        };
        let repeats = self.options_here.get(&(owner, name)).copied();
        if let Some(first) = repeats {
            self.cfg.errors.push(Error {
                kind: ErrorKind::DuplicateOption,
                span: shown,
                first: Some(first),
                section: Some(section),
                option: Some(index),
            });
        } else {
            self.options_here.insert((owner, name), shown);
        }
        let after = at + delimiter.end;
        let start = line.end - text[after..line.end].trim_start_matches(is_blank).len();
        let mut builder = TextBuilder::at(self.text.span(start..start).start);
        builder.push_from(self.text, start..line.end);
        self.cfg.sections[section].options.push(Opt {
            name: self.text.slice(name_range),
            delimiter: self.text.span(at + delimiter.start..after),
            value: self.text.slice(start..line.end),
            continuations: Vec::new(),
            repeats,
        });
        // An empty name is false in Python: nothing continues such an option.
        if !name.is_empty() {
            self.open = Some(Open {
                value: builder,
                continuations: Vec::new(),
                blank: 0,
            });
        }
    }

    /// Raised at once in Python, so only the first such line is reported.
    fn missing_header(&mut self, line: Range<usize>) {
        if self.complained {
            return;
        }
        self.complained = true;
        self.cfg.errors.push(Error {
            kind: ErrorKind::MissingSectionHeader,
            span: self.text.span(line),
            first: None,
            section: None,
            option: None,
        });
    }

    /// Hands the open option its lines (`_join_multiline_values`).
    fn close(&mut self) {
        let Some(open) = self.open.take() else {
            return;
        };
        if open.continuations.is_empty() {
            return;
        }
        let option = self
            .cfg
            .sections
            .last_mut()
            .and_then(|section| section.options.last_mut())
            .expect("an open option is the last one of the last section");
        option.value = open.value.finish();
        option.continuations = open.continuations;
    }
}

impl Open {
    fn append(&mut self, text: &Text, line: Range<usize>) {
        // Blank lines were appended as empty ones; each stands for one more LF.
        let point = Span::at(text.span(line.start..line.start).start);
        for _ in 0..=self.blank {
            self.value.push_within("\n", point);
        }
        self.blank = 0;
        let start = self.value.expose().len();
        self.value.push_from(text, line);
        self.continuations.push(start..self.value.expose().len());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Cfg {
        parse(&Text::verbatim(text, 0))
    }

    fn value(text: &str, section: &str, option: &str) -> Option<String> {
        let cfg = read(text);
        cfg.get(section, option)
            .map(|option| option.value.expose().to_owned())
    }

    fn raised(text: &str) -> Option<&'static str> {
        read(text).raises().map(|error| error.kind.exception())
    }

    #[test]
    fn a_value_of_several_lines_keeps_the_place_of_each_character() {
        let text = "[s]\r\no = {\r\n    \"a\": 1\r\n\r\n# c\r\n  }\r\n";
        let cfg = read(text);
        let option = cfg.get("s", "o").unwrap();
        assert_eq!(option.value.expose(), "{\n\"a\": 1\n\n}");
        let one = option.value.expose().find('1').unwrap();
        let span = option.value.span(one..one + 1);
        assert_eq!(&text[span.start..span.end], "1");
        let brace = option
            .value
            .span(option.value.len() - 1..option.value.len());
        assert_eq!(&text[brace.start..brace.end], "}");
        assert_eq!(option.continuations, [2..8, 10..11]);
        assert_eq!(cfg.comments.len(), 1);
    }

    #[test]
    fn an_empty_value_stands_after_its_delimiter() {
        let cfg = read("[s]\no =\n");
        let option = cfg.get("s", "o").unwrap();
        assert_eq!(option.value.source(), Span::at(7));
    }

    #[test]
    fn a_deeper_line_after_a_broken_one_still_continues_the_option_above() {
        assert_eq!(
            value("[s]\na = 1\nb\n  c = 2\n", "s", "a").unwrap(),
            "1\nc = 2"
        );
    }

    #[test]
    fn the_first_error_that_is_raised_at_once_wins() {
        assert_eq!(raised("[s]\nx\na=1\na=2\n"), Some("DuplicateOptionError"));
        assert_eq!(raised("[s]\n= 1\n= 2\n"), Some("DuplicateOptionError"));
        assert_eq!(raised("[s]\nx\n"), Some("ParsingError"));
        assert_eq!(raised("[]\n"), Some("MissingSectionHeaderError"));
        assert_eq!(raised("[DEFAULT]\na=1\n[DEFAULT]\nb=1\n"), None);
        assert_eq!(
            raised("[DEFAULT]\na=1\n[DEFAULT]\na=1\n"),
            Some("DuplicateOptionError")
        );
    }

    #[test]
    fn defaults_reach_only_sections_that_exist() {
        let text = "[DEFAULT]\na = 1\n[s]\n";
        assert_eq!(value(text, "s", "a").unwrap(), "1");
        assert_eq!(value(text, "t", "a"), None);
    }

    #[test]
    fn reading_goes_on_after_an_error() {
        let cfg = read("\u{feff}x\n[s]\na = 1\n[s]\na = 2\n[t]\nb = 3\n");
        assert!(cfg.bom);
        assert_eq!(cfg.errors.len(), 2);
        assert_eq!(cfg.errors[1].first, Some(Span::new(6, 7)));
        assert_eq!(cfg.get("t", "b").unwrap().value.expose(), "3");
        assert_eq!(cfg.get("s", "a").unwrap().value.expose(), "1");
    }
}
