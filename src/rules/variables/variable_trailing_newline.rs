//! AV501: a variable that ends with a line break.

use crate::inputs::EntryKind;
use crate::report::Findings;
use crate::rules::{Check, EntryContext};
use crate::source::Place;

crate::rule! {
    /// # variable-trailing-newline
    ///
    /// ## What it does
    ///
    /// Finds variables whose text is one line with a line break behind it, in a store or in an
    /// environment variable. Texts of several lines (keys in PEM form, YAML) and JSON are left alone.
    ///
    /// ## Why is this bad?
    ///
    /// Airflow strips connections, and hands variables out as they are stored. `echo value | aws …`
    /// stores the line break too, and a comparison, a path or a URL made of the variable is then wrong.
    ///
    /// ## Example
    ///
    /// ```json
    /// {"Parameters": [{"Name": "/airflow/variables/bucket", "Type": "String", "Value": "my-bucket\n"}]}
    /// ```
    ///
    /// airvane says:
    ///
    /// ```text
    /// dump.json:1:92: warning[AV501] variable-trailing-newline: the variable ends with a line break: Airflow does not strip variables, so whoever reads it gets the line break too
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```json
    /// {"Parameters": [{"Name": "/airflow/variables/bucket", "Type": "String", "Value": "my-bucket"}]}
    /// ```
    ///
    /// ## Versions
    ///
    /// All.
    ///
    /// ## References
    ///
    /// - `Variable.get_variable_from_secrets` in `airflow/models/variable.py`
    /// - <https://airflow.apache.org/docs/apache-airflow/stable/core-concepts/variables.html>
    "AV501", "variable-trailing-newline", Warning, since "0.1.0",
    checks &[Check::Entry(check)],
}

fn check(context: &EntryContext<'_>, findings: &mut Findings) {
    if context.kind != Some(EntryKind::Variable) || context.facts.encrypted {
        return;
    }
    let (Some(value), Some(place)) = (context.value, context.value_place) else {
        return;
    };
    let text = value.expose();
    let Some(line) = text.strip_suffix('\n') else {
        return;
    };
    // A text of several lines ends with one as files do; JSON does not mind.
    let line = line.strip_suffix('\r').unwrap_or(line);
    if line.contains('\n') || line.trim_start().starts_with(['{', '[']) {
        return;
    }
    let value = value.text();
    if !value.is_known() {
        return;
    }
    let end = value.slice(line.len()..value.len());
    findings
        .report(
            &RULE,
            Place::new(place.file, end.source()),
            context.subject(),
            "the variable ends with a line break: Airflow does not strip variables, so whoever reads it gets the line break too",
        )
        .help("store the value without it, for example with `printf %s` in place of `echo`");
}
