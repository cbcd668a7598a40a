//! Connection values by themselves (`fixtures/values`): what is said of each, at which characters,
//! for which release, in every carrier that can hold it. `fixtures/values/README.md` says how the
//! files are written.

#![allow(
    clippy::unwrap_used,
    clippy::use_debug,
    reason = "a test that cannot go on fails"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::ops::Range;
use std::path::Path;

use airvane::cli::Cli;
use airvane::commands::{self, Surroundings};
use clap::Parser as _;
use serde_json::Value as Json;

/// Where a value can stand.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Carrier {
    Ssm,
    SecretsManager,
    Env,
}

impl Carrier {
    const fn name(self) -> &'static str {
        match self {
            Self::Ssm => "ssm",
            Self::SecretsManager => "sm",
            Self::Env => "env",
        }
    }

    const fn file(self) -> &'static str {
        match self {
            Self::Ssm => "parameters.json",
            Self::SecretsManager => "secrets.json",
            Self::Env => ".env",
        }
    }
}

/// What must be said.
#[derive(Clone)]
struct Verdict {
    /// Code and severity at the marked characters; nothing of warning or above for none.
    at_marks: Option<(String, String)>,
    /// Further codes that may speak.
    also: Vec<String>,
}

/// One value.
struct Case {
    /// File and name.
    name: String,
    value: String,
    /// The marked characters, as bytes of the value.
    marked: Option<Range<usize>>,
    carriers: Vec<Carrier>,
    /// By target.
    verdicts: Vec<(String, Verdict)>,
}

/// Characters that a line of the file cannot hold or a reader would not see.
fn unescape(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(start) = rest.find('‹') {
        let end = start + rest[start..].find('›').unwrap();
        out.push_str(&rest[..start]);
        let name = &rest[start + '‹'.len_utf8()..end];
        let code = match name {
            "TAB" => 0x9,
            "LF" => 0xA,
            "CR" => 0xD,
            "SP" => 0x20,
            hex => u32::from_str_radix(hex.strip_prefix("U+").unwrap(), 16).unwrap(),
        };
        out.push(char::from_u32(code).unwrap());
        rest = &rest[end + '›'.len_utf8()..];
    }
    out.push_str(rest);
    out
}

/// The value without its marks, and what stands between them.
fn unmark(text: &str) -> (String, Option<Range<usize>>) {
    let text = unescape(text);
    let Some((before, rest)) = text.split_once('⟦') else {
        return (text, None);
    };
    let (inside, after) = rest.split_once('⟧').unwrap();
    let marked = before.len()..before.len() + inside.len();
    (format!("{before}{inside}{after}"), Some(marked))
}

fn verdict(text: &str) -> Verdict {
    let mut parts = text.split(" also ");
    let first = parts.next().unwrap().trim();
    let at_marks = (first != "fine").then(|| {
        let (code, severity) = first.split_once(' ').unwrap();
        (code.to_owned(), severity.to_owned())
    });
    let also = parts.map(|code| code.trim().to_owned()).collect();
    Verdict { at_marks, also }
}

/// The three readers of most rows.
const ALL: [&str; 3] = ["3.3.2/server", "3.3.2/task", "2.11.2"];

fn read_cases(file: &str, text: &str) -> Vec<Case> {
    let mut cases = Vec::new();
    for block in text.split("\n\n") {
        let mut lines = block.lines().filter(|line| !line.starts_with("# "));
        let Some(name) = lines.next() else {
            continue;
        };
        let name = name
            .strip_prefix("@ ")
            .unwrap_or_else(|| panic!("{file}: {name}"));
        let (value, marked) = unmark(lines.next().unwrap());
        let is_object = value.trim_start().starts_with('{');
        let mut carriers = vec![Carrier::Ssm, Carrier::Env];
        if !is_object {
            carriers.push(Carrier::SecretsManager);
        }
        let mut verdicts = Vec::new();
        for line in lines {
            let (targets, said) = line.split_once(": ").unwrap();
            if targets == "in" {
                let all = [Carrier::Ssm, Carrier::SecretsManager, Carrier::Env];
                let named = |carrier: &Carrier| said.split(' ').any(|name| name == carrier.name());
                carriers = all.into_iter().filter(named).collect();
                continue;
            }
            for target in targets.split(", ") {
                let targets: &[&str] = match target {
                    "all" => &ALL,
                    "3.3.2" => &ALL[..2],
                    _ => &[target],
                };
                for target in targets {
                    verdicts.push(((*target).to_owned(), verdict(said)));
                }
            }
        }
        // A line of an env file; no variable holds NUL.
        if value.contains(['\n', '\r', '\0']) {
            carriers.retain(|carrier| *carrier != Carrier::Env);
        }
        assert!(
            !verdicts.is_empty() && !carriers.is_empty(),
            "{file}: {name}"
        );
        for (_, verdict) in &verdicts {
            let marks = verdict.at_marks.is_none() || marked.is_some();
            assert!(marks, "{file}: {name} has no marks");
        }
        cases.push(Case {
            name: format!("{file}: {name}"),
            value,
            marked,
            carriers,
            verdicts,
        });
    }
    cases
}

fn cases() -> Vec<Case> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/values");
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "txt"))
        .collect();
    files.sort();
    let read = |path: &std::path::PathBuf| {
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        read_cases(&name, &std::fs::read_to_string(path).unwrap())
    };
    files.iter().flat_map(read).collect()
}

/// `3.3.2/task`, `2.6.2/py3.9`, `guess`
fn arguments(target: &str) -> Vec<String> {
    let mut arguments = Vec::new();
    for part in target.split('/') {
        let (option, value) = match part {
            "guess" => continue,
            "server" | "task" | "both" => ("--runtime", part),
            _ => match part.strip_prefix("py") {
                Some(python) => ("--python", python),
                None => ("--airflow", part),
            },
        };
        arguments.extend([option.to_owned(), value.to_owned()]);
    }
    arguments
}

/// The text of a file with entries in it, and where each byte of each value went.
struct Written {
    text: String,
    /// For each value: offset in the file of each of its bytes, and of its end.
    places: Vec<Vec<usize>>,
}

fn write(carrier: Carrier, values: &[&str]) -> Written {
    let mut text = String::new();
    let mut places = Vec::new();
    match carrier {
        Carrier::Ssm => text.push_str("{\"Parameters\": [\n"),
        Carrier::SecretsManager => text.push_str("{\"SecretValues\": [\n"),
        Carrier::Env => {}
    }
    for (index, value) in values.iter().enumerate() {
        let comma = if index == 0 { "" } else { ",\n" };
        match carrier {
            Carrier::Ssm => write!(
                text,
                "{comma}{{\"Name\": \"/airflow/connections/c{index}\", \"Type\": \"SecureString\", \"Value\": \""
            ),
            Carrier::SecretsManager => write!(
                text,
                "{comma}{{\"Name\": \"airflow/connections/c{index}\", \"VersionStages\": [\"AWSCURRENT\"], \"SecretString\": \""
            ),
            Carrier::Env => write!(text, "AIRFLOW_CONN_C{index}="),
        }
        .unwrap();
        let mut offsets = Vec::new();
        for character in value.chars() {
            offsets.extend(std::iter::repeat_n(text.len(), character.len_utf8()));
            if carrier == Carrier::Env {
                text.push(character);
            } else {
                let quoted = serde_json::to_string(&character.to_string()).unwrap();
                text.push_str(&quoted[1..quoted.len() - 1]);
            }
        }
        offsets.push(text.len());
        places.push(offsets);
        text.push_str(if carrier == Carrier::Env { "\n" } else { "\"}" });
    }
    if carrier != Carrier::Env {
        text.push_str("\n]}\n");
    }
    Written { text, places }
}

/// Findings as JSON.
fn check(folder: &Path, file: &str, target: &str) -> Vec<Json> {
    let mut line: Vec<String> = [
        "airvane",
        "check",
        "--format",
        "jsonl",
        "--env-dialect",
        "docker",
    ]
    .map(str::to_owned)
    .to_vec();
    line.extend(arguments(target));
    line.push(folder.join(file).display().to_string());
    let cli = Cli::try_parse_from(&line).unwrap_or_else(|error| panic!("{line:?}: {error}"));
    let (mut out, mut err) = (Vec::new(), Vec::new());
    commands::run(&cli, &Surroundings::default(), &mut out, &mut err);
    let out = String::from_utf8(out).unwrap();
    out.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

fn offset(finding: &Json, side: &str) -> usize {
    usize::try_from(finding[side]["offset"].as_u64().unwrap()).unwrap()
}

/// A finding about one value.
struct Said {
    code: String,
    severity: String,
    /// Bytes of the value, or of the file where it stands on no bytes of the value alone.
    place: Result<Range<usize>, Range<usize>>,
}

impl Said {
    fn of(finding: &Json, places: &[usize]) -> Self {
        let [code, severity] = ["code", "severity"].map(|key| finding[key].as_str().unwrap());
        let (start, end) = (offset(finding, "start"), offset(finding, "end"));
        // The first byte of a character stands for it: all of its bytes have one place.
        let byte = |at: usize| places.iter().position(|place| *place == at);
        Self {
            code: code.to_owned(),
            severity: severity.to_owned(),
            place: match (byte(start), byte(end)) {
                (Some(start), Some(end)) => Ok(start..end),
                _ => Err(start..end),
            },
        }
    }

    fn told(&self, value: &str) -> String {
        let Self { code, severity, .. } = self;
        match &self.place {
            Ok(place) => {
                let shown = value.get(place.clone()).unwrap_or("?");
                format!("{code} {severity} at {place:?} {shown:?}")
            }
            Err(place) => format!("{code} {severity} at {place:?} of the file"),
        }
    }
}

/// What of it is wrong, if anything is.
fn judge(verdict: &Verdict, case: &Case, said: Vec<Said>) -> Option<String> {
    let mut missing = verdict.at_marks.as_ref();
    let mut stray = Vec::new();
    for said in said {
        if let Some((code, severity)) = missing
            && *code == said.code
            && *severity == said.severity
            && said.place.as_ref().ok() == case.marked.as_ref()
        {
            missing = None;
        } else if said.severity != "info" && !verdict.also.contains(&said.code) {
            stray.push(said.told(&case.value));
        }
    }
    let mut wrong = String::new();
    if let Some((code, severity)) = missing {
        let place = case.marked.clone().unwrap();
        write!(wrong, " misses {code} {severity} at {place:?}").unwrap();
    }
    if !stray.is_empty() {
        write!(wrong, " says {}", stray.join(", ")).unwrap();
    }
    (!wrong.is_empty()).then_some(wrong)
}

#[test]
fn every_value_is_reported_at_its_very_characters() {
    let cases = cases();
    let work = tempfile::tempdir().unwrap();
    let mut runs: BTreeMap<(Carrier, &str), Vec<(&Case, &Verdict)>> = BTreeMap::new();
    for case in &cases {
        for carrier in &case.carriers {
            for (target, verdict) in &case.verdicts {
                let run = runs.entry((*carrier, target)).or_default();
                run.push((case, verdict));
            }
        }
    }
    let mut wrong = BTreeMap::new();
    let mut compared = 0;
    for ((carrier, target), list) in runs {
        let values: Vec<&str> = list.iter().map(|(case, _)| case.value.as_str()).collect();
        let written = write(carrier, &values);
        std::fs::write(work.path().join(carrier.file()), &written.text).unwrap();
        let findings = check(work.path(), carrier.file(), target);
        for ((case, verdict), places) in list.iter().zip(&written.places) {
            let (start, end) = (places[0], *places.last().unwrap());
            let said = findings
                .iter()
                .filter(|finding| {
                    let at = offset(finding, "start");
                    // An empty value may be reported with its quotes.
                    at + usize::from(start == end) >= start && at <= end
                })
                .map(|finding| Said::of(finding, places))
                .collect();
            compared += 1;
            if let Some(what) = judge(verdict, case, said) {
                let list: &mut BTreeMap<String, Vec<String>> =
                    wrong.entry(case.name.as_str()).or_default();
                let who = format!("{}:{target}", carrier.name());
                list.entry(what).or_default().push(who);
            }
        }
    }
    let mut told = String::new();
    for (name, list) in &wrong {
        writeln!(told, "{name}").unwrap();
        for (what, who) in list {
            writeln!(told, "   {what}  ({})", who.join(" ")).unwrap();
        }
    }
    assert!(
        wrong.is_empty(),
        "{} of {} values:\n{told}",
        wrong.len(),
        cases.len()
    );
    assert!(compared > 1000, "{compared} comparisons");
}

#[test]
fn every_value_has_a_name_of_its_own() {
    let mut seen = BTreeSet::new();
    for case in cases() {
        assert!(seen.insert(case.name.clone()), "{} twice", case.name);
    }
}

/// Values that people write, rightly and wrongly, against what real releases read from them
/// (`tests/parity/make_roundtrips.py`): what is refused is an error, what reads otherwise than it was
/// meant at least a warning, and of what was written rightly nothing is said.
#[test]
fn every_generated_value_is_judged_as_airflow_reads_it() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let path = root.join("fixtures/parity/conn-roundtrips.jsonl");
    let path = std::env::var_os("AIRVANE_ROUNDTRIPS").map_or(path, Into::into);
    let text = std::fs::read_to_string(path).unwrap();
    let cases: Vec<Json> = text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let values: Vec<&str> = cases
        .iter()
        .map(|case| case["value"].as_str().unwrap())
        .collect();
    let work = tempfile::tempdir().unwrap();
    let mut wrong: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
    let mut count = 0;
    for (reader, target) in [
        ("core_3_3_2", "3.3.2/server"),
        ("sdk_1_3_2", "3.3.2/task"),
        ("core_2_11_2", "2.11.2"),
    ] {
        for carrier in [Carrier::Ssm, Carrier::SecretsManager] {
            let reader = match carrier {
                Carrier::SecretsManager => format!("{reader}_sm"),
                _ => reader.to_owned(),
            };
            let written = write(carrier, &values);
            std::fs::write(work.path().join(carrier.file()), &written.text).unwrap();
            let mut by_place: BTreeMap<usize, Vec<String>> = BTreeMap::new();
            for finding in check(work.path(), carrier.file(), target) {
                let severity = finding["severity"].as_str().unwrap().to_owned();
                let at = offset(&finding, "start");
                by_place.entry(at).or_default().push(severity);
            }
            for (case, places) in cases.iter().zip(&written.places) {
                let said = |severity: &str| {
                    by_place
                        .range(places[0]..=places[places.len() - 1])
                        .any(|(_, list)| list.iter().any(|known| known == severity))
                };
                let is = |verdict: &str| {
                    let list = case[verdict].as_array();
                    case["all"] == verdict
                        || list.is_some_and(|list| list.iter().any(|name| *name == reader.as_str()))
                };
                let way = case["way"].as_str().unwrap();
                let is_right = way.starts_with("uri") && way != "uri and fields"
                    || way.starts_with("json")
                    || way == "get_uri";
                let (error, warning) = (said("error"), said("warning"));
                let what = if is("rejected") && !error {
                    "refused, and no error"
                } else if is("different") && !error && !warning {
                    "reads otherwise, and nothing is said"
                } else if is_right && is("equal") && (error || warning) {
                    "right, and something is said"
                } else {
                    count += 1;
                    continue;
                };
                let list = wrong.entry(format!("{reader}: {way}: {what}")).or_default();
                list.insert(case["value"].as_str().unwrap());
            }
        }
    }
    let mut told = String::new();
    for (what, values) in &wrong {
        writeln!(told, "{what} ({})", values.len()).unwrap();
        for value in values.iter().take(3) {
            writeln!(told, "    {value}").unwrap();
        }
    }
    assert!(wrong.is_empty(), "{told}");
    assert!(count > 5000, "{count} comparisons");
}
