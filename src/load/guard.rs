//! A bug in airvane must not take the whole run with it, and its message must not hold text of an
//! input: panics are caught per file, and only their place in our own source is told.

use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use crate::report::Failure;

thread_local! {
    static PLACE: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// Installs a panic hook that prints nothing and remembers where the panic was, never what it
/// said.
pub fn install() {
    std::panic::set_hook(Box::new(|info| {
        let place = info
            .location()
            .map(|location| format!("{}:{}", location.file(), location.line()));
        PLACE.with(|slot| {
            if let Ok(mut slot) = slot.try_borrow_mut() {
                *slot = place;
            }
        });
    }));
}

/// The last panic of this thread, in words.
pub fn what_happened() -> String {
    let place = PLACE.with(|slot| slot.borrow_mut().take());
    // A path of the building machine says nothing to the reader.
    let place = place.map_or_else(String::new, |place| {
        let start = place.rfind("src/").unwrap_or(0);
        format!(" (stopped at {})", &place[start..])
    });
    format!("airvane has a bug here{place}; the file was not fully checked")
}

/// Runs `work`; a panic becomes a failure of `path`.
pub fn guard<T>(path: &Path, work: impl FnOnce() -> T) -> Result<T, Failure> {
    catch_unwind(AssertUnwindSafe(work)).map_err(|payload| {
        // The payload may hold a value: it is dropped unread. Dropping it must not panic either.
        std::mem::forget(payload);
        Failure {
            path: Some(path.to_owned()),
            message: what_happened(),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_a_failure_that_says_nothing_of_its_payload() {
        let failure = guard(Path::new("airflow.cfg"), || panic!("hunter2")).unwrap_err();
        assert!(!failure.to_string().contains("hunter2"));
        assert!(
            failure
                .to_string()
                .starts_with("airflow.cfg: airvane has a bug")
        );
    }
}
