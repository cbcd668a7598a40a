//! AV802: an id that DAGs or the settings file want and nothing defines.

use crate::aws::names::is_store_name;
use crate::inputs::EntryKind;
use crate::report::{Findings, Related, Severity};
use crate::resolve::Near;
use crate::rule;
use crate::rules::{Check, WantedContext};
use crate::settings::Metastore;
use crate::source::Place;

rule! {
    /// # missing-definition
    ///
    /// ## What it does
    ///
    /// Looks up every connection and variable that a DAG names and every id of `required` in the settings
    /// file, as `airvane resolve` does, and reports those that no backend has.
    ///
    /// Of a DAG the strings count that stand in `conn_id=` and `*_conn_id=`, `BaseHook.get_connection(…)`,
    /// `Connection.get(…)`, `Variable.get(…)` without a default, and in the templates `{{ conn.x }}`,
    /// `{{ var.value.x }}` and `{{ var.json.x }}`. A name that is given one string once in the file stands
    /// for it; what is put together at run time is counted (`-v`) and never guessed.
    ///
    /// - An id of `required` is an error: every deployment that the settings file names must have it, or,
    ///   where it names none, one of those that are found.
    /// - An id of a DAG is a warning where the settings file says that the metadata database holds
    ///   nothing (`lookup.metastore = "unused"`), else an info: it may be defined there. Then only
    ///   deployments are looked at that keep connections (or variables) in the environment, a local file
    ///   or an exported store.
    ///
    /// Nothing is said where one of the backends is not known to lack the id: its store is not given, or
    /// not completely; where a compose file, Dockerfile or script of the folder names the environment
    /// variable; or where files were named and no folder: the definition may stand in the others. Nor is anything said of code that can do without: `Variable.get` with a default,
    /// calls inside `try`, `aws_conn_id` (AWS hooks go on without a connection). The default ids of hooks
    /// (`postgres_default`) are an info at most, as Airflow makes such connections itself.
    ///
    /// ## Why is this bad?
    ///
    /// The task fails when it asks: `AirflowNotFoundException: The conn_id … isn't defined`, `KeyError:
    /// Variable … does not exist`. `Variable.get` at the top of a file breaks the whole DAG.
    ///
    /// ## Example
    ///
    /// ```toml
    /// required = ["connection:warehouse"]
    /// ```
    ///
    /// ```dotenv
    /// AIRFLOW_CONN_WAREHOUS=postgresql://etl:x@db.example.com/main
    /// ```
    ///
    /// airvane says:
    ///
    /// ```text
    /// airvane.toml:1:14: error[AV802] missing-definition: nothing defines the connection `warehouse`, which is required
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```toml
    /// required = ["connection:warehouse"]
    /// ```
    ///
    /// ```dotenv
    /// AIRFLOW_CONN_WAREHOUSE=postgresql://etl:x@db.example.com/main
    /// ```
    ///
    /// ## Versions
    ///
    /// All.
    ///
    /// ## References
    ///
    /// - <https://airflow.apache.org/docs/apache-airflow/stable/security/secrets/secrets-backend/index.html>
    /// - `airvane resolve --used`
    "AV802", "missing-definition", Error, since "0.1.0",
    checks &[Check::Wanted(check)],
}

fn check(cx: &WantedContext<'_>, findings: &mut Findings) {
    if cx.metastore == Some(Metastore::Used) {
        return;
    }
    let unused = cx.metastore == Some(Metastore::Unused);
    let is_default = cx.kind == EntryKind::Connection && cx.id.ends_with("_default");
    let of_dag = match (unused, is_default) {
        (true, false) => Some(Severity::Warning),
        (true, true) => Some(Severity::Info),
        // `airflow db init` makes these.
        (false, true) => None,
        (false, false) => cx.is_kept_here.then_some(Severity::Info),
    };
    let (place, severity) = match (cx.required, cx.must, of_dag) {
        (Some(place), ..) => (place, Severity::Error),
        (None, Some(place), Some(severity)) => (place, severity),
        _ => return,
    };
    let near = cx.answers.iter().find_map(|answer| answer.near.first());
    // Whether a name is the one that is asked for may depend on the release.
    let guessed = cx.target.is_guess() && near.is_some_and(Near::is_likely);
    let word = cx.kind.word();
    let shown = is_store_name(cx.id);
    let name = if shown {
        format!("the {word} `{}`", cx.id)
    } else {
        format!("a {word} whose id is not shown")
    };
    // What the settings file calls its deployments is no secret: their names are chosen on the command line.
    let of = cx.deployment.filter(|name| is_store_name(name));
    let of = of.map_or_else(String::new, |of| format!(" of the deployment `{of}`"));
    let name = format!("{name}{of}");
    let message = if cx.required.is_some() {
        format!("nothing defines {name}, which is required")
    } else if unused {
        format!("nothing defines {name}: code that asks for it fails")
    } else {
        format!("nothing that was given defines {name}; the metadata database may")
    };
    let subject = if shown { cx.id } else { "?" };
    let finding = findings.report(&RULE, place, format!("{word}:{subject}"), message);
    finding.severity(if guessed {
        severity.lowered()
    } else {
        severity
    });
    if let Some(help) = help(cx) {
        finding.help(help);
    }
    if let Some(near) = near {
        finding.related.push(Related {
            message: format!("`{}` is there: {}", near.name, near.why),
            place: near.place,
            position: near.position,
        });
    }
    others(cx, place, |place, message| {
        finding.related(place, message);
    });
}

/// The places, beside that of the finding, where the id is asked for.
fn others(cx: &WantedContext<'_>, own: Place, mut tell: impl FnMut(Place, String)) {
    const MOST: usize = 3;
    let others: Vec<Place> = cx
        .places
        .iter()
        .copied()
        .filter(|place| *place != own)
        .collect();
    let left = others.len().saturating_sub(MOST);
    for (number, place) in others.into_iter().take(MOST).enumerate() {
        let message = if number + 1 == MOST && left > 0 {
            format!("asked for here, and in {left} more places")
        } else {
            "asked for here".to_owned()
        };
        tell(place, message);
    }
}

/// What the backends ask for.
fn help(cx: &WantedContext<'_>) -> Option<String> {
    if !is_store_name(cx.id) {
        return None;
    }
    let mut names: Vec<String> = Vec::new();
    for step in cx.answers.iter().flat_map(|answer| &answer.steps) {
        let name = step.lookups.first().filter(|_| step.lookups_public);
        if let Some(name) = name.map(|name| format!("`{name}`"))
            && !names.contains(&name)
        {
            names.push(name);
        }
    }
    (!names.is_empty()).then(|| format!("Airflow asks for {}", names.join(" and ")))
}
