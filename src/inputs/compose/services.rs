//! The services of a file, with what they take over from others.

use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::{Path, PathBuf};
use std::rc::Rc;

use super::files::{overridden_by, override_of};
use super::values::{Given, Known};
use crate::inputs::carrier::{Broken, Demanded, Environment, Fault, FaultKind, Service as Link};
use crate::inputs::carrier::{Surroundings, Variable};
use crate::inputs::cfg::template_parts;
use crate::inputs::env::{filled_by_airflow, is_public_name};
use crate::inputs::processes::{Also, Process};
use crate::source::{Mask, Span, Text};
use crate::syntax::dotenv::template::plain_references;
use crate::syntax::dotenv::{self, Delivery, Dialect, Outside};
use crate::syntax::yaml::schema::{Schema, Type, type_of};
use crate::syntax::yaml::{self, Kind, Member, Value};

/// Variables of all services together, beyond which no further services are read: a mapping that many services
/// merge is counted for each.
const MOST_VARIABLES: usize = 1 << 20;

/// How names begin that tell Airflow something.
const PREFIXES: [&str; 3] = ["AIRFLOW__", "AIRFLOW_CONN_", "AIRFLOW_VAR_"];

/// What is known of the services so far.
pub(super) struct Services<'a> {
    text: &'a str,
    surroundings: &'a Surroundings<'a>,
    known: Known<'a>,
    /// In file order.
    list: Vec<Service>,
    /// Numbers of services by their names.
    named: HashMap<String, usize>,
    /// Values by where they stand: many services share one.
    values: HashMap<Span, Rc<Entry>>,
    variables: usize,
    /// What is wrong with the values of Airflow.
    pub(super) faults: Vec<Fault>,
    /// Env files without which services of Airflow do not start.
    pub(super) demanded: Vec<Demanded>,
    /// Why compose refuses the whole file.
    pub(super) refused: Option<Broken>,
    /// Somebody fills in a value of Airflow before compose reads it.
    pub(super) templated: bool,
    /// The file that this one is put on top of, or the one that is put on top of this.
    beside: OnceCell<Option<Beside>>,
}

/// The other of a compose file and its override file.
struct Beside {
    text: Rc<str>,
    /// It is this file that is put on top.
    is_below: bool,
}

/// A service as it stands.
struct Service {
    name: String,
    /// Another service of the file that it builds on.
    base: Option<String>,
    /// Or one of another file.
    other: Option<Other>,
    /// It says what program to run.
    has_program: bool,
    /// The program is Airflow.
    is_airflow: bool,
    environment: Vec<Rc<Entry>>,
    /// `!override`: the environment of the base does not count.
    is_alone: bool,
    env_files: Vec<EnvFile>,
}

/// A service of another file.
#[derive(Clone)]
struct Other {
    /// `None`: it cannot be told.
    path: Option<PathBuf>,
    service: String,
    /// Where the path stands.
    span: Span,
}

/// A variable.
struct Entry {
    name: Text,
    value: Given,
    /// From the name to the end of the value.
    span: Span,
    /// It stands in a list.
    is_item: bool,
    fault: Option<(FaultKind, Span)>,
}

#[derive(Clone)]
struct EnvFile {
    /// `None`: it cannot be told.
    path: Option<PathBuf>,
    /// Where the path stands.
    span: Span,
    /// Values are taken as they stand.
    raw: bool,
    /// The service does not start without it, and its name is what is written.
    is_demanded: bool,
}

impl<'a> Services<'a> {
    pub(super) fn new(text: &'a str, surroundings: &'a Surroundings<'a>) -> Self {
        Self {
            text,
            surroundings,
            known: Known::new(surroundings),
            list: Vec::new(),
            named: HashMap::new(),
            values: HashMap::new(),
            variables: 0,
            faults: Vec::new(),
            refused: None,
            demanded: Vec::new(),
            templated: false,
            beside: OnceCell::new(),
        }
    }

    /// The files of `include`.
    pub(super) fn includes(&mut self, document: Value<'_>) -> Vec<Vec<PathBuf>> {
        let items = document.get("include").into_iter().flat_map(Value::items);
        let lists = items.map(|item| {
            let path = item.get("path").unwrap_or(item);
            let paths = match path.kind() {
                Kind::Sequence => path.items().collect(),
                _ => vec![path],
            };
            let paths = paths
                .into_iter()
                .filter_map(|path| self.env_file(path, false)?.path);
            paths.collect()
        });
        lists.collect()
    }

    /// Reads the services of a document.
    pub(super) fn read(&mut self, document: Value<'_>) {
        let Some(services) = document.get("services") else {
            return;
        };
        self.refuse(services);
        for Member { key, value } in services.members() {
            let Some(name) = key.scalar() else {
                continue;
            };
            if self.variables > MOST_VARIABLES {
                return;
            }
            let service = self.service(name.expose(), value);
            self.variables += service.environment.len() + 1;
            let number = self.list.len();
            self.named.entry(service.name.clone()).or_insert(number);
            self.list.push(service);
        }
    }

    fn service(&mut self, name: &str, node: Value<'_>) -> Service {
        self.refuse(node);
        let mut service = Service {
            name: name.to_owned(),
            base: None,
            environment: Vec::new(),
            is_alone: false,
            env_files: Vec::new(),
            other: None,
            has_program: false,
            is_airflow: false,
        };
        let mut is_chosen = false;
        for Member { key, value } in node.members() {
            match key.scalar().map(Text::expose) {
                Some("environment") => {
                    service.is_alone = matches!(value.tag(), Some("!override" | "!reset"));
                    if value.tag() != Some("!reset") {
                        service.environment = self.environment(value);
                    }
                }
                Some("env_file") => service.env_files = self.env_files(value),
                Some("extends") => {
                    let base = value.get("service").unwrap_or(value).scalar();
                    let base = base.map(|base| base.expose().to_owned());
                    match (value.get("file"), base) {
                        (Some(file), base) => {
                            service.other = self.env_file(file, false).map(|file| Other {
                                path: file.path,
                                service: base.unwrap_or_default(),
                                span: file.span,
                            });
                        }
                        (None, base) => service.base = base,
                    }
                    service.has_program = true;
                }
                Some("image") => {
                    service.has_program = true;
                    service.is_airflow |= self.is_image_of_airflow(value);
                }
                Some("build" | "provider") => service.has_program = true,
                Some("profiles") => is_chosen = is_filled(value),
                Some("command" | "entrypoint") => service.is_airflow |= is_command(value),
                _ => {}
            }
        }
        if is_chosen {
            // Of a service that nobody chooses by a profile compose opens no file.
            for file in &mut service.env_files {
                file.is_demanded = false;
            }
        }
        service
    }

    fn environment(&mut self, node: Value<'_>) -> Vec<Rc<Entry>> {
        self.refuse(node);
        match node.kind() {
            Kind::Mapping => {
                let members = node.members().into_iter();
                members.filter_map(|member| self.member(&member)).collect()
            }
            Kind::Sequence => node.items().map(|item| self.item(item)).collect(),
            Kind::Scalar | Kind::Unresolved => Vec::new(),
        }
    }

    /// `NAME: value`
    fn member(&mut self, member: &Member<'_>) -> Option<Rc<Entry>> {
        // compose refuses names that are no texts.
        let name = member.key.scalar()?;
        let place = member.key.span();
        if let Some(entry) = self.values.get(&place) {
            return Some(Rc::clone(entry));
        }
        let (value, fault) = self.known.given(member.value);
        let entry = Rc::new(Entry {
            name: name.clone(),
            value,
            span: member.span(),
            is_item: false,
            fault,
        });
        self.values.insert(place, Rc::clone(&entry));
        Some(entry)
    }

    /// `NAME=value`, `NAME`
    fn item(&mut self, item: Value<'_>) -> Rc<Entry> {
        let span = item.span();
        if let Some(entry) = self.values.get(&span) {
            return Rc::clone(entry);
        }
        let is_text = matches!(type_of(item, Schema::Go), Some(Type::String | Type::Tagged));
        let entry = match item.scalar().filter(|_| is_text) {
            Some(text) => {
                let (text, fault) = match self.known.filled(text) {
                    Ok(text) => (text, None),
                    Err((text, fault)) => (text, Some(fault)),
                };
                let equals = text.expose().find('=');
                let name = text.slice(0..equals.unwrap_or(text.len()));
                let value = equals.map_or(Given::HandedOn, |equals| {
                    Given::Text(text.slice(equals + 1..text.len()))
                });
                Entry {
                    name,
                    value,
                    span,
                    is_item: true,
                    fault,
                }
            }
            None => broken_item(item),
        };
        let entry = Rc::new(entry);
        self.values.insert(span, Rc::clone(&entry));
        entry
    }

    fn env_files(&mut self, node: Value<'_>) -> Vec<EnvFile> {
        if node.kind() != Kind::Sequence {
            return self.env_file(node, false).into_iter().collect();
        }
        let files = node.items().filter_map(|item| {
            let raw = item.get("format").and_then(Value::scalar);
            let raw = raw.is_some_and(|format| format.expose() == "raw");
            let file = self.env_file(item.get("path").unwrap_or(item), raw);
            file.map(|file| EnvFile {
                is_demanded: file.is_demanded && item.get("required").is_none_or(is_true),
                ..file
            })
        });
        files.collect()
    }

    fn env_file(&mut self, path: Value<'_>, raw: bool) -> Option<EnvFile> {
        let written = path.scalar()?;
        let filled = self.known.filled(written).ok();
        let filled =
            filled.filter(|path| path.is_known() && template_parts(path.expose()).is_empty());
        Some(EnvFile {
            path: filled.map(|path| PathBuf::from(path.expose())),
            span: path.span(),
            raw,
            is_demanded: !written.expose().contains('$'),
        })
    }

    /// `apache/airflow`, `example/airflow-custom:1`, `astronomer/astro-runtime`.
    fn is_image_of_airflow(&mut self, image: Value<'_>) -> bool {
        let image = image
            .scalar()
            .and_then(|image| self.known.filled(image).ok());
        image.is_some_and(|image| {
            let name = image.expose().rsplit('/').next().unwrap_or_default();
            let name = name.split([':', '@']).next().unwrap_or_default();
            name.contains("airflow") || name.contains("astro-runtime")
        })
    }

    /// What is wrong with a mapping so that compose refuses the whole file.
    fn refuse(&mut self, node: Value<'_>) {
        if self.refused.is_some() {
            return;
        }
        let repeated = node.repeated();
        let again = repeated.first().map(|(again, _)| again.key.span());
        let what = "a key stands twice in one mapping, which compose refuses";
        let again = again.map(|span| (span, what));
        let mut pairs = node.pairs();
        let merge = pairs.find(Member::is_broken_merge);
        let what = "`<<` is given something that is no mapping";
        let merge = merge.map(|pair| (pair.key.span(), what));
        self.refused = again.or(merge).map(|(span, what)| Broken {
            language: "YAML",
            span,
            message: what.to_owned(),
            is_limit: false,
        });
    }

    /// The processes of Airflow, with all that they take over.
    pub(super) fn processes(&mut self) -> Vec<Process> {
        let mut wholes = Vec::new();
        let mut variables = 0;
        for service in 0..self.list.len() {
            let whole = self.whole(service);
            variables += whole.entries.len();
            if variables > 2 * MOST_VARIABLES {
                break;
            }
            wholes.push((service, whole));
        }
        let is_ours = |whole: &Whole| {
            let mut names = whole.entries.iter();
            names.any(|entry| entry.name.expose().starts_with("AIRFLOW_"))
        };
        let below = self.airflow_below();
        // A service that only an env file tells something may be any program, unless it is known to be Airflow or there
        // is no other.
        let by_name = wholes.iter().any(|(_, whole)| is_ours(whole));
        let mut texts: BTreeMap<PathBuf, Option<Rc<str>>> = BTreeMap::new();
        let mut processes = Vec::new();
        let mut told = BTreeSet::new();
        for (service, whole) in wholes {
            let (also, of_file) = self.also(&whole, &mut texts);
            // What it builds on may be Airflow.
            let is_airflow = whole.is_airflow || whole.other.is_some();
            let is_below = below.contains(&self.list[service].name);
            if !(is_ours(&whole) || of_file && (is_airflow || !by_name) || is_below) {
                continue;
            }
            for entry in &whole.entries {
                if told.insert(entry.span) {
                    self.judge(entry);
                }
            }
            for file in whole.env_files.iter().filter(|file| file.is_demanded) {
                let path = file.path.clone().filter(|_| told.insert(file.span));
                let demanded = path.map(|path| Demanded {
                    path,
                    span: file.span,
                });
                self.demanded.extend(demanded);
            }
            let name = self.list[service].name.clone();
            let environment = self.environment_of(&whole);
            let mut names = environment.variables.iter().map(|one| one.name.expose());
            let tells = names.any(|name| name.starts_with("AIRFLOW") || name.starts_with("AWS_"));
            if tells || !environment.env_files.is_empty() {
                processes.push(Process {
                    name,
                    environment,
                    also: self.with_beside(also),
                });
            }
        }
        processes
    }

    /// What other files may say of the services. `parts`: the number of the part of each process.
    pub(super) fn links(&self, parts: &HashMap<String, usize>) -> Vec<Link> {
        let links = (0..self.list.len()).map(|service| {
            let whole = self.whole(service);
            let name = &self.list[service].name;
            let base = whole
                .other
                .and_then(|other| Some((other.path?, other.service)));
            Link {
                name: name.clone(),
                part: parts.get(name).copied(),
                base,
                is_partial: !whole.has_program,
                is_apart: whole.is_alone,
                is_alone: self.list[service].is_alone,
            }
        });
        links.collect()
    }

    /// The text of the file that makes one with this.
    fn beside(&self) -> Option<&Beside> {
        let beside = self.beside.get_or_init(|| {
            let name = Path::new(self.surroundings.path.file_name()?);
            let read = |path: &Path| (self.surroundings.neighbour)(path);
            let exists = |path: &Path| path == name || read(path).is_some();
            let over = override_of(name, exists);
            let is_below = over.is_none();
            let other = over.or_else(|| overridden_by(name, exists))?;
            Some(Beside {
                text: Rc::from(read(&other)?),
                is_below,
            })
        });
        beside.as_ref()
    }

    /// What env files may set, the other file may too.
    fn with_beside(&self, also: Also) -> Also {
        match (also, self.beside()) {
            (Also::Texts(mut texts), Some(beside)) => {
                texts.push(Rc::clone(&beside.text));
                Also::Texts(texts)
            }
            (also, _) => also,
        }
    }

    /// The services that run Airflow by the file that this one is put on top of.
    fn airflow_below(&self) -> BTreeSet<String> {
        let Some(beside) = self.beside().filter(|beside| beside.is_below) else {
            return BTreeSet::new();
        };
        let tree = yaml::parse(&beside.text, 0);
        let mut below = Services::new(&beside.text, self.surroundings);
        // It has its own, which is this one.
        below.beside = OnceCell::from(None);
        for document in tree.documents() {
            below.read(document);
        }
        let processes = below.processes().into_iter();
        let mut names: BTreeSet<String> = processes.map(|process| process.name).collect();
        for service in 0..below.list.len() {
            let whole = below.whole(service);
            if whole.is_airflow || whole.other.is_some() {
                names.insert(below.list[service].name.clone());
            }
        }
        names
    }

    /// A service with what its bases hand down: their variables come first and give way, their env files are read
    /// first.
    fn whole(&self, service: usize) -> Whole {
        let mut chain = Vec::new();
        let mut at = Some(service);
        // Compose refuses a circle.
        while let Some(index) = at.filter(|index| !chain.contains(index) && chain.len() < 100) {
            chain.push(index);
            let base = self.list[index].base.as_deref();
            at = base.and_then(|base| self.named.get(base).copied());
        }
        let mut whole = Whole::default();
        for &index in chain.iter().rev() {
            let service = &self.list[index];
            if service.is_alone {
                whole.entries.clear();
                whole.places.clear();
            }
            whole.is_alone |= service.is_alone;
            whole.has_program |= service.has_program;
            whole.is_airflow |= service.is_airflow;
            if service.other.is_some() {
                whole.other.clone_from(&service.other);
            }
            for entry in &service.environment {
                whole.set(entry);
            }
            whole.env_files.extend(service.env_files.iter().cloned());
        }
        whole
    }

    /// What env files say, and whether they tell Airflow something.
    fn also(&self, whole: &Whole, texts: &mut BTreeMap<PathBuf, Option<Rc<str>>>) -> (Also, bool) {
        let mut all = Vec::new();
        let mut is_whole = whole.other.is_none();
        for file in &whole.env_files {
            let text = file.path.as_ref().and_then(|path| {
                let read = || (self.surroundings.neighbour)(path).map(Rc::from);
                texts.entry(path.clone()).or_insert_with(read).clone()
            });
            is_whole &= text.is_some();
            all.extend(text);
        }
        let names = |text: &Rc<str>| PREFIXES.iter().any(|prefix| text.contains(prefix));
        let of_file = all.iter().any(names);
        let also = if is_whole {
            Also::Texts(all)
        } else {
            Also::Anything
        };
        (also, of_file)
    }

    fn environment_of(&mut self, whole: &Whole) -> Environment {
        let mut environment = Environment::default();
        self.of_nobody_knows_what(whole, &mut environment);
        let is_layer = whole.other.is_some() || self.beside().is_some_and(|one| one.is_below);
        for file in &whole.env_files {
            match &file.path {
                Some(path) if file.raw && self.is_read_otherwise(path) => {
                    self.raw(path, file.span, &mut environment.variables);
                }
                Some(path) => {
                    environment.env_files.push(path.clone());
                    if file.raw {
                        environment.raw_files.push(path.clone());
                    }
                }
                None => {}
            }
        }
        for entry in &whole.entries {
            let name = entry.name.clone();
            let value = match &entry.value {
                Given::Text(text) => Some(self.as_filled_in(name.expose(), text)),
                Given::Unknown => None,
                Given::HandedOn => match self.known.handed_on(name.expose(), name.source()) {
                    Given::Text(text) => Some(text),
                    Given::Nothing => continue,
                    Given::Unknown | Given::HandedOn => None,
                },
                // What the file below sets is not set, which no part can say.
                Given::Nothing if is_layer => None,
                Given::Nothing => continue,
            };
            environment.variables.push(Variable { name, value });
        }
        environment
    }

    /// A service of another file that is not to be had may set what decides where Airflow looks.
    fn of_nobody_knows_what(&self, whole: &Whole, environment: &mut Environment) {
        let Some(other) = whole.other.as_ref().filter(|_| !whole.is_alone) else {
            return;
        };
        let path = other.path.as_ref();
        if path.is_some_and(|path| (self.surroundings.neighbour)(path).is_some()) {
            return;
        }
        environment.leave_open(&Text::elsewhere("?", other.span), |_| false);
    }

    /// Somebody may fill the file in before compose reads it.
    fn as_filled_in(&mut self, name: &str, text: &Text) -> Text {
        let is_template = name.starts_with("AIRFLOW_")
            && !filled_by_airflow(name)
            && !template_parts(text.expose()).is_empty();
        if is_template {
            self.templated = true;
            return text.clone().into_unknown();
        }
        text.clone()
    }

    /// Another service names the file without `format: raw`.
    fn is_read_otherwise(&self, path: &Path) -> bool {
        let mut files = self.list.iter().flat_map(|service| &service.env_files);
        files.any(|file| !file.raw && file.path.as_deref() == Some(path))
    }

    /// A file that is read in two ways: what the raw one makes of it is told where the file is named.
    fn raw(&self, path: &Path, span: Span, variables: &mut Vec<Variable>) {
        let Some(text) = (self.surroundings.neighbour)(path) else {
            return;
        };
        let file = dotenv::read(&text, Dialect::Docker, &|_| Outside::Unknown);
        let kept = file
            .variables
            .into_iter()
            .filter(|variable| variable.delivery == Delivery::Kept);
        variables.extend(kept.map(|variable| {
            Variable {
                name: Text::elsewhere(&variable.name, span),
                value: variable
                    .value
                    .map(|value| Text::elsewhere(value.expose(), span)),
            }
        }));
    }

    /// Faults of a variable of Airflow.
    fn judge(&mut self, entry: &Entry) {
        let name = entry.name.expose();
        let is_item = matches!(
            entry.fault,
            Some((FaultKind::Mapping | FaultKind::List | FaultKind::Item, _))
        );
        if !name.starts_with("AIRFLOW_") && !is_item {
            return;
        }
        if let Some((kind, span)) = entry.fault {
            self.faults.push(Fault {
                kind,
                span,
                name: name.to_owned(),
            });
            return;
        }
        let Given::Text(value) = &entry.value else {
            return;
        };
        self.eaten(entry, value);
    }

    /// A `$` that begins a reference where none was meant: `pa$word`. In capitals and by itself it is mostly meant.
    fn eaten(&mut self, entry: &Entry, value: &Text) {
        // What was replaced by nothing known is still there, as unknown.
        let written = value.expose();
        let name = entry.name.expose();
        let in_word_counts =
            name.starts_with("AIRFLOW_CONN_") || written.trim_start().starts_with('{');
        for range in plain_references(written) {
            let inner = &written[range.start + 1..range.end];
            if value.is_known_in(range.clone()) || !self.known.is_defined_nowhere(inner) {
                continue;
            }
            let is_lower = inner.contains(|c: char| c.is_ascii_lowercase());
            let before = written[..range.start].chars().next_back();
            let in_word = in_word_counts && before.is_some_and(char::is_alphanumeric);
            if is_lower || in_word {
                self.faults.push(Fault {
                    kind: FaultKind::Eaten,
                    span: value.span(range),
                    name: name.to_owned(),
                });
            }
        }
    }

    /// What stands around a variable of Airflow: blanks, quotes, and the marks between name and value.
    pub(super) fn show(&self, variable: &Variable, mask: &mut Mask, blocks: &mut Vec<Span>) {
        if !is_public_name(variable.name.expose()) {
            return;
        }
        let name = variable.name.source();
        let bytes = self.text.as_bytes();
        let is_mark =
            |at: usize, marks: &[u8]| bytes.get(at).is_some_and(|byte| marks.contains(byte));
        let mut start = name.start;
        while start > 0 && is_mark(start - 1, b" \t-\"'") {
            start -= 1;
        }
        let mut end = name.end;
        while is_mark(end, b" \t\"':=|>-+") {
            end += 1;
        }
        let value = variable.value.as_ref().map(Text::source);
        let value = value.filter(|value| value.start >= name.end);
        // The value itself begins where it begins.
        let end = value.map_or(end, |value| end.min(value.start.max(name.end)));
        mask.show(Span::new(start, name.start));
        mask.show(Span::new(name.end, end));
        if let Some(value) = value {
            if is_mark(value.end, b"\"'") {
                mask.show(Span::new(value.end, value.end + 1));
            }
            blocks.push(Span::new(name.start, value.end));
        }
    }
}

/// What is no text in a list of `NAME=value`: compose refuses it.
fn broken_item(item: Value<'_>) -> Entry {
    let span = item.span();
    // `- NAME: value` is what people mean by it.
    let first = item
        .pairs()
        .next()
        .and_then(|pair| pair.key.scalar().cloned());
    Entry {
        name: first.unwrap_or_else(|| Text::verbatim("", span.start)),
        value: Given::Unknown,
        span,
        is_item: true,
        fault: Some((FaultKind::Item, span)),
    }
}

/// `airflow …`, `["airflow", …]`
fn is_command(command: Value<'_>) -> bool {
    let first = command.items().next().unwrap_or(command).scalar();
    first.is_some_and(|first| {
        let word = first
            .expose()
            .split_ascii_whitespace()
            .next()
            .unwrap_or_default();
        word.rsplit('/').next() == Some("airflow")
    })
}

/// A list with something in it.
fn is_filled(value: Value<'_>) -> bool {
    value.items().next().is_some()
}

/// YAML's `true`, as compose reads it.
fn is_true(value: Value<'_>) -> bool {
    type_of(value, Schema::Go) == Some(Type::Bool(true))
}

/// A service and its bases.
#[derive(Default)]
struct Whole {
    entries: Vec<Rc<Entry>>,
    places: HashMap<String, usize>,
    env_files: Vec<EnvFile>,
    other: Option<Other>,
    has_program: bool,
    is_airflow: bool,
    is_alone: bool,
}

impl Whole {
    fn set(&mut self, entry: &Rc<Entry>) {
        let name = entry.name.expose();
        if let Some(&at) = self.places.get(name) {
            // `!reset` finds nothing by a key in a list.
            let is_lost = matches!(entry.value, Given::Nothing) && self.entries[at].is_item;
            if !is_lost {
                self.entries[at] = Rc::clone(entry);
            }
        } else {
            self.places.insert(name.to_owned(), self.entries.len());
            self.entries.push(Rc::clone(entry));
        }
    }
}
