//! `config`: the settings that Airflow ends up with in a deployment, where each value comes from, and
//! which backends it would construct from them.
//!
//! Follows the twin ([`crate::airflow::config`]) over what was loaded. Nothing is printed here, and what
//! may be shown of a value is said beside it. Commands (`_cmd`) are never run.

mod backends;
mod options;

use std::collections::BTreeMap;
use std::path::PathBuf;

use crate::airflow::Target;
use crate::airflow::config::Settings;
use crate::inputs::Input;
use crate::load::{Loaded, One, View};
use crate::source::{Place, Text};

pub use backends::{Attributes, Built, Held, Name};

/// Everything that is told.
#[derive(Debug)]
pub struct Ending {
    /// Whose behaviour it is.
    pub target: Target,
    /// The files that were read.
    pub files: Vec<PathBuf>,
    /// What reading airflow.cfg raises.
    pub unreadable: Option<Unreadable>,
    /// Options by section and name.
    pub sections: BTreeMap<String, BTreeMap<String, Entry>>,
    /// Options left out of `sections`, because their names are known to nobody.
    pub unlisted: usize,
    /// What becomes of `[secrets] backend`.
    pub backend: Built,
    /// What becomes of `[workers] secrets_backend`, where a worker looks at it.
    pub worker_backend: Built,
    /// A worker uses `backend`.
    pub worker_uses_main: bool,
    /// What cannot be known, one sentence each.
    pub unknown: Vec<String>,
}

/// A file that Airflow cannot read.
#[derive(Debug)]
pub struct Unreadable {
    /// Name of the Python exception.
    pub exception: &'static str,
    /// Where.
    pub spot: Spot,
    /// Airflow does not start. Otherwise the process goes on with what it had read.
    pub is_fatal: bool,
}

/// A line of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spot {
    /// The file.
    pub path: PathBuf,
    /// Its line, from 1.
    pub line: usize,
}

/// One option.
#[derive(Debug)]
pub struct Entry {
    /// Where the value comes from.
    pub source: Source,
    /// What is read.
    pub state: State,
    /// Where it is written; `None` for defaults.
    pub spot: Option<Spot>,
    /// The old name under which it is written.
    pub old_name: Option<(String, String)>,
    /// Section and name may be printed.
    pub name_is_public: bool,
}

/// Where a value comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// An environment variable.
    Env,
    /// One that holds a command.
    EnvCmd,
    /// One that holds a name in the secrets backend.
    EnvSecret,
    /// airflow.cfg
    Cfg,
    /// A command in it.
    CfgCmd,
    /// A name in the secrets backend in it.
    CfgSecret,
    /// The release's own.
    Default,
}

impl Source {
    /// The word of JSON.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Env => "env",
            Self::EnvCmd => "env_cmd",
            Self::EnvSecret => "env_secret",
            Self::Cfg => "cfg",
            Self::CfgCmd => "cfg_cmd",
            Self::CfgSecret => "cfg_secret",
            Self::Default => "default",
        }
    }
}

/// What `conf.get` gives.
#[derive(Debug)]
pub enum State {
    /// A value.
    Value {
        /// What Airflow sees.
        text: Text,
        /// It may be shown.
        is_public: bool,
    },
    /// It raises.
    Error(&'static str),
    /// Something supplies the value that airvane does not ask: a command, the backend.
    Supplied,
    /// A part of the value is not known.
    Unknown(Text),
}

/// What is wanted.
#[derive(Clone, Copy, Debug)]
pub struct Wanted<'r> {
    /// Only these sections, with the defaults of their options; none: whatever is set.
    pub sections: &'r [String],
}

/// Tells what the deployment `one` ends up with.
pub fn run(wanted: Wanted<'_>, loaded: &Loaded, one: &One) -> Ending {
    let again = loaded.read_again(one);
    let (view, unreadable) = loaded.view_of(one, &again);
    let View {
        target,
        settings,
        secrets,
        ..
    } = view;
    let inputs = loaded.of(&one.choice.settings);
    let unreadable = unreadable.map(|error| Unreadable {
        exception: error.exception,
        spot: spot(&inputs, error.place),
        is_fatal: error.is_fatal,
    });
    let is_fatal = unreadable.as_ref().is_some_and(|error| error.is_fatal);
    let room = Room {
        inputs: &inputs,
        settings: &settings,
        target,
    };
    let mut ending = Ending {
        target: target.clone(),
        files: inputs.iter().map(|input| input.path.clone()).collect(),
        sections: BTreeMap::new(),
        unlisted: 0,
        backend: Built::None,
        worker_backend: Built::None,
        worker_uses_main: target.airflow.major >= 3,
        unknown: Vec::new(),
        unreadable,
    };
    if is_fatal {
        let exception = ending.unreadable.as_ref().map(|error| error.exception);
        ending.backend = Built::Fails {
            exception: exception.unwrap_or_default(),
            spot: ending.unreadable.as_ref().map(|error| error.spot.clone()),
        };
    } else {
        room.options(wanted, &mut ending);
        ending.backend = room.built(&secrets.main);
        if let Some(worker) = secrets
            .worker
            .as_ref()
            .filter(|worker| worker.is_configured())
        {
            ending.worker_backend = room.built(worker);
            ending.worker_uses_main = false;
        }
    }
    room.unknown(&mut ending);
    ending
}

/// What the parts of this room look at.
struct Room<'r> {
    inputs: &'r [&'r Input],
    settings: &'r Settings<'r>,
    target: &'r Target,
}

impl Room<'_> {
    fn spot(&self, place: Place) -> Spot {
        spot(self.inputs, place)
    }

    fn unknown(&self, ending: &mut Ending) {
        let mut say = |sentence: &str| ending.unknown.push(sentence.to_owned());
        if !self.settings.has_env {
            say(
                "No file with environment variables was read: a variable AIRFLOW__SECTION__OPTION that \
                 is set elsewhere would win over airflow.cfg.",
            );
        }
        if !self.settings.has_cfg {
            say("No airflow.cfg was read: it may set more than what is listed here.");
        }
        if self.target.is_guess() {
            say(
                "Nobody said which Airflow this is for: the newest known release was taken, --airflow names another.",
            );
        }
        let states = || {
            let sections = ending.sections.values();
            sections.flat_map(|options| options.values().map(|entry| &entry.state))
        };
        let supplied = states().any(|state| matches!(state, State::Supplied));
        let parts = states().any(|state| matches!(state, State::Unknown(_)));
        let mut say = |sentence: &str| ending.unknown.push(sentence.to_owned());
        if supplied {
            say(
                "Values that a command or the secrets backend supplies: airvane runs no command and asks nobody.",
            );
        }
        if parts {
            say(
                "Values with a template, or with a variable that nothing in the deployment defines \
                 (--define NAME=VALUE defines it).",
            );
        }
    }
}

fn spot(inputs: &[&Input], place: Place) -> Spot {
    let input = inputs.iter().find(|input| input.id == place.file);
    input.map_or_else(
        || Spot {
            path: PathBuf::new(),
            line: 0,
        },
        |input| Spot {
            path: input.path.clone(),
            line: input.position(place.span.start).line,
        },
    )
}
