//! What `ENV` and `ARG` set, stage by stage. `dockerfile2llb`.

use std::cell::Cell;
use std::collections::HashMap;

use super::expand::{self, Found, Stop};
use super::lines::is_blank;
use super::words::{self, Pair};
use super::{Assignment, Base, Cause, Dockerfile, Instruction, Keyword, Problem, Stage};
use crate::source::{Span, Text};
use crate::syntax::dotenv::Outside;

/// Bytes that references may add to one file before their values count as unknown, so that
/// `A=$B$B`, `C=$A$A`, … cannot grow without bound.
const GROWTH: usize = 4 << 20;

/// `DefaultPathEnvUnix`: what `PATH` is where the base is nothing.
const DEFAULT_PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// Names that BuildKit itself defines for `FROM` and for an `ARG` without a default. `defaultArgs`
const OWN: [&str; 9] = [
    "BUILDPLATFORM",
    "BUILDOS",
    "BUILDARCH",
    "BUILDVARIANT",
    "TARGETPLATFORM",
    "TARGETOS",
    "TARGETARCH",
    "TARGETVARIANT",
    "TARGETSTAGE",
];

/// Arguments that no instruction sees. `nonEnvArgs`
const UNSEEN: [&str; 2] = ["BUILDKIT_SBOM_SCAN_CONTEXT", "BUILDKIT_SBOM_SCAN_STAGE"];

#[derive(Clone)]
enum Variable {
    Known(Text),
    NotGiven,
    Unknown,
}

/// What one stage sets.
#[derive(Default)]
struct Scope {
    /// `ENV` and `ARG`, the last one.
    all: HashMap<String, Variable>,
    /// `ENV` alone: a stage above starts from these before it sees the arguments.
    env: HashMap<String, Variable>,
}

struct Evaluator<'a> {
    escape: char,
    base: &'a dyn Fn(&str) -> Outside,
    growth: Cell<usize>,
    globals: HashMap<String, Variable>,
    stages: Vec<Stage>,
    scopes: Vec<Scope>,
    /// Stages by their name in lower case, the last of each.
    names: HashMap<String, usize>,
    problems: Vec<Problem>,
}

/// Fills in the stages and the assignments of `file`, whose instructions are read.
pub(super) fn run(file: &mut Dockerfile, base: &dyn Fn(&str) -> Outside) {
    let mut run = Evaluator {
        escape: file.escape,
        base,
        growth: Cell::new(GROWTH),
        globals: HashMap::new(),
        stages: Vec::new(),
        scopes: Vec::new(),
        names: HashMap::new(),
        problems: Vec::new(),
    };
    for (index, instruction) in file.instructions.iter_mut().enumerate() {
        run.instruction(index, instruction);
    }
    match run.stages.last_mut() {
        Some(last) => last.instructions.end = file.instructions.len(),
        None => run.problems.push(Problem {
            cause: Cause::NoStage,
            span: Span::at(0),
            instruction: None,
        }),
    }
    file.stages = run.stages;
    file.problems.append(&mut run.problems);
    file.problems
        .sort_by_key(|problem| (problem.span.start, problem.cause));
}

impl Evaluator<'_> {
    fn instruction(&mut self, index: usize, instruction: &mut Instruction) {
        match instruction.keyword {
            Keyword::From => return self.from(index, instruction),
            Keyword::Arg => {}
            _ if self.stages.is_empty() => self.fault(Cause::NoStage, instruction.word, index),
            Keyword::Env => {}
            _ => return,
        }
        let is_env = instruction.keyword == Keyword::Env;
        let (pairs, faults) = if is_env {
            words::env(&instruction.arguments, self.escape)
        } else {
            words::arg(&instruction.arguments, self.escape)
        };
        for (cause, span) in faults {
            let span = if cause == Cause::NoArguments {
                instruction.word
            } else {
                span
            };
            self.fault(cause, span, index);
        }
        // All of one `ENV` sees what was set before it; of `ARG` each sees the one before.
        let mut set = Vec::new();
        for pair in pairs {
            let assignment = self.assignment(index, pair);
            if is_env {
                set.push(assignment);
            } else {
                self.set(&assignment, false);
                instruction.assignments.push(assignment);
            }
        }
        for assignment in set {
            self.set(&assignment, true);
            instruction.assignments.push(assignment);
        }
    }

    fn fault(&mut self, cause: Cause, span: Span, instruction: usize) {
        let instruction = Some(instruction);
        self.problems.push(Problem {
            cause,
            span,
            instruction,
        });
    }

    fn assignment(&mut self, index: usize, pair: Pair) -> Assignment {
        let Pair {
            notation,
            name,
            written,
        } = pair;
        let is_argument = notation == super::Notation::Argument;
        let name = if is_argument {
            name
        } else {
            match self.word(&name, index) {
                Some(name) => name,
                None => name.into_unknown(),
            }
        };
        let value = match &written {
            Some(written) => self.word(written, index),
            None => match self.globals.get(name.expose()) {
                Some(Variable::Known(value)) => {
                    Some(Text::elsewhere(value.expose(), name.source()))
                }
                _ => None,
            },
        };
        Assignment {
            notation,
            name,
            written,
            value,
        }
    }

    /// Quotes, escapes and references of one word. `None` where BuildKit stops.
    fn word(&mut self, written: &Text, index: usize) -> Option<Text> {
        let lookup = |name: &str| self.lookup(name);
        match expand::word(written, self.escape, &lookup, &self.growth) {
            Ok(value) => Some(value),
            Err(Stop::Beyond) => Some(written.clone().into_unknown()),
            Err(Stop::Fault(cause, range)) => {
                self.fault(cause, written.span(range), index);
                None
            }
        }
    }

    /// What `name` is at this point of the build.
    fn lookup(&self, name: &str) -> Found {
        let known = |variable: &Variable| match variable {
            Variable::Known(value) => Found::Value(value.clone()),
            Variable::NotGiven => Found::NotGiven,
            Variable::Unknown => Found::Unknown,
        };
        let Some(at) = self.stages.len().checked_sub(1) else {
            return match self.globals.get(name) {
                Some(variable) => known(variable),
                None if OWN.contains(&name) => Found::Unknown,
                None => Found::Unset,
            };
        };
        if let Some(variable) = self.scopes[at].all.get(name) {
            return known(variable);
        }
        let below = |at: usize| match self.stages[at].base {
            Base::Stage(below) => Some(below),
            Base::Scratch | Base::Image => None,
        };
        let chain = || std::iter::successors(below(at), |&at| below(at));
        let inherited = chain()
            .find_map(|at| self.scopes[at].env.get(name))
            .or_else(|| chain().find_map(|at| self.scopes[at].all.get(name)));
        if let Some(variable) = inherited {
            return known(variable);
        }
        let root = chain().last().unwrap_or(at);
        if self.stages[root].base == Base::Scratch {
            let path = Text::elsewhere(DEFAULT_PATH, self.stages[root].image.source());
            return if name == "PATH" {
                Found::Value(path)
            } else {
                Found::Unset
            };
        }
        match (self.base)(name) {
            Outside::Value(value) => {
                Found::Value(Text::elsewhere(&value, self.stages[root].image.source()))
            }
            Outside::Unset => Found::Unset,
            Outside::Unknown => Found::Unknown,
        }
    }

    fn set(&mut self, assignment: &Assignment, is_env: bool) {
        let name = assignment.name.expose();
        let variable = match &assignment.value {
            Some(value) if value.is_known() => Variable::Known(value.clone()),
            // What is set already stays where the command line gives nothing else.
            None if assignment.written.is_none() => match self.lookup(name) {
                Found::Value(_) => return,
                _ => Variable::NotGiven,
            },
            _ => Variable::Unknown,
        };
        let Some(scope) = self.scopes.last_mut() else {
            self.globals.insert(name.to_owned(), variable);
            return;
        };
        if is_env {
            scope.env.insert(name.to_owned(), variable.clone());
        } else if UNSEEN.contains(&name) {
            return;
        }
        scope.all.insert(name.to_owned(), variable);
    }

    /// `FROM image`, `FROM image AS name`
    fn from(&mut self, index: usize, instruction: &Instruction) {
        let arguments = &instruction.arguments;
        let value = arguments.expose();
        let mut parts: Vec<Text> = Vec::new();
        let mut at = 0;
        while at < value.len() && parts.len() < 4 {
            let end = value[at..].find(is_blank).map_or(value.len(), |n| at + n);
            parts.push(arguments.slice(at..end));
            at = value.len() - value[end..].trim_start_matches(is_blank).len();
        }
        let (image, name) = match parts.as_slice() {
            [image] => (image.clone(), None),
            [image, word, name] if word.expose().eq_ignore_ascii_case("as") => {
                (image.clone(), Some(name.expose().to_lowercase()))
            }
            _ => {
                self.fault(Cause::From, instruction.span, index);
                let empty = || arguments.slice(0..0);
                (parts.into_iter().next().unwrap_or_else(empty), None)
            }
        };
        // What stands in a reference to an image is looked up among the arguments above all stages.
        let lookup = |name: &str| match self.globals.get(name) {
            Some(Variable::Known(value)) => Found::Value(value.clone()),
            Some(Variable::NotGiven) => Found::NotGiven,
            Some(Variable::Unknown) => Found::Unknown,
            None if OWN.contains(&name) => Found::Unknown,
            None => Found::Unset,
        };
        let base_name = match expand::word(&image, self.escape, &lookup, &self.growth) {
            Ok(base_name) => base_name,
            Err(Stop::Beyond) => image.clone().into_unknown(),
            Err(Stop::Fault(cause, range)) => {
                self.fault(cause, image.span(range), index);
                image.clone().into_unknown()
            }
        };
        if base_name.is_known() && base_name.is_empty() && !image.is_empty() {
            self.fault(Cause::From, image.source(), index);
        }
        let known = base_name.is_known().then(|| base_name.expose());
        let base = match known {
            Some("scratch") => Base::Scratch,
            // An image has no upper case, so that a name in other letters can only mean the stage.
            Some(known) => match self.names.get(&known.to_lowercase()) {
                Some(&stage) => Base::Stage(stage),
                None => Base::Image,
            },
            None => Base::Image,
        };
        if let Some(last) = self.stages.last_mut() {
            last.instructions.end = index;
        }
        if let Some(name) = &name {
            self.names.insert(name.clone(), self.stages.len());
        }
        self.stages.push(Stage {
            image,
            base_name,
            base,
            name,
            instructions: index + 1..index + 1,
        });
        self.scopes.push(Scope::default());
    }
}
