//! AV105: the provider that is installed is older than what the class needs.

use super::place;
use crate::airflow::backend::ask::{Ask, AskCause, Question};
use crate::airflow::backend::construct::Cause;
use crate::airflow::backend::data::BackendClass;
use crate::airflow::backend::{Backend, Constructed, Construction};
use crate::airflow::{Version, releases};
use crate::inputs::{EntryKind, Kind, Setting};
use crate::report::{Findings, Severity};
use crate::rule;
use crate::rules::{Check, DeploymentContext};
use crate::source::{Place, Text};
use crate::workspace::pins::{How, What};
use crate::workspace::targets::{Located, deciding};

rule! {
    /// # provider-too-old-for-backend
    ///
    /// ## What it does
    ///
    /// Compares the configured class with the release of its provider: a class that a later release
    /// brought, and a release whose lookup methods do not take what Airflow passes them.
    ///
    /// Where nobody chose the provider's release, the one that was current when this Airflow came out is
    /// taken, and the finding is a warning. So it is where a lock file that pins Airflow does not hold
    /// the provider at all: it may be in the image. Nothing is said then of what runs in Kubernetes or on
    /// Helm, whose image is Airflow's own unless another one is named, and holds the provider.
    ///
    /// ## Why is this bad?
    ///
    /// A class that is not there cannot be imported: `AirflowConfigException` while Airflow starts, and
    /// no component runs.
    ///
    /// Airflow 3.2.0 to 3.2.2 pass `team_name` to every backend without asking whether its methods take
    /// it. With an older provider every lookup raises `TypeError`, which is logged at level DEBUG, and
    /// nothing is ever found.
    ///
    /// ## Example
    ///
    /// ```requirements
    /// apache-airflow==3.2.1
    /// apache-airflow-providers-amazon==9.15.0
    /// ```
    ///
    /// ```ini
    /// [secrets]
    /// backend = airflow.providers.amazon.aws.secrets.secrets_manager.SecretsManagerBackend
    /// ```
    ///
    /// airvane says:
    ///
    /// ```text
    /// airflow.cfg:2:11: error[AV105] provider-too-old-for-backend: Airflow 3.2.1 passes `team_name` to the backend, which the amazon provider 9.15.0 does not take: lookups of connections and variables raise TypeError, told at level DEBUG only, and nothing is found
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```requirements
    /// apache-airflow==3.2.1
    /// apache-airflow-providers-amazon==9.20.0
    /// ```
    ///
    /// ```ini
    /// [secrets]
    /// backend = airflow.providers.amazon.aws.secrets.secrets_manager.SecretsManagerBackend
    /// ```
    ///
    /// ## Versions
    ///
    /// `team_name`: Airflow 3.2.0 to 3.2.2 with amazon before 9.20.0, google before 19.4.0, hashicorp before
    /// 4.4.2, microsoft-azure before 12.10.2, yandex before 4.3.2. Later releases of Airflow look at the
    /// method first.
    ///
    /// ## References
    ///
    /// - `Connection.get_connection_from_secrets` in `airflow/models/connection.py` of 3.2
    /// - <https://github.com/apache/airflow/issues/68302>
    "AV105", "provider-too-old-for-backend", Error, since "0.1.0",
    checks &[Check::Deployment(check)],
}

fn check(cx: &DeploymentContext<'_>, findings: &mut Findings) {
    for backend in cx.secrets.pairs() {
        let (Some((setting, text)), Some(known)) = (place::path(backend), backend.known_class())
        else {
            continue;
        };
        let class = known.class;
        let Some(provider) = &class.provider else {
            continue;
        };
        let one = One {
            cx,
            backend,
            setting,
            text,
            class,
            provider,
        };
        match backend.construct(cx.target) {
            Construction::Fails(fault) if fault.cause == Cause::ClassTooNew => {
                one.too_new(findings);
            }
            Construction::Built(built) => {
                one.team_name(&built, findings);
                one.absent(findings);
            }
            _ => {}
        }
    }
}

/// A backend of a provider.
struct One<'c> {
    cx: &'c DeploymentContext<'c>,
    backend: &'c Backend<'c>,
    setting: &'c Setting,
    text: &'c Text,
    class: &'static BackendClass,
    provider: &'static str,
}

impl One<'_> {
    fn place(&self) -> Place {
        place::at(self.setting, self.text, 0..self.text.len())
    }

    fn pin(&self) -> Option<&Located> {
        deciding(&What::Provider(self.provider.to_owned()), self.cx.pins)
    }

    /// Somebody chose the release: a pin, or an option of the command line. Else it is that of its
    /// day.
    fn is_chosen(&self, release: Version) -> bool {
        let target = self.cx.target;
        let by_day = releases::current_at(target.airflow, self.provider);
        let newest = releases::known_provider(self.provider).map(|(_, newest)| newest);
        let usual = by_day == Some(release) || target.is_guess() && newest == Some(release);
        !usual || self.pin().is_some()
    }

    /// The severity, and what to say of a release that nobody chose.
    fn certainty(&self, release: Version, certain: bool) -> (Severity, String) {
        let chosen = self.is_chosen(release);
        let severity = if chosen && certain {
            Severity::Error
        } else {
            Severity::Warning
        };
        let note = if chosen {
            String::new()
        } else {
            format!(
                " (the release current when Airflow {} came out)",
                self.cx.target.airflow
            )
        };
        (severity, note)
    }

    fn report(&self, severity: Severity, message: String, help: String, findings: &mut Findings) {
        let finding = findings
            .report(
                &RULE,
                self.place(),
                place::subject(self.backend.role),
                message,
            )
            .severity(severity)
            .help(help);
        if let Some(pin) = self.pin() {
            finding.related(pin.place, format!("{} is here", pin.pin.how.words()));
        }
    }

    fn too_new(&self, findings: &mut Findings) {
        let Some(release) = self.class.release(self.cx.target) else {
            return;
        };
        let (provider, first) = (self.provider, self.class.first_release);
        let label = place::label(self.backend.role);
        let (severity, note) = self.certainty(release, true);
        let message = format!(
            "`{label}` names a class that came with {first} of the {provider} provider, and {release} is modelled{note}: importing it \
             fails and {}",
            self.backend.role.nothing_starts()
        );
        let help = format!("install the {provider} provider {first} or a later one");
        self.report(severity, message, help, findings);
    }

    fn team_name(&self, built: &Constructed<'_>, findings: &mut Findings) {
        let fails = |kind: &EntryKind| {
            let question = Question {
                kind: *kind,
                id: "id",
                team: None,
                multi_team: self.backend.multi_team,
            };
            // Where only the server passes it, its lookups fail all the same.
            self.cx.target.runtime.each().iter().any(|&runtime| {
                let mut target = self.cx.target.clone();
                target.runtime = runtime;
                matches!(
                    built.ask(&question, &target),
                    Ask::Raises(fault) if fault.cause == AskCause::TeamNameArgument
                )
            })
        };
        let kinds = [EntryKind::Connection, EntryKind::Variable];
        let failing: Vec<&str> = kinds
            .iter()
            .filter(|kind| fails(kind))
            .map(|kind| kind.word())
            .collect();
        let (Some(release), Some(since)) = (
            self.class.release(self.cx.target),
            self.class.team_name_argument,
        ) else {
            return;
        };
        if failing.is_empty() {
            return;
        }
        let (provider, airflow) = (self.provider, self.cx.target.airflow);
        let (severity, note) = self.certainty(release, !self.cx.target.is_guess());
        let message = format!(
            "Airflow {airflow} passes `team_name` to the backend, which the {provider} provider {release}{note} does not take: lookups of \
             {}s raise TypeError, told at level DEBUG only, and nothing is found",
            failing.join("s and ")
        );
        let least = since.connections.max(since.variables);
        let help = format!(
            "install the {provider} provider {least} or a later one, or Airflow 3.3.0 or a later one"
        );
        self.report(severity, message, help, findings);
    }

    /// The class is named by a manifest or by the values of a chart: what a lock file of the repository
    /// lists is for its developers, or for images built elsewhere.
    fn runs_in_another_image(&self) -> bool {
        let mut inputs = self.cx.all_inputs.iter();
        let carrier = inputs.find_map(|input| {
            let is_this = input.id == self.setting.file;
            is_this.then_some(input.inside.as_ref()?.kind)
        });
        matches!(carrier, Some(Kind::Helm | Kind::Kubernetes))
    }

    /// A lock file says which Airflow is installed, and there is no such provider in it.
    fn absent(&self, findings: &mut Findings) {
        let Some(airflow) = deciding(&What::Airflow, self.cx.pins) else {
            return;
        };
        let what = What::Provider(self.provider.to_owned());
        let mut pins = self.cx.pins.iter();
        if airflow.pin.how != How::Lock
            || self.runs_in_another_image()
            || pins.any(|one| one.pin.what == what || one.pin.how.is_image())
        {
            return;
        }
        let provider = self.provider;
        let message = format!(
            "`{}` names a class of the {provider} provider, and the lock file that pins Airflow does not hold that provider: without it \
             importing the class fails and {}",
            place::label(self.backend.role),
            self.backend.role.nothing_starts()
        );
        findings
            .report(
                &RULE,
                self.place(),
                place::subject(self.backend.role),
                message,
            )
            .severity(Severity::Warning)
            .help(format!(
                "add `apache-airflow-providers-{provider}` to the requirements"
            ))
            .related(airflow.place, "the lock file pins Airflow here");
    }
}
