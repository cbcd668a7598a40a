//! What is said to stand at a place stands there.

use airvane::load;
use airvane::source::{Mask, Span, Text};
use airvane::syntax::dotenv::Dialect;
use proptest::prelude::*;
use unicode_width::UnicodeWidthChar;

use super::{NOWHERE, laws, overlay, request};

/// Characters of all lengths and widths, and what means something to somebody.
const CHARACTERS: [char; 24] = [
    'a', 'Z', '0', '_', '/', ':', '@', '%', '-', '.', 'ß', 'é', '日', '\u{301}', '😀', '\u{200b}',
    '=', ',', '*', '+', '?', '&', '\u{a0}', '~',
];

fn value() -> impl Strategy<Value = String> {
    let characters = prop::collection::vec(prop::sample::select(CHARACTERS.to_vec()), 1..24);
    characters.prop_map(|characters| characters.into_iter().collect())
}

fn name() -> impl Strategy<Value = String> {
    "[A-Z][A-Z0-9_]{0,12}[A-Z0-9]"
}

/// Names with values, each name once.
fn pairs() -> impl Strategy<Value = Vec<(String, String)>> {
    let pairs = prop::collection::btree_map(name(), value(), 1..6);
    pairs.prop_map(|pairs| pairs.into_iter().collect())
}

/// Checks what was read of a file: its bytes at each place are what the place is about.
fn stands(
    name: &str,
    text: &str,
    dialect: Option<Dialect>,
    prefix: &str,
    pairs: &[(String, String)],
) {
    let path = format!("{NOWHERE}/{name}");
    let mut files = overlay(&[(path.clone(), text.to_owned())]);
    let mut request = request(&[path], 1).load;
    request.dialect = dialect;
    let (loaded, _) = load::load(&request, &mut files);
    laws::of_inputs(&loaded);
    let input = &loaded.inputs[0];
    assert_eq!(&*input.bytes, text.as_bytes());
    let at = |span: Span| &text[span.start..span.end];
    let mut seen = 0;
    let mut look = |place: Span, value: Option<&Text>| {
        let written = at(place);
        let is_meant = |(name, _): &&(String, String)| written.strip_prefix(prefix) == Some(name);
        let (_, meant) = pairs.iter().find(is_meant).expect("the name of a pair");
        let value = value.expect("a value");
        seen += 1;
        assert_eq!(value.expose(), meant, "{text}");
        assert_eq!(at(value.source()), meant, "{text}");
        for (from, _) in meant.char_indices() {
            assert_eq!(at(value.span(from..meant.len())), &meant[from..], "{text}");
        }
    };
    for setting in &input.settings {
        look(setting.name, Some(&setting.value));
    }
    for definition in &input.definitions {
        look(definition.name, Some(&definition.value));
    }
    for variable in &input.variables {
        look(variable.name_span, variable.value.as_ref());
    }
    assert!(seen >= pairs.len(), "{text}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 160, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn names_and_values_of_an_environment_file_stand_where_they_are_said_to(
        pairs in pairs(),
        dialect in prop::sample::select(Dialect::ALL.to_vec()),
        prefix in prop::sample::select(vec!["AIRFLOW_CONN_", "AIRFLOW_VAR_", "AIRFLOW__CORE__", "X_"]),
        crlf in any::<bool>(),
    ) {
        // What every reader takes as it stands.
        let plain = |c: &char| c.is_alphanumeric() || "_/:.@%-+,".contains(*c);
        let pairs: Vec<(String, String)> = pairs
            .into_iter()
            .map(|(name, value)| (name, value.chars().filter(plain).chain(['x']).collect()))
            .collect();
        let lines = pairs.iter().map(|(name, value)| format!("{prefix}{name}={value}"));
        let lines: Vec<String> = lines.collect();
        let crlf = crlf && !dialect.is_shell() && dialect != Dialect::Docker && dialect != Dialect::Systemd;
        let text = lines.join(if crlf { "\r\n" } else { "\n" }) + "\n";
        stands(".env", &text, Some(dialect), prefix, &pairs);
    }

    #[test]
    fn names_and_values_of_airflow_cfg_stand_where_they_are_said_to(pairs in pairs(), upper in any::<bool>()) {
        let pairs: Vec<(String, String)> = pairs
            .into_iter()
            .map(|(name, value)| {
                // The name ends at these, and blanks around a value are no part of it.
                let value = value.replace(['%', '\u{a0}', '\u{301}', '\u{200b}'], "");
                (if upper { name } else { name.to_lowercase() }, format!("x{value}x"))
            })
            .collect();
        let lines = pairs.iter().map(|(name, value)| format!("{name} = {value}\n"));
        let text = format!("# über\n[core]\n{}", lines.collect::<String>());
        stands("airflow.cfg", &text, None, "", &pairs);
    }

    #[test]
    fn a_masked_text_is_as_long_as_the_text(
        text in prop::collection::vec(prop::sample::select(CHARACTERS.to_vec()), 0..40),
        shown in prop::collection::vec((0_usize..60, 0_usize..20), 0..5),
        offset in 0_usize..9,
    ) {
        let text: String = text.into_iter().collect();
        let mut mask = Mask::new();
        for (start, length) in shown {
            mask.show(Span::new(offset + start, offset + start + length));
        }
        mask.seal();
        let masked = mask.apply(&text, offset);
        // Character by character: itself, where all of it may be shown, or as many stars as it is wide.
        let mut rest = masked.as_str();
        for (at, character) in text.char_indices() {
            let span = Span::new(offset + at, offset + at + character.len_utf8());
            let width = character.width().unwrap_or(1).max(1);
            if mask.shows(span) {
                let first = rest.chars().next().expect("it is shown");
                let is_safe = first == character || (character == '\u{200b}' && first == '\u{fffd}');
                prop_assert!(is_safe, "{text:?} {masked:?}");
                rest = &rest[first.len_utf8()..];
            } else {
                let stars = "*".repeat(width);
                prop_assert!(rest.starts_with(&stars), "{text:?} {masked:?}");
                rest = &rest[width..];
            }
        }
        prop_assert_eq!(rest, "");
    }
}
