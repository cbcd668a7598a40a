//! AV009: `$NAME` in the middle of a password or a kwargs string.

use crate::airflow::data::{OptionFacts, options};
use crate::airflow::expansion::references;
use crate::inputs::{Form, Setting};
use crate::report::Findings;
use crate::rule;
use crate::rules::{Check, DeploymentContext};

rule! {
    /// # env-expansion-in-value
    ///
    /// ## What it does
    ///
    /// Finds a `$NAME` in the middle of a word (`pa$HOME`) in a sensitive option: connection strings, keys,
    /// the keyword arguments of a secrets backend. Only when the deployment itself sets a variable of
    /// exactly that name. References that stand alone (`$FERNET_KEY`), between delimiters
    /// (`$USER:$PASS@host`) or in braces (`${HOME}`) are taken as intended, and a `$` that ends a pattern is
    /// no reference.
    ///
    /// ## Why is this bad?
    ///
    /// Airflow replaces `$NAME` and `${NAME}` in every value of `airflow.cfg` and of `AIRFLOW__` variables
    /// when the name is set, so the password is another one. There is no way to escape the `$`.
    ///
    /// ## Example
    ///
    /// ```dotenv
    /// REGION=eu-west-1
    /// ```
    ///
    /// ```ini
    /// [database]
    /// sql_alchemy_conn = postgresql://airflow:pa$REGION@db/airflow
    /// ```
    ///
    /// airvane says:
    ///
    /// ```text
    /// airflow.cfg:2:43: warning[AV009] env-expansion-in-value: Airflow replaces this part of `sql_alchemy_conn`: it is `$` and the name of a variable that the deployment sets
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```ini
    /// [database]
    /// sql_alchemy_conn = postgresql://airflow:pa%%24REGION@db/airflow
    /// ```
    ///
    /// ## Versions
    ///
    /// All releases.
    ///
    /// ## References
    ///
    /// - `expand_env_var` in `airflow/configuration.py`
    /// - <https://docs.python.org/3/library/os.path.html#os.path.expandvars>
    "AV009", "env-expansion-in-value", Warning, since "0.1.0",
    checks &[Check::Deployment(check)],
}

fn check(cx: &DeploymentContext<'_>, findings: &mut Findings) {
    for setting in &cx.settings.written {
        let sensitive = options()
            .get(&setting.section, &setting.option)
            .is_some_and(OptionFacts::is_ever_sensitive);
        // Commands and keys of `_secret` are not expanded, single keyword arguments neither.
        if sensitive && setting.form == Form::Plain {
            one(cx, setting, findings);
        }
    }
}

fn one(cx: &DeploymentContext<'_>, setting: &Setting, findings: &mut Findings) {
    let value = setting.value.expose();
    for reference in references(value) {
        let in_word = value[..reference.range.start]
            .chars()
            .next_back()
            .is_some_and(char::is_alphanumeric);
        let in_braces = reference.range.len() - reference.name.len() > 1;
        let name = &value[reference.name.clone()];
        if !in_word
            || in_braces
            || !setting.value.is_known_in(reference.range.clone())
            || !cx.settings.environment.variables.contains_key(name)
        {
            continue;
        }
        findings
            .report(
                &RULE,
                setting.place(reference.range),
                format!("{}.{}", setting.section, setting.option),
                format!(
                    "Airflow replaces this part of `{}`: it is `$` and the name of a variable that the deployment sets",
                    setting.option
                ),
            )
            .help("percent-encode the `$` where the value is a URI, write `${…}` if the replacement is meant, else rename the variable");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::files::cfg_testing::{Case, lines};

    fn found(text: &str) -> Vec<String> {
        let case = Case::cfg(text)
            .variable("REGION", "x")
            .variable("USER", "u")
            .variable("PASS", "p");
        lines(&RULE, &case)
    }

    #[test]
    fn a_set_name_inside_a_word_is_found() {
        let uri = found("[database]\nsql_alchemy_conn = postgresql://a:pa$REGION@h/d\n");
        assert!(uri[0].starts_with("2:37-2:44 warning"), "{uri:?}");
        assert!(!uri[0].contains("REGION"));
        assert_eq!(
            found("[secrets]\nbackend_kwargs = {\"p\": \"x$REGION\"}\n").len(),
            1
        );
    }

    #[test]
    fn intended_references_are_fine() {
        for text in [
            "[core]\nfernet_key = $PASS\n",
            "[core]\nfernet_key = x${PASS}\n",
            "[database]\nsql_alchemy_conn = postgresql://$USER:$PASS@h/d\n",
            "[database]\nsql_alchemy_conn = postgresql://a:pa$w0rd@h/d\n",
            "[secrets]\nbackend_kwargs = {\"connections_lookup_pattern\": \"_default$\"}\n",
            "[core]\ndags_folder = /x$REGION\n",
        ] {
            assert!(found(text).is_empty(), "{text}");
        }
    }
}
