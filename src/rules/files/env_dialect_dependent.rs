//! AV011: a variable of an env file that programs of the repository read differently.

use std::collections::BTreeSet;

use super::env_syntax::words::{cause_word, consequence, help, what};
use crate::inputs::Tree;
use crate::inputs::env::is_shown;
use crate::report::{Findings, Severity};
use crate::rule;
use crate::rules::{Check, FileContext};
use crate::source::{Place, Span, Text};
use crate::syntax::dotenv::{
    self, Cause, Delivery, Dialect, Effect, EnvFile, EnvVariable, Outside, Problem,
};
use crate::workspace::env_readers::EnvReader;

rule! {
    /// # env-dialect-dependent
    ///
    /// ## What it does
    ///
    /// Reads a `.env` file as each program of the repository does and reports the variables of Airflow that do not come
    /// out alike. Who reads the file is taken from the files around it:
    ///
    /// - docker compose: a compose file names it as `env_file`, or refers to one of its variables as `${NAME}`;
    /// - docker: a script or Makefile says `docker run --env-file`;
    /// - sh or bash: a script or Makefile sources it, and exports what it sets (`set -a`, or `export` in the file);
    /// - systemd: `EnvironmentFile=` of a unit names it;
    /// - the Astro CLI, where the folder is a project of Astro: `astro dev start` reads `.env` as compose does, `astro dev
    ///   pytest`, `astro dev parse` and `astro run` as docker does. `astro deployment variable create --load` in a script
    ///   has a reader of its own.
    ///
    /// That `astro dev pytest` reads it otherwise is an info: nothing says that anybody runs it.
    ///
    /// Nothing is said where one of two readings depends on what is not known, nor of what env-syntax tells already, nor
    /// where `--env-dialect` (`env-dialect` in the settings file) says who reads.
    ///
    /// ## Why is this bad?
    ///
    /// There is no common grammar. docker keeps quotes and comments, compose removes both; a shell removes the quotes of
    /// JSON and stops at blanks; systemd keeps comments. The same Airflow works in one place and falls back to defaults,
    /// or logs in with another password, in the other.
    ///
    /// ## Example
    ///
    /// ```yaml docker-compose.yml
    /// services:
    ///   scheduler:
    ///     image: apache/airflow:3.1.0
    ///     env_file: .env
    /// ```
    ///
    /// ```sh test.sh
    /// docker run --rm --env-file .env apache/airflow:3.1.0 dags list
    /// ```
    ///
    /// ```dotenv
    /// AIRFLOW__SECRETS__BACKEND=airflow.providers.amazon.aws.secrets.secrets_manager.SecretsManagerBackend
    /// AIRFLOW__SECRETS__BACKEND_KWARGS='{"connections_prefix":"airflow/connections"}'
    /// ```
    ///
    /// airvane says:
    ///
    /// ```text
    /// .env:2:34: warning[AV011] env-dialect-dependent: `AIRFLOW__SECRETS__BACKEND_KWARGS` is not the same for all who read this file: docker --env-file (test.sh) keeps the quotes, compose (docker-compose.yml) does not
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml docker-compose.yml
    /// services:
    ///   scheduler:
    ///     image: apache/airflow:3.1.0
    ///     env_file: .env
    /// ```
    ///
    /// ```sh test.sh
    /// docker run --rm --env-file .env apache/airflow:3.1.0 dags list
    /// ```
    ///
    /// ```dotenv
    /// AIRFLOW__SECRETS__BACKEND=airflow.providers.amazon.aws.secrets.secrets_manager.SecretsManagerBackend
    /// AIRFLOW__SECRETS__BACKEND_KWARGS={"connections_prefix":"airflow/connections"}
    /// ```
    ///
    /// No spelling of JSON is read alike by docker and a shell: give each a file of its own.
    ///
    /// ## Versions
    ///
    /// docker CLI 28, compose-go 2, dash 0.5.12, bash 5.2, systemd 254, Astro CLI 1.
    ///
    /// ## References
    ///
    /// - <https://docs.docker.com/compose/how-tos/environment-variables/variable-interpolation/>
    /// - <https://www.freedesktop.org/software/systemd/man/latest/systemd.exec.html>
    "AV011", "env-dialect-dependent", Warning, since "0.1.0",
    checks &[Check::File(check)],
}

/// What one program makes of the file.
struct Reading<'a> {
    by: &'a EnvReader,
    file: EnvFile,
}

impl Reading<'_> {
    /// The definition that it hands over, where it certainly does.
    fn variable(&self, name: &str) -> Option<&EnvVariable> {
        let mut ours = self.file.variables.iter();
        ours.rfind(|one| one.name == name && one.delivery == Delivery::Kept)
    }

    /// It may or may not hand over something of this name.
    fn is_doubtful(&self, name: &str) -> bool {
        let mut ours = self.file.variables.iter();
        ours.any(|one| one.name == name && one.delivery == Delivery::Perhaps)
    }

    fn hands_on(&self, name: &str) -> bool {
        let only = self.by.only.as_ref();
        only.is_none_or(|only| only.iter().any(|one| one == name))
    }

    /// What is wrong with a definition of `name`.
    fn problem(&self, name: &str) -> Option<&Problem> {
        let mut problems = self.file.problems.iter();
        problems.rfind(|problem| problem.name.as_deref() == Some(name))
    }

    fn fatal(&self) -> Option<&Problem> {
        let mut problems = self.file.problems.iter();
        problems.find(|one| matches!(one.effect, Effect::FileRefused | Effect::RestLost))
    }
}

fn check(cx: &FileContext<'_>, findings: &mut Findings) {
    let (Tree::Env(tree), false) = (&cx.input.tree, cx.input.templated) else {
        return;
    };
    let Ok(text) = std::str::from_utf8(&cx.input.bytes) else {
        return;
    };
    if cx.readers.len() < 2 {
        return;
    }
    let nothing = |_: &str| Outside::Unknown;
    let readings = cx.readers.iter().map(|by| Reading {
        by,
        file: dotenv::read(text, by.dialect, &nothing),
    });
    let readings: Vec<Reading<'_>> = readings.filter(|reading| !reading.file.uncertain).collect();
    // The first that reads the file at all; env-syntax tells of the one that everything else is checked for.
    let Some(base) = readings.iter().find(|reading| reading.fatal().is_none()) else {
        return;
    };
    let told = Told { cx, tree, text };
    for other in &readings {
        if other.by.dialect != base.by.dialect {
            told.compare(base, other, findings);
        }
    }
}

/// Nobody may ever run what is only usual.
const fn severity(other: &Reading<'_>) -> Severity {
    if other.by.is_usual {
        Severity::Info
    } else {
        Severity::Warning
    }
}

/// Where what is found is told.
struct Told<'a> {
    cx: &'a FileContext<'a>,
    /// The file as it is read for everything else.
    tree: &'a EnvFile,
    text: &'a str,
}

impl Told<'_> {
    fn compare(&self, base: &Reading<'_>, other: &Reading<'_>, findings: &mut Findings) {
        let names = base.file.variables.iter().map(|one| one.name.as_str());
        let names = names.filter(|name| is_of_airflow(name));
        let names = names.filter(|name| base.hands_on(name) && other.hands_on(name));
        let names: BTreeSet<&str> = names.collect();
        let is_lost = |name: &&str| base.variable(name).is_some() && other.variable(name).is_none();
        if let Some(fatal) = other.fatal() {
            if self.is_told(other.by.dialect, fatal) || !names.iter().any(is_lost) {
                return;
            }
            self.tell(other, fatal, None, base, findings);
            return;
        }
        for name in names {
            let Some(variable) = base.variable(name) else {
                continue;
            };
            if self.says_env_syntax(name) || other.is_doubtful(name) {
                continue;
            }
            match other.variable(name) {
                None => {
                    if let Some(problem) = other.problem(name) {
                        self.tell(other, problem, Some(variable), base, findings);
                    }
                }
                Some(theirs) => self.values(base, other, [variable, theirs], findings),
            }
        }
    }

    /// The file is read as this program does, and env-syntax tells of its faults.
    fn is_told(&self, dialect: Dialect, problem: &Problem) -> bool {
        let mut problems = self.tree.problems.iter();
        self.tree.dialect == dialect || problems.any(|one| one.span == problem.span)
    }

    fn says_env_syntax(&self, name: &str) -> bool {
        let mut problems = self.tree.problems.iter();
        problems.any(|problem| problem.name.as_deref() == Some(name))
    }

    fn shown(&self, variable: &EnvVariable) -> String {
        if is_shown(variable, Some(self.text)) {
            format!("`{}`", variable.name)
        } else {
            "a variable".to_owned()
        }
    }

    /// A line, or all of them, that one of the two loses.
    fn tell(
        &self,
        other: &Reading<'_>,
        problem: &Problem,
        variable: Option<&EnvVariable>,
        base: &Reading<'_>,
        findings: &mut Findings,
    ) {
        let dialect = other.by.dialect;
        let name = variable.filter(|variable| is_shown(variable, Some(self.text)));
        let name = name.map(|variable| variable.name.as_str());
        let message = format!(
            "{} and {} both read this file: {}, and {}",
            base.by.label,
            other.by.label,
            what(problem, dialect),
            consequence(problem, dialect, name)
        );
        let subject = format!("{} {}", cause_word(problem.cause), name.unwrap_or("-"));
        let place = Place::new(self.cx.input.id, problem.span);
        let finding = findings.report(&RULE, place, subject, message);
        finding.severity(severity(other));
        let spelt =
            variable.and_then(|variable| Some((variable.name.as_str(), variable.value.as_ref()?)));
        let alike = spelt.map(|(name, value)| spelling(name, value, [base, other]));
        match (alike, help(problem, dialect)) {
            (Some(alike), _) => finding.help(alike),
            (None, Some(help)) => finding.help(help),
            (None, None) => finding,
        };
    }

    fn values(
        &self,
        base: &Reading<'_>,
        other: &Reading<'_>,
        [ours, theirs]: [&EnvVariable; 2],
        findings: &mut Findings,
    ) {
        let (Some(one), Some(two)) = (&ours.value, &theirs.value) else {
            return;
        };
        if !one.is_known() || !two.is_known() || one.expose() == two.expose() {
            return;
        }
        let labels = [base.by.label.as_str(), other.by.label.as_str()];
        let cause = other.problem(&ours.name).map(|problem| problem.cause);
        let difference = difference(labels, [one, two], cause);
        let message = format!(
            "{} is not the same for all who read this file: {difference}",
            self.shown(ours)
        );
        let place = Place::new(self.cx.input.id, span([one, two]));
        let subject = if is_shown(ours, Some(self.text)) {
            ours.name.as_str()
        } else {
            "-"
        };
        let subject = format!("{} {subject}", other.by.dialect.word());
        findings
            .report(&RULE, place, subject, message)
            .severity(severity(other))
            .help(spelling(&ours.name, one, [base, other]));
    }
}

fn is_of_airflow(name: &str) -> bool {
    let prefixes = ["AIRFLOW__", "AIRFLOW_CONN_", "AIRFLOW_VAR_"];
    prefixes.iter().any(|prefix| name.starts_with(prefix))
}

/// What of the file only one of the two has, from where they part.
fn span([one, two]: [&Text; 2]) -> Span {
    let (longer, shorter) = if one.len() < two.len() {
        (two, one)
    } else {
        (one, two)
    };
    let pairs = longer.expose().char_indices().zip(shorter.expose().chars());
    let parted = pairs.into_iter().find(|((_, a), b)| a != b);
    let Some(((at, character), _)) = parted else {
        return longer.span(shorter.len()..longer.len());
    };
    longer.span(at..at + character.len_utf8())
}

/// How the two values differ, in words that tell nothing of them.
fn difference(labels: [&str; 2], values: [&Text; 2], cause: Option<Cause>) -> String {
    let longer = usize::from(values[0].len() < values[1].len());
    let [keeps, other] = [labels[longer], labels[1 - longer]];
    let [long, short] = [values[longer].expose(), values[1 - longer].expose()];
    let without = |cut: &[char]| long.replace(cut, "") == short.replace(cut, "");
    let kept = match cause {
        Some(Cause::CommentKept) => "the text behind ` #`",
        Some(Cause::QuotesKept) => "the quotes",
        Some(Cause::CarriageReturn) => "a carriage return at its end",
        _ if without(&['"', '\'']) => "quotes",
        _ if without(&['\\']) => "backslashes",
        _ if without(&['"', '\'', '\\']) => "quotes and backslashes",
        _ if long.trim() == short.trim() => "blanks around it",
        _ if long.starts_with(short) => {
            return format!("{other} ends it earlier than {keeps}");
        }
        _ => return format!("{} and {} do not read the same text", labels[0], labels[1]),
    };
    format!("{keeps} keeps {kept}, {other} does not")
}

/// How to write it so that both read `value`.
fn spelling(name: &str, value: &Text, both: [&Reading<'_>; 2]) -> String {
    let plain = value.expose();
    let escaped = plain.replace('\\', "\\\\").replace('"', "\\\"");
    let ways = [
        ("without quotes around it", plain.to_owned()),
        ("in single quotes", format!("'{plain}'")),
        ("in double quotes", format!("\"{escaped}\"")),
    ];
    let is_read = |dialect: Dialect, text: &str| {
        let read = dotenv::read(&format!("{name}={text}\n"), dialect, &|_| Outside::Unknown);
        let mut variables = read.variables.iter();
        !read.refused
            && variables.any(|one| {
                let value = one.value.as_ref().filter(|value| value.is_known());
                one.name == name
                    && one.delivery == Delivery::Kept
                    && value.is_some_and(|value| value.expose() == plain)
            })
    };
    let mut ways = ways.iter();
    let alike = ways.find(|(_, text)| both.iter().all(|one| is_read(one.by.dialect, text)));
    match alike {
        Some((way, _)) => {
            format!(
                "write it on a line by itself as `NAME=value`, {way} and with no comment behind it: both read that alike"
            )
        }
        None => "no spelling of this value is read alike by both: give each a file of its own"
            .to_owned(),
    }
}

#[cfg(test)]
mod tests;
