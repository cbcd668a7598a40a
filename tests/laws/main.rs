//! Laws that hold of any input: what is found points at characters that there are and covers what it names,
//! masked text keeps its length, and neither the number of threads nor the order of the files changes
//! what is said. The same laws are asked by `fuzz`, of inputs that nobody thought of.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod exports;
#[expect(dead_code, reason = "some of it is for `fuzz` only")]
mod laws;
mod places;
mod runs;
mod streams;

use std::path::PathBuf;

use airvane::airflow::Runtime;
use airvane::check;
use airvane::load;
use airvane::report::Selection;
use airvane::settings::SettingsFile;
use airvane::workspace::targets::Wanted;
use airvane::workspace::{Files, Grouping};

/// A path where nothing is: the texts are overlays.
const NOWHERE: &str = "/nonexistent/airvane";

/// A request for these files, in this order.
fn request(paths: &[String], jobs: usize) -> check::Request {
    check::Request {
        load: load::Request {
            paths: paths.iter().map(PathBuf::from).collect(),
            stdin_filename: None,
            as_walked: false,
            kinds: Vec::new(),
            dialect: None,
            define: Vec::new(),
            grouping: Grouping::Auto,
            wanted: Wanted {
                airflow: Vec::new(),
                providers: Vec::new(),
                python: None,
                runtime: Some(Runtime::Both),
            },
            jobs: std::num::NonZeroUsize::new(jobs),
            largest_export: None,
            streams_local: false,
            settings_file: SettingsFile::default(),
        },
        aws_config: Vec::new(),
        baseline: None,
        selection: Selection::default(),
    }
}

/// The texts, laid over the disk.
fn overlay(texts: &[(String, String)]) -> Files {
    let mut files = Files::new();
    for (path, text) in texts {
        files.overlay(path, text.clone().into_bytes());
    }
    files
}
