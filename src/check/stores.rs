//! Streams each store once, with the entry rules running inside the stream.
//!
//! Nothing of a store stays in memory but what the findings need: positions, found while the
//! window holds them, and for streams that cannot be read again a masked piece of the line.

use super::Run;
use super::behind;
use super::hidden::Hidden;
use super::judge::Judge;
use crate::airflow::Target;
use crate::load::guard::guard;
use crate::load::{Loaded, View};
use crate::resolve::Gather;
use crate::workspace::Content;

impl<'a> Run<'a> {
    /// Reads the stores. `contents` go by the numbers of their files.
    /// What is wanted of them is gathered on the way, by group.
    pub(super) fn stream_stores(
        &mut self,
        views: &[View<'a>],
        contents: Vec<Option<Content>>,
        gathers: &mut [Gather<'_>],
    ) {
        let loaded: &'a Loaded = self.loaded;
        for (input, content) in loaded.inputs.iter().zip(contents) {
            let Some(mut content) = content else {
                continue;
            };
            let again = content.again();
            if loaded.is_context(input.id) {
                continue;
            }
            let group = loaded.group_of(input.id);
            let of_group: Vec<&View<'a>> = views
                .iter()
                .filter(|view| Some(view.group) == group && loaded.asks(view, input.id))
                .collect();
            let targets: &'a [Target] = loaded.targets_of(input.id);
            let committed = self.committed.contains(&input.id);
            let streamed = guard(&input.path, || {
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
                if let Some(group) = group {
                    judge.gather = Some(&mut gathers[group]).filter(|one| one.wants(input));
                    judge.unused = self.unused[group].as_ref();
                }
                let mut streamed = judge.stream(content);
                behind::settle(&mut streamed.findings, input, again);
                streamed
            });
            match streamed {
                Ok(streamed) => {
                    self.findings.extend(streamed.findings);
                    self.failures.extend(streamed.failures);
                    self.visible.extend(streamed.visible);
                }
                Err(failure) => self.failures.push(failure),
            }
        }
    }
}
