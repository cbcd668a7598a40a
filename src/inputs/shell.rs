//! Scripts of sh and bash, and documents that show what to type into one: what is exported to the processes
//! of Airflow, and what the commands of `astro`, `aws` and `airflow` write.
//!
//! Which words a shell makes of the text is the business of [`dotenv::script`]; here the words of the
//! commands are read as the commands read them.

mod commands;
mod document;
mod handed;
#[cfg(test)]
mod tests;

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};

use super::Kind;
use super::carrier::{
    Added, Around, Carrier, Environment, Fault, FaultKind, Part, Secret, Surroundings, Variable,
};
use crate::source::{Mask, Text};
use crate::syntax::dotenv::{self, Assigned, Called, Cut, Spaced};
use commands::Told;
use handed::Handed;

/// What a script must hold to be worth reading.
const MARKS: [&str; 9] = [
    "AIRFLOW__",
    "AIRFLOW_CONN_",
    "AIRFLOW_VAR_",
    "airflow connections",
    "airflow variables",
    "deployment variable",
    "ssm put-parameter",
    "secretsmanager create-secret",
    "secretsmanager put-secret-value",
];

/// Environments of single commands that are told apart.
const MOST_ENVIRONMENTS: usize = 32;

/// Variables of all of them together, beyond which no further one is told.
const MOST_VARIABLES: usize = 1 << 17;

/// Why a text is a script that tells Airflow something, if it is one.
pub fn recognise(path: &Path, head: &str) -> Option<&'static str> {
    let is_named = path
        .extension()
        .is_some_and(|extension| extension == "sh" || extension == "bash");
    let is_script = is_named || shell(head).is_some();
    (is_script && MARKS.iter().any(|mark| head.contains(mark)))
        .then_some("a script that speaks of Airflow's configuration")
}

/// The shell that the first line names.
fn shell(text: &str) -> Option<&str> {
    let line = text.lines().next()?.strip_prefix("#!")?;
    let mut words = line.split_ascii_whitespace();
    let program = words.next()?.rsplit('/').next()?;
    let program = if program == "env" {
        words.find(|word| !word.starts_with('-'))?
    } else {
        program
    };
    ["sh", "bash", "dash", "ash", "zsh", "ksh"]
        .contains(&program)
        .then_some(program)
}

/// Reads a script, or the commands of a document.
pub fn read(text: &str, surroundings: &Surroundings<'_>) -> Carrier {
    let mut reader = Reader::default();
    let shell = shell(text);
    let bash = !matches!(shell, Some("sh" | "dash" | "ash"));
    let read = |text: &str, range| {
        dotenv::script(
            text,
            range,
            bash,
            &commands::is_known,
            surroundings.environment,
        )
    };
    let mut around = Around::default();
    if shell.is_none() && document::is_one(surroundings.path, text) {
        let (typed, ranges) = document::typed(text);
        for range in ranges {
            reader.take(read(&typed, range));
        }
    } else {
        let mut script = read(text, 0..text.len());
        around.comments = std::mem::take(&mut script.comments);
        reader.take(script);
    }
    around.faults = std::mem::take(&mut reader.faults);
    Carrier {
        parts: reader.parts(),
        around,
        mask: Mask::new(),
        templated: false,
    }
}

/// What was gathered.
#[derive(Default)]
struct Reader {
    exported: Vec<Assigned>,
    /// What stands before single commands.
    given: Vec<Handed>,
    /// The environments of deployments of Astro, with what the commands call them.
    deployments: Vec<(String, Environment)>,
    parameters: Vec<Secret>,
    secrets: Vec<Secret>,
    connections: Vec<Added>,
    variables: Vec<Added>,
    faults: Vec<Fault>,
}

impl Reader {
    fn take(&mut self, script: dotenv::Script) {
        let emptied = script.spaced.iter();
        let emptied = emptied.filter(|(spaced, _)| *spaced == Spaced::Emptied);
        let emptied: HashSet<usize> = emptied.map(|(_, cut)| cut.span.start).collect();
        self.exported
            .extend(script.exported.into_iter().map(|mut one| {
                // What was meant stands behind the blank; nobody is told of an empty value besides.
                if emptied.contains(&(one.name.source().end + 1)) {
                    one.value = None;
                }
                one
            }));
        let ends = script.commands.iter().filter_map(|called| {
            let last = called.words.last()?;
            Some((last.source().end, called))
        });
        let ends: HashMap<usize, &Called> = ends.collect();
        for Cut { span, name } in script.cut {
            let is_ours = match &name {
                Some(name) => name.starts_with("AIRFLOW_"),
                None => ends
                    .get(&span.start)
                    .is_some_and(|called| commands::told(&called.words).is_some()),
            };
            if is_ours {
                self.faults.push(Fault {
                    kind: FaultKind::Background,
                    span,
                    name: name.unwrap_or_default(),
                });
            }
        }
        for (spaced, Cut { span, name }) in script.spaced {
            let name = name.unwrap_or_default();
            if name.starts_with("AIRFLOW_") {
                self.faults.push(Fault {
                    kind: FaultKind::Spaced(spaced),
                    span,
                    name,
                });
            }
        }
        for called in script.commands {
            self.command(called);
        }
    }

    fn command(&mut self, mut called: Called) {
        let given = Handed::of(&called.words, std::mem::take(&mut called.given));
        let is_first = !self.given.iter().any(|one| one.is_same(&given));
        if given.variables.iter().any(is_setting)
            && is_first
            && self.given.len() < MOST_ENVIRONMENTS
        {
            self.given.push(given);
        }
        let Some(told) = commands::told(&called.words) else {
            return;
        };
        match told {
            Told::Deployment {
                name,
                variables,
                env_file,
            } => {
                let known = self
                    .deployments
                    .iter()
                    .position(|(known, _)| *known == name);
                let at = known.unwrap_or_else(|| {
                    self.deployments.push((name, Environment::default()));
                    self.deployments.len() - 1
                });
                let environment = &mut self.deployments[at].1;
                environment.env_files.extend(env_file.map(PathBuf::from));
                environment.variables.extend(variables);
            }
            Told::Stored { kind, secret } => {
                let secrets = if kind == Kind::Ssm {
                    &mut self.parameters
                } else {
                    &mut self.secrets
                };
                let earlier = secrets
                    .iter_mut()
                    .find(|one| one.name.expose() == secret.name.expose());
                match earlier {
                    // The last one stays, if it is run.
                    Some(earlier) if called.is_certain => *earlier = secret,
                    Some(earlier) => earlier.value = None,
                    None => secrets.push(secret),
                }
            }
            Told::Connection(added) => self.connections.push(added),
            Told::Variable(added) => self.variables.push(added),
        }
    }

    fn parts(self) -> Vec<Part> {
        let mut parts = Vec::new();
        let mut environments = vec![self.exported.clone()];
        let mut variables = 0;
        let given = self.given.into_iter().take_while(|given| {
            variables += self.exported.len() + given.variables.len();
            variables <= MOST_VARIABLES
        });
        environments.extend(given.map(|given| {
            let before = self.exported.iter().filter(|_| !given.is_all);
            let set = given.names();
            let before = before.filter(|one| !set.contains(one.name.expose()));
            let before = before.map(|one| Assigned {
                // What is exported further down may not be set yet.
                value: one
                    .value
                    .clone()
                    .filter(|_| one.name.source().start < given.at),
                name: one.name.clone(),
            });
            let mut all: Vec<Assigned> = before.collect();
            all.extend(given.variables);
            all
        }));
        for variables in environments
            .into_iter()
            .filter(|all| all.iter().any(is_setting))
        {
            let variables = variables
                .into_iter()
                .map(|Assigned { name, value }| Variable { name, value });
            parts.push(Part::Environment(Environment {
                variables: variables.collect(),
                ..Environment::default()
            }));
        }
        for (_, environment) in self.deployments {
            let mut names = environment.variables.iter().map(|one| &one.name);
            if names.any(names_setting) {
                parts.push(Part::Environment(environment));
            }
        }
        for (kind, secrets) in [
            (Kind::Ssm, self.parameters),
            (Kind::SecretsManager, self.secrets),
        ] {
            if !secrets.is_empty() {
                parts.push(Part::Store { kind, secrets });
            }
        }
        parts.extend(Part::added(Kind::Connections, self.connections));
        parts.extend(Part::added(Kind::Variables, self.variables));
        parts
    }
}

/// It tells Airflow something that is known here. What only may be set makes no environment of its own.
fn is_setting(one: &Assigned) -> bool {
    let is_known = |value: &Text| value.is_empty() || !value.own_pieces(0..value.len()).is_empty();
    one.value.as_ref().is_some_and(is_known) && names_setting(&one.name)
}

fn names_setting(name: &Text) -> bool {
    let name = name.expose();
    ["AIRFLOW__", "AIRFLOW_CONN_", "AIRFLOW_VAR_"]
        .iter()
        .any(|prefix| name.starts_with(prefix))
}
