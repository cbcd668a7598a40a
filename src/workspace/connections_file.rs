//! Local files of connections with entries that `airflow connections export` does not write: URIs, lists, JSON in a
//! string, keys that are misspelt.
//!
//! Other programs have a `connections.json` too. So the name must say it, everything in the file must be able to be a
//! connection, and something in it must be able to be nothing else. Where Airflow is in the name a connection of any form
//! is enough, and of a file that is named an object, or Airflow in its path or text: hooks name every file.

use std::path::Path;

use crate::inputs::store::{self, LOCAL_KEYS};
use crate::source::Text;
use crate::syntax::json::{self, Json, Kind, Value};
use crate::syntax::yaml;
use crate::syntax::yaml::json::as_json;
use crate::syntax::yaml::schema::Schema;

/// What an entry is, the surest last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Entry {
    /// Nothing that Airflow's loader takes.
    Foreign,
    /// A connection, if the others are.
    Possible,
    /// A URI, of Airflow or of another program.
    Uri,
    /// A connection, of Airflow or of another program.
    Connection,
    /// A connection of Airflow.
    Sure,
}

/// True for such a file. `head` is all of it or its beginning.
pub(super) fn is_one(path: &Path, head: &str, named: bool) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let name = name.to_ascii_lowercase();
    let mut words = name.split(|c: char| !c.is_ascii_alphanumeric());
    if !words.any(|word| word == "connections") {
        return false;
    }
    let extension = path.extension().and_then(|extension| extension.to_str());
    let head = head.trim_start_matches('\u{feff}');
    let (tree, is_cut) = match extension {
        Some("json") => {
            let (tree, error) = json::parse_head(&Text::verbatim(head, 0));
            (tree, error.is_some())
        }
        Some("yaml" | "yml") => of_yaml(head),
        _ => return false,
    };
    let Some(tree) = tree.filter(|tree| tree.root().kind() == Kind::Object) else {
        return false;
    };
    let mut entries: Vec<Entry> = tree.root().members().map(|one| entry(one.value)).collect();
    let is_cut = is_cut || head.len() >= store::HEAD;
    // Of the last one there may be a piece.
    entries.pop_if(|last| is_cut && *last == Entry::Foreign);
    let wanted = if name.contains("airflow") || named && speaks_of_airflow(path, head) {
        Entry::Uri
    } else if named {
        Entry::Connection
    } else {
        Entry::Sure
    };
    !entries.contains(&Entry::Foreign) && entries.iter().any(|entry| *entry >= wanted)
}

fn speaks_of_airflow(path: &Path, head: &str) -> bool {
    let path = path.to_string_lossy().to_ascii_lowercase();
    path.contains("airflow") || head.to_ascii_lowercase().contains("airflow")
}

fn of_yaml(head: &str) -> (Option<Json>, bool) {
    let yaml = yaml::parse(head, 0);
    let text = yaml
        .root()
        .and_then(|root| as_json(root, Schema::PyYaml).ok());
    let tree = text.and_then(|text| json::parse(&text).ok());
    (tree, yaml.error().is_some())
}

fn entry(value: Value<'_>) -> Entry {
    match value.kind() {
        Kind::Object => object(value),
        Kind::String => string(&value.as_str().unwrap_or_default()),
        Kind::Array => {
            let is_list = value.items().all(|item| {
                matches!(item.kind(), Kind::Object | Kind::String) && entry(item) > Entry::Foreign
            });
            if is_list {
                Entry::Possible
            } else {
                Entry::Foreign
            }
        }
        _ => Entry::Foreign,
    }
}

/// Some keys may be misspelt.
fn object(value: Value<'_>) -> Entry {
    let is_known = |key: &str| LOCAL_KEYS.contains(&key);
    let keys = value.members().filter_map(|member| member.key.as_str());
    let (known, others): (Vec<_>, Vec<_>) = keys.partition(|key| is_known(key));
    let (known, others) = (known.len(), others.len());
    let has_type = value.get("conn_type").is_some();
    if has_type && (others == 0 || known >= others * 3) {
        Entry::Sure
    } else if has_type && known >= others || known > 1 && others == 0 {
        Entry::Connection
    } else if known >= others {
        Entry::Possible
    } else {
        Entry::Foreign
    }
}

fn string(text: &str) -> Entry {
    let text = text.trim();
    let scheme = text.split_once("://").map(|(scheme, _)| scheme);
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "+-._".contains(c);
    if text.starts_with('{') && text.contains("conn_type") {
        Entry::Connection
    } else if scheme.is_some_and(|scheme| !scheme.is_empty() && scheme.chars().all(is_plain)) {
        Entry::Uri
    } else if text.is_empty() || text.contains(':') && !text.contains(' ') {
        Entry::Possible
    } else {
        Entry::Foreign
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn walked(name: &str, text: &str) -> bool {
        is_one(Path::new(name), text, false)
    }

    fn named(name: &str, text: &str) -> bool {
        is_one(Path::new(name), text, true)
    }

    #[test]
    fn one_connection_of_airflow_tells_what_the_others_are() {
        for other in [
            "\"mysql://u:p@h/d\"",
            "[\"mysql://u:p@h/d\"]",
            "[{\"conn_type\": \"mysql\"}, {\"host\": \"h\"}]",
            "\"{\\\"conn_type\\\": \\\"mysql\\\"}\"",
            "{\"conn_type\": \"mysql\", \"pasword\": \"p\"}",
            "{\"host\": \"h\"}",
            "\"host:5432\"",
            "\"\"",
            "[]",
        ] {
            let text = format!("{{\"pg\": {{\"conn_type\": \"postgres\"}}, \"l\": {other}}}");
            for name in [
                "connections.json",
                "connections.yaml",
                "my-connections_prod.yml",
            ] {
                assert!(walked(name, &text), "{name} {text}");
            }
            assert!(!walked("conns.json", &text) && !walked("connections.txt", &text));
        }
        let yaml = "pg:\n  conn_type: postgres\n  login: u\nu: postgres://u@h/db\n";
        assert!(walked("connections.yaml", yaml));
        assert!(walked(
            "connections.json",
            "{\"a\": {\"conn_type\": \"x\", \"host\": \"h\", \"login\": \"u\", \"pasword\": \"p\"}}"
        ));
        // The end is cut off.
        let cut = "{\"pg\": {\"conn_type\": \"postgres\"}, \"l\": {\"na";
        assert!(walked("connections.json", cut));
    }

    #[test]
    fn connections_of_other_programs_are_left_alone() {
        for text in [
            "[]",
            "{}",
            "{\"pg\": {\"conn_type\": \"postgres\"}, \"version\": 2}",
            "{\"pg\": {\"conn_type\": \"postgres\"}, \"title\": \"All of them\"}",
            "{\"wifi\": {\"conn_type\": \"wifi\", \"ssid\": \"x\"}}",
            "{\"connections\": [{\"conn_id\": \"a\", \"conn_type\": \"b\"}]}",
            "{\"connections\": {\"a\": {\"conn_type\": \"b\"}}}",
            "{\"default\": \"mysql://u:p@h/d\", \"cache\": \"redis://h\"}",
            "{\"dev\": {\"host\": \"h\", \"port\": 1, \"password\": \"p\"}}",
            "{\"connected\": \"Verbunden: {0}\", \"lost\": \"Getrennt\"}",
            "{\"name\": \"connections\", \"version\": \"1.0.0\", \"dependencies\": {}}",
        ] {
            assert!(!walked("connections.json", text), "{text}");
            assert!(!walked("connections.yaml", text), "{text}");
        }
        let dev = "{\"dev\": {\"host\": \"h\", \"user\": \"u\", \"database\": \"d\"}}";
        assert!(!named("connections.json", dev));
        // A hook names every file that changed.
        let uris = "{\"default\": \"mongodb://u:p@h1:1,h2:1/d\", \"cache\": \"redis://h\", \"f\": \"jdbc:x\"}";
        assert!(!named("connections.json", uris));
        assert!(!walked("airflow/connections.json", uris));
    }

    #[test]
    fn a_file_that_is_meant_may_hold_uris_alone() {
        let uris = "{\"default\": \"mysql://u:p@h/d\", \"cache\": \"redis://h\"}";
        assert!(named("airflow/connections.json", uris));
        assert!(named("dags/Airflow-prod/connections.json", uris));
        assert!(walked("airflow_connections.json", uris));
        assert!(named(
            "connections.yml",
            "# of airflow\na: mysql://u@h\nb: {host: h, login: u}\n"
        ));
        assert!(named("connections.yml", "b: {host: h, login: u}\n"));
        assert!(!named(
            "connections.json",
            "{\"a\": \"b\", \"c\": \"d://e\"}"
        ));
        assert!(!named("values.json", uris));
    }
}
