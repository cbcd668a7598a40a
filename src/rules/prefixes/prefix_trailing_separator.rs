//! AV303: a separator at the end of a prefix that nothing strips.

use super::view::{self, SEP_STRIPPED};
use crate::report::{Findings, Fix, Severity};
use crate::rule;
use crate::rules::{Check, DeploymentContext};

rule! {
    /// # prefix-trailing-separator
    ///
    /// ## What it does
    ///
    /// Finds prefixes that still end with `/`, `-` or `_` after the constructor's clean-up, while
    /// another separator is put between prefix and id.
    ///
    /// ## Why is this bad?
    ///
    /// The backend strips the separator it uses itself (SSM: `/`; Secrets Manager: the characters
    /// of `sep`, by default `/`) and nothing else. With `sep` `-` the prefix `a/b/` asks for
    /// `a/b/-id`, and with the default the prefix `airflow-` asks for `airflow-/id`. A trailing `/`
    /// that is stripped is harmless and not reported.
    ///
    /// ## Example
    ///
    /// ```ini
    /// [secrets]
    /// backend = airflow.providers.amazon.aws.secrets.secrets_manager.SecretsManagerBackend
    /// backend_kwargs = {"connections_prefix": "airflow/connections/", "sep": "-"}
    /// ```
    ///
    /// airvane says:
    ///
    /// ```text
    /// airflow.cfg:3:61: warning[AV303] prefix-trailing-separator: `connections_prefix` ends with `/` and the separator still follows: only the characters of `sep` are stripped there, so names hold both
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```ini
    /// [secrets]
    /// backend = airflow.providers.amazon.aws.secrets.secrets_manager.SecretsManagerBackend
    /// backend_kwargs = {"connections_prefix": "airflow/connections", "sep": "-"}
    /// ```
    ///
    /// ## Fix
    ///
    /// Unsafe: the separator at the end is removed. Names in the store may have been given with both.
    ///
    /// ## Versions
    ///
    /// Secrets Manager strips the characters of `sep` since the amazon provider 2.3.0; earlier
    /// releases strip `/` only.
    ///
    /// ## References
    ///
    /// - `SecretsManagerBackend.__init__` in `airflow/providers/amazon/aws/secrets/secrets_manager.py`
    "AV303", "prefix-trailing-separator", Warning, since "0.1.0",
    checks &[Check::Deployment(check)],
}

fn check(cx: &DeploymentContext<'_>, findings: &mut Findings) {
    for view in view::views(cx) {
        // With an empty separator the prefix has to bring its own.
        let Some(sep) = view.sep().filter(|sep| !sep.is_empty()) else {
            continue;
        };
        for prefix in view::written(&view) {
            let Some(last) = prefix.clean.chars().next_back() else {
                continue;
            };
            if !matches!(last, '/' | '-' | '_') {
                continue;
            }
            // Releases before 2.3.0 strip `/` whatever `sep` is.
            let only_later = last == '/' && !view.ssm;
            let (severity, range) = if only_later && cx.target.is_guess() {
                let range = format!(" (amazon provider {SEP_STRIPPED} and later)");
                (Severity::Info, range)
            } else {
                (Severity::Warning, String::new())
            };
            let stays = if view.ssm || sep == "/" {
                "only `/` is stripped there"
            } else {
                "only the characters of `sep` are stripped there"
            };
            let message = format!(
                "`{}` ends with `{last}` and the separator still follows: {stays}, so names hold \
                 both{range}",
                prefix.prefix.name
            );
            let end = prefix.clean.len();
            findings
                .report(
                    &RULE,
                    prefix.at(end - last.len_utf8()..end),
                    view.subject(prefix.prefix.name),
                    message,
                )
                .severity(severity)
                .fix(
                    prefix
                        .edits(cx, &[(end - last.len_utf8()..end, "")])
                        .map(|edits| Fix::risky(format!("remove the trailing `{last}`"), edits)),
                )
                .help(format!("remove the trailing `{last}`"));
        }
    }
}
