//! `${NAME#pattern}`, `${NAME%pattern}`, `${NAME/pattern/text}`: BuildKit turns the pattern into a
//! regular expression, and so does this. `convertShellPatternToRegex`, `trimPrefix`, `trimSuffix`.

use fancy_regex::Regex;

/// `None` where BuildKit refuses the pattern.
fn regex(pattern: &str, greedy: bool, anchored: bool) -> Option<Regex> {
    let mut out = String::with_capacity(pattern.len() + 4);
    if anchored {
        out.push('^');
    }
    let mut chars = pattern.chars().peekable();
    while let Some(c) = chars.next() {
        let c = match c {
            '*' => {
                out.push_str(if greedy { ".*" } else { ".*?" });
                continue;
            }
            '?' => {
                out.push('.');
                continue;
            }
            // The escape of what would end the reference is no part of the pattern.
            '\\' if matches!(chars.peek(), Some('}' | '/')) => continue,
            '\\' => {
                out.push('\\');
                chars.next().filter(|c| matches!(c, '*' | '?' | '\\'))?
            }
            '[' | ']' | '{' | '}' | '.' | '+' | '(' | ')' | '|' | '^' | '$' => {
                out.push('\\');
                c
            }
            c => c,
        };
        out.push(c);
    }
    Regex::new(&out).ok()
}

/// Cuts the pattern off the start of `value`; `##` takes as much as it can.
pub(super) fn trim_prefix(pattern: &str, value: &str, greedy: bool) -> Option<String> {
    let found = regex(pattern, greedy, true)?.find(value).ok()?;
    Some(
        found
            .map_or(value, |found| &value[found.end()..])
            .to_owned(),
    )
}

/// Cuts the pattern off the end: both are read from behind.
pub(super) fn trim_suffix(pattern: &str, value: &str, greedy: bool) -> Option<String> {
    let reversed: String = value.chars().rev().collect();
    let left = trim_prefix(&reverse(pattern), &reversed, greedy)?;
    Some(left.chars().rev().collect())
}

/// From behind, but for what an escape belongs to: `a\*c` becomes `c\*a`.
fn reverse(pattern: &str) -> String {
    let mut units: Vec<String> = Vec::new();
    let mut chars = pattern.chars();
    while let Some(c) = chars.next() {
        let mut unit = String::from(c);
        if c == '\\' {
            unit.extend(chars.next());
        }
        units.push(unit);
    }
    units.into_iter().rev().collect()
}

/// Puts `text` where the pattern matches first, or everywhere. Everywhere, `$0` in it is what matched.
pub(super) fn replace(pattern: &str, value: &str, text: &str, all: bool) -> Option<String> {
    let regex = regex(pattern, true, false)?;
    if all {
        return Some(regex.try_replacen(value, 0, text).ok()?.into_owned());
    }
    let Some(found) = regex.find(value).ok()? else {
        return Some(value.to_owned());
    };
    let (before, behind) = (&value[..found.start()], &value[found.end()..]);
    Some(format!("{before}{text}{behind}"))
}
