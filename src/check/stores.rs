//! Streams each store once, with the entry rules running inside the stream.
//!
//! Nothing of a store stays in memory but what the findings need: positions, found while the
//! window holds them, and for streams that cannot be read again a masked piece of the line.

use std::sync::{Mutex, PoisonError};

use super::Run;
use super::behind;
use super::hidden::Hidden;
use super::judge::{Judge, Streamed};
use crate::airflow::Target;
use crate::inputs::Input;
use crate::load::guard::guard;
use crate::load::parallel::in_parallel;
use crate::load::{Loaded, View, of_group};
use crate::report::Failure;
use crate::resolve::Gather;
use crate::workspace::Content;

/// The stores of one deployment, or one store that belongs to none.
struct Stores<'a, 'r, 'q> {
    group: Option<usize>,
    /// What is wanted of them.
    gather: Option<&'r mut Gather<'q>>,
    inputs: Vec<(&'a Input, Content)>,
}

impl<'a> Run<'a> {
    /// Reads the stores. `contents` go by the numbers of their files.
    /// What is wanted of them is gathered on the way, by group.
    pub(super) fn stream_stores(
        &mut self,
        views: &[View<'a>],
        contents: Vec<Option<Content>>,
        gathers: &mut [Gather<'_>],
    ) {
        let mut groups: Vec<Stores<'a, '_, '_>> = gathers
            .iter_mut()
            .enumerate()
            .map(|(group, gather)| Stores {
                group: Some(group),
                gather: Some(gather),
                inputs: Vec::new(),
            })
            .collect();
        let loaded: &'a Loaded = self.loaded;
        for (input, content) in loaded.inputs.iter().zip(contents) {
            let Some(content) = content.filter(|_| !loaded.is_context(input.id)) else {
                continue;
            };
            let inputs = vec![(input, content)];
            match loaded.group_of(input.id) {
                Some(group) => groups[group].inputs.extend(inputs),
                group @ None => groups.push(Stores {
                    group,
                    gather: None,
                    inputs,
                }),
            }
        }
        groups.retain(|one| !one.inputs.is_empty());
        // Large ones have two threads of their own, and memory is not taken for several of them.
        let is_small = |one: &Stores<'_, '_, '_>| {
            let mut contents = one.inputs.iter().map(|(_, content)| content);
            contents.all(Content::is_whole)
        };
        let (small, large): (Vec<_>, Vec<_>) = groups.into_iter().partition(is_small);
        let small: Vec<_> = small.into_iter().map(|one| Mutex::new(Some(one))).collect();
        let all = in_parallel(self.jobs, &small, |one| {
            let one = one.lock().unwrap_or_else(PoisonError::into_inner).take();
            one.map(|one| self.stream(views, one)).unwrap_or_default()
        });
        let mut all: Vec<_> = all.into_iter().flatten().collect();
        for one in large {
            all.extend(self.stream(views, one));
        }
        for streamed in all {
            match streamed {
                Ok(streamed) => {
                    self.findings.extend(streamed.findings);
                    self.failures.extend(streamed.failures);
                    self.visible.extend(streamed.visible);
                    self.is_unclear |= streamed.is_unclear;
                }
                Err(failure) => self.failures.push(failure),
            }
        }
    }

    fn stream(&self, views: &[View<'a>], of: Stores<'a, '_, '_>) -> Vec<Result<Streamed, Failure>> {
        let Stores {
            group,
            mut gather,
            inputs,
        } = of;
        let loaded: &'a Loaded = self.loaded;
        let streamed = inputs.into_iter().map(|(input, mut content)| {
            let again = content.again();
            let of_group: Vec<&View<'a>> = of_group(views, group)
                .iter()
                .filter(|view| loaded.asks(view, input.id))
                .collect();
            let targets: &'a [Target] = loaded.targets_of(input.id);
            let committed = self.committed.contains(&input.id);
            guard(&input.path, || {
                if input.kind.is_local() {
                    return self.stream_local(views, input, content);
                }
                let hidden = targets.iter();
                let hidden = hidden.map(|target| Hidden::of(loaded, group, &of_group, target));
                let hidden = hidden.collect();
                let mut judge = Judge::new(
                    input,
                    &of_group,
                    targets,
                    self.checks,
                    hidden,
                    committed,
                    &loaded.settings_file,
                );
                judge.gather = gather.as_deref_mut().filter(|one| one.wants(input));
                judge.unused = group.and_then(|group| self.unused[group].as_ref());
                let mut streamed = judge.stream(content);
                behind::settle(&mut streamed.findings, input, again);
                streamed
            })
        });
        streamed.collect()
    }
}
