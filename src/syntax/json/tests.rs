//! The reader against Python's words, places and values.

use super::*;

fn read(text: &str) -> Result<Json, Error> {
    parse(&Text::verbatim(text, 0))
}

fn failure(text: &str) -> (ErrorKind, usize) {
    let error = read(text).expect_err("must fail");
    (error.kind, error.at)
}

#[test]
fn every_key_and_value_has_its_span() {
    let text = r#" {"a": [1, {"b": "x"}], "c": null} "#;
    let json = read(text).unwrap();
    let inner = json.root().get("a").unwrap().items().nth(1).unwrap();
    assert_eq!(&text[inner.range()], r#"{"b": "x"}"#);
    let member = inner.members().next().unwrap();
    assert_eq!(&text[member.key.range()], r#""b""#);
    assert_eq!(member.value.as_str().unwrap(), "x");
    assert_eq!(json.root().get("c").unwrap().kind(), Kind::Null);
}

#[test]
fn python_s_extensions_are_values() {
    for (text, kind) in [
        ("NaN", Kind::NaN),
        ("Infinity", Kind::Infinity),
        ("-Infinity", Kind::NegInfinity),
        ("123456789012345678901234567890", Kind::Integer),
        ("-0", Kind::Integer),
        ("1e5", Kind::Float),
        ("1.5", Kind::Float),
    ] {
        assert_eq!(read(text).unwrap().root().kind(), kind, "{text}");
    }
}

#[test]
fn the_last_of_repeated_keys_wins_in_the_place_of_the_first() {
    let json = read(r#"{"a": 1, "b": 2, "a": 3}"#).unwrap();
    assert_eq!(json.root().get("a").unwrap().range(), 22..23);
    let names: Vec<_> = json
        .root()
        .effective_members()
        .iter()
        .map(|m| m.key.as_str().unwrap())
        .collect();
    assert_eq!(names, ["a", "b"]);
}

#[test]
fn errors_stand_where_python_says() {
    assert_eq!(failure(""), (ErrorKind::ExpectingValue, 0));
    assert_eq!(failure("{'a': 1}"), (ErrorKind::ExpectingPropertyName, 1));
    assert_eq!(
        failure(r#"{"a": 1,}"#),
        (ErrorKind::ExpectingPropertyName, 8)
    );
    assert_eq!(failure("[1,]"), (ErrorKind::ExpectingValue, 3));
    assert_eq!(failure(r#"{"a" 1}"#), (ErrorKind::ExpectingColon, 5));
    assert_eq!(failure(r#"{"a": 1 "b"}"#), (ErrorKind::ExpectingComma, 8));
    assert_eq!(failure("01"), (ErrorKind::ExtraData, 1));
    assert_eq!(failure("1.e5"), (ErrorKind::ExtraData, 1));
    assert_eq!(failure("-"), (ErrorKind::ExpectingValue, 0));
    assert_eq!(failure("\"a\nb\""), (ErrorKind::InvalidControlCharacter, 2));
    assert_eq!(failure(r#""a\qb""#), (ErrorKind::InvalidEscape, 2));
    assert_eq!(failure(r#""\u12g4""#), (ErrorKind::InvalidUnicodeEscape, 2));
    assert_eq!(failure(r#""\u00e9"#), (ErrorKind::InvalidUnicodeEscape, 2));
    assert_eq!(failure(r#""\u00e9a"#), (ErrorKind::UnterminatedString, 0));
    assert_eq!(failure(r#"["abc"#), (ErrorKind::UnterminatedString, 1));
    assert_eq!(failure("\u{feff}{}"), (ErrorKind::Bom, 0));
    assert_eq!(failure("[1 2]"), (ErrorKind::ExpectingComma, 3));
}

#[test]
fn decoded_characters_point_at_their_escapes() {
    let text = r#""a\"\u0041\/😀b""#;
    let json = parse(&Text::verbatim(text, 100)).unwrap();
    let decoded = json.root().string().unwrap();
    assert_eq!(decoded.expose(), "a\"A/😀b");
    assert_eq!(decoded.span(1..2), Span::new(102, 104));
    assert_eq!(decoded.span(2..3), Span::new(104, 110));
    assert_eq!(decoded.span(3..4), Span::new(110, 112));
    let pair = read(r#""\ud83d\ude00b""#).unwrap();
    let decoded = pair.root().string().unwrap();
    assert_eq!(decoded.expose(), "😀b");
    assert_eq!(decoded.span(0..4), Span::new(1, 13));
    assert_eq!(decoded.span(4..5), Span::new(13, 14));
}

#[test]
fn a_lone_surrogate_makes_the_value_unknown() {
    let json = read(r#""a\ud800""#).unwrap();
    let decoded = json.root().string().unwrap();
    assert!(decoded.is_lossy() && !decoded.is_known());
}

#[test]
fn nesting_is_refused_before_it_can_hurt() {
    let deep = "[".repeat(1_000_000);
    assert_eq!(failure(&deep), (ErrorKind::TooDeep, MAX_DEPTH));
    let fine = format!("{}{}", "[".repeat(MAX_DEPTH), "]".repeat(MAX_DEPTH));
    assert!(read(&fine).is_ok());
}

#[test]
fn truth_is_python_s() {
    for falsy in [
        "0", "-0", "0.0", "0e9", "1e-999", "\"\"", "[]", "{}", "null", "false",
    ] {
        assert!(!read(falsy).unwrap().root().is_truthy(), "{falsy}");
    }
    for truthy in ["1", "0.1", "NaN", "\" \"", "[0]", "{\"\":0}", "true"] {
        assert!(read(truthy).unwrap().root().is_truthy(), "{truthy}");
    }
}

#[test]
fn a_member_that_is_asked_for_is_scanned_with_the_whole_as_it_is_alone() {
    let text = br#"{"values": {"x": 1}, "a": {"b": {}}, "values" : { "b\u0041": [1, {"c": 2}], "d":"e\"" }, "z": [[0]]}"#;
    let mut scanner = scan::Scanner::default();
    scanner.within = Some(b"values");
    let whole = scanner.value(text, 0, 0).unwrap();
    let (slots, inner) = (scanner.slots.clone(), scanner.inner.clone());
    scanner.within = None;
    assert_eq!(scanner.value(text, 0, 0).unwrap(), whole);
    assert_eq!(scanner.slots, slots);
    scanner.value(text, slots[2].value.start, 0).unwrap();
    assert_eq!(scanner.slots, inner);
    assert_eq!(inner.len(), 2);
}

/// Texts of any length around the bytes that are looked at together, with and without escapes.
#[test]
fn escapes_are_taken_out_alike_with_and_without_a_map() {
    let pieces = [
        "a",
        "bcdefgh",
        "é",
        "\\\"",
        "\\\\",
        "\\/",
        "\\n",
        "\\u00e9",
        "\\ud83d\\ude00",
        "\\ud800",
        "😀",
    ];
    for first in pieces {
        for second in pieces {
            for plain in 0..40 {
                let inner = format!(
                    "{first}{}{second}{}",
                    "x".repeat(plain),
                    "y".repeat(plain % 7)
                );
                let mut value = String::from("before");
                unescape_onto(&inner, &mut value, &mut vec![7; 3]);
                assert_eq!(
                    value,
                    format!("before{}", decode(&inner, 0).expose()),
                    "{inner}"
                );
                let whole = format!("\"{inner}\"");
                let read = read(&whole).unwrap();
                assert_eq!(read.root().range(), 0..whole.len(), "{whole}");
                assert_eq!(read.root().as_str().unwrap(), value[6..], "{whole}");
            }
        }
    }
}

/// As `lex::string`, one byte after the other.
fn one_by_one(bytes: &[u8], start: usize) -> Result<(usize, bool), Error> {
    let (mut at, mut escaped) = (start + 1, false);
    loop {
        let kind = match bytes.get(at) {
            Some(b'"') => return Ok((at + 1, escaped)),
            Some(b'\\') => {
                escaped = true;
                at = lex::escape(bytes, start, at)?;
                continue;
            }
            Some(0..0x20) => ErrorKind::InvalidControlCharacter,
            Some(_) => {
                at += 1;
                continue;
            }
            None => {
                return Err(Error {
                    kind: ErrorKind::UnterminatedString,
                    at: start,
                });
            }
        };
        return Err(Error { kind, at });
    }
}

proptest::proptest! {
    /// However many bytes are looked at together, a string ends where it ends, and is wrong where it is wrong.
    #[test]
    fn a_string_is_what_it_is_byte_by_byte(
        pieces in proptest::collection::vec((0..16_usize, 0..12_usize), 0..40),
        start in 0..9_usize,
    ) {
        let all = [
            "\\\"", "\\\"", "\\\"", "\\\\", "\\\\", "\\/", "\\n", "\\u00e9", "\\ud800", "#", "]", " ", "é", "😀", "\"", "\\",
        ];
        let mut inner = String::new();
        for (number, (piece, plain)) in pieces.iter().enumerate() {
            inner.push_str(&"abcdefghijkl"[..*plain]);
            // What ends a string, or is none, mostly stands late.
            let is_late = *piece < 14 || number > 12;
            inner.push_str(if is_late { all[*piece] } else { "\u{7f}" });
            if *piece == 9 && *plain == 11 {
                inner.push('\u{1f}');
            }
        }
        for text in [format!("{}\"{inner}\"", " ".repeat(start)), format!("{}\"{inner}", " ".repeat(start))] {
            let found = lex::string(text.as_bytes(), start);
            proptest::prop_assert_eq!(found, one_by_one(text.as_bytes(), start));
            if let Ok((end, escaped)) = found {
                let inner = &text[start + 1..end - 1];
                proptest::prop_assert_eq!(escaped, inner.contains('\\'));
                let decoded = decode(inner, 0);
                proptest::prop_assert_eq!(unescape_plain(inner), decoded.expose());
            }
        }
    }

    /// A scanner that has seen other elements says of each what one says that has seen none: members, ends, faults and how
    /// far it came.
    #[test]
    fn an_element_is_scanned_alike_whatever_stood_before(
        elements in proptest::collection::vec((0..4_usize, 0..12_usize, 0..40_usize, 0..6_usize), 1..40),
    ) {
        let values = [
            "\"\"", "\"String\"", "\"a \\\"b\\\" \\\\\"", "1", "12", "-0.5e3", "true", "truest", "null", "[]", "[\"AWSCURRENT\"]",
            "{\"deep\": [1, {}]}",
        ];
        let layouts: [&[&str]; 4] = [
            &["{\"Name\":", ",\"Type\":", ",\"Value\":", ",\"Version\":", "}"],
            &["{\n    \"Name\": ", ",\n    \"Value\": ", "\n}"],
            &["{\"Na\\u006de\":", ",\"Name\" :", "}"],
            &["{", "}"],
        ];
        let mut remembers = scan::Scanner::of_elements();
        let mut forgets = scan::Scanner::default();
        for (layout, value, cut, change) in elements {
            let mut text = String::new();
            let (last, words) = layouts[layout].split_last().unwrap();
            for (number, word) in words.iter().enumerate() {
                text.push_str(word);
                if word.contains(':') {
                    text.push_str(values[(value + number * (change % 3)) % values.len()]);
                }
            }
            text.push_str(last);
            text.push_str(",  ");
            let mut bytes = text.into_bytes();
            // Some are cut off, and some hold what does not belong there.
            if change == 4 {
                bytes.truncate(bytes.len().saturating_sub(cut));
            }
            if change == 5 {
                let at = cut % bytes.len();
                bytes[at] = b"\"}:,x \\"[cut % 7];
            }
            let found = remembers.value(&bytes, 0, 0);
            proptest::prop_assert_eq!(found, forgets.value(&bytes, 0, 0));
            proptest::prop_assert_eq!(&remembers.slots, &forgets.slots);
            proptest::prop_assert_eq!(&remembers.pending, &forgets.pending);
        }
    }
}
