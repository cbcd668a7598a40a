//! Ways to break a file, from a fixed seed.

use std::path::Path;

/// A small generator (xorshift64*): the same numbers everywhere.
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    /// From 0 up to, not including, `end`.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let number = self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33;
        usize::try_from(number).unwrap() % end.max(1)
    }

    pub(crate) fn of<'a, T>(&mut self, items: &'a [T]) -> &'a T {
        &items[self.below(items.len())]
    }
}

/// Changes each file one to three times and says how.
pub(crate) fn mutate(
    files: &mut Vec<(String, String)>,
    canary: &str,
    random: &mut Random,
) -> String {
    let mut done = Vec::new();
    for index in 0..files.len() {
        for _ in 0..=random.below(3) {
            let other = files[random.below(files.len())].1.clone();
            let text = &mut files[index].1;
            let word = one(text, &other, canary, random);
            done.push(word);
        }
    }
    if random.below(6) == 0 {
        let text = random.of(files).1.clone();
        let name = *random.of(&["airflow.cfg", ".env", ".env.prod", "dump.json", "more.env"]);
        let name = if files.iter().any(|(other, _)| other == name) {
            format!("second-{name}")
        } else {
            name.to_owned()
        };
        files.push((name, text));
        done.push("copied");
    }
    done.join(",")
}

fn one(text: &mut String, other: &str, canary: &str, random: &mut Random) -> &'static str {
    match random.below(23) {
        0 => swap(text, random, &['"', '\''], &['\'', '"', '“', '`']),
        1 => replace(text, random, "\"\\'", ""),
        2 => replace(text, random, "=:", ""),
        3 => replace(text, random, ",{}[]()", ""),
        4 => replace(text, random, "=", " "),
        5 => replace(text, random, "\n", ""),
        6 => replace(text, random, "\n", " "),
        7 => move_line(text, random),
        8 => line(text, random, |line| line.trim_start().to_owned()),
        9 => line(text, random, |line| format!("   {line}")),
        10 => line(text, random, |line| format!("{line}\n{line}")),
        11 => line(text, random, str::to_uppercase),
        12 => {
            let mut at = random.below(text.len());
            while !text.is_char_boundary(at) {
                at -= 1;
            }
            text.truncate(at);
            "cut"
        }
        13 => {
            text.push_str(other);
            "joined"
        }
        14 => {
            *text = text.replace('\n', "\r\n");
            "CRLF"
        }
        15 => {
            *text = text.replace('\n', random_joint(random));
            "one line"
        }
        16 => {
            // Where a name stands: a line that begins with the secret.
            let joint = *random.of(&["=", " = x\n", ": ", " ", "\n", "=\"", "={"]);
            line(text, random, |line| format!("{canary}{joint}{line}"))
        }
        17 => {
            let open = *random.of(&[
                "AIRFLOW_CONN_DB ",
                "AIRFLOW__SECRETS__BACKEND ",
                "[",
                "\t",
                "{\"",
                "export ",
                "; ",
            ]);
            line(text, random, |line| format!("{open}{canary}\n{line}"))
        }
        18 => {
            let stuff = *random.of(&[
                "\t", "\r", "\u{0}", "日本", "\u{feff}", "\\", "%", "$", "${", "{{ ", "\u{2028}",
            ]);
            insert(text, random, stuff);
            "inserted"
        }
        19 => replace(text, random, "_", ""),
        // A name that is made like one may be shown.
        20 | 21 if !canary.bytes().all(|byte| byte.is_ascii_alphanumeric()) => {
            let pair = regex::Regex::new(r#""([^"]*)"(\s*:\s*)"([^"]*)""#).unwrap();
            let found: Vec<_> = pair.find_iter(text).map(|found| found.range()).collect();
            if !found.is_empty() {
                let range = random.of(&found).clone();
                let swapped = pair
                    .replace(&text[range.clone()], r#""$3"$2"$1""#)
                    .into_owned();
                text.replace_range(range, &swapped);
            }
            "swapped a pair"
        }
        // Beyond what is held in memory.
        22 if random.below(4) == 0 && text.starts_with(['{', '[']) => {
            text.insert_str(0, &"\n   ".repeat(300_000));
            "streamed"
        }
        _ => {
            *text = text.replace('\n', "").replace("  ", "");
            "compact"
        }
    }
}

fn random_joint(random: &mut Random) -> &'static str {
    let joints: [&'static str; 6] = ["", " ", ", ", "; ", "\\n", "\r"];
    joints[random.below(joints.len())]
}

fn insert(text: &mut String, random: &mut Random, stuff: &str) {
    let mut at = random.below(text.len() + 1);
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    text.insert_str(at, stuff);
}

/// One of the characters of `wanted` becomes `with`.
fn replace(text: &mut String, random: &mut Random, wanted: &str, with: &str) -> &'static str {
    let places: Vec<usize> = text
        .char_indices()
        .filter(|(_, character)| wanted.contains(*character))
        .map(|(at, _)| at)
        .collect();
    if places.is_empty() {
        return "nothing";
    }
    let at = *random.of(&places);
    text.replace_range(at..=at, with);
    "replaced"
}

fn swap(text: &mut String, random: &mut Random, from: &[char], to: &[char]) -> &'static str {
    let from = *random.of(from);
    let to = random.of(to).to_string();
    *text = text.replace(from, &to);
    "swapped quotes"
}

fn line(text: &mut String, random: &mut Random, change: impl Fn(&str) -> String) -> &'static str {
    let mut lines: Vec<String> = text.split('\n').map(str::to_owned).collect();
    let at = random.below(lines.len());
    lines[at] = change(&lines[at]);
    *text = lines.join("\n");
    "changed a line"
}

fn move_line(text: &mut String, random: &mut Random) -> &'static str {
    let mut lines: Vec<&str> = text.split('\n').collect();
    let taken = lines.remove(random.below(lines.len()));
    let at = random.below(lines.len() + 1);
    lines.insert(at, taken);
    *text = lines.join("\n");
    "moved a line"
}

/// Targets, dialects and kinds at random, wrong ones too.
pub(crate) fn arguments(
    folder: &Path,
    files: &[(String, String)],
    random: &mut Random,
) -> Vec<String> {
    let mut arguments = Vec::new();
    if random.below(2) == 0 {
        let dialect = *random.of(&[
            "docker",
            "compose",
            "python-dotenv",
            "sh",
            "bash",
            "systemd",
            "astro-standalone",
            "astro-deploy",
        ]);
        arguments.extend(["--env-dialect".to_owned(), dialect.to_owned()]);
    }
    if random.below(3) == 0 {
        let release = *random.of(&["2.0.0", "2.4.3", "2.6.3", "2.11.2", "3.0.6"]);
        arguments.extend(["--airflow".to_owned(), release.to_owned()]);
    }
    if random.below(3) == 0 {
        let (name, _) = random.of(files);
        let kind = *random.of(&["cfg", "env", "ssm", "secretsmanager", "flat-store", "dag"]);
        let path = folder.join(name);
        arguments.extend(["--kind".to_owned(), format!("{kind}={}", path.display())]);
    }
    if random.below(8) == 0 {
        arguments.extend(["--deployments".to_owned(), "one".to_owned()]);
    }
    arguments
}
