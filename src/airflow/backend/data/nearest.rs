//! Which class a mistaken path probably means.

use super::{BackendClass, classes};

/// The class that a mistaken path probably means.
#[derive(Clone, Copy, Debug)]
pub struct Nearest {
    /// The class; its present path is the one to write.
    pub class: &'static BackendClass,
    /// The path that is near, present or old.
    pub path: &'static str,
    /// The path as a whole is near; false: only the name of the class is.
    pub whole: bool,
}

/// The known class path nearest to `text`, if one is near enough to be meant. Old paths count.
pub fn nearest_class(text: &str) -> Option<Nearest> {
    // Nearly every text is a path itself, and nothing is nearer.
    let same = classes().iter().find_map(|class| {
        let path = paths(class).find(|path| path.eq_ignore_ascii_case(text))?;
        let whole = true;
        Some(Nearest { class, path, whole })
    });
    if same.is_some() {
        return same;
    }
    let mut best: Option<(usize, Nearest)> = None;
    let wanted = text.to_ascii_lowercase();
    let wanted_class = wanted.rsplit(['.', ':', '/']).next().unwrap_or(&wanted);
    for class in classes() {
        for path in paths(class) {
            let mut consider = |distance: usize, whole: bool| {
                if best.as_ref().is_none_or(|(least, _)| distance < *least) {
                    best = Some((distance, Nearest { class, path, whole }));
                }
            };
            let path = path.to_ascii_lowercase();
            let name = path.rsplit('.').next().unwrap_or(&path);
            // A slip of the pen somewhere in the path, a forgotten or an additional part.
            let near = distance_within(&wanted, &path, 2 + path.len() / 8);
            if let Some(distance) = near {
                consider(distance, true);
            }
            // The class is right and the module is not.
            if wanted_class.len() > 8 && distance_within(wanted_class, name, 2).is_some() {
                let distance = near.unwrap_or_else(|| wanted.len().abs_diff(path.len()));
                consider(1000 + distance, false);
            }
        }
    }
    best.map(|(_, nearest)| nearest)
}

fn paths(class: &BackendClass) -> impl Iterator<Item = &str> {
    let legacy = class.legacy_class_paths.iter();
    let legacy = legacy.map(|old| old.path.as_str());
    std::iter::once(class.class_path.as_str()).chain(legacy)
}

/// True within packages whose whole content is known: Airflow's own, and the providers of the table.
pub fn is_known_package(path: &str) -> bool {
    let Some(rest) = path.strip_prefix("airflow.providers.") else {
        return true;
    };
    classes().iter().any(|class| {
        class.provider.as_ref().is_some_and(|provider| {
            let package = provider.replace('-', ".");
            rest.strip_prefix(package.as_str())
                .is_some_and(|rest| rest.starts_with('.'))
        })
    })
}

/// The number of edits between two texts, if it is at most `limit`. What they share at both ends is
/// left out first, because paths share most of it.
fn distance_within(a: &str, b: &str, limit: usize) -> Option<usize> {
    let lengths = (a.chars().count(), b.chars().count());
    if lengths.0.abs_diff(lengths.1) > limit {
        return None;
    }
    let same = |(a, b): &(char, char)| a == b;
    let front = a.chars().zip(b.chars()).take_while(same).count();
    let rest = lengths.0.min(lengths.1) - front;
    let back = a.chars().rev().zip(b.chars().rev()).take_while(same);
    let back = back.take(rest).count();
    let middle = |text: &str, length: usize| {
        let kept = text.chars().skip(front).take(length - front - back);
        kept.collect::<String>()
    };
    let distance = strsim::osa_distance(&middle(a, lengths.0), &middle(b, lengths.1));
    (distance <= limit).then_some(distance)
}
