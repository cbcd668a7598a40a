//! What BuildKit makes of each recorded Dockerfile, and what is known of where it stands.

use std::collections::BTreeMap;

use super::{Base, Cause, Dockerfile, Keyword, read};
use crate::source::Text;
use crate::syntax::dotenv::Outside;

fn outside(name: &str) -> Outside {
    match name {
        "HOSTVAR" => Outside::Value("hostval".into()),
        _ => Outside::Unset,
    }
}

fn unknown(_: &str) -> Outside {
    Outside::Unknown
}

/// The environment of the last stage.
fn environment(file: &Dockerfile) -> BTreeMap<String, Option<Text>> {
    let last = file.stages.len().saturating_sub(1);
    let pairs = file.environment(last).into_iter();
    pairs
        .map(|one| (one.name.expose().to_owned(), one.value.clone()))
        .collect()
}

fn agrees(text: &str, case: &serde_json::Value) -> Result<(), String> {
    let file = read(text, &outside);
    if let Some(error) = case["error"].as_str() {
        return if file.problems.is_empty() {
            Err(format!("no problem, BuildKit says {error}"))
        } else {
            Ok(())
        };
    }
    if let Some(problem) = file.problems.first() {
        return Err(format!("{problem:?}"));
    }
    let mut expected: BTreeMap<String, String> =
        serde_json::from_value(case["env"].clone()).unwrap_or_default();
    let last = file.stages.last().map(|stage| &stage.base);
    if last == Some(&Base::Scratch) {
        expected.remove("PATH");
    }
    // An ARG without a default is asked of the command line; BuildKit was given none.
    let mut all = file.instructions.iter().flat_map(|one| &one.assignments);
    let asks = all.any(|one| one.written.is_none() && one.value.is_none());
    let got: BTreeMap<String, String> = environment(&file)
        .into_iter()
        .map(|(name, value)| match value.filter(Text::is_known) {
            Some(value) => (name, value.expose().to_owned()),
            None if asks => {
                let theirs = expected.get(&name).cloned().unwrap_or_default();
                (name, theirs)
            }
            None => (name, "unknown".to_owned()),
        })
        .collect();
    if got == expected {
        Ok(())
    } else {
        Err(format!("{got:?} for {expected:?}"))
    }
}

#[test]
fn every_recorded_file_is_read_as_buildkit_reads_it() {
    let path = std::env::var("AIRVANE_DOCKERFILES");
    let path = path
        .as_deref()
        .unwrap_or("fixtures/parity/dockerfiles.jsonl");
    let data = std::fs::read_to_string(path).unwrap();
    let mut wrong = Vec::new();
    let mut compared = 0;
    for line in data.lines() {
        let case: serde_json::Value = serde_json::from_str(line).unwrap();
        let text = case["text"].as_str().unwrap();
        compared += 1;
        if let Err(why) = agrees(text, &case) {
            wrong.push(format!("{text:?}: {why}"));
        }
    }
    assert!(compared >= 500, "{compared} files");
    assert!(
        wrong.is_empty(),
        "{} of {compared}:\n{}",
        wrong.len(),
        wrong[..wrong.len().min(40)].join("\n")
    );
}

/// The text at the place of `wanted` in the value of the last `ENV`.
fn at(text: &str, wanted: &str) -> String {
    let file = read(text, &outside);
    let last = file.stages.len() - 1;
    let value = file.environment(last).pop().unwrap().value.clone().unwrap();
    let start = value.expose().find(wanted).unwrap();
    let span = value.span(start..start + wanted.len());
    text[span.start..span.end].to_owned()
}

#[test]
fn every_character_of_a_value_points_at_its_own_bytes() {
    assert_eq!(at("FROM x\nENV K='{\"é\": 1}'\n", "é"), "é");
    assert_eq!(at("FROM x\nENV K=\"a\\\"b\"\n", "\""), "\\\"");
    assert_eq!(at("FROM x\nENV K=a\\ b\n", " "), "\\ ");
    assert_eq!(at("FROM x\nENV K=\"one \\\n# c\n two\"\n", "two"), "two");
    assert_eq!(at("FROM x\nENV K=<$HOSTVAR>\n", "hostval"), "$HOSTVAR");
    assert_eq!(at("FROM x\nENV K=<$HOSTVAR>\n", ">"), ">");
    assert_eq!(at("FROM x\nENV K=${U:-d'e'}\n", "e"), "e");
    assert_eq!(
        at("FROM x\nENV K=${HOSTVAR#host}\n", "val"),
        "${HOSTVAR#host}"
    );
    assert_eq!(at("\u{feff}# escape=`\nFROM x\nENV K a`\n  b\n", "b"), "b");
}

#[test]
fn in_every_recorded_file_a_character_stands_where_its_map_says() {
    let data = std::fs::read_to_string("fixtures/parity/dockerfiles.jsonl").unwrap();
    let mut characters = 0;
    for line in data.lines() {
        let case: serde_json::Value = serde_json::from_str(line).unwrap();
        let text = case["text"].as_str().unwrap();
        let file = read(text, &outside);
        let values = file.instructions.iter().flat_map(|one| &one.assignments);
        for value in values.filter_map(|one| one.value.as_ref()) {
            for (at, c) in value.expose().char_indices() {
                let span = value.span(at..at + c.len_utf8());
                let place = &text[span.start..span.end];
                let stands = place.ends_with(c) || place.starts_with('$');
                // A default of an ARG above FROM belongs to the name that asks for it.
                let asked = file.instructions.iter().any(|one| {
                    let mut all = one.assignments.iter();
                    all.any(|one| one.written.is_none() && one.name.source() == span)
                });
                assert!(
                    stands || asked,
                    "{text:?}: {c:?} is said to stand at {place:?}"
                );
                characters += 1;
            }
        }
    }
    assert!(characters > 3000, "{characters}");
}

#[test]
fn what_the_build_asks_of_others_is_unknown() {
    let text = "ARG TAG\nARG GIVEN=1\nFROM image:$TAG\nARG PASSWORD\nARG GIVEN\n\
        ENV A=x$PASSWORD B=${PASSWORD:-d} C=$PATH D=${HOME:-d} E=$GIVEN F='$PATH' G=$TARGETARCH\n";
    let file = read(text, &unknown);
    assert!(file.problems.is_empty());
    assert!(!file.stages[0].base_name.is_known());
    let environment = environment(&file);
    let known: Vec<(&str, Option<&str>)> = environment
        .iter()
        .map(|(name, value)| {
            let value = value.as_ref().filter(|value| value.is_known());
            (name.as_str(), value.map(Text::expose))
        })
        .collect();
    assert_eq!(
        known,
        [
            ("A", None),
            ("B", Some("d")),
            ("C", None),
            ("D", None),
            ("E", Some("1")),
            ("F", Some("$PATH")),
            ("G", None),
        ]
    );
    let value = environment["A"].as_ref().unwrap();
    assert!(value.is_known_in(0..1) && !value.is_known_in(1..2));
}

#[test]
fn a_stage_starts_from_the_environment_of_the_stage_it_names() {
    let text =
        "FROM image AS a\nENV A=1\nFROM a AS b\nENV B=$A\nFROM image\nENV C=3\nFROM b\nENV B=4\n";
    let file = read(text, &outside);
    let names = |stage| -> Vec<String> {
        let all = file.environment(stage).into_iter();
        all.map(|one| one.name.expose().to_owned()).collect()
    };
    assert_eq!(names(0), ["A"]);
    assert_eq!(names(1), ["A", "B"]);
    assert_eq!(names(2), ["C"]);
    assert_eq!(names(3), ["A", "B", "B"]);
    assert_eq!(file.stages[3].base, Base::Stage(1));
    assert_eq!(environment(&file)["B"].as_ref().unwrap().expose(), "4");
    assert!(names(9).is_empty());
}

#[test]
fn a_fault_has_the_narrowest_place() {
    let told = |text: &str| -> Vec<(Cause, String)> {
        let file = read(text, &outside);
        let problems = file.problems.iter();
        problems
            .map(|one| (one.cause, text[one.span.start..one.span.end].to_owned()))
            .collect()
    };
    for (line, cause, place) in [
        ("ENV", Cause::NoArguments, "ENV"),
        ("ENV KEY", Cause::NoValue, "KEY"),
        ("ENV A=1 b c=2", Cause::NoEquals, "b"),
        ("ENV A=1 =b", Cause::NoName, "="),
        ("ENV A=1 B=x\"y z", Cause::Unterminated('"'), "\"y z"),
        ("ENV A='x", Cause::Unterminated('\''), "'x"),
        ("ENV A=a${B", Cause::MissingBrace, "${B"),
        ("ENV A=a${B:-'c}", Cause::MissingBrace, "${B:-'c}"),
        ("ENV A=a${}b", Cause::BadSubstitution, "${"),
        ("ENV A=a${B^}", Cause::BadSubstitution, "${B^"),
        ("ENV A=a${B?x}b", Cause::Required, "${B?x}"),
        ("ENV A=a${B#\\x}b", Cause::Pattern, "${B#\\x}"),
        ("ENV --a=b C=1", Cause::Option, "--a=b"),
        ("ENVS A=1", Cause::UnknownInstruction, "ENVS"),
        ("RUN cat <<E", Cause::Heredoc, "RUN"),
        ("FROM a b", Cause::From, "FROM a b"),
        ("ARG =b", Cause::NoName, "="),
    ] {
        let text = format!("FROM x\nENV Z=1\n{line}\n");
        assert_eq!(told(&text), [(cause, place.to_owned())], "{line}");
        let file = read(&text, &outside);
        assert_eq!(file.stages[0].instructions.start, 1);
        assert_eq!(file.instructions[1].keyword, Keyword::Env);
    }
    assert_eq!(
        told("ENV A=1\nFROM x\n"),
        [(Cause::NoStage, "ENV".to_owned())]
    );
    assert_eq!(
        told("# escape=x\nFROM x\n"),
        [(Cause::Directive, "# escape=x".to_owned())]
    );
}

#[test]
fn values_that_would_grow_without_bound_are_unknown() {
    let mut text = String::from("FROM x\nENV A=0123456789\n");
    for _ in 0..60 {
        text.push_str("ENV A=$A$A$A\n");
    }
    let file = read(&text, &outside);
    assert!(file.problems.is_empty());
    assert!(!environment(&file)["A"].as_ref().unwrap().is_known());
    let deep = format!(
        "FROM x\nENV A={}{}\n",
        "${U:-".repeat(100_000),
        "}".repeat(100_000)
    );
    let file = read(&deep, &outside);
    assert!(!environment(&file)["A"].as_ref().unwrap().is_known());
    let mut stages = String::from("FROM x AS s0\n");
    for n in 1..3000 {
        use std::fmt::Write as _;
        writeln!(stages, "FROM s{} AS s{n}\nENV N{n}=$U", n - 1).unwrap();
    }
    let file = read(&stages, &outside);
    assert_eq!(file.environment(2999).len(), 2999);
}

/// Every text of a few letters: no panic, and spans inside the file.
#[test]
fn any_text_is_read() {
    let letters = [
        "ENV ", "A=", "\\", "\n", "'", "\"", "${", "}", "<<", "é", "#",
    ];
    let mut texts = vec![String::from("FROM x\nRUN ")];
    for _ in 0..4 {
        let longer = texts
            .iter()
            .flat_map(|text| letters.iter().map(move |letter| format!("{text}{letter}")));
        texts = longer.collect();
        for text in &texts {
            let file = read(text, &unknown);
            for one in &file.instructions {
                assert!(text.get(one.span.start..one.span.end).is_some(), "{text:?}");
            }
            for problem in &file.problems {
                let span = problem.span;
                assert!(text.get(span.start..span.end).is_some(), "{text:?}");
            }
        }
    }
}
