//! AV701: stored names that no prefix of the backend reaches.

use super::told;
use crate::airflow::backend::ClassPath;
use crate::airflow::backend::construct::PREFIXES;
use crate::airflow::lookup::{NearMiss, Why};
use crate::aws::names::is_store_name;
use crate::inputs::{EntryKind, Kind};
use crate::report::{Findings, Severity};
use crate::rule;
use crate::rules::{Carrier, Check, EntryContext, StoreContext};
use crate::source::Place;

rule! {
    /// # name-not-covered
    ///
    /// ## What it does
    ///
    /// Compares the names in an export with the prefixes of the configured backend. A name that is
    /// nearly one the backend asks for is a warning: a leading `/` too many or too few, letters of the
    /// other case, `//`, a trailing `/`, another separator, `connection` for `connections`. One more
    /// level in front of or inside the prefix is an info, because it may be another environment's.
    ///
    /// All other names are counted in one info per file: an account holds many that are not Airflow's.
    /// Without settings that name a backend, nothing is said.
    ///
    /// ## Why is this bad?
    ///
    /// Airflow builds the name from prefix, separator and id and asks for exactly that. A secret under
    /// another name is never found: the lookup goes on to environment variables and the metadata
    /// database and ends with "The conn_id isn't defined", without a hint at the near miss.
    ///
    /// ## Example
    ///
    /// ```ini
    /// [secrets]
    /// backend = airflow.providers.amazon.aws.secrets.secrets_manager.SecretsManagerBackend
    /// backend_kwargs = {"connections_prefix": "airflow/connections"}
    /// ```
    ///
    /// ```json
    /// {"SecretValues": [{"Name": "/airflow/connections/smtp_default", "SecretString": "smtp://relay.example.com"}]}
    /// ```
    ///
    /// airvane says:
    ///
    /// ```text
    /// dump.json:1:29: warning[AV701] name-not-covered: no lookup of a connection asks for `/airflow/connections/smtp_default` (it has a leading `/`): the backend asks for `airflow/connections/smtp_default`
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```ini
    /// [secrets]
    /// backend = airflow.providers.amazon.aws.secrets.secrets_manager.SecretsManagerBackend
    /// backend_kwargs = {"connections_prefix": "airflow/connections"}
    /// ```
    ///
    /// ```json
    /// {"SecretValues": [{"Name": "airflow/connections/smtp_default", "SecretString": "smtp://relay.example.com"}]}
    /// ```
    ///
    /// ## Versions
    ///
    /// All releases. With SSM, amazon 7.3.0 and later put the leading `/` in front of a prefix that has
    /// none; older releases ask for the name as it stands.
    ///
    /// ## References
    ///
    /// - `BaseSecretsBackend.build_path` in `airflow/secrets/base_secrets.py`
    /// - `SystemsManagerParameterStoreBackend._ensure_leading_slash`
    "AV701", "name-not-covered", Warning, since "0.1.0",
    checks &[Check::Entry(check_entry), Check::Store(check_store)],
}

fn check_entry(cx: &EntryContext<'_>, findings: &mut Findings) {
    let Some(naming) = cx.naming.filter(|naming| naming.from_settings) else {
        return;
    };
    if !cx.near_miss {
        return;
    }
    let kind = match cx.carrier {
        Carrier::Env | Carrier::Local | Carrier::Command | Carrier::Elsewhere => return,
        Carrier::Ssm => Kind::Ssm,
        Carrier::SecretsManager => Kind::SecretsManager,
        Carrier::Flat => Kind::FlatStore,
    };
    // A name with other characters may not be a name at all, so it is not repeated.
    if !naming.serves(kind) || !is_store_name(&cx.name) {
        return;
    }
    let miss = naming.near_miss(&cx.name);
    let Some(miss) = miss.filter(|miss| is_store_name(&miss.asked)) else {
        return;
    };
    let (difference, mut help) = (difference(miss.why), help(miss.why));
    let mut severity = Severity::Warning;
    if miss.why == Why::ExtraLevel {
        severity = Severity::Info;
    }
    let slash = matches!(miss.why, Why::LeadingSlashMissing | Why::LeadingSlashExtra);
    // A flat map may come from the other store, where such names are right.
    if slash && kind == Kind::FlatStore {
        severity = severity.lowered();
    }
    // Whether SSM's backend adds the slash depends on the provider's release.
    let added = naming.adds_leading_slash
        && naming
            .prefix(miss.kind)
            .is_some_and(|prefix| !prefix.starts_with('/'));
    let mut range = "";
    if added && cx.target.is_guess() {
        severity = severity.lowered();
        range = " (amazon 7.3.0 and later)";
    }
    if help.is_empty() {
        help = "rename it, or change the prefix";
    }
    let what = miss.kind.word();
    let NearMiss { asked, .. } = &miss;
    let name = &cx.name;
    let finding = findings
        .report(
            &RULE,
            cx.name_place,
            cx.name.clone(),
            format!(
                "no lookup of a {what} asks for `{name}` ({difference}): the backend asks for `{asked}`{range}"
            ),
        )
        .help(format!("{help}{}", of_prefix(miss.kind, help)))
        .severity(severity);
    if let Some((place, label)) = prefix_place(cx, miss.kind) {
        finding.related(place, label);
    }
}

/// Where the prefix is written that does not meet the name, or the class that has it by default.
fn prefix_place(cx: &EntryContext<'_>, kind: EntryKind) -> Option<(Place, &'static str)> {
    let backend = cx.backend?;
    let (_, name, _) = PREFIXES.into_iter().find(|(of, ..)| *of == kind)?;
    if let Some(kwarg) = backend.kwarg(name) {
        return Some((kwarg.value_place, "the prefix that it does not meet"));
    }
    match backend.class_path() {
        ClassPath::Path { setting, text } => Some((
            Place::new(setting.file, text.source()),
            "the class whose default prefix it does not meet",
        )),
        _ => None,
    }
}

/// How a stored name differs from the one that is asked for.
pub(crate) const fn difference(why: Why) -> &'static str {
    match why {
        Why::LeadingSlashMissing => "it lacks the leading `/`",
        Why::LeadingSlashExtra => "it has a leading `/`",
        Why::Case => "names are case-sensitive",
        Why::DoubleSlash => "`//` is not `/`",
        Why::TrailingSlash => "it ends with `/`",
        Why::Separator => "another separator stands behind the prefix",
        Why::OtherWord => "another word stands for the prefix's last level",
        Why::ExtraLevel => "it has one level more than the prefix",
    }
}

/// What to do about it; "" where the usual will do.
const fn help(why: Why) -> &'static str {
    match why {
        Why::Case => "rename it, or write the prefix with the same letters",
        Why::DoubleSlash => "use single slashes",
        Why::TrailingSlash => "rename it without the slash at the end",
        Why::ExtraLevel => "if it is meant for this deployment, put the level into the prefix",
        Why::LeadingSlashMissing | Why::LeadingSlashExtra | Why::Separator | Why::OtherWord => "",
    }
}

/// Names the option where the help speaks of "the prefix" in general.
fn of_prefix(kind: EntryKind, help: &str) -> &'static str {
    if !help.ends_with("prefix") {
        return "";
    }
    match kind {
        EntryKind::Connection => " (`connections_prefix`)",
        EntryKind::Variable => " (`variables_prefix`)",
        EntryKind::Config => " (`config_prefix`)",
    }
}

fn check_store(cx: &StoreContext<'_>, findings: &mut Findings) {
    let settled = cx
        .naming
        .is_some_and(|naming| naming.from_settings && naming.serves(cx.input.kind));
    let others = cx.tally.foreign.saturating_sub(cx.tally.near_misses);
    if !settled || others == 0 {
        return;
    }
    let all = cx.tally.foreign + cx.tally.reached();
    let (place, position) = told::whole(cx);
    let finding = findings.report(
        &RULE,
        place,
        "names",
        format!("{others} of {all} names lie outside the prefixes of the configured backend: Airflow never asks for them"),
    );
    finding.severity(Severity::Info);
    told::at(finding, position);
}
