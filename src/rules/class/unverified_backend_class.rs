//! AV104: a class that airvane does not know.

use super::place::{self, Standing};
use crate::airflow::backend::Backend;
use crate::inputs::Setting;
use crate::report::{Findings, Severity};
use crate::rule;
use crate::rules::kwargs::call::{self, shown_name};
use crate::rules::{Check, DeploymentContext};
use crate::settings::DeclaredBackend;
use crate::source::Place;

rule! {
    /// # unverified-backend-class
    ///
    /// ## What it does
    ///
    /// Says that a secrets backend is a class outside of Airflow and its providers. Of one that the settings
    /// file declares (`[[backend]]`) it checks the names of the keyword arguments instead.
    ///
    /// ## Why is this bad?
    ///
    /// It is not: a backend of your own is supported by Airflow. But airvane does not know which
    /// keyword arguments it takes or which names it asks for, so nothing of that is checked. What it takes
    /// can be declared: then an argument that the class does not take, and one that it needs and does not get,
    /// is a warning. Python raises TypeError for both, unless the class says otherwise.
    ///
    /// ## Example
    ///
    /// ```ini
    /// [secrets]
    /// backend = acme_airflow.secrets.AcmeBackend
    /// ```
    ///
    /// airvane says:
    ///
    /// ```text
    /// airflow.cfg:2:11: info[AV104] unverified-backend-class: `[secrets] backend` names a class outside of Airflow and its providers: its keyword arguments and the names it asks for are not checked
    /// ```
    ///
    /// ## Use instead
    ///
    /// A class of your own may stay as it is: check its path by hand, because a slip in it stops Airflow, and declare
    /// it in `airvane.toml`:
    ///
    /// ```toml
    /// [[backend]]
    /// class = "acme_airflow.secrets.AcmeBackend"
    /// kwargs = ["url", "timeout"]
    /// required-kwargs = ["url"]
    /// ```
    ///
    /// Where one of Airflow's classes was meant, write its path:
    ///
    /// ```ini
    /// [secrets]
    /// backend = airflow.providers.amazon.aws.secrets.secrets_manager.SecretsManagerBackend
    /// ```
    ///
    /// ## Versions
    ///
    /// All releases.
    ///
    /// ## References
    ///
    /// - <https://airflow.apache.org/docs/apache-airflow/stable/security/secrets/secrets-backend/index.html#roll-your-own-secrets-backend>
    "AV104", "unverified-backend-class", Info, since "0.1.0",
    checks &[Check::Deployment(check)],
}

fn check(cx: &DeploymentContext<'_>, findings: &mut Findings) {
    for backend in cx.secrets.pairs() {
        let Some((setting, text)) = place::path(backend) else {
            continue;
        };
        let standing = place::standing(text);
        if !matches!(standing, Standing::Foreign | Standing::NearMiss) {
            continue;
        }
        if let Some(declared) = cx.settings_file.backend(text.expose()) {
            arguments(cx, backend, declared, findings);
            continue;
        }
        if standing != Standing::Foreign {
            continue;
        }
        let message = format!(
            "`{}` names a class outside of Airflow and its providers: its keyword arguments and \
             the names it asks for are not checked",
            place::label(backend.role)
        );
        findings
            .report(
                &RULE,
                place::at(setting, text, 0..text.len()),
                place::subject(backend.role),
                message,
            )
            .help("make sure that every component can import it: a class path that cannot be imported stops Airflow");
    }
}

/// Compares the arguments with the declared ones.
fn arguments(
    cx: &DeploymentContext<'_>,
    backend: &Backend<'_>,
    declared: &DeclaredBackend,
    findings: &mut Findings,
) {
    let Some(given) = call::given(backend) else {
        return;
    };
    let option = backend.role.kwargs_option();
    let subject = format!("{}.{option}", backend.role.section());
    let mut warn = |place: Place, subject: String, message: String, help: String| {
        let finding = findings.report(&RULE, place, subject, message);
        finding.severity(Severity::Warning).help(help);
        if let Some(place) = cx.settings_file.place(declared.class.span) {
            finding.related(place, "declared here");
        }
    };
    let json = given.kwargs.iter();
    let json = json.map(|kwarg| (kwarg.name.as_str(), kwarg.name_place, kwarg.written));
    let variables = given.per_key.iter();
    let variables = variables.map(|one| (one.name, one.setting.name_place(), true));
    let all: Vec<(&str, Place, bool)> = json.chain(variables).collect();
    if let Some(known) = &declared.kwargs {
        let known: Vec<&str> = known.iter().map(|word| word.text.as_str()).collect();
        for (name, place, written) in all.iter().filter(|(name, ..)| !known.contains(name)) {
            let shown = shown_name(name, *written);
            let near = known.iter().find(|known| {
                let distance = strsim::osa_distance(name, known);
                distance <= 2 && distance * 2 <= known.len()
            });
            let help = match near {
                Some(near) => format!("did you mean `{near}`?"),
                None => "remove it, or add it to the `kwargs` of the [[backend]]".to_owned(),
            };
            let message = format!(
                "{shown} is not among the keyword arguments that the class is declared to take"
            );
            warn(*place, subject.clone(), message, help);
        }
    }
    let Some(place) = given
        .place
        .or_else(|| backend.class.setting().map(Setting::value_place))
    else {
        return;
    };
    for word in &declared.required_kwargs {
        let name = &word.text;
        if all.iter().all(|(given, ..)| given != name) {
            let message = format!("`{option}` lacks `{name}`, which the class is declared to need");
            let help = format!("give `{name}` in `{option}`");
            warn(place, format!("{subject}.{name}"), message, help);
        }
    }
}
