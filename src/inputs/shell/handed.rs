//! What one command finds in its environment besides what the script exports: `NAME=value` before it, and what
//! `env` puts there, alone or behind `sudo`.

use super::commands::program;
use crate::source::Text;
use crate::syntax::dotenv::Assigned;

/// Variables of one command.
pub(super) struct Handed {
    pub(super) variables: Vec<Assigned>,
    /// What the script exports does not reach it (`env -i`, `sudo` without `-E`).
    pub(super) is_all: bool,
}

impl Handed {
    /// Of the command with these words, before which `given` stands.
    pub(super) fn of(words: &[Text], given: Vec<Assigned>) -> Self {
        let mut handed = Self {
            variables: given,
            is_all: false,
        };
        if let Some(Self { variables, is_all }) = by_env(words) {
            let own = Self { variables, is_all };
            handed.variables.retain(|one| !is_all && !own.has(one));
            handed.variables.extend(own.variables);
            handed.is_all = is_all;
        }
        handed
    }

    /// It sets the variable.
    pub(super) fn has(&self, other: &Assigned) -> bool {
        let mut names = self.variables.iter().map(|one| one.name.expose());
        names.any(|name| name == other.name.expose())
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

/// What `env` hands on, where the command is one.
fn by_env(mut words: &[Text]) -> Option<Handed> {
    let mut is_all = false;
    loop {
        let (first, behind) = words.split_first()?;
        words = match program(known(first)?) {
            "env" => return of_env(behind, is_all),
            "sudo" => {
                let (keeps, behind) = behind_sudo(behind)?;
                is_all |= !keeps;
                behind
            }
            "exec" | "command" | "nohup" => behind,
            "gosu" => behind.get(1..)?,
            _ => return None,
        };
    }
}

fn known(word: &Text) -> Option<&str> {
    word.is_known().then(|| word.expose())
}

/// Whether `sudo` keeps the environment, and the command that it runs.
fn behind_sudo(words: &[Text]) -> Option<(bool, &[Text])> {
    /// Short options with a value, which may touch them.
    const WITH_VALUE: &str = "ughpCrtTUDR";
    let mut keeps = false;
    let mut at = 0;
    loop {
        let word = known(words.get(at)?)?;
        let Some(options) = word.strip_prefix('-').filter(|options| !options.is_empty()) else {
            return Some((keeps, words.get(at..)?));
        };
        at += 1;
        match options {
            "-preserve-env" => keeps = true,
            "-" => return Some((keeps, words.get(at..)?)),
            // `--user=name`; of others it is not certain what they take.
            _ if options.starts_with("-user=") || options.starts_with("-group=") => {}
            "-user" | "-group" => at += 1,
            _ => {
                let valued = options.find(|option| WITH_VALUE.contains(option));
                let flags = &options[..valued.unwrap_or(options.len())];
                if !flags.bytes().all(|flag| b"EHnSbkAP".contains(&flag)) {
                    return None;
                }
                keeps |= flags.contains('E');
                if valued.is_some_and(|valued| valued + 1 == options.len()) {
                    at += 1;
                }
            }
        }
    }
}

/// Behind `env`.
fn of_env(mut words: &[Text], mut is_all: bool) -> Option<Handed> {
    loop {
        let (first, behind) = words.split_first()?;
        let text = first.expose();
        let is_option = text.starts_with('-') && first.is_known_in(0..1);
        match known(first).filter(|_| is_option) {
            Some("-" | "-i" | "--ignore-environment") => is_all = true,
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
    let mut variables = Vec::new();
    for word in words {
        let text = word.expose();
        let Some(equals) = text.find('=').filter(|&at| at > 0) else {
            // The command: nobody knows how many words an unknown one is.
            return known(word).map(|_| Handed { variables, is_all });
        };
        if !word.is_known_in(0..equals + 1) {
            return None;
        }
        variables.push(Assigned {
            name: word.slice(0..equals),
            value: Some(word.slice(equals + 1..text.len())),
        });
    }
    None
}
