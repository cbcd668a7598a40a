//! A bar on stderr while reading takes long. It says how much was read, and nothing of what.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::workspace::Progress;

/// Who waits for less is not told.
const PATIENCE: Duration = Duration::from_secs(1);

/// How often it is drawn.
const EVERY: Duration = Duration::from_millis(100);

/// Shows how far reading is, from the moment that it takes long until this is dropped.
pub(super) struct Bar(Option<(Sender<()>, JoinHandle<()>)>);

impl Bar {
    /// `watched`: somebody looks at stderr.
    pub(super) fn watch(watched: bool, progress: Arc<Progress>) -> Self {
        if !watched {
            return Self(None);
        }
        let (alive, ended) = channel();
        let draws = move || draw(&ended, &progress);
        let builder = std::thread::Builder::new().name("progress".to_owned());
        // Where no thread is to be had there is no bar.
        Self(builder.spawn(draws).ok().map(|thread| (alive, thread)))
    }
}

impl Drop for Bar {
    /// The line is free again afterwards.
    fn drop(&mut self) {
        if let Some((alive, thread)) = self.0.take() {
            drop(alive);
            let _ = thread.join();
        }
    }
}

fn draw(ended: &Receiver<()>, progress: &Progress) {
    let goes_on = |time| ended.recv_timeout(time) == Err(RecvTimeoutError::Timeout);
    if !goes_on(PATIENCE) {
        return;
    }
    let style = |template| {
        let style = ProgressStyle::with_template(template);
        style.unwrap_or_else(|_| ProgressStyle::default_bar())
    };
    let known = style("{spinner} {bytes} of {total_bytes} read {wide_bar}");
    let unknown = style("{spinner} {bytes} read");
    let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
    loop {
        let (read, whole) = (progress.read(), progress.whole());
        // Of pipes the end is not known, and behind the end of all files there is still something to do.
        if read < whole {
            bar.set_style(known.clone());
            bar.set_length(whole);
        } else {
            bar.set_style(unknown.clone());
        }
        bar.set_position(read);
        bar.tick();
        if !goes_on(EVERY) {
            break;
        }
    }
    bar.finish_and_clear();
}
