//! The table of `schemas/data/provider_dates.json`, read when airvane is built: nearly every run asks for some lines of
//! it, and no run for all.

use super::Version;

/// The file, of which a test knows that it is read here as any reader of JSON reads it.
const TEXT: &str = include_str!("../../../schemas/data/provider_dates.json");

/// A release.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Released {
    /// Its number.
    pub(super) version: Version,
    /// The UTC time of its first upload as one number (`20201217171811`), so that earlier is less.
    pub(super) date: u64,
}

/// The releases of Airflow or of a provider.
#[derive(Clone, Copy)]
struct Of {
    /// Where its name stands in [`TEXT`].
    name: (usize, usize),
    /// Where its releases begin and end in [`RELEASES`].
    releases: (usize, usize),
}

/// Each release, in the order of the file, which is that of numbers.
static RELEASES: [Released; COUNT.1] = read().1;

/// Whose they are, in the order of the file: Airflow, then the providers by name.
static OF: [Of; COUNT.0] = read().0;

const COUNT: (usize, usize) = count();

/// The releases of `airflow` or of a provider, oldest first; none of one that has no secrets backend.
pub(super) fn of(name: &str) -> &'static [Released] {
    let of = OF.iter().find(|of| of.name() == name);
    of.map_or(&[], |of| of.releases())
}

/// The providers, by name.
pub(super) fn providers() -> impl Iterator<Item = &'static str> {
    OF.iter().skip(1).map(Of::name)
}

impl Of {
    fn name(&self) -> &'static str {
        TEXT.get(self.name.0..self.name.1).unwrap_or_default()
    }

    fn releases(&self) -> &'static [Released] {
        RELEASES
            .get(self.releases.0..self.releases.1)
            .unwrap_or_default()
    }
}

/// The next text in quotes from `at` on: where it begins and ends. There are no escapes.
const fn token(mut at: usize) -> Option<(usize, usize)> {
    let text = TEXT.as_bytes();
    while at < text.len() && text[at] != b'"' {
        at += 1;
    }
    if at == text.len() {
        return None;
    }
    let start = at + 1;
    at = start;
    while text[at] != b'"' {
        at += 1;
    }
    Some((start, at))
}

const fn is_release((start, _): (usize, usize)) -> bool {
    TEXT.as_bytes()[start].is_ascii_digit()
}

/// Number of those who have releases, and of all releases.
const fn count() -> (usize, usize) {
    let (mut of, mut releases) = (0, 0);
    let mut was_name = false;
    let mut at = 0;
    while let Some(name) = token(at) {
        at = name.1 + 1;
        if !is_release(name) {
            was_name = true;
            continue;
        }
        of += was_name as usize;
        was_name = false;
        releases += 1;
        if let Some(date) = token(at) {
            at = date.1 + 1;
        }
    }
    (of, releases)
}

const fn read() -> ([Of; COUNT.0], [Released; COUNT.1]) {
    let none = Of {
        name: (0, 0),
        releases: (0, 0),
    };
    let mut of = [none; COUNT.0];
    let nothing = Released {
        version: Version::new(0, 0, 0),
        date: 0,
    };
    let mut releases = [nothing; COUNT.1];
    let (mut owners, mut filled) = (0, 0);
    let mut name = None;
    let mut at = 0;
    while let Some(found) = token(at) {
        at = found.1 + 1;
        if !is_release(found) {
            name = Some(found);
            continue;
        }
        if let Some(name) = name {
            of[owners].name = name;
            of[owners].releases.0 = filled;
            owners += 1;
        }
        name = None;
        if let Some(date) = token(at) {
            at = date.1 + 1;
            releases[filled] = Released {
                version: version(found),
                date: date_number(date),
            };
        }
        filled += 1;
        of[owners - 1].releases.1 = filled;
    }
    (of, releases)
}

/// `2.10.4`
const fn version((mut at, end): (usize, usize)) -> Version {
    let mut numbers = [0u32; 3];
    let mut number = 0;
    while at < end {
        let byte = TEXT.as_bytes()[at];
        if byte == b'.' {
            number += 1;
        } else {
            numbers[number] = numbers[number] * 10 + (byte - b'0') as u32;
        }
        at += 1;
    }
    Version::new(numbers[0], numbers[1], numbers[2])
}

/// `2020-12-17T17:18:11Z`: its digits.
const fn date_number((mut at, end): (usize, usize)) -> u64 {
    let mut number = 0;
    while at < end {
        let byte = TEXT.as_bytes()[at];
        if byte.is_ascii_digit() {
            number = number * 10 + (byte - b'0') as u64;
        }
        at += 1;
    }
    number
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde::Deserialize;

    use super::*;

    #[test]
    fn the_table_is_what_a_reader_of_json_makes_of_it() {
        type Dates = BTreeMap<String, String>;
        #[derive(Deserialize)]
        struct Raw {
            airflow: Dates,
            providers: BTreeMap<String, Dates>,
        }
        let raw: Raw = serde_json::from_str(TEXT).unwrap();
        let same = |name: &str, dates: &Dates| {
            let mut wanted: Vec<Released> = dates
                .iter()
                .map(|(version, date)| Released {
                    version: version.parse().unwrap(),
                    date: date
                        .replace(|c: char| !c.is_ascii_digit(), "")
                        .parse()
                        .unwrap(),
                })
                .collect();
            wanted.sort_by_key(|one| one.version);
            assert_eq!(of(name), wanted, "{name}");
        };
        same("airflow", &raw.airflow);
        for (name, dates) in &raw.providers {
            same(name, dates);
        }
        let names: Vec<&str> = raw.providers.keys().map(String::as_str).collect();
        assert_eq!(providers().collect::<Vec<_>>(), names);
        assert!(of("akeyles").is_empty());
    }
}
