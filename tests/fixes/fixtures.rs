//! Every fixture is fixed, and the pages say which rules offer that.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use airvane::rules::ALL;

use super::common;

/// The findings of `folder` for the arguments of a fixture: code, grade of the fix, edits.
fn findings(folder: &Path, args: &[String], fixing: &[&str]) -> Vec<(String, Option<String>)> {
    let mut all = vec!["check", ".", "-v", "--format", "jsonl"];
    all.extend(fixing);
    all.extend(args.iter().map(String::as_str));
    let ran = common::run(folder, &all);
    assert!(ran.code < 2, "{}", ran.err);
    let lines = ran.out.lines().map(|line| {
        let finding: serde_json::Value = serde_json::from_str(line).unwrap();
        let word = |value: &serde_json::Value| value.as_str().map(str::to_owned);
        (
            word(&finding["code"]).unwrap(),
            word(&finding["fix"]["applicability"]),
        )
    });
    lines.collect()
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

#[test]
fn the_fixes_of_every_fixture_are_made_and_a_second_run_has_none() {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/rules");
    let mut offering: BTreeSet<String> = BTreeSet::new();
    for rule in ALL {
        let fixture = fixtures
            .join(format!("{}-{}", rule.code, rule.name))
            .join("bad");
        let args = fs::read_to_string(fixture.join("args")).unwrap_or_default();
        let args: Vec<String> = args
            .lines()
            .filter(|line| !line.is_empty())
            .map(str::to_owned)
            .collect();
        let folder = tempfile::tempdir().unwrap();
        copy(&fixture, folder.path());
        for (code, fix) in findings(folder.path(), &args, &[]) {
            if fix.is_some() {
                offering.insert(code);
            }
        }
        for (fixing, grade) in [
            (&["--fix"][..], "safe"),
            (&["--fix", "--unsafe-fixes"], "unsafe"),
        ] {
            let left = findings(folder.path(), &args, fixing);
            let open = left.iter().filter(|(_, fix)| fix.as_deref() == Some(grade));
            assert_eq!(open.count(), 0, "{} {grade}: {left:?}", rule.code);
        }
    }
    // Not every fixture has a file that is written to: the example of the page may.
    for rule in ALL {
        let folder = tempfile::tempdir().unwrap();
        for (language, name) in [("ini", "airflow.cfg"), ("dotenv", ".env")] {
            let docs: Vec<&str> = rule.docs.lines().map(str::trim_start).collect();
            let docs = docs.join("\n");
            let example = docs.split("## Example").nth(1).unwrap_or_default();
            let example = example.split("\n## ").next().unwrap_or_default();
            let fence = format!("```{language}\n");
            if let Some((_, block)) = example.split_once(&fence) {
                let text = block.split("```").next().unwrap_or_default();
                fs::write(folder.path().join(name), text).unwrap();
            }
        }
        let found = findings(folder.path(), &["--allow-empty".to_owned()], &[]);
        offering.extend(
            found
                .into_iter()
                .filter_map(|(code, fix)| fix.map(|_| code)),
        );
    }
    for rule in ALL {
        let says = rule.docs.contains("## Fix\n");
        assert_eq!(
            says,
            offering.contains(rule.code),
            "{}: its page, and what its fixture offers",
            rule.code
        );
    }
}
