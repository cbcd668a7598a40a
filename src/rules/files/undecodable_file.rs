//! AV001: a file that its reader cannot decode, or that is encrypted.

use crate::inputs::carrier::Encrypted;
use crate::inputs::opaque::wide;
use crate::inputs::{Kind, Opacity, Tree};
use crate::report::{Findings, Severity};
use crate::rule;
use crate::rules::files::env_syntax::{concerns_airflow, shown};
use crate::rules::{Check, FileContext};
use crate::source::{Place, Span};
use crate::syntax::dotenv::{Cause, Delivery, Dialect, EnvFile};

rule! {
    /// # undecodable-file
    ///
    /// ## What it does
    ///
    /// Finds files that are not UTF-8, `.env` files that begin with a byte order mark which their reader does not know
    /// (in airflow.cfg `cfg-syntax` reports it), and NUL bytes. Encrypted files (SOPS, ansible-vault, git-crypt, age,
    /// PGP) are named once, as information, and not checked. Of what SOPS encrypts (`.env`, INI, YAML, JSON) the names are
    /// known all the same: what is set is not called missing.
    ///
    /// ## Why is this bad?
    ///
    /// Airflow stops with `UnicodeDecodeError` when airflow.cfg is not text in its encoding. Shells and systemd lose the
    /// first line of a `.env` file behind a byte order mark; the Astro CLI makes the mark a part of the first name. An
    /// environment variable cannot hold a NUL byte. Windows PowerShell writes UTF-16 or a mark when output is redirected
    /// with `>`.
    ///
    /// ## Example
    ///
    /// ```text
    /// ff fe 41 00 49 00 52 00    .env, written by Windows PowerShell
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```text
    /// 41 49 52 46 4c 4f 57       the same text as UTF-8 without a mark
    /// ```
    ///
    /// ## Versions
    ///
    /// All releases. compose, docker and python-dotenv skip a byte order mark.
    ///
    /// ## References
    ///
    /// - `AirflowConfigParser.read` (Python's `configparser`)
    /// - <https://docs.docker.com/compose/how-tos/environment-variables/variable-interpolation/>
    "AV001", "undecodable-file", Error, since "0.1.0",
    checks &[Check::File(check)],
}

fn check(cx: &FileContext<'_>, findings: &mut Findings) {
    match &cx.input.tree {
        Tree::Opaque(Opacity::Encrypted(tool)) => {
            let tells_names = !cx.input.settings.is_empty() || !cx.input.definitions.is_empty();
            encrypted(cx, Encrypted { tool, tells_names }, findings);
        }
        Tree::Opaque(Opacity::NotUtf8 { at }) => not_utf8(cx, *at, findings),
        Tree::Cfg(_) => {
            // cfg-syntax speaks of a byte order mark: it names Airflow's exception.
            nul(cx, Severity::Warning, findings);
        }
        Tree::Env(tree) if tree.stated => {}
        Tree::Env(tree) => {
            env_mark(cx, tree, findings);
            nul(cx, nul_severity(cx, tree), findings);
        }
        Tree::Carrier(around) => {
            if let Some(told) = around.encrypted {
                encrypted(cx, told, findings);
            }
        }
        Tree::Local(_) | Tree::Store | Tree::Dag(_) | Tree::Pins | Tree::SettingsFile => {}
    }
}

/// SOPS leaves names readable, in most shapes of files.
fn encrypted(cx: &FileContext<'_>, told: Encrypted, findings: &mut Findings) {
    let Encrypted { tool, tells_names } = told;
    let what = if tells_names {
        "its names are known, and no value in it is checked"
    } else {
        "nothing in it is checked"
    };
    let message = format!("this file is encrypted with {tool}: {what}");
    findings
        .report(&RULE, whole(cx), "encrypted", message)
        .severity(Severity::Info);
}

fn place(cx: &FileContext<'_>, start: usize, end: usize) -> Place {
    Place::new(cx.input.id, Span::new(start, end))
}

fn whole(cx: &FileContext<'_>) -> Place {
    place(cx, 0, 0)
}

/// airflow.cfg is read in one piece and in the encoding of the process, which is UTF-8 almost
/// everywhere. A `.env` may hold the odd byte in a comment that most readers pass over.
fn not_utf8(cx: &FileContext<'_>, at: usize, findings: &mut Findings) {
    let bytes = &cx.input.bytes;
    let end = (at + 1).min(bytes.len());
    if let Some(wide) = wide(bytes) {
        let name = wide.name();
        let message = if cx.input.kind.is_store() {
            format!("the export is {name}, not UTF-8: nothing in it could be checked")
        } else {
            format!("the file is {name}: its reader expects UTF-8 and takes nothing from it")
        };
        findings
            .report(&RULE, place(cx, 0, 0), "utf-8", message)
            .help("save it as UTF-8 without a byte order mark (`>` of Windows PowerShell writes UTF-16)");
        return;
    }
    let (message, severity) = match cx.input.kind {
        Kind::Cfg => (
            "this byte is not UTF-8: Airflow stops with UnicodeDecodeError when it loads the file",
            Severity::Error,
        ),
        _ => (
            "this byte is not UTF-8: some readers refuse the file, and it is not checked here",
            Severity::Warning,
        ),
    };
    findings
        .report(&RULE, place(cx, at, end), "utf-8", message)
        .severity(severity)
        .help("save the file as UTF-8");
}

fn env_mark(cx: &FileContext<'_>, tree: &EnvFile, findings: &mut Findings) {
    let mark = |problem: &&crate::syntax::dotenv::Problem| problem.cause == Cause::ByteOrderMark;
    let Some(problem) = tree.problems.iter().find(mark) else {
        return;
    };
    let name = problem.name.as_deref();
    let severity = if concerns_airflow(name) {
        Severity::Error
    } else {
        Severity::Warning
    };
    let lost = match (tree.dialect, shown(cx, problem)) {
        (Dialect::AstroStandalone | Dialect::AstroDeploy, Some(name)) => {
            format!("makes it a part of the name `{name}`")
        }
        (Dialect::AstroStandalone | Dialect::AstroDeploy, None) => {
            "makes it a part of the first name".to_owned()
        }
        (_, Some(name)) => format!("loses the first line, which sets `{name}`"),
        (_, None) => "loses the first line".to_owned(),
    };
    let reader = tree.dialect.reader();
    let message = format!("the file begins with a byte order mark: {reader} {lost}");
    findings
        .report(&RULE, place(cx, 0, 3), "bom", message)
        .severity(severity)
        .help("save the file as UTF-8 without a byte order mark");
}

/// An environment cannot hold NUL. Shells drop it, comments may hold it.
fn nul_severity(cx: &FileContext<'_>, tree: &EnvFile) -> Severity {
    let Some(at) = memchr::memchr(0, &cx.input.bytes) else {
        return Severity::Warning;
    };
    let inside = tree.variables.iter().any(|variable| {
        variable.delivery != Delivery::Overridden
            && variable.value.as_ref().is_some_and(|value| {
                let source = value.source();
                source.start <= at && at < source.end
            })
    });
    if inside && !tree.dialect.is_shell() {
        Severity::Error
    } else {
        Severity::Warning
    }
}

fn nul(cx: &FileContext<'_>, severity: Severity, findings: &mut Findings) {
    if let Some(at) = memchr::memchr(0, &cx.input.bytes) {
        let message = match cx.input.kind {
            Kind::Env => "a NUL byte: no environment variable can hold it",
            _ => "a NUL byte: Python takes it for a part of the text, and most uses of it fail",
        };
        findings
            .report(&RULE, place(cx, at, at + 1), "nul", message)
            .severity(severity)
            .help("remove it; UTF-16 text saved as UTF-8 loses these bytes");
    }
}
