//! Whole configurations against what real Airflow ended up with: `fixtures/parity/configs.jsonl`,
//! made by `tests/parity/make_configs.py`. `AIRVANE_CONFIGS` names another file of that kind.

#![expect(clippy::unwrap_used, reason = "a broken fixture must fail the test")]

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use airvane::airflow::backend::construct::Attribute;
use airvane::airflow::backend::{Backend, Outcome, SecretsConfig, Supplier};
use airvane::airflow::config::{
    Environment, OptionDefault, Reading, Settings, header_ends_at_first_bracket, read_bool,
    read_float, read_int, survives_bad_file,
};
use airvane::airflow::{Python, Runtime, Target, TargetSource};
use airvane::inputs::{cfg, env};
use airvane::source::{FileId, Text};
use airvane::syntax::dotenv::{Dialect, Outside};
use serde::Deserialize;
use serde_json::Value;

#[derive(Deserialize)]
struct Head {
    releases: Vec<Release>,
}

#[derive(Deserialize)]
struct Release {
    airflow: String,
    amazon: Option<String>,
    python: String,
    runtime: String,
}

#[derive(Deserialize)]
struct Case {
    cfg: Option<Raw>,
    env: Vec<(String, String)>,
    get: Vec<(String, String)>,
    typed: Vec<(String, String, String)>,
    answers: Vec<(Vec<usize>, Answer)>,
}

/// The text of a file, or two pieces with a byte between them that is not UTF-8.
#[derive(Deserialize)]
#[serde(untagged)]
enum Raw {
    Text(String),
    Broken([String; 2]),
}

#[derive(Deserialize)]
struct Answer {
    load: Option<(String, Option<usize>)>,
    #[serde(default)]
    get: Vec<Value>,
    #[serde(default)]
    typed: Vec<Value>,
    #[serde(default)]
    main: Option<Value>,
    #[serde(default)]
    worker: Option<Value>,
}

/// What airvane says where it says something.
#[derive(Debug, PartialEq)]
enum Said {
    Value(String),
    Raises(String),
    /// The reason why nothing is said.
    Silent(&'static str),
}

/// How often what was said about what.
#[derive(Default)]
struct Tally {
    agree: usize,
    silent: BTreeMap<&'static str, usize>,
    differences: Vec<String>,
}

impl Tally {
    fn compare(&mut self, what: &str, said: &Said, real: &Value) {
        let real = match real {
            Value::String(value) => Said::Value(value.clone()),
            other => Said::Raises(other["raises"].as_str().unwrap().to_owned()),
        };
        if let Said::Silent(reason) = said {
            *self.silent.entry(reason).or_default() += 1;
        } else if *said == real {
            self.agree += 1;
        } else {
            self.differences
                .push(format!("{what}: airvane {said:?}, Airflow {real:?}"));
        }
    }
}

fn target(release: &Release) -> Target {
    let (major, minor) = release.python.split_once('.').unwrap();
    let mut providers = BTreeMap::new();
    if let Some(amazon) = &release.amazon {
        providers.insert("amazon".to_owned(), amazon.parse().unwrap());
    }
    Target {
        airflow: release.airflow.parse().unwrap(),
        providers,
        assumed: BTreeSet::new(),
        python: Python {
            major: major.parse().unwrap(),
            minor: minor.parse().unwrap(),
        },
        runtime: match release.runtime.as_str() {
            "task" => Runtime::Task,
            _ => Runtime::Server,
        },
        source: TargetSource::CommandLine,
    }
}

fn get(settings: &Settings<'_>, section: &str, option: &str, target: &Target) -> Said {
    let text = match settings.read(section, option, target) {
        Reading::Unset => match settings.shipped_default(section, option, target) {
            OptionDefault::None => return Said::Raises("AirflowConfigException".to_owned()),
            OptionDefault::Unknown => return Said::Silent("default of a provider or release"),
            OptionDefault::Value(text) if !text.is_known() => {
                return Said::Silent("default with a random part");
            }
            OptionDefault::Value(text) => text,
        },
        // The rest of such a value stands on lines that Python refuses.
        Reading::Value { setting, .. } if !setting.value.is_known() => {
            return Said::Silent("not known");
        }
        Reading::Value { text, .. } => text,
        Reading::Error { exception, .. } => return Said::Raises(exception.to_owned()),
        Reading::Command { setting } | Reading::Secret { setting } if !setting.value.is_known() => {
            return Said::Silent("not known");
        }
        Reading::Command { .. } => return Said::Raises("Command".to_owned()),
        Reading::Secret { .. } => return Said::Raises("Secret".to_owned()),
    };
    said(&text)
}

fn said(text: &Text) -> Said {
    if text.is_known() || text.expose().contains('$') && !text.expose().contains("SELF_A") {
        // A name that nothing defines is not known to airvane; in the cases it is not set, and
        // the reference stays.
        return Said::Value(text.expose().to_owned());
    }
    Said::Silent("not known")
}

fn typed(kind: &str, value: Said, target: &Target) -> Said {
    let Said::Value(value) = value else {
        return value;
    };
    let read = match kind {
        "boolean" => read_bool(&value).map(|value| if value { "True" } else { "False" }.to_owned()),
        "int" => read_int(&value, target.airflow).map(|value| value.to_string()),
        _ => read_float(&value).map(python_float),
    };
    read.map_or_else(
        || Said::Raises("AirflowConfigException".to_owned()),
        Said::Value,
    )
}

/// `str(float)`, as far as the cases need it.
fn python_float(value: f64) -> String {
    if value.is_finite() && value.abs() >= 1e16 {
        let text = format!("{value:e}");
        let (digits, exponent) = text.split_once('e').unwrap();
        return format!("{digits}e+{exponent}");
    }
    format!("{value:?}").to_lowercase()
}

/// The line that the text behind `before` stands on, for Python: CR and CR LF end one too.
fn python_line(before: &str) -> usize {
    let ends = before.matches(['\n', '\r']).count();
    ends - before.matches("\r\n").count() + 1
}

/// What the fixture says about an object, from what airvane knows of it.
fn built(backend: &Backend<'_>, settings: &Settings<'_>, target: &Target) -> Option<Value> {
    Some(match backend.outcome(settings, target) {
        Outcome::None => Value::Null,
        Outcome::Fails { exception, .. } => serde_json::json!({ "raises": exception }),
        Outcome::UnknownKwargs {
            supplier: Supplier::Command,
            ..
        } => serde_json::json!({ "raises": "Command" }),
        Outcome::UnknownKwargs {
            supplier: Supplier::Backend,
            ..
        } => serde_json::json!({ "raises": "Secret" }),
        Outcome::Built(built) if built.class.is_aws() => {
            let mut attributes = serde_json::Map::new();
            let mut add = |name: &str, attribute: &Attribute| {
                let value = match attribute {
                    Attribute::Null => Some(Value::Null),
                    Attribute::Text(text) => Some(Value::String(text.clone())),
                    Attribute::Json(_) | Attribute::Unknown => None,
                };
                attributes.insert(name.to_owned(), value?);
                Some(())
            };
            for prefix in &built.prefixes {
                add(prefix.name, &prefix.value)?;
            }
            let patterns = [
                "connections_lookup_pattern",
                "variables_lookup_pattern",
                "config_lookup_pattern",
            ];
            for (name, (_, pattern)) in patterns.iter().zip(&built.patterns) {
                add(name, pattern)?;
            }
            if built.class.short_name != "aws_ssm" {
                add("sep", built.sep.as_ref()?)?;
            }
            let mut session: Vec<&str> = built.session.iter().map(|k| k.name.as_str()).collect();
            session.sort_unstable();
            serde_json::json!({ "attributes": attributes, "session": session })
        }
        _ => return None,
    })
}

fn compare_built(tally: &mut Tally, what: &str, said: Option<Value>, real: Option<&Value>) {
    let Some(said) = said else {
        *tally.silent.entry("class or kwargs not known").or_default() += 1;
        return;
    };
    let mut real = real.cloned().unwrap_or_default();
    if let Some(fields) = real.as_object_mut() {
        fields.remove("class");
    }
    if said == real {
        tally.agree += 1;
    } else {
        tally
            .differences
            .push(format!("{what}: airvane {said}, Airflow {real}"));
    }
}

fn run(case: &Case, answer: &Answer, target: &Target, tally: &mut Tally) {
    let file = FileId(0);
    let text = match &case.cfg {
        Some(Raw::Text(text)) => Some(text.as_str()),
        Some(Raw::Broken(pieces)) => {
            let line = Some(("UnicodeDecodeError".to_owned(), None));
            assert_eq!(answer.load, line, "{pieces:?}");
            if !survives_bad_file(target) {
                return;
            }
            None
        }
        None => None,
    };
    let path = Path::new("airflow.cfg");
    let parts = text.map(|text| {
        if header_ends_at_first_bracket(target.python) {
            cfg::read_before_3_10(&Text::verbatim(text, 0), file, path)
        } else {
            cfg::read(text, file, path)
        }
    });
    let mut lines = String::new();
    for (name, value) in &case.env {
        writeln!(lines, "{name}={value}").unwrap();
    }
    let outside = |_: &str| Outside::Unknown;
    let environment = env::read(
        &lines,
        Dialect::Docker,
        &outside,
        FileId(1),
        Path::new(".env"),
    );
    let mut variables = Environment::default().variables;
    for (name, value) in [("HOME", "/home/u"), ("AIRFLOW_HOME", "/opt/airflow")] {
        variables.insert(name.into(), Some(Text::verbatim(value, 0)));
    }
    for (name, value) in &case.env {
        variables.insert(name.into(), Some(Text::verbatim(value, 0)));
    }
    let mut settings = Settings {
        written: parts
            .iter()
            .flat_map(|parts| &parts.settings)
            .chain(&environment.settings)
            .collect(),
        environment: Environment { variables },
        has_cfg: true,
        has_env: true,
        ..Settings::default()
    };
    if let (Some(parts), Some(text)) = (&parts, text) {
        let raises = parts.tree.raises().map(|error| {
            let line = python_line(&text[..error.span.start]);
            (error.kind.exception().to_owned(), Some(line))
        });
        if raises == answer.load {
            tally.agree += 1;
        } else {
            tally.differences.push(format!(
                "load: airvane {raises:?}, Airflow {:?}",
                answer.load
            ));
            return;
        }
        settings.keep_loaded(file, &parts.tree, target);
        if raises.is_some() && !survives_bad_file(target) {
            return;
        }
    }
    for ((section, option), real) in case.get.iter().zip(&answer.get) {
        let said = get(&settings, section, option, target);
        tally.compare(&format!("[{section}] {option}"), &said, real);
    }
    for ((kind, section, option), real) in case.typed.iter().zip(&answer.typed) {
        let said = typed(kind, get(&settings, section, option, target), target);
        tally.compare(&format!("get{kind} [{section}] {option}"), &said, real);
    }
    if target.providers.is_empty() {
        return;
    }
    let secrets = SecretsConfig::read(&settings, target);
    if target.runtime == Runtime::Server {
        let said = built(&secrets.main, &settings, target);
        compare_built(tally, "backend", said, answer.main.as_ref());
    }
    if target.airflow.major >= 3 {
        let said = built(secrets.for_worker(), &settings, target);
        compare_built(tally, "worker backend", said, answer.worker.as_ref());
    }
}

#[test]
fn every_configuration_is_read_as_airflow_reads_it() {
    let path = std::env::var("AIRVANE_CONFIGS")
        .unwrap_or_else(|_| "fixtures/parity/configs.jsonl".to_owned());
    let text = fs::read_to_string(path).unwrap();
    let mut lines = text.lines();
    let head: Head = serde_json::from_str(lines.next().unwrap()).unwrap();
    let targets: Vec<Target> = head.releases.iter().map(target).collect();
    let mut tallies: Vec<Tally> = targets.iter().map(|_| Tally::default()).collect();
    for (number, line) in lines.enumerate() {
        let case: Case = serde_json::from_str(line).unwrap();
        for (releases, answer) in &case.answers {
            for &release in releases {
                let tally = &mut tallies[release];
                let before = tally.differences.len();
                run(&case, answer, &targets[release], tally);
                for difference in &mut tally.differences[before..] {
                    *difference = format!("line {}: {difference}", number + 2);
                }
            }
        }
    }
    let mut report = String::new();
    let mut wrong = 0;
    for (release, tally) in head.releases.iter().zip(&tallies) {
        wrong += tally.differences.len();
        let silent = tally.silent.iter();
        let silent: Vec<String> = silent
            .map(|(reason, count)| format!("{count} {reason}"))
            .collect();
        writeln!(
            report,
            "{} {}: {} agree, {} differ, silent: {}",
            release.airflow,
            release.runtime,
            tally.agree,
            tally.differences.len(),
            silent.join(", "),
        )
        .unwrap();
        for difference in tally.differences.iter().take(40) {
            writeln!(report, "    {difference}").unwrap();
        }
    }
    println!("{report}");
    assert_eq!(wrong, 0, "{report}");
}
