//! The state of the server and its loop: messages and results in, messages out.

mod changes;
mod shown;

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, BufRead, Write};
use std::path::PathBuf;
use std::sync::mpsc::{self, Sender};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::Builder;
use std::time::Duration;

use lsp_types::{
    ClientCapabilities, Diagnostic, InitializeParams, InitializeResult, LogMessageParams,
    MessageType, PositionEncodingKind, ServerInfo, ShowMessageParams,
};
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::abilities;
use super::answers::{self, Question};
use super::checker::{self, Checked, Found, Order, World};
use super::documents::path_of;
use super::position::Encoding;
use super::scope::{Scope, Wishes};
use super::wire::{self, Malformed, Message, code};

/// The stack of a thread that parses: as much as the main thread of a process has.
const STACK: usize = 8 << 20;

/// How the server came to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// `shutdown`, then `exit`: the protocol wants exit code 0.
    Properly,
    /// Anything else: exit code 1.
    Otherwise,
}

/// What happens.
enum Event {
    /// A message came.
    Received(Result<Message, Malformed>),
    /// No more of them will.
    End,
    /// A scope was checked.
    Checked(Box<Checked>),
    /// A question has its answer.
    Answered(Value, Value),
}

/// Requests that the client has lost interest in.
pub(super) type Cancelled = Arc<Mutex<BTreeSet<String>>>;

/// Serves one client until it says that it is enough. Every error is one of writing.
pub fn serve(
    input: impl BufRead + Send + 'static,
    out: &mut dyn Write,
    wishes: Wishes,
) -> io::Result<Ended> {
    let (events, inbox) = mpsc::channel();
    let (orders, ordered) = mpsc::channel();
    let (questions, asked) = mpsc::channel();
    let cancelled = Cancelled::default();
    let thread = |name: &str| Builder::new().name(name.to_owned()).stack_size(STACK);
    let (to, dropped) = (events.clone(), Arc::clone(&cancelled));
    thread("reader").spawn(move || receive(input, &to, &dropped))?;
    let to = events.clone();
    thread("checker").spawn(move || {
        checker::work(&ordered, |checked| {
            let _ = to.send(Event::Checked(Box::new(checked)));
        });
    })?;
    let dropped = Arc::clone(&cancelled);
    thread("answerer").spawn(move || {
        answers::work(&asked, &dropped, |id, answer| {
            let _ = events.send(Event::Answered(id, answer));
        });
    })?;
    let mut server = Server {
        out,
        orders,
        questions,
        cancelled,
        pending: BTreeSet::new(),
        stage: Stage::New,
        started: wishes.clone(),
        client: ClientCapabilities::default(),
        folders: Vec::new(),
        world: World {
            documents: BTreeMap::new(),
            wishes,
            encoding: Encoding::default(),
        },
        generations: BTreeMap::new(),
        found: BTreeMap::new(),
        published: BTreeMap::new(),
        told: BTreeMap::new(),
    };
    for event in inbox {
        match event {
            Event::End => break,
            Event::Received(message) => {
                if let Some(ended) = server.receive(message)? {
                    return Ok(ended);
                }
            }
            Event::Checked(checked) => server.checked(*checked)?,
            Event::Answered(id, answer) => {
                server.forget(&id);
                server.send(&answer)?;
            }
        }
    }
    Ok(server.ended())
}

/// Reads messages until there are none. Who loses interest in a request is heard at once.
fn receive(mut input: impl BufRead, events: &Sender<Event>, cancelled: &Cancelled) {
    while let Ok(Some(message)) = wire::read(&mut input) {
        let mut is_last = false;
        if let Ok(Message::Notification { method, params }) = &message {
            is_last = method == "exit";
            if method == "$/cancelRequest"
                && let Some(id) = params.get("id")
            {
                let mut cancelled = cancelled.lock().unwrap_or_else(PoisonError::into_inner);
                cancelled.insert(id.to_string());
            }
        }
        if events.send(Event::Received(message)).is_err() || is_last {
            return;
        }
    }
    let _ = events.send(Event::End);
}

/// Where in its life the server is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    New,
    Running,
    ShutDown,
}

struct Server<'o> {
    out: &'o mut dyn Write,
    orders: Sender<Order>,
    questions: Sender<Question>,
    cancelled: Cancelled,
    /// Ids of requests that have no answer yet.
    pending: BTreeSet<String>,
    stage: Stage,
    /// What the command line says.
    started: Wishes,
    client: ClientCapabilities,
    /// Of the workspace.
    folders: Vec<PathBuf>,
    world: World,
    /// The number of the newest wish for each scope.
    generations: BTreeMap<Scope, u64>,
    /// What was found last, by scope.
    found: BTreeMap<Scope, Arc<Found>>,
    /// What the client shows, by path, and which scope it comes from.
    published: BTreeMap<PathBuf, (Scope, Vec<Diagnostic>)>,
    /// What was told of a scope last.
    told: BTreeMap<Scope, (Vec<String>, Vec<String>)>,
}

/// A refusal of a request.
pub(super) type Refused = (i32, &'static str);

const BAD_PARAMS: Refused = (code::INVALID_PARAMS, "the parameters cannot be read");

/// The parameters, if they are what the protocol says. The words of the parser may hold theirs.
pub(super) fn parameters<T: DeserializeOwned>(params: Value) -> Result<T, Refused> {
    serde_json::from_value(params).map_err(|_| BAD_PARAMS)
}

impl Server<'_> {
    fn send(&mut self, message: &Value) -> io::Result<()> {
        wire::write(self.out, message)
    }

    fn notify(&mut self, method: &str, params: &impl serde::Serialize) -> io::Result<()> {
        self.send(&wire::notification(method, params))
    }

    fn show(&mut self, message: String) -> io::Result<()> {
        let typ = MessageType::WARNING;
        self.notify("window/showMessage", &ShowMessageParams { typ, message })
    }

    fn log(&mut self, typ: MessageType, message: String) -> io::Result<()> {
        self.notify("window/logMessage", &LogMessageParams { typ, message })
    }

    fn ended(&self) -> Ended {
        if self.stage == Stage::ShutDown {
            Ended::Properly
        } else {
            Ended::Otherwise
        }
    }

    fn receive(&mut self, message: Result<Message, Malformed>) -> io::Result<Option<Ended>> {
        match message {
            Err(malformed) => {
                let error = wire::error(&Value::Null, malformed.code, malformed.message);
                self.send(&error)?;
            }
            Ok(Message::Response) => {}
            Ok(Message::Notification { method, .. }) if method == "exit" => {
                return Ok(Some(self.ended()));
            }
            Ok(Message::Notification { method, params }) => self.notified(&method, params)?,
            Ok(Message::Request { id, method, params }) => self.requested(id, &method, params)?,
        }
        Ok(None)
    }

    fn requested(&mut self, id: Value, method: &str, params: Value) -> io::Result<()> {
        let answer = match (self.stage, method) {
            (Stage::New, "initialize") => self.initialize(params),
            (Stage::New, _) => Err((code::NOT_INITIALIZED, "the server is not initialized")),
            (Stage::ShutDown, _) => Err((code::INVALID_REQUEST, "the server is shut down")),
            (Stage::Running, "initialize") => {
                Err((code::INVALID_REQUEST, "the server is initialized already"))
            }
            (Stage::Running, "shutdown") => {
                self.stage = Stage::ShutDown;
                Ok(Value::Null)
            }
            (Stage::Running, method) => {
                let Some(method) = answers::known(method) else {
                    let refused = "the server does not know this method";
                    return self.send(&wire::error(&id, code::METHOD_NOT_FOUND, refused));
                };
                self.pending.insert(id.to_string());
                let _ = self.questions.send(Question {
                    id,
                    method,
                    params,
                    known: self.known(),
                });
                return Ok(());
            }
        };
        self.cancelled().remove(&id.to_string());
        let message = match answer {
            Ok(result) => wire::answer(&id, &result),
            Err((code, message)) => wire::error(&id, code, message),
        };
        self.send(&message)
    }

    /// What a question is answered from.
    fn known(&self) -> answers::Known {
        answers::Known {
            documents: self.world.documents.clone(),
            wishes: self.world.wishes.clone(),
            encoding: self.world.encoding,
            folders: self.folders.clone(),
            found: self.found.clone(),
            client: self.client.clone(),
        }
    }

    fn cancelled(&self) -> std::sync::MutexGuard<'_, BTreeSet<String>> {
        self.cancelled
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// A request has its answer.
    fn forget(&mut self, id: &Value) {
        let id = id.to_string();
        self.pending.remove(&id);
        self.cancelled().remove(&id);
    }

    fn initialize(&mut self, params: Value) -> Result<Value, Refused> {
        let params: InitializeParams = parameters(params)?;
        let folders = params.workspace_folders.unwrap_or_default();
        let folders = folders.iter().map(|folder| folder.uri.clone());
        #[expect(deprecated, reason = "older clients know of one folder only")]
        let root = params.root_uri;
        let root = root.filter(|_| folders.len() == 0);
        self.folders = folders
            .chain(root)
            .filter_map(|uri| path_of(&uri))
            .collect();
        self.client = params.capabilities;
        let general = self.client.general.as_ref();
        let offered = general.and_then(|general| general.position_encodings.as_ref());
        if offered.is_some_and(|offered| offered.contains(&PositionEncodingKind::UTF8)) {
            self.world.encoding = Encoding::Utf8;
        }
        let said = params.initialization_options.unwrap_or_default();
        let (wishes, wrong) = self.started.with(&said);
        self.world.wishes = wishes;
        let wrong = wrong.into_iter().map(not_a_wish).collect();
        self.told
            .insert(Scope::Folder(PathBuf::new()), (wrong, Vec::new()));
        self.stage = Stage::Running;
        let result = InitializeResult {
            capabilities: abilities::of(self.world.encoding),
            server_info: Some(ServerInfo {
                name: "airvane".to_owned(),
                version: Some(env!("CARGO_PKG_VERSION").to_owned()),
            }),
        };
        serde_json::to_value(result).map_err(|_| (code::INTERNAL_ERROR, "airvane has a bug here"))
    }

    fn notified(&mut self, method: &str, params: Value) -> io::Result<()> {
        if self.stage != Stage::Running {
            return Ok(());
        }
        let done = match method {
            "initialized" => Ok(self.initialized()),
            "textDocument/didOpen" => parameters(params).map(|params| {
                self.opened(params);
                Ok(())
            }),
            "textDocument/didChange" => parameters(params).map(|params| {
                self.changed(params);
                Ok(())
            }),
            "textDocument/didSave" => parameters(params).map(|params| {
                self.saved(&params);
                Ok(())
            }),
            "textDocument/didClose" => parameters(params).map(|params| self.closed(&params)),
            "workspace/didChangeWatchedFiles" => parameters(params).map(|params| {
                self.changed_on_disk(&params);
                Ok(())
            }),
            "workspace/didChangeConfiguration" => {
                parameters(params).map(|params| self.configured(&params))
            }
            "workspace/didChangeWorkspaceFolders" => {
                parameters(params).map(|params| self.folders_changed(&params))
            }
            "$/cancelRequest" => {
                // Of what has its answer, or never was asked, nothing is to be remembered.
                if let Some(id) = params.get("id").map(Value::to_string)
                    && !self.pending.contains(&id)
                {
                    self.cancelled().remove(&id);
                }
                Ok(Ok(()))
            }
            _ => Ok(Ok(())),
        };
        done.unwrap_or_else(|_| {
            // There is no other way to tell that a notification cannot be read.
            let what = "a notification was passed over: its parameters cannot be read".to_owned();
            self.log(MessageType::ERROR, what)
        })
    }

    fn initialized(&mut self) -> io::Result<()> {
        if let Some((wrong, _)) = self.told.remove(&Scope::Folder(PathBuf::new())) {
            for message in wrong {
                self.show(message)?;
            }
        }
        let workspace = self.client.workspace.as_ref();
        let can_watch = workspace.and_then(|client| client.did_change_watched_files);
        if can_watch.and_then(|client| client.dynamic_registration) == Some(true) {
            self.send(&abilities::watch())?;
        }
        self.order_all(Duration::ZERO);
        Ok(())
    }
}

fn not_a_wish(key: &str) -> String {
    format!("airvane: the client's setting `airvane.{key}` cannot be read and is passed over")
}
