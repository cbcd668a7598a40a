//! The recorded readings of the real programs.

use std::collections::BTreeMap;

use super::{Delivery, Dialect, EnvFile, Outside, read};

fn outside(name: &str) -> Outside {
    match name {
        "HOSTVAR" => Outside::Value("hostval".into()),
        "HOME" => Outside::Value("/home/u".into()),
        _ => Outside::Unset,
    }
}

const KEYS: [(&str, Dialect); 9] = [
    ("docker_run_env_file", Dialect::Docker),
    ("compose_env_file", Dialect::Compose),
    ("astro_dev_start_docker", Dialect::Compose),
    ("python_dotenv", Dialect::PythonDotenv),
    ("posix_sh_source", Dialect::Sh),
    ("bash_source", Dialect::Bash),
    ("systemd_EnvironmentFile", Dialect::Systemd),
    ("astro_dev_standalone", Dialect::AstroStandalone),
    ("astro_deployment_variable_load", Dialect::AstroDeploy),
];

fn delivered(file: &EnvFile) -> BTreeMap<String, Option<(String, bool)>> {
    file.variables
        .iter()
        .filter(|v| v.delivery == Delivery::Kept)
        .map(|v| {
            let value = v
                .value
                .as_ref()
                .map(|t| (t.expose().to_owned(), t.is_known()));
            (v.name.clone(), value)
        })
        .collect()
}

#[test]
fn every_recorded_case_is_read_as_the_real_program_reads_it() {
    let data = std::fs::read_to_string("fixtures/parity/dotenv-cases.json").unwrap();
    let data: serde_json::Value = serde_json::from_str(&data).unwrap();
    let mut wrong = Vec::new();
    let mut compared = 0;
    for case in data["cases"].as_array().unwrap() {
        let id = case["id"].as_str().unwrap();
        let bytes = case["bytes"].as_str().unwrap();
        for (key, dialect) in KEYS {
            compared += 1;
            let expected = &case["results"][key];
            let file = read(bytes, dialect, &outside);
            let refused = expected.get("error").is_some();
            // A shell that ends leaves nothing; the recording shows an empty environment.
            let ended = file.refused && dialect.is_shell();
            if refused != file.refused && !ended {
                wrong.push(format!("{id} {key}: refused {}", file.refused));
                continue;
            }
            let expected = expected["env"].as_object().cloned().unwrap_or_default();
            let got = delivered(&file);
            let names: Vec<&String> = expected.keys().collect();
            if got.keys().collect::<Vec<_>>() != {
                let mut n = names;
                n.sort();
                n
            } {
                wrong.push(format!(
                    "{id} {key}: names {:?} for {:?}",
                    got.keys(),
                    expected.keys()
                ));
                continue;
            }
            for (name, value) in &expected {
                let agrees = match (&got[name], value.as_str()) {
                    (None, None) | (Some((_, false)), Some(_)) => true,
                    (Some((text, true)), Some(value)) => text == value,
                    _ => false,
                };
                if !agrees {
                    wrong.push(format!("{id} {key}: {name} is {:?} for {value}", got[name]));
                }
            }
        }
    }
    assert!(compared == 77 * 9, "{compared} readings");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn value_of(text: &str, dialect: Dialect, name: &str) -> Option<String> {
    let file = read(text, dialect, &outside);
    delivered(&file)
        .remove(name)
        .flatten()
        .map(|(value, _)| value)
}

#[test]
fn export_takes_a_quoted_assignment() {
    for dialect in [Dialect::Sh, Dialect::Bash] {
        let text = "export \"K=a b\" 'L=c'\n";
        assert_eq!(value_of(text, dialect, "K").as_deref(), Some("a b"));
        assert_eq!(value_of(text, dialect, "L").as_deref(), Some("c"));
    }
}

#[test]
fn every_character_of_a_value_points_at_its_own_bytes() {
    let at = |text: &str, dialect: Dialect, wanted: &str| {
        let file = read(text, dialect, &outside);
        let value = file.variables.last().unwrap().value.clone().unwrap();
        let start = value.expose().find(wanted).unwrap();
        let span = value.span(start..start + wanted.len());
        text[span.start..span.end].to_owned()
    };
    assert_eq!(
        at("K=\"a\\\"é\\n$HOSTVAR!\"\n", Dialect::Compose, "\n"),
        "\\n"
    );
    assert_eq!(
        at("K=\"a\\\"é\\n$HOSTVAR!\"\n", Dialect::Compose, "\""),
        "\\\""
    );
    assert_eq!(
        at("K=\"a\\\"é\\n$HOSTVAR!\"\n", Dialect::Compose, "hostval"),
        "$HOSTVAR"
    );
    assert_eq!(at("K=\"a\\\"é\\n$HOSTVAR!\"\n", Dialect::Compose, "!"), "!");
    assert_eq!(at("K=x${A:-yz}\n", Dialect::Compose, "z"), "z");
    assert_eq!(at("K='a\\'b'\r\n", Dialect::PythonDotenv, "'b"), "\\'b");
    assert_eq!(at("K='a\r\nb'\n", Dialect::PythonDotenv, "\n"), "\r\n");
    assert_eq!(at("A=1\nK=\"x${A}\"'y'z\\é\n", Dialect::Sh, "1"), "${A}");
    assert_eq!(at("A=1\nK=\"x${A}\"'y'z\\é\n", Dialect::Bash, "é"), "\\é");
    assert_eq!(at("K=\"a\\$b\" c\n", Dialect::Systemd, "$"), "\\$");
    assert_eq!(at("  K= 'a b' \n", Dialect::AstroDeploy, "a"), "a");
}

#[test]
fn a_reference_that_nobody_can_resolve_leaves_the_value_unknown() {
    let unknown = |_: &str| Outside::Unknown;
    for (text, dialect) in [
        ("K=a${X}b\n", Dialect::Compose),
        ("K=a${X:-c}b\n", Dialect::Compose),
        ("K=a${X}b\n", Dialect::PythonDotenv),
        ("K=a$X\n", Dialect::Sh),
        ("K=$(date)\n", Dialect::Bash),
        ("X\nK=$X\n", Dialect::Compose),
    ] {
        let file = read(text, dialect, &unknown);
        let value = file.variables.last().unwrap().value.clone().unwrap();
        assert!(!value.is_known(), "{text}");
    }
    let file = read("X=1\nK=$X\n", Dialect::Compose, &unknown);
    assert!(file.variables[1].value.as_ref().unwrap().is_known());
}

#[test]
fn references_cannot_make_a_file_grow_without_bound() {
    let mut text = String::from("A=xxxxxxxxxxxxxxxx\n");
    for _ in 0..64 {
        text.push_str("A=$A$A\n");
    }
    for dialect in [Dialect::Compose, Dialect::Sh] {
        let file = read(&text, dialect, &outside);
        let longest = file
            .variables
            .iter()
            .filter_map(|v| v.value.as_ref())
            .map(crate::source::Text::len);
        assert!(longest.max().unwrap() < 16 << 20);
    }
}

#[test]
fn a_broken_line_does_not_hide_the_others() {
    let file = read("A=1\nB=\"x\"y$\nC=2\nD=3", Dialect::Compose, &outside);
    assert!(file.refused);
    assert!(
        file.variables
            .iter()
            .any(|v| v.name == "D" && v.delivery == Delivery::Recovered)
    );
    assert_eq!(delivered(&file).len(), 0);
    let file = read("A=1\nB=x(y)\nC=2\n", Dialect::Bash, &outside);
    assert_eq!(delivered(&file).keys().collect::<Vec<_>>(), ["A"]);
    assert!(
        file.variables
            .iter()
            .any(|v| v.name == "C" && v.delivery == Delivery::Recovered)
    );
}

#[test]
fn nothing_makes_a_reader_panic() {
    let pieces = [
        "K=", "\"", "'", "\\", "$", "{", "}", "(", ")", "`", "${", "$(", "\n", "\r", " ", "#", "é",
        "\u{feff}", "=", ":", "&", ";", "<", ">", "~", "export ", "\0", "$'", "+=", "日",
    ];
    let mut state = 1u64;
    for _ in 0..4000 {
        let mut text = String::new();
        for _ in 0..12 {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            text.push_str(pieces[(state >> 33) as usize % pieces.len()]);
        }
        for dialect in Dialect::ALL {
            let file = read(&text, dialect, &|_| Outside::Unknown);
            for variable in &file.variables {
                assert!(
                    text.get(variable.name_span.start..variable.name_span.end)
                        .is_some()
                );
                if let Some(value) = &variable.value {
                    let source = value.source();
                    assert!(text.get(source.start..source.end).is_some());
                }
            }
            for problem in &file.problems {
                assert!(text.get(problem.span.start..problem.span.end).is_some());
            }
        }
    }
}

#[test]
fn kustomize_reads_as_docker_does_and_sets_bare_names_to_nothing() {
    let text = "# c\nA=\"b\"  # d\n  E\n";
    let read = |dialect| {
        let file = read(text, dialect, &|_| Outside::Unset);
        let kept = file
            .variables
            .into_iter()
            .filter(|one| one.delivery == Delivery::Kept);
        let told = kept.map(|one| (one.name, one.value.map(|value| value.expose().to_owned())));
        told.collect::<Vec<_>>()
    };
    let [first, bare] = [("A", "\"b\"  # d"), ("E", "")];
    let told = |all: &[(&str, &str)]| {
        let all = all
            .iter()
            .map(|(name, value)| ((*name).to_owned(), Some((*value).to_owned())));
        all.collect::<Vec<_>>()
    };
    assert_eq!(read(Dialect::Kustomize)[..2], told(&[first, bare]));
    assert_eq!(read(Dialect::Docker)[..1], told(&[first]));
}

#[test]
fn export_puts_in_what_its_words_refer_to_before_it_sets_the_first() {
    let text =
        "A=0\nexport A=1 B=\"$A/x\" \"C=$A\"\nexport D=$A E=\"${D-none}\"\nF=2 G=$F\nexport H=$D\n";
    for dialect in [Dialect::Sh, Dialect::Bash] {
        let found = delivered(&read(text, dialect, &outside));
        let value = |name: &str| found[name].clone().unwrap().0;
        let values = ["A", "B", "C", "D", "E", "G", "H"].map(value);
        assert_eq!(values, ["1", "0/x", "0", "1", "none", "2", "1"]);
    }
}

#[test]
fn what_the_built_ins_of_a_shell_make_of_their_words_is_told_as_far_as_it_is_certain() {
    let of = |text: &str| {
        let unknown = |_: &str| Outside::Unknown;
        let found = delivered(&read(text, Dialect::Bash, &unknown));
        let told = found.into_iter().map(|(name, value)| match value {
            Some((value, true)) => format!("{name}={value}"),
            _ => format!("{name}=?"),
        });
        told.collect::<Vec<_>>()
    };
    // Two words, of which the last one counts.
    assert_eq!(
        of("export A={a,b} B='{a,b}'\nC={a,b}\nexport D=$A\n"),
        ["A=?", "B={a,b}", "C={a,b}", "D=?"]
    );
    // To be read only is not to be exported.
    assert_eq!(
        of("set +a\nreadonly A=1\nreadonly \"B=$A\"\nreadonly C\nexport D=1\n"),
        ["D=1"]
    );
    // Nobody knows what it is appended to.
    assert_eq!(of("A+=\nexport B+=\"\"\n"), ["A=?", "B=?"]);
}
