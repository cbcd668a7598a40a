//! `config` for people: options by section, the backends, and what is not known.

use std::io::{self, Write};

use crate::config::{Attributes, Built, Ending, Entry, Held, Source, State};
use crate::render::values::MASK;
use crate::render::{Style, one_line};
use crate::source::display_path;

/// Columns that a name takes before what stands behind it gives way.
const NAME: usize = 26;

/// Writes everything, for people.
pub fn people(out: &mut dyn Write, ending: &Ending, style: Style, reveal: bool) -> io::Result<()> {
    let page = Page {
        ending,
        style,
        reveal,
    };
    page.head(out)?;
    page.sections(out)?;
    page.backends(out)?;
    page.unknown(out)
}

struct Page<'p> {
    ending: &'p Ending,
    style: Style,
    reveal: bool,
}

impl Page<'_> {
    fn head(&self, out: &mut dyn Write) -> io::Result<()> {
        let target = &self.ending.target;
        let mut words = vec![format!("Airflow {}", target.airflow)];
        if let Some(amazon) = target.provider("amazon") {
            words.push(format!("amazon provider {amazon}"));
        }
        words.push(format!("Python {}", target.python));
        words.push(format!("{} process", target.runtime.word()));
        writeln!(out, "{}", self.style.painted("1", &words.join(", ")))?;
        let files: Vec<String> = self
            .ending
            .files
            .iter()
            .map(|path| display_path(path))
            .collect();
        if !files.is_empty() {
            self.style
                .wrapped(out, "", &format!("Read: {}", files.join(", ")))?;
        }
        let Some(error) = &self.ending.unreadable else {
            return Ok(());
        };
        let place = format!("{}:{}", display_path(&error.spot.path), error.spot.line);
        let goes_on = if error.is_fatal {
            "no Airflow command starts with this file, and nothing is read from anywhere"
        } else {
            "the task logs a warning and goes on with what it had read up to there"
        };
        let raised = self.style.painted("1;31", error.exception);
        self.style
            .wrapped(out, "", &format!("{raised} at {place}: {goes_on}"))
    }

    fn sections(&self, out: &mut dyn Write) -> io::Result<()> {
        let mut nothing = true;
        for (section, options) in &self.ending.sections {
            let shown = || {
                let options = options.iter();
                options.filter(|(_, entry)| self.reveal || entry.name_is_public)
            };
            if shown().next().is_none() {
                continue;
            }
            nothing = false;
            let title = format!("[{}]", one_line(section));
            writeln!(out, "\n{}", self.style.painted("1", &title))?;
            for (option, entry) in shown() {
                let place = Self::origin(entry);
                self.line(out, option, &self.state(entry), &place)?;
            }
        }
        let is_fatal = self
            .ending
            .unreadable
            .as_ref()
            .is_some_and(|error| error.is_fatal);
        if nothing && !is_fatal {
            writeln!(out, "\nNo option is set.")?;
        }
        if !self.reveal && self.ending.unlisted > 0 {
            let count = self.ending.unlisted;
            let options = if count == 1 { "option" } else { "options" };
            writeln!(out)?;
            let more = format!(
                "and {count} {options} under names that Airflow does not know (--reveal names them)"
            );
            self.style.wrapped(out, "", &more)?;
        }
        Ok(())
    }

    fn state(&self, entry: &Entry) -> String {
        match &entry.state {
            State::Value { text, .. } if text.is_empty() => "(empty)".to_owned(),
            State::Value { text, is_public } if self.reveal || *is_public => {
                one_line(text.expose())
            }
            State::Value { .. } => MASK.to_owned(),
            State::Error(exception) => self.style.painted("1;31", exception),
            State::Supplied => match entry.source {
                Source::EnvSecret | Source::CfgSecret => "(from the secrets backend)".to_owned(),
                _ => "(from a command, which is not run)".to_owned(),
            },
            State::Unknown(text) if self.reveal && !text.is_empty() => {
                format!("(not known) {}", one_line(text.expose()))
            }
            State::Unknown(_) => "(not known)".to_owned(),
        }
    }

    /// Where the value comes from.
    fn origin(entry: &Entry) -> String {
        let mut origin = match &entry.spot {
            Some(spot) => format!("{}:{}", display_path(&spot.path), spot.line),
            None => "default".to_owned(),
        };
        if let Some((section, option)) = &entry.old_name {
            origin = format!("{origin}, as [{}] {}", one_line(section), one_line(option));
        }
        origin
    }

    fn backends(&self, out: &mut dyn Write) -> io::Result<()> {
        let ending = self.ending;
        self.built(out, "Secrets backend ([secrets])", &ending.backend)?;
        if ending.worker_uses_main {
            writeln!(out)?;
            return self.style.wrapped(
                out,
                "",
                "Workers use the same: [workers] secrets_backend is empty.",
            );
        }
        if ending.target.airflow.major >= 3 {
            self.built(
                out,
                "Secrets backend of workers ([workers])",
                &ending.worker_backend,
            )?;
        }
        Ok(())
    }

    fn built(&self, out: &mut dyn Write, title: &str, built: &Built) -> io::Result<()> {
        writeln!(out, "\n{}", self.style.painted("1", title))?;
        match built {
            Built::None => self.style.wrapped(out, "  ", "none is configured"),
            Built::Fails { exception, spot } => {
                let place = spot.as_ref().map_or_else(String::new, |spot| {
                    format!(" because of {}:{}", display_path(&spot.path), spot.line)
                });
                let raised = self.style.painted("1;31", exception);
                self.style.wrapped(
                    out,
                    "  ",
                    &format!("Airflow does not start: {raised}{place}"),
                )
            }
            Built::Unverified { class } => {
                self.line(out, "class", &self.held(class), "")?;
                self.style.wrapped(
                    out,
                    "  ",
                    "airvane does not know this class: what it is built to is not known",
                )
            }
            Built::Unknown { class, because } => {
                if let Some(class) = class {
                    self.line(out, "class", &self.held(class), "")?;
                }
                self.style
                    .wrapped(out, "  ", &format!("not known: {because}"))
            }
            Built::Object {
                class,
                options,
                session,
                note,
            } => {
                self.line(out, "class", &self.held(class), "")?;
                self.attributes(out, options, "")?;
                self.attributes(out, session, "for the client")?;
                match note {
                    Some(note) => self.style.wrapped(out, "  ", note),
                    None => Ok(()),
                }
            }
        }
    }

    fn attributes(
        &self,
        out: &mut dyn Write,
        attributes: &Attributes,
        note: &str,
    ) -> io::Result<()> {
        for (name, held) in attributes {
            let name = super::shown_name(name, self.reveal);
            self.line(out, &name, &self.held(held), note)?;
        }
        Ok(())
    }

    fn held(&self, held: &Held) -> String {
        match held {
            Held::Null => "None".to_owned(),
            Held::Text(text, _) if text.expose().is_empty() => "(empty)".to_owned(),
            Held::Text(text, is_public) if self.reveal || *is_public => one_line(text.expose()),
            Held::Json(text, is_public) if self.reveal || *is_public => one_line(text.expose()),
            Held::Text(..) | Held::Json(..) => MASK.to_owned(),
            Held::Unknown => "(not known)".to_owned(),
        }
    }

    fn unknown(&self, out: &mut dyn Write) -> io::Result<()> {
        if self.ending.unknown.is_empty() {
            return Ok(());
        }
        writeln!(out, "\n{}", self.style.painted("1", "Not known"))?;
        for sentence in &self.ending.unknown {
            self.style.wrapped(out, "  ", &format!("- {sentence}"))?;
        }
        Ok(())
    }

    /// `  name  value  note`, and what does not fit below, indented.
    fn line(&self, out: &mut dyn Write, name: &str, value: &str, note: &str) -> io::Result<()> {
        let head = format!("  {:<NAME$}", one_line(name));
        let whole = format!("{head}  {value}");
        let width = textwrap::core::display_width(&whole);
        if note.is_empty() && width <= self.style.width {
            return writeln!(out, "{whole}");
        }
        if width + 2 + textwrap::core::display_width(note) <= self.style.width {
            return writeln!(out, "{whole}  {}", self.style.painted("2", note));
        }
        if width <= self.style.width {
            writeln!(out, "{whole}")?;
        } else {
            writeln!(out, "{}", head.trim_end())?;
            self.style.wrapped(out, "    ", &self.broken(value))?;
        }
        if note.is_empty() {
            return Ok(());
        }
        let indent = if width <= self.style.width {
            " ".repeat(NAME + 4)
        } else {
            "    ".to_owned()
        };
        self.style.wrapped(out, &indent, note)
    }

    /// A blank after a dot of a path that is too long for a line.
    fn broken(&self, value: &str) -> String {
        let room = self.style.width.saturating_sub(4);
        if value.len() <= room || value.contains(' ') {
            return value.to_owned();
        }
        let last = value.char_indices().rev();
        let mut dots = last.filter(|(at, character)| *character == '.' && *at < room);
        match dots.next() {
            Some((at, _)) => format!("{} {}", &value[..=at], &value[at + 1..]),
            None => value.to_owned(),
        }
    }
}
