//! Dockerfiles, as BuildKit reads them: instructions, stages, and what `ENV` and `ARG` set.
//!
//! The rules are those of `frontend/dockerfile` of moby/buildkit (`parser`, `instructions`, `shell`,
//! `dockerfile2llb`); each function here names the one it follows. Nothing is built and no image is
//! looked at: the caller says what it knows of the environment of a base image.

mod evaluate;
mod expand;
mod heredoc;
mod lines;
mod pattern;
#[cfg(test)]
mod tests;
mod words;

use std::fmt;
use std::ops::Range;

use super::dotenv::Outside;
use crate::source::{Span, Text};

/// The instructions that matter here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keyword {
    /// `ARG`
    Arg,
    /// `ENV`
    Env,
    /// `FROM`
    From,
    /// `RUN`
    Run,
    /// Any other that BuildKit knows.
    Other,
    /// None that BuildKit knows.
    Unknown,
}

/// One instruction.
#[derive(Debug)]
pub struct Instruction {
    /// Which.
    pub keyword: Keyword,
    /// Where the keyword stands.
    pub word: Span,
    /// From the keyword to the end of the last line that continues it, in the file.
    pub span: Span,
    /// What follows the keyword and its options, with continued lines joined.
    pub arguments: Text,
    /// The arguments are an array in JSON: no shell reads them.
    pub is_json: bool,
    /// The bodies of its heredocs, without the closing words.
    pub heredocs: Vec<Span>,
    /// What it sets, in order.
    pub assignments: Vec<Assignment>,
}

/// How an assignment is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Notation {
    /// `ENV NAME=value`
    Pair,
    /// `ENV NAME value`
    Spaced,
    /// `ARG NAME`, `ARG NAME=value`
    Argument,
}

/// One name that `ENV` or `ARG` sets.
#[derive(Clone)]
pub struct Assignment {
    /// How it is written.
    pub notation: Notation,
    /// The name, without quotes and with references replaced.
    pub name: Text,
    /// The value as it is written, quotes and references included, continued lines joined.
    /// `None` for `ARG NAME`.
    pub written: Option<Text>,
    /// The value that the build hands over. `None` where BuildKit stops at it, and for `ARG NAME`
    /// of which no `ARG` before `FROM` says a default.
    pub value: Option<Text>,
}

impl fmt::Debug for Assignment {
    /// Without the name: a broken line may have made one of a secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Assignment")
            .field("notation", &self.notation)
            .finish_non_exhaustive()
    }
}

/// What a stage starts from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Base {
    /// An earlier stage, by its index.
    Stage(usize),
    /// `scratch`: nothing but a default `PATH`.
    Scratch,
    /// An image; its environment is not known.
    Image,
}

/// One build stage.
#[derive(Debug)]
pub struct Stage {
    /// The image as it is written.
    pub image: Text,
    /// The image with its references replaced. Not known as a whole where an `ARG` has no default.
    pub base_name: Text,
    /// What that is.
    pub base: Base,
    /// The name behind `AS`, in lower case.
    pub name: Option<String>,
    /// Its instructions, `FROM` not included.
    pub instructions: Range<usize>,
}

/// Why the build stops.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Cause {
    /// An instruction that BuildKit does not know.
    UnknownInstruction,
    /// An instruction other than `ARG` stands above the first `FROM`.
    NoStage,
    /// `FROM` with a wrong number of words, or with an empty image.
    From,
    /// `escape` is neither `\` nor `` ` ``, or a parser directive stands twice.
    Directive,
    /// A heredoc without its closing word.
    Heredoc,
    /// Nothing follows `ENV` or `ARG`.
    NoArguments,
    /// `ENV NAME`
    NoValue,
    /// Nothing stands before `=`.
    NoName,
    /// A word without `=` behind a pair: `ENV A=b c`.
    NoEquals,
    /// An option (`--name`) that `ENV` does not have.
    Option,
    /// A quote that is never closed.
    Unterminated(char),
    /// `${` that is never closed.
    MissingBrace,
    /// `${…}` that BuildKit cannot read.
    BadSubstitution,
    /// `${NAME:?…}` of a name that is not set.
    Required,
    /// The pattern of `${NAME#…}`, `${NAME%…}` or `${NAME/…/…}` is none.
    Pattern,
}

/// A place at which the build stops.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Why.
    pub cause: Cause,
    /// The narrowest place.
    pub span: Span,
    /// Index of the instruction, where it belongs to one.
    pub instruction: Option<usize>,
}

/// A parsed file.
#[derive(Debug, Default)]
pub struct Dockerfile {
    /// What escapes a character and joins lines: `\`, or `` ` `` where a parser directive says so.
    pub escape: char,
    /// All instructions in file order, heredocs' bodies skipped.
    pub instructions: Vec<Instruction>,
    /// The stages in file order. What stands above the first is in none.
    pub stages: Vec<Stage>,
    /// Comment lines, from `#` to the end of the line.
    pub comments: Vec<Span>,
    /// Where the build stops. What is read behind the first is what it would mean without it.
    pub problems: Vec<Problem>,
}

impl Dockerfile {
    /// `stage` and the stages that it builds on, itself first.
    pub fn chain(&self, stage: usize) -> impl Iterator<Item = usize> + '_ {
        let first = (stage < self.stages.len()).then_some(stage);
        std::iter::successors(first, |&at| match self.stages[at].base {
            Base::Stage(below) => Some(below),
            Base::Scratch | Base::Image => None,
        })
    }

    /// Every `ENV` of `stage` and of the stages that it builds on, in the order of the build: of two
    /// with one name the last counts.
    pub fn environment(&self, stage: usize) -> Vec<&Assignment> {
        let mut chain: Vec<usize> = self.chain(stage).collect();
        chain.reverse();
        let instructions = chain
            .into_iter()
            .flat_map(|stage| &self.instructions[self.stages[stage].instructions.clone()]);
        instructions
            .filter(|instruction| instruction.keyword == Keyword::Env)
            .flat_map(|instruction| &instruction.assignments)
            .collect()
    }
}

/// Reads `text`. `base` tells what is known of a name in the environment of a base image.
pub fn read(text: &str, base: &dyn Fn(&str) -> Outside) -> Dockerfile {
    let mut file = lines::read(text);
    evaluate::run(&mut file, base);
    file
}
