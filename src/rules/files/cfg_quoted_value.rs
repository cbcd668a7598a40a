//! AV008: quotes round a value.

use super::cfg_words::{
    Use, in_force, is_kwargs, is_read, option_words, options_of, place, subject, tree,
    unless_overridden, use_of,
};
use crate::airflow::Version;
use crate::airflow::data::options;
use crate::report::{Edit, Findings, Fix, Severity};
use crate::rule;
use crate::rules::{Check, FileContext};
use crate::syntax::cfg::Opt;

rule! {
    /// # cfg-quoted-value
    ///
    /// ## What it does
    ///
    /// Finds values of `airflow.cfg` that stand in quotes as a whole: `"True"`, `'a.b.Backend'`.
    ///
    /// ## Why is this bad?
    ///
    /// Airflow's parser does not remove quotes; they belong to the value. A number or boolean in quotes
    /// raises `AirflowConfigException`, a class path in quotes cannot be imported, a path or a URL in quotes
    /// is another one.
    ///
    /// It is an error where Airflow then fails (numbers, booleans, the class path of a secrets backend, JSON),
    /// else a warning. For `backend_kwargs` see `kwargs-not-json`.
    ///
    /// ## Example
    ///
    /// ```ini
    /// [secrets]
    /// backend = "airflow.providers.amazon.aws.secrets.secrets_manager.SecretsManagerBackend"
    /// ```
    ///
    /// airvane says:
    ///
    /// ```text
    /// airflow.cfg:2:11: error[AV008] cfg-quoted-value: quotes stand round the value of `backend`: Airflow keeps them and does not start (AirflowConfigException)
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```ini
    /// [secrets]
    /// backend = airflow.providers.amazon.aws.secrets.secrets_manager.SecretsManagerBackend
    /// ```
    ///
    /// ## Fix
    ///
    /// The quotes are removed. Safe where what stands between them is what the option takes (a number, a boolean,
    /// a class path, JSON); unsafe for plain text.
    ///
    /// ## Versions
    ///
    /// All releases.
    ///
    /// ## References
    ///
    /// - `AirflowConfigParser` in `airflow/configuration.py`, and Python's `configparser`
    "AV008", "cfg-quoted-value", Error, since "0.1.0",
    checks &[Check::File(check)],
}

fn check(cx: &FileContext<'_>, findings: &mut Findings) {
    let Some(tree) = tree(cx) else {
        return;
    };
    for (section, option) in options_of(tree) {
        one(cx, section, option, findings);
    }
}

fn one(cx: &FileContext<'_>, section: &str, option: &Opt, findings: &mut Findings) {
    let name = option.name.expose();
    if is_kwargs(section, name) {
        return;
    }
    let value = option.value.expose();
    let Some(inner) = inside_quotes(value) else {
        return;
    };
    // `Fernet` decodes the key with `base64.urlsafe_b64decode`, which drops them.
    if section == "core" && name == "fernet_key" && !inner.is_empty() {
        return;
    }
    // What a section of somebody's own means by quotes is not for us to say.
    let Some(known) = options().get(section, name) else {
        return;
    };
    if known.is_default(value) {
        return;
    }
    let facts = in_force(section, name, cx.target.airflow);
    let reads = facts.map_or(Use::Text, |facts| use_of(section, name, facts));
    let severity = if breaks(reads, inner, value, cx.target.airflow) {
        unless_overridden(cx, section, name, Severity::Error)
    } else {
        Severity::Warning
    };
    let severity = if option.value.is_known() {
        severity
    } else {
        severity.lowered()
    };
    let effect = match reads {
        _ if severity != Severity::Error => "Airflow keeps them as a part of the value",
        Use::ClassPath => "Airflow keeps them and does not start (AirflowConfigException)",
        _ => "Airflow keeps them and cannot read the value (AirflowConfigException)",
    };
    let words = option_words(section, name);
    let span = option.value.span(0..value.len());
    findings
        .report(
            &RULE,
            place(cx, span),
            subject(section, name),
            format!("quotes stand round the value of {words}: {effect}"),
        )
        .help(if inner.is_empty() {
            "leave the value empty"
        } else {
            "remove the quotes"
        })
        .fix(fix(cx, reads, option, inner))
        .severity(severity);
}

/// The quotes go. Where Airflow reads what stands between them as what the option wants, they are a slip;
/// of a plain text nobody can say.
fn fix(cx: &FileContext<'_>, reads: Use, option: &Opt, inner: &str) -> Option<Fix> {
    let length = option.value.len();
    let edits = [0..1, length - 1..length]
        .map(|range| Edit::in_text(cx.input.id, &option.value, range, ""));
    let [Some(first), Some(last)] = edits else {
        return None;
    };
    let plain = inner == inner.trim() && !inner.contains('\n');
    let certain = !inner.is_empty()
        && plain
        && reads != Use::Text
        && is_read(reads, inner, cx.target.airflow);
    let edits = [first, last].concat();
    if !plain {
        return None;
    }
    Some(if certain {
        Fix::safe("remove the quotes", edits)
    } else {
        Fix::risky("remove the quotes", edits)
    })
}

/// What stands between the quotes, when one pair of them holds the whole value.
pub(crate) fn inside_quotes(value: &str) -> Option<&str> {
    let quote = value
        .chars()
        .next()
        .filter(|first| matches!(first, '"' | '\''))?;
    let inner = value.strip_prefix(quote)?.strip_suffix(quote)?;
    (!inner.contains(quote) || inner.starts_with(['{', '['])).then_some(inner)
}

/// Airflow raises for the value, quotes and all.
fn breaks(reads: Use, inner: &str, value: &str, airflow: Version) -> bool {
    match reads {
        Use::ClassPath => !inner.is_empty(),
        _ => !is_read(reads, value, airflow),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::files::cfg_testing::{Case, lines};

    fn found(text: &str) -> Vec<String> {
        lines(&RULE, &Case::cfg(text))
    }

    #[test]
    fn it_is_an_error_where_airflow_fails() {
        assert_eq!(
            found("[core]\nload_examples = \"False\"\n"),
            [
                "2:17-2:24 error quotes stand round the value of `load_examples`: Airflow keeps them and cannot \
              read the value (AirflowConfigException)"
            ]
        );
        for text in [
            "[core]\nparallelism = '16'\n",
            "[secrets]\nbackend = 'a.b.C'\n",
            "[database]\nsql_alchemy_engine_args = '{\"a\": 1}'\n",
        ] {
            assert!(found(text)[0].contains(" error "), "{text}");
        }
    }

    #[test]
    fn elsewhere_it_is_a_warning() {
        for text in [
            "[core]\ndags_folder = \"/dags\"\n",
            "[smtp]\nsmtp_user = ''\n",
            "[core]\nhostname_callable = '{{ name }}'\n",
            "[core]\nfernet_key = ''\n",
        ] {
            assert_eq!(found(text).len(), 1, "{text}");
            assert!(!found(text)[0].contains(" error "), "{text}");
        }
    }

    #[test]
    fn quotes_inside_a_value_are_fine() {
        for text in [
            "[core]\ndags_folder = \"a\", \"b\"\n",
            "[secrets]\nbackend_kwargs = '{\"a\": 1}'\n",
            "[mine]\na = \"x\"\n",
            "[core]\nfernet_key = 'a2V5'\n",
            "[core]\nparallelism = 1\n# x = \"y\"\n",
            "[webserver]\ninstance_name = it's\n",
        ] {
            assert!(found(text).is_empty(), "{text}");
        }
    }
}
