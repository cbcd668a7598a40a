//! The one deployment that `config` and `resolve` are about: files that Airflow could read together.

use std::path::Path;

use super::gather::same;
use super::{Group, Loaded};
use crate::airflow::Target;
use crate::inputs::{Input, Kind, is_sample};
use crate::source::{FileId, display_path, escape_control};
use crate::workspace::{Choice, deployments};

/// The files of one deployment, of every alternative one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct One {
    /// Number of the group, from 0.
    pub group: usize,
    /// airflow.cfg and env files.
    pub choice: Choice,
    /// Exports and local secrets files.
    pub stores: Vec<FileId>,
}

/// Which deployment is meant is not clear.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unclear {
    /// There are several; one line for each.
    Several(Vec<String>),
    /// None is called so; one line for each there is.
    NotFound(Vec<String>),
    /// There is nothing to read.
    Nothing,
}

impl Loaded {
    /// The deployment that `wanted` names (its name, its number, its folder or one of its files), or the only
    /// one there is. Alternatives (`.env`, `.env.prod`) are several.
    pub fn one(&self, wanted: Option<&str>) -> Result<One, Unclear> {
        let all = self.each();
        if all.is_empty() {
            return Err(Unclear::Nothing);
        }
        let lines = |list: &[One]| list.iter().map(|one| self.line(one)).collect();
        let Some(wanted) = wanted else {
            return match <[One; 1]>::try_from(all) {
                Ok([one]) => Ok(one),
                Err(several) => Err(Unclear::Several(lines(&several))),
            };
        };
        let meant: Vec<One> = all
            .iter()
            .filter(|one| self.is_called(one, wanted))
            .cloned()
            .collect();
        match <[One; 1]>::try_from(meant) {
            Ok([one]) => Ok(one),
            Err(none) if none.is_empty() => Err(Unclear::NotFound(lines(&all))),
            Err(several) => Err(Unclear::Several(lines(&several))),
        }
    }

    /// The target that a deployment is shown for: its first.
    pub fn target_of(&self, one: &One) -> &Target {
        self.groups
            .get(one.group)
            .and_then(|group| group.targets.first())
            .or_else(|| self.targets.first())
            .expect("a request names a target")
    }

    /// Every deployment whose settings speak of Airflow, by its alternatives; where there is none,
    /// whatever was named together.
    pub(crate) fn each(&self) -> Vec<One> {
        let real = |group: &Group| {
            self.settings_of(group).any(|input| {
                speaks(input) && !is_sample(&input.path) && !self.unread.contains_key(&input.id)
            })
        };
        let wanted: Vec<usize> = (0..self.groups.len())
            .filter(|&index| real(&self.groups[index]))
            .collect();
        if wanted.is_empty() {
            return self.unconfigured().into_iter().collect();
        }
        let groups = wanted
            .into_iter()
            .map(|index| (index, &self.groups[index].deployment));
        groups
            .flat_map(|(group, deployment)| {
                deployment.choices.iter().map(move |choice| One {
                    group,
                    choice: choice.clone(),
                    stores: deployment.stores_of(choice),
                })
            })
            .collect()
    }

    /// Stores without any settings, and settings that set nothing.
    fn unconfigured(&self) -> Option<One> {
        let first = self.groups.first()?;
        let stores = self.groups.iter();
        let stores = stores.flat_map(|group| &group.deployment.stores);
        let settings = self.groups.iter();
        let settings = settings.filter_map(|group| group.deployment.choices.first());
        let choice = settings
            .filter(|choice| !choice.settings.is_empty())
            .max_by_key(|choice| choice.settings.len());
        Some(One {
            group: 0,
            choice: choice.unwrap_or(&first.deployment.choices[0]).clone(),
            stores: stores.copied().collect(),
        })
    }

    fn settings_of(&self, group: &Group) -> impl Iterator<Item = &Input> {
        let choices = group.deployment.choices.iter();
        let files = choices.flat_map(|choice| &choice.settings);
        files.filter_map(|file| self.input(*file))
    }

    fn files_of<'a>(&'a self, one: &'a One) -> impl Iterator<Item = &'a Input> {
        let files = one.choice.settings.iter().chain(&one.stores);
        files.filter_map(|file| self.input(*file))
    }

    fn is_called(&self, one: &One, wanted: &str) -> bool {
        if one.choice.name.as_deref() == Some(wanted) {
            return true;
        }
        if wanted.parse() == Ok(one.group + 1) || wanted == self.number(one) {
            return true;
        }
        let path = Path::new(wanted);
        let home = self.groups.get(one.group);
        let is_home = home.is_some_and(|group| {
            path.is_dir() && deployments::directory(&path.join("x")) == group.deployment.home
        });
        let is_file = |input: &Input| same(&input.path, path) || name_of(input) == wanted;
        is_home || self.files_of(one).any(is_file)
    }

    /// `2`, and of alternatives in one group `2.1`.
    fn number(&self, one: &One) -> String {
        let number = one.group + 1;
        let choices = self.groups.get(one.group);
        let choices = choices.map_or(&[][..], |group| &group.deployment.choices);
        match choices.iter().position(|choice| *choice == one.choice) {
            Some(place) if choices.len() > 1 => format!("{number}.{}", place + 1),
            _ => number.to_string(),
        }
    }

    /// `2: config/airflow.cfg + .env.prod + dump.json`, of alternatives `2.1: …`, and for a name of the settings file
    /// `2.1 prod: …`
    pub(crate) fn line(&self, one: &One) -> String {
        let names: Vec<String> = self.files_of(one).map(name_of).collect();
        let number = self.number(one);
        let names = names.join(" + ");
        match &one.choice.name {
            Some(name) => format!("{number} {}: {names}", escape_control(name)),
            None => format!("{number}: {names}"),
        }
    }
}

/// The path; of one of the parts of a file, with its number.
fn name_of(input: &Input) -> String {
    let path = display_path(&input.path);
    match &input.inside {
        Some(inside) if input.kind.is_settings() => format!("{path}#{}", inside.number),
        _ => path,
    }
}

/// The file is Airflow's: a `.env` of another program makes no deployment.
fn speaks(input: &Input) -> bool {
    input.kind == Kind::Cfg || !input.settings.is_empty() || !input.definitions.is_empty()
}
