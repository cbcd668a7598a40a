//! A deployment with canaries where its values stand: nothing that `check` prints holds four characters of
//! one. (`list` shows logins and hosts on purpose.)

use std::sync::LazyLock;

use airvane::check;
use airvane::fix;
use airvane::report::Applicability;

use crate::bundle::Bundle;
use crate::{laws, places};

/// Neither is a name of anything, so they are secrets wherever they stand.
const CANARIES: [&str; 3] = ["~!^*~|!^~*|~", "ßøÞþłđŧħßøÞþ", "Qz7~ßj#9/x@K:w3"];

/// See the test `secrecy`, whose law this is.
pub fn run(data: &[u8]) {
    static PUBLIC: LazyLock<places::Public> = LazyLock::new(places::public_kwargs);
    let Some(mut bundle) = Bundle::of(data) else {
        return;
    };
    let canary = CANARIES[usize::from(bundle.choice) % CANARIES.len()];
    let mut planted = 0;
    for (name, content) in &mut bundle.files {
        let Ok(text) = std::str::from_utf8(content) else {
            continue;
        };
        // What somebody made up is no secret.
        if leaks(text, canary) {
            return;
        }
        let mut changed = text.to_owned();
        let ranges = places::secret_ranges(name, text, &PUBLIC);
        // Names stay as they are, so that files go on meaning what they mean.
        let secrets = ranges
            .into_iter()
            .filter(|(_, _, secret)| *secret == places::Secret::Always);
        let mut at: Vec<usize> = secrets
            .filter_map(|(start, end, _)| {
                let places = places::places(text, (start, end));
                let choice = usize::from(bundle.choice) + start;
                places.get(choice % places.len().max(1)).copied()
            })
            .collect();
        at.sort_unstable();
        at.dedup();
        planted += at.len();
        for at in at.into_iter().rev() {
            changed.insert_str(at, canary);
        }
        *content = changed.into_bytes();
    }
    if planted == 0 {
        return;
    }
    let mut files = bundle.overlay();
    let fixed = fix::run(&bundle.request, &mut files, Applicability::Unsafe);
    let mut seen = Vec::new();
    for file in &fixed.files {
        fix::write_diff(&mut seen, file, false).expect("memory can be written to");
    }
    let outcome = check::run(&bundle.request, &mut bundle.overlay(), false);
    let mut seen = String::from_utf8(seen).expect("UTF-8");
    let map = laws::map_of(&bundle.request.load, &mut bundle.overlay());
    seen.push_str(&laws::of_formats(&outcome.report, &map));
    let lines = [
        &outcome.groups,
        &outcome.dags,
        &outcome.targets,
        &outcome.notes,
    ];
    for line in lines.into_iter().flatten() {
        seen.push('\n');
        seen.push_str(line);
    }
    look(&seen, canary);
}

fn look(seen: &str, canary: &str) {
    static NUMBERS: LazyLock<regex::Regex> = LazyLock::new(|| {
        let pattern = concat!(
            r#""(fingerprint|primaryLocationLineHash|airvane/v1)": ?"[0-9a-f:]*""#,
            r#"|"(offset|line|column|begin|end|(start|end)(Line|Column))": ?[0-9]+"#,
            r#"|(line|column)="[0-9]+"|\(line [0-9]+, column [0-9]+\)"#,
        );
        regex::Regex::new(pattern).expect("a pattern")
    });
    let seen = NUMBERS.replace_all(seen, "");
    if leaks(&seen, canary) {
        let lines = seen.lines().filter(|line| leaks(line, canary)).take(3);
        let lines: Vec<&str> = lines.collect();
        panic!("{canary} leaks:\n{}", lines.join("\n"));
    }
}

/// True where `seen` holds four consecutive characters of `canary`, in any case.
fn leaks(seen: &str, canary: &str) -> bool {
    let seen = seen.to_lowercase();
    let characters: Vec<char> = canary.to_lowercase().chars().collect();
    characters
        .windows(4)
        .any(|window| seen.contains(&window.iter().collect::<String>()))
}
