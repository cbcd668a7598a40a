//! A deployment, with every fix made.

use airvane::check;
use airvane::fix;
use airvane::report::{Applicability, Severity};

use crate::bundle::Bundle;
use crate::laws;

/// The rules that say that a file is not read as its kind at all, or not whole.
const STRUCTURE: [&str; 5] = ["AV001", "AV002", "AV003", "AV010", "AV017"];

/// What is fixed can be read, and a second run finds nothing to do.
pub fn run(data: &[u8]) {
    let Some(bundle) = Bundle::of(data) else {
        return;
    };
    let least = if bundle.choice & 1 == 0 {
        Applicability::Unsafe
    } else {
        Applicability::Safe
    };
    let before = check::run(&bundle.request, &mut bundle.overlay(), false);
    let mut files = bundle.overlay();
    let fixed = fix::run(&bundle.request, &mut files, least);
    laws::of_outcome(&fixed.outcome);
    let known = &before.report.failures;
    for failure in &fixed.outcome.report.failures {
        assert!(known.contains(failure), "{failure}");
    }
    for file in &fixed.files {
        assert!(file.before != file.after && file.count > 0);
        let was_text = std::str::from_utf8(&file.before).is_ok();
        assert!(!was_text || std::str::from_utf8(&file.after).is_ok());
        for span in file.before_mask.visible() {
            laws::on_characters(&file.before, *span);
        }
        for span in file.after_mask.visible() {
            laws::on_characters(&file.after, *span);
        }
        let mut out = Vec::new();
        fix::write_diff(&mut out, file, false).expect("memory can be written to");
        String::from_utf8(out).expect("UTF-8");
    }
    let faults = |outcome: &check::Outcome| {
        let findings = outcome.report.findings.iter();
        let faults = findings.filter(|finding| {
            finding.severity == Severity::Error && STRUCTURE.contains(&finding.rule.code)
        });
        faults.count()
    };
    assert!(
        faults(&fixed.outcome) <= faults(&before),
        "a file is broken"
    );
    let again = fix::run(&bundle.request, &mut files, least);
    assert!(again.files.is_empty(), "a second run goes on");
}
