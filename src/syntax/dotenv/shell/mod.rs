//! `set -a; . ./.env` in dash 0.5.12 and bash 5.2: assignments, `export`, quoting, parameters,
//! and what becomes of a line that is something else. No command is run and no control flow is
//! followed: from such a construct on the reading counts as uncertain.

mod expand;
mod lex;
mod run;
pub(super) mod script;

use super::collect::Collector;
use super::{Cause, Dialect, Effect};
use crate::source::Span;
use lex::{Lexer, Part, Token, Unterminated, Word};
use run::{Flow, Shell};

/// Commands joined by `&&` and `||`.
struct List {
    pipelines: Vec<Pipeline>,
    /// `&` behind it.
    background: Option<Span>,
}

struct Pipeline {
    /// What joins it to the one before it.
    joint: Option<&'static str>,
    negated: bool,
    /// The first `|`.
    pipe: Option<Span>,
    commands: Vec<Command>,
}

#[derive(Default)]
struct Command {
    words: Vec<Word>,
    redirections: Vec<Redirection>,
}

struct Redirection {
    operator: Span,
    reads: bool,
}

/// Why a line is not a list of simple commands.
enum Fault {
    Syntax(char, Span),
    Construct(Span),
    Unterminated(Span),
}

const OPENERS: [&str; 8] = ["if", "case", "while", "until", "for", "{", "", ""];
const BASH_OPENERS: [&str; 5] = ["[[", "function", "select", "time", "coproc"];
const CLOSERS: [&str; 8] = ["then", "elif", "else", "fi", "do", "done", "esac", "}"];

pub(super) fn read(out: &mut Collector<'_>) {
    let bash = out.file.dialect == Dialect::Bash;
    let mut shell = Shell::new(bash);
    let mut lexer = Lexer {
        text: out.text,
        at: 0,
        bash,
        comments: Vec::new(),
        quotes: Vec::new(),
    };
    if memchr::memchr(0, out.text.as_bytes()).is_some() {
        out.file.uncertain = true;
    }
    loop {
        let start = lexer.at;
        let parsed = line(&mut lexer);
        let lists = match parsed {
            Ok(Some(lists)) => lists,
            Ok(None) => break,
            Err(fault) => {
                let about = about(out.text, start, &fault);
                match fault {
                    Fault::Construct(span) => {
                        if !out.file.uncertain || !out.perhaps {
                            out.problem(Effect::Unread, Cause::Construct, span, None);
                        }
                        out.file.uncertain = true;
                        out.perhaps = true;
                        shell.certain = false;
                    }
                    // In the middle of a construct every line looks broken.
                    _ if out.perhaps => {}
                    Fault::Syntax(character, span) => {
                        let cause = Cause::ShellSyntax(character);
                        out.problem(worst(bash), cause, span, about.as_deref());
                        out.beyond = true;
                    }
                    Fault::Unterminated(span) => {
                        // What bash makes of an open `$(` depends on what follows.
                        out.file.uncertain |= out.text[span.start..].starts_with("$(");
                        out.problem(worst(bash), Cause::Unterminated, span, about.as_deref());
                        out.beyond = true;
                    }
                }
                let beyond = out.beyond;
                if !out.may_repair() {
                    break;
                }
                out.beyond = beyond;
                lexer.at = memchr::memchr(b'\n', &out.text.as_bytes()[start..])
                    .map_or(out.text.len(), |n| start + n + 1);
                continue;
            }
        };
        match shell.run(out, &lists) {
            Flow::On => {}
            Flow::Ends => out.beyond = true,
        }
    }
    out.file.comments = std::mem::take(&mut lexer.comments);
    out.file.delimiters.append(&mut lexer.quotes);
}

/// dash ends at a syntax error of a sourced file; bash leaves the file there.
const fn worst(bash: bool) -> Effect {
    if bash {
        Effect::RestLost
    } else {
        Effect::FileRefused
    }
}

/// The name that the faulty line seems to define.
fn about(text: &str, start: usize, fault: &Fault) -> Option<String> {
    let (Fault::Syntax(_, span) | Fault::Unterminated(span) | Fault::Construct(span)) = fault;
    // A quote may have opened lines above: the fault's own line says more.
    let from = text[start..span.start.max(start)]
        .rfind('\n')
        .map_or(start, |n| start + n + 1);
    let line = text[from..].trim_start();
    let line = line.strip_prefix("export ").unwrap_or(line).trim_start();
    let end = lex::name_end(line, 0);
    (end > 0).then(|| line[..end].to_owned())
}

/// One complete command line: everything up to a line end that is not inside something.
fn line(lexer: &mut Lexer<'_>) -> Result<Option<Vec<List>>, Fault> {
    let mut lists = Vec::new();
    let mut list = List {
        pipelines: Vec::new(),
        background: None,
    };
    let mut pipeline = empty_pipeline(None);
    let mut command = Command::default();
    // Something must follow: `&&`, `|`, `!`.
    let mut open = false;
    loop {
        let at = lexer.at;
        let token = lexer
            .token()
            .map_err(|Unterminated(span)| Fault::Unterminated(span))?;
        let empty = command.words.is_empty() && command.redirections.is_empty();
        match token {
            Token::Word(word) => {
                if command.words.is_empty()
                    && command.redirections.is_empty()
                    && let Some(reserved) = reserved(&word, lexer.bash)
                {
                    if reserved == "!" {
                        pipeline.negated = !pipeline.negated;
                        open = true;
                        continue;
                    }
                    if CLOSERS.contains(&reserved) {
                        return Err(Fault::Syntax(first_char(reserved), word.span));
                    }
                    return Err(Fault::Construct(word.span));
                }
                open = false;
                command.words.push(word);
            }
            Token::Newline if open => {
                if pipeline.negated {
                    return Err(Fault::Construct(Span::new(at, at)));
                }
            }
            Token::Newline | Token::End => {
                let ended = matches!(token, Token::End);
                if open {
                    return Err(Fault::Syntax('\n', Span::at(lexer.text.len())));
                }
                if empty && pipeline.commands.is_empty() && list.pipelines.is_empty() {
                    if lists.is_empty() && ended {
                        return Ok(None);
                    }
                    return Ok(Some(lists));
                }
                pipeline.commands.push(command);
                list.pipelines.push(pipeline);
                lists.push(list);
                return Ok(Some(lists));
            }
            Token::Operator(operator, span) => match operator {
                "<<" | "<<-" | "<<<" => return Err(Fault::Construct(span)),
                "<" | ">" | ">>" | "<&" | ">&" | "<>" | ">|" | "&>" | "&>>" => {
                    // dash ends at a descriptor that is no number.
                    let duplicates = matches!(operator, "<&" | ">&") && !lexer.bash;
                    if duplicates || lexer.bash && lexer.text[span.end..].starts_with('(') {
                        return Err(Fault::Construct(span));
                    }
                    redirection(lexer, &mut command, operator, span)?;
                    open = false;
                }
                "(" if empty => return Err(Fault::Construct(span)),
                "(" => {
                    // `name()` defines a function.
                    let next = lexer.text[span.end..].trim_start_matches([' ', '\t']);
                    return Err(if command.words.len() == 1 && next.starts_with(')') {
                        Fault::Construct(span)
                    } else {
                        Fault::Syntax('(', span)
                    });
                }
                _ if empty => return Err(Fault::Syntax(first_char(operator), span)),
                "&&" | "||" | "|" | "|&" => {
                    pipeline.commands.push(std::mem::take(&mut command));
                    if operator.len() == 2 && operator != "|&" {
                        list.pipelines.push(pipeline);
                        pipeline = empty_pipeline(Some(operator));
                    } else {
                        pipeline.pipe.get_or_insert(span);
                    }
                    open = true;
                }
                ";" | "&" => {
                    pipeline.commands.push(std::mem::take(&mut command));
                    list.pipelines.push(pipeline);
                    list.background = (operator == "&").then_some(span);
                    lists.push(list);
                    list = List {
                        pipelines: Vec::new(),
                        background: None,
                    };
                    pipeline = empty_pipeline(None);
                }
                other => return Err(Fault::Syntax(first_char(other), span)),
            },
        }
    }
}

fn empty_pipeline(joint: Option<&'static str>) -> Pipeline {
    Pipeline {
        joint,
        negated: false,
        pipe: None,
        commands: Vec::new(),
    }
}

fn first_char(text: &str) -> char {
    text.chars().next().unwrap_or(' ')
}

fn redirection(
    lexer: &mut Lexer<'_>,
    command: &mut Command,
    operator: &'static str,
    span: Span,
) -> Result<(), Fault> {
    // `2>file`: digits that touch the operator are its descriptor.
    let descriptor = command.words.last().is_some_and(|word| {
        let digits = &lexer.text[word.span.start..word.span.end];
        word.span.end == span.start && digits.bytes().all(|b| b.is_ascii_digit())
    });
    if descriptor {
        command.words.pop();
    }
    match lexer
        .token()
        .map_err(|Unterminated(span)| Fault::Unterminated(span))?
    {
        Token::Word(_) => {}
        Token::Newline | Token::End => return Err(Fault::Syntax('\n', span)),
        Token::Operator(next, at) => return Err(Fault::Syntax(first_char(next), at)),
    }
    command.redirections.push(Redirection {
        operator: span,
        reads: !matches!(operator, ">" | ">>" | ">|" | "&>" | "&>>"),
    });
    Ok(())
}

/// The reserved word that `word` is, in the place of a command's name.
fn reserved(word: &Word, bash: bool) -> Option<&'static str> {
    let [
        Part::Literal {
            text,
            quoted: false,
        },
    ] = word.parts.as_slice()
    else {
        return None;
    };
    let text = text.expose();
    if text.is_empty() || word.array {
        return None;
    }
    let bash_only: &[&'static str] = if bash { &BASH_OPENERS } else { &[] };
    OPENERS
        .iter()
        .chain(&CLOSERS)
        .chain(["!"].iter())
        .chain(bash_only)
        .copied()
        .find(|&known| known == text)
}
