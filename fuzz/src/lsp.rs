//! An editor that says anything.

use std::io::{self, BufRead, Read, Write};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

use airvane::lsp::scope::Wishes;
use airvane::lsp::serve;
use serde_json::{Value, json};

use crate::bundle::{self, NOWHERE};

/// Who waits so long waits in vain.
const PATIENCE: Duration = Duration::from_secs(8);

/// Answers that are still to come.
type Open = Arc<(Mutex<i64>, Condvar)>;

/// What the editor says; its end comes when all it asked is answered.
struct Said {
    rest: io::Cursor<Vec<u8>>,
    open: Open,
}

impl Read for Said {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.rest.read(buffer)?;
        if length == 0 {
            self.wait();
        }
        Ok(length)
    }
}

impl BufRead for Said {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.rest.fill_buf()?.is_empty() {
            self.wait();
        }
        self.rest.fill_buf()
    }

    fn consume(&mut self, amount: usize) {
        self.rest.consume(amount);
    }
}

impl Said {
    fn wait(&self) {
        let (count, changed) = &*self.open;
        let began = Instant::now();
        let mut count = count.lock().unwrap_or_else(PoisonError::into_inner);
        while *count > 0 {
            assert!(began.elapsed() < PATIENCE, "{count} answers are missing");
            let waited = changed.wait_timeout(count, Duration::from_millis(200));
            count = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
    }
}

/// What the server says: whole messages, of which the answers are counted.
struct Heard {
    bytes: Vec<u8>,
    open: Open,
}

impl Write for Heard {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        self.bytes.extend_from_slice(buffer);
        Ok(buffer.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        let message = std::mem::take(&mut self.bytes);
        let text = std::str::from_utf8(&message).expect("UTF-8");
        let (head, body) = text.split_once("\r\n\r\n").expect("a header");
        let length = head.strip_prefix("Content-Length: ").map(str::parse);
        assert!(length == Some(Ok(body.len())), "{head}");
        let message: Value = serde_json::from_str(body).expect("JSON");
        if message.get("method").is_none() && !message["id"].is_null() {
            let (count, changed) = &*self.open;
            *count.lock().unwrap_or_else(PoisonError::into_inner) -= 1;
            changed.notify_all();
        }
        Ok(())
    }
}

/// The session of an editor, made of what the input says: each byte is a message, and what follows it its
/// content.
struct Session<'d> {
    rest: &'d [u8],
    said: Vec<u8>,
    asked: i64,
    version: i64,
}

impl<'d> Session<'d> {
    fn byte(&mut self) -> u8 {
        let Some((&first, rest)) = self.rest.split_first() else {
            return 0;
        };
        self.rest = rest;
        first
    }

    /// Up to the next end of a part.
    fn text(&mut self) -> &'d [u8] {
        let end = self
            .rest
            .windows(bundle::BETWEEN.len())
            .position(|at| at == bundle::BETWEEN);
        let text = &self.rest[..end.unwrap_or(self.rest.len())];
        let skipped = end.map_or(self.rest.len(), |end| end + bundle::BETWEEN.len());
        self.rest = &self.rest[skipped..];
        text
    }

    fn send(&mut self, message: &Value) {
        let text = message.to_string();
        let header = format!("Content-Length: {}\r\n\r\n", text.len());
        self.said.extend_from_slice(header.as_bytes());
        self.said.extend_from_slice(text.as_bytes());
    }

    fn tell(&mut self, method: &str, params: &Value) {
        self.send(&json!({"jsonrpc": "2.0", "method": method, "params": params}));
    }

    fn ask(&mut self, method: &str, params: &Value) {
        self.asked += 1;
        let id = self.asked;
        self.send(&json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params}));
    }

    fn uri(&mut self) -> String {
        let names = bundle::names();
        let number = usize::from(self.byte()) % names.len();
        format!("file://{NOWHERE}/{}", names[number].1)
    }

    fn position(&mut self) -> Value {
        json!({"line": self.byte() % 40, "character": self.byte()})
    }

    fn message(&mut self) {
        let what = self.byte() % 16;
        match what {
            0..=2 => {
                let uri = self.uri();
                self.version += 1;
                let text = String::from_utf8_lossy(self.text()).into_owned();
                let document =
                    json!({"uri": uri, "languageId": "x", "version": self.version, "text": text});
                self.tell("textDocument/didOpen", &json!({"textDocument": document}));
            }
            3..=5 => {
                let document = self.uri();
                self.version += 1;
                let change = if self.byte() & 1 == 0 {
                    json!({"text": String::from_utf8_lossy(self.text())})
                } else {
                    let (start, end) = (self.position(), self.position());
                    let text = String::from_utf8_lossy(self.text());
                    json!({"range": {"start": start, "end": end}, "text": text})
                };
                let document = json!({"uri": document, "version": self.version});
                let params = json!({"textDocument": document, "contentChanges": [change]});
                self.tell("textDocument/didChange", &params);
            }
            6 | 7 => {
                let uri = self.uri();
                let params = json!({"textDocument": {"uri": uri}, "position": self.position()});
                self.ask("textDocument/completion", &params);
            }
            8 | 9 => {
                let uri = self.uri();
                let params = json!({"textDocument": {"uri": uri}, "position": self.position()});
                self.ask("textDocument/hover", &params);
            }
            10 => {
                let uri = self.uri();
                let (start, end) = (self.position(), self.position());
                let range = json!({"start": start, "end": end});
                let context = json!({"diagnostics": []});
                let document = json!({"uri": uri});
                let params = json!({"textDocument": document, "range": range, "context": context});
                self.ask("textDocument/codeAction", &params);
            }
            11 => {
                let uri = self.uri();
                let params = json!({"textDocument": {"uri": uri}});
                self.ask("textDocument/documentLink", &params);
            }
            12 => {
                let uri = self.uri();
                let method = ["textDocument/didClose", "textDocument/didSave"];
                let method = method[usize::from(self.byte() & 1)];
                self.tell(method, &json!({"textDocument": {"uri": uri}}));
            }
            13 => {
                let settings = String::from_utf8_lossy(self.text()).into_owned();
                let settings: Value = serde_json::from_str(&settings).unwrap_or(json!({}));
                let settings = json!({"settings": settings});
                self.tell("workspace/didChangeConfiguration", &settings);
            }
            14 => {
                let params = self.text();
                let params: Value = serde_json::from_slice(params).unwrap_or(Value::Null);
                let methods = [
                    "textDocument/hover",
                    "textDocument/codeAction",
                    "workspace/unknown",
                    "initialize",
                ];
                let method = methods[usize::from(self.byte() & 3)];
                self.ask(method, &params);
            }
            _ => {
                // Anything at all. What looks like a question is one that nobody here counts.
                let text = self.text();
                let is_question = text.windows(4).any(|at| at.eq_ignore_ascii_case(b"\"id\""))
                    || text.contains(&b'\\');
                let is_header = text
                    .windows(7)
                    .any(|at| at.eq_ignore_ascii_case(b"Content"));
                if !is_question && !is_header {
                    self.said.extend_from_slice(text);
                    self.said.extend_from_slice(b"\r\n\r\n");
                }
            }
        }
    }
}

/// Every question has one answer, whatever is said, and the server comes to its end.
pub fn run(data: &[u8]) {
    let Some((&[first], rest)) = data.split_first_chunk::<1>() else {
        return;
    };
    let mut session = Session {
        rest,
        said: Vec::new(),
        asked: 0,
        version: 0,
    };
    let folders = if first & 1 == 0 {
        json!([{"uri": format!("file://{NOWHERE}"), "name": "x"}])
    } else {
        Value::Null
    };
    let encodings = if first & 2 == 0 {
        json!(["utf-16"])
    } else {
        json!(["utf-8"])
    };
    let capabilities = json!({"general": {"positionEncodings": encodings}});
    let params = json!({"processId": null, "rootUri": null, "workspaceFolders": folders,
        "capabilities": capabilities, "initializationOptions": {"airflow": "3.3.2"}});
    session.ask("initialize", &params);
    session.tell("initialized", &json!({}));
    for _ in 0..24 {
        if session.rest.is_empty() {
            break;
        }
        session.message();
    }
    session.ask("shutdown", &Value::Null);
    let open: Open = Arc::new((Mutex::new(session.asked), Condvar::new()));
    let said = Said {
        rest: io::Cursor::new(session.said),
        open: Arc::clone(&open),
    };
    let mut heard = Heard {
        bytes: Vec::new(),
        open,
    };
    let wishes = Wishes {
        no_config: true,
        ..Wishes::default()
    };
    serve(said, &mut heard, wishes).expect("memory can be written to");
}
