//! How far a fix may be trusted beyond what its rule sees: a rule looks at one release, and at a file
//! as if it were the one that Airflow reads.

use std::collections::{BTreeMap, BTreeSet};

use crate::airflow::Version;
use crate::load::Loaded;
use crate::report::{Applicability, Finding};
use crate::source::Place;

/// A fix of something that is right for another release that was asked for is not safe: the two
/// cannot be told apart in one file. Neither is one in a template, which somebody else fills in.
pub(super) fn limit(findings: &mut [Finding], loaded: &Loaded) {
    let several = |finding: &Finding| loaded.targets_of(finding.place.file).len() > 1;
    let mut held: BTreeMap<(&str, Place), BTreeSet<Version>> = BTreeMap::new();
    for finding in findings.iter() {
        if finding.fix.is_some() && several(finding) {
            let releases = held.entry((finding.rule.code, finding.place)).or_default();
            releases.extend(&finding.targets);
        }
    }
    for finding in findings {
        let targets = loaded.targets_of(finding.place.file);
        let releases = held.get(&(finding.rule.code, finding.place));
        let everywhere = releases.is_none_or(|releases| {
            targets
                .iter()
                .all(|target| releases.contains(&target.airflow))
        });
        let templated = loaded
            .input(finding.place.file)
            .is_some_and(|input| input.templated);
        if let Some(fix) = &mut finding.fix
            && (!everywhere || templated)
        {
            fix.limit(Applicability::Unsafe);
        }
    }
}
