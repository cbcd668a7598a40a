//! `ast.literal_eval(text)` of the texts that people write: the literals of JSON in Python's spelling.
//!
//! Exact or nothing: whatever is not certainly read here (tuples, sets, bytes, prefixes of strings,
//! hexadecimal numbers, comments, arithmetic) is [`Literal::Unknown`].

use std::fmt::{self, Write as _};

use super::{dumps, int};

/// Deepest nesting that is read: Python's own limit differs between releases.
const DEEPEST: usize = 40;

/// Words that are no names.
const KEYWORDS: [&str; 33] = [
    "and", "as", "assert", "async", "await", "break", "class", "continue", "def", "del", "elif",
    "else", "except", "finally", "for", "from", "global", "if", "import", "in", "is", "lambda",
    "nonlocal", "not", "or", "pass", "raise", "return", "try", "while", "with", "yield", "print",
];

/// What `literal_eval` does with a text.
#[derive(Clone, PartialEq, Eq)]
pub enum Literal {
    /// The value, as JSON that `json.loads` makes an equal value of.
    Json(String),
    /// `ValueError`: it is an expression, and no literal.
    Malformed,
    /// `SyntaxError`
    Syntax,
    /// Not known.
    Unknown,
}

impl fmt::Debug for Literal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Json(_) => "Json",
            Self::Malformed => "Malformed",
            Self::Syntax => "Syntax",
            Self::Unknown => "Unknown",
        })
    }
}

/// Why reading ended.
struct Unread;

/// `ast.literal_eval(text)`
pub fn eval(text: &str) -> Literal {
    if text.is_empty() || is_no_expression(text) {
        return Literal::Syntax;
    }
    let mut reader = Reader {
        rest: text,
        out: String::new(),
        malformed: false,
    };
    if reader.value(0).is_err() {
        return Literal::Unknown;
    }
    let end = reader.rest.trim_start_matches(' ').trim_start_matches('\n');
    if !end.is_empty() {
        Literal::Unknown
    } else if reader.malformed {
        Literal::Malformed
    } else {
        Literal::Json(reader.out)
    }
}

/// `scheme:…` on one line: a colon stands behind no expression, except that of a `lambda`.
fn is_no_expression(text: &str) -> bool {
    let Some((head, _)) = text.split_once(':') else {
        return false;
    };
    let is_head = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '+' | '-' | '.');
    head.starts_with(|c: char| c.is_ascii_alphabetic())
        && head.chars().all(is_head)
        && !head.contains("lambda")
        && !text.contains(['\0', '\n', '\r', '\u{c}'])
}

struct Reader<'t> {
    rest: &'t str,
    out: String,
    malformed: bool,
}

impl Reader<'_> {
    fn blanks(&mut self) {
        self.rest = self.rest.trim_start_matches([' ', '\t', '\n']);
    }

    fn next(&self) -> Option<char> {
        self.rest.chars().next()
    }

    fn take(&mut self, mark: char) -> bool {
        let rest = self.rest.strip_prefix(mark);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    fn value(&mut self, depth: usize) -> Result<(), Unread> {
        match self.next() {
            _ if depth > DEEPEST => Err(Unread),
            Some('{') => self.members(depth, '}'),
            Some('[') => self.members(depth, ']'),
            Some('"' | '\'') => self.string(),
            Some('-') => {
                self.take('-');
                if self.next().is_some_and(|c| c.is_ascii_alphabetic()) {
                    self.name()?;
                    self.malformed = true;
                    return Ok(());
                }
                self.number("-")
            }
            Some('0'..='9') => self.number(""),
            Some(c) if c.is_ascii_alphabetic() || c == '_' => self.name(),
            _ => Err(Unread),
        }
    }

    /// A dictionary or a list, by its last mark.
    fn members(&mut self, depth: usize, end: char) -> Result<(), Unread> {
        let open = if end == '}' { '{' } else { '[' };
        self.take(open);
        self.out.push(open);
        let mut first = true;
        loop {
            self.blanks();
            if self.take(end) {
                self.out.push(end);
                return Ok(());
            }
            if !first {
                self.out.push_str(", ");
            }
            first = false;
            if end == '}' {
                if !matches!(self.next(), Some('"' | '\'')) {
                    return Err(Unread);
                }
                self.string()?;
                self.blanks();
                if !self.take(':') {
                    return Err(Unread);
                }
                self.out.push_str(": ");
                self.blanks();
            }
            self.value(depth + 1)?;
            self.blanks();
            if !self.take(',') && self.next() != Some(end) {
                return Err(Unread);
            }
        }
    }

    fn name(&mut self) -> Result<(), Unread> {
        let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_';
        let end = self.rest.find(|c| !is_part(c)).unwrap_or(self.rest.len());
        let (name, rest) = self.rest.split_at(end);
        self.rest = rest;
        // Only where one of these follows, the expression ends here.
        if !matches!(
            self.next(),
            None | Some(',' | ']' | '}' | ' ' | '\n' | '\t')
        ) {
            return Err(Unread);
        }
        match name {
            "True" => self.out.push_str("true"),
            "False" => self.out.push_str("false"),
            "None" => self.out.push_str("null"),
            _ if KEYWORDS.contains(&name) => return Err(Unread),
            _ => {
                self.out.push_str("null");
                self.malformed = true;
            }
        }
        Ok(())
    }

    fn number(&mut self, sign: &str) -> Result<(), Unread> {
        let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.');
        let mut end = self.rest.find(|c| !is_part(c)).unwrap_or(self.rest.len());
        if self.rest[..end].ends_with(['e', 'E']) && self.rest[end..].starts_with(['+', '-']) {
            let behind = &self.rest[end + 1..];
            end += 1 + behind.find(|c| !is_part(c)).unwrap_or(behind.len());
        }
        let (digits, rest) = self.rest.split_at(end);
        self.rest = rest;
        let is_digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        let is_whole = |text: &str| is_digits(text) && (text == "0" || !text.starts_with('0'));
        if is_whole(digits) {
            if digits.len() > int::MAX_DIGITS {
                return Err(Unread);
            }
            let sign = if digits == "0" { "" } else { sign };
            self.out.push_str(sign);
            self.out.push_str(digits);
            return Ok(());
        }
        let (mantissa, exponent) = match digits.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => (mantissa, Some(exponent)),
            None => (digits, None),
        };
        let is_mantissa = match mantissa.split_once('.') {
            Some((whole, fraction)) => is_whole(whole) && is_digits(fraction),
            None => is_whole(mantissa) && exponent.is_some(),
        };
        let is_exponent = exponent.is_none_or(|exponent| {
            let digits = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
            is_digits(digits)
        });
        if !is_mantissa || !is_exponent {
            return Err(Unread);
        }
        let number: f64 = format!("{sign}{digits}").parse().map_err(|_| Unread)?;
        self.out.push_str(&dumps::float(number));
        Ok(())
    }

    /// A string on one line, without prefix.
    fn string(&mut self) -> Result<(), Unread> {
        let quote = self.next().ok_or(Unread)?;
        if self.rest.starts_with(&quote.to_string().repeat(3)) {
            return Err(Unread);
        }
        let mut text = String::new();
        let mut chars = self.rest[1..].chars();
        loop {
            match chars.next().ok_or(Unread)? {
                c if c == quote => break,
                '\0' | '\n' | '\r' => return Err(Unread),
                '\\' => escape(&mut chars, &mut text)?,
                c => text.push(c),
            }
        }
        self.rest = chars.as_str();
        dumps::string(&mut self.out, &text);
        Ok(())
    }
}

/// What stands behind a backslash.
fn escape(chars: &mut std::str::Chars<'_>, text: &mut String) -> Result<(), Unread> {
    let character = match chars.next().ok_or(Unread)? {
        c @ ('\\' | '\'' | '"') => c,
        'a' => '\u{7}',
        'b' => '\u{8}',
        'f' => '\u{c}',
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        'v' => '\u{b}',
        'x' => hexadecimal(chars, 2)?,
        // Halves of surrogate pairs are not joined, and cannot be kept here.
        'u' => hexadecimal(chars, 4)?,
        'U' => hexadecimal(chars, 8)?,
        c @ '0'..='7' => {
            let mut code = c.to_digit(8).ok_or(Unread)?;
            for _ in 0..2 {
                let Some(digit) = chars.as_str().chars().next().and_then(|c| c.to_digit(8)) else {
                    break;
                };
                chars.next();
                code = code * 8 + digit;
            }
            char::from_u32(code)
                .filter(|_| code < 0o400)
                .ok_or(Unread)?
        }
        // `\N{…}`, and the end of a line.
        'N' | '\n' | '\r' => return Err(Unread),
        // Python warns, and keeps both.
        c => {
            // Writing to a String cannot fail.
            let _ = write!(text, "\\{c}");
            return Ok(());
        }
    };
    text.push(character);
    Ok(())
}

fn hexadecimal(chars: &mut std::str::Chars<'_>, length: usize) -> Result<char, Unread> {
    let digits = chars.as_str().get(..length).ok_or(Unread)?;
    if !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Err(Unread);
    }
    *chars = chars.as_str()[length..].chars();
    let code = u32::from_str_radix(digits, 16).map_err(|_| Unread)?;
    char::from_u32(code).ok_or(Unread)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn literals_are_read_as_python_reads_them() {
        for (text, json) in [
            ("{'a': 'x', \"b\": None,}", r#"{"a": "x", "b": null}"#),
            (
                "[True, False, 5, -0, -1, 1.5, 1e3, 2E-7]",
                "[true, false, 5, 0, -1, 1.5, 1000.0, 2e-07]",
            ),
            (r"'\x41\101\u00e9\d\/\'\n'", r#""A\u0041"#),
            ("{}\n", "{}"),
        ] {
            let Literal::Json(read) = eval(text) else {
                panic!("{text}");
            };
            if text.starts_with("'\\x") {
                assert_eq!(read, "\"AA\\u00e9\\\\d\\\\/'\\n\"");
            } else {
                assert_eq!(read, json);
            }
        }
    }

    #[test]
    fn names_are_no_literals_and_uris_are_no_expressions() {
        for text in [r#"{"a": null}"#, "[true]", "x", "[-Infinity]"] {
            assert_eq!(eval(text), Literal::Malformed, "{text}");
        }
        for text in [
            "",
            "mysql://u:p@h/db",
            "google-cloud://x",
            "postgresql+psycopg2://h",
        ] {
            assert_eq!(eval(text), Literal::Syntax, "{text}");
        }
    }

    #[test]
    fn what_is_not_certain_is_unknown() {
        for text in [
            " {}",
            "(1, 2)",
            "{'a'}",
            "b'x'",
            "u'x'",
            "0x1",
            "1_0",
            "01",
            "1.",
            "'a' 'b'",
            "1+2j",
            "{1: 2}",
            "'''x'''",
            "'\\ud83d'",
            "'\\N{DASH}'",
            "'a",
            "{'a': 1",
            "lambda:x",
            "a://\n",
            "[1] #",
            "in",
            "1 2",
        ] {
            assert_eq!(eval(text), Literal::Unknown, "{text}");
        }
    }
}
