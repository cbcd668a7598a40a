//! What the language server says where a word of the user decides.

use serde_json::json;

use super::{SECRETS, fill};
use crate::Leaks;
use crate::client::{Client, folder, uri};

/// All that is heard of the text, with the cursor at `|` of it, beside the other files.
fn heard(text: &str, others: &[(&str, &str)], secret: (&str, &str)) -> String {
    let text = fill(text, secret);
    let at = text.find('|').unwrap();
    let before = &text[..at];
    let line = before.matches('\n').count();
    let character = before.rsplit('\n').next().unwrap().len();
    let text = text.replacen('|', "", 1);
    let others: Vec<(&str, String)> = others
        .iter()
        .map(|(name, text)| (*name, fill(text, secret)))
        .collect();
    let mut files: Vec<(&str, &str)> = others
        .iter()
        .map(|(name, text)| (*name, text.as_str()))
        .collect();
    files.push(("airflow.cfg", &text));
    let (_kept, root) = folder(&files);
    let path = root.join("airflow.cfg");
    let capabilities = json!({"workspace": {"workspaceEdit": {"documentChanges": true}}});
    let options = json!({"airflow": "3.3.2"});
    let (mut client, _) = Client::with(&[&root], &[], &capabilities, &options);
    client.open(&path, &text);
    client.shown(&path, |params| params["version"] == 1);
    let document = json!({"uri": uri(&path)});
    let place = json!({"line": line, "character": character});
    client.ask(
        "textDocument/hover",
        &json!({"textDocument": document, "position": place}),
    );

    let range = json!({"start": {"line": 0, "character": 0}, "end": place});
    let params = json!({"textDocument": document, "range": range, "context": {"diagnostics": []}});
    client.ask("textDocument/codeAction", &params);
    client.end_with_all()
}

/// The user's own text is not sent back in an edit, and ids and names are told only where an output may name them.
#[test]
fn nothing_that_is_masked_is_sent_to_an_editor() {
    const DAG: (&str, &str) = (
        "dags/d.py",
        "from airflow.models import Variable\nVariable.get(\"a!§\")\nVariable.get(\"u:§@h\")\nVariable.get(\"plain\")\n",
    );
    let mut leaks = Leaks::default();
    for (text, others, says) in [
        (
            "[core]\nparallelism = 3 ; §\n[secrets]\nback|end = SSM\n",
            &[][..],
            "textDocument/publishDiagnostics",
        ),
        (
            "[secrets]\nbackend = MANAGER\nbackend_kwargs = {\"variables_pre|fix\": \"x\", \"sep\": \"!§@\"}\n",
            &[],
            "variables_prefix",
        ),
        (
            "[secrets]\nbackend = SSM\nbackend_kwargs = {\"variables_lookup_pat|tern\": \"a.*\"}\n",
            &[DAG],
            "`plain` is not looked for",
        ),
        (
            "[secrets]\nbackend = SSM\nbackend_kwargs = {\"variables_pre|fix\": \"x\"}\n",
            &[DAG],
            "`/x/plain`",
        ),
    ] {
        for secret in SECRETS {
            let heard = heard(text, others, secret);
            if !heard.contains(says) {
                leaks.found.push(format!("{text}: {heard}"));
            }
            leaks.look(text, &heard, secret.0);
        }
    }
    leaks.none(8);
}
