//! The second half of a long list of resources, read by a second thread while the first one reads up to it.
//!
//! Where the half begins is a guess: at a text that begins like the first resource of the list. If reading from the
//! start of the file comes to exactly that place in that list, the guess was right, since what follows does not depend
//! on what came before; otherwise what the second thread has read is dropped. What comes out is the same in both cases.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{Scope, ScopedJoinHandle};

use memchr::memmem;

use super::walk::{How, Resource, View, resource};
use crate::syntax::json::held::Held;
use crate::syntax::json::scan::Scanner;

/// What is left of a file that is worth a thread, in bytes.
pub(super) const WORTH_A_THREAD: usize = 4 << 20;
/// How far a place to begin at is looked for, in bytes.
const NEAR: usize = 1 << 20;
/// Guesses in one file: one with many small lists gets none right.
const GUESSES: usize = 4;

/// The second thread.
pub(super) struct Second<'s, 't> {
    scope: &'s Scope<'s, 't>,
    view: View<'t>,
    running: Option<Running<'s, 't>>,
    guesses: usize,
    /// What is left of a file that is worth it, in bytes.
    worth: usize,
}

struct Running<'s, 't> {
    /// Where it began.
    start: usize,
    stop: Arc<AtomicBool>,
    thread: ScopedJoinHandle<'s, Read<'t>>,
}

/// What it has read.
pub(super) struct Read<'t> {
    /// In the order of the file.
    pub(super) resources: Vec<Resource<'t>>,
    /// Behind the last element that is sound.
    pub(super) end: usize,
}

impl<'s, 't> Second<'s, 't> {
    /// Not at work yet. `worth`: [`WORTH_A_THREAD`], in tests less.
    pub(super) fn new(scope: &'s Scope<'s, 't>, view: View<'t>, worth: usize) -> Self {
        Self {
            scope,
            view,
            running: None,
            guesses: GUESSES,
            worth,
        }
    }

    /// A list begins, whose first element is at `at` and lies `depth` levels deep.
    pub(super) fn start(&mut self, at: usize, how: How, depth: usize) {
        let view = self.view;
        let text = view.text;
        if text.len() - at < self.worth || self.guesses == 0 {
            return;
        }
        let Some(start) = guess(text, at) else {
            return;
        };
        self.guesses -= 1;
        let stop = Arc::new(AtomicBool::new(false));
        let told = Arc::clone(&stop);
        let builder = std::thread::Builder::new().name("second".to_owned());
        let thread = builder.spawn_scoped(self.scope, move || read(view, start, how, depth, &told));
        // Where no thread is to be had, the first one reads on.
        self.running = thread.ok().map(|thread| Running {
            start,
            stop,
            thread,
        });
    }

    /// What was read from `at` on, where the next element begins.
    pub(super) fn from(&mut self, at: usize) -> Option<Read<'t>> {
        let running = self.running.take_if(|running| running.start == at)?;
        match running.thread.join() {
            Ok(read) => Some(read).filter(|read| read.end > at),
            Err(payload) => {
                // It may hold a value. Whoever reads on comes to the same place.
                std::mem::forget(payload);
                None
            }
        }
    }

    /// The list has ended.
    pub(super) fn stop(&mut self) {
        if let Some(running) = self.running.take() {
            running.stop.store(true, Ordering::Relaxed);
        }
    }
}

impl Drop for Second<'_, '_> {
    fn drop(&mut self) {
        self.stop();
    }
}

/// About in the middle of what is left, where an element of the list whose first one is at `at` seems to begin.
fn guess(text: &str, at: usize) -> Option<usize> {
    let mut first = Held::at(text, at);
    if first.peek() != Some(b'{') {
        return None;
    }
    first.bump();
    first.peek();
    first.key().ok()?;
    let beginning = text.get(at..first.offset())?;
    let middle = text.ceil_char_boundary(at + (text.len() - at) / 2);
    let near = text.get(middle..text.floor_char_boundary(middle + NEAR))?;
    let finder = memmem::Finder::new(beginning);
    let mut found = finder.find_iter(near.as_bytes());
    found.find_map(|found| {
        let before = near.get(..found)?.trim_ascii_end();
        before.ends_with(',').then_some(middle + found)
    })
}

fn read<'t>(view: View<'t>, start: usize, how: How, depth: usize, stop: &AtomicBool) -> Read<'t> {
    let mut held = Held::at(view.text, start);
    let mut scanner = Scanner::default();
    let mut read = Read {
        resources: Vec::new(),
        end: start,
    };
    while held.peek() == Some(b'{') && !stop.load(Ordering::Relaxed) {
        let mut take = |resource| read.resources.push(resource);
        if resource(view, &mut held, &mut scanner, how, depth, &mut take).is_err() {
            break;
        }
        read.end = held.offset();
        if held.peek() != Some(b',') {
            break;
        }
        held.bump();
    }
    read
}
