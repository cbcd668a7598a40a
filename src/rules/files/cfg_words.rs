//! How the rules of airflow.cfg look at a file, and how they name what stands in it: only names
//! that the shipped table knows, or misspelt ones of it, reach a message.

use crate::airflow::Version;
use crate::airflow::config::{environment_section, read_bool, read_float, read_int};
use crate::airflow::data::{OptionFacts, OptionType, options};
use crate::inputs::{Form, Origin, Tree};
use crate::report::Severity;
use crate::rules::FileContext;
use crate::source::{Place, Span, Text};
use crate::syntax::cfg::{Cfg, DEFAULT_SECTION, Opt};
use crate::syntax::json;

/// The tree, where the file is an airflow.cfg.
pub(super) fn tree<'a>(cx: &FileContext<'a>) -> Option<&'a Cfg> {
    match &cx.input.tree {
        Tree::Cfg(tree) => Some(tree),
        _ => None,
    }
}

/// The options with the names of their sections, each name once.
pub(super) fn options_of(tree: &Cfg) -> impl Iterator<Item = (&str, &Opt)> {
    tree.sections
        .iter()
        .filter(|section| section.repeats.is_none() || section.name.expose() == DEFAULT_SECTION)
        .flat_map(|section| {
            let once = section
                .options
                .iter()
                .filter(|option| option.repeats.is_none());
            once.map(|option| (section.name.expose(), option))
        })
}

/// A span of the file as a place.
pub(super) fn place(cx: &FileContext<'_>, span: Span) -> Place {
    Place::new(cx.input.id, span)
}

/// The section as a message names it.
pub(super) fn section_words(name: &str) -> String {
    if name == DEFAULT_SECTION || options().nearest_section(name).is_some() {
        format!("`[{name}]`")
    } else {
        "its section".to_owned()
    }
}

/// The option as a message names it: `subject` for the beginning of a sentence.
pub(super) fn option_words(section: &str, name: &str) -> String {
    if is_shown(section, name) {
        format!("`{name}`")
    } else {
        "the option".to_owned()
    }
}

/// `section.option` for fingerprints, without a name that nobody may see.
pub(super) fn subject(section: &str, option: &str) -> String {
    let table = options();
    let shown_section = if section == DEFAULT_SECTION || table.nearest_section(section).is_some() {
        section
    } else {
        "?"
    };
    let shown_option = if is_shown(section, option) {
        option
    } else {
        "?"
    };
    format!("{shown_section}.{shown_option}")
}

fn is_shown(section: &str, name: &str) -> bool {
    let table = options();
    table.is_known(section, name)
        || table.sections_of(name).next().is_some()
        || table.nearest_option(section, name).is_some()
}

/// The facts of an option that the target's Airflow has, or reads under this old name.
pub(super) fn in_force(
    section: &str,
    option: &str,
    airflow: Version,
) -> Option<&'static OptionFacts> {
    let facts = options().get(section, option)?;
    let renamed = facts.renamed.as_ref();
    if renamed.is_some_and(|renamed| renamed.is_read_in(airflow)) {
        return Some(facts);
    }
    if facts.legacy || facts.removed_in.is_some_and(|removed| airflow >= removed) {
        return None;
    }
    let known_from = facts.first_seen.is_some_and(|first| airflow >= first);
    (known_from || facts.provider.is_some()).then_some(facts)
}

/// An environment variable of the deployment sets the same option, so that the file's value is not
/// read there.
pub(super) fn is_overridden(cx: &FileContext<'_>, section: &str, option: &str) -> bool {
    let in_environment = environment_section(section, cx.target.airflow);
    cx.deployment_inputs
        .iter()
        .flat_map(|input| &input.settings)
        .any(|setting| {
            setting.origin == Origin::Env
                && setting.form == Form::Plain
                && setting.section == in_environment
                && setting.option == option
        })
}

/// What Airflow does with the value of an option, as far as a wrong text makes it raise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Use {
    /// `conf.getboolean`
    Boolean,
    /// `conf.getint`
    Integer,
    /// `conf.getfloat`
    Float,
    /// `conf.getimport`
    ClassPath,
    /// `conf.getjson`
    Json,
    /// Plain text, or not known.
    Text,
}

/// Options that are read with `conf.getjson` or `json.loads`. The keyword arguments of the secrets
/// backends are left out: AV201 judges those.
const JSON: &[(&str, &str)] = &[
    ("core", "asset_manager_kwargs"),
    ("core", "dataset_manager_kwargs"),
    ("database", "sql_alchemy_engine_args"),
    ("logging", "remote_task_handler_kwargs"),
];

/// Options whose class is imported at start: the secrets backends.
const CLASS_PATHS: &[(&str, &str)] = &[("secrets", "backend"), ("workers", "secrets_backend")];

/// Keyword arguments of the secrets backends, which have rules of their own.
const KWARGS: &[(&str, &str)] = &[
    ("secrets", "backend_kwargs"),
    ("workers", "secrets_backend_kwargs"),
];

/// How Airflow reads the option.
pub(super) fn use_of(section: &str, option: &str, facts: &OptionFacts) -> Use {
    let name = (section, option);
    match facts.kind {
        OptionType::Boolean => Use::Boolean,
        OptionType::Integer => Use::Integer,
        OptionType::Float => Use::Float,
        // config.yml calls some booleans strings; `getboolean` reads them all the same. Sections
        // that are handed to a client as a whole (`getsection`) keep what does not convert.
        OptionType::String if is_boolean(facts) && !section.ends_with("_configs") => Use::Boolean,
        OptionType::String if JSON.contains(&name) => Use::Json,
        OptionType::String if CLASS_PATHS.contains(&name) => Use::ClassPath,
        OptionType::String => Use::Text,
    }
}

/// Airflow's getter for `reads` takes `text`; a class path and plain text are taken as they stand.
pub(super) fn is_read(reads: Use, text: &str, airflow: Version) -> bool {
    match reads {
        Use::Boolean => read_bool(text).is_some(),
        Use::Integer => read_int(text, airflow).is_some(),
        Use::Float => read_float(text).is_some(),
        Use::Json => json::parse(&Text::verbatim(text, 0)).is_ok(),
        Use::ClassPath | Use::Text => true,
    }
}

fn is_boolean(facts: &OptionFacts) -> bool {
    matches!(facts.default.as_deref(), Some("True" | "False"))
}

/// True for `backend_kwargs` and its counterpart of the workers.
pub(super) fn is_kwargs(section: &str, option: &str) -> bool {
    KWARGS.contains(&(section, option))
}

/// The severity of a fault that makes the target's Airflow fail when it reads the option: one level
/// less where the deployment sets the option in the environment too.
pub(super) fn unless_overridden(
    cx: &FileContext<'_>,
    section: &str,
    option: &str,
    severity: Severity,
) -> Severity {
    if is_overridden(cx, section, option) {
        severity.lowered()
    } else {
        severity
    }
}
