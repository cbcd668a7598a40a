//! Expressions of HCL against what Terraform made of them (`tests/parity/make_hcl.py`).

#![expect(clippy::unwrap_used, reason = "a broken fixture must fail the test")]

use std::fs;

use airvane::source::Text;
use airvane::syntax::hcl::{self, Evaluator, Expr, Hcl, Scope, Step};
use serde_json::{Map, Value, json};

/// The attributes of the block `locals`.
struct Locals<'a>(&'a Hcl);

impl Scope for Locals<'_> {
    fn lookup(&self, steps: &[Step]) -> Option<(&Expr, usize)> {
        let (Some("local"), Some(name)) = (steps.first()?.name(), steps.get(1)?.name()) else {
            return None;
        };
        let mut blocks = self.0.body.blocks("locals");
        Some((blocks.find_map(|block| block.body.value(name))?, 2))
    }
}

/// What the reader makes of an expression: an error, an unknown value, or the value as the fixture writes it.
enum Read {
    Refused(&'static str),
    Unknown,
    Value(Value),
}

fn read(preamble: &str, expr: &str) -> Read {
    let line_break = if expr.ends_with('\n') { "" } else { "\n" };
    let source = format!("{preamble}output \"o\" {{\n  value = {expr}{line_break}}}\n");
    let hcl = match hcl::parse(&Text::verbatim(&source, 0)) {
        Ok(hcl) => hcl,
        Err(error) => return Read::Refused(error.kind.message()),
    };
    let locals = Locals(&hcl);
    let outputs: Vec<_> = hcl.body.blocks("output").collect();
    let value = outputs[0].body.value("value").unwrap();
    let evaluator = Evaluator::new(&locals, source.len());
    let json = evaluator.encode(value);
    if !json.is_known() {
        return Read::Unknown;
    }
    // Every character stands somewhere in the file.
    assert!(json.source().end <= source.len());
    Read::Value(plain(&serde_json::from_str(json.expose()).unwrap()))
}

fn plain(value: &Value) -> Value {
    match value {
        Value::Number(number) => json!({"number": number.to_string()}),
        Value::Array(items) => items.iter().map(plain).collect(),
        Value::Object(members) => {
            let members: Map<String, Value> = members
                .iter()
                .map(|(key, value)| (key.clone(), plain(value)))
                .collect();
            json!({"object": members})
        }
        other => other.clone(),
    }
}

/// What is not evaluated: unknown, whatever it comes to.
const NOT_EVALUATED: [&str; 9] = [
    "%{ ",
    "? 1",
    "1 + 1",
    "for x",
    "!true",
    "==",
    "trimspace(",
    "[*]",
    "...",
];

/// Wrong in Terraform for reasons that the syntax does not show, or in ways that do no harm here.
const READ_THOUGH_REFUSED: [&str; 4] = [
    "local.missing",
    "{ a.b = 1 }",
    "jsonencode({ a = 1 }, { b = 2 })",
    "<<EOF\na\rb\nEOF",
];

#[test]
fn every_expression_is_read_as_terraform_reads_it() {
    let data = fs::read_to_string("fixtures/parity/hcl.jsonl").unwrap();
    let mut lines = data.lines();
    let head: Value = serde_json::from_str(lines.next().unwrap()).unwrap();
    let preamble = head["preamble"].as_str().unwrap();
    let mut wrong = Vec::new();
    let (mut same, mut refused, mut unknown) = (0, 0, 0);
    let mut read_though_refused = Vec::new();
    for line in lines {
        let case: Value = serde_json::from_str(line).unwrap();
        let expr = case["expr"].as_str().unwrap();
        match (read(preamble, expr), case.get("value")) {
            (Read::Refused(_), None) => refused += 1,
            (Read::Refused(why), Some(_)) => wrong.push(format!("{expr:?}: refused, {why}")),
            (_, None) if READ_THOUGH_REFUSED.contains(&expr) => {
                read_though_refused.push(expr.to_owned());
            }
            (_, None) => wrong.push(format!("{expr:?}: read")),
            (Read::Unknown, Some(_)) => {
                // Terraform brings text into the form NFC; -0 is written in two ways.
                let normal = unicode_normalization::is_nfc(expr) && !expr.contains("\\u0301");
                if normal && expr != "-0" && !NOT_EVALUATED.iter().any(|part| expr.contains(part)) {
                    wrong.push(format!("{expr:?}: unknown"));
                }
                unknown += 1;
            }
            (Read::Value(value), Some(expected)) if value == *expected => same += 1,
            (Read::Value(value), Some(expected)) => {
                wrong.push(format!("{expr:?}: {value}, not {expected}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}:\n{}", wrong.len(), wrong.join("\n"));
    assert_eq!(
        read_though_refused.len(),
        READ_THOUGH_REFUSED.len(),
        "{read_though_refused:?}"
    );
    assert!(same >= 700, "{same} the same");
    assert!(refused >= 20, "{refused} refused");
    assert!(unknown <= 30, "{unknown} unknown");
}
