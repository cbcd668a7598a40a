//! The protocol itself: its order, its errors and its ends.

use serde_json::{Value, json};

use crate::client::{Client, folder, uri};

fn code(answer: &Value) -> i64 {
    answer["error"]["code"].as_i64().unwrap()
}

#[test]
fn a_server_lives_as_the_protocol_says() {
    let mut client = Client::start(&["--stdio"]);
    assert_eq!(
        code(&client.ask("textDocument/codeAction", &json!({}))),
        -32002
    );
    assert_eq!(
        code(&client.ask("initialize", &json!({"capabilities": 7}))),
        -32602
    );
    let params = json!({"processId": null, "rootUri": null, "capabilities": {}});
    let can = client.ask("initialize", &params);
    assert_eq!(can["result"]["serverInfo"]["name"], "airvane");
    assert_eq!(code(&client.ask("initialize", &params)), -32600);
    client.tell("initialized", &json!({}));
    assert_eq!(code(&client.ask("textDocument/rename", &json!({}))), -32601);
    assert_eq!(
        code(&client.ask("textDocument/codeAction", &json!({}))),
        -32602
    );
    client.tell("$/unheardOf", &json!({}));
    client.tell("textDocument/didOpen", &json!({"textDocument": 7}));
    let log = client.wait(|message| message["method"] == "window/logMessage");
    assert!(
        log["params"]["message"]
            .as_str()
            .unwrap()
            .contains("passed over")
    );
    assert_eq!(client.ask("shutdown", &Value::Null)["result"], Value::Null);
    assert_eq!(
        code(&client.ask("textDocument/codeAction", &json!({}))),
        -32600
    );
    client.tell("exit", &Value::Null);
    assert_eq!(client.ended(), (Some(0), String::new()));
}

#[test]
fn a_client_that_leaves_without_a_word_leaves_a_one() {
    let client = Client::start(&[]);
    assert_eq!(client.ended(), (Some(1), String::new()));
    let mut client = Client::of(&[]);
    client.tell("exit", &Value::Null);
    assert_eq!(client.ended(), (Some(1), String::new()));
}

#[test]
fn what_cannot_be_read_is_answered_and_the_server_goes_on() {
    let mut client = Client::of(&[]);
    let bodies: [(&[u8], i64); 7] = [
        (b"{\"jsonrpc\": \"2.0\", \"method\": hunter2}", -32700),
        (b"\xff\xfe\"hunter2\"", -32700),
        (b"", -32700),
        (b"[]", -32600),
        (b"{\"id\": 1.5, \"method\": \"hunter2\"}", -32600),
        (b"{\"method\": null, \"hunter2\": 1}", -32600),
        (b"7", -32600),
    ];
    for (body, expected) in bodies {
        client.write(format!("Content-Length: {}\r\n\r\n", body.len()).as_bytes());
        client.write(body);
        let answer = client.wait(|message| message.get("error").is_some());
        assert_eq!((code(&answer), &answer["id"]), (expected, &Value::Null));
    }
    client.write(b"hunter2: hunter2\r\n\r\n");
    let answer = client.wait(|message| message.get("error").is_some());
    assert_eq!(code(&answer), -32700);
    assert!(!client.heard.contains("hunter2"));
    assert_eq!(client.end(), (Some(0), String::new()));
}

#[test]
fn a_request_that_was_cancelled_is_answered_with_that() {
    let (_kept, root) = folder(&[("airflow.cfg", "[core]\n")]);
    let mut client = Client::of(&[&root]);
    let text = json!({"uri": uri(&root.join("airflow.cfg"))});
    let place = json!({"line": 0, "character": 0});
    let range = json!({"start": place, "end": place});
    let params = json!({"textDocument": text, "range": range, "context": {"diagnostics": []}});
    // Both at once.
    let id = 1_000_000;
    let request =
        json!({"jsonrpc": "2.0", "id": id, "method": "textDocument/codeAction", "params": params});
    let cancel = json!({"jsonrpc": "2.0", "method": "$/cancelRequest", "params": {"id": id}});
    let mut both = Vec::new();
    for message in [&request, &cancel] {
        let text = message.to_string();
        both.extend(format!("Content-Length: {}\r\n\r\n{text}", text.len()).into_bytes());
    }
    client.write(&both);
    let answer = client.wait(|message| message["id"] == id);
    // Whether it came in time or not: there is one answer, and the server goes on.
    assert!(answer.get("result").is_some() || code(&answer) == -32800);
    assert_eq!(client.end(), (Some(0), String::new()));
}

#[test]
fn files_are_watched_where_the_client_can() {
    let capabilities =
        json!({"workspace": {"didChangeWatchedFiles": {"dynamicRegistration": true}}});
    let (mut client, _) = Client::with(&[], &[], &capabilities, &Value::Null);
    let asked = client.wait(|message| message["method"] == "client/registerCapability");
    let registered = &asked["params"]["registrations"][0];
    assert_eq!(registered["method"], "workspace/didChangeWatchedFiles");
    let watchers = registered["registerOptions"]["watchers"]
        .as_array()
        .unwrap();
    assert!(
        watchers
            .iter()
            .any(|watcher| watcher["globPattern"] == "**/.env*")
    );
    client.send(&json!({"jsonrpc": "2.0", "id": asked["id"], "result": null}));
    assert_eq!(client.end(), (Some(0), String::new()));
}
