//! AV307: a prefix whose last word speaks of another kind.

use super::view;
use crate::inputs::EntryKind;
use crate::report::Findings;
use crate::rule;
use crate::rules::{Check, DeploymentContext};

rule! {
    /// # prefix-of-wrong-kind
    ///
    /// ## What it does
    ///
    /// Finds prefixes whose last part names another kind of entry, such as `variables_prefix` with
    /// `airflow/connections`.
    ///
    /// ## Why is this bad?
    ///
    /// Mostly two values were mixed up. Airflow then asks for variables where the connections are:
    /// nothing is found, or a connection's URI is handed out as a variable.
    ///
    /// ## Example
    ///
    /// ```ini
    /// [secrets]
    /// backend = airflow.providers.amazon.aws.secrets.secrets_manager.SecretsManagerBackend
    /// backend_kwargs = {"variables_prefix": "airflow/connections"}
    /// ```
    ///
    /// airvane says:
    ///
    /// ```text
    /// airflow.cfg:3:40: warning[AV306] prefix-overlap: `connections_prefix` and `variables_prefix` are the same: a connection and a variable with one id are the same entry
    /// airflow.cfg:3:48: warning[AV307] prefix-of-wrong-kind: `variables_prefix` names connections in its last part: Airflow asks for each variable there
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```ini
    /// [secrets]
    /// backend = airflow.providers.amazon.aws.secrets.secrets_manager.SecretsManagerBackend
    /// backend_kwargs = {"variables_prefix": "airflow/variables"}
    /// ```
    ///
    /// ## Versions
    ///
    /// All releases.
    ///
    /// ## References
    ///
    /// - <https://airflow.apache.org/docs/apache-airflow-providers-amazon/stable/secrets-backends/index.html>
    "AV307", "prefix-of-wrong-kind", Warning, since "0.1.0",
    checks &[Check::Deployment(check)],
}

fn check(cx: &DeploymentContext<'_>, findings: &mut Findings) {
    for view in view::views(cx) {
        let prefixes = view::written(&view);
        for prefix in &prefixes {
            let own = prefix.prefix.kind;
            let Some((range, other)) = wrong_kind(prefix.clean, own) else {
                continue;
            };
            let message = format!(
                "`{}` names {}s in its last part: Airflow asks for each {} there",
                prefix.prefix.name,
                view::thing(other),
                view::thing(own)
            );
            let finding = findings
                .report(
                    &RULE,
                    prefix.at(range),
                    view.subject(prefix.prefix.name),
                    message,
                )
                .help(format!(
                    "write the prefix of the {}s here",
                    view::thing(own)
                ));
            let twin = prefixes.iter().find(|twin| twin.prefix.kind == other);
            if let Some(twin) = twin {
                finding.related(
                    twin.place,
                    format!("the prefix of the {}s", view::thing(other)),
                );
            }
        }
    }
}

/// The last part of `prefix` and the other kind that it names, if it does not name `own` too.
fn wrong_kind(prefix: &str, own: EntryKind) -> Option<(std::ops::Range<usize>, EntryKind)> {
    let start = prefix.rfind('/').map_or(0, |slash| slash + 1);
    let last = prefix.get(start..)?.to_ascii_lowercase();
    let names = |kind: EntryKind| {
        let words: &[&str] = match kind {
            EntryKind::Connection => &["connections", "connection", "conns", "conn"],
            EntryKind::Variable => &["variables", "variable", "vars", "var"],
            // The word is used for too many things to say that something else was meant.
            EntryKind::Config if own == EntryKind::Config => {
                &["config", "configs", "configuration", "conf"]
            }
            EntryKind::Config => &[],
        };
        last.split(['-', '_', '.'])
            .any(|word| words.contains(&word))
    };
    if names(own) {
        return None;
    }
    [EntryKind::Connection, EntryKind::Variable]
        .into_iter()
        .find(|&kind| kind != own && names(kind))
        .map(|kind| (start..prefix.len(), kind))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_last_part_speaks() {
        let kind =
            |prefix, own| wrong_kind(prefix, own).map(|(range, kind)| (&prefix[range], kind));
        assert_eq!(
            kind("airflow/connections", EntryKind::Variable),
            Some(("connections", EntryKind::Connection))
        );
        assert_eq!(
            kind("/prod/Airflow-Variables", EntryKind::Connection),
            Some(("Airflow-Variables", EntryKind::Variable))
        );
        assert_eq!(
            kind("vars", EntryKind::Config),
            Some(("vars", EntryKind::Variable))
        );
        assert_eq!(
            kind("airflow/connections/variables", EntryKind::Variable),
            None
        );
        assert_eq!(kind("airflow/conn-vars", EntryKind::Variable), None);
        assert_eq!(kind("airflow/config", EntryKind::Connection), None);
        assert_eq!(kind("", EntryKind::Connection), None);
        assert_eq!(kind("connectivity", EntryKind::Variable), None);
    }
}
