//! The settings file that `init` writes is committed.

use crate::fixtures::{self, write};
use crate::mutations::{self, Random};
use crate::{CANARIES, Leaks, processes};

#[test]
fn no_settings_file_that_is_offered_holds_a_secret() {
    let work = tempfile::tempdir().unwrap();
    let folder = work.path().join("deployment");
    let mut random = Random::new(5);
    let mut leaks = Leaks::default();
    for fixture in fixtures::all() {
        if fixture.places.iter().all(Vec::is_empty) {
            continue;
        }
        let canary = CANARIES[leaks.runs % CANARIES.len()];
        let mut files = fixture.with(canary, |count| random.below(count));
        if leaks.runs % 2 > 0 {
            mutations::mutate(&mut files, canary, &mut random);
        }
        write(&folder, &files);
        let seen = processes::run(&folder, &["init", "--stdout"], b"");
        leaks.look(&fixture.name, &seen, canary);
    }
    leaks.none(100);
}
