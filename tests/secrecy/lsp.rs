//! The language server has the whole text of an editor, and its answers are logged by it: none holds a secret.

use std::sync::LazyLock;

use serde_json::{Value, json};

use crate::client::{Client, uri};
use crate::fixtures::{self, write};
use crate::mutations::{self, Random};
use crate::{CANARIES, Leaks};

/// Places are made of random digits.
fn without_places(heard: &str) -> String {
    static PLACES: LazyLock<regex::Regex> =
        LazyLock::new(|| regex::Regex::new(r#""(line|character)":\d+"#).unwrap());
    PLACES.replace_all(heard, "").into_owned()
}

/// The line and the character of byte `at`.
fn place(text: &str, at: usize) -> Value {
    let before = &text[..at];
    let last = before.rsplit('\n').next().unwrap();
    json!({"line": before.matches('\n').count(), "character": last.encode_utf16().count()})
}

/// Everything that can be asked about a text, above all where `canary` stands.
fn ask_everything(client: &mut Client, path: &std::path::Path, text: &str, canary: &str) {
    let document = json!({"uri": uri(path)});
    let found = text.match_indices(canary).map(|(at, _)| at);
    let mut places: Vec<usize> = found
        .take(3)
        .flat_map(|at| [at, at + canary.len()])
        .collect();
    let ends = text
        .char_indices()
        .map(|(at, _)| at)
        .step_by(text.len() / 3 + 1);
    places.extend(ends);
    for at in places {
        let params = json!({"textDocument": document, "position": place(text, at)});
        client.ask("textDocument/hover", &params);
        client.ask("textDocument/completion", &params);
    }
    let range = json!({"start": place(text, 0), "end": place(text, text.len())});
    let params = json!({"textDocument": document, "range": range, "context": {"diagnostics": []}});
    client.ask("textDocument/codeAction", &params);
    client.ask(
        "textDocument/documentLink",
        &json!({"textDocument": document}),
    );
}

/// What no server expects, with `canary` in it.
fn send_nonsense(client: &mut Client, canary: &str) {
    let word = Value::from(canary);
    let bodies = [
        format!("{{\"method\": {canary}"),
        format!("[{word}]"),
        format!("{{\"id\": [{word}], \"method\": {word}}}"),
        format!("{{{word}: {word}}}"),
        format!("{{\"id\": 7001, \"method\": {word}, \"params\": {word}}}"),
        format!(
            "{{\"id\": 7002, \"method\": \"textDocument/hover\", \"params\": {{{word}: {word}}}}}"
        ),
        format!(
            "{{\"id\": 7003, \"method\": \"textDocument/hover\", \"params\": {{\"textDocument\": {{\"uri\": {word}}}, \"position\": {word}}}}}"
        ),
        format!("{{\"id\": 7004, \"method\": \"initialize\", \"params\": {word}}}"),
    ];
    for body in bodies {
        client.write(format!("Content-Length: {}\r\n\r\n{body}", body.len()).as_bytes());
        client.wait(|message| message.get("error").is_some());
    }
    client.write(format!("{canary}: {canary}\r\n\r\n").as_bytes());
    client.wait(|message| message.get("error").is_some());
    for method in [
        canary,
        "textDocument/didOpen",
        "textDocument/didChange",
        "textDocument/didSave",
        "workspace/didChangeConfiguration",
        "workspace/didChangeWatchedFiles",
        "$/cancelRequest",
    ] {
        client.tell(method, &json!({canary: canary, "id": canary}));
    }
    let settings =
        json!({"airflow": canary, "runtime": [canary], "python": canary, canary: canary});
    client.tell(
        "workspace/didChangeConfiguration",
        &json!({"settings": {"airvane": settings}}),
    );
}

#[test]
fn no_message_of_the_language_server_holds_a_secret() {
    let work = tempfile::tempdir().unwrap();
    let work = work.path().canonicalize().unwrap();
    let folder = work.join("deployment");
    let mut random = Random::new(11);
    let mut leaks = Leaks::default();
    for (index, fixture) in fixtures::all().iter().enumerate().step_by(13) {
        // With a broken settings file nothing is checked, and nothing is said that one could wait for.
        let mut names = fixture.files.iter().map(|(name, _)| name.as_str());
        let has_settings = names.any(|name| matches!(name, "airvane.toml" | "pyproject.toml"));
        // What holds bytes alone is no text of an editor.
        if has_settings || fixture.files.is_empty() {
            continue;
        }
        let canary = CANARIES[leaks.runs % CANARIES.len()];
        let files = fixture.with(canary, |count| random.below(count));
        let mut broken = files.clone();
        mutations::mutate(&mut broken, canary, &mut random);
        write(&folder, &files);
        let capabilities = json!({"workspace": {"workspaceEdit": {"documentChanges": true}}});
        let options = json!({"airflow": canary});
        let (mut client, _) = Client::with(&[&folder], &[], &capabilities, &options);
        for ((name, text), (_, broken)) in files.iter().zip(&broken) {
            let path = folder.join(name);
            client.open(&path, text);
            client.shown(&path, |params| params["version"] == 1);
            ask_everything(&mut client, &path, text, canary);
            client.change(&path, 2, broken);
            client.shown(&path, |params| params["version"] == 2);
            ask_everything(&mut client, &path, broken, canary);
        }
        let settings = folder.join("airvane.toml");
        let text = format!(
            "select = [\"{}\"]\n[define]\nx = \"{0}\"\n\"{0}\" = 1\n",
            canary.replace(['"', '\\'], "")
        );
        client.open(&settings, &text);
        client.shown(&settings, |params| params["version"] == 1);
        send_nonsense(&mut client, canary);
        let heard = client.end_with_all();
        assert!(heard.contains("publishDiagnostics"), "nothing was said");
        leaks.look(
            &format!("{index} {}", fixture.name),
            &without_places(&heard),
            canary,
        );
    }
    leaks.none(10);
}
