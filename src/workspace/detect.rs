//! What a file is: its content first, its name second.
//!
//! Other programs use the same endings, so a walk must be sure: a `.cfg` is Airflow's when it has
//! Airflow's name or Airflow's options, and JSON when it has the shape of an export.

use std::path::Path;

use crate::inputs::store::cli_output;
use crate::inputs::{Kind, carrier, exports, local, opaque, sops, store};
use crate::source::{Text, lossy};
use crate::syntax::json;
use crate::workspace::{connections_file, walk};

/// A kind with the reason for it, for `--show-files`.
pub type Detected = (Kind, &'static str);

/// Sections with options by which a `.cfg` of any name is known as Airflow's.
const TELLING: &[(&str, &[&str])] = &[
    (
        "core",
        &[
            "dags_folder",
            "executor",
            "fernet_key",
            "load_examples",
            "sql_alchemy_conn",
            "airflow_home",
            "dags_are_paused_at_creation",
        ],
    ),
    ("secrets", &["backend", "backend_kwargs"]),
    ("workers", &["secrets_backend", "secrets_backend_kwargs"]),
    ("database", &["sql_alchemy_conn"]),
    ("webserver", &["web_server_port", "expose_config", "rbac"]),
    ("celery", &["broker_url", "worker_concurrency"]),
    (
        "scheduler",
        &["scheduler_heartbeat_sec", "dag_dir_list_interval"],
    ),
    ("logging", &["base_log_folder", "remote_logging"]),
    ("api_auth", &["jwt_secret"]),
];

/// Says what a file is, or why it is none of ours.
///
/// `named`: the user named it, so a doubtful shape is taken.
pub fn detect(path: &Path, head: &[u8], named: bool) -> Result<Detected, &'static str> {
    let name = path
        .file_name()
        .map(|name| name.to_string_lossy().into_owned())
        .unwrap_or_default();
    if is_cfg_name(&name) {
        return Ok((Kind::Cfg, "its name"));
    }
    if walk::is_env_name(&name) {
        if is_connections_lines(&name, head) {
            return Ok((
                Kind::Connections,
                "the form of `airflow connections export`",
            ));
        }
        return Ok((Kind::Env, "its name"));
    }
    if has_extension(path, &["py"]) {
        let because = if walk::is_in_dags(path) {
            "Python in a folder of DAGs"
        } else {
            "its name"
        };
        return Ok((Kind::Dag, because));
    }
    if let Some(wide) = opaque::wide(head) {
        // A rule says that it must be converted, if it is ours.
        return match wide.text(head) {
            Some(text) => detect_text(path, text.as_bytes(), named),
            None => Err("text that is not UTF-8"),
        };
    }
    detect_text(path, head, named)
}

/// What the content says.
fn detect_text(path: &Path, head: &[u8], named: bool) -> Result<Detected, &'static str> {
    let text = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head);
    if text.iter().all(u8::is_ascii_whitespace) {
        return broken_store(path, head, named).ok_or("empty");
    }
    if sops::is_encrypted(head) {
        let plain = sops::without_block(&String::from_utf8_lossy(text));
        return detect_plain(path, plain.as_bytes(), named).map_err(|_| "encrypted with SOPS");
    }
    detect_plain(path, head, named)
}

/// See [`connections_file`].
const OF_CONNECTIONS: &str = "its name, and an object of connections";

/// What the content says of a file whose structure is in clear.
fn detect_plain(path: &Path, head: &[u8], named: bool) -> Result<Detected, &'static str> {
    let text = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head);
    let plain = lossy(text);
    if let Some(export) = exports::recognise(path, &plain) {
        return Ok(export);
    }
    if let Some(carrier) = carrier::recognise(path, &plain) {
        return Ok(carrier);
    }
    let cut = head.len() >= store::HEAD;
    let is_yaml = has_extension(path, &["yaml", "yml"]);
    if is_yaml && local::yaml::is_connections_export(&plain, cut) {
        return Ok((
            Kind::Connections,
            "the form of `airflow connections export`",
        ));
    }
    if is_yaml && connections_file::is_one(path, &plain, named) {
        return Ok((Kind::Connections, OF_CONNECTIONS));
    }
    match text.trim_ascii_start().first() {
        Some(b'{' | b'[' | b'"') if !starts_with_section(text) => {
            return store(path, head, named);
        }
        _ => {}
    }
    let text = lossy(head);
    if has_telling_option(&text) {
        return Ok((Kind::Cfg, "Airflow's sections and options"));
    }
    if sets_airflow_variables(&text) {
        return Ok((Kind::Env, "lines that set AIRFLOW variables"));
    }
    if has_extension(path, &["cfg", "ini"]) || starts_with_section(head) {
        return Err("a configuration file of another program");
    }
    let output = cli_output::form(&text);
    match broken_store(path, head, named) {
        // What it is helps more than where JSON ends in it.
        Some((kind, because)) => Ok((kind, output.unwrap_or(because))),
        None => Err(output.unwrap_or("no known kind")),
    }
}

fn store(path: &Path, head: &[u8], named: bool) -> Result<Detected, &'static str> {
    match store::detect(head, path) {
        store::Verdict::Store(found) => Ok((found.kind, found.because)),
        store::Verdict::Declined(what) => Err(what),
        store::Verdict::Unknown => {
            if connections_file::is_one(path, &lossy(head), named) {
                return Ok((Kind::Connections, OF_CONNECTIONS));
            }
            if is_variables_export(path, head, named) {
                return Ok((Kind::Variables, "its name, and an object of values"));
            }
            let start = head.trim_ascii_start();
            // Neither Go's templates nor Jinja's begin as JSON can.
            let other = if [b"{{", b"{%", b"{#"]
                .iter()
                .any(|mark| start.starts_with(*mark))
            {
                "a template"
            } else if is_python(head) {
                cli_output::PYTHON
            } else if is_string(head) {
                "one value without its name: export it without `--query`"
            } else if is_cut_off(head) {
                "JSON that ends in the middle of a value: what it is cannot be told (--kind says it)"
            } else {
                "JSON that is no export of a secret store"
            };
            broken_store(path, head, named).ok_or(other)
        }
    }
}

/// Somebody who names an export that is broken from its start wants to hear that. JSON that can be
/// read some way and is no export is another program's.
fn broken_store(path: &Path, head: &[u8], named: bool) -> Option<Detected> {
    let broken = named
        && has_extension(path, &["json", "jsonl", "ndjson"])
        && !is_json(head)
        && !is_commented(head);
    broken.then_some((Kind::FlatStore, "its name"))
}

/// JSON with comments, as editors and compilers take it; no export begins with one.
fn is_commented(head: &[u8]) -> bool {
    let text = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head);
    let text = text.trim_ascii_start();
    let inner = text.strip_prefix(b"{").or(text.strip_prefix(b"["));
    let text = inner.unwrap_or(text).trim_ascii_start();
    text.starts_with(b"//") || text.starts_with(b"/*")
}

/// The text begins like JSON: something of it can be read.
fn is_json(head: &[u8]) -> bool {
    let text = lossy(head);
    let (json, _) = json::parse_head(&Text::verbatim(&text, 0));
    json.is_some_and(|json| {
        let container = |kind| matches!(kind, json::Kind::Object | json::Kind::Array);
        json.values().any(|value| !container(value.kind()))
    })
}

/// What `airflow variables export` writes is an object like any other: the name must say it. In a walk `variables.json`
/// may as well be another program's.
fn is_variables_export(path: &Path, head: &[u8], named: bool) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let name = name.to_ascii_lowercase();
    let words: Vec<&str> = name.split(|c: char| !c.is_ascii_alphanumeric()).collect();
    let has = |word: &str| words.contains(&word);
    if !has_extension(path, &["json"]) || !has("variables") || !(named || has("airflow")) {
        return false;
    }
    let text = lossy(head);
    let text = text.trim_start_matches('\u{feff}');
    let (json, _) = json::parse_head(&Text::verbatim(text, 0));
    json.is_some_and(|json| json.root().members().next().is_some())
}

/// What `airflow connections export` writes into a file that ends in `.env`: an id and a URI or JSON in every line.
fn is_connections_lines(name: &str, head: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(head) else {
        return false;
    };
    let mut lines = text.lines().filter(|line| !line.is_empty()).peekable();
    let is_entry = |line: &str| {
        line.split_once('=').is_some_and(|(id, value)| {
            let scheme = value.split_once("://").map(|(scheme, _)| scheme);
            let plain = |c: char| c.is_ascii_alphanumeric() || "+-.".contains(c);
            let is_uri = scheme.is_some_and(|scheme| scheme.chars().all(plain));
            // The names of environment variables have none.
            id.contains(|c: char| c.is_ascii_lowercase()) && (is_uri || value.starts_with('{'))
        })
    };
    name.contains("conn") && lines.peek().is_some() && lines.all(is_entry)
}

/// `{'Parameters': …`
fn is_python(head: &[u8]) -> bool {
    let text = String::from_utf8_lossy(&head[..head.len().min(200)]);
    let inner = text.trim_start_matches(|c: char| c.is_whitespace() || c == '[');
    let inner = inner.strip_prefix('{').map(str::trim_start);
    inner.is_some_and(|inner| inner.starts_with('\''))
}

/// JSON that its end breaks off.
fn is_cut_off(head: &[u8]) -> bool {
    let text = lossy(head);
    let text = text.trim_end();
    let (_, error) = json::parse_head(&Text::verbatim(text, 0));
    head.len() < store::HEAD
        && error.is_some_and(|error| {
            error.at >= text.len() || error.kind == json::ErrorKind::UnterminatedString
        })
}

/// What `--query Parameter.Value` writes.
fn is_string(head: &[u8]) -> bool {
    let text = lossy(head);
    let json = json::parse(&Text::verbatim(text.trim(), 0));
    json.is_ok_and(|json| json.root().kind() == json::Kind::String)
}

fn has_extension(path: &Path, known: &[&str]) -> bool {
    path.extension()
        .is_some_and(|extension| known.iter().any(|known| extension == *known))
}

/// `airflow.cfg`, `airflow-dev.cfg`, `local_airflow.cfg`, `airflow.cfg.tmpl`, `unittests.cfg`.
fn is_cfg_name(name: &str) -> bool {
    name == "unittests.cfg" || (name.contains("airflow") && name.contains(".cfg"))
}

/// The first line that is neither blank nor a comment is `[section]`.
fn starts_with_section(head: &[u8]) -> bool {
    let mut lines = head.split(|&byte| byte == b'\n').map(<[u8]>::trim_ascii);
    let first = lines.find(|line| !line.is_empty() && !line.starts_with(b"#"));
    first.is_some_and(|line| {
        let inner = line
            .strip_prefix(b"[")
            .and_then(|line| line.strip_suffix(b"]"));
        inner.is_some_and(|inner| {
            !inner.is_empty()
                && inner
                    .iter()
                    .all(|byte| byte.is_ascii_alphanumeric() || b"_-. :".contains(byte))
                && inner.iter().any(u8::is_ascii_alphabetic)
        })
    })
}

fn has_telling_option(text: &str) -> bool {
    let mut options: &[&str] = &[];
    for line in text.lines() {
        if let Some(section) = line.strip_prefix('[') {
            let section = section.split(']').next().unwrap_or_default();
            let known = TELLING.iter().find(|(name, _)| *name == section);
            options = known.map_or(&[], |(_, options)| options);
            continue;
        }
        let option = line.split(['=', ':']).next().unwrap_or_default().trim_end();
        if line.len() > option.len() && options.contains(&option) {
            return true;
        }
    }
    false
}

/// Every line is an assignment (or blank, or a comment), and one sets an Airflow variable. Other
/// languages hold such lines too, so one line of another form is enough to say no.
fn sets_airflow_variables(text: &str) -> bool {
    let mut found = false;
    for line in text.lines().map(str::trim) {
        if line.starts_with("#!") {
            return false;
        }
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let line = line.strip_prefix("export ").unwrap_or(line);
        let Some((name, value)) = line.split_once('=') else {
            return false;
        };
        // In INI, which SOPS knows, there are blanks around it.
        let name = if sops::is_hidden(value) {
            name.trim_end()
        } else {
            name
        };
        let is_name = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
        if name.is_empty() || !name.bytes().all(is_name) {
            return false;
        }
        found |= name.starts_with("AIRFLOW");
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(name: &str, text: &str) -> Result<Kind, &'static str> {
        detect(Path::new(name), text.as_bytes(), true).map(|(kind, _)| kind)
    }

    #[test]
    fn files_of_other_programs_are_left_alone() {
        let setup = "[metadata]\nname = x\n[options]\npackages = find:\n";
        assert!(kind("setup.cfg", setup).is_err());
        assert!(kind("tox.ini", "[tox]\nenvlist = py312\n[core]\nx = 1\n").is_err());
        assert!(kind("supervisord.ini", "# c\n[program:web]\ncommand=x\n").is_err());
        assert!(kind("main.js", "X = 1\n").is_err());
        assert!(kind("settings.json", "{\n  // note\n  \"a\": 1,\n}").is_err());
        assert!(kind("settings.json", "// note\n{}").is_err());
        let compose = "x-env:\n  AIRFLOW__CORE__X: 1\n  - AIRFLOW__CORE__Y=1\nA=b\n";
        assert!(kind("docker-compose.yaml", compose).is_err());
        assert!(kind("Dockerfile", "FROM x\nENV AIRFLOW_HOME=/x\n").is_err());
        assert_eq!(
            kind("Dockerfile", "FROM x\nENV AIRFLOW_VAR_X=/x\n"),
            Ok(Kind::Dockerfile)
        );
        assert!(kind("run.sh", "#!/bin/sh\nexport AIRFLOW_HOME=x\n").is_err());
    }

    #[test]
    fn a_template_is_not_called_json() {
        for begin in [
            "{{- if .Values.on }}",
            "{{/* what it is for */}}",
            "{% if on %}",
            "{# what it is for #}",
        ] {
            let template = format!("{begin}\napiVersion: apps/v1\n");
            assert_eq!(kind("a.yaml", &template), Err("a template"), "{begin}");
        }
    }

    #[test]
    fn yaml_is_taken_only_in_the_form_of_an_export() {
        let export = "db:\n  conn_type: mysql\n  host: h\n";
        assert_eq!(kind("a.yaml", export), Ok(Kind::Connections));
        assert_eq!(
            kind("a.yml", "# x\n---\n'1': {conn_type: a}\n"),
            Ok(Kind::Connections)
        );
        for unusual in [
            "\"db\": {\"conn_type\": mysql}\n",
            "{db: {conn_type: mysql}}\n",
            "{\"db\": {\"conn_type\": \"mysql\"}}\n",
        ] {
            assert_eq!(kind("a.yaml", unusual), Ok(Kind::Connections), "{unusual}");
        }
        // Broken behind its first entry; cut in its last one.
        let broken = format!("{export}x: [\n");
        assert_eq!(kind("a.yaml", &broken), Ok(Kind::Connections));
        let long = format!("{}x:\n  conn_ty", "db:\n  conn_type: mysql\n".repeat(4000));
        assert_eq!(kind("a.yaml", &long[..64 << 10]), Ok(Kind::Connections));
        for other in [
            "db: mysql://h\n",
            "conn_type: mysql\nhost: h\n",
            "db:\n  conn_type: mysql\n  replicas: 2\n",
            "db:\n  conn_type: mysql\nother: 1\n",
            "- conn_type: mysql\n",
            "conn_type: [\n",
        ] {
            assert!(kind("a.yaml", other).is_err(), "{other:?}");
        }
    }

    #[test]
    fn exports_of_airflow_itself_are_known() {
        let values = "{\"stage\": \"prod\", \"list\": [\"a\"], \"n\": 3}";
        for name in [
            "variables.json",
            "Variables-prod.json",
            "airflow_variables.json",
        ] {
            assert_eq!(kind(name, values), Ok(Kind::Variables), "{name}");
        }
        assert!(kind("values.json", values).is_err());
        assert!(kind("variables.json", "[1]").is_err());
        let walked = |name: &str| detect(Path::new(name), values.as_bytes(), false).is_ok();
        assert!(walked("airflow-variables.json") && !walked("variables.json"));
        // The shape says more than the name.
        let flat = "{\"/airflow/variables/stage\": \"prod\"}";
        assert_eq!(kind("variables.json", flat), Ok(Kind::FlatStore));
        let lines = "api=http://h/?a=b\norders=postgres://u@h/d\n";
        assert_eq!(kind("connections.env", lines), Ok(Kind::Connections));
        let json = "orders={\"conn_type\": \"http\"}\n";
        assert_eq!(kind("conn.env", json), Ok(Kind::Connections));
        assert_eq!(kind("conn.env", "ORDERS=http://h\n"), Ok(Kind::Env));
        assert_eq!(kind("prod.env", lines), Ok(Kind::Env));
    }

    #[test]
    fn what_other_programs_print_is_refused_with_what_to_run() {
        let refused = |name: &str, text: &str| kind(name, text).unwrap_err();
        let listed = r#"[{"conn_id": "orders", "conn_type": "postgres"}]"#;
        for (name, text, command) in [
            ("a.json", listed, "airflow connections export"),
            ("a.txt", "{'request_id': 'x', 'data': None}", "json.dumps"),
            ("a.txt", "[{'Name': '/a/b', 'Value': 'c'}]", "json.dumps"),
            ("a.txt", "key  \n=====\nstage\n", "airflow variables export"),
            (
                "a.json",
                "{\"attributes\": {\"a\": 1}, \"id\": \"x",
                "--kind says it",
            ),
        ] {
            assert!(refused(name, text).contains(command), "{text}");
        }
    }

    #[test]
    fn airflow_files_are_known_by_name_or_content() {
        assert_eq!(kind("airflow-prod.cfg", ""), Ok(Kind::Cfg));
        assert_eq!(kind("airflow.cfg.tmpl", "{{ x }}"), Ok(Kind::Cfg));
        assert_eq!(kind("my.cfg", "# x\n[core]\nexecutor = X\n"), Ok(Kind::Cfg));
        for name in [
            ".env.prod",
            ".env_example",
            ".env-base",
            "env.template",
            "app.env.example",
        ] {
            assert_eq!(kind(&format!("x/{name}"), "A = b"), Ok(Kind::Env), "{name}");
        }
        assert!(kind("x/env.js", "A=b").is_err());
        assert_eq!(kind("dags/main.py", "X = 1\n"), Ok(Kind::Dag));
        assert_eq!(kind("vars", "A=b\nAIRFLOW__CORE__X=1\n"), Ok(Kind::Env));
    }
}
