//! `airflow.models.Connection(**fields)`, the fields as they stand, without what `from_json` does first.
//! Local files, Vault, Akeyless and old releases of Secrets Manager build connections so, in workers too.

use super::object::{self, Built, extra_failure, text_of};
use super::uri::{self, check_extra, failure};
use super::ways::Ways;
use super::{
    Connection, FIELDS, Failure, FaultKind, Field, Format, Nested, NotAnObject, Reader, Reading,
    Reason, fault,
};
use crate::airflow::Runtime;
use crate::source::Text;
use crate::syntax::json::{Kind, Member, Value};

/// The members that `Connection(**value)` gets; of repeated keys the last.
pub(super) struct Arguments<'a> {
    pub(super) members: Vec<Member<'a>>,
}

impl<'a> Arguments<'a> {
    pub(super) fn of(root: Value<'a>) -> Self {
        Self {
            members: root.effective_members(),
        }
    }

    pub(super) fn member(&self, name: &str) -> Option<Member<'a>> {
        let is = |member: &&Member<'a>| member.key.as_str().is_some_and(|key| key == name);
        self.members.iter().find(is).copied()
    }

    pub(super) fn get(&self, name: &str) -> Option<Value<'a>> {
        Some(self.member(name)?.value)
    }

    fn truthy(&self, name: &str) -> Option<Value<'a>> {
        self.get(name).filter(|value| value.is_truthy())
    }

    pub(super) fn field(&self, name: &str) -> Field {
        text_of(self.get(name))
    }
}

/// `extra` as the constructor gets it.
pub(super) struct GivenExtra {
    /// The text that is kept.
    pub(super) text: Field,
    /// It counts as true, so that it is checked.
    pub(super) is_truthy: bool,
    /// It stands beside a `uri`.
    pub(super) is_beside: bool,
}

/// How core's class reads, in the process of `reader`.
pub(super) fn ways(reader: &Reader) -> Ways {
    let server = Reader {
        runtime: Runtime::Server,
        ..*reader
    };
    Ways {
        get_uri: Ways::of(reader).get_uri,
        ..Ways::of(&server)
    }
}

/// `Connection(conn_id, uri=text)`
pub(super) fn of_uri(text: Text, ways: &Ways) -> Nested {
    let mut reading = super::read_uri(&text, ways);
    if text.is_empty() {
        // `if uri:`
        reading.outcome = Ok(Connection::default());
        return Nested { text, reading };
    }
    reading.fault = fault::find(&text, &reading, &Format::Airflow).map(Box::new);
    if let Some(fault) = &mut reading.fault
        && fault.kind == FaultKind::JsonTooEarly
    {
        // No release reads JSON here.
        fault.kind = FaultKind::NotAnObject(NotAnObject::EncodedTwice);
    }
    Nested { text, reading }
}

/// What a URI inside an object makes of the whole.
pub(super) fn built_of(nested: &Nested) -> Built {
    let Reading {
        outcome, unusable, ..
    } = &nested.reading;
    (outcome.clone(), unusable.clone())
}

/// `Connection(conn_id, uri=value)` of what is no text.
pub(super) fn refused_uri(value: Value<'_>, field: &'static str, ways: &Ways) -> Failure {
    failure(
        object::uri_exception(value, ways),
        Reason::FieldType(field),
        value.raw(),
    )
}

/// `Connection(conn_id, **value)`
pub(super) fn build(arguments: &Arguments<'_>, ways: &Ways) -> Built {
    let refused = arguments.members.iter().copied().find(|member| {
        let name = member.key.as_str().unwrap_or_default();
        let team = name == "team_name" && ways.team_name || name == "team_id" && ways.team_id;
        !(FIELDS.contains(&name.as_ref()) || team)
    });
    if let Some(member) = refused {
        let is_id = member.key.as_str().is_some_and(|name| name == "conn_id");
        let reason = if is_id {
            Reason::ConnId
        } else {
            Reason::UnknownKey
        };
        return (Err(failure("TypeError", reason, member.key.raw())), None);
    }
    let is_truthy = arguments.truthy("extra").is_some();
    let extra = GivenExtra {
        text: arguments.field("extra"),
        is_truthy,
        is_beside: is_truthy,
    };
    match construct(arguments, extra, ways) {
        Ok(connection) => {
            let unusable = get_uri(arguments, &connection, ways);
            (Ok(connection), unusable)
        }
        Err(failed) => (Err(failed), None),
    }
}

/// `Connection.__init__`, once the keys are known to be its own.
pub(super) fn construct(
    arguments: &Arguments<'_>,
    extra: GivenExtra,
    ways: &Ways,
) -> Result<Connection, Failure> {
    if let Some(uri) = arguments.truthy("uri") {
        let others = ["conn_type", "host", "login", "password", "schema", "port"];
        let mixed = others
            .into_iter()
            .any(|name| arguments.truthy(name).is_some());
        if mixed || extra.is_beside {
            return Err(failure(
                "AirflowException",
                Reason::UriWithFields,
                uri.raw(),
            ));
        }
        let Some(text) = uri.string() else {
            return Err(refused_uri(uri, "uri", ways));
        };
        let (_, outcome) = uri::from_uri(&text, ways);
        let mut connection = outcome?;
        connection.description = arguments.field("description");
        return Ok(connection);
    }
    let password = arguments.truthy("password");
    if let Some(password) = password.filter(|value| value.kind() != Kind::String) {
        // `bytes(value, "utf-8")` in set_password.
        return Err(failure(
            "TypeError",
            Reason::FieldType("password"),
            password.raw(),
        ));
    }
    if let Some(text) = extra
        .text
        .as_ref()
        .filter(|_| extra.is_truthy && ways.extra_parsed)
    {
        check_extra(text, ways)?;
    }
    Ok(Connection {
        conn_type: arguments.field("conn_type"),
        description: arguments.field("description"),
        host: arguments.field("host"),
        login: arguments.field("login"),
        password: password.and_then(Value::string),
        schema: arguments.field("schema"),
        port: arguments.field("port").map(|port| port.expose().to_owned()),
        extra: extra.text,
    })
}

/// `Connection.get_uri()`, which every lookup calls since 2.7.
pub(super) fn get_uri(
    arguments: &Arguments<'_>,
    connection: &Connection,
    ways: &Ways,
) -> Option<Failure> {
    if !ways.get_uri || arguments.truthy("uri").is_some() {
        return None;
    }
    let typed = |value: &Value<'_>| !matches!(value.kind(), Kind::String | Kind::Null);
    let wrong = |exception, field, value: Value<'_>| {
        Some(failure(exception, Reason::GetUri(field), value.raw()))
    };
    let is_container = |value: Value<'_>| matches!(value.kind(), Kind::Array | Kind::Object);
    if let Some(value) = arguments.truthy("conn_type").filter(typed) {
        // `"_" in conn_type` first, which a list answers.
        let exception = if is_container(value) {
            "AttributeError"
        } else {
            "TypeError"
        };
        return wrong(exception, "conn_type", value);
    }
    // `"://" in self.host`, which an object answers, too.
    if let Some(value) = arguments.truthy("host").filter(typed)
        && object::holds(value, "://")
    {
        return wrong("AttributeError", "host", value);
    }
    if let Some(value) = arguments.get("login").filter(typed) {
        return wrong("TypeError", "login", value);
    }
    for field in ["host", "schema"] {
        if let Some(value) = arguments.truthy(field).filter(typed) {
            return wrong("TypeError", field, value);
        }
    }
    extra_failure(connection, ways)
}
