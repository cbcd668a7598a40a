//! What is said of each fault: what stands there, what the reader makes of it, what to write.

use crate::syntax::dotenv::{Cause, Dialect, Effect, Problem};

/// What stands there.
pub(in crate::rules::files) fn what(problem: &Problem, dialect: Dialect) -> String {
    let fixed = match problem.cause {
        Cause::Unterminated => "what is opened here is never closed",
        Cause::NameCharacter(c) => return format!("a name cannot hold {}", character(c)),
        Cause::BlankInName => "a name cannot hold a blank",
        Cause::NoName => "no name stands here",
        Cause::NoEquals => "this line has no `=`",
        Cause::BlankAroundEquals => "a blank stands beside `=`",
        Cause::Colon => "a colon stands where `=` belongs",
        Cause::Export => "`export` is a word of shells",
        Cause::EmptyValue => "the value is empty",
        Cause::FirstWins => "the name is set twice",
        Cause::TextAfterQuote => "text follows the closing quote",
        Cause::CommentInValue => "` #` begins a comment in the middle of quoted text",
        Cause::CommentKept => "this reader knows no comments behind a value",
        Cause::QuotesKept => "this reader removes no quotes",
        Cause::LineJoined => "a backslash joins the next line to this one",
        Cause::LineTooLong => "the line has 64 KiB or more",
        Cause::CarriageReturn => "the lines end with CR LF",
        Cause::ByteOrderMark => "the file begins with a byte order mark",
        Cause::BadSubstitution => "`${` begins no substitution that the reader knows",
        Cause::Required => "a variable that `${…?…}` requires is not set",
        Cause::ShellSyntax('\n') => "the line ends where more must follow",
        Cause::ShellSyntax(c) => return format!("{} cannot stand here unquoted", character(c)),
        Cause::Command if dialect.is_shell() => "unquoted blanks end the value",
        Cause::Command => "the line is no definition",
        Cause::Semicolon => "an unquoted `;` ends the value",
        Cause::Subshell(c) => return format!("an unquoted {} ends the command", character(c)),
        Cause::Redirection(c) => return format!("an unquoted {} redirects", character(c)),
        Cause::InnerQuotesRemoved => "the shell removes the quotes inside this value",
        Cause::ReadOnly => "bash does not let this name be set",
        Cause::Array => "`( … )` makes an array, which is never exported",
        Cause::Construct => "this is more than a list of variables",
    };
    fixed.to_owned()
}

/// A single character, spelt so that it cannot steer a terminal.
fn character(c: char) -> String {
    match c {
        '`' => "a backtick".to_owned(),
        ' ' => "a blank".to_owned(),
        c if c.is_ascii_graphic() => format!("`{c}`"),
        c if c.is_control() => format!("U+{:04X}", u32::from(c)),
        _ => "this character".to_owned(),
    }
}

/// What the reader does, and what that costs.
pub(in crate::rules::files) fn consequence(
    problem: &Problem,
    dialect: Dialect,
    name: Option<&str>,
) -> String {
    let reader = dialect.reader();
    let variable = name.map_or_else(|| "the variable".to_owned(), |name| format!("`{name}`"));
    match problem.effect {
        Effect::FileRefused if dialect.is_shell() => {
            format!("{reader} ends here and nothing of the file takes effect")
        }
        Effect::FileRefused => match dialect {
            Dialect::Compose | Dialect::ComposeRaw => {
                format!("{reader} refuses the whole file and starts no container")
            }
            _ => format!("{reader} refuses the whole file"),
        },
        Effect::RestLost => format!("{reader} reads nothing from here on"),
        Effect::Unread => "what it sets is not checked".to_owned(),
        Effect::NameChanged => format!("{reader} sets another name, and {variable} is not set"),
        Effect::LineLost => match problem.cause {
            Cause::FirstWins => format!("{reader} keeps the first value of {variable}"),
            Cause::NoEquals => format!("{reader} skips it"),
            Cause::Subshell(_) => {
                format!("{reader} sets {variable} in a subshell, where it is lost")
            }
            Cause::Command | Cause::BlankAroundEquals if dialect.is_shell() => {
                format!("{reader} looks for a command, and {variable} is not set")
            }
            _ => format!("{reader} drops the line, and {variable} is not set"),
        },
        Effect::ValueChanged => match problem.cause {
            Cause::QuotesKept => format!("the quotes become part of the value of {variable}"),
            Cause::CommentKept => {
                format!("the text from here on becomes part of the value of {variable}")
            }
            Cause::CarriageReturn => {
                format!("{reader} leaves a carriage return at the end of {variable} and the others")
            }
            Cause::InnerQuotesRemoved => format!("{variable} holds no JSON any more"),
            Cause::TextAfterQuote if dialect == Dialect::Systemd => {
                format!("{reader} appends it to the value of {variable}")
            }
            Cause::TextAfterQuote => {
                format!(
                    "{reader} ends {variable} at the quote and reads the rest as another variable"
                )
            }
            Cause::LineJoined => format!("the next line becomes part of the value of {variable}"),
            Cause::Unterminated => format!("the rest of the file becomes the value of {variable}"),
            Cause::BlankAroundEquals if dialect == Dialect::AstroStandalone => {
                format!("the value of {variable} begins with a blank")
            }
            _ => format!("{reader} cuts the value of {variable} there"),
        },
    }
}

pub(in crate::rules::files) fn help(problem: &Problem, dialect: Dialect) -> Option<&'static str> {
    Some(match problem.cause {
        Cause::BlankAroundEquals | Cause::BlankInName => {
            "write `NAME=value` without blanks around `=`"
        }
        Cause::Colon | Cause::NoEquals => "write `NAME=value`",
        Cause::Export => "remove `export`",
        Cause::QuotesKept => "remove the quotes around the value",
        Cause::CommentKept => "put the comment on a line of its own",
        Cause::TextAfterQuote if dialect == Dialect::Systemd => {
            "put the comment on a line of its own"
        }
        Cause::TextAfterQuote | Cause::CommentInValue if dialect == Dialect::Compose => {
            "write the value on one line in single quotes, or without quotes around it and without ` #`"
        }
        Cause::TextAfterQuote | Cause::CommentInValue => {
            "write the value on one line in single quotes"
        }
        Cause::Command
        | Cause::Semicolon
        | Cause::Subshell(_)
        | Cause::Redirection(_)
        | Cause::ShellSyntax(_)
        | Cause::InnerQuotesRemoved
            if dialect.is_shell() =>
        {
            "put single quotes around the value"
        }
        Cause::CarriageReturn => "save the file with LF line ends",
        Cause::Unterminated => "close it; a value on several lines needs quotes around all of it",
        Cause::BadSubstitution if dialect == Dialect::Compose => {
            "write `$$` for a dollar sign, or put single quotes around the value"
        }
        Cause::BadSubstitution => "put single quotes around the value",
        Cause::FirstWins => "remove one of the two lines",
        Cause::LineJoined => "remove the backslash, or put single quotes around the value",
        _ => return None,
    })
}

/// A word that stays the same from run to run.
pub(in crate::rules::files) fn cause_word(cause: Cause) -> &'static str {
    match cause {
        Cause::Unterminated => "unterminated",
        Cause::NameCharacter(_) => "name-character",
        Cause::BlankInName => "blank-in-name",
        Cause::NoName => "no-name",
        Cause::NoEquals => "no-equals",
        Cause::BlankAroundEquals => "blank-around-equals",
        Cause::Colon => "colon",
        Cause::Export => "export",
        Cause::EmptyValue => "empty-value",
        Cause::FirstWins => "first-wins",
        Cause::TextAfterQuote => "text-after-quote",
        Cause::CommentInValue => "comment-in-value",
        Cause::CommentKept => "comment-kept",
        Cause::QuotesKept => "quotes-kept",
        Cause::LineJoined => "line-joined",
        Cause::LineTooLong => "line-too-long",
        Cause::CarriageReturn => "carriage-return",
        Cause::ByteOrderMark => "byte-order-mark",
        Cause::BadSubstitution => "bad-substitution",
        Cause::Required => "required",
        Cause::ShellSyntax(_) => "shell-syntax",
        Cause::Command => "command",
        Cause::Semicolon => "semicolon",
        Cause::Subshell(_) => "subshell",
        Cause::Redirection(_) => "redirection",
        Cause::InnerQuotesRemoved => "inner-quotes-removed",
        Cause::ReadOnly => "read-only",
        Cause::Array => "array",
        Cause::Construct => "construct",
    }
}
