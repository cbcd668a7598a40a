//! Which parts of compose files make one environment together: a service may be said in several files.
//!
//! As docker compose 2 puts them together: below a service what it extends, on top of it what the override file says of
//! the service of that name; a service that names no program is put on top of the one of the file that compose reads
//! by default. Which other files somebody names on the command line, no file says.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::{Path, PathBuf};

use super::{Location, location};
use crate::inputs::carrier::{Around, Service};
use crate::inputs::compose;
use crate::inputs::{Input, Kind, Tree};
use crate::source::FileId;

/// Files below files that are followed.
const DEEPEST: usize = 100;

/// Environments that several parts make.
#[derive(Debug, Default)]
pub(super) struct Layers {
    /// By the last part of each.
    by_last: BTreeMap<FileId, Vec<Stack>>,
    /// Every part of a service.
    parts: BTreeSet<FileId>,
}

/// The parts of one environment; of what is set twice the later one wins.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Stack {
    /// Those whose variables count.
    pub(super) parts: Vec<FileId>,
    /// Those whose env files are read before.
    pub(super) with_files: Vec<FileId>,
}

impl Layers {
    pub(super) fn of(inputs: &[&Input]) -> Self {
        let files: Vec<File<'_>> = inputs.iter().copied().filter_map(File::of).collect();
        if files.is_empty() {
            return Self::default();
        }
        let ids: BTreeSet<FileId> = inputs.iter().map(|input| input.id).collect();
        let mut layers = Self::default();
        let project = Project::of(files);
        let parts = project.files.iter().flat_map(|file| {
            let services = file.around.services.iter();
            services.filter_map(|service| file.part(service))
        });
        layers.parts = parts.collect();
        for mut stack in project.stacks() {
            stack.parts.retain(|part| ids.contains(part));
            stack.with_files.retain(|part| ids.contains(part));
            let Some(last) = stack.parts.last() else {
                continue;
            };
            let of = layers.by_last.entry(*last).or_default();
            if !of.contains(&stack) {
                of.push(stack);
            }
        }
        layers
    }

    /// The environments whose last part this is.
    pub(super) fn ending_in(&self, part: FileId) -> Vec<Stack> {
        let alone = || {
            vec![Stack {
                parts: vec![part],
                with_files: vec![part],
            }]
        };
        self.by_last.get(&part).cloned().unwrap_or_else(alone)
    }

    /// It is no environment, but a piece of one that ends in a part of another file.
    pub(super) fn is_below(&self, part: FileId) -> bool {
        self.parts.contains(&part) && !self.by_last.contains_key(&part)
    }
}

/// A compose file.
struct File<'a> {
    input: &'a Input,
    around: &'a Around,
    by_name: BTreeMap<&'a str, &'a Service>,
}

impl<'a> File<'a> {
    fn of(input: &'a Input) -> Option<Self> {
        let Tree::Carrier(around) = &input.tree else {
            return None;
        };
        let services = around.services.iter();
        let by_name = services
            .map(|service| (service.name.as_str(), service))
            .collect();
        (input.kind == Kind::Compose).then_some(Self {
            input,
            around,
            by_name,
        })
    }

    fn part(&self, service: &Service) -> Option<FileId> {
        let number = u32::try_from(service.part?).ok()?;
        Some(FileId(self.input.id.0 + number))
    }

    fn path(&self) -> &'a Path {
        &self.input.path
    }
}

struct Project<'a> {
    files: Vec<File<'a>>,
    by_location: HashMap<Location, usize>,
}

impl<'a> Project<'a> {
    fn of(files: Vec<File<'a>>) -> Self {
        let mut by_location = HashMap::new();
        for (number, file) in files.iter().enumerate() {
            by_location.entry(location(file.path())).or_insert(number);
        }
        Self { files, by_location }
    }

    fn find(&self, path: &Path) -> Option<&File<'a>> {
        let number = self.by_location.get(&location(path))?;
        self.files.get(*number)
    }

    fn exists(&self) -> impl Fn(&Path) -> bool {
        |path| self.find(path).is_some()
    }

    /// Files that another one takes in, and services that others build on.
    fn used(&self) -> (BTreeSet<&'a Path>, BTreeSet<(&'a Path, &'a str)>) {
        let mut included = BTreeSet::new();
        let mut built_on = BTreeSet::new();
        for file in &self.files {
            let paths = file.around.includes.iter().flatten();
            let found = paths.filter_map(|path| self.find(&file.input.beside(path)));
            included.extend(found.map(File::path));
            for (path, name) in file
                .around
                .services
                .iter()
                .filter_map(|one| one.base.as_ref())
            {
                let base = self.find(&file.input.beside(path));
                built_on.extend(base.map(|base| (base.path(), name.as_str())));
            }
        }
        (included, built_on)
    }

    fn stacks(&self) -> Vec<Stack> {
        let (included, built_on) = self.used();
        let mut stacks = Vec::new();
        for file in &self.files {
            let path = file.path();
            let is_over = compose::overridden_by(path, self.exists()).is_some();
            if is_over || included.contains(path) {
                continue;
            }
            let found = |path: Option<PathBuf>| path.and_then(|path| self.find(&path));
            let over = found(compose::override_of(path, self.exists()));
            let default = found(compose::default_beside(path, self.exists()));
            let is_default = default.is_some_and(|default| default.path() == path);
            let mut names: BTreeSet<&str> = BTreeSet::new();
            for service in &file.around.services {
                let name = service.name.as_str();
                names.insert(name);
                if !is_default && built_on.contains(&(path, name)) {
                    continue;
                }
                let mut stack = Stack::default();
                let below = default.filter(|_| service.is_partial && !is_default);
                self.push(below, name, &mut stack);
                self.push(Some(file), name, &mut stack);
                self.push(over, name, &mut stack);
                stacks.push(stack);
            }
            for list in &file.around.includes {
                let files = list.iter().map(|path| file.input.beside(path));
                let files: Vec<&File<'_>> = files.filter_map(|path| self.find(&path)).collect();
                let all = files.iter().flat_map(|file| file.by_name.keys().copied());
                for name in all.collect::<BTreeSet<&str>>() {
                    names.insert(name);
                    let mut stack = Stack::default();
                    for file in files.iter().copied().chain(over) {
                        self.push(Some(file), name, &mut stack);
                    }
                    stacks.push(stack);
                }
            }
            let only_over = over.into_iter().flat_map(|over| over.by_name.keys());
            for name in only_over.filter(|name| !names.contains(**name)) {
                let mut stack = Stack::default();
                self.push(over, name, &mut stack);
                stacks.push(stack);
            }
        }
        stacks
    }

    /// Puts on top what the file says of the service.
    fn push(&self, file: Option<&File<'a>>, name: &str, stack: &mut Stack) {
        let service = file.and_then(|file| file.by_name.get(name));
        if service.is_some_and(|service| service.is_alone) {
            stack.parts.clear();
        }
        let whole = self.whole(file, name, 0);
        stack.put(&whole.parts, &whole.with_files);
    }

    /// The service with what it builds on.
    fn whole(&self, file: Option<&File<'a>>, name: &str, depth: usize) -> Stack {
        let service = file.and_then(|file| Some((file, *file.by_name.get(name)?)));
        let Some((file, service)) = service.filter(|_| depth < DEEPEST) else {
            return Stack::default();
        };
        let base = service.base.as_ref();
        let mut whole = base.map_or_else(Stack::default, |(path, base)| {
            self.whole(self.find(&file.input.beside(path)), base, depth + 1)
        });
        if service.is_apart {
            whole.parts.clear();
        }
        let own: Vec<FileId> = file.part(service).into_iter().collect();
        whole.put(&own, &own);
        whole
    }
}

impl Stack {
    fn put(&mut self, parts: &[FileId], with_files: &[FileId]) {
        for (list, more) in [(&mut self.parts, parts), (&mut self.with_files, with_files)] {
            for part in more {
                list.retain(|one| one != part);
                list.push(*part);
            }
        }
    }
}

#[cfg(test)]
mod tests;
