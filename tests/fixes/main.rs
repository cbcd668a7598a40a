//! What every fix keeps: all that it does not speak of. Files with faults in them are made up, fixed and
//! read again; every fixture of every rule is fixed; and a table says what each fix writes.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

#[path = "../common/mod.rs"]
mod common;
mod fixtures;
mod properties;
mod table;

use std::path::PathBuf;

use airvane::airflow::Runtime;
use airvane::fix::{self, Fixed};
use airvane::load::Request;
use airvane::report::{Applicability, Selection};
use airvane::syntax::dotenv::Dialect;
use airvane::workspace::targets::Wanted;
use airvane::workspace::{Files, Grouping};

const SSM: &str =
    "airflow.providers.amazon.aws.secrets.systems_manager.SystemsManagerParameterStoreBackend";

fn request(path: &str, dialect: Dialect) -> airvane::check::Request {
    airvane::check::Request {
        load: Request {
            paths: vec![PathBuf::from(path)],
            stdin_filename: None,
            as_walked: false,
            kinds: Vec::new(),
            dialect: Some(dialect),
            define: Vec::new(),
            grouping: Grouping::Auto,
            wanted: Wanted {
                airflow: vec!["3.3.2".parse().unwrap()],
                providers: Vec::new(),
                python: None,
                runtime: Some(Runtime::Both),
            },
            jobs: std::num::NonZeroUsize::new(1),
            largest_export: None,
            streams_local: false,
            settings_file: airvane::settings::SettingsFile::default(),
        },
        aws_config: Vec::new(),
        baseline: None,
        selection: Selection::default(),
    }
}

/// A path where nothing is: the text is an overlay.
const NOWHERE: &str = "/nonexistent/airvane";

fn fixed(name: &str, text: &str, dialect: Dialect, least: Applicability) -> (String, Fixed) {
    let path = format!("{NOWHERE}/{name}");
    let mut files = Files::new();
    files.overlay(&path, text.as_bytes().to_vec());
    let fixed = fix::run(&request(&path, dialect), &mut files, least);
    let after = fixed.files.first();
    let after = after.map_or(text.to_owned(), |file| {
        String::from_utf8(file.after.to_vec()).unwrap()
    });
    (after, fixed)
}
