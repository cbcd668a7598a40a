//! How the rules write down what would put a finding right.

use std::ops::Range;

use crate::inputs::rewrite::rewrite;
use crate::inputs::spelling::Spelling;
use crate::inputs::{Input, Origin, Setting, Tree};
use crate::report::Edit;
use crate::rules::EntryContext;
use crate::source::{FileId, Place, Text};

/// The edits by which `text`, which stands in a value of `file`, reads with `wanted` (decoded range, new
/// characters). See [`rewrite`].
pub(crate) fn in_setting(
    inputs: &[&Input],
    file: FileId,
    text: &Text,
    wanted: &[(Range<usize>, &str)],
) -> Option<Vec<Edit>> {
    let input = inputs.iter().find(|input| input.id == file)?;
    let changes = rewrite(input, text, wanted)?;
    let edits = changes.into_iter().map(|(span, new)| {
        let place = Place::new(file, span);
        if new.is_empty() {
            Edit::delete(place)
        } else {
            Edit::replace(place, new)
        }
    });
    Some(edits.collect())
}

/// The edits by which a connection reads with `wanted`, where it stands in an environment file. What is
/// written must mean itself there: letters, digits, `-`, `%`.
pub(crate) fn in_connection(
    context: &EntryContext<'_>,
    text: &Text,
    wanted: &[(Range<usize>, &str)],
) -> Option<Vec<Edit>> {
    if context.carrier != super::Carrier::Env {
        return None;
    }
    let file = context.value_place?.file;
    let edits = wanted
        .iter()
        .map(|(range, new)| Edit::in_text(file, text, range.clone(), new));
    let edits: Option<Vec<Vec<Edit>>> = edits.collect();
    Some(edits?.concat())
}

/// The edit that gives an option another name, if no option of the file has it: `section` and `option` as
/// Airflow asks for them. An option of airflow.cfg stays in its section.
pub(crate) fn renamed(
    inputs: &[&Input],
    setting: &Setting,
    section: &str,
    option: &str,
) -> Option<Vec<Edit>> {
    let input = inputs.iter().find(|input| input.id == setting.file)?;
    let name = match setting.origin {
        Origin::Env => setting.name_of(section, option),
        Origin::Cfg if setting.section == section => option.to_owned(),
        Origin::Cfg => return None,
    };
    let taken = match &input.tree {
        Tree::Env(tree) => {
            let variable = Spelling::Variable.name(section, option);
            let times_set =
                |name: &str| tree.variables.iter().filter(|one| one.name == name).count();
            let old = tree
                .variables
                .iter()
                .find(|one| one.name_span == setting.name);
            // Without its last line an earlier one of the same name would come to life.
            times_set(&variable) > 0 || old.is_none_or(|old| times_set(&old.name) > 1)
        }
        Tree::Cfg(tree) => {
            let own = tree
                .named(section)
                .any(|section| section.get(&name).is_some());
            let shared = tree.named(crate::syntax::cfg::DEFAULT_SECTION);
            // An option of [DEFAULT] stands there for every section.
            let inherited = shared
                .flat_map(|defaults| &defaults.options)
                .any(|option| option.name.source() == setting.name);
            own || inherited || is_referenced(input, setting.name)
        }
        _ => true,
    };
    let written =
        std::str::from_utf8(input.bytes.get(setting.name.start..setting.name.end)?).ok()?;
    // Quotes and escapes in a name are for a person to see to.
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | ' ');
    (!taken && written.chars().all(plain)).then(|| vec![Edit::replace(setting.name_place(), name)])
}

/// Some value of the file may refer to the option whose name stands at `name` (`%(name)s`).
pub(crate) fn is_referenced(input: &Input, name: crate::source::Span) -> bool {
    let Some(name) = input.bytes.get(name.start..name.end) else {
        return true;
    };
    let reference = [b"%(", name, b")s"].concat();
    memchr::memmem::find(&input.bytes, &reference).is_some()
}
