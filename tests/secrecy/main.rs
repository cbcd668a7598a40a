//! No output holds four consecutive characters of a secret (the README's promise).
//!
//! Every fixture is run again and again with canaries in the places of its secrets, as it stands
//! and with its structure broken. All formats, `-v`, `--statistics`, `--show-files` and stderr are
//! searched. Whatever is random comes from a fixed seed.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod cases;
#[path = "../lsp/client.rs"]
mod client;
mod dumps;
mod fixtures;
mod init;
mod lsp;
mod masked;
mod mutations;
mod passing;
mod places;
mod processes;
mod settings;
mod twin;

use std::path::Path;
use std::sync::LazyLock;

use fixtures::{output, write};
use mutations::Random;

/// One canary an alphabet. None is a word, a number or a run that an output could hold by itself.
const CANARIES: [&str; 5] = [
    "QzXjKwVyUgPq",
    "739184620571",
    "~!^*~|!^~*|~",
    "ßøÞþłđŧħßøÞþ",
    "Qz7~ßj#9/x@K:w3",
];

/// What of `canary` an output holds. Fingerprints and positions are made of random digits: that they
/// hold nothing of a secret is another test's.
fn leak(output: &str, canary: &str) -> Option<String> {
    static NUMBERS: LazyLock<regex::Regex> = LazyLock::new(|| {
        let pattern = concat!(
            r#""(fingerprint|primaryLocationLineHash|airvane/v1)": ?"[0-9a-f:]*""#,
            r#"|"(offset|line|column|begin|end|(start|end)(Line|Column))": ?\d+"#,
            r#"|(line|column)="\d+"|\(line \d+, column \d+\)"#,
        );
        regex::Regex::new(pattern).unwrap()
    });
    let output = NUMBERS.replace_all(output, "").to_lowercase();
    // Names change their case on the way.
    let characters: Vec<char> = canary.to_lowercase().chars().collect();
    let window = characters
        .windows(4)
        .map(|window| window.iter().collect::<String>())
        .find(|window| output.contains(window.as_str()))?;
    let lines = output
        .lines()
        .filter_map(|line| Some(around(line, line.find(&window)?)));
    Some(lines.take(2).collect::<Vec<_>>().join("\n    "))
}

/// What stands about the byte `at`: a page is one line.
fn around(line: &str, at: usize) -> String {
    let from = line.floor_char_boundary(at.saturating_sub(160));
    let to = line.ceil_char_boundary((at + 160).min(line.len()));
    line[from..to].to_owned()
}

#[derive(Default)]
struct Leaks {
    runs: usize,
    found: Vec<String>,
}

impl Leaks {
    fn look(&mut self, what: &str, output: &str, canary: &str) {
        self.runs += 1;
        if let Some(lines) = leak(output, canary) {
            self.found.push(format!("{what}:\n    {lines}"));
        }
    }

    fn none(&self, least: usize) {
        // Airvane's own panic hook says nothing; this one must.
        let _ = std::panic::take_hook();
        assert!(
            self.found.is_empty(),
            "{} of {} runs leak:\n{}",
            self.found.len(),
            self.runs,
            self.found.join("\n")
        );
        assert!(self.runs >= least, "only {} runs", self.runs);
    }
}

#[test]
fn no_output_holds_four_characters_of_a_secret() {
    let work = tempfile::tempdir().unwrap();
    let folder = work.path().join("deployment");
    let mut leaks = Leaks::default();
    for fixture in fixtures::all() {
        let rounds = fixture.most_places().min(14);
        for round in 0..rounds {
            let canary = CANARIES[leaks.runs % CANARIES.len()];
            write(&folder, &fixture.with(canary, |_| round));
            let seen = output(&folder, &fixture.arguments(&folder));
            let what = format!("{} round {round}", fixture.name);
            leaks.look(&what, &seen, canary);
        }
    }
    leaks.none(800);
}

/// A baseline is committed: it holds no more than an output shows, and no digest of a secret.
#[test]
fn no_baseline_holds_four_characters_of_a_secret() {
    let work = tempfile::tempdir().unwrap();
    let folder = work.path().join("deployment");
    let baseline = work.path().join("known.json");
    let mut leaks = Leaks::default();
    for fixture in fixtures::all() {
        let is_given = |word: &String| word.starts_with("--baseline");
        if fixture.places.iter().all(Vec::is_empty)
            || fixture.arguments(&folder).iter().any(is_given)
        {
            continue;
        }
        let mut random = Random::new(7);
        let mut written = Vec::new();
        for canary in [CANARIES[0], "WkYhJxQvZfMd"] {
            let mut arguments = fixture.arguments(&folder);
            arguments.push("--write-baseline".to_owned());
            arguments.push(format!("--baseline={}", baseline.display()));
            write(&folder, &fixture.with(canary, |count| count / 2));
            let _ = std::fs::remove_file(&baseline);
            let seen = output(&folder, &arguments);
            leaks.look(&fixture.name, &seen, canary);
            // None is written where a file cannot be read.
            let Ok(text) = std::fs::read_to_string(&baseline) else {
                continue;
            };
            leaks.look(&fixture.name, &text, canary);
            written.push(text);
        }
        assert!(
            written.windows(2).all(|pair| pair[0] == pair[1]),
            "{}",
            fixture.name
        );
        // A file that is no baseline is not told either.
        let mut files = fixture.with(CANARIES[0], |count| random.below(count));
        mutations::mutate(&mut files, CANARIES[0], &mut random);
        write(&folder, &files);
        let mut arguments = fixture.arguments(&folder);
        arguments.push(format!("--baseline={}", folder.join(&files[0].0).display()));
        leaks.look(&fixture.name, &output(&folder, &arguments), CANARIES[0]);
    }
    leaks.none(300);
}

/// Structure that is broken in any way turns secrets into names, keys and comments.
#[test]
fn no_output_of_a_broken_file_holds_four_characters_of_a_secret() {
    let work = tempfile::tempdir().unwrap();
    let folder = work.path().join("deployment");
    let mut random = Random::new(std::env::var("SEED").map_or(20, |seed| seed.parse().unwrap()));
    let mut leaks = Leaks::default();
    let rounds = std::env::var("ROUNDS").map_or(20, |rounds| rounds.parse().unwrap());
    for fixture in fixtures::all() {
        if fixture.places.iter().all(Vec::is_empty) {
            continue;
        }
        for _ in 0..rounds {
            let canary = CANARIES[leaks.runs % CANARIES.len()];
            let mut files = fixture.with(canary, |count| random.below(count));
            let done = mutations::mutate(&mut files, canary, &mut random);
            write(&folder, &files);
            let mut arguments = fixture.arguments(&folder);
            let more = mutations::arguments(&folder, &files, &mut random);
            // This one cannot be given twice.
            let is_given = |word: &String| word == "--env-dialect" && arguments.contains(word);
            let again = more.first().is_some_and(is_given);
            arguments.extend(more.into_iter().skip(if again { 2 } else { 0 }));
            let seen = output(&folder, &arguments);
            let what = format!("{} {canary} {done} {}", fixture.name, arguments.join(" "));
            if leak(&seen, canary).is_some() && std::env::var("KEEP").is_ok() {
                let kept = Path::new("/tmp/leaks").join(leaks.runs.to_string());
                std::fs::create_dir_all("/tmp/leaks").unwrap();
                write(&kept, &files);
            }
            leaks.look(&format!("{} {what}", leaks.runs), &seen, canary);
        }
    }
    leaks.none(1500);
}

/// Two deployments that differ in their secrets only give the same output to the byte,
/// fingerprints included.
#[test]
fn the_output_does_not_depend_on_the_letters_of_a_secret() {
    const OTHER: &str = "WkYhJxQvZfMd";
    let work = tempfile::tempdir().unwrap();
    let folder = work.path().join("deployment");
    for fixture in fixtures::all() {
        if fixture.places.iter().all(Vec::is_empty) {
            continue;
        }
        for seed in 0..3 {
            let run = |canary: &str| {
                let mut random = Random::new(seed);
                let mut files = fixture.with(canary, |count| random.below(count));
                if seed > 0 {
                    mutations::mutate(&mut files, canary, &mut random);
                }
                write(&folder, &files);
                output(&folder, &fixture.arguments(&folder))
            };
            let (one, other) = (run(CANARIES[0]), run(OTHER));
            if one != other {
                let _ = std::panic::take_hook();
                let lines = one.lines().zip(other.lines());
                let differing: Vec<_> = lines.filter(|(a, b)| a != b).take(2).collect();
                panic!("{} {seed}: {differing:#?}", fixture.name);
            }
        }
    }
}
