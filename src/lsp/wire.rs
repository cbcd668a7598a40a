//! Messages: `Content-Length: N`, a blank line, and N bytes of JSON.
//!
//! What cannot be read is a [`Malformed`] without any of its words, and the reader goes on behind it.

use std::io::{self, BufRead, Read, Write};

use serde_json::{Value, json};

/// A message with more bytes is skipped.
const LARGEST: u64 = 256 << 20;

/// A line of a header with more bytes is none.
const LONGEST_LINE: u64 = 8 << 10;

/// The codes of errors, as JSON-RPC and the protocol have them.
pub(super) mod code {
    pub(crate) const PARSE_ERROR: i32 = -32700;
    pub(crate) const INVALID_REQUEST: i32 = -32600;
    pub(crate) const METHOD_NOT_FOUND: i32 = -32601;
    pub(crate) const INVALID_PARAMS: i32 = -32602;
    pub(crate) const INTERNAL_ERROR: i32 = -32603;
    pub(crate) const NOT_INITIALIZED: i32 = -32002;
    pub(crate) const CANCELLED: i32 = -32800;
}

/// What the other side sends.
#[derive(Debug, PartialEq)]
pub(super) enum Message {
    /// It wants an answer.
    Request {
        /// A number or a text.
        id: Value,
        /// What is wanted.
        method: String,
        /// Of what.
        params: Value,
    },
    /// It wants none.
    Notification {
        /// What happens.
        method: String,
        /// To what.
        params: Value,
    },
    /// An answer to a request of ours.
    Response,
}

/// A message that cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Malformed {
    /// The code of the error.
    pub(super) code: i32,
    /// What is wrong; nothing of the message.
    pub(super) message: &'static str,
}

/// Reads the next message; `None` at the end of the stream.
pub(super) fn read(input: &mut impl BufRead) -> io::Result<Option<Result<Message, Malformed>>> {
    let length = match header(input)? {
        None => return Ok(None),
        Some(Err(malformed)) => return Ok(Some(Err(malformed))),
        Some(Ok(length)) => length,
    };
    let mut body = input.by_ref().take(length);
    if length > LARGEST {
        io::copy(&mut body, &mut io::sink())?;
        return Ok(Some(Err(Malformed {
            code: code::INVALID_REQUEST,
            message: "the message is too large",
        })));
    }
    let mut bytes = Vec::new();
    body.read_to_end(&mut bytes)?;
    if (bytes.len() as u64) < length {
        return Ok(None);
    }
    Ok(Some(message(&bytes)))
}

/// Reads up to the blank line, and says how many bytes follow it.
fn header(input: &mut impl BufRead) -> io::Result<Option<Result<u64, Malformed>>> {
    let mut length = None;
    let mut is_empty = true;
    let mut line = Vec::new();
    loop {
        line.clear();
        let mut limited = input.by_ref().take(LONGEST_LINE);
        if limited.read_until(b'\n', &mut line)? == 0 {
            return Ok(None);
        }
        let text = line.trim_ascii();
        if !text.is_empty() {
            is_empty = false;
            length = length.or_else(|| content_length(text));
            continue;
        }
        if let Some(length) = length {
            return Ok(Some(Ok(length)));
        }
        // Blank lines between messages are nothing.
        if !is_empty {
            return Ok(Some(Err(Malformed {
                code: code::PARSE_ERROR,
                message: "the header has no Content-Length",
            })));
        }
    }
}

fn content_length(line: &[u8]) -> Option<u64> {
    let colon = line.iter().position(|byte| *byte == b':')?;
    let (name, value) = line.split_at(colon);
    if !name.trim_ascii().eq_ignore_ascii_case(b"Content-Length") {
        return None;
    }
    std::str::from_utf8(&value[1..]).ok()?.trim().parse().ok()
}

fn message(bytes: &[u8]) -> Result<Message, Malformed> {
    let invalid = |message| Malformed {
        code: code::INVALID_REQUEST,
        message,
    };
    let parsed: Value = serde_json::from_slice(bytes).map_err(|_| Malformed {
        code: code::PARSE_ERROR,
        message: "the message is not JSON",
    })?;
    let Value::Object(mut members) = parsed else {
        return Err(invalid("the message is not an object"));
    };
    let id = members.remove("id");
    let params = members.remove("params").unwrap_or(Value::Null);
    match (members.remove("method"), id) {
        (Some(Value::String(method)), None) => Ok(Message::Notification { method, params }),
        (Some(Value::String(method)), Some(id)) => {
            let is_id = id.is_string() || id.is_i64() || id.is_u64();
            if !is_id {
                return Err(invalid(
                    "the id of the request is neither a whole number nor a string",
                ));
            }
            Ok(Message::Request { id, method, params })
        }
        (None, Some(_)) if members.contains_key("result") || members.contains_key("error") => {
            Ok(Message::Response)
        }
        _ => Err(invalid("the message has no method")),
    }
}

/// Writes one message.
pub(super) fn write(out: &mut dyn Write, message: &Value) -> io::Result<()> {
    let text = message.to_string();
    write!(out, "Content-Length: {}\r\n\r\n{text}", text.len())?;
    out.flush()
}

/// The answer to the request `id`.
pub(super) fn answer(id: &Value, result: &Value) -> Value {
    json!({"jsonrpc": "2.0", "id": id, "result": result})
}

/// The error that answers the request `id`; of a message that cannot be read it is null.
pub(super) fn error(id: &Value, code: i32, message: &str) -> Value {
    json!({"jsonrpc": "2.0", "id": id, "error": {"code": code, "message": message}})
}

/// Something that the other side is told.
pub(super) fn notification(method: &str, params: &impl serde::Serialize) -> Value {
    let params = serde_json::to_value(params).unwrap_or(Value::Null);
    json!({"jsonrpc": "2.0", "method": method, "params": params})
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(stream: &[u8]) -> Vec<Result<Message, Malformed>> {
        let mut input = stream;
        let mut found = Vec::new();
        while let Some(message) = read(&mut input).unwrap() {
            found.push(message);
        }
        found
    }

    fn framed(body: &str) -> String {
        format!("Content-Length: {}\r\n\r\n{body}", body.len())
    }

    #[test]
    fn a_stream_is_read_message_by_message() {
        let stream = [
            framed(r#"{"jsonrpc":"2.0","id":7,"method":"a","params":{"x":1}}"#),
            "content-type: x\r\ncontent-length:31\n\n{\"jsonrpc\":\"2.0\",\"method\":\"é\"}"
                .to_owned(),
            framed(r#"{"jsonrpc":"2.0","id":"é","result":null}"#),
        ];
        let found = all(stream.concat().as_bytes());
        let request = Message::Request {
            id: json!(7),
            method: "a".to_owned(),
            params: json!({"x": 1}),
        };
        let told = Message::Notification {
            method: "é".to_owned(),
            params: Value::Null,
        };
        assert_eq!(found, [Ok(request), Ok(told), Ok(Message::Response)]);
    }

    #[test]
    fn what_cannot_be_read_is_told_without_its_words_and_the_next_one_is_read() {
        let bad = [
            "hunter2 hunter2\r\n\r\n".to_owned(),
            format!("{}\r\n\r\n", "hunter2".repeat(5000)),
            framed("{\"hunter2"),
            framed("[\"hunter2\"]"),
            framed("{\"id\": {\"hunter2\": 1}, \"method\": \"x\"}"),
            framed("{\"id\": 1, \"method\": [\"hunter2\"]}"),
            framed(&"[".repeat(100_000)),
        ];
        for text in bad {
            let good = framed(r#"{"method":"exit"}"#);
            let mut found = all((text.clone() + &good).as_bytes());
            let last = found.pop().unwrap();
            assert!(matches!(last, Ok(Message::Notification { .. })), "{text}");
            assert_eq!(found.len(), 1, "{text}");
            let told = found[0].as_ref().unwrap_err();
            assert!(!told.message.contains("hunter2"));
        }
    }

    #[test]
    fn a_stream_that_breaks_off_ends() {
        assert_eq!(all(b"Content-Length: 100\r\n\r\n{\"method\""), []);
        assert_eq!(all(b"Content-Length: 1"), []);
        assert_eq!(all(b"\r\n\r\n"), []);
    }
}
