//! `.env` files: variables as settings and definitions, what of them may be shown, and whether
//! the file is a template. What Airflow makes of them is the twin's business.

use std::collections::BTreeSet;
use std::path::Path;

use super::cfg::{is_statement, is_template_name, template_parts};
use super::spelling::Spelling;
use super::{Definition, EntryKind, Form, Input, Notation, Origin, Setting, Variable};
use crate::airflow::data::options;
use crate::source::{FileId, Mask, Span, Text};
use crate::syntax::dotenv::{self, Cause, Delivery, Dialect, EnvFile, EnvVariable, Outside};

/// What a `.env` file gives an [`super::Input`].
#[derive(Debug)]
pub struct EnvParts {
    /// The tree.
    pub tree: EnvFile,
    /// All variables that count.
    pub variables: Vec<Variable>,
    /// `AIRFLOW__SECTION__OPTION`.
    pub settings: Vec<Setting>,
    /// `AIRFLOW_CONN_X`, `AIRFLOW_VAR_X`.
    pub definitions: Vec<Definition>,
    /// What may be shown; sealed.
    pub mask: Mask,
    /// The file is a template of a `.env` file.
    pub templated: bool,
}

/// Reads the text of a file. `environment` says what is known of names that the file does not
/// define.
pub fn read(
    text: &str,
    dialect: Dialect,
    environment: &dyn Fn(&str) -> Outside,
    file: FileId,
    path: &Path,
) -> EnvParts {
    let mut tree = dotenv::read(text, dialect, environment);
    let templated = is_template_name(path) || is_templated(text);
    // What a fault cuts off is env-syntax's business, and the rest would look like another fault.
    let cut: BTreeSet<String> = tree
        .problems
        .iter()
        .filter(|problem| {
            let cause = problem.cause;
            matches!(
                cause,
                Cause::TextAfterQuote | Cause::CommentInValue | Cause::Unterminated
            )
        })
        .filter_map(|problem| problem.name.clone())
        .collect();
    for variable in &mut tree.variables {
        let fills_in = filled_by_airflow(&variable.name);
        if let Some(value) = &mut variable.value {
            let unknown = variable.delivery == Delivery::Perhaps
                || cut.contains(&variable.name)
                || (templated && !fills_in && !template_parts(value.expose()).is_empty());
            if unknown {
                *value = value.clone().into_unknown();
            }
        }
    }
    let (variables, settings, definitions) = counting(&tree, file);
    EnvParts {
        variables,
        settings,
        definitions,
        mask: mask(&tree, text),
        templated,
        tree,
    }
}

/// Gives `input` what the variables of `tree` are to Airflow.
pub fn take(tree: &EnvFile, input: &mut Input) {
    let (variables, settings, definitions) = counting(tree, input.id);
    input.variables = variables;
    input.settings = settings;
    input.definitions = definitions;
}

/// Gives `input` the names that an encrypted file (SOPS: a line each, without quotes; in INI with blanks) sets. What they are set
/// to is not known, nor is any of it shown.
pub fn take_names(text: &str, input: &mut Input) {
    let mut tree = EnvFile::default();
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let start = at;
        at += line.len();
        let Some((written, value)) = line.trim_end().split_once('=') else {
            continue;
        };
        let name = written.trim_end();
        if !is_public_name(name) {
            continue;
        }
        let value = Text::verbatim(value, start + written.len() + 1);
        tree.variables.push(EnvVariable {
            name: name.to_owned(),
            name_span: Span::new(start, start + name.len()),
            value: Some(value.into_unknown()),
            delivery: Delivery::Kept,
        });
    }
    take(&tree, input);
}

/// What counts of the variables: all of them, the options, and the definitions.
fn counting(tree: &EnvFile, file: FileId) -> (Vec<Variable>, Vec<Setting>, Vec<Definition>) {
    let counting = || {
        let variables = tree.variables.iter();
        variables.filter(|variable| variable.delivery != Delivery::Overridden)
    };
    let variable = |variable: &EnvVariable| Variable {
        name: variable.name.clone(),
        name_span: variable.name_span,
        value: variable.value.clone(),
    };
    (
        counting().map(variable).collect(),
        counting().filter_map(|v| setting(v, file)).collect(),
        counting().filter_map(|v| definition(v, file)).collect(),
    )
}

/// `AIRFLOW__SECTION__OPTION`, as `AirflowConfigParser._get_env_var_option` looks it up: in upper
/// case only. The section stays as it is written (`common_ai` for `[common.ai]`): the twin knows
/// which releases replace the dot.
fn setting(variable: &EnvVariable, file: FileId) -> Option<Setting> {
    let (section, option) = variable.name.strip_prefix("AIRFLOW__")?.split_once("__")?;
    let value = variable.value.clone()?;
    // `AIRFLOW__TEAM___SECTION__OPTION` belongs to a team; a lower-case name is never asked for.
    let plain = |part: &str| !part.is_empty() && !part.contains(|c: char| c.is_lowercase());
    if !plain(section) || option.starts_with('_') {
        return None;
    }
    // `_collect_kwarg_env_vars` looks at the start of the name only: the key may be in any case.
    let asked = option
        .split_once("_KWARG__")
        .map_or(option, |(asked, _)| asked);
    if !plain(asked) {
        return None;
    }
    let section = section.to_lowercase();
    let lower = option.to_lowercase();
    if !plain(option) && per_key(&section, &lower).is_none() {
        return None;
    }
    let option = lower;
    let (option, form) = match per_key(&section, &option) {
        Some((base, key)) => (base.to_owned(), Form::PerKey(key.to_owned())),
        None => match options().form_of(&section, &option) {
            Some((base, true)) => (base.to_owned(), Form::Cmd),
            Some((base, false)) => (base.to_owned(), Form::Secret),
            None => (option, Form::Plain),
        },
    };
    Some(Setting {
        section,
        option,
        form,
        origin: Origin::Env,
        spelling: Spelling::default(),
        file,
        name: variable.name_span,
        value,
        is_left_open: false,
    })
}

/// `AIRFLOW__SECRETS__BACKEND_KWARG__<KEY>` and its sister for workers (`_collect_kwargs` of
/// Airflow 3.2). An empty key is ignored there.
fn per_key<'o>(section: &str, option: &'o str) -> Option<(&'static str, &'o str)> {
    let (base, key) = match section {
        "secrets" => ("backend_kwargs", option.strip_prefix("backend_kwarg__")?),
        "workers" => (
            "secrets_backend_kwargs",
            option.strip_prefix("secrets_backend_kwarg__")?,
        ),
        _ => return None,
    };
    (!key.is_empty()).then_some((base, key))
}

/// `EnvironmentVariablesBackend`: the id is asked for in upper case.
fn definition(variable: &EnvVariable, file: FileId) -> Option<Definition> {
    let name = variable.name.as_str();
    let (kind, id) = if let Some(id) = name.strip_prefix("AIRFLOW_CONN_") {
        (EntryKind::Connection, id)
    } else {
        (EntryKind::Variable, name.strip_prefix("AIRFLOW_VAR_")?)
    };
    let value = variable.value.clone()?;
    // With a lower-case letter no id leads to this name.
    if id.is_empty() || id.contains(|c: char| c.is_lowercase()) {
        return None;
    }
    Some(Definition {
        kind,
        id: id.to_lowercase(),
        file,
        name: variable.name_span,
        value,
        notation: Notation::Env,
    })
}

/// Options that hold a template for Airflow itself (`log_filename_template`, `log_format`).
pub(super) fn filled_by_airflow(name: &str) -> bool {
    let name = name.trim();
    name.starts_with("AIRFLOW_VAR_")
        || (name.starts_with("AIRFLOW__")
            && ["TEMPLATE", "FORMAT", "FILENAME", "TASK_ID", "SUBJECT"]
                .into_iter()
                .any(|word| name.contains(word)))
}

/// Somebody fills the file in before it is read. Comments may talk about templates.
fn is_templated(text: &str) -> bool {
    text.lines().any(|line| {
        let line = line.trim_start();
        if line.starts_with('#') {
            return false;
        }
        let name = line.strip_prefix("export ").unwrap_or(line);
        let name = name.split(['=', ':']).next().unwrap_or(name);
        is_statement(line) || (!template_parts(line).is_empty() && !filled_by_airflow(name))
    })
}

/// Shows names that begin with AIRFLOW, what the grammar recognised outside the values, blanks
/// before a line and the marks of comments. Values, other names and the text of comments stay
/// hidden.
fn mask(tree: &EnvFile, text: &str) -> Mask {
    let mut mask = Mask::new();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let blank = line.len() - line.trim_start_matches([' ', '\t']).len();
        mask.show(Span::new(start, start + blank));
        start += line.len();
    }
    for comment in &tree.comments {
        mask.show(Span::new(comment.start, comment.start + 1));
    }
    mask.show_all(tree.delimiters.iter().copied());
    for variable in &tree.variables {
        if is_shown(variable, Some(text)) {
            mask.show(variable.name_span);
        }
    }
    mask.seal();
    mask
}

/// True for a variable whose name may be printed. A bare word, or one behind a fault, may be a
/// piece of a value: only the exact spelling counts there.
/// `text`: the file, where the variable was read as a line of a `.env` file.
pub fn is_shown(variable: &EnvVariable, text: Option<&str>) -> bool {
    let name = variable.name.as_str();
    let Some(text) = text else {
        return is_public_name(name);
    };
    let doubtful = variable.value.is_none() || variable.delivery == Delivery::Recovered;
    is_public_name(name)
        && (!doubtful || name.starts_with("AIRFLOW_"))
        && (is_assigned_at(text.as_bytes(), name, variable.name_span.end) || is_known_name(name))
}

/// True where `name`, which ends at `end`, is assigned to: without `=`, what was meant as the value
/// may have become a part of the name. A key in base64 brings its own `=`, with nothing behind it.
pub fn is_assigned_at(text: &[u8], name: &str, end: usize) -> bool {
    let rest = text.get(end..).unwrap_or_default();
    let next = |rest: &[u8]| rest.iter().position(|byte| !b" \t\r'\"".contains(byte));
    let Some(equals) = next(rest).filter(|&at| rest[at] == b'=') else {
        return false;
    };
    let value = &rest[equals + 1..];
    let is_empty = next(value).is_none_or(|at| matches!(value[at], b'=' | b'\n'));
    !is_empty || !name.contains(char::is_lowercase)
}

/// A name that Airflow's documentation holds.
pub fn is_known_name(name: &str) -> bool {
    if matches!(name, "AIRFLOW_HOME" | "AIRFLOW_CONFIG" | "AIRFLOW_UID") {
        return true;
    }
    name.strip_prefix("AIRFLOW__")
        .and_then(|rest| rest.split_once("__"))
        .is_some_and(|(section, option)| {
            options().is_known(&section.to_lowercase(), &option.to_lowercase())
        })
}

/// A name that may be printed: it begins with AIRFLOW in any case and is made like a name, so
/// that no piece of a broken value passes for one.
pub fn is_public_name(name: &str) -> bool {
    let begins = name
        .get(..8)
        .is_some_and(|start| start.eq_ignore_ascii_case("AIRFLOW_"));
    begins
        && !is_torn(name)
        && name.len() <= 200
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.'))
}

/// Two names in one: the line break between two definitions is lost, and with it the first value
/// became a part of the name.
fn is_torn(name: &str) -> bool {
    let rest = name.get(8..).unwrap_or_default();
    let mut parts = rest.as_bytes().windows(8);
    if !parts.any(|part| part.eq_ignore_ascii_case(b"AIRFLOW_")) {
        return false;
    }
    let rest = rest.to_ascii_uppercase();
    let secrets = rest.starts_with("_KUBERNETES_SECRETS__");
    rest.contains("AIRFLOW_CONN_")
        || rest.contains("AIRFLOW_VAR_")
        || (rest.contains("AIRFLOW__") && !secrets)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(text: &str) -> EnvParts {
        let unknown = |_: &str| Outside::Unknown;
        read(
            text,
            Dialect::Compose,
            &unknown,
            FileId(0),
            Path::new(".env"),
        )
    }

    fn words(parts: &EnvParts) -> Vec<String> {
        parts
            .settings
            .iter()
            .map(|s| match &s.form {
                Form::Plain => format!("{}.{}", s.section, s.option),
                Form::Cmd => format!("{}.{} cmd", s.section, s.option),
                Form::Secret => format!("{}.{} secret", s.section, s.option),
                Form::PerKey(key) => format!("{}.{} {key}", s.section, s.option),
            })
            .collect()
    }

    #[test]
    fn names_become_options_of_the_right_form() {
        let parts = parts(
            "AIRFLOW__SECRETS__BACKEND=x\nAIRFLOW__CORE__FERNET_KEY_CMD=x\nAIRFLOW__API_AUTH__JWT_SECRET=x\n\
             AIRFLOW__DATABASE__SQL_ALCHEMY_CONN_SECRET=x\nAIRFLOW__SECRETS__BACKEND_KWARG__ROLE_ARN=x\n\
             AIRFLOW__WORKERS__SECRETS_BACKEND_KWARG__SEP=x\nAIRFLOW__COMMON_AI__X=x\n\
             AIRFLOW__KUBERNETES_SECRETS__AIRFLOW__A__B=x\nAIRFLOW__TEAM___CORE__EXECUTOR=x\n\
             AIRFLOW__core__executor=x\nAIRFLOW__SECRETS=x\nAIRFLOW_HOME=/x\n",
        );
        assert_eq!(
            words(&parts),
            [
                "secrets.backend",
                "core.fernet_key cmd",
                "api_auth.jwt_secret",
                "database.sql_alchemy_conn secret",
                "secrets.backend_kwargs role_arn",
                "workers.secrets_backend_kwargs sep",
                "common_ai.x",
                "kubernetes_secrets.airflow__a__b",
            ]
        );
        assert_eq!(parts.variables.len(), 12);
    }

    #[test]
    fn definitions_carry_lower_case_ids() {
        let parts = parts(
            "AIRFLOW_CONN_MY_DB=a://\nAIRFLOW_VAR_X-1=2\nAIRFLOW_CONN_my=a://\nAIRFLOW_VAR_=x\n",
        );
        let ids: Vec<_> = parts
            .definitions
            .iter()
            .map(|d| (d.kind, d.id.as_str()))
            .collect();
        assert_eq!(
            ids,
            [
                (EntryKind::Connection, "my_db"),
                (EntryKind::Variable, "x-1")
            ]
        );
    }

    #[test]
    fn only_airflow_names_and_delimiters_are_shown() {
        let text =
            "export AIRFLOW__A__B=\"s3cret\" # note\n  OTHER_NAME='x'\n# AIRFLOW__C__D=hidden\n";
        let parts = parts(text);
        let shown = parts.mask.apply(text, 0);
        let lines: Vec<_> = shown.split('\u{240a}').collect();
        assert!(shown.starts_with("export"), "{shown}");
        assert!(lines[0].contains("AIRFLOW__A__B=\"******\""), "{shown}");
        for hidden in ["s3cret", "note", "OTHER", "hidden", "AIRFLOW__C"] {
            assert!(!shown.contains(hidden), "{shown}");
        }
    }

    #[test]
    fn a_name_with_a_value_inside_is_not_public() {
        for (name, expected) in [
            ("AIRFLOW_CONN_MY_AIRFLOW_DB", true),
            (
                "AIRFLOW__KUBERNETES_SECRETS__AIRFLOW__CORE__FERNET_KEY",
                true,
            ),
            ("AIRFLOW_CONN_DBhunter2AIRFLOW_CONN_API", false),
            ("airflow_conn_dbhunter2airflow__core__executor", false),
        ] {
            assert_eq!(is_public_name(name), expected, "{name}");
        }
    }

    #[test]
    fn templates_are_recognised_and_references_are_not_templates() {
        for (text, expected) in [
            ("A={{ x }}\n", true),
            ("{% if x %}\nA=1\n{% endif %}\n", true),
            ("A=<%= x %>\n", true),
            ("A=${X}\n", false),
            ("A={{\"a\": 1}}\n", false),
            ("# {{ x }}\nA=1\n", false),
            (
                "AIRFLOW__LOGGING__LOG_FILENAME_TEMPLATE=dag_id={{ ti.dag_id }}/\n",
                false,
            ),
        ] {
            assert_eq!(parts(text).templated, expected, "{text}");
        }
        let parts = parts("AIRFLOW__A__B={{ x }}\nAIRFLOW__A__C=y\nAIRFLOW__A__D=${X}\n");
        let known: Vec<_> = parts.settings.iter().map(|s| s.value.is_known()).collect();
        assert_eq!(known, [false, true, false]);
    }
}
