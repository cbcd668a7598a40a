//! AV423: fields of a JSON connection that have the wrong type.

use super::{speak, view};
use crate::airflow::connection::{FaultKind, Format, taken};
use crate::report::{Findings, Severity};
use crate::rules::{Check, EntryContext};
use crate::syntax::json::{Kind, Value};

crate::rule! {
    /// # connection-field-type
    ///
    /// ## What it does
    ///
    /// Finds fields of a JSON connection that have the wrong type: a host, login, password or schema
    /// that is no string, a port that is no integer, a connection type that is a number. Ports that
    /// Airflow reads otherwise than they are written, or that no server has, are warnings, and so are
    /// texts such as `None`, which come from a value that was none, and values that count as false.
    ///
    /// ## Why is this bad?
    ///
    /// The constructor raises, or the connection builds and its `get_uri()`, which the lookup calls
    /// in the same `try`, raises. Either way it is reported as not defined. YAML and spreadsheets turn
    /// passwords of digits into numbers; this is where it hurts.
    ///
    /// ## Example
    ///
    /// ```dotenv
    /// AIRFLOW_CONN_DB={"conn_type": "postgres", "host": "db.example.com", "password": 12345}
    /// ```
    ///
    /// airvane says:
    ///
    /// ```text
    /// .env:1:81: error[AV423] connection-field-type: `password` is a number: Airflow raises `TypeError` and reports the connection as not defined
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```dotenv
    /// AIRFLOW_CONN_DB={"conn_type": "postgres", "host": "db.example.com", "password": "12345"}
    /// ```
    ///
    /// ## Versions
    ///
    /// Airflow 2.3 and later; what only `get_uri()` refuses fails since 2.7.
    /// `airvane schema connection` prints the JSON Schema.
    ///
    /// ## References
    ///
    /// - <https://airflow.apache.org/docs/apache-airflow/stable/howto/connection.html#json-format>
    "AV423", "connection-field-type", Error, since "0.1.0",
    checks &[Check::Connection(check)],
}

fn check(context: &EntryContext<'_>, findings: &mut Findings) {
    let belongs = |kind: &FaultKind| {
        matches!(
            kind,
            FaultKind::FieldType(..) | FaultKind::PortText | FaultKind::Surrogate(_)
        )
    };
    let Some(fault) = speak::fault(context, belongs) else {
        return odd(context, findings);
    };
    let (what, help) = match fault.kind {
        FaultKind::FieldType("port", found) => (
            if found == "a number" {
                "`port` is a number, but no integer".to_owned()
            } else {
                format!("`port` is {found}, not an integer")
            },
            "write the port as an integer".to_owned(),
        ),
        FaultKind::Surrogate(field) => (
            format!("`{field}` holds half of a surrogate pair, which no encoding has"),
            "write the character itself, or both halves of the pair (\\ud83d\\ude00)".to_owned(),
        ),
        FaultKind::FieldType(field, found) => (
            format!("`{field}` is {found}"),
            format!("write `{field}` as a string"),
        ),
        _ => (
            "`port` is not an integer".to_owned(),
            "write the port as an integer".to_owned(),
        ),
    };
    let message = format!(
        "{what}: {}{}",
        speak::consequence(context, fault),
        speak::whose(context)
    );
    speak::report(findings, &RULE, context, fault, message).help(help);
}

/// What is built without an exception and is not what was written.
fn odd(context: &EntryContext<'_>, findings: &mut Findings) {
    let Some(view) = view::of(context) else {
        return;
    };
    let Some(object) = view.object else {
        return;
    };
    for field in taken(object, context.format) {
        let value = field.member.value;
        let (message, help) = match field.field {
            // Their classes keep it as it is written.
            "port" if keeps_port(context.format) && value.kind() != Kind::Integer => continue,
            "port" => {
                let read = view.connection.port.as_deref();
                let odd = match context.format {
                    Format::Local(_) => odd_local_port(read),
                    _ => odd_port(value, read),
                };
                let Some(message) = odd else {
                    continue;
                };
                (
                    message.to_owned(),
                    "write the port as an integer".to_owned(),
                )
            }
            // Of a type that counts as missing AV424 speaks.
            "conn_type" if !value.is_truthy() => continue,
            "conn_type" | "host" | "login" | "password" | "schema" if is_none(value) => (
                format!(
                    "`{}` is the word for a missing value as text, which Airflow takes for its value",
                    field.field
                ),
                "write null, or leave the key out".to_owned(),
            ),
            "conn_type" | "host" | "login" | "password" | "schema"
                if !matches!(value.kind(), Kind::String | Kind::Null) && !value.is_truthy() =>
            {
                (
                    format!(
                        "`{}` is {} that counts as false: Airflow takes it for missing",
                        field.field,
                        value.kind().described()
                    ),
                    format!("write `{}` as a string", field.field),
                )
            }
            _ => continue,
        };
        view::report(findings, &RULE, context, &value.raw(), message)
            .severity(Severity::Warning)
            .help(help);
    }
}

/// No `int(port)` stands before core's constructor.
fn keeps_port(format: &Format) -> bool {
    format.keeps_port() && !matches!(format, Format::Local(_))
}

/// `int(port)`, which asks for no range.
fn odd_port(value: Value<'_>, read: Option<&str>) -> Option<&'static str> {
    let read = read?;
    if value.kind() == Kind::True {
        return Some("`port` is a boolean: Airflow reads it as 1");
    }
    let is_cut = value.kind() == Kind::Float
        && value
            .raw()
            .expose()
            .parse::<f64>()
            .is_ok_and(|number| number.fract() != 0.0);
    if is_cut {
        return Some("`port` is no integer: Airflow cuts off its fraction");
    }
    out_of_range(read)
}

/// Of a local file: `Connection(port=…)` takes what is there.
fn odd_local_port(read: Option<&str>) -> Option<&'static str> {
    let port = read?.trim();
    let digits = port.strip_prefix('-').unwrap_or(port);
    let is_number = digits.bytes().all(|byte| byte.is_ascii_digit());
    if is_number && (port.is_empty() || !digits.is_empty()) {
        return out_of_range(port);
    }
    Some("`port` is no integer: Airflow takes it as it is, and no server has it")
}

/// Of any size, as `str(port)`.
fn out_of_range(port: &str) -> Option<&'static str> {
    let in_range = port.is_empty() || port.parse::<u32>().is_ok_and(|port| port <= 65535);
    (!in_range).then_some("`port` is outside 0 to 65535: Airflow takes it, and no server has it")
}

/// What `str(None)` and its like leave behind.
fn is_none(value: Value<'_>) -> bool {
    let none = ["None", "null", "NULL", "nil", "undefined"];
    value.as_str().is_some_and(|text| none.contains(&&*text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_of_a_local_file_is_a_number_or_none() {
        for (port, words) in [
            ("-", "no integer"),
            ("--1", "no integer"),
            ("5 432", "no integer"),
            ("-1", "outside"),
            ("65536", "outside"),
        ] {
            let told = odd_local_port(Some(port));
            assert!(told.is_some_and(|told| told.contains(words)), "{port}");
        }
        for port in ["", " ", "5432", " 5432 "] {
            assert_eq!(odd_local_port(Some(port)), None, "{port}");
        }
    }
}
