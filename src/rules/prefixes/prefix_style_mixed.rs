//! AV305: one prefix with, one without leading slash.

use super::view::{self, SLASH_ADDED, View, Written};
use crate::report::Findings;
use crate::rule;
use crate::rules::{Check, DeploymentContext};

rule! {
    /// # prefix-style-mixed
    ///
    /// ## What it does
    ///
    /// Finds prefixes of one backend, or of `[secrets]` and `[workers]`, of which some begin with
    /// `/` and others do not.
    ///
    /// ## Why is this bad?
    ///
    /// The slash is part of the name, so one of the two is mostly wrong: connections are found and
    /// variables are not, or the scheduler finds what a task does not.
    ///
    /// ## Example
    ///
    /// ```ini
    /// [secrets]
    /// backend = airflow.providers.amazon.aws.secrets.secrets_manager.SecretsManagerBackend
    /// backend_kwargs = {"connections_prefix": "/prod/connections", "variables_prefix": "prod/variables"}
    /// ```
    ///
    /// airvane says:
    ///
    /// ```text
    /// airflow.cfg:3:42: warning[AV302] secrets-manager-leading-slash: `connections_prefix` begins with `/`: Secrets Manager takes it as part of the name, so only secrets whose names begin with `/` are found
    /// airflow.cfg:3:42: warning[AV305] prefix-style-mixed: `connections_prefix` begins with `/` and another prefix of this backend does not begin with `/`: Secrets Manager takes the slash as part of the name
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```ini
    /// [secrets]
    /// backend = airflow.providers.amazon.aws.secrets.secrets_manager.SecretsManagerBackend
    /// backend_kwargs = {"connections_prefix": "prod/connections", "variables_prefix": "prod/variables"}
    /// ```
    ///
    /// ## Versions
    ///
    /// Silent for SSM Parameter Store with the amazon provider 7.3.0 and later, which adds the
    /// slash.
    ///
    /// ## References
    ///
    /// - <https://airflow.apache.org/docs/apache-airflow-providers-amazon/stable/secrets-backends/index.html>
    "AV305", "prefix-style-mixed", Warning, since "0.1.0",
    checks &[Check::Deployment(check)],
}

fn check(cx: &DeploymentContext<'_>, findings: &mut Findings) {
    let views: Vec<View<'_>> = view::views(cx);
    let strict = |view: &&View<'_>| !view.ssm || view.amazon < SLASH_ADDED;
    let written: Vec<(&View<'_>, Vec<Written<'_, '_>>)> = views
        .iter()
        .filter(strict)
        .map(|view| {
            let mut prefixes = view::written(view);
            prefixes.retain(|prefix| !prefix.clean.is_empty() && !prefix.clean.starts_with("arn:"));
            (view, prefixes)
        })
        .collect();
    for (view, prefixes) in &written {
        // The style that is right for the service, if anybody uses it.
        let good = |prefix: &&Written<'_, '_>| prefix.clean.starts_with('/') == view.ssm;
        let Some(other) = prefixes.iter().find(good) else {
            continue;
        };
        for prefix in prefixes.iter().filter(|prefix| !good(prefix)) {
            report(
                view,
                prefix,
                other,
                "another prefix of this backend",
                findings,
            );
        }
    }
    let [(first, first_prefixes), (second, second_prefixes)] = written.as_slice() else {
        return;
    };
    if first.ssm != second.ssm {
        return;
    }
    for prefix in second_prefixes {
        let same_kind = |other: &&Written<'_, '_>| other.prefix.kind == prefix.prefix.kind;
        let Some(other) = first_prefixes.iter().find(same_kind) else {
            continue;
        };
        if other.clean.starts_with('/') != prefix.clean.starts_with('/') {
            report(
                second,
                prefix,
                other,
                "the same prefix of [secrets]",
                findings,
            );
        }
    }
}

fn report(
    view: &View<'_>,
    prefix: &Written<'_, '_>,
    other: &Written<'_, '_>,
    which: &str,
    findings: &mut Findings,
) {
    let (this, that) = if prefix.clean.starts_with('/') {
        ("begins with `/`", "does not begin with `/`")
    } else {
        ("does not begin with `/`", "begins with `/`")
    };
    let message = format!(
        "`{}` {this} and {which} {that}: {} takes the slash as part of the name",
        prefix.prefix.name,
        view.service()
    );
    findings
        .report(
            &RULE,
            prefix.place,
            view.subject(prefix.prefix.name),
            message,
        )
        .related(other.place, that)
        .help("write both in the style of the names in the store");
}
