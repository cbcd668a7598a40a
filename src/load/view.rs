//! How one choice of a deployment's files reads as settings, for one target.

use std::borrow::Cow;

use super::guard::guard;
use super::{Group, Loaded};
use crate::airflow::Target;
use crate::airflow::backend::SecretsConfig;
use crate::airflow::config::{Environment, Settings};
use crate::inputs::{Input, Kind};
use crate::report::Failure;
use crate::source::FileId;
use crate::workspace::Choice;

/// The settings of one choice as one target reads them.
#[derive(Debug)]
pub struct View<'a> {
    /// The target.
    pub target: &'a Target,
    /// Index into the deployments.
    pub group: usize,
    /// Index into the deployment's choices.
    pub choice: usize,
    /// What the files set.
    pub settings: Settings<'a>,
    /// The backends that they configure.
    pub secrets: SecretsConfig<'a>,
}

/// Those of one group, of all views in the order of their groups.
pub fn of_group<'v, 'a>(views: &'v [View<'a>], group: Option<usize>) -> &'v [View<'a>] {
    let Some(group) = group else {
        return &[];
    };
    let start = views.partition_point(|view| view.group < group);
    let end = views.partition_point(|view| view.group <= group);
    &views[start..end]
}

impl Loaded {
    /// The views of every group, for every target and choice in turn.
    pub fn views(&self, failures: &mut Vec<Failure>) -> Vec<View<'_>> {
        let groups = self.groups.iter().enumerate();
        groups
            .flat_map(|(index, group)| self.views_of(index, group, failures))
            .collect()
    }

    fn views_of<'a>(
        &'a self,
        index: usize,
        group: &'a Group,
        failures: &mut Vec<Failure>,
    ) -> Vec<View<'a>> {
        let home = self.home(&group.deployment);
        let mut views = Vec::new();
        for target in &group.targets {
            for (choice, files) in group.deployment.choices.iter().enumerate() {
                let made = guard(home, || {
                    let settings = self.settings(files);
                    let secrets = SecretsConfig::read(&settings, target);
                    View {
                        target,
                        group: index,
                        choice,
                        settings,
                        secrets,
                    }
                });
                match made {
                    Ok(view) => views.push(view),
                    Err(failure) => failures.push(failure),
                }
            }
        }
        views
    }

    /// True when the store is one of those that the choice of `view` asks, as far as they are of one
    /// group.
    pub fn asks(&self, view: &View<'_>, store: FileId) -> bool {
        let group = self.groups.get(view.group);
        let choice = group.and_then(|group| group.deployment.choices.get(view.choice));
        choice.is_none_or(|choice| choice.has_store(store))
    }

    /// What the files of one choice set together.
    pub fn settings(&self, choice: &Choice) -> Settings<'_> {
        let inputs: Vec<&Input> = self.of(&choice.settings);
        let mut environment = Environment::default();
        let count = inputs.iter().map(|input| input.variables.len()).sum();
        environment.variables.reserve(count);
        let variables = inputs.iter().flat_map(|input| &input.variables);
        let variables = variables.map(|one| (Cow::Borrowed(one.name.as_str()), one.value.clone()));
        environment.variables.extend(variables);
        // What the command line says is known better than what a file seems to say.
        let defined = self.environment.variables.clone();
        environment.variables.extend(defined);
        let has = |kind| inputs.iter().any(|input| input.kind == kind);
        Settings {
            has_cfg: has(Kind::Cfg),
            has_env: has(Kind::Env),
            written: inputs.iter().flat_map(|input| &input.settings).collect(),
            environment,
            ..Settings::default()
        }
    }
}
