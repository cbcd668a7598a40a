//! What one command finds in its environment besides what the script exports: `NAME=value` before it, and what
//! `env` and `sudo` put there.

use std::collections::HashSet;

use super::commands::program;
use crate::source::Text;
use crate::syntax::dotenv::Assigned;

/// Variables of one command.
#[derive(Default)]
pub(super) struct Handed {
    pub(super) variables: Vec<Assigned>,
    /// What the script exports does not reach it (`env -i`, `sudo` without `-E`).
    pub(super) is_all: bool,
    /// Where the command stands.
    pub(super) at: usize,
}

impl Handed {
    /// Of the command with these words, before which `given` stands.
    pub(super) fn of(words: &[Text], given: Vec<Assigned>) -> Self {
        let at = words.first().map_or(0, |word| word.source().start);
        let mut handed = Self::through(words, given);
        handed.at = at;
        handed.keep_the_last();
        handed
    }

    fn through(mut words: &[Text], given: Vec<Assigned>) -> Self {
        let mut handed = Self {
            variables: given,
            ..Self::default()
        };
        while let Some((first, behind)) = words.split_first() {
            let (own, rest) = match known(first).map(program) {
                Some("env") => match of_env(behind) {
                    Some(found) => found,
                    None => return handed,
                },
                // Of what is not read here nothing is said: without `-E` the command finds nothing of all that.
                Some("sudo") => match of_sudo(behind) {
                    Some(found) => found,
                    None => return Self::default(),
                },
                Some("exec" | "command" | "nohup") => {
                    words = behind;
                    continue;
                }
                Some("gosu") => {
                    words = behind.get(1..).unwrap_or_default();
                    continue;
                }
                _ => return handed,
            };
            handed.takes(own);
            words = rest;
        }
        // No command.
        Self::default()
    }

    /// The next program adds its own.
    fn takes(&mut self, own: Self) {
        if own.is_all {
            self.variables.clear();
        }
        self.is_all |= own.is_all;
        self.variables.extend(own.variables);
    }

    /// Of the same name the last one counts.
    fn keep_the_last(&mut self) {
        let mut seen = HashSet::new();
        let all = self.variables.iter().rev();
        let is_last: Vec<bool> = all.map(|one| seen.insert(one.name.expose())).collect();
        let mut is_last = is_last.into_iter().rev();
        self.variables.retain(|_| is_last.next() == Some(true));
    }

    /// The names of the variables.
    pub(super) fn names(&self) -> HashSet<&str> {
        let names = self.variables.iter().map(|one| one.name.expose());
        names.collect()
    }

    /// The same variables with the same values.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        let mut pairs = self.variables.iter().zip(&other.variables);
        self.is_all == other.is_all
            && self.variables.len() == other.variables.len()
            && pairs.all(|(one, other)| {
                let value = one.value.as_ref().map(Text::expose);
                one.name.expose() == other.name.expose()
                    && value == other.value.as_ref().map(Text::expose)
            })
    }
}

fn known(word: &Text) -> Option<&str> {
    word.is_known().then(|| word.expose())
}

/// `NAME=value`, where the name is known.
fn assigned(word: &Text) -> Option<Assigned> {
    let text = word.expose();
    let equals = text.find('=').filter(|&at| at > 0)?;
    word.is_known_in(0..equals + 1).then(|| Assigned {
        name: word.slice(0..equals),
        value: Some(word.slice(equals + 1..text.len())),
    })
}

/// What `sudo` hands on of its own words, and the command that it runs.
fn of_sudo(words: &[Text]) -> Option<(Handed, &[Text])> {
    /// Short options with a value, which may touch them.
    const WITH_VALUE: &str = "ughpCrtTUDR";
    let mut handed = Handed {
        // `env_reset`, which is on unless somebody turns it off.
        is_all: true,
        ..Handed::default()
    };
    let mut at = 0;
    loop {
        let word = words.get(at)?;
        let is_path = word.expose().starts_with('/');
        if let Some(one) =
            assigned(word).filter(|one| !is_path && !one.name.expose().starts_with('-'))
        {
            handed.variables.push(one);
            at += 1;
            continue;
        }
        let word = known(word)?;
        let Some(options) = word.strip_prefix('-').filter(|options| !options.is_empty()) else {
            return Some((handed, words.get(at..)?));
        };
        at += 1;
        match options {
            "-preserve-env" => handed.is_all = false,
            "-" => return Some((handed, words.get(at..).filter(|rest| !rest.is_empty())?)),
            // `--user=name`; of others it is not certain what they take.
            _ if options.starts_with("-user=") || options.starts_with("-group=") => {}
            "-user" | "-group" => at += 1,
            _ => {
                let valued = options.find(|option| WITH_VALUE.contains(option));
                let flags = &options[..valued.unwrap_or(options.len())];
                if !flags.bytes().all(|flag| b"EHnSbkAP".contains(&flag)) {
                    return None;
                }
                if flags.contains('E') {
                    handed.is_all = false;
                }
                if valued.is_some_and(|valued| valued + 1 == options.len()) {
                    at += 1;
                }
            }
        }
    }
}

/// What `env` hands on of its own words, and the command that it runs.
fn of_env(mut words: &[Text]) -> Option<(Handed, &[Text])> {
    let mut handed = Handed::default();
    loop {
        let (first, behind) = words.split_first()?;
        let text = first.expose();
        let is_option = text.starts_with('-') && first.is_known_in(0..1);
        match known(first).filter(|_| is_option) {
            Some("-" | "-i" | "--ignore-environment") => handed.is_all = true,
            Some("--") => {
                words = behind;
                break;
            }
            // What these do with the environment is not told here.
            _ if is_option => return None,
            _ => break,
        }
        words = behind;
    }
    while let Some((first, behind)) = words.split_first() {
        if first.expose().find('=').is_none_or(|at| at == 0) {
            // The command: nobody knows how many words an unknown one is.
            return known(first).map(|_| (handed, words));
        }
        handed.variables.push(assigned(first)?);
        words = behind;
    }
    None
}
