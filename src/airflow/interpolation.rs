//! `%` interpolation of values that come from airflow.cfg: `configparser.BasicInterpolation`.
//!
//! Happens when an option is read, not when the file is loaded. `%%` is a percent sign, `%(name)s`
//! the value of another option of the section; any other `%` raises. The map is kept.

use crate::source::{Span, Text, TextBuilder};

/// `configparser.MAX_INTERPOLATION_DEPTH`
const MAX_DEPTH: usize = 10;

/// Ten levels of references can stand for more text than fits in memory; from here on Python is
/// still busy, and we say that the value is not known.
const MAX_OUTPUT: usize = 1 << 20;

/// The same for references to values that are empty in the end.
const MAX_STEPS: usize = 100_000;

/// What Python raises.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FaultKind {
    /// A `%` that is followed by neither `%` nor `(`, or a reference that is not closed by `)s`.
    Syntax,
    /// `%(name)s` where neither the section nor `[DEFAULT]` has that option.
    MissingOption,
    /// References nested more than ten deep, usually in a circle.
    Depth,
}

impl FaultKind {
    /// The name of the Python exception.
    pub const fn exception(self) -> &'static str {
        match self {
            Self::Syntax => "InterpolationSyntaxError",
            Self::MissingOption => "InterpolationMissingOptionError",
            Self::Depth => "InterpolationDepthError",
        }
    }
}

/// Why reading the option raises, and at which bytes of the file: the `%`, or the reference.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fault {
    /// What is raised.
    pub kind: FaultKind,
    /// The fault; it may stand in another option, to which a reference leads.
    pub span: Span,
}

/// A value that is being gone through.
struct Frame {
    text: Text,
    at: usize,
    /// The reference in the outermost value that led here; `None` for that value itself.
    reference: Option<Span>,
}

/// `value` as `ConfigParser.get` hands it out; `option` gives the raw value of another option of
/// the same section (`[DEFAULT]` included). Parts that are not known stay as they are.
pub fn interpolate<'t>(
    value: &Text,
    option: impl Fn(&str) -> Option<&'t Text>,
) -> Result<Text, Fault> {
    if !value.expose().contains('%') {
        return Ok(value.clone());
    }
    let mut out = TextBuilder::at(value.span(0..0).start);
    let mut frames = vec![Frame {
        text: value.clone(),
        at: 0,
        reference: None,
    }];
    let mut steps = 0;
    while let Some(frame) = frames.last_mut() {
        steps += 1;
        if steps > MAX_STEPS || out.expose().len() > value.len() + MAX_OUTPUT {
            return Ok(value.clone().into_unknown());
        }
        let rest = &frame.text.expose()[frame.at..];
        let Some(before) = rest.find('%') else {
            push(&mut out, frame, frame.text.len());
            frames.pop();
            continue;
        };
        let percent = frame.at + before;
        push(&mut out, frame, percent);
        let rest = &frame.text.expose()[percent..];
        if !frame.text.is_known_in(percent..percent + 1) {
            // What stands there at run time is not known, so neither is what it would raise.
            push(&mut out, frame, percent + 1);
            continue;
        }
        if rest.starts_with("%%") {
            push_percent(&mut out, frame, percent);
            frame.at = percent + 2;
            continue;
        }
        let Some(name) = reference_name(rest) else {
            return Err(Fault {
                kind: FaultKind::Syntax,
                span: frame.text.span(percent..percent + 1),
            });
        };
        let end = percent + name.len() + "%()s".len();
        let span = frame.text.span(percent..end);
        let Some(target) = option(name) else {
            if !frame.text.is_known_in(percent..end) {
                push(&mut out, frame, end);
                continue;
            }
            return Err(Fault {
                kind: FaultKind::MissingOption,
                span,
            });
        };
        frame.at = end;
        let mut next = Frame {
            text: target.clone(),
            at: 0,
            reference: Some(frame.reference.unwrap_or(span)),
        };
        if !target.expose().contains('%') {
            push(&mut out, &mut next, target.len());
            continue;
        }
        if frames.len() == MAX_DEPTH {
            return Err(Fault {
                kind: FaultKind::Depth,
                span: next.reference.unwrap_or(span),
            });
        }
        frames.push(next);
    }
    Ok(out.finish())
}

/// The name in `%(name)s…` (`_KEYCRE`: anything but `)`, at least one character).
fn reference_name(text: &str) -> Option<&str> {
    let inside = text.strip_prefix("%(")?;
    let end = inside.find(')')?;
    (end > 0 && inside[end..].starts_with(")s")).then(|| &inside[..end])
}

/// Writes the frame's text up to `end`.
fn push(out: &mut TextBuilder, frame: &mut Frame, end: usize) {
    let range = frame.at..end;
    frame.at = end;
    let Some(reference) = frame.reference else {
        out.push_from(&frame.text, range);
        return;
    };
    let part = Text::elsewhere(&frame.text.expose()[range.clone()], reference);
    if frame.text.is_known_in(range) {
        out.push_from(&part, 0..part.len());
    } else {
        out.push_unknown(&part, 0..part.len());
    }
}

/// Writes `%` for the `%%` at `percent`.
fn push_percent(out: &mut TextBuilder, frame: &Frame, percent: usize) {
    if let Some(reference) = frame.reference {
        let part = Text::elsewhere("%", reference);
        out.push_from(&part, 0..part.len());
    } else {
        out.push_replaced(&frame.text, percent..percent + 2, "%");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(value: &str, others: &[(&str, &str)]) -> Result<String, (&'static str, Span)> {
        let others: Vec<(&str, Text)> = others
            .iter()
            .map(|&(name, value)| (name, Text::verbatim(value, 1000)))
            .collect();
        interpolate(&Text::verbatim(value, 0), |wanted| {
            others
                .iter()
                .find(|(name, _)| *name == wanted)
                .map(|(_, text)| text)
        })
        .map(|text| text.expose().to_owned())
        .map_err(|fault| (fault.kind.exception(), fault.span))
    }

    #[test]
    fn references_and_doubled_signs_are_replaced() {
        assert_eq!(run("a%%%(x)s%%b", &[("x", "1%%")]).unwrap(), "a%1%%b");
        assert_eq!(
            run("%(a)b)s", &[]).unwrap_err().0,
            "InterpolationSyntaxError"
        );
        assert_eq!(run("%()s", &[]).unwrap_err().0, "InterpolationSyntaxError");
    }

    #[test]
    fn the_fault_is_the_sign_or_the_reference() {
        assert_eq!(
            run("ab%%c%2F", &[]),
            Err(("InterpolationSyntaxError", Span::new(5, 6)))
        );
        assert_eq!(
            run("a%(nope)s", &[]),
            Err(("InterpolationMissingOptionError", Span::new(1, 9)))
        );
        assert_eq!(
            run("%(x)s", &[("x", "5%")]),
            Err(("InterpolationSyntaxError", Span::new(1001, 1002)))
        );
    }

    #[test]
    fn circles_end_in_the_depth_error() {
        let circle = [("a", "%(b)s"), ("b", "%(a)s")];
        assert_eq!(
            run("%(a)s", &circle),
            Err(("InterpolationDepthError", Span::new(0, 5)))
        );
    }

    #[test]
    fn a_bomb_ends_as_an_unknown_value() {
        let wide = "%(n)s".repeat(200);
        let names = ["a", "b", "c", "d", "e", "f", "g", "h"];
        let values: Vec<(String, Text)> = names
            .iter()
            .zip(names.iter().skip(1).chain(&["z"]))
            .map(|(name, next)| {
                let value = wide.replace("(n)", &format!("({next})"));
                ((*name).to_owned(), Text::verbatim(&value, 0))
            })
            .chain([("z".to_owned(), Text::verbatim("%%", 0))])
            .collect();
        let start = Text::verbatim("%(a)s", 0);
        let text = interpolate(&start, |wanted| {
            values
                .iter()
                .find(|(name, _)| name == wanted)
                .map(|(_, text)| text)
        })
        .unwrap();
        assert!(!text.is_known());
    }

    #[test]
    fn the_map_points_at_the_percent_pair_and_at_the_reference() {
        let value = Text::verbatim("x%%y%(o)sz", 0);
        let other = Text::verbatim("long", 50);
        let text = interpolate(&value, |_| Some(&other)).unwrap();
        assert_eq!(text.expose(), "x%ylongz");
        assert_eq!(text.span(1..2), Span::new(1, 3));
        assert_eq!(text.span(4..5), Span::new(4, 9));
        assert_eq!(text.span(7..8), Span::new(9, 10));
    }
}
