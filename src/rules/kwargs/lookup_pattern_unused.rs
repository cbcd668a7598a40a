//! AV217: a lookup pattern for a kind that is switched off.

use super::call::{self, Standing};
use super::invalid_lookup_pattern::{KINDS, is_off};
use crate::report::Findings;
use crate::rule;
use crate::rules::{Check, DeploymentContext};

rule! {
    /// # lookup-pattern-unused
    ///
    /// ## What it does
    ///
    /// Finds a lookup pattern whose prefix is null.
    ///
    /// ## Why is this bad?
    ///
    /// A null prefix switches the kind off; the pattern is never looked at.
    ///
    /// ## Example
    ///
    /// ```ini
    /// [secrets]
    /// backend = airflow.providers.amazon.aws.secrets.secrets_manager.SecretsManagerBackend
    /// backend_kwargs = {"variables_prefix": null, "variables_lookup_pattern": "^team_"}
    /// ```
    ///
    /// airvane says:
    ///
    /// ```text
    /// airflow.cfg:3:46: info[AV217] lookup-pattern-unused: `variables_lookup_pattern` is never used: `variables_prefix` is null, which switches the kind off
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```ini
    /// [secrets]
    /// backend = airflow.providers.amazon.aws.secrets.secrets_manager.SecretsManagerBackend
    /// backend_kwargs = {"variables_prefix": null}
    /// ```
    ///
    /// ## Versions
    ///
    /// Patterns are read since amazon 7.3.0.
    ///
    /// ## References
    ///
    /// - <https://airflow.apache.org/docs/apache-airflow-providers-amazon/stable/secrets-backends/aws-secrets-manager.html>
    "AV217", "lookup-pattern-unused", Info, since "0.1.0",
    checks &[Check::Deployment(check)],
}

fn check(cx: &DeploymentContext<'_>, findings: &mut Findings) {
    for call in call::calls(cx).iter().filter(|call| call.class.is_aws()) {
        for (prefix, pattern) in KINDS {
            let Some(kwarg) = call.kwarg(pattern) else {
                continue;
            };
            let known = matches!(call.standing(pattern), Standing::Known(_));
            if known && kwarg.is_set() && is_off(call, prefix) {
                findings
                    .report(
                        &RULE,
                        kwarg.name_place,
                        call.subject(kwarg),
                        format!("`{pattern}` is never used: `{prefix}` is null, which switches the kind off"),
                    )
                    .help("remove the pattern");
            }
        }
    }
}
