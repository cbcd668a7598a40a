//! Reading and judging an export at the same time, each on its own core.
//!
//! One thread reads, checks the encoding and cuts the text into batches; the other judges them, in
//! order. What can be done for each entry by itself is done by the one that is ahead. A few batches are
//! under way at most, and their memory goes round. What comes out does not depend on which of the two
//! is faster.

use std::io::Read;
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{channel, sync_channel};

use super::guard::guard;
use crate::inputs::Input;
use crate::inputs::store::{Batch, ProblemKind, StoreReader, Summary};
use crate::report::Failure;

/// Batches that wait to be judged.
const AHEAD: usize = 8;

/// Hands every batch to `judge`, with what `prepare` makes of it, and returns what is left at the end.
/// Where `judge` breaks off, reading ends.
/// `apart` reads on a thread of its own: worth it for what does not fit into one window.
///
/// A panic while reading is the failure; what was read before it has been judged.
pub fn run<R: Read + Send, P: Send>(
    reader: StoreReader<R>,
    path: &Path,
    apart: bool,
    prepare: impl Fn(&Batch) -> P + Send + Copy,
    mut judge: impl FnMut(&Batch, &P) -> ControlFlow<()>,
) -> Result<Summary, Failure> {
    if !apart {
        return guard(path, || here(reader, prepare, judge));
    }
    let (give, take) = channel::<StoreReader<R>>();
    let (full, batches) = sync_channel::<(Batch, Option<P>)>(AHEAD);
    // Whoever is ahead of the other prepares.
    let waiting = AtomicUsize::new(0);
    let waiting = &waiting;
    let (used, spares) = channel::<Batch>();
    std::thread::scope(|scope| {
        let reading = move || {
            guard(path, || {
                let mut reader = take.recv().ok()?;
                while let Some(batch) = reader.next_batch(spares.try_recv().ok()) {
                    let ahead = waiting.load(Ordering::Relaxed) > 0;
                    let prepared = ahead.then(|| prepare(&batch));
                    waiting.fetch_add(1, Ordering::Relaxed);
                    // Nobody judges any more.
                    if full.send((batch, prepared)).is_err() {
                        break;
                    }
                }
                Some(reader.finish())
            })
        };
        let builder = std::thread::Builder::new().name("reader".to_owned());
        let Ok(thread) = builder.spawn_scoped(scope, reading) else {
            // No thread is to be had: then one after the other.
            return guard(path, || here(reader, prepare, judge));
        };
        // The thread waits for it and nothing else.
        let _ = give.send(reader);
        drop(give);
        for (batch, prepared) in batches {
            waiting.fetch_sub(1, Ordering::Relaxed);
            let prepared = prepared.unwrap_or_else(|| prepare(&batch));
            if judge(&batch, &prepared).is_break() {
                break;
            }
            // At the end nobody wants the memory back.
            let _ = used.send(batch);
        }
        match thread.join() {
            Ok(read) => read.map(Option::unwrap_or_default),
            Err(payload) => {
                std::mem::forget(payload);
                guard(path, || unreachable!("the guard of the thread catches"))
            }
        }
    })
}

/// The part of a store that could not be read for a reason that is not its own.
pub fn failure(summary: &Summary, input: &Input) -> Option<Failure> {
    let problem = summary.problem.as_ref()?;
    let message = match problem.kind {
        ProblemKind::Io(kind) => format!("cannot be read to its end: {kind}"),
        ProblemKind::TooLarge => {
            let line = problem.spot.0.line;
            format!("line {line}: an entry is larger than any store allows; not read further")
        }
        ProblemKind::Json(_) | ProblemKind::NotUtf8 => return None,
    };
    Some(Failure {
        path: Some(input.path.clone()),
        message,
    })
}

fn here<R: Read, P>(
    mut reader: StoreReader<R>,
    prepare: impl Fn(&Batch) -> P,
    mut judge: impl FnMut(&Batch, &P) -> ControlFlow<()>,
) -> Summary {
    let mut spare = None;
    while let Some(batch) = reader.next_batch(spare.take()) {
        if judge(&batch, &prepare(&batch)).is_break() {
            break;
        }
        spare = Some(batch);
    }
    reader.finish()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inputs::Kind;
    use crate::syntax::json::stream::{ProblemKind, Stream};

    fn export(count: usize) -> String {
        let items: Vec<String> = (0..count)
            .map(|n| format!("{{\"Name\": \"/a/{n}\", \"Value\": \"v{n}\"}}"))
            .collect();
        format!("{{\"Parameters\": [{}]}}", items.join(",\n"))
    }

    /// Fails after its bytes, in its own way.
    struct Then<'a>(&'a [u8], fn() -> std::io::Result<usize>);

    impl Read for Then<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
            if self.0.is_empty() {
                return self.1();
            }
            self.0.read(buffer)
        }
    }

    fn names(
        bytes: &[u8],
        end: fn() -> std::io::Result<usize>,
        apart: bool,
    ) -> (Vec<String>, Result<Summary, Failure>) {
        let stream = Stream::with_window(Then(bytes, end), 4096, 1 << 20);
        let reader = StoreReader::over(stream, Kind::Ssm);
        let mut names = Vec::new();
        let path = Path::new("dump.json");
        let summary = run(
            reader,
            path,
            apart,
            |_| (),
            |batch, ()| {
                names.extend(batch.entries().map(|entry| entry.name().into_owned()));
                ControlFlow::Continue(())
            },
        );
        (names, summary)
    }

    #[test]
    fn both_ways_give_the_same() {
        let text = export(5_000);
        let (one, summary) = names(text.as_bytes(), || Ok(0), false);
        assert_eq!((one.len(), one[4_999].as_str()), (5_000, "/a/4999"));
        assert_eq!(summary.as_ref().map(|summary| summary.entries), Ok(5_000));
        assert_eq!(names(text.as_bytes(), || Ok(0), true), (one, summary));
    }

    #[test]
    fn what_was_read_before_the_end_is_kept() {
        let text = export(5_000);
        let half = &text.as_bytes()[..text.len() / 2];
        let broken = || Err(std::io::ErrorKind::ConnectionReset.into());
        for apart in [false, true] {
            let (seen, summary) = names(half, broken, apart);
            assert!(seen.len() > 2_000);
            let problem = summary.unwrap().problem.unwrap();
            assert!(matches!(problem.kind, ProblemKind::Io(_)));
            let (seen, summary) = names(half, || panic!("S3CRET"), apart);
            assert!(seen.len() > 2_000);
            assert!(!summary.unwrap_err().message.contains("S3CRET"));
        }
    }

    #[test]
    fn a_judge_that_fails_ends_the_reading() {
        let text = export(20_000);
        let judged = guard(Path::new("dump.json"), || {
            let stream = Stream::with_window(text.as_bytes(), 4096, 1 << 20);
            let reader = StoreReader::over(stream, Kind::Ssm);
            run(
                reader,
                Path::new("dump.json"),
                true,
                |_| (),
                |_, ()| panic!("S3CRET"),
            )
        });
        assert!(judged.is_err());
    }
}
