//! airvane: an offline linter for the secrets-backend configuration of Apache Airflow.
//!
//! Data flows one way, and each room knows only the rooms before it:
//!
//! 1. [`source`]: text, and where it stands in its file.
//! 2. [`syntax`]: text to trees, as the program that reads the real file reads it.
//! 3. [`inputs`]: trees to settings, definitions and store entries, whatever file they stood in.
//! 4. [`airflow`], the twin: what Airflow makes of them, per release; with [`mod@aws`], what AWS accepts.
//! 5. [`rules`]: what is wrong, and how certainly.
//! 6. [`report`]: findings selected, sorted, identified and counted.
//! 7. [`render`]: one file per output format.
//!
//! Beside the line stand [`workspace`], which alone opens files and decides what belongs together,
//! [`load`], which reads what was named and puts it together; [`check`], which leads that past the rules,
//! and [`fix`], which makes the edits that they offer; [`list`], [`resolve`] and [`config`], which tell what
//! the twin makes of it; [`init`], which offers settings for it; [`lsp`], which tells an editor of it; and
//! [`commands`] behind [`cli`], which write to the handles they are given.
//!
//! Two steps go the other way. Inputs ask tables of names that ship with airvane
//! ([`airflow::data`], [`aws::names`]). And a rule hands in what it found as [`report::Findings`],
//! each of which names its [`rules::Rule`].

pub mod airflow;
pub mod aws;
pub mod check;
pub mod cli;
pub mod commands;
pub mod config;
pub mod fix;
pub mod init;
pub mod inputs;
pub mod list;
pub mod load;
pub mod lsp;
pub mod render;
pub mod report;
pub mod resolve;
pub mod rules;
pub mod settings;
pub mod source;
pub mod syntax;
pub mod workspace;
