//! `airvane resolve`

use std::io::{self, Write};

use super::{Exit, Surroundings, given};
use crate::cli::{Cli, DocumentFormat, ResolveArgs};
use crate::render::resolve as render;
use crate::resolve::{self, Answer, Outcome};

/// Runs the command; `exit` is the code earned so far.
pub fn run(
    cli: &Cli,
    args: &ResolveArgs,
    surroundings: &Surroundings,
    out: &mut dyn Write,
    err: &mut dyn Write,
    exit: &mut Exit,
) -> io::Result<()> {
    *exit = Exit::Failure;
    let view = given::View {
        paths: &args.paths,
        target: &args.target,
        runtime: args.runtime,
        input: &args.input,
        watched: surroundings.stderr_is_watched,
    };
    let Some((loaded, contents, bar)) = given::loaded(cli, view, err)? else {
        return Ok(());
    };
    let Some(one) = given::one(&loaded, args.deployment.as_deref(), err)? else {
        return Ok(());
    };
    let mut ids = args.ids.clone();
    if args.used {
        let (used, hidden) = resolve::used(&loaded, &one, &ids);
        ids.extend(used);
        match hidden {
            0 if ids.is_empty() => {
                writeln!(err, "airvane: no DAG of this deployment asks for anything")?;
            }
            0 => {}
            // A URI, a sentence: what no store can hold may be a secret.
            1 => writeln!(
                err,
                "airvane: 1 id that DAGs ask for is left out: no store can hold it, and it is not shown"
            )?,
            _ => writeln!(
                err,
                "airvane: {hidden} ids that DAGs ask for are left out: no store can hold them, and they are not shown"
            )?,
        }
    }
    let asked = resolve::Request {
        ids: &ids,
        team: args.team.as_deref(),
    };
    let (answers, failures) = resolve::run(&asked, &loaded, &one, contents);
    drop(bar);
    given::say_troubles(cli, &failures, &[], err)?;
    if loaded.failures.is_empty() && failures.is_empty() {
        *exit = earned(&answers);
    }
    if args.format == DocumentFormat::Json {
        return render::json(out, &answers, args.reveal);
    }
    let style = given::style(cli, surroundings);
    let target = loaded.target_of(&one);
    let whose = format!("Airflow {}, {}", target.airflow, target.runtime.word());
    render::people(out, &answers, &whose, style, args.reveal)
}

fn earned(answers: &[Answer]) -> Exit {
    let lost = |answer: &Answer| matches!(answer.outcome, Outcome::Missing | Outcome::Error);
    if answers.iter().any(lost) {
        Exit::Findings
    } else {
        Exit::Clean
    }
}
