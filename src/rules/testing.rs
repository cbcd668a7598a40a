//! What the tests of the rules share: targets, files made of text, and running a family's checks.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::airflow::Target;
use crate::airflow::backend::SecretsConfig;
use crate::airflow::config::Settings;
use crate::aws::shared_config::Profiles;
use crate::inputs::spelling::Spelling;
use crate::inputs::{Form, Input, Kind, Origin, Setting, Tree};
use crate::report::{Finding, Findings};
use crate::rules::{Check, DeploymentContext, Rule};
use crate::settings::SettingsFile;
use crate::source::{FileId, LineIndex, Mask, Span, Text};

pub(crate) const SSM: &str =
    "airflow.providers.amazon.aws.secrets.systems_manager.SystemsManagerParameterStoreBackend";
pub(crate) const MANAGER: &str =
    "airflow.providers.amazon.aws.secrets.secrets_manager.SecretsManagerBackend";

/// A file of which nothing was read yet.
pub(crate) fn input(id: u32, path: &str, kind: Kind, bytes: &[u8], tree: Tree) -> Input {
    Input {
        id: FileId(id),
        path: path.into(),
        kind,
        because: "test",
        bytes: Arc::from(bytes),
        lines: LineIndex::new(bytes),
        mask: Mask::new(),
        tree,
        settings: Vec::new(),
        definitions: Vec::new(),
        variables: Vec::new(),
        templated: false,
        inside: None,
    }
}

/// An option that the environment sets, in the file 1.
pub(crate) fn env_setting(section: &str, option: &str, form: Form, value: &str) -> Setting {
    Setting {
        section: section.to_owned(),
        option: option.to_owned(),
        form,
        origin: Origin::Env,
        spelling: Spelling::default(),
        file: FileId(1),
        name: Span::new(0, 1),
        value: Text::verbatim(value, 1),
        is_left_open: false,
    }
}

/// A deployment, and what is known of it beside its settings.
pub(crate) struct Deployment<'a> {
    pub(crate) target: &'a Target,
    pub(crate) inputs: &'a [&'a Input],
    pub(crate) all_inputs: &'a [&'a Input],
    pub(crate) settings: &'a Settings<'a>,
    pub(crate) aws_profiles: Option<&'a Profiles>,
    pub(crate) committed: BTreeSet<FileId>,
}

impl Deployment<'_> {
    /// What the deployment checks of `rules` say of it.
    pub(crate) fn findings(&self, rules: &[&Rule]) -> Vec<Finding> {
        let secrets = SecretsConfig::read(self.settings, self.target);
        let context = DeploymentContext {
            target: self.target,
            inputs: self.inputs,
            all_inputs: self.all_inputs,
            settings: self.settings,
            secrets: &secrets,
            aws_profiles: self.aws_profiles,
            committed: &self.committed,
            pins: &[],
            settings_file: SettingsFile::none(),
        };
        let mut findings = Findings::new();
        for check in rules.iter().flat_map(|rule| rule.checks) {
            if let Check::Deployment(check) = check {
                check(&context, &mut findings);
            }
        }
        findings.into_vec()
    }
}

/// `line:column-line:column severity message`.
pub(crate) fn line(finding: &Finding, input: &Input) -> String {
    let at = |offset| {
        let position = input.lines.position(&input.bytes, offset);
        format!("{}:{}", position.line, position.column)
    };
    let span = finding.place.span;
    let (start, end) = (at(span.start), at(span.end));
    let severity = finding.severity.word();
    format!("{start}-{end} {severity} {}", finding.message)
}
