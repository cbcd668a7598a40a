//! What `resolve` prints: one array for programs, or the way of each id for people.

use std::io::{self, Write};

use super::list::number;
use super::values::{self, MASK, Shown};
use super::{Style, one_line};
use crate::resolve::{self, Answer, Found, Outcome, Remark, Spot, Step};
use crate::source::display_path;

/// Writes the array of `--format json`.
pub fn json(out: &mut dyn Write, answers: &[Answer], reveal: bool) -> io::Result<()> {
    let mut text = Vec::new();
    text.push(b'[');
    for (index, answer) in answers.iter().enumerate() {
        text.extend_from_slice(if index > 0 { b",\n " } else { b"\n " });
        object(&mut text, answer, reveal);
    }
    text.extend_from_slice(if answers.is_empty() { b"]\n" } else { b"\n]\n" });
    out.write_all(&text)
}

fn object(out: &mut Vec<u8>, answer: &Answer, reveal: bool) {
    out.push(b'{');
    text(out, "kind", answer.kind.word());
    text(out, "id", &answer.id);
    text(out, "outcome", answer.outcome.word());
    if let Some(exception) = answer.airflow {
        text(out, "airflow", exception);
    }
    text(out, "because", &answer.because);
    list(out, "steps", &answer.steps, |out, step| {
        self::step(out, step, reveal);
    });
    if let Some(found) = &answer.found {
        self::found(out, found, reveal);
    }
    if !answer.candidates.is_empty() {
        list(out, "candidates", &answer.candidates, |out, candidate| {
            out.push(b'{');
            let step = answer.steps.get(candidate.step);
            if let Some(step) = step {
                text(out, "backend", &step.backend);
                if let Some(name) = hit(step) {
                    text(out, "lookup", shown_name(step, name, reveal));
                }
                place(out, step.spot.as_ref());
            }
            self::found(out, &candidate.found, reveal);
            out.push(b'}');
        });
    }
    if !answer.near.is_empty() {
        list(out, "near", &answer.near, |out, near| {
            out.push(b'{');
            text(out, "name", &near.name);
            text(out, "why", &near.why);
            place(out, Some(&near.spot));
            out.push(b'}');
        });
    }
    if !answer.used.is_empty() {
        list(out, "used", &answer.used, |out, spot| {
            out.push(b'{');
            place(out, Some(spot));
            out.push(b'}');
        });
    }
    if !answer.remarks.is_empty() {
        list(out, "remarks", &answer.remarks, |out, remark| {
            out.push(b'{');
            text(out, "rule", remark.rule);
            text(out, "severity", remark.severity.word());
            text(out, "message", &remark.message);
            place(out, Some(&remark.spot));
            out.push(b'}');
        });
    }
    out.push(b'}');
}

fn step(out: &mut Vec<u8>, step: &Step, reveal: bool) {
    out.push(b'{');
    text(out, "backend", &step.backend);
    values::key(out, "lookup");
    match hit(step).or(step.lookups.first()) {
        Some(name) => values::string(out, shown_name(step, name, reveal)),
        None => out.extend_from_slice(b"null"),
    }
    if step.lookups.len() > 1 {
        list(out, "lookups", &step.lookups, |out, name| {
            values::string(out, shown_name(step, name, reveal));
        });
    }
    text(out, "outcome", step.outcome.word());
    place(out, step.spot.as_ref());
    if let Some(reason) = &step.reason {
        text(out, "reason", reason);
    }
    if let Some(exception) = step.airflow {
        text(out, "airflow", exception);
    }
    if let Some(rule) = step.rule {
        text(out, "rule", rule);
    }
    out.push(b'}');
}

fn hit(step: &Step) -> Option<&String> {
    step.lookups.get(step.hit?)
}

/// The name is made of a prefix, which the settings give, and of the id that the user asks for.
pub(super) fn shown_name<'s>(step: &Step, name: &'s str, reveal: bool) -> &'s str {
    if reveal || step.lookups_public {
        name
    } else {
        MASK
    }
}

fn found(out: &mut Vec<u8>, found: &Found, reveal: bool) {
    match found {
        Found::Connection {
            reading,
            format,
            may_show,
            ..
        } => {
            if let Some(shown) = Shown::new(reading, format, *may_show, reveal) {
                values::key(out, "connection");
                shown.json(out);
            }
        }
        Found::Value(value) => {
            let shown = reveal || value.expose().is_empty();
            text(out, "value", if shown { value.expose() } else { MASK });
        }
    }
}

fn place(out: &mut Vec<u8>, spot: Option<&Spot>) {
    if let Some(spot) = spot {
        text(out, "path", &display_path(&spot.path));
        values::key(out, "line");
        number(out, spot.line);
    }
}

fn text(out: &mut Vec<u8>, key: &str, text: &str) {
    values::key(out, key);
    values::string(out, text);
}

fn list<T>(out: &mut Vec<u8>, key: &str, items: &[T], item: impl FnMut(&mut Vec<u8>, &T)) {
    values::key(out, key);
    out.push(b'[');
    values::separated(out, items, item);
    out.push(b']');
}

/// Writes the way of each id, for people.
pub fn people(
    out: &mut dyn Write,
    answers: &[Answer],
    whose: &str,
    style: Style,
    reveal: bool,
) -> io::Result<()> {
    for (index, answer) in answers.iter().enumerate() {
        if index > 0 {
            writeln!(out)?;
        }
        let page = Page {
            answer,
            style,
            reveal,
        };
        page.write(out, whose)?;
    }
    Ok(())
}

/// The way of one id.
struct Page<'p> {
    answer: &'p Answer,
    style: Style,
    reveal: bool,
}

impl Page<'_> {
    fn write(&self, out: &mut dyn Write, whose: &str) -> io::Result<()> {
        let answer = self.answer;
        let kind = answer.kind.word();
        let title = format!("{kind} {}", one_line(&answer.id));
        writeln!(out, "{}  ({whose})", self.style.painted("1", &title))?;
        self.style.wrapped(out, "", &self.verdict())?;
        if let Some(used) = used(&answer.used) {
            self.style.wrapped(out, "", &used)?;
        }
        writeln!(out)?;
        for (index, step) in answer.steps.iter().enumerate() {
            self.step(out, index + 1, step)?;
        }
        if let Some(last) = answer.last.filter(|_| answer.outcome != Outcome::Found) {
            self.style
                .wrapped(out, "  ", &format!("- {}", resolve::last(last)))?;
        }
        if !answer.near.is_empty() {
            writeln!(out, "\n  Nearly the same name:")?;
            for near in &answer.near {
                let line = format!("- {} ({}): {}", near.name, place_of(&near.spot), near.why);
                self.style.wrapped(out, "  ", &line)?;
            }
        }
        if !answer.remarks.is_empty() {
            writeln!(out, "\n  What `airvane check` says of it:")?;
            for remark in &answer.remarks {
                self.style.wrapped(out, "  ", &remark_line(remark))?;
            }
        }
        Ok(())
    }

    fn verdict(&self) -> String {
        let word = match self.answer.outcome {
            Outcome::Found => self.style.painted("1;32", "found"),
            Outcome::Unknown => self.style.painted("1;33", "unknown"),
            other => self.style.painted("1;31", other.word()),
        };
        format!("{word}: {}", one_line(&self.answer.because))
    }

    fn step(&self, out: &mut dyn Write, number: usize, step: &Step) -> io::Result<()> {
        let name = resolve::class_name(&step.backend);
        let at = step.configured.as_ref();
        let at = at.map_or_else(String::new, |spot| format!(" ({})", place_of(spot)));
        writeln!(out, "  {number}. {name}{at}")?;
        for lookup in &step.lookups {
            let line = format!(
                "asks for {}",
                one_line(shown_name(step, lookup, self.reveal))
            );
            self.style.wrapped(out, "     ", &line)?;
        }
        let mut line = step.outcome.word().to_owned();
        if let Some(spot) = &step.spot {
            line = format!("{line} in {}", place_of(spot));
        }
        if let Some(reason) = &step.reason {
            line = format!("{line}: {}", one_line(reason));
        }
        if let Some(exception) = step.airflow {
            line = format!("{line} ({exception})");
        }
        self.style.wrapped(out, "     ", &line)?;
        if step.outcome == Outcome::Found {
            let found = self.answer.found.as_ref();
            let candidates = self.answer.candidates.iter();
            let candidate = candidates
                .filter(|candidate| candidate.step + 1 == number)
                .map(|candidate| &candidate.found);
            for found in found.into_iter().chain(candidate) {
                self.style
                    .wrapped(out, "     ", &found_line(found, self.reveal))?;
            }
        }
        Ok(())
    }
}

/// What is found, in a line.
fn found_line(found: &Found, reveal: bool) -> String {
    match found {
        Found::Connection {
            reading,
            format,
            may_show,
            ..
        } => Shown::new(reading, format, *may_show, reveal)
            .map_or_else(String::new, |shown| shown.line()),
        Found::Value(value) if reveal => one_line(value.expose()),
        Found::Value(value) if value.expose().is_empty() => "(empty)".to_owned(),
        Found::Value(_) => MASK.to_owned(),
    }
}

/// `used in dags/a.py:12, dags/b.py:3 and 4 other places`
fn used(spots: &[Spot]) -> Option<String> {
    const MOST: usize = 3;
    let (told, left) = match spots.len() {
        0 => return None,
        // One more is as short as the words for it.
        count if count <= MOST + 1 => (count, 0),
        count => (MOST, count - MOST),
    };
    let told: Vec<String> = spots[..told].iter().map(place_of).collect();
    let list = match (left, told.as_slice()) {
        (0, [first @ .., last]) if !first.is_empty() => {
            format!("{} and {last}", first.join(", "))
        }
        (0, _) => told.join(", "),
        _ => format!("{} and {left} other places", told.join(", ")),
    };
    Some(format!("used in {list}"))
}

fn remark_line(remark: &Remark) -> String {
    format!(
        "- {}: {}[{}] {}",
        place_of(&remark.spot),
        remark.severity.word(),
        remark.rule,
        one_line(&remark.message)
    )
}

pub(super) fn place_of(spot: &Spot) -> String {
    format!("{}:{}", display_path(&spot.path), spot.line)
}
