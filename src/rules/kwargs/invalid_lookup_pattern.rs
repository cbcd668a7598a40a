//! AV215: a lookup pattern that Python refuses.

use super::call::{self, Call, Kwarg, Standing, pattern_range, per_release};
use crate::airflow::pattern::{Pattern, PatternError, PatternErrorKind};
use crate::report::{Findings, Severity};
use crate::rule;
use crate::rules::{Check, DeploymentContext};
use crate::source::Text;
use crate::syntax::json::Kind;

rule! {
    /// # invalid-lookup-pattern
    ///
    /// ## What it does
    ///
    /// Reads `connections_lookup_pattern`, `variables_lookup_pattern` and `config_lookup_pattern`
    /// as Python's `re` module does.
    ///
    /// ## Why is this bad?
    ///
    /// The pattern is compiled in each lookup. If Python refuses it, every lookup of that kind
    /// raises, and Airflow swallows that for connections and variables. The usual case is a shell
    /// glob such as `*_prod`.
    ///
    /// ## Example
    ///
    /// ```ini
    /// [secrets]
    /// backend = airflow.providers.amazon.aws.secrets.secrets_manager.SecretsManagerBackend
    /// backend_kwargs = {"connections_prefix": "airflow/connections", "connections_lookup_pattern": "*_prod"}
    /// ```
    ///
    /// airvane says:
    ///
    /// ```text
    /// airflow.cfg:3:95: error[AV215] invalid-lookup-pattern: `connections_lookup_pattern` is not a regular expression for Python (nothing to repeat): every lookup raises, which Airflow swallows, so the backend is skipped
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```ini
    /// [secrets]
    /// backend = airflow.providers.amazon.aws.secrets.secrets_manager.SecretsManagerBackend
    /// backend_kwargs = {"connections_prefix": "airflow/connections", "connections_lookup_pattern": ".*_prod$"}
    /// ```
    ///
    /// ## Versions
    ///
    /// Patterns are read since amazon 7.3.0. What Python refuses depends on its release in a few
    /// cases: flags in the middle of a pattern are refused since 3.11, possessive repeats before.
    ///
    /// ## References
    ///
    /// - <https://docs.python.org/3/library/re.html>
    "AV215", "invalid-lookup-pattern", Error, since "0.1.0",
    checks &[Check::Deployment(check)],
}

/// The prefix and pattern of each kind.
pub(super) const KINDS: [(&str, &str); 3] = [
    ("connections_prefix", "connections_lookup_pattern"),
    ("variables_prefix", "variables_lookup_pattern"),
    ("config_prefix", "config_lookup_pattern"),
];

/// The patterns that are used: their release knows them and their prefix is not null.
pub(super) fn patterns<'c, 'a>(call: &'c Call<'a>) -> Vec<(&'static str, &'c Kwarg<'a>, Text)> {
    if !call.class.is_aws() {
        return Vec::new();
    }
    KINDS
        .into_iter()
        .filter(|(prefix, _)| !is_off(call, prefix))
        .filter(|(_, pattern)| matches!(call.standing(pattern), Standing::Known(_)))
        .filter_map(|(prefix, pattern)| {
            let kwarg = call.kwarg(pattern)?;
            let text = kwarg.known_string()?;
            // "" counts as no pattern.
            (!text.is_empty()).then_some((prefix, kwarg, text))
        })
        .collect()
}

/// The kind is switched off.
pub(super) fn is_off(call: &Call<'_>, prefix: &str) -> bool {
    call.kwarg(prefix)
        .is_some_and(|kwarg| kwarg.value.kind() == Kind::Null)
}

fn check(cx: &DeploymentContext<'_>, findings: &mut Findings) {
    for call in call::calls(cx) {
        for (_, kwarg, text) in patterns(&call) {
            if let Err(error) = Pattern::new(text.expose(), cx.target.python) {
                tell(cx, &call, kwarg, &text, &error, findings);
            }
        }
    }
}

fn tell(
    cx: &DeploymentContext<'_>,
    call: &Call<'_>,
    kwarg: &Kwarg<'_>,
    text: &Text,
    error: &PatternError,
    findings: &mut Findings,
) {
    let effect = if kwarg.name == "config_lookup_pattern" {
        "reading an option through the backend raises AirflowConfigException"
    } else {
        "every lookup raises, which Airflow swallows, so the backend is skipped"
    };
    let help = match error.kind {
        PatternErrorKind::NothingToRepeat => {
            "this is no shell glob: write `.*` for any text, and a backslash before a literal `*`"
        }
        PatternErrorKind::BadEscape => "remove the backslash; for the end of the id write `$`",
        PatternErrorKind::UnknownExtension => "write groups as Python has them: (?P<name>…)",
        PatternErrorKind::LateFlags => "put the flags at the start; case is ignored anyway",
        PatternErrorKind::LookBehindWidth => "use a look-ahead such as ^(?!…) instead",
        PatternErrorKind::MissingParenthesis
        | PatternErrorKind::UnbalancedParenthesis
        | PatternErrorKind::UnterminatedSet => "balance the brackets",
        _ => "write a pattern that Python's re module takes",
    };
    let by_python = matches!(
        error.kind,
        PatternErrorKind::LateFlags | PatternErrorKind::MultipleRepeat
    );
    let range = pattern_range(&kwarg.name, cx.target);
    let severity = if by_python || range.is_some() {
        per_release(Severity::Error, cx.target)
    } else {
        Severity::Error
    };
    let place = if error.range.is_empty() {
        kwarg.place()
    } else {
        kwarg.place_in(text, error.range.clone())
    };
    findings
        .report(
            &RULE,
            place,
            call.subject(kwarg),
            format!(
                "`{}` is not a regular expression for Python ({}): {effect}{}",
                kwarg.name,
                error.kind.python_message(),
                range.unwrap_or_default()
            ),
        )
        .help(help)
        .severity(severity);
}
