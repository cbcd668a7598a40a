//! What is left of an airflow.cfg that cannot be read: `ConfigParser.read` in the two processes.
//!
//! Airflow's own parser is read while `airflow` is imported, so nothing starts. The object that
//! tasks have from 3.2 on (`AirflowSDKConfigParser.__init__`) only warns, and keeps what `_read` had
//! stored when it raised.

use std::collections::BTreeSet;

use super::Settings;
use super::facts::facts;
use crate::airflow::{Python, Runtime, Target};
use crate::inputs::Origin;
use crate::source::FileId;
use crate::syntax::cfg::{Cfg, ErrorKind};

/// From this release of Python on `_read` joins the lines of values whatever happens.
const JOINED_ALWAYS: Python = Python {
    major: 3,
    minor: 13,
};

/// Up to this release (excluded) a section's name ends at the first bracket, then at the last one.
const HEADER_TO_LAST_BRACKET: Python = Python {
    major: 3,
    minor: 10,
};

/// True where the process has a configuration object that survives a file it cannot read.
pub fn survives_bad_file(target: &Target) -> bool {
    target.runtime == Runtime::Task && target.airflow >= facts().own_object_of_tasks
}

/// True where `[a]b]` is the section `a` and not `a]b`.
pub fn header_ends_at_first_bracket(python: Python) -> bool {
    python < HEADER_TO_LAST_BRACKET
}

impl Settings<'_> {
    /// Leaves of the settings of `file`, whose tree is `tree`, what the target's process keeps when
    /// reading it raises; all of them where it does not raise.
    pub fn keep_loaded(&mut self, file: FileId, tree: &Cfg, target: &Target) {
        let Some(error) = tree.raises() else {
            return;
        };
        if !survives_bad_file(target) {
            self.drop_file(file);
            return;
        }
        // Raised after the last line, when all is stored.
        if error.kind == ErrorKind::Parsing {
            return;
        }
        let end = error.span.start;
        let sections: BTreeSet<&str> = tree
            .sections
            .iter()
            .filter(|section| {
                section.header.start < end && error.kind != ErrorKind::MissingSectionHeader
            })
            .map(|section| section.name.expose())
            .collect();
        self.written.retain(|setting| {
            setting.file != file
                || setting.origin != Origin::Cfg
                || setting.name.start < end && sections.contains(setting.section.as_str())
        });
        if target.python < JOINED_ALWAYS {
            self.unjoined.insert(file);
        }
    }

    /// Leaves out every setting of `file`.
    pub fn drop_file(&mut self, file: FileId) {
        self.written
            .retain(|setting| setting.file != file || setting.origin != Origin::Cfg);
    }
}
