//! AV111: a placeholder that nobody filled in.

use std::ops::Range;

use super::place;
use crate::airflow::backend::{Backend, KwargValue};
use crate::airflow::public;
use crate::inputs::{EntryKind, Setting};
use crate::report::Findings;
use crate::rule;
use crate::rules::{Carrier, Check, DeploymentContext, EntryContext, FileContext};
use crate::source::{FileId, Place, Text};
use crate::syntax::json::{Kind, Value};

rule! {
    /// # placeholder-left-in
    ///
    /// ## What it does
    ///
    /// Finds `<your-role-arn>`, `CHANGE_ME`, `xxx` and the like in class paths, keyword arguments
    /// and connections.
    ///
    /// ## Why is this bad?
    ///
    /// Airflow takes the text as it stands: a role of that name is assumed, a host of that name is
    /// looked up. Mostly this shows late, as a secret that is not found.
    ///
    /// Files named `*.example`, `*.sample`, `*.tmpl` and `*.template` are left alone.
    ///
    /// ## Example
    ///
    /// ```ini
    /// [secrets]
    /// backend = airflow.providers.amazon.aws.secrets.secrets_manager.SecretsManagerBackend
    /// backend_kwargs = {"region_name": "<your-region>"}
    /// ```
    ///
    /// airvane says:
    ///
    /// ```text
    /// airflow.cfg:3:35: warning[AV111] placeholder-left-in: `region_name` still holds the placeholder `<your-region>`: Airflow takes it as it stands
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```ini
    /// [secrets]
    /// backend = airflow.providers.amazon.aws.secrets.secrets_manager.SecretsManagerBackend
    /// backend_kwargs = {"region_name": "eu-west-1"}
    /// ```
    ///
    /// ## Versions
    ///
    /// All releases.
    ///
    /// ## References
    ///
    /// - <https://airflow.apache.org/docs/apache-airflow/stable/security/secrets/secrets-backend/index.html>
    "AV111", "placeholder-left-in", Warning, since "0.1.0",
    checks &[Check::Deployment(settings), Check::File(definitions), Check::Entry(stored)],
}

fn settings(cx: &DeploymentContext<'_>, findings: &mut Findings) {
    for backend in cx.secrets.pairs() {
        one(cx, backend, findings);
    }
}

fn one(cx: &DeploymentContext<'_>, backend: &Backend<'_>, findings: &mut Findings) {
    if let Some((setting, text)) = place::path(backend)
        && !in_sample(cx, setting.file)
        && let Some(found) = find(text.expose())
    {
        let place = place::at(setting, text, found.range.clone());
        let what = format!("`{}`", place::label(backend.role));
        report(&found, place, place::subject(backend.role), &what, findings);
    }
    let class = backend.known_class().map(|found| found.class);
    for kwarg in backend.kwargs() {
        if in_sample(cx, kwarg.setting.file) {
            continue;
        }
        let subject = format!(
            "{}.{}",
            backend.role.section(),
            backend.role.kwargs_option()
        );
        let known = class.and_then(|class| class.any_kwarg(&kwarg.name));
        let what = match known {
            Some(fact) => format!("`{}`", fact.name),
            None => "a keyword argument".to_owned(),
        };
        let subject = match known {
            Some(fact) => format!("{subject}.{}", fact.name),
            None => subject,
        };
        match &kwarg.value {
            KwargValue::Raw(text) => {
                in_text(kwarg.setting, text, &subject, &what, findings);
            }
            KwargValue::Json(value) => {
                for text in strings(*value) {
                    in_text(kwarg.setting, &text, &subject, &what, findings);
                }
            }
        }
    }
}

fn in_text(setting: &Setting, text: &Text, subject: &str, what: &str, findings: &mut Findings) {
    let Some(found) = find(text.expose()) else {
        return;
    };
    // A reference that supplied it, or a template, is not what was left in.
    if !text.is_known_in(found.range.clone()) {
        return;
    }
    let place = place::at(setting, text, found.range.clone());
    report(&found, place, subject.to_owned(), what, findings);
}

/// The strings in a JSON value, in document order, without recursion.
fn strings(value: Value<'_>) -> Vec<Text> {
    let mut found = Vec::new();
    let mut open = vec![value];
    while let Some(value) = open.pop() {
        match value.kind() {
            Kind::String => found.extend(value.string()),
            Kind::Object | Kind::Array => {
                let members = value.members().map(|member| member.value);
                let mut inner: Vec<_> = members.chain(value.items()).collect();
                inner.reverse();
                open.extend(inner);
            }
            _ => {}
        }
    }
    found
}

fn definitions(cx: &FileContext<'_>, findings: &mut Findings) {
    if place::is_sample(&cx.input.path) {
        return;
    }
    let connections = cx.input.definitions.iter();
    for definition in connections.filter(|one| one.kind == EntryKind::Connection) {
        let Some(found) = find(definition.value.expose()) else {
            continue;
        };
        if !definition.value.is_known_in(found.range.clone()) {
            continue;
        }
        let span = definition.value.span(found.range.clone());
        let place = Place::new(definition.file, span);
        let subject = definition.id.clone();
        report(&found, place, subject, "this connection", findings);
    }
}

fn stored(cx: &EntryContext<'_>, findings: &mut Findings) {
    // Environment variables and local files are looked at as files.
    if matches!(cx.carrier, Carrier::Env | Carrier::Local | Carrier::Command)
        || cx.kind != Some(EntryKind::Connection)
        || cx.is_sample
        || cx.is_quiet
    {
        return;
    }
    let Some(value) = cx.value else {
        return;
    };
    let Some(found) = find(value.expose()) else {
        return;
    };
    let value = value.text();
    if !value.is_known_in(found.range.clone()) {
        return;
    }
    let place = Place::new(cx.name_place.file, value.span(found.range.clone()));
    report(
        &found,
        place,
        cx.subject().to_owned(),
        "this connection",
        findings,
    );
}

fn in_sample(cx: &DeploymentContext<'_>, file: FileId) -> bool {
    let mut inputs = cx.inputs.iter().chain(cx.all_inputs);
    inputs
        .find(|input| input.id == file)
        .is_some_and(|input| place::is_sample(&input.path))
}

fn report(found: &Found, place: Place, subject: String, what: &str, findings: &mut Findings) {
    let word = match &found.word {
        Some(word) => format!("the placeholder `{word}`"),
        None => "a placeholder".to_owned(),
    };
    findings
        .report(
            &RULE,
            place,
            subject,
            format!("{what} still holds {word}: Airflow takes it as it stands"),
        )
        .help("put the real value in its place");
}

/// A placeholder in a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Found {
    /// Where.
    pub range: Range<usize>,
    /// The placeholder, if it is of a kind that may be shown.
    pub word: Option<String>,
}

/// False where [`find`] finds nothing, told sooner.
pub(crate) fn may_stand_in(value: &str) -> bool {
    memchr::memchr(b'<', value.as_bytes()).is_some() || may_hold_word(value.as_bytes())
}

/// The first placeholder in `value`.
pub(crate) fn find(value: &str) -> Option<Found> {
    let bracketed = bracketed(value);
    let word = word(value);
    match (bracketed, word) {
        (Some(a), Some(b)) => Some(if b.range.start < a.range.start { b } else { a }),
        (a, b) => a.or(b),
    }
}

/// `<your-role-arn>`, `<ACCOUNT_ID>`, `<password>`
fn bracketed(value: &str) -> Option<Found> {
    let mut from = 0;
    let next = |from: usize| memchr::memchr(b'<', value.as_bytes().get(from..)?);
    while let Some(open) = next(from) {
        let start = from + open;
        let rest = value.get(start + 1..)?;
        let length = rest.find(['<', '>'])?;
        from = start + 1;
        let inner = rest.get(..length)?;
        if rest.as_bytes().get(length) == Some(&b'>') && is_slot(inner) {
            let range = start..start + 1 + length + 1;
            let word = public::is_placeholder_word(inner).then(|| format!("<{inner}>"));
            return Some(Found { range, word });
        }
    }
    None
}

/// What stands between the brackets of a placeholder: words, not HTML and not a random password.
fn is_slot(inner: &str) -> bool {
    let words = [
        "region",
        "password",
        "passwd",
        "user",
        "username",
        "login",
        "host",
        "hostname",
        "port",
        "secret",
        "token",
        "profile",
        "role",
        "account",
        "bucket",
        "database",
        "dbname",
        "schema",
        "value",
        "url",
        "uri",
        "key",
        "env",
        "environment",
        "prefix",
        "arn",
    ];
    let lower = inner.to_ascii_lowercase();
    if words.contains(&lower.as_str()) {
        return true;
    }
    let letters = |text: &str| text.bytes().all(|byte| byte.is_ascii_alphabetic());
    let parts: Vec<&str> = inner.split(['-', '_', ' ']).collect();
    let readable = (3..=60).contains(&inner.len())
        && parts.iter().all(|part| !part.is_empty() && letters(part));
    let upper = inner.len() >= 4
        && inner
            .bytes()
            .all(|byte| byte.is_ascii_uppercase() || byte == b'_');
    readable && (parts.len() > 1 || upper || lower.starts_with("your"))
}

/// A word of the shipped list that stands alone between other characters, or `xxx…`.
fn word(value: &str) -> Option<Found> {
    if !may_hold_word(value.as_bytes()) {
        return None;
    }
    for range in runs(value) {
        let run = &value[range.clone()];
        let listed = public::is_placeholder_word(run);
        if !listed && !is_crosses(run) {
            continue;
        }
        // A word that people also use for real names counts only where it is the whole value.
        let weak = ["todo", "fixme", "tbd"].contains(&run.to_ascii_lowercase().as_str());
        if weak && run.len() != value.len() {
            continue;
        }
        let word = listed.then(|| run.to_owned());
        return Some(Found { range, word });
    }
    None
}

/// `xxx…`
fn is_crosses(run: &str) -> bool {
    run.len() >= 3 && run.bytes().all(|byte| byte.eq_ignore_ascii_case(&b'x'))
}

/// How the words that are looked for begin: every one of them, in any case, with one of these.
const BEGINNINGS: [[u8; 3]; 9] = [
    *b"cha", *b"fil", *b"fix", *b"ins", *b"rep", *b"tbd", *b"tod", *b"xxx", *b"you",
];
/// Places that are looked at together.
const TOGETHER: usize = 16;

/// Places that are looked at together, and the two bytes behind the last.
const BLOCK: usize = TOGETHER + 2;

/// False where no run of `bytes` is one of the words, as far as that is told without the characters of other scripts.
/// Every value of a store passes here.
fn may_hold_word(bytes: &[u8]) -> bool {
    let mut from = 0;
    while let Some(at) = next_beginning(bytes, from) {
        if (at..at + TOGETHER).any(|at| may_be_word(bytes, at)) {
            return true;
        }
        from = at + TOGETHER;
    }
    // What is left is looked at with what stands before it, or with nothing behind it.
    if let Some(block) = bytes.last_chunk() {
        let mut places = bytes.len() - BLOCK..bytes.len();
        return begins_somewhere(block) && places.any(|at| may_be_word(bytes, at));
    }
    let mut block = [0; BLOCK];
    block[..bytes.len()].copy_from_slice(bytes);
    begins_somewhere(&block) && (0..bytes.len()).any(|at| may_be_word(bytes, at))
}

/// True where one of the words stands at `at`, or a run that begins like one and goes on in another script.
fn may_be_word(bytes: &[u8], at: usize) -> bool {
    let is_of_word = |byte: &u8| WORD.get(usize::from(*byte)).copied().unwrap_or_default();
    let before = at.checked_sub(1).and_then(|before| bytes.get(before));
    if before.is_some_and(is_of_word) {
        return false;
    }
    let rest = bytes.get(at..).unwrap_or_default();
    let three = rest.first_chunk::<3>();
    if three.is_none_or(|three| !BEGINNINGS.contains(&three.map(|byte| byte | 0x20))) {
        return false;
    }
    let length = rest.iter().take_while(|byte| is_of_word(byte)).count();
    let run = std::str::from_utf8(&rest[..length]).unwrap_or_default();
    let goes_on = rest.get(length).is_some_and(|byte| !byte.is_ascii());
    goes_on || public::is_placeholder_word(run) || is_crosses(run)
}

/// The next block of `bytes` from `from` on in which one of the words may begin. Apart from other code, in which
/// compilers do not always see that many places can be compared at once.
#[inline(never)]
fn next_beginning(bytes: &[u8], from: usize) -> Option<usize> {
    let mut at = from;
    while let Some(block) = bytes.get(at..).and_then(|rest| rest.first_chunk()) {
        if begins_somewhere(block) {
            return Some(at);
        }
        at += TOGETHER;
    }
    None
}

/// True where one of the [`BEGINNINGS`] stands at one of the first 16 places. Without a branch all of them are
/// compared at once.
#[expect(
    clippy::needless_bitwise_bool,
    reason = "without a branch many bytes are compared at once"
)]
fn begins_somewhere(block: &[u8; BLOCK]) -> bool {
    let lower = block.map(|byte| byte | 0x20);
    let mut found = [false; TOGETHER];
    for [first, second, third] in BEGINNINGS {
        for (at, found) in found.iter_mut().enumerate() {
            *found |= (lower[at] == first) & (lower[at + 1] == second) & (lower[at + 2] == third);
        }
    }
    found.iter().fold(false, |any, found| any | found)
}

/// The ASCII characters of words.
const WORD: [bool; 128] = {
    let mut word = [false; 128];
    let mut byte = 0u8;
    while byte < 128 {
        word[byte as usize] = byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
        byte += 1;
    }
    word
};

/// The runs of letters, digits, `_` and `-`. Every value of a store passes here, so ASCII is told
/// by its bytes.
fn runs(value: &str) -> impl Iterator<Item = Range<usize>> {
    let width = |at: usize| {
        let character = value.get(at..).and_then(|rest| rest.chars().next());
        character.map_or((false, 1), |character| {
            (character.is_alphanumeric(), character.len_utf8())
        })
    };
    let mut next = 0;
    std::iter::from_fn(move || {
        let start = next;
        let mut at = start;
        let skip = loop {
            let byte = *value.as_bytes().get(at)?;
            let (belongs, width) = match WORD.get(usize::from(byte)) {
                Some(&belongs) => (belongs, 1),
                None => width(at),
            };
            if !belongs {
                break width;
            }
            at += width;
            if at == value.len() {
                break 0;
            }
        };
        next = at + skip;
        Some(start..at)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(value: &str) -> Option<(&str, Option<String>)> {
        find(value).map(|found| (&value[found.range.clone()], found.word))
    }

    #[test]
    fn placeholders_are_found_and_named_only_when_harmless() {
        assert_eq!(
            found("arn:<your-role-arn>"),
            Some(("<your-role-arn>", Some("<your-role-arn>".to_owned())))
        );
        assert_eq!(
            found("postgres://u:CHANGE_ME@h"),
            Some(("CHANGE_ME", Some("CHANGE_ME".to_owned())))
        );
        assert_eq!(found("<ACCOUNT_ID>"), Some(("<ACCOUNT_ID>", None)));
        assert_eq!(found("http://<host>:1"), Some(("<host>", None)));
        assert_eq!(
            found("arn:aws:iam::xxxxxxxxxxxx:role/a"),
            Some(("xxxxxxxxxxxx", None))
        );
        assert_eq!(found("é xxx€"), Some(("xxx", Some("xxx".to_owned()))));
        assert_eq!(found("todo"), Some(("todo", Some("todo".to_owned()))));
    }

    #[test]
    fn what_is_found_is_told_before() {
        for value in [
            "a <host> b",
            "CHANGE_ME",
            "é xxx€",
            "xxxé xxx",
            "a:todo",
            "todo",
        ] {
            assert!(find(value).is_none() || may_stand_in(value), "{value}");
        }
        for value in ["", "charset", "postgres://u:charset@h/files", "éxxx", "xx"] {
            assert!(!may_stand_in(value) || !value.is_ascii(), "{value}");
        }
    }

    #[test]
    fn every_word_begins_as_is_asked_for() {
        for word in public::placeholder_words().chain(["xxx"]) {
            assert!(
                BEGINNINGS
                    .iter()
                    .any(|three| word.as_bytes().starts_with(three)),
                "{word}"
            );
        }
    }

    #[test]
    fn a_word_is_found_between_any_number_of_characters() {
        for before in 0..40 {
            for behind in 0..40 {
                let value = format!("{}Change_Me{}", ".".repeat(before), "/".repeat(behind));
                assert_eq!(find(&value).unwrap().range, before..before + 9, "{value}");
                let inside = format!("{}a{}", "b".repeat(before), &value[before..]);
                assert_eq!(find(&inside), None, "{inside}");
            }
        }
    }

    #[test]
    fn every_word_is_found_wherever_it_begins() {
        for word in public::placeholder_words().chain(["xxx", "XXXXXXXXXX"]) {
            for value in [
                word.to_ascii_uppercase(),
                format!("a:{word}"),
                format!("{word}@h"),
            ] {
                let weak = ["todo", "fixme", "tbd"].contains(&word) && value.len() != word.len();
                assert_eq!(find(&value).is_some(), !weak, "{value}");
                let after = format!("é, a long text with other letters, {value}");
                assert_eq!(
                    find(&after).is_some(),
                    !["todo", "fixme", "tbd"].contains(&word)
                );
            }
        }
    }

    #[test]
    fn real_values_are_none() {
        for value in [
            "",
            "a<b>c",
            "p<3x>q",
            "postgres://todo:todo@h/todo",
            "text/<br>",
            "xx",
            "maxxx",
            "<<>>",
            "<",
            "a < b > c",
            "<!-- -->",
            "/airflow/connections",
            "é<é>",
            "éxxx",
            "a long text before éxxx and a long one behind it",
            "xxx\u{301}é_xxx".trim_start_matches("xxx"),
        ] {
            assert_eq!(found(value), None, "{value}");
        }
    }
}
