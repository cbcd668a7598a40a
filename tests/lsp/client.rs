//! A client that speaks to the binary through pipes, as an editor does.

#![allow(dead_code, reason = "each test file uses a part")]

use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use serde_json::{Value, json};

/// Longer than any machine takes: who waits so long waits in vain.
const PATIENCE: Duration = Duration::from_mins(2);

/// A running server, and what it has said.
pub(crate) struct Client {
    child: Child,
    input: Option<ChildStdin>,
    messages: Receiver<Value>,
    /// Messages that nobody has asked for yet.
    held: VecDeque<Value>,
    last_id: i64,
    /// Everything that came, for those who look for secrets in it.
    pub(crate) heard: String,
}

impl Client {
    /// A server that was told nothing yet.
    pub(crate) fn start(arguments: &[&str]) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_airvane"))
            .arg("lsp")
            .args(arguments)
            .env("RUST_BACKTRACE", "full")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the binary was built");
        let out = child.stdout.take().expect("stdout is piped");
        let (to, messages) = channel();
        std::thread::spawn(move || {
            let mut out = BufReader::new(out);
            while let Some(message) = read(&mut out) {
                if to.send(message).is_err() {
                    return;
                }
            }
        });
        Self {
            input: child.stdin.take(),
            child,
            messages,
            held: VecDeque::new(),
            last_id: 0,
            heard: String::new(),
        }
    }

    /// A server that works for `folders`, and what it says that it can.
    pub(crate) fn of(folders: &[&Path]) -> Self {
        Self::with(folders, &[], &json!({}), &Value::Null).0
    }

    /// As [`Client::of`], with arguments, the client's abilities and its options.
    pub(crate) fn with(
        folders: &[&Path],
        arguments: &[&str],
        capabilities: &Value,
        options: &Value,
    ) -> (Self, Value) {
        let mut client = Self::start(arguments);
        let folders = folders.iter();
        let folders: Vec<Value> = folders
            .map(|folder| json!({"uri": uri(folder), "name": "folder"}))
            .collect();
        let params = json!({
            "processId": null,
            "rootUri": null,
            "workspaceFolders": folders,
            "capabilities": capabilities,
            "initializationOptions": options,
        });
        let can = client.ask("initialize", &params);
        client.tell("initialized", &json!({}));
        (client, can["result"].clone())
    }

    /// Writes bytes, whatever they are.
    pub(crate) fn write(&mut self, bytes: &[u8]) {
        let input = self.input.as_mut().expect("not closed");
        // The server may have gone.
        let _ = input.write_all(bytes).and_then(|()| input.flush());
    }

    /// Sends a message.
    pub(crate) fn send(&mut self, message: &Value) {
        let text = message.to_string();
        let framed = format!("Content-Length: {}\r\n\r\n{text}", text.len());
        self.write(framed.as_bytes());
    }

    /// Sends a notification.
    pub(crate) fn tell(&mut self, method: &str, params: &Value) {
        self.send(&json!({"jsonrpc": "2.0", "method": method, "params": params}));
    }

    /// Sends a request and returns its id.
    pub(crate) fn request(&mut self, method: &str, params: &Value) -> i64 {
        self.last_id += 1;
        let id = self.last_id;
        self.send(&json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params}));
        id
    }

    /// Sends a request and waits for its answer.
    pub(crate) fn ask(&mut self, method: &str, params: &Value) -> Value {
        let id = self.request(method, params);
        self.wait(|message| message["id"] == id && message.get("method").is_none())
    }

    /// Waits for the first message that is wanted; those before it are kept.
    pub(crate) fn wait(&mut self, wanted: impl Fn(&Value) -> bool) -> Value {
        if let Some(at) = self.held.iter().position(&wanted) {
            return self.held.remove(at).expect("it is there");
        }
        loop {
            let message = self.messages.recv_timeout(PATIENCE);
            let message = message.expect("the server says what is waited for");
            self.heard.push_str(&message.to_string());
            self.heard.push('\n');
            if wanted(&message) {
                return message;
            }
            self.held.push_back(message);
        }
    }

    /// Waits for the next diagnostics of a file that are as wanted, and returns their codes and lines from 1.
    pub(crate) fn shown(&mut self, path: &Path, wanted: impl Fn(&Value) -> bool) -> Vec<Value> {
        let uri = uri(path);
        let message = self.wait(|message| {
            message["method"] == "textDocument/publishDiagnostics"
                && message["params"]["uri"] == uri
                && wanted(&message["params"])
        });
        let diagnostics = message["params"]["diagnostics"].as_array();
        diagnostics.expect("a list").clone()
    }

    /// Opens a text in version 1.
    pub(crate) fn open(&mut self, path: &Path, text: &str) {
        let document = json!({"uri": uri(path), "languageId": "x", "version": 1, "text": text});
        self.tell("textDocument/didOpen", &json!({"textDocument": document}));
    }

    /// Replaces an open text.
    pub(crate) fn change(&mut self, path: &Path, version: i64, text: &str) {
        let document = json!({"uri": uri(path), "version": version});
        let changes = json!([{"text": text}]);
        let params = json!({"textDocument": document, "contentChanges": changes});
        self.tell("textDocument/didChange", &params);
    }

    /// Ends the server as the protocol says, and returns its exit code and what stood on stderr.
    pub(crate) fn end(mut self) -> (Option<i32>, String) {
        self.ask("shutdown", &Value::Null);
        self.tell("exit", &Value::Null);
        self.ended()
    }

    /// As [`Client::end`], and returns everything that came, on stderr too.
    pub(crate) fn end_with_all(mut self) -> String {
        self.ask("shutdown", &Value::Null);
        self.tell("exit", &Value::Null);
        let heard = std::mem::take(&mut self.heard);
        let (code, errors) = self.ended();
        assert_eq!(code, Some(0), "{errors}");
        heard + &errors
    }

    /// Hangs up, and returns the exit code of the server and what stood on stderr.
    pub(crate) fn ended(mut self) -> (Option<i32>, String) {
        drop(self.input.take());
        let status = self.child.wait().expect("it runs");
        let mut errors = String::new();
        let pipe = self.child.stderr.as_mut().expect("stderr is piped");
        pipe.read_to_string(&mut errors).expect("UTF-8");
        (status.code(), errors)
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn read(out: &mut impl BufRead) -> Option<Value> {
    let mut length = None;
    loop {
        let mut line = String::new();
        if out.read_line(&mut line).ok()? == 0 {
            return None;
        }
        let line = line.trim_end();
        if line.is_empty() {
            break;
        }
        if let Some(number) = line.strip_prefix("Content-Length: ") {
            length = number.parse().ok();
        }
    }
    let mut body = vec![0; length?];
    out.read_exact(&mut body).ok()?;
    serde_json::from_slice(&body).ok()
}

/// What the protocol calls a path.
pub(crate) fn uri(path: &Path) -> String {
    url::Url::from_file_path(path)
        .expect("an absolute path")
        .to_string()
}

/// A folder with these files; its path is the one that the system knows it by.
pub(crate) fn folder(files: &[(&str, &str)]) -> (tempfile::TempDir, PathBuf) {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let path = directory.path().canonicalize().expect("it exists");
    for (name, text) in files {
        let path = path.join(name);
        std::fs::create_dir_all(path.parent().expect("below the directory")).expect("writable");
        std::fs::write(path, text).expect("writable");
    }
    (directory, path)
}

/// `AV201 3:5` of each, lines and characters from 1.
pub(crate) fn places(diagnostics: &[Value]) -> Vec<String> {
    let place = |diagnostic: &Value| {
        let number = |key: &str| {
            diagnostic["range"]["start"][key]
                .as_u64()
                .expect("a number")
                + 1
        };
        let code = diagnostic["code"].as_str().unwrap_or("-");
        format!("{code} {}:{}", number("line"), number("character"))
    };
    diagnostics.iter().map(place).collect()
}

/// The text with the edits of the protocol made; characters are counted in UTF-16.
pub(crate) fn edited(text: &str, edits: &Value) -> String {
    let offset = |position: &Value| {
        let line = position["line"].as_u64().expect("a number");
        let wanted = position["character"].as_u64().expect("a number");
        let starts = text.match_indices('\n').map(|(at, _)| at + 1);
        let start = std::iter::once(0)
            .chain(starts)
            .nth(usize::try_from(line).expect("small"));
        let start = start.unwrap_or(text.len());
        let mut units = 0;
        let mut characters = text[start..].char_indices();
        let found = characters.find(|(_, character)| {
            let here = units;
            units += character.len_utf16() as u64;
            here >= wanted
        });
        found.map_or(text.len(), |(at, _)| start + at)
    };
    let mut edits: Vec<(usize, usize, &str)> = edits
        .as_array()
        .expect("a list")
        .iter()
        .map(|edit| {
            let range = &edit["range"];
            let new = edit["newText"].as_str().expect("a text");
            (offset(&range["start"]), offset(&range["end"]), new)
        })
        .collect();
    edits.sort_unstable();
    let mut out = String::new();
    let mut at = 0;
    for (start, end, new) in edits {
        assert!(start >= at, "edits do not overlap");
        out.push_str(&text[at..start]);
        out.push_str(new);
        at = end;
    }
    out + &text[at..]
}
