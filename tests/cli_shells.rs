//! Completions and man pages: made of the definitions of the command line, so nothing is missing in them.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod common;

use airvane::cli::Cli;
use clap::CommandFactory;
use common::{run, with};

/// Names of the commands and of all long options.
fn words() -> Vec<String> {
    let mut cli = Cli::command();
    cli.build();
    let mut words = Vec::new();
    for command in cli.get_subcommands() {
        words.push(command.get_name().to_owned());
        let options = command.get_arguments().filter_map(clap::Arg::get_long);
        words.extend(options.map(str::to_owned));
    }
    assert!(words.len() > 40, "{words:?}");
    words
}

#[test]
fn completions_of_every_shell_name_all_commands_and_options() {
    let directory = with(&[]);
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let ran = run(directory.path(), &["completions", shell]);
        assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{shell}");
        for word in words() {
            assert!(ran.out.contains(&word), "{shell} has no {word}");
        }
        let again = run(directory.path(), &["completions", shell]);
        assert_eq!(ran.out, again.out, "{shell}");
    }
    let other = run(directory.path(), &["completions", "tcsh"]);
    assert_eq!(other.code, 2);
    assert!(other.err.contains("possible values: bash"), "{}", other.err);
}

/// Words that an option takes are completed too.
#[test]
fn completions_know_dialects_rules_and_schemas() {
    let directory = with(&[]);
    let script = run(directory.path(), &["completions", "bash"]).out;
    for word in ["astro-deploy", "AV201", "kwargs/hashicorp_vault", "warning"] {
        assert!(script.contains(word), "{word}");
    }
}

#[test]
fn every_command_has_a_man_page_with_its_options_and_examples() {
    let directory = with(&[]);
    let mut cli = Cli::command();
    cli.build();
    for command in cli.get_subcommands() {
        let name = command.get_name();
        let ran = run(directory.path(), &["man", name]);
        assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{name}");
        assert!(ran.out.contains(".SH NAME"), "{name}");
        // Hyphens are escaped there.
        let page = ran.out.replace('\\', "");
        assert!(page.contains(&format!("airvane-{name}")), "{name}");
        for option in command.get_arguments().filter_map(clap::Arg::get_long) {
            assert!(page.contains(&format!("--{option}")), "{name} --{option}");
        }
        let has_examples = command.get_after_help().is_some();
        assert_eq!(page.contains(".SH EXAMPLES\n.nf\n"), has_examples, "{name}");
    }
    let whole = run(directory.path(), &["man"]);
    assert_eq!(whole.code, 0);
    assert!(whole.out.contains("check"), "{}", whole.out);
    let none = run(directory.path(), &["man", "chekc"]);
    assert_eq!((none.code, none.out.as_str()), (2, ""));
    assert!(!none.err.contains("chekc"), "{}", none.err);
}
