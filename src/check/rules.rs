//! Runs the rules over settings: every target, deployment and choice.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::visible::Seen;
use super::wanted::{self, Process, Unused, Wants};
use super::{Run, filled, merge, wiring};
use crate::airflow::connection::{self, Format, Reader};
use crate::airflow::{Runtime, Target};
use crate::inputs::local::LocalTree;
use crate::inputs::{Definition, EntryKind, Input, Kind, Notation, Tree};
use crate::load::guard::guard;
use crate::load::parallel::in_parallel;
use crate::load::{Group, Loaded, View, of_group};
use crate::report::{Failure, Finding, Findings, Selection};
use crate::resolve::Gather;
use crate::rules::{
    self, Carrier, Check, DeploymentContext, DeploymentFiles, EntryContext, Facts, FileContext,
    ProjectContext, StoreContext, UnusedCount, WantedContext,
};
use crate::source::{FileId, LazyText, Place};
use crate::workspace::{Choice, Content};

/// What rules found, and what could not be done.
pub(super) type Found = (Vec<Finding>, Vec<Failure>);

/// Definitions of one input that are judged by one thread at a time.
const AT_ONCE: usize = 512;

/// What came of judging some definitions.
#[derive(Default)]
struct Judged {
    found: Found,
    /// All that was read and of which nothing is shown.
    hidden: Seen,
    /// The rest.
    shown: Vec<Seen>,
}

impl Judged {
    fn add(&mut self, (findings, failures): Found, seen: Seen) {
        self.found.0.extend(findings);
        self.found.1.extend(failures);
        if seen.shown.is_empty() {
            self.hidden.read.extend(seen.read);
        } else {
            self.shown.push(seen);
        }
    }
}

impl<'a> Run<'a> {
    /// All checks. `contents` are the stores, by file number.
    pub(super) fn everything(&mut self, contents: Vec<Option<Content>>, wants: &[Wants<'a>]) {
        let loaded: &'a Loaded = self.loaded;
        let views = loaded.views(&mut self.failures);
        for view in &views {
            self.visible.extend(wiring::visible_settings(view));
        }
        self.file_checks(&views);
        self.deployment_checks(&views);
        self.project_checks();
        self.definition_checks();
        let processes = wanted::processes(loaded, &views, wants);
        let customs: Vec<_> = processes.iter().map(Process::customs).collect();
        let plans = processes.iter().zip(&customs);
        let plans: Vec<_> = plans
            .map(|(process, customs)| process.plan(loaded, wants, customs))
            .collect();
        let askers = wanted::askers(loaded, &processes, &plans);
        let mut gathers: Vec<Gather<'_>> =
            askers.iter().map(|askers| Gather::new(askers)).collect();
        self.stream_stores(&views, contents, &mut gathers);
        self.wanted_checks(wants, &processes, &plans, &gathers);
    }

    fn file_checks(&mut self, views: &[View<'a>]) {
        let inputs: Vec<&'a Input> = self.told().collect();
        let all = in_parallel(self.jobs, &inputs, |input| self.file_check(views, input));
        for found in all.into_iter().flatten() {
            self.take(found);
        }
    }

    /// By target.
    pub(super) fn file_check(&self, views: &[View<'a>], input: &Input) -> Vec<Found> {
        let loaded: &'a Loaded = self.loaded;
        let group = loaded.group_of(input.id);
        let together = group.map_or_else(
            || self.beside(input),
            |group| loaded.groups[group].deployment.files(),
        );
        let together = loaded.of(&together);
        let of_target = |target: &Target| {
            let has_backend = of_group(views, group).iter().any(|view| {
                std::ptr::eq(view.target, target) && view.secrets.backends().next().is_some()
            });
            let context = FileContext {
                input,
                target,
                has_backend,
                deployment_inputs: &together,
                unused: unused_in(input, group.and_then(|group| self.unused[group].as_ref())),
                readers: self.readers.get(&input.id).map_or(&[], Vec::as_slice),
                unread_beside: self.unread_beside(input),
            };
            run_checks(&input.path, target, &self.checks.file, |check, findings| {
                check(&context, findings);
            })
        };
        loaded.targets_of(input.id).iter().map(of_target).collect()
    }

    /// A file of no deployment. A `.env` is compose's own all the same, for the `${…}` in the compose files beside it.
    fn beside(&self, input: &Input) -> Vec<FileId> {
        if input.kind != Kind::Env || input.inside.is_some() {
            return vec![input.id];
        }
        let is_beside = |other: &&Input| {
            other.kind == Kind::Compose && other.path.parent() == input.path.parent()
        };
        let compose = self.loaded.inputs.iter().filter(is_beside);
        let compose = compose.map(|other| other.id);
        std::iter::once(input.id).chain(compose).collect()
    }

    /// The compose file that could hand on what the env file sets, and does not.
    fn unread_beside(&self, input: &Input) -> Option<&'a Input> {
        let loaded: &'a Loaded = self.loaded;
        let by = loaded.unread.get(&input.id)?;
        loaded.input(*by)
    }

    fn deployment_checks(&mut self, views: &[View<'a>]) {
        let groups: Vec<usize> = (0..self.loaded.groups.len()).collect();
        let all = in_parallel(self.jobs, &groups, |group| {
            self.deployment_check(*group, of_group(views, Some(*group)))
        });
        for found in all {
            self.take(found);
        }
    }

    /// `views`: those of the deployment.
    fn deployment_check(&self, group: usize, views: &[View<'a>]) -> Found {
        let loaded: &'a Loaded = self.loaded;
        let Group {
            deployment,
            pins,
            targets,
            ..
        } = &loaded.groups[group];
        let home = loaded.home(deployment);
        let names = deployment.choices.iter().map(|one| one.name.as_deref());
        let names: BTreeSet<Option<&str>> = names.collect();
        let possible: BTreeMap<Option<&str>, Vec<&Input>> = names
            .into_iter()
            .map(|name| (name, loaded.of(&deployment.possible(name))))
            .collect();
        let (mut all, mut all_failures) = (Vec::new(), Vec::new());
        for target in targets {
            let mut results = Vec::new();
            let of_this = views.iter();
            let of_this = of_this.filter(|view| std::ptr::eq(view.target, target));
            for view in of_this {
                let choice = &deployment.choices[view.choice];
                let mut files = choice.settings.clone();
                files.extend(deployment.stores_of(choice));
                let inputs = loaded.of(&files);
                let context = DeploymentContext {
                    target,
                    inputs: &inputs,
                    all_inputs: &possible[&choice.name.as_deref()],
                    settings: &view.settings,
                    secrets: &view.secrets,
                    aws_profiles: self.profiles,
                    committed: self.committed,
                    pins,
                    settings_file: &loaded.settings_file,
                };
                let (found, failures) =
                    run_checks(home, target, &self.checks.deployment, |check, findings| {
                        check(&context, findings);
                    });
                all_failures.extend(failures);
                results.push((view.choice, found));
            }
            let merged = merge::over_choices(&deployment.choices, results, &loaded.inputs);
            all.extend(merged);
        }
        (all, all_failures)
    }

    /// All deployments beside each other.
    fn project_checks(&mut self) {
        let loaded: &'a Loaded = self.loaded;
        let targets = loaded.all_targets();
        let (Some(target), false) = (targets.first(), self.checks.project.is_empty()) else {
            return;
        };
        let deployments: Vec<DeploymentFiles<'_>> = loaded
            .groups
            .iter()
            .flat_map(|group| files_of(loaded, group))
            .collect();
        let context = ProjectContext {
            deployments: &deployments,
        };
        let home = loaded.groups.first();
        let home = home.map_or(Path::new("."), |group| loaded.home(&group.deployment));
        let (mut found, failures) =
            run_checks(home, target, &self.checks.project, |check, findings| {
                check(&context, findings);
            });
        for finding in &mut found {
            finding.targets = targets.iter().map(|target| target.airflow).collect();
        }
        self.take((found, failures));
    }

    /// `AIRFLOW_CONN_*`, `AIRFLOW_VAR_*` and the entries of local files: values of their own, whatever else is configured.
    fn definition_checks(&mut self) {
        let loaded: &'a Loaded = self.loaded;
        let chunks = self.told().flat_map(|input| {
            let chunks = input.definitions.chunks(AT_ONCE);
            chunks.map(move |definitions| (input, definitions))
        });
        let chunks: Vec<(&'a Input, &'a [Definition])> = chunks.collect();
        let all = in_parallel(self.jobs, &chunks, |(input, definitions)| {
            let is_sample = crate::inputs::is_sample(&input.path);
            let targets = loaded.targets_of(input.id);
            let mut judged = Judged::default();
            for definition in *definitions {
                for target in targets {
                    match self.definition(input, is_sample, definition, target) {
                        Ok((found, seen)) => judged.add(found, seen),
                        Err(failure) => judged.found.1.push(failure),
                    }
                }
            }
            judged
        });
        for judged in all {
            self.take(judged.found);
            self.visible.push(judged.hidden);
            self.visible.extend(judged.shown);
        }
    }

    pub(super) fn definition(
        &self,
        input: &Input,
        is_sample: bool,
        definition: &Definition,
        target: &Target,
    ) -> Result<(Found, Seen), Failure> {
        guard(&input.path, || {
            let format = Format::of(definition);
            let command;
            let target = match definition.notation {
                Notation::Added(_) => {
                    // The command line is no task.
                    command = Target {
                        runtime: Runtime::Server,
                        ..target.clone()
                    };
                    &command
                }
                _ => target,
            };
            let readings = if definition.kind == EntryKind::Connection {
                readings(&definition.value, target, &format)
            } else {
                Vec::new()
            };
            let own = &self.loaded.settings_file.conn_types;
            let visible = wiring::visible_readings(&readings, &definition.value, input.id, own);
            let is_env = definition.notation == Notation::Env;
            // A number or a list of a variables file is no text to judge.
            let is_value = definition.notation == Notation::LocalValue
                && definition.kind == EntryKind::Variable;
            // In an environment variable's name the id is in upper case.
            let name = input
                .bytes
                .get(definition.name.start..definition.name.end)
                .filter(|_| is_env)
                .map_or(
                    Cow::Borrowed(definition.id.as_str()),
                    String::from_utf8_lossy,
                );
            // Where the file hides it, it may be the end of the value above: a digest would tell it too.
            let is_torn = matches!(&input.tree, Tree::Local(LocalTree::Env(_)))
                && !input.mask.shows(definition.name);
            let name = if is_torn { Cow::Borrowed("?") } else { name };
            let facts = Facts::default();
            let run = |value: &LazyText<'_>, readings: &[(Runtime, connection::Reading)]| {
                let context = EntryContext {
                    target,
                    carrier: Carrier::of(definition.notation),
                    kind: Some(definition.kind),
                    id: Cow::Borrowed(&definition.id),
                    name: name.clone(),
                    name_place: Place::new(input.id, definition.name),
                    value: Some(value).filter(|_| !is_value),
                    value_place: Some(Place::new(input.id, definition.value.source())),
                    decoded_object: false,
                    is_quiet: false,
                    facts: &facts,
                    naming: None,
                    near_miss: false,
                    coverage: None,
                    earlier: None,
                    hides: &[],
                    backend: None,
                    format: &format,
                    is_sample,
                    settings_file: &self.loaded.settings_file,
                    readings,
                };
                run_checks(
                    &input.path,
                    target,
                    &self.checks.connection,
                    |check, findings| {
                        check(&context, findings);
                    },
                )
            };
            let mut found = run(&(&definition.value).into(), &readings);
            if definition.kind == EntryKind::Connection && !definition.value.is_known() {
                let more = filled::certain(&definition.value, &found.0, |filled| {
                    run(&filled.into(), &self::readings(filled, target, &format)).0
                });
                found.0.extend(more);
            }
            (found, visible)
        })
    }

    /// The files of which something is told.
    /// DAGs are no configuration: what they ask for is looked up with the rest.
    fn told(&self) -> impl Iterator<Item = &'a Input> + use<'a> {
        let loaded: &'a Loaded = self.loaded;
        let inputs = loaded.inputs.iter();
        inputs.filter(|input| input.kind != Kind::Dag && !loaded.is_context(input.id))
    }

    pub(super) fn take(&mut self, (found, failures): Found) {
        self.findings.extend(found);
        self.failures.extend(failures);
    }
}

/// A group as rules see it beside others: each deployment that the settings file names by itself, and
/// what is left together.
fn files_of<'a>(loaded: &'a Loaded, group: &'a Group) -> Vec<DeploymentFiles<'a>> {
    let deployment = &group.deployment;
    let names: BTreeSet<Option<&str>> = deployment
        .choices
        .iter()
        .map(|choice| choice.name.as_deref())
        .collect();
    names
        .into_iter()
        .map(|name| {
            let choices = deployment.choices.iter();
            let choices: Vec<&Choice> = choices
                .filter(|choice| choice.name.as_deref() == name)
                .collect();
            let all = |files: &dyn Fn(&Choice) -> Vec<FileId>| -> Vec<&'a Input> {
                let files: BTreeSet<FileId> =
                    choices.iter().flat_map(|choice| files(choice)).collect();
                loaded.of(&files.into_iter().collect::<Vec<_>>())
            };
            DeploymentFiles {
                name,
                home: &deployment.home,
                settings: all(&|choice| choice.settings.clone()),
                stores: all(&|choice| deployment.stores_of(choice)),
                merged: choices.len() == 1,
            }
        })
        .collect()
}

/// What of the definitions of a file no DAG asks for.
fn unused_in(input: &Input, unused: Option<&Unused<'_>>) -> Option<UnusedCount> {
    let unused = unused?;
    let mut count = UnusedCount::default();
    for definition in &input.definitions {
        let is_env = definition.notation == Notation::Env;
        count.add(
            definition.kind,
            unused.is_unused(definition.kind, &definition.id, is_env),
        );
    }
    Some(count)
}

/// What each process of the target makes of a connection.
pub(super) fn readings(
    value: &crate::source::Text,
    target: &Target,
    format: &Format,
) -> Vec<(crate::airflow::Runtime, connection::Reading)> {
    let runtimes = target.runtime.each().iter();
    runtimes
        .map(|&runtime| {
            let reader = Reader {
                airflow: target.airflow,
                runtime,
                python: target.python,
            };
            (runtime, connection::read(value, &reader, format))
        })
        .collect()
}

/// The checks of the wanted rules, by reach and in the order of the codes.
pub(crate) struct Checks {
    pub(crate) file: Vec<fn(&FileContext<'_>, &mut Findings)>,
    pub(super) entry: Vec<fn(&EntryContext<'_>, &mut Findings)>,
    /// Those of `entry`, and those of connections that were read.
    pub(crate) connection: Vec<fn(&EntryContext<'_>, &mut Findings)>,
    pub(super) store: Vec<fn(&StoreContext<'_>, &mut Findings)>,
    pub(super) deployment: Vec<fn(&DeploymentContext<'_>, &mut Findings)>,
    pub(super) project: Vec<fn(&ProjectContext<'_>, &mut Findings)>,
    pub(super) wanted: Vec<fn(&WantedContext<'_>, &mut Findings)>,
}

impl Checks {
    /// Rules that nobody wants to hear of cost nothing.
    pub(crate) fn wanted(selection: &Selection) -> Self {
        let mut checks = Self {
            file: Vec::new(),
            entry: Vec::new(),
            connection: Vec::new(),
            store: Vec::new(),
            deployment: Vec::new(),
            project: Vec::new(),
            wanted: Vec::new(),
        };
        let rules = rules::ALL.iter().filter(|rule| selection.wants(rule));
        for check in rules.flat_map(|rule| rule.checks) {
            match check {
                Check::File(check) => checks.file.push(*check),
                Check::Entry(check) => {
                    checks.entry.push(*check);
                    checks.connection.push(*check);
                }
                Check::Connection(check) => checks.connection.push(*check),
                Check::Store(check) => checks.store.push(*check),
                Check::Deployment(check) => checks.deployment.push(*check),
                Check::Project(check) => checks.project.push(*check),
                Check::Report => {}
                Check::Wanted(check) => checks.wanted.push(*check),
            }
        }
        checks
    }
}

/// Runs every one of `checks` through `run`. A rule with a bug is a failure of `path`; what the
/// other rules found stays.
pub(crate) fn run_checks<C: Copy>(
    path: &Path,
    target: &Target,
    checks: &[C],
    run: impl Fn(C, &mut Findings),
) -> (Vec<Finding>, Vec<Failure>) {
    let mut failures = Vec::new();
    // All behind one guard; only where that fails it matters which one it was.
    let together = guard(path, || {
        let mut findings = Findings::new();
        for check in checks {
            run(*check, &mut findings);
        }
        findings.into_vec()
    });
    let mut found = together.unwrap_or_else(|_| {
        let mut found = Vec::new();
        for check in checks {
            let alone = guard(path, || {
                let mut findings = Findings::new();
                run(*check, &mut findings);
                findings.into_vec()
            });
            match alone {
                Ok(findings) => found.extend(findings),
                Err(failure) => failures.push(failure),
            }
        }
        found
    });
    for finding in &mut found {
        if finding.targets.is_empty() {
            finding.targets = vec![target.airflow];
        }
    }
    (found, failures)
}

/// What the rules say of the settings of one deployment: of each file, and of all together.
pub(crate) fn settings_findings(
    loaded: &Loaded,
    choice: &Choice,
    stores: &[FileId],
    view: &View<'_>,
    target: &Target,
    checks: &Checks,
) -> Vec<Finding> {
    let mut files = choice.settings.clone();
    files.extend(stores);
    let inputs = loaded.of(&files);
    let mut all = Vec::new();
    for input in loaded.of(&choice.settings) {
        let context = FileContext {
            input,
            target,
            has_backend: view.secrets.backends().next().is_some(),
            deployment_inputs: &inputs,
            unused: None,
            readers: &[],
            unread_beside: None,
        };
        let (found, _) = run_checks(&input.path, target, &checks.file, |check, findings| {
            check(&context, findings);
        });
        all.extend(found);
    }
    let committed = BTreeSet::new();
    let context = DeploymentContext {
        target,
        inputs: &inputs,
        all_inputs: &inputs,
        settings: &view.settings,
        secrets: &view.secrets,
        aws_profiles: None,
        committed: &committed,
        pins: &[],
        settings_file: &loaded.settings_file,
    };
    let home = inputs
        .first()
        .map_or(Path::new("."), |input| input.path.as_path());
    let (found, _) = run_checks(home, target, &checks.deployment, |check, findings| {
        check(&context, findings);
    });
    all.extend(found);
    all
}
