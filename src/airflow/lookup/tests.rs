//! Names as each release builds them, and the near misses.

use super::*;

const NOW: Version = Version::new(9, 39, 0);

fn kwargs<'a>(prefix: Kwarg<'a>, sep: Kwarg<'a>) -> PrefixKwargs<'a> {
    PrefixKwargs {
        connections: prefix,
        sep,
        ..PrefixKwargs::default()
    }
}

/// Names as the real classes of each release asked for them.
#[test]
fn names_are_built_as_each_release_builds_them() {
    let rows: [(&str, &str, &str, &str); 8] = [
        ("/a/b", "/a/b/x", "/a/b/x", "/a/b/x"),
        ("a/b", "a/b/x", "/a/b/x", "a/b/x"),
        ("/a/b//", "/a/b/x", "/a/b/x", "/a/b/x"),
        ("//a", "//a/x", "//a/x", "//a/x"),
        ("", "/x", "/x", "x"),
        ("/", "/x", "/x", "x"),
        (" /a", " /a/x", "/ /a/x", " /a/x"),
        ("arn:aws:x", "arn:aws:x/x", "/arn:aws:x/x", "arn:aws:x/x"),
    ];
    for (prefix, old, new, secrets) in rows {
        let kwargs = kwargs(Kwarg::Text(prefix), Kwarg::Absent);
        let name = |naming: Naming| naming.name_for(EntryKind::Connection, "x").unwrap();
        assert_eq!(name(Naming::ssm(&kwargs, Version::new(7, 2, 1))), old);
        assert_eq!(name(Naming::ssm(&kwargs, NOW)), new);
        assert_eq!(name(Naming::secrets_manager(&kwargs, NOW)), secrets);
    }
}

#[test]
fn the_separator_is_stripped_by_its_characters() {
    let name = |prefix, sep, amazon| {
        Naming::secrets_manager(&kwargs(Kwarg::Text(prefix), sep), amazon)
            .name_for(EntryKind::Connection, "x")
            .unwrap()
    };
    assert_eq!(name("a/b/", Kwarg::Text("-"), NOW), "a/b/-x");
    assert_eq!(
        name("a/b/", Kwarg::Text("-"), Version::new(2, 2, 0)),
        "a/b-x"
    );
    assert_eq!(name("a/b", Kwarg::Null, NOW), "a/bNonex");
    assert_eq!(name("xab", Kwarg::Text("ab"), NOW), "xabx");
    assert_eq!(name("a \u{1c}", Kwarg::Null, NOW), "aNonex");
    assert_eq!(name("a", Kwarg::Text(""), NOW), "ax");
    let off = Naming::ssm(&kwargs(Kwarg::Null, Kwarg::Text("-")), NOW);
    assert_eq!(off.name_for(EntryKind::Connection, "x"), None);
    assert_eq!(off.sep, "/");
    assert_eq!(off.coverage("/airflow/connections/x"), Coverage::Foreign);
}

#[test]
fn a_covered_name_is_exactly_one_that_is_asked_for() {
    for naming in [
        Naming::defaults(Kind::Ssm, NOW),
        Naming::defaults(Kind::SecretsManager, NOW),
        Naming::ssm(&kwargs(Kwarg::Text("a/b"), Kwarg::Absent), NOW),
        Naming::ssm(
            &kwargs(Kwarg::Text("a/b"), Kwarg::Absent),
            Version::new(6, 0, 0),
        ),
        Naming::secrets_manager(&kwargs(Kwarg::Text("a/b"), Kwarg::Text("-")), NOW),
    ] {
        for kind in KINDS {
            let name = naming.name_for(kind, "some/id").unwrap();
            let covered = Coverage::Covered {
                kind,
                id: "some/id",
            };
            assert_eq!(naming.coverage(&name), covered, "{name}");
            assert_eq!(naming.near_miss(&name), None, "{name}");
        }
    }
}

#[test]
fn the_longest_prefix_covers_and_equal_ones_leave_it_open() {
    let naming = Naming::ssm(
        &PrefixKwargs {
            connections: Kwarg::Text("/airflow"),
            variables: Kwarg::Text("/airflow/variables"),
            config: Kwarg::Text("/airflow/variables"),
            ..PrefixKwargs::default()
        },
        NOW,
    );
    assert!(matches!(
        naming.coverage("/airflow/x"),
        Coverage::Covered {
            kind: EntryKind::Connection,
            ..
        }
    ));
    assert_eq!(
        naming.coverage("/airflow/variables/x"),
        Coverage::Ambiguous { id: "x" }
    );
    let empty = Naming::secrets_manager(&kwargs(Kwarg::Text(""), Kwarg::Absent), NOW);
    assert_eq!(
        empty.coverage("my-secret"),
        Coverage::Ambiguous { id: "my-secret" }
    );
    assert_eq!(empty.coverage("other/my-secret"), Coverage::Foreign);
}

#[test]
fn a_flat_map_does_not_care_for_the_leading_slash() {
    let naming = Naming::defaults(Kind::FlatStore, NOW);
    for name in ["airflow/variables/x", "/airflow/variables/x"] {
        assert!(matches!(
            naming.coverage(name),
            Coverage::Covered {
                kind: EntryKind::Variable,
                ..
            }
        ));
    }
}

#[test]
fn near_misses_say_why() {
    let ssm = Naming::defaults(Kind::Ssm, NOW);
    let secrets = Naming::defaults(Kind::SecretsManager, NOW);
    let why =
        |naming: &Naming, name: &str| naming.near_miss(name).map(|miss| (miss.why, miss.asked));
    let asked = |why: Why, name: &str| Some((why, name.to_owned()));
    assert_eq!(
        why(&ssm, "airflow/connections/x"),
        asked(Why::LeadingSlashMissing, "/airflow/connections/x")
    );
    assert_eq!(
        why(&secrets, "/airflow/variables/x"),
        asked(Why::LeadingSlashExtra, "airflow/variables/x")
    );
    assert_eq!(
        why(&ssm, "/Airflow/connections/x"),
        asked(Why::Case, "/airflow/connections/x")
    );
    assert_eq!(
        why(&ssm, "/airflow//connections/x"),
        asked(Why::DoubleSlash, "/airflow/connections/x")
    );
    assert_eq!(
        why(&ssm, "/airflow/connections//x"),
        asked(Why::DoubleSlash, "/airflow/connections/x")
    );
    assert_eq!(
        why(&ssm, "/airflow/connections/x/"),
        asked(Why::TrailingSlash, "/airflow/connections/x")
    );
    assert_eq!(
        why(&secrets, "airflow/connection/x"),
        asked(Why::OtherWord, "airflow/connections/x")
    );
    assert_eq!(
        why(&secrets, "airflow/connectoins/x"),
        asked(Why::OtherWord, "airflow/connections/x")
    );
    assert_eq!(
        why(&secrets, "airflow/connections-x"),
        asked(Why::Separator, "airflow/connections/x")
    );
    assert_eq!(
        why(&ssm, "/prod/airflow/connections/x"),
        asked(Why::ExtraLevel, "/airflow/connections/x")
    );
    assert_eq!(
        why(&ssm, "/airflow/prod/variables/x"),
        asked(Why::ExtraLevel, "/airflow/variables/x")
    );
}

#[test]
fn other_people_s_names_are_no_near_misses() {
    let ssm = Naming::defaults(Kind::Ssm, NOW);
    for name in [
        "/app/db/password",
        "/airflow",
        "/airflow/connections",
        "/airflow/connections/",
        "/airflow/secret-key",
        "/prod/app/connections/x",
        "connections",
        "",
        "/",
        "//",
        "é/日",
        "/airflow-dev/connections/x",
    ] {
        assert_eq!(ssm.near_miss(name), None, "{name}");
    }
    let project = Naming::ssm(
        &kwargs(Kwarg::Text("/project-a/connections"), Kwarg::Absent),
        NOW,
    );
    assert_eq!(project.near_miss("/project-b/connections/x"), None);
    let off = Naming::ssm(&kwargs(Kwarg::Null, Kwarg::Absent), NOW);
    assert_eq!(off.near_miss("airflow/connections/x"), None);
}
