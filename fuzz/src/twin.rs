//! What Airflow and Python make of one value.

use std::collections::BTreeMap;

use airvane::airflow::config::Environment;
use airvane::airflow::connection::{self, Format, Reader, Vault};
use airvane::airflow::lookup::{Coverage, Kwarg, Naming, PrefixKwargs};
use airvane::airflow::pattern::Pattern;
use airvane::airflow::python::{dumps, int, literal, query, space, unquote, urlsplit};
use airvane::airflow::{Python, Runtime, Version, expansion, interpolation, option_values};
use airvane::inputs::EntryKind;
use airvane::source::Text;
use airvane::syntax::json;

use crate::laws::of_text;

/// Releases with ways of their own, and a Python of their time.
const READERS: [(u32, u32, u32, u8); 8] = [
    (2, 0, 0, 8),
    (2, 3, 0, 9),
    (2, 6, 3, 10),
    (2, 11, 2, 11),
    (3, 0, 0, 12),
    (3, 1, 8, 12),
    (3, 2, 0, 13),
    (3, 3, 2, 13),
];

/// No value stops it, and what is said twice agrees.
pub fn run(data: &[u8]) {
    let Some((&choice, rest)) = data.split_first() else {
        return;
    };
    let Ok(text) = std::str::from_utf8(rest) else {
        return;
    };
    let value = Text::verbatim(text, 0);
    let (major, minor, patch, python) = READERS[usize::from(choice >> 5)];
    let reader = Reader {
        airflow: Version::new(major, minor, patch),
        runtime: if choice & 16 == 0 {
            Runtime::Task
        } else {
            Runtime::Server
        },
        python: Python {
            major: 3,
            minor: python,
        },
    };
    match choice & 15 {
        0..=6 => connection_of(&value, &reader, choice & 15),
        7 => urls(&value, reader.python),
        8 => pattern(text, reader.python),
        9 => numbers(text),
        10 => lookups(text),
        11 => interpolated(&value),
        12 => json_of(&value),
        13 => options(text, reader.airflow),
        _ => literals(text),
    }
}

fn connection_of(value: &Text, reader: &Reader, which: u8) {
    let format = match which {
        0 | 1 => Format::Airflow,
        2 => Format::SecretsManager {
            extra_conn_words: Vec::new(),
        },
        3 => Format::SecretsManager {
            extra_conn_words: vec![("host".to_owned(), vec!["server".to_owned()])],
        },
        4 => Format::Akeyless,
        5 => Format::Vault(Vault::Fields),
        _ => Format::Local(connection::Local::Text),
    };
    let text = value.expose();
    let reading = connection::read(value, reader, &format);
    if connection::is_plain(text, reader.airflow, &format) {
        assert!(reading.fault.is_none(), "a plain value has a fault");
    }
    if connection::looks_plain(text).is_some()
        && connection::may_be_plain(text, reader.airflow, &format)
    {
        let fields = connection::fields(text, reader, &format);
        let built = reading.outcome.as_ref();
        assert!(
            fields.is_some() == built.is_ok(),
            "a plain value is not read"
        );
        if let (Some(fields), Ok(built)) = (fields, built) {
            let same =
                |cut: Option<&str>, built: &Option<Text>| cut == built.as_ref().map(Text::expose);
            assert!(same(fields.host.as_deref(), &built.host), "host");
            assert!(same(fields.login.as_deref(), &built.login), "login");
            assert!(
                same(fields.password.as_deref(), &built.password),
                "password"
            );
            assert!(same(fields.schema.as_deref(), &built.schema), "schema");
            assert!(fields.port == built.port.as_deref(), "port");
        }
    }
    for span in connection::visible_spans(value, &reading, &Default::default()) {
        crate::laws::on_characters(text.as_bytes(), span);
    }
    let _ = reading.extra(value);
    let _ = reading.is_unknown(value);
    let _ = connection::has_password(&reading);
    let _ = connection::has_plain_password(text);
    let _ = connection::credential::holds_credential(value, reader, &format);
    if let Some(fault) = &reading.fault {
        let _ = fault.range(value);
    }
    if let Ok(built) = &reading.outcome {
        let fields = [&built.host, &built.login, &built.password, &built.schema];
        for field in fields.into_iter().flatten() {
            of_text(field, text.as_bytes());
        }
    }
    let _ = connection::read_uri_text(value, reader);
}

fn urls(value: &Text, python: Python) {
    if let Ok(split) = urlsplit::urlsplit(value, python) {
        let parts = [&split.scheme, &split.netloc, &split.query, &split.fragment];
        for part in parts.into_iter().flatten() {
            of_text(part, value.expose().as_bytes());
        }
        of_text(&split.path, value.expose().as_bytes());
        if let Some(netloc) = &split.netloc {
            let _ = urlsplit::userinfo(netloc);
            let (host, port) = urlsplit::hostinfo(netloc);
            let _ = urlsplit::hostname(&host);
            if let Some(port) = port {
                let _ = urlsplit::port(port.expose(), python);
            }
        }
        if let Some(query) = &split.query {
            let pairs = query::parse_qsl(query);
            let _ = query::to_dict(pairs);
        }
    }
    let plain = unquote::unquote(value);
    of_text(&plain, value.expose().as_bytes());
    if !value.expose().contains('%') {
        assert!(plain.expose() == value.expose());
    }
    of_text(&unquote::unquote_plus(value), value.expose().as_bytes());
    of_text(&space::strip(value), value.expose().as_bytes());
}

fn pattern(text: &str, python: Python) {
    let (pattern, id) = text.split_once('\n').unwrap_or((text, "db_prod"));
    match Pattern::new(pattern, python) {
        Ok(pattern) => {
            let matched = pattern.matches(id);
            assert!(pattern.is_evaluated() || matched.is_none());
        }
        Err(error) => assert!(!error.kind.python_message().is_empty()),
    }
}

fn numbers(text: &str) {
    if let Some(number) = int::parse(text) {
        assert!(int::parse(&number).as_deref() == Some(&*number), "{number}");
    }
    if let Ok(number) = text.parse::<f64>() {
        let written = dumps::float(number);
        if number.is_finite() {
            assert!(written.parse::<f64>() == Ok(number), "{written}");
            let _ = int::truncate(number);
        }
    }
    let mut out = String::new();
    dumps::string(&mut out, text);
    assert!(out.is_ascii());
    let read = serde_json::from_str::<String>(&out);
    assert!(read.is_ok_and(|read| read == text));
    let _ = text.parse::<Version>();
    let _ = text.parse::<Python>();
}

fn lookups(text: &str) {
    let mut parts = text.split('\n');
    let mut next = || parts.next();
    let [connections, variables, sep, id] = [next(), next(), next(), next()];
    let kwargs = PrefixKwargs {
        connections: connections.map_or(Kwarg::Absent, Kwarg::Text),
        variables: variables.map_or(Kwarg::Null, Kwarg::Text),
        config: Kwarg::Absent,
        sep: sep.map_or(Kwarg::Absent, Kwarg::Text),
    };
    let id = id.unwrap_or("db");
    for amazon in [
        Version::new(1, 0, 0),
        Version::new(7, 3, 0),
        Version::new(9, 39, 0),
    ] {
        for naming in [
            Naming::ssm(&kwargs, amazon),
            Naming::secrets_manager(&kwargs, amazon),
        ] {
            for kind in [
                EntryKind::Connection,
                EntryKind::Variable,
                EntryKind::Config,
            ] {
                let Some(name) = naming.name_for(kind, id) else {
                    continue;
                };
                // An empty prefix reaches a whole account, and says nothing of what a name is.
                // Nobody asks for an id of no letters.
                if naming.prefix(kind) == Some("") || id.is_empty() {
                    continue;
                }
                match naming.coverage(&name) {
                    Coverage::Foreign => panic!("what is asked for is foreign"),
                    Coverage::Covered {
                        id: found,
                        kind: of,
                    } if of == kind => {
                        assert!(found == id || naming.name_for(kind, found) == Some(name));
                    }
                    _ => {}
                }
            }
            let _ = naming.coverage(text);
            let _ = naming.only_kind(text);
        }
    }
}

fn interpolated(value: &Text) {
    let mut options: BTreeMap<String, Text> = BTreeMap::new();
    for line in value.expose().lines() {
        if let Some((name, text)) = line.split_once('=') {
            options.insert(name.to_owned(), Text::verbatim(text, 0));
        }
    }
    let _ = interpolation::interpolate(value, |name| options.get(name));
    let mut environment = Environment::default();
    for (name, text) in options {
        environment.variables.insert(name.into(), Some(text));
    }
    let _ = expansion::expand(value, &environment);
    let _ = expansion::references(value.expose());
}

fn json_of(value: &Text) {
    let Ok(json) = json::parse(value) else {
        return;
    };
    if dumps::has_oversized_integer(&json) {
        return;
    }
    let mut out = String::new();
    dumps::value(&mut out, json.root());
    // Written once and read again it is the same.
    let again = json::parse(&Text::verbatim(&out, 0));
    let again = again.unwrap_or_else(|_| panic!("what is written is JSON"));
    let mut twice = String::new();
    dumps::value(&mut twice, again.root());
    assert!(out == twice, "written again it differs");
}

fn options(text: &str, airflow: Version) {
    let mut parts = text.splitn(3, '\n');
    let (section, option) = (parts.next().unwrap_or("core"), parts.next().unwrap_or(""));
    let value = parts.next().unwrap_or("");
    let _ = option_values::reads(section, option, airflow);
    for getter in [
        option_values::Getter::Boolean,
        option_values::Getter::Integer,
        option_values::Getter::Float,
        option_values::Getter::Json,
        option_values::Getter::Timedelta,
    ] {
        let _ = getter.takes(text, airflow);
    }
    let _ = option_values::allowed(section, option, airflow);
    let _ = option_values::rewritten(section, option, value, airflow);
    let _ = option_values::is_executor(text);
    let _ = airvane::inputs::local::common_end(std::path::Path::new(section), option);
}

fn literals(text: &str) {
    let _ = literal::eval(text);
    let _ = connection::credential::is_token(text, &[]);
    let _ = connection::credential::is_secret(text, &["a"]);
    let _ = connection::credential::is_sensitive_name(text);
    let _ = airvane::aws::names::name_in_arn(text);
}
