//! AV007: a comment behind a value.

use std::ops::Range;

use super::cfg_words::{
    Use, in_force, is_kwargs, is_read, option_words, options_of, place, subject, tree,
    unless_overridden, use_of,
};
use crate::airflow::Version;
use crate::airflow::changes::{Fate, fate};
use crate::airflow::data::options;
use crate::airflow::option_values::{Getter, allowed, declared, executors, reads as getters};
use crate::report::{Edit, Findings, Fix, Severity};
use crate::rule;
use crate::rules::{Check, FileContext};
use crate::syntax::cfg::{Opt, is_blank};
use crate::syntax::json;

rule! {
    /// # cfg-inline-comment
    ///
    /// ## What it does
    ///
    /// Finds ` # note` and ` ; note` behind a value of `airflow.cfg`. A marker that belongs to the value is
    /// left alone: without a blank before it (URLs, colours, cron), inside valid JSON or inside quotes, and a `;` before
    /// the executors of a team (`LocalExecutor ; team=CeleryExecutor`).
    ///
    /// ## Why is this bad?
    ///
    /// Airflow's parser knows comments only on lines of their own. The comment becomes a part of the value: a
    /// number does not parse, a class cannot be imported, a path or a password is another one.
    ///
    /// It is an error where Airflow then fails (numbers, booleans with `;`, classes, executors and other values
    /// of a list, JSON), else a warning. Booleans with `#` are no business of this rule: Airflow cuts them there, and
    /// `option-type` judges what is left. For `backend_kwargs` see `kwargs-not-json`.
    ///
    /// ## Example
    ///
    /// ```ini
    /// [core]
    /// parallelism = 16  # per scheduler
    /// ```
    ///
    /// airvane says:
    ///
    /// ```text
    /// airflow.cfg:2:19: error[AV007] cfg-inline-comment: `#` begins no comment behind the value of `parallelism`: Airflow takes it for a part of the value and cannot read it (AirflowConfigException)
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```ini
    /// [core]
    /// # per scheduler
    /// parallelism = 16
    /// ```
    ///
    /// ## Fix
    ///
    /// The comment moves to a line of its own above the option. Safe where Airflow fails with the comment and not
    /// without it (the errors), else unsafe. As comments may hold anything, the edit is shown without its text.
    ///
    /// ## Versions
    ///
    /// All releases.
    ///
    /// ## References
    ///
    /// - `RawConfigParser` in Python's `configparser` (`inline_comment_prefixes=None`)
    /// - `AirflowConfigParser.getboolean` in `airflow/configuration.py`
    "AV007", "cfg-inline-comment", Error, since "0.1.0",
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
    let Some(range) = comment(value) else {
        return;
    };
    if !option.value.is_known_in(range.clone()) || json::parse(&option.value).is_ok() {
        return;
    }
    let marker = &value[range.start..=range.start];
    let airflow = cx.target.airflow;
    let facts = in_force(section, name, airflow);
    let before = value[..range.start].trim_end_matches(is_blank);
    let reads = facts.map_or(Use::Text, |facts| use_of(section, name, facts));
    // `getboolean` cuts the value at `#`; whether what is left is a boolean is for option-type, where it judges that.
    if marker == "#"
        && (reads == Use::Boolean && is_read(reads, value, airflow)
            || is_judged_as_boolean(section, name, airflow))
    {
        return;
    }
    let is_of_teams = marker == ";" && names_teams(section, name, value);
    if is_of_teams && (cx.target.is_guess() || airflow >= TEAMS) {
        return;
    }
    if facts.is_some_and(|facts| facts.is_default(value)) {
        return;
    }
    let is_listed = listed(section, name, before, airflow)
        .is_some_and(|since| !cx.target.is_guess() || since <= Version::new(2, 0, 0));
    let breaks = breaks(reads, before, value, airflow) || is_listed;
    let severity = if breaks && option.value.is_known() {
        unless_overridden(cx, section, name, Severity::Error)
    } else if options().get(section, name).is_some() {
        Severity::Warning
    } else {
        // A section of somebody's own.
        Severity::Info
    };
    let effect = match reads {
        Use::Integer | Use::Float | Use::Boolean if severity == Severity::Error => {
            "Airflow takes it for a part of the value and cannot read it (AirflowConfigException)"
        }
        Use::ClassPath if severity == Severity::Error => {
            "Airflow takes it for a part of the class path and does not start (AirflowConfigException)"
        }
        Use::Json if severity == Severity::Error => {
            "Airflow takes it for a part of the JSON and cannot read it"
        }
        _ if is_listed && severity == Severity::Error => {
            "Airflow takes it for a part of the value and knows no such value (AirflowConfigException)"
        }
        _ => "Airflow takes it for a part of the value",
    };
    let words = option_words(section, name);
    let breaks_alone = severity == Severity::Error && !is_of_teams;
    findings
        .report(
            &RULE,
            place(cx, option.value.span(range.clone())),
            subject(section, name),
            format!("`{marker}` begins no comment behind the value of {words}: {effect}"),
        )
        .help("put the comment on a line of its own")
        .fix(fix(cx, option, range, breaks_alone))
        .severity(severity);
}

/// The comment moves to a line of its own above the option. Where Airflow fails with it and not without
/// it (`breaks`), nothing else can have been meant.
fn fix(cx: &FileContext<'_>, option: &Opt, range: Range<usize>, breaks: bool) -> Option<Fix> {
    let value = option.value.expose();
    let before = value[..range.start].trim_end_matches(is_blank);
    let comment = *option.value.editable(range.clone())?.first()?;
    let kept = if before.is_empty() || before.ends_with('\n') {
        range.start
    } else {
        before.len()
    };
    // The blanks before it go too; they stand on the line of the comment.
    let gone = option.value.editable(kept..range.end)?;
    let [gone] = gone.as_slice() else {
        return None;
    };
    let name = option.name.source().start;
    let bytes = &cx.input.bytes;
    let line = memchr::memrchr(b'\n', bytes.get(..name)?).map_or(0, |end| end + 1);
    // `continued = by # a note` below another value would become a part of that one.
    if line != name {
        return None;
    }
    // The header of the section stands above.
    let end = if bytes.get(..line)?.ends_with(b"\r\n") {
        "\r\n"
    } else {
        "\n"
    };
    let edits = vec![
        Edit::insert(cx.input.id, line, "")
            .with_copy(comment)
            .with(end),
        Edit::delete(place(cx, *gone)),
    ];
    let message = "move the comment to a line of its own above the option";
    Some(if breaks {
        Fix::safe(message, edits)
    } else {
        Fix::risky(message, edits)
    })
}

/// The option is readable without the comment and not with it.
fn breaks(reads: Use, before: &str, value: &str, airflow: Version) -> bool {
    match reads {
        Use::ClassPath => !before.is_empty(),
        _ => is_read(reads, before, airflow) && !is_read(reads, value, airflow),
    }
}

/// `option-type` tells whether the option is a boolean: the code of the release asks for it with `getboolean` and
/// nothing else, or nothing is known of that and `config.yml` calls it one.
fn is_judged_as_boolean(section: &str, option: &str, airflow: Version) -> bool {
    let (section, option) = match fate(section, option, airflow) {
        Fate::InForce => (section, option),
        Fate::Renamed {
            section,
            option,
            is_read: true,
            ..
        } => (section, option),
        _ => return false,
    };
    let getters = getters(section, option, airflow);
    if getters.is_empty() {
        let facts = options().get(section, option);
        return facts.and_then(declared) == Some(Getter::Boolean);
    }
    getters.iter().all(|read| read.getter == Getter::Boolean)
}

/// The release from which on executors of teams can be configured; those before that know the form refuse it
/// (`ExecutorLoader._get_team_executor_configs`).
const TEAMS: Version = Version::new(3, 2, 0);

/// `LocalExecutor ; team=CeleryExecutor`: what stands behind each `;` may be the executors of a team.
fn names_teams(section: &str, option: &str, value: &str) -> bool {
    (section, option) == ("core", "executor")
        && value.split(';').skip(1).all(|team| team.contains('='))
}

/// Where what stands before the comment is a value that the release knows, and all of it is none, for which Airflow
/// raises: since when it does.
pub(super) fn listed(
    section: &str,
    option: &str,
    before: &str,
    airflow: Version,
) -> Option<Version> {
    let is_executor = (section, option) == ("core", "executor");
    let list = if is_executor {
        executors(airflow)
    } else {
        allowed(section, option, airflow)
    };
    let list = list.filter(|list| list.values.iter().any(|known| known.as_ref() == before))?;
    // No release takes another name of an executor; executors of teams are left out before (`names_teams`).
    let since = if is_executor {
        Version::new(2, 0, 0)
    } else {
        list.since()
    };
    (!before.is_empty()).then_some(since)
}

/// Where a comment begins and ends in a value: a `#` or `;` after a blank, outside quotes, followed
/// by a blank; or at the beginning of the value, followed by a blank. Only the last line can have
/// one that is not followed by more of the value, but any line is looked at.
pub(crate) fn comment(value: &str) -> Option<Range<usize>> {
    let mut start = 0;
    for line in value.split('\n') {
        if let Some(at) = comment_in_line(line) {
            return Some(start + at..start + line.len());
        }
        start += line.len() + 1;
    }
    None
}

fn comment_in_line(line: &str) -> Option<usize> {
    let mut quote = None;
    let mut previous = ' ';
    let mut characters = line.char_indices().peekable();
    while let Some((at, character)) = characters.next() {
        let after_blank = is_blank(previous);
        previous = character;
        match (quote, character) {
            (Some(open), _) if character == open => quote = None,
            (None, '"') => quote = Some('"'),
            // An apostrophe within a word opens nothing.
            (None, '\'') if after_blank => quote = Some('\''),
            (None, '#' | ';') if after_blank => {
                let next_is_blank = characters.peek().is_none_or(|&(_, next)| is_blank(next));
                let is_word = characters
                    .peek()
                    .is_some_and(|&(_, next)| next.is_alphabetic());
                // ` #note` behind a value; a lone `#fff` is a colour or an anchor.
                let rest_has_more = line[at..].contains(' ');
                if next_is_blank && at + 1 < line.len() || at > 0 && is_word && rest_has_more {
                    return Some(at);
                }
            }
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inputs::Form;
    use crate::report::Applicability;
    use crate::rules::files::cfg_testing::{Case, findings, lines};

    fn found(text: &str) -> Vec<String> {
        lines(&RULE, &Case::cfg(text))
    }

    #[test]
    fn it_is_an_error_where_airflow_fails() {
        assert_eq!(
            found("[core]\nparallelism = 16  # per scheduler\n"),
            [
                "2:19-2:34 error `#` begins no comment behind the value of `parallelism`: Airflow takes it for a \
              part of the value and cannot read it (AirflowConfigException)"
            ]
        );
        for text in [
            "[core]\nload_examples = False ; no\n",
            "[secrets]\nbackend = a.b.C ; main\n",
            "[core]\nexecutor = LocalExecutor ; main\n",
            "[logging]\nlogging_level = INFO # not DEBUG\n",
            "[database]\nsql_alchemy_engine_args = {\"a\": 1} # x\n",
        ] {
            assert!(found(text)[0].contains(" error "), "{text}");
        }
    }

    #[test]
    fn it_is_a_warning_where_the_value_is_another_one() {
        for text in [
            "[core]\ndags_folder = /dags # here\n",
            "[core]\ndags_folder = /dags #here it is\n",
            "[smtp]\nsmtp_user = # nobody\n",
        ] {
            assert!(found(text)[0].contains(" warning "), "{text}");
        }
        let case =
            Case::cfg("[core]\nparallelism = 1 # x\n").env("core", "parallelism", Form::Plain);
        assert!(lines(&RULE, &case)[0].contains(" warning "));
        assert!(found("[mine]\na = 1 # x\n")[0].contains(" info "));
    }

    #[test]
    fn teams_with_executors_of_their_own_are_no_comment() {
        let teams = [
            "[core]\nexecutor = LocalExecutor ; team1=CeleryExecutor\nmulti_team = True\n",
            "[core]\nexecutor = LocalExecutor;a=CeleryExecutor ; b=x.Y, LocalExecutor\n",
            "[core]\nexecutor = LocalExecutor ; a=CeleryExecutor ;b=x.Y\n",
        ];
        for text in teams {
            assert!(found(text).is_empty(), "{text}");
            let guessed = Case::cfg(text).airflow("2.10.0").guessed();
            assert!(lines(&RULE, &guessed).is_empty(), "{text}");
        }
        for text in [
            "[core]\nexecutor = LocalExecutor ; a note\n",
            "[core]\nexecutor = LocalExecutor ; a=CeleryExecutor ; a note\n",
            "[core]\nexecutor = LocalExecutor # a=CeleryExecutor\n",
        ] {
            assert!(found(text)[0].contains(" error "), "{text}");
        }
        // Before there were teams nothing starts with them, and what is meant is not certain.
        let before = Case::cfg(teams[0]).airflow("3.1.8");
        assert!(lines(&RULE, &before)[0].contains(" error "));
        let trust = |case: &Case| findings(&RULE, case)[0].fix.as_ref().unwrap().applicability;
        assert_eq!(trust(&before), Applicability::Unsafe);
        let note = Case::cfg("[core]\nexecutor = LocalExecutor ; a note\n").airflow("3.1.8");
        assert_eq!(trust(&note), Applicability::Safe);
    }

    #[test]
    fn a_boolean_that_option_type_does_not_judge_is_told() {
        for option in [
            "[api]\nexpose_config",
            "[celery]\nssl_active",
            "[core]\nenable_xcom_pickling",
        ] {
            let told = found(&format!("{option} = maybe # x\n"));
            assert!(told[0].contains(" warning "), "{option}");
        }
        // There it speaks.
        assert!(found("[core]\nload_examples = maybe # x\n").is_empty());
        // There Airflow cuts, and nothing is wrong.
        assert!(found("[celery]\nssl_active = False # x\n").is_empty());
    }

    #[test]
    fn markers_that_belong_to_the_value_are_left_alone() {
        for text in [
            "[core]\nload_examples = False # no\n",
            "[core]\nload_examples = no # x\n",
            "[webserver]\nnavbar_color = #fff\n",
            "[webserver]\nnavbar_text_color = #fff #000\n",
            "[webserver]\nbase_url = http://x/#/a;b\n",
            "[database]\nsql_alchemy_engine_args = {\"a\": \"x # y\"}\n",
            "[secrets]\nbackend_kwargs = {\"a\": 1} # x\n",
            "[webserver]\ninstance_name = \"a # b\"\n",
            "[core]\nfernet_key = pa#ss;word\n",
            "[core]\nfernet_key = {{ key # x }}\n",
            "[core]\n# a # b\nparallelism = 1\n",
        ] {
            assert!(found(text).is_empty(), "{text}: {:?}", found(text));
        }
    }
}
