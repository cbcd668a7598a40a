//! AV805: connections and variables that no DAG names.

use crate::report::Findings;
use crate::rule;
use crate::rules::{Check, FileContext, StoreContext, UnusedCount};
use crate::source::{Place, Span};

rule! {
    /// # unused-definition
    ///
    /// ## What it does
    ///
    /// Counts the connections and variables of a store or file that no DAG of the deployment names, in one
    /// line for each. It must be selected: `--select AV805`.
    ///
    /// Nothing is said of connections where a DAG puts the id of one together at run time, and likewise of
    /// variables; nor where no DAG was read. Ids of `required` and of options such as `[logging]
    /// remote_log_conn_id` are used. Templates in other files (`.sql`) and plugins are not read.
    ///
    /// ## Why is this bad?
    ///
    /// It is not wrong. A credential that nothing uses is one that can leak and that nobody renews.
    ///
    /// ## Example
    ///
    /// ```python
    /// load = SQLExecuteQueryOperator(task_id="load", conn_id="warehouse", sql="SELECT 1")
    /// ```
    ///
    /// ```dotenv
    /// AIRFLOW_CONN_WAREHOUSE=postgresql://etl:x@db.example.com/main
    /// AIRFLOW_CONN_OLD_WAREHOUSE=postgresql://etl:x@old.example.com/main
    /// ```
    ///
    /// airvane says:
    ///
    /// ```text
    /// .env:1:1: info[AV805] unused-definition: no DAG that was read names 1 connection of this file
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```python
    /// load = SQLExecuteQueryOperator(task_id="load", conn_id="warehouse", sql="SELECT 1")
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
    /// - `airvane resolve --used`
    "AV805", "unused-definition", Info, on request, since "0.1.0",
    checks &[Check::File(of_file), Check::Store(of_store)],
}

fn of_file(cx: &FileContext<'_>, findings: &mut Findings) {
    if let Some(unused) = cx.unused {
        say(unused, cx.input.id, findings);
    }
}

fn of_store(cx: &StoreContext<'_>, findings: &mut Findings) {
    if let Some(unused) = cx.unused {
        say(unused, cx.input.id, findings);
    }
}

fn say(unused: UnusedCount, file: crate::source::FileId, findings: &mut Findings) {
    let count = |count: usize, word: &str| match count {
        0 => None,
        1 => Some(format!("1 {word}")),
        _ => Some(format!("{count} {word}s")),
    };
    let connections = count(unused.connections, "connection");
    let variables = count(unused.variables, "variable");
    let told: Vec<String> = connections.into_iter().chain(variables).collect();
    if told.is_empty() {
        return;
    }
    let message = format!(
        "no DAG that was read names {} of this file",
        told.join(" and ")
    );
    let place = Place::new(file, Span::at(0));
    findings
        .report(&RULE, place, "unused", message)
        .help("`airvane resolve --used` shows what DAGs ask for");
}
