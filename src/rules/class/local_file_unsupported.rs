//! AV113: a file that the loader of local secrets files refuses as a whole.

use crate::airflow::backend::ask::{Ask, AskCause, AskFault, Question};
use crate::airflow::backend::{Backend, Constructed, Construction};
use crate::airflow::local_file::{self, LineFault, LocalVariable};
use crate::airflow::{Target, Version};
use crate::inputs::local::LocalTree;
use crate::inputs::local::yaml::LocalYaml;
use crate::inputs::{EntryKind, Kind, Tree};
use crate::report::{Findings, Severity};
use crate::rule;
use crate::rules::{Check, DeploymentContext, FileContext};
use crate::source::{Place, Span};
use crate::syntax::dotenv::LocalEnv;
use crate::syntax::json::Kind as JsonKind;

rule! {
    /// # local-file-unsupported
    ///
    /// ## What it does
    ///
    /// Finds what makes `LocalFilesystemBackend` refuse a whole file: a name without one of the endings
    /// `.env`, `.json`, `.yaml` and `.yml`, a line of an `.env` file without `=`, without a value or
    /// (since 3.1) without an id, an id that stands twice, a variable that is a list of none or of several (up to
    /// 3.1), and JSON or YAML that is no object at the top. Of
    /// YAML it also finds ids that are no texts (`1:`, `yes:`, `2024-01-31:`): Airflow reads such an entry and never
    /// finds it.
    ///
    /// Entries that are no connections are told by AV421, AV422, AV423 and AV438.
    ///
    /// ## Why is this bad?
    ///
    /// The backend reads the whole file for every lookup. When it cannot, every lookup raises, the good
    /// entries with the bad one, and Airflow goes on to environment variables and the metadata database
    /// as if the backend held nothing.
    ///
    /// Since 3.1 the ending is that of Python's `pathlib`: a file that is called `.env` and nothing else
    /// has none.
    ///
    /// ## Example
    ///
    /// ```ini
    /// [secrets]
    /// backend = airflow.secrets.local_filesystem.LocalFilesystemBackend
    /// backend_kwargs = {"connections_file_path": "/opt/airflow/connections.txt"}
    /// ```
    ///
    /// airvane says:
    ///
    /// ```text
    /// airflow.cfg:3:45: error[AV113] local-file-unsupported: `connections_file_path` names a file without an ending that Airflow knows: every lookup of a connection in it raises
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```ini
    /// [secrets]
    /// backend = airflow.secrets.local_filesystem.LocalFilesystemBackend
    /// backend_kwargs = {"connections_file_path": "/opt/airflow/connections.env"}
    /// ```
    ///
    /// ## Versions
    ///
    /// `.yml` since 2.3.0. Up to 2.2.4 a line of an `.env` file could hold one `=` only. An empty id is
    /// refused since 3.1.0.
    ///
    /// ## References
    ///
    /// - `_parse_secret_file`, `_parse_env_file`, `_parse_yaml_file` and `load_connections_dict` in `airflow/secrets/local_filesystem.py`
    /// - <https://airflow.apache.org/docs/apache-airflow/stable/security/secrets/secrets-backend/local-filesystem-secrets-backend.html>
    "AV113", "local-file-unsupported", Error, since "0.1.0",
    checks &[Check::Deployment(names), Check::File(content)],
}

/// An Airflow of the time before `pathlib` was asked for the ending.
const BEFORE_PATHLIB: Version = Version::new(2, 11, 2);
fn names(cx: &DeploymentContext<'_>, findings: &mut Findings) {
    for backend in cx.secrets.backends() {
        let Construction::Built(built) = backend.construct(cx.target) else {
            continue;
        };
        if built.class.short_name != "local_filesystem" {
            continue;
        }
        for (kind, kwarg, what) in [
            (EntryKind::Connection, "connections_file_path", "connection"),
            (EntryKind::Variable, "variables_file_path", "variable"),
            (EntryKind::Config, "configs_file_path", "option"),
        ] {
            let Some(place) = refused(backend, &built, kind, cx.target) else {
                continue;
            };
            let older = Target {
                airflow: BEFORE_PATHLIB,
                ..cx.target.clone()
            };
            let taken = cx.target.is_guess() && refused(backend, &built, kind, &older).is_none();
            let (severity, range) = if taken {
                (Severity::Warning, " (3.1.0 and later)")
            } else {
                (Severity::Error, "")
            };
            let message = format!(
                "`{kwarg}` names a file without an ending that Airflow knows: every lookup of a {what} in it raises{range}"
            );
            findings
                .report(
                    &RULE,
                    place,
                    format!(
                        "{}.{}.{kwarg}",
                        backend.role.section(),
                        backend.role.kwargs_option()
                    ),
                    message,
                )
                .severity(severity)
                .help(format!(
                    "give the file a name with an ending: `{what}s.env`, `{what}s.json`, `{what}s.yaml`"
                ));
        }
    }
}

/// Where the name of a file is written that the lookup refuses.
fn refused(
    backend: &Backend<'_>,
    built: &Constructed<'_>,
    kind: EntryKind,
    target: &Target,
) -> Option<Place> {
    let question = Question {
        kind,
        id: "id",
        team: None,
        multi_team: backend.multi_team,
    };
    match built.ask(&question, target) {
        Ask::Raises(AskFault {
            cause: AskCause::FileExtension,
            place,
            ..
        }) => place,
        _ => None,
    }
}

fn content(cx: &FileContext<'_>, findings: &mut Findings) {
    // What a template becomes is not known.
    let is_template =
        || cx.input.templated || memchr::memmem::find(&cx.input.bytes, b"{{").is_some();
    match &cx.input.tree {
        Tree::Local(_) if is_template() => return,
        Tree::Local(LocalTree::Env(tree)) => lines(cx, tree, findings),
        Tree::Local(LocalTree::Json(json)) if json.root().kind() != JsonKind::Object => {
            let root = json.root();
            let place = Place::new(
                cx.input.id,
                Span::new(root.span().start, root.span().start + 1),
            );
            let message = format!(
                "the file holds {} where an object of ids and values belongs: Airflow refuses all of it, and every lookup raises",
                root.kind().described()
            );
            findings
                .report(&RULE, place, "top", message)
                .help("write `{\"an_id\": …}`");
        }
        Tree::Local(LocalTree::Yaml(tree)) => yaml(cx, tree, findings),
        _ => {}
    }
    lists(cx, findings);
}

fn yaml(cx: &FileContext<'_>, tree: &LocalYaml, findings: &mut Findings) {
    if let Some((what, span)) = tree.top {
        let end = span.end.min(span.start + 1);
        let place = Place::new(cx.input.id, Span::new(span.start, end));
        let message = format!(
            "the file holds {what} where a mapping of ids and values belongs: Airflow refuses all of it, and every lookup raises"
        );
        findings
            .report(&RULE, place, "top", message)
            .help("write `an_id: …`");
    }
    for (span, what) in &tree.nameless {
        let message =
            format!("for YAML this id is {what}, and Airflow asks for texts: no lookup finds it");
        findings
            .report(&RULE, Place::new(cx.input.id, *span), "id", message)
            .help("write it between quotation marks");
    }
}

fn lines(cx: &FileContext<'_>, tree: &LocalEnv, findings: &mut Findings) {
    let airflow = cx.target.airflow;
    for (fault, span) in local_file::refused_lines(tree, airflow) {
        let place = Place::new(cx.input.id, span);
        let (what, help) = match fault {
            LineFault::NoEquals => (
                "this line has no `=`",
                "write `id=value`; every line but an empty one and a comment holds one entry",
            ),
            LineFault::EmptyValue => (
                "nothing stands behind the `=`",
                "write the value, or remove the line",
            ),
            LineFault::EmptyKey => (
                "nothing stands in front of the `=`",
                "write the id, or remove the line",
            ),
            LineFault::SecondEquals => {
                let message = format!(
                    "Airflow {airflow} takes one `=` in a line and no more: it refuses the whole file, and every lookup in it raises"
                );
                findings
                    .report(&RULE, place, "line", message)
                    .help("keep such entries in a JSON file, or install Airflow 2.2.5 or later");
                continue;
            }
            LineFault::Twice(earlier) => {
                let what = match cx.input.kind {
                    Kind::Variables => "variable",
                    _ => "connection",
                };
                findings
                    .report(
                        &RULE,
                        place,
                        "twice",
                        format!("this {what} stands twice: Airflow refuses the whole file, and every lookup in it raises"),
                    )
                    .help("remove one of the two")
                    .related(Place::new(cx.input.id, earlier), "it stands here first");
                continue;
            }
        };
        let (severity, range) = match fault {
            LineFault::EmptyKey if cx.target.is_guess() => {
                (Severity::Error.lowered(), " (3.1.0 and later)")
            }
            _ => (Severity::Error, ""),
        };
        let message =
            format!("{what}: Airflow refuses the whole file, and every lookup in it raises{range}");
        findings
            .report(&RULE, place, "line", message)
            .help(help)
            .severity(severity);
    }
}

/// Variables that are lists of none or of several.
fn lists(cx: &FileContext<'_>, findings: &mut Findings) {
    if cx.input.kind != Kind::Variables {
        return;
    }
    for definition in &cx.input.definitions {
        if !matches!(
            local_file::variable(definition, cx.target.airflow),
            LocalVariable::NotUnique
        ) {
            continue;
        }
        findings
            .report(
                &RULE,
                Place::new(cx.input.id, definition.value.source()),
                "list",
                "this variable is a list of none or of several: up to Airflow 3.1 the whole file is refused, and every lookup in it raises",
            )
            .help("write the list as a text, `\"[…]\"`, and read it with `deserialize_json`");
    }
}
