#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::fmt::Write;

use super::json::{Why, as_json};
use super::schema::{Schema, Type, as_text, type_of};
use super::*;

/// Every character of every scalar with the source that its place covers.
fn map_of(source: &str, text: &Text) -> Vec<(String, String)> {
    let value = text.expose();
    value
        .char_indices()
        .map(|(at, c)| {
            let span = text.span(at..at + c.len_utf8());
            (c.to_string(), source[span.start..span.end].to_owned())
        })
        .collect()
}

/// True where each character stands for itself or for an escape or fold of its own.
fn is_narrow(source: &str, text: &Text) -> bool {
    map_of(source, text).iter().all(|(value, raw)| {
        value == raw
            || raw.starts_with(['\\', '\''])
            || value.trim().is_empty() && raw.trim().is_empty()
    })
}

fn scalars(yaml: &Yaml) -> impl Iterator<Item = &Text> {
    yaml.nodes.iter().filter_map(|node| match &node.content {
        Content::Scalar { text, .. } => Some(text),
        _ => None,
    })
}

fn value_at<'a>(yaml: &'a Yaml, path: &[&str]) -> Value<'a> {
    path.iter()
        .fold(yaml.root().unwrap(), |value, key| value.get(key).unwrap())
}

#[test]
fn every_style_of_scalar_points_at_its_own_characters() {
    let cases = [
        ("a: plain é text", "plain é text"),
        ("a: plain\n  folded\n\n  more", "plain folded\nmore"),
        ("a: 'it''s'", "it's"),
        ("a: 'two\n\n  lines '", "two\nlines "),
        ("a: \"t\\tu\\u00e9x\\x41\\\"\"", "t\tuéxA\""),
        ("a: \"joined \\\n   lines\"", "joined lines"),
        ("a: \"kept\\n  \n  folded\"", "kept\n folded"),
        ("a: |\n  one\n   two\n\n  three\n\n", "one\n two\n\nthree\n"),
        ("a: |-\n  one\n  two\n", "one\ntwo"),
        ("a: |+\n  one\n\n", "one\n\n"),
        ("a: |2\n   one\n  two\n", " one\ntwo\n"),
        ("a: >\n  one\n  two\n\n  three\n", "one two\nthree\n"),
        ("a: >-\n  one\n   more\n  two\n", "one\n more\ntwo"),
        ("a: >\n  one\n\n   more\n\n  two\n", "one\n\n more\n\ntwo\n"),
        ("a: |\n  no end", "no end"),
        ("a: |\r\n  one\r\n  two\r\n", "one\ntwo\n"),
        ("a: 'cr\r\n  lf'", "cr lf"),
        ("a: &x !!str 5", "5"),
    ];
    for (source, expected) in cases {
        let yaml = parse(source, 0);
        assert!(yaml.error().is_none(), "{source:?}: {:?}", yaml.error());
        let text = value_at(&yaml, &["a"]).scalar().unwrap();
        assert_eq!(text.expose(), expected, "{source:?}");
        assert!(
            is_narrow(source, text),
            "{source:?}: {:?}",
            map_of(source, text)
        );
    }
}

#[test]
fn spans_begin_where_the_text_begins_in_its_file() {
    let yaml = parse("a: [b, 'c']\nd: {e: f}\ng:\n  - h\n", 100);
    let root = yaml.root().unwrap();
    assert_eq!(root.get("a").unwrap().span(), Span::new(103, 111));
    assert_eq!(
        root.get("a").unwrap().items().last().unwrap().span(),
        Span::new(107, 110)
    );
    assert_eq!(root.get("d").unwrap().span(), Span::new(115, 121));
    assert_eq!(root.get("g").unwrap().span(), Span::new(127, 130));
    assert_eq!(
        root.get("a")
            .unwrap()
            .items()
            .last()
            .unwrap()
            .scalar()
            .unwrap()
            .source(),
        Span::new(108, 109)
    );
}

#[test]
fn merged_members_give_way_to_own_ones_and_later_keys_win() {
    let yaml = parse(
        "x: &x {a: 1, b: 2}\ny: &y {b: 3, c: 4}\nz:\n  <<: [*x, *y]\n  a: own\n  d: 5\n  d: 6\n",
        0,
    );
    let members = value_at(&yaml, &["z"]).members();
    let shown: Vec<String> = members
        .iter()
        .map(|m| {
            format!(
                "{}={}",
                m.key.scalar().unwrap().expose(),
                m.value.scalar().unwrap().expose()
            )
        })
        .collect();
    let mut sorted = shown.clone();
    sorted.sort();
    assert_eq!(sorted, ["a=own", "b=2", "c=4", "d=6"]);
    assert_eq!(value_at(&yaml, &["z", "c"]).scalar().unwrap().expose(), "4");
    // `PyYAML` 6.0.4 knows keys by the identity of their texts: of long ones the later mapping wins.
    let no = as_json(value_at(&yaml, &["z"]), Schema::PyYaml).unwrap_err();
    assert_eq!(no.why, Why::Contested);
    assert!(as_json(value_at(&yaml, &["z"]), Schema::Go).is_ok());
}

#[test]
fn an_alias_bomb_stays_small_and_a_loop_ends() {
    let mut bomb = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x]\n");
    for level in 1..10 {
        let below = format!("*a{}", level - 1);
        let items = vec![below; 9].join(", ");
        writeln!(bomb, "a{level}: &a{level} [{items}]").unwrap();
    }
    let yaml = parse(&bomb, 0);
    assert!(yaml.error().is_none());
    assert!(yaml.nodes.len() < 200);
    let looped = parse("a: &a\n  <<: *a\n  b: 1\n", 0);
    assert_eq!(value_at(&looped, &["a"]).members().len(), 1);
}

#[test]
fn what_aliases_unfold_into_is_bounded() {
    let json = |source: &str| as_json(parse(source, 0).root().unwrap(), Schema::PyYaml);
    let mut bomb = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x]\n");
    let mut merges = String::from("a0: &a0 {k: x}\n");
    for level in 1..40 {
        let below = vec![format!("*a{}", level - 1); 9].join(", ");
        writeln!(bomb, "a{level}: &a{level} [{below}]").unwrap();
        writeln!(merges, "a{level}: &a{level} {{<<: [{below}]}}").unwrap();
    }
    assert_eq!(json(&bomb).unwrap_err().why, Why::Size);
    // Each mapping is merged once.
    assert!(
        json(&merges)
            .unwrap()
            .expose()
            .ends_with("\"a39\":{\"k\":\"x\"}}")
    );
    let wide = format!("a: &a [{}]", "*a, ".repeat(20_000));
    assert_eq!(json(&wide).unwrap_err().why, Why::Size);
    let empty = format!("e: &e {{}}\nl: &l [{}]\n", "*e, ".repeat(20_000));
    let empty = (0..20_000).fold(empty, |text, at| text + &format!("m{at}: {{<<: *l}}\n"));
    assert_eq!(json(&empty).unwrap_err().why, Why::Size);
    let long = format!(
        "a: &a {}\nb: [{}]\n",
        "x".repeat(1 << 20),
        "*a, ".repeat(20_000)
    );
    assert_eq!(json(&long).unwrap_err().why, Why::Size);
    let chain = (1..20_000).fold("m0: &m0 {k: x}\n".to_owned(), |text, at| {
        text + &format!("m{at}: &m{at} {{<<: *m{}}}\n", at - 1)
    });
    let chain = parse(&chain, 0);
    let last = chain.root().unwrap().pairs().last().unwrap();
    assert_eq!(last.value.members().len(), 1);
}

#[test]
fn keys_that_stand_twice_are_told_and_merged_ones_are_not() {
    let yaml = parse(
        "x: &x {a: 0}\ny:\n  <<: *x\n  a: 1\n  b: 2\n  a: 3\n  'b': 4\n",
        0,
    );
    let told: Vec<_> = value_at(&yaml, &["y"])
        .repeated()
        .iter()
        .map(|(again, first)| (again.key.span().start, first.key.span().start))
        .collect();
    assert_eq!(told, [(41, 27), (48, 34)]);
}

#[test]
fn an_entry_reaches_from_its_key_to_the_end_of_its_value() {
    let source = "a: &x 'v' # c\nb: |\n  one\n  two\n\nc: *x\nd:\n  e: [1,\n    2]\nf:\n# end\n";
    let yaml = parse(source, 0);
    let entries: Vec<&str> = yaml
        .root()
        .unwrap()
        .pairs()
        .map(|pair| &source[pair.span().start..pair.span().end])
        .collect();
    assert_eq!(
        entries,
        [
            "a: &x 'v'",
            "b: |\n  one\n  two\n",
            "c: *x",
            "d:\n  e: [1,\n    2]",
            "f",
        ]
    );
}

#[test]
fn a_template_mark_is_known_where_yaml_reads_it_as_a_mapping() {
    let yaml = parse(
        "a: {{ x }}\nb: {c: {d: 1}}\nc: '{{ x }}'\nd: {{ x.y }}\n",
        0,
    );
    let is = |key: &str| value_at(&yaml, &[key]).is_template();
    assert_eq!(["a", "b", "c", "d"].map(is), [true, false, false, true]);
    let cut = parse("a: 1\n---\nb: 2\n---\nc: {{ x }}-y\nd: 3\n", 0);
    let error = cut.error().unwrap();
    assert_eq!(error.at, 28);
    assert_eq!(cut.documents().count(), 3);
    assert!(
        parse("a:\n{{- if x }}\n  b: 1\n{{- end }}\n", 0)
            .error()
            .is_some()
    );
}

#[test]
fn what_go_prints_of_a_scalar_points_at_it() {
    let print = |text: &str| {
        let yaml = parse(text, 0);
        let value = yaml.root().unwrap();
        as_text(value, Schema::Go).map(|text| (text.expose().to_owned(), text.source().end))
    };
    let printed = |text: &str, shown: &str| Some((shown.to_owned(), text.len()));
    assert_eq!(print("0x1F"), printed("0x1F", "31"));
    assert_eq!(print("yes"), printed("yes", "yes"));
    assert_eq!(print("True"), printed("True", "true"));
    assert_eq!(print("~"), None);
    assert_eq!(print("2024-01-31"), None);
}

#[test]
fn what_stands_before_an_error_is_kept() {
    assert!(parse(&"[".repeat(10_000), 0).error().unwrap().is_limit);
    let yaml = parse("a: 1\nb: [2, 3\nc: 4", 0);
    assert!(yaml.error().is_some());
    assert_eq!(value_at(&yaml, &["a"]).scalar().unwrap().expose(), "1");
    for hostile in [
        "[".repeat(100_000),
        "- ".repeat(100_000),
        "a: ".repeat(50_000),
        "? ".repeat(20_000),
    ] {
        assert!(parse(&hostile, 0).error().is_some());
    }
}

#[test]
fn comments_and_documents_are_told() {
    let source = "# one\na: 1 # two\n---\nb: 2\n";
    let yaml = parse(source, 0);
    let comments: Vec<&str> = yaml
        .comments()
        .iter()
        .map(|comment| &source[comment.span.start..comment.span.end])
        .collect();
    assert_eq!(comments, ["# one", "# two"]);
    assert_eq!(yaml.documents().count(), 2);
}

#[test]
fn the_type_of_a_plain_scalar_depends_on_its_reader() {
    use Type::{Bool, Float, Integer, Null, String, Timestamp};
    let types = |text: &str| {
        let source = format!("a: {text}");
        let yaml = parse(&source, 0);
        let value = value_at(&yaml, &["a"]);
        [Schema::PyYaml, Schema::Go, Schema::Kubernetes]
            .map(|schema| type_of(value, schema).unwrap())
    };
    assert_eq!(types("on"), [Bool(true), String, Bool(true)]);
    assert_eq!(types("True"), [Bool(true); 3]);
    assert_eq!(types("tRue"), [String; 3]);
    assert_eq!(types("~"), [Null; 3]);
    assert_eq!(types("'5'"), [String; 3]);
    assert_eq!(types("0123"), [Integer; 3]);
    assert_eq!(types("0129"), [String, Float, Float]);
    assert_eq!(types("1_000"), [Integer; 3]);
    assert_eq!(types("12:30:45"), [Integer, String, String]);
    assert_eq!(types("1e3"), [String, Float, Float]);
    assert_eq!(types("1.5"), [Float; 3]);
    assert_eq!(types("2024-01-31"), [Timestamp, Timestamp, String]);
    assert_eq!(types("2024-1-3"), [String, Timestamp, String]);
    assert_eq!(types("2024-01-31 a:b"), [String; 3]);
    assert_eq!(types("a-b"), [String; 3]);
    assert_eq!(types("!!str 5"), [String; 3]);
}

#[test]
fn narrow_places_hold_for_every_text_that_can_be_written() {
    use proptest::prelude::*;
    let scalar = prop::collection::vec(
        prop_oneof![
            "[a-z]{1,3}",
            Just(" ".to_owned()),
            Just("\n".to_owned()),
            Just("é".to_owned()),
            Just("''".to_owned())
        ],
        1..12,
    );
    proptest!(|(parts in scalar, quote in 0..2)| {
        let body = parts.concat().replace('\n', "\n  ");
        let source = if quote == 0 { format!("a: '{body}'\n") } else { format!("a: |\n  {body}\n") };
        let yaml = parse(&source, 0);
        if yaml.error().is_none() {
            for text in scalars(&yaml) {
                prop_assert!(is_narrow(&source, text) || text.is_empty(), "{source:?}");
            }
        }
    });
}
