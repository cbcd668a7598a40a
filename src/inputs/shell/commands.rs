//! Commands that configure Airflow or fill what it asks, by their words.

use crate::inputs::carrier::{Added, Secret, Variable};
use crate::inputs::{AddedAs, Kind};
use crate::source::{Fidelity, Span, Text, TextBuilder};
use crate::syntax::json::write::push_string;

/// Programs that run another one, and those that are looked for.
const PROGRAMS: [&str; 15] = [
    "airflow",
    "astro",
    "aws",
    "awslocal",
    "command",
    "docker",
    "docker-compose",
    "env",
    "exec",
    "gosu",
    "kubectl",
    "nohup",
    "oc",
    "podman",
    "sudo",
];

/// True for commands whose words are to be read.
pub(super) fn is_known(name: &str) -> bool {
    PROGRAMS.contains(&program(name))
}

/// What a command does.
#[derive(Debug)]
pub(super) enum Told {
    /// Variables of a deployment of Astro.
    Deployment {
        /// How the command calls it.
        name: String,
        variables: Vec<Variable>,
        env_file: Option<String>,
    },
    /// An entry of a store of AWS.
    Stored { kind: Kind, secret: Secret },
    /// A connection in the metadata database.
    Connection(Added),
    /// A variable there.
    Variable(Added),
}

/// What the command with these words does, as far as it is certain.
pub(super) fn told(words: &[Text]) -> Option<Told> {
    let names = words
        .iter()
        .map(|word| if word.is_known() { word.expose() } else { "" });
    let names: Vec<&str> = names.collect();
    let begins = program(names.first()?);
    if LOOKED_FOR.contains(&begins) {
        return one(&names, words);
    }
    // Behind `docker exec …`, `sudo -u airflow …` and the like.
    let behind = (1..names.len()).filter(|&at| LOOKED_FOR.contains(&program(names[at])));
    let mut behind = behind.take(MOST_NAMED);
    behind.find_map(|at| one(&names[at..], &words[at..]))
}

/// Words of a command that are looked at as the name of another one: containers are called `airflow` too.
const MOST_NAMED: usize = 16;

/// Programs whose commands are looked for.
const LOOKED_FOR: [&str; 4] = ["airflow", "astro", "aws", "awslocal"];

pub(super) fn program(name: &str) -> &str {
    name.rsplit('/').next().unwrap_or(name)
}

fn one(names: &[&str], words: &[Text]) -> Option<Told> {
    let (first, names) = names.split_first()?;
    let words = &words[1..];
    match program(first) {
        "airflow" => airflow(names, words),
        // `astro dev run connections add …` runs the command line of Airflow.
        "astro" if names.starts_with(&["dev", "run"]) => airflow(&names[2..], &words[2..]),
        "astro" => astro(names, words),
        "aws" | "awslocal" => aws(names, words),
        _ => None,
    }
}

fn airflow(names: &[&str], words: &[Text]) -> Option<Told> {
    let rest = words.get(2..)?;
    match names {
        ["connections", "add", ..] => connection(rest).map(Told::Connection),
        ["variables", "set", ..] => variable(rest).map(Told::Variable),
        _ => None,
    }
}

const CONNECTION: [&str; 10] = [
    "--conn-uri",
    "--conn-json",
    "--conn-type",
    "--conn-host",
    "--conn-login",
    "--conn-password",
    "--conn-schema",
    "--conn-port",
    "--conn-extra",
    "--conn-description",
];

/// `connections_add` of `airflow/cli/commands/connection_command.py`.
fn connection(words: &[Text]) -> Option<Added> {
    let arguments = Arguments::of(words, &CONNECTION, true);
    let id = arguments.positional.first()?.clone();
    if !id.is_known() || id.is_empty() || arguments.is_uncertain {
        return None;
    }
    let given = |name: &str| arguments.option(name).filter(|value| !value.is_empty());
    let fields = || {
        CONNECTION[2..9]
            .iter()
            .filter_map(|name| Some((*name, given(name)?)))
    };
    let (value, how) = match (given("--conn-uri"), given("--conn-json")) {
        (Some(uri), None) => (uri, AddedAs::Text),
        (None, Some(json)) => (json, AddedAs::Json),
        // Without a type the command refuses, of which a rule tells.
        (None, None) => (object(&id, fields()), AddedAs::Fields),
        // The command refuses both.
        (Some(_), Some(_)) => return None,
    };
    if how != AddedAs::Fields && fields().next().is_some() {
        return None;
    }
    Some(Added { id, value, how })
}

/// The fields as the object that says the same.
fn object<'a>(id: &Text, fields: impl Iterator<Item = (&'a str, Text)>) -> Text {
    let at = id.source().end;
    let mut out = TextBuilder::at(at);
    let mut before = "{";
    for (name, value) in fields {
        let start = value.source().start;
        let field = name.trim_start_matches("--conn-");
        let field = if field == "type" { "conn_type" } else { field };
        out.push(
            &format!("{before}\"{field}\":"),
            Span::at(start),
            Fidelity::Elsewhere,
        );
        let digits = value.expose().bytes().all(|byte| byte.is_ascii_digit());
        match field {
            "port" if digits && value.len() < 10 && value.is_known() => {
                out.push_from(&value, 0..value.len());
            }
            // The database refuses it, and how depends on the database.
            "port" => push_string(&mut out, &value.into_unknown()),
            _ => push_string(&mut out, &value),
        }
        before = ",";
    }
    let end = if before == "{" { "{}" } else { "}" };
    out.push(end, Span::at(at), Fidelity::Elsewhere);
    out.finish()
}

/// `variables_set` of `airflow/cli/commands/variable_command.py`.
fn variable(words: &[Text]) -> Option<Added> {
    let arguments = Arguments::of(words, &["--description"], true);
    let [id, value] = arguments.positional.as_slice() else {
        return None;
    };
    let is_whole = id.is_known() && !id.is_empty() && !arguments.is_uncertain;
    let value = if arguments.has(&["-j", "--json"]) {
        value.clone().into_unknown()
    } else {
        value.clone()
    };
    is_whole.then(|| Added {
        id: id.clone(),
        value,
        how: AddedAs::Text,
    })
}

const DEPLOYMENT: [&str; 10] = [
    "--deployment-id",
    "-d",
    "--deployment-name",
    "-n",
    "--key",
    "-k",
    "--value",
    "-v",
    "--env",
    "-e",
];

/// `VariableModify` of `cloud/deployment/deployment_variable.go`.
fn astro(names: &[&str], words: &[Text]) -> Option<Told> {
    let [deployment, variable, create, ..] = names else {
        return None;
    };
    let is_it = matches!(*deployment, "deployment" | "de" | "deployments")
        && matches!(*variable, "variable" | "variables" | "var")
        && matches!(*create, "create" | "update");
    if !is_it {
        return None;
    }
    let arguments = Arguments::of(&words[3..], &DEPLOYMENT, false);
    let option =
        |long: &str, short: &str| arguments.option(long).or_else(|| arguments.option(short));
    let called = option("--deployment-id", "-d").or_else(|| option("--deployment-name", "-n"));
    let mut variables = Vec::new();
    if let (Some(name), Some(value)) = (option("--key", "-k"), option("--value", "-v")) {
        variables.extend(pair(name, value));
    }
    for word in &arguments.positional {
        if let Some(equals) = word.expose().find('=') {
            variables.extend(pair(
                word.slice(0..equals),
                word.slice(equals + 1..word.len()),
            ));
        }
    }
    let loads = arguments.has(&["--load", "-l"]);
    let env_file =
        option("--env", "-e").map_or_else(|| ".env".to_owned(), |path| path.expose().to_owned());
    Some(Told::Deployment {
        name: called
            .map(|name| name.expose().to_owned())
            .unwrap_or_default(),
        variables,
        env_file: loads.then_some(env_file),
    })
}

/// Without name or value the CLI makes none.
fn pair(name: Text, value: Text) -> Option<Variable> {
    (name.is_known() && !name.is_empty() && !value.is_empty()).then_some(Variable {
        name,
        value: Some(value),
    })
}

const AWS: [&str; 7] = [
    "--name",
    "--value",
    "--type",
    "--secret-id",
    "--secret-string",
    "--description",
    "--region",
];

fn aws(names: &[&str], words: &[Text]) -> Option<Told> {
    let at = names
        .iter()
        .position(|name| matches!(*name, "ssm" | "secretsmanager"))?;
    let (kind, name, value) = match (names[at], *names.get(at + 1)?) {
        ("ssm", "put-parameter") => (Kind::Ssm, "--name", "--value"),
        ("secretsmanager", "create-secret") => (Kind::SecretsManager, "--name", "--secret-string"),
        ("secretsmanager", "put-secret-value" | "update-secret") => {
            (Kind::SecretsManager, "--secret-id", "--secret-string")
        }
        _ => return None,
    };
    let arguments = Arguments::of(&words[at + 2..], &AWS, false);
    let name = arguments.option(name)?;
    if !name.is_known() || name.is_empty() || name.expose().starts_with("arn:") {
        return None;
    }
    // `file://` is read, and the first version of the command line gets `https://`.
    let fetched = |text: &str| {
        ["file://", "fileb://", "http://", "https://"]
            .iter()
            .any(|start| text.starts_with(start))
    };
    let value = arguments
        .option(value)
        .filter(|value| !fetched(value.expose()));
    Some(Told::Stored {
        kind,
        secret: Secret {
            name,
            value,
            parameter_type: arguments.option("--type"),
        },
    })
}

/// The arguments of a command.
struct Arguments {
    positional: Vec<Text>,
    options: Vec<(String, Option<Text>)>,
    /// A word of which it is not known what it is stands among them.
    is_uncertain: bool,
}

impl Arguments {
    /// `with_value`: the options that take one. `shortened`: the beginning of an option's name is enough, as
    /// argparse has it.
    fn of(words: &[Text], with_value: &[&'static str], shortened: bool) -> Self {
        let mut found = Self {
            positional: Vec::new(),
            options: Vec::new(),
            is_uncertain: false,
        };
        let mut words = words.iter();
        let mut only_positional = false;
        while let Some(word) = words.next() {
            let raw = word.expose();
            let begins = raw.starts_with('-') && raw.len() > 1 && word.is_known_in(0..1);
            if !begins || only_positional {
                found.is_uncertain |= !raw.is_empty() && !word.is_known_in(0..first_length(raw));
                found.positional.push(word.clone());
                continue;
            }
            if raw == "--" {
                only_positional = true;
                continue;
            }
            let equals = raw.find('=').filter(|_| raw.starts_with("--"));
            let given = &raw[..equals.unwrap_or(raw.len())];
            let mut meant = with_value.iter().filter(|known| {
                **known == given || shortened && given.len() > 2 && known.starts_with(given)
            });
            let exact = with_value.iter().find(|known| **known == given);
            let name = match (exact, meant.next(), meant.next()) {
                (Some(exact), _, _) => Some(*exact),
                (None, Some(only), None) => Some(*only),
                _ => None,
            };
            let value = match (name, equals) {
                (_, Some(equals)) => Some(word.slice(equals + 1..raw.len())),
                (Some(_), None) => words.next().cloned(),
                (None, None) => None,
            };
            found
                .options
                .push((name.unwrap_or(given).to_owned(), value));
        }
        found
    }

    /// The value of an option: the last one counts.
    fn option(&self, name: &str) -> Option<Text> {
        let found = self.options.iter().rfind(|(known, _)| known == name);
        found.and_then(|(_, value)| value.clone())
    }

    fn has(&self, names: &[&str]) -> bool {
        self.options
            .iter()
            .any(|(known, _)| names.contains(&known.as_str()))
    }
}

fn first_length(text: &str) -> usize {
    text.chars().next().map_or(0, char::len_utf8)
}
