//! One finding may hold for several targets, and for some choices among alternative files only.

use std::collections::{BTreeMap, BTreeSet};

use crate::inputs::{Input, Origin, Setting};
use crate::report::Finding;
use crate::source::{FileId, Place};
use crate::workspace::Choice;

/// What tells a finding from another one of the same rule.
fn key(finding: &Finding) -> (&'static str, Place) {
    (finding.rule.code, finding.place)
}

/// Joins what the choices of one deployment gave (each with its index), for one target.
///
/// A finding is kept when it holds for every choice that reads its place. A choice does not read it
/// when it has another file of that kind, or when something else in it takes precedence. So a
/// fault of a value itself is kept if any choice reads the value, and one that depends on other
/// files only if it holds whichever of them is used. Choices that the settings file names are no
/// alternatives: what holds for one of them is kept.
pub(super) fn over_choices(
    choices: &[Choice],
    mut results: Vec<(usize, Vec<Finding>)>,
    inputs: &[Input],
) -> Vec<Finding> {
    if results.len() < 2 {
        return results.pop().map(|(_, found)| found).unwrap_or_default();
    }
    let mut kept: Vec<Finding> = Vec::new();
    let names: BTreeSet<Option<&str>> = choices.iter().map(|one| one.name.as_deref()).collect();
    for name in names {
        let is_ours = |choice: &Choice| choice.name.as_deref() == name;
        let ours = results.extract_if(.., |(index, _)| is_ours(&choices[*index]));
        let ours = ours.map(|(_, found)| found).collect();
        let choices: Vec<&Choice> = choices.iter().filter(|one| is_ours(one)).collect();
        kept.extend(held(&choices, ours, inputs));
    }
    kept.sort_by(|a, b| key(a).cmp(&key(b)).then(b.severity.cmp(&a.severity)));
    // Of the same finding with several messages (they name the other file) the most severe one
    // speaks; a rule may still say different things of one place within a choice.
    let mut merged: Vec<Finding> = Vec::new();
    for finding in kept {
        let same_place = merged.iter().rev();
        let mut same_place = same_place.take_while(|other| key(other) == key(&finding));
        let known = same_place
            .any(|other| other.message == finding.message || other.subject == finding.subject);
        if !known {
            merged.push(finding);
        }
    }
    merged
}

/// The findings that hold for every one of `choices` that reads their place.
fn held(choices: &[&Choice], results: Vec<Vec<Finding>>, inputs: &[Input]) -> Vec<Finding> {
    let mut held: BTreeMap<(&'static str, Place), usize> = BTreeMap::new();
    for result in &results {
        let mut keys: Vec<_> = result.iter().map(key).collect();
        keys.sort_unstable();
        keys.dedup();
        for key in keys {
            *held.entry(key).or_default() += 1;
        }
    }
    held.retain(|(_, place), count| {
        let readers = choices.iter().filter(|one| reads(one, *place, inputs));
        *count >= readers.count()
    });
    let mut kept: Vec<Finding> = results.into_iter().flatten().collect();
    kept.retain(|finding| held.contains_key(&key(finding)));
    kept
}

/// True when Airflow, with the files of `choice`, reads the setting that stands at `place`.
fn reads(choice: &Choice, place: Place, inputs: &[Input]) -> bool {
    let is_store = inputs
        .get(place.file.0 as usize)
        .is_some_and(|input| input.kind.is_store());
    if is_store {
        return choice.has_store(place.file);
    }
    if !choice.settings.contains(&place.file) {
        return false;
    }
    let Some(setting) = setting_at(place, inputs) else {
        return true;
    };
    let overridden = choice
        .settings
        .iter()
        .filter_map(|file| input(*file, inputs))
        .flat_map(|input| &input.settings)
        .any(|other| overrides(other, setting));
    !overridden
}

fn input(file: FileId, inputs: &[Input]) -> Option<&Input> {
    inputs.get(file.0 as usize)
}

fn setting_at(place: Place, inputs: &[Input]) -> Option<&Setting> {
    input(place.file, inputs)?.settings.iter().find(|setting| {
        let whole = setting.name.cover(setting.value.source());
        whole.start <= place.span.start && place.span.end <= whole.end
    })
}

/// The environment wins over the file.
fn overrides(other: &Setting, setting: &Setting) -> bool {
    setting.origin == Origin::Cfg
        && other.origin == Origin::Env
        && other.section == setting.section
        && other.option == setting.option
        && other.form == setting.form
}
