//! AV207: a key stands twice in one object.

use std::collections::HashMap;

use super::call;
use crate::airflow::backend::data;
use crate::airflow::backend::{Backend, Kwargs};
use crate::inputs::Setting;
use crate::report::{Edit, Findings, Fix};
use crate::rule;
use crate::rules::{Check, DeploymentContext};
use crate::source::{Place, Span, Text};
use crate::syntax::json::{Member, Value};

rule! {
    /// # duplicate-kwarg
    ///
    /// ## What it does
    ///
    /// Finds a key that stands twice in one object of the keyword arguments.
    ///
    /// ## Why is this bad?
    ///
    /// Python's `json.loads` keeps the last value and says nothing about the first.
    ///
    /// ## Example
    ///
    /// ```ini
    /// [secrets]
    /// backend = airflow.providers.amazon.aws.secrets.secrets_manager.SecretsManagerBackend
    /// backend_kwargs = {"connections_prefix": "a/connections", "connections_prefix": "b/connections"}
    /// ```
    ///
    /// airvane says:
    ///
    /// ```text
    /// airflow.cfg:3:59: warning[AV207] duplicate-kwarg: `connections_prefix` stands twice in `backend_kwargs`: Airflow uses the last value
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```ini
    /// [secrets]
    /// backend = airflow.providers.amazon.aws.secrets.secrets_manager.SecretsManagerBackend
    /// backend_kwargs = {"connections_prefix": "b/connections"}
    /// ```
    ///
    /// ## Fix
    ///
    /// Unsafe: the first of the two is removed. That changes nothing of what Airflow uses, but it may have been the
    /// right one.
    ///
    /// ## Versions
    ///
    /// All.
    ///
    /// ## References
    ///
    /// - <https://docs.python.org/3/library/json.html#repeated-names-within-an-object>
    "AV207", "duplicate-kwarg", Warning, since "0.1.0",
    checks &[Check::Deployment(check)],
}

fn check(cx: &DeploymentContext<'_>, findings: &mut Findings) {
    for backend in cx.secrets.pairs() {
        one(backend, findings);
    }
}

fn one(backend: &Backend<'_>, findings: &mut Findings) {
    let Kwargs::Object { setting, json } = &backend.kwargs else {
        return;
    };
    let option = backend.role.kwargs_option();
    let mut waiting: Vec<(Value<'_>, bool)> = vec![(json.root(), true)];
    while let Some((value, top)) = waiting.pop() {
        waiting.extend(value.items().map(|item| (item, false)));
        let mut first: HashMap<String, Value<'_>> = HashMap::new();
        let members: Vec<Member<'_>> = value.members().collect();
        for member in &members {
            waiting.push((member.value, false));
            let Some(name) = member.key.as_str().map(std::borrow::Cow::into_owned) else {
                continue;
            };
            if !member.key.raw().is_known() {
                continue;
            }
            let written = member.key.raw().len() == member.key.span().len();
            let known = data::classes()
                .iter()
                .any(|class| class.any_kwarg(&name).is_some());
            let shown = if top || known {
                call::shown_name(&name, written)
            } else {
                String::from("a key")
            };
            let Some(earlier) = first.insert(name, member.key) else {
                continue;
            };
            findings
                .report(
                    &RULE,
                    Place::new(setting.file, member.key.inner_span()),
                    format!("{}.{option}", backend.role.section()),
                    format!("{shown} stands twice in `{option}`: Airflow uses the last value"),
                )
                .help("remove one of the two")
                .fix(fix(setting, json.text(), earlier, &members))
                .related(Place::new(setting.file, earlier.inner_span()), "first here");
        }
    }
}

/// Bigger objects are nobody's keyword arguments.
const MOST_MEMBERS: usize = 1000;

/// What Python forgets goes: from the first key to the one that follows it, where all of that belongs to the
/// value itself.
fn fix(setting: &Setting, text: &Text, earlier: Value<'_>, members: &[Member<'_>]) -> Option<Fix> {
    if members.len() > MOST_MEMBERS {
        return None;
    }
    let at = earlier.range().start;
    let index = members
        .iter()
        .position(|member| member.key.range().start == at)?;
    let next = members.get(index + 1)?.key;
    let range = at..next.range().start;
    let whole = text.own_pieces(range.clone());
    let own = text.is_known_in(range.clone())
        && whole.len() == text.pieces(range.clone()).len()
        && text.editable(at..at + 1).is_some();
    let span = Span::new(earlier.span().start, next.span().start);
    let edits = vec![Edit::delete(Place::new(setting.file, span))];
    (own && span.start < span.end).then(|| Fix::risky("remove the first of the two", edits))
}
