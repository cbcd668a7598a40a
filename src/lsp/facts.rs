//! What the shipped tables say of an option, a class, a keyword argument, a type of connections: the words
//! of hovers and completions. Everything here is public; nothing of any file is looked at.

use std::fmt::Write as _;

use crate::airflow::backend::data::{BackendClass, ClassMatch, JsonType, KwargFact, Release};
use crate::airflow::changes::{Fate, fate};
use crate::airflow::conn_types::{self, ConnType, ExtraField};
use crate::airflow::data::{DefaultIn, OptionFacts, options};
use crate::airflow::option_values::{allowed, declared, executors, reads};
use crate::airflow::{Target, Version};

/// Longer texts of tables are cut: nobody reads a page in a bubble.
const MOST: usize = 300;

/// The oldest release that is modelled: what it has may be older.
const OLDEST: Version = Version::new(2, 0, 0);

/// `AIRFLOW__CORE__EXECUTOR`
pub(super) fn variable(section: &str, option: &str) -> String {
    let section = section.replace('.', "_").to_ascii_uppercase();
    format!("AIRFLOW__{section}__{}", option.to_ascii_uppercase())
}

/// `code`, cut to a length that can be read.
fn quoted(text: &str) -> String {
    let text = text.trim();
    if text.is_empty() {
        return "empty".to_owned();
    }
    let mut cut: String = text.chars().take(MOST).collect();
    if cut.len() < text.len() {
        cut.push('…');
    }
    if cut.contains(['\n', '`']) {
        let cut = cut.replace("```", "");
        return format!("\n```\n{cut}\n```\n");
    }
    format!("`{cut}`")
}

/// The same without the marks of Markdown.
pub(super) fn plain(text: &str) -> String {
    text.replace("**", "").replace('`', "")
}

/// An option that some table knows, as one release has it.
pub(super) fn option(section: &str, option: &str, target: &Target) -> Option<String> {
    let airflow = target.airflow;
    let Some((section, option)) = options().name(section, option) else {
        return gone(section, option, airflow);
    };
    let facts = options().get(section, option)?;
    let mut text = format!(
        "**[{section}] {option}**, `{}`\n\n",
        variable(section, option)
    );
    let is_here = fate_of(&mut text, section, option, airflow);
    if is_here {
        value(&mut text, section, option, facts, airflow);
    }
    // An old name has none: that of the new one holds.
    if is_here && facts.renamed.is_none() {
        default(&mut text, section, option, facts, target);
    }
    if let Some(provider) = &facts.provider {
        let _ = write!(text, "The provider `{provider}` declares it. ");
    }
    if let Some(since) = facts.first_seen.filter(|since| *since > OLDEST) {
        let _ = write!(text, "Since Airflow {since}. ");
    }
    if let Some(since) = facts.deprecated_since {
        let _ = write!(text, "Deprecated since Airflow {since}. ");
    }
    if is_here && options().is_sensitive(section, option, airflow) {
        text.push_str(
            "It may hold a secret: Airflow also reads it from a command (`_cmd`) and from the secrets backend (`_secret`). ",
        );
    }
    if facts.is_template {
        text.push_str("Its value is a template that Airflow fills in later. ");
    }
    Some(trimmed(&text))
}

/// An option that only the tables of what is gone know.
fn gone(section: &str, option: &str, airflow: Version) -> Option<String> {
    let Fate::Removed { since } = fate(section, option, airflow) else {
        return None;
    };
    Some(format!(
        "**[{section}] {option}**\n\nIt is gone since Airflow {since}: {airflow} does not read it."
    ))
}

/// The text without the blanks that its sentences leave.
fn trimmed(text: &str) -> String {
    text.trim_end().replace(" \n", "\n")
}

/// Says what became of it; true where the release reads it.
fn fate_of(text: &mut String, section: &str, option: &str, airflow: Version) -> bool {
    match fate(section, option, airflow) {
        Fate::InForce => return true,
        Fate::NotYet { since } => {
            let _ = write!(
                text,
                "Airflow {airflow} does not read it: it comes with {since}. "
            );
        }
        Fate::Renamed {
            section,
            option,
            since,
            is_read,
        } => {
            let since = since.map_or_else(String::new, |since| format!(" since {since}"));
            let _ = write!(text, "It is called `[{section}] {option}`{since}. ");
            let read = if is_read {
                "still reads the old name"
            } else {
                "does not read the old name"
            };
            let _ = write!(text, "Airflow {airflow} {read}. ");
            return is_read;
        }
        Fate::Removed { since } => {
            let _ = write!(
                text,
                "It is gone since Airflow {since}: {airflow} does not read it. "
            );
        }
        Fate::Unknown => {}
    }
    false
}

/// How it is read and what it takes.
fn value(text: &mut String, section: &str, option: &str, facts: &OptionFacts, airflow: Version) {
    let getters = reads(section, option, airflow);
    let getter = getters.first().map(|read| read.getter);
    if let Some(getter) = getter.or_else(|| declared(facts)) {
        let _ = write!(text, "Airflow reads it as {}. ", getter.words());
    }
    let values = values(section, option, airflow);
    if !values.is_empty() {
        let values: Vec<String> = values.iter().map(|value| format!("`{value}`")).collect();
        let _ = write!(text, "It takes {}. ", values.join(", "));
    }
}

/// The values that an option takes, where there is a list.
pub(super) fn values(section: &str, option: &str, airflow: Version) -> Vec<&'static str> {
    let is_executor = (section, option) == ("core", "executor");
    let listed = if is_executor {
        executors(airflow)
    } else {
        allowed(section, option, airflow)
    };
    let listed = listed.into_iter().flat_map(|values| &values.values);
    listed.map(AsRef::as_ref).collect()
}

/// True for an option that is a boolean.
pub(super) fn is_boolean(section: &str, option: &str, airflow: Version) -> bool {
    use crate::airflow::option_values::Getter;
    let read = reads(section, option, airflow);
    let is = |getter| getter == Getter::Boolean;
    read.iter().any(|read| is(read.getter))
        || options()
            .get(section, option)
            .and_then(declared)
            .is_some_and(is)
}

fn default(text: &mut String, section: &str, option: &str, facts: &OptionFacts, target: &Target) {
    let airflow = target.airflow;
    match options().default_in(section, option, airflow) {
        DefaultIn::Value(value) => {
            let _ = write!(text, "Default in Airflow {airflow}: {}. ", quoted(value));
        }
        DefaultIn::None => match facts
            .default
            .as_deref()
            .filter(|_| facts.provider.is_some())
        {
            Some(value) => {
                let _ = write!(text, "Default: {}. ", quoted(value));
            }
            None => text.push_str("It has no default. "),
        },
        DefaultIn::Unknown => {}
    }
    if let Some((since, _, before)) = facts.changed_default(airflow) {
        let before: Vec<String> = before.iter().map(|value| quoted(value)).collect();
        if !before.is_empty() && before.iter().all(|value| !value.contains('\n')) {
            let _ = write!(text, "Before {since} it was {}. ", before.join(", "));
        }
    }
}

/// A class of secrets backends.
pub(super) fn class(found: ClassMatch, target: &Target) -> String {
    let class = found.class;
    let name = short(class);
    let mut text = format!("**{name}**, `{}`\n\n", class.class_path);
    match &class.provider {
        Some(provider) => {
            let _ = write!(text, "A secrets backend of the provider `{provider}`");
            let _ = write!(text, ", since its release {}. ", class.first_release);
        }
        None => {
            let _ = write!(text, "A secrets backend of Airflow itself. ");
        }
    }
    if let Some(old) = found.legacy {
        let importable = old.is_importable(target.airflow, class.release(target));
        let verb = if importable { "can still" } else { "cannot" };
        let airflow = target.airflow;
        let _ = write!(
            text,
            "This is an old path of it, which {verb} be imported with Airflow {airflow}"
        );
        match old.removed_in {
            Some(Release::Airflow(removed)) => {
                let _ = write!(text, " (removed in Airflow {removed})");
            }
            Some(Release::Provider(removed)) => {
                let _ = write!(text, " (removed in release {removed} of the provider)");
            }
            None => {}
        }
        text.push_str(". ");
    }
    let release = class.release(target);
    let is_in = |fact: &&KwargFact| release.is_none_or(|release| fact.is_in(release));
    let kwargs = class.all_kwargs().filter(is_in);
    let kwargs: Vec<String> = kwargs.map(|fact| format!("`{}`", fact.name)).collect();
    if !kwargs.is_empty() {
        let _ = write!(text, "\n\nKeyword arguments: {}.", kwargs.join(", "));
    }
    trimmed(&text)
}

/// `SecretsManagerBackend`
pub(super) fn short(class: &BackendClass) -> &str {
    let path = class.class_path.rsplit('.');
    path.into_iter().next().unwrap_or_default()
}

/// A keyword argument of a class.
pub(super) fn kwarg(fact: &KwargFact, class: &BackendClass, target: &Target) -> String {
    let mut text = format!("**{}** of {}\n\n", fact.name, short(class));
    if let Some(note) = &fact.note {
        text.push_str(note);
        text.push_str("\n\n");
    }
    let types = fact.types.iter().filter(|kind| **kind != JsonType::Null);
    let types: Vec<&str> = types.map(|kind| kind.described()).collect();
    if !types.is_empty() {
        let _ = write!(text, "It takes {}. ", types.join(" or "));
    }
    let release = class.release(target);
    if let Some(release) = release
        && let Some(values) = fact.enumeration_in(release)
    {
        let values: Vec<String> = values.iter().map(|value| format!("`{value}`")).collect();
        let _ = write!(text, "Its values: {}. ", values.join(", "));
    }
    if let Some(means) = &fact.null_means {
        let _ = write!(text, "`null`: {means}. ");
    }
    if !fact.default.is_null() {
        let _ = write!(text, "Default: {}. ", quoted(&fact.default.to_string()));
    }
    let of = match &class.provider {
        Some(provider) => format!("the provider `{provider}`"),
        None => "Airflow".to_owned(),
    };
    let _ = write!(text, "Since {} of {of}. ", fact.added_in);
    if let Some(since) = fact.deprecated_in {
        let _ = write!(text, "Deprecated since {since}. ");
    }
    if let Some(since) = fact.removed_in {
        let _ = write!(text, "Without effect since {since}. ");
    }
    if let Some(instead) = &fact.replacement {
        let _ = write!(text, "Instead: {instead}. ");
    }
    if fact.sensitive {
        text.push_str("It is a credential: it does not belong into a file that is committed. ");
    }
    trimmed(&text)
}

/// A type of connections.
pub(super) fn conn_type(name: &str, kind: &ConnType) -> String {
    let mut text = format!("**{name}**");
    if let Some(hook) = &kind.hook_name {
        let _ = write!(text, ", {hook} in the UI");
    }
    text.push_str("\n\n");
    match &kind.provider {
        Some(provider) => {
            let _ = write!(text, "A type of connections that `{provider}` registers. ");
        }
        None => text.push_str("A type of connections of Airflow itself. "),
    }
    if let Some(gone) = &kind.deprecated {
        text.push_str("No release of today has it. ");
        if let Some(instead) = &gone.instead {
            let _ = write!(text, "Instead: `{instead}`. ");
        }
    }
    let fields: Vec<String> = kind
        .extra_fields
        .keys()
        .filter(|field| !field.starts_with("extra__"))
        .map(|field| format!("`{field}`"))
        .collect();
    if !fields.is_empty() {
        let _ = write!(text, "\n\nFields of its extra: {}.", fields.join(", "));
    }
    trimmed(&text)
}

/// A field of the extra of a type.
pub(super) fn extra_field(name: &str, field: &ExtraField, conn_type: &str) -> String {
    let mut text = format!("**extra.{name}** of `{conn_type}`\n\n");
    if !field.types.is_empty() {
        let _ = write!(text, "Type: {}. ", field.types.join(" or "));
    }
    if !field.values.is_empty() {
        let values: Vec<String> = field.values.iter().map(|one| format!("`{one}`")).collect();
        let _ = write!(text, "Its values: {}. ", values.join(", "));
    }
    if field.sensitive {
        text.push_str("It holds a secret. ");
    }
    trimmed(&text)
}

/// What Airflow makes of a field of a connection, by the name of the field.
pub(super) fn field(name: &str) -> Option<&'static str> {
    Some(match name {
        "conn_type" => {
            "**conn_type**\n\nWhich hook uses the connection. In a URI it is the scheme: `-` becomes `_`, and `postgresql` becomes `postgres`."
        }
        "description" => "**description**\n\nA text for people; no hook reads it.",
        "host" => {
            "**host**\n\nPercent-encoding in a URI is undone. Behind a second `://` it keeps that protocol: `http://https%3A%2F%2Fexample.com/` is the host `https://example.com/`."
        }
        "login" => {
            "**login**\n\nWho logs in. In a URI it stands before `:` or `@`, and its percent-encoding is undone."
        }
        "password" => {
            "**password**\n\nIn a URI it stands between `:` and `@`, and its percent-encoding is undone: `/`, `?`, `#`, `[`, `]`, `@` and `%` must be encoded."
        }
        "schema" => {
            "**schema**\n\nThe path of a URI without its first `/`: the name of a database for most types."
        }
        "port" => "**port**\n\nA whole number from 0 to 65535.",
        "extra" => {
            "**extra**\n\nWhat else the hook reads, as a JSON object; in a URI each key of the query, or all of it as JSON in `__extra__`."
        }
        "uri" => "**uri**\n\nThe whole connection as a URI. Other fields beside it are not read.",
        "fragment" => "**fragment**\n\nWhat stands behind `#`: Airflow drops it.",
        "protocol" => {
            "**protocol**\n\nBehind the scheme of the connection: it stays a part of the host."
        }
        _ => return None,
    })
}

/// The type of this name, removed ones included.
pub(super) fn type_named(name: &str) -> Option<(&'static str, &'static ConnType)> {
    let mut all = conn_types::all();
    all.find(|(known, _)| *known == name)
}
