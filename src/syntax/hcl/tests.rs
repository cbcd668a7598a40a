//! What Terraform makes of a file, and where each character of it stands.

use std::time::{Duration, Instant};

use super::{
    Error, ErrorKind, Evaluator, Expr, Hcl, MAX_DEPTH, MAX_KEYS, Node, Nothing, Scope, Step, parse,
};
use crate::source::{Span, Text};

fn read(source: &str) -> Hcl {
    parse(&Text::verbatim(source, 0)).unwrap_or_else(|error| panic!("{error:?}: {source}"))
}

fn refused(source: &str) -> Error {
    parse(&Text::verbatim(source, 0)).expect_err(source)
}

/// The attributes of the blocks `locals`.
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

/// The value of the attribute `a`: what is unknown stands between `⟦` and `⟧`.
fn value(source: &str) -> String {
    let hcl = read(source);
    let locals = Locals(&hcl);
    let expr = hcl.body.value("a").expect("an attribute a");
    shown(&Evaluator::new(&locals, source.len()).text(expr))
}

fn shown(text: &Text) -> String {
    let mut shown = String::new();
    let mut known = true;
    for (at, c) in text.expose().char_indices() {
        let here = text.is_known_in(at..at + c.len_utf8());
        if here != known {
            shown.push(if here { '⟧' } else { '⟦' });
            known = here;
        }
        shown.push(c);
    }
    if !known {
        shown.push('⟧');
    }
    shown
}

fn text_of(source: &str) -> Text {
    let hcl = read(source);
    let expr = hcl.body.value("a").expect("an attribute a");
    Evaluator::new(&Nothing, source.len()).text(expr)
}

#[test]
fn escapes_stand_for_their_characters_and_point_at_themselves() {
    let source = r#"a = "x\ty\"z\\ \u00e9\U0001F600 $${b} %%{c} $5 100%""#;
    let text = text_of(source);
    assert_eq!(text.expose(), "x\ty\"z\\ é😀 ${b} %{c} $5 100%");
    let part = |needle: &str| {
        let at = text.expose().find(needle).unwrap();
        let span = text.span(at..at + needle.len());
        &source[span.start..span.end]
    };
    assert_eq!(part("\t"), r"\t");
    assert_eq!(part("\""), r#"\""#);
    assert_eq!(part("é"), r"\u00e9");
    assert_eq!(part("😀"), r"\U0001F600");
    assert_eq!(part("${"), "$${");
    assert_eq!(part("%{"), "%%{");
    assert_eq!(part("b}"), "b}");
    assert!(text.is_known());
}

#[test]
fn a_heredoc_ends_at_its_marker_alone_on_a_line() {
    assert_eq!(
        value("a = <<EOF\none\n EOFX\nEOF two\n  two\\n $${x}\n  EOF \nb = 1\n"),
        "one\n EOFX\nEOF two\n  two\\n ${x}\n"
    );
    assert_eq!(value("a = <<EOF\nEOF\nb = <<EOF\nx\nEOF\n"), "");
    assert_eq!(value("a = <<EOF\r\none\r\nEOF\r\nb = 1\r\n"), "one\r\n");
    assert_eq!(value("a = <<A-b\n${1}${true}\nA-b\n"), "1true\n");
    assert_eq!(value("a = <<EOF\n${<<IN\nin\nIN\n}out\nEOF\n"), "in\nout\n");
}

#[test]
fn an_indented_heredoc_loses_what_all_its_lines_begin_with() {
    assert_eq!(
        value("a = <<-EOF\n    one\n      two\n\n    three\n  EOF\n"),
        "one\n  two\n\nthree\n"
    );
    // Blank lines do not count, and keep their blanks.
    assert_eq!(
        value("a = <<-EOF\n    one\n  \n    two\n    EOF\n"),
        "one\n  \ntwo\n"
    );
    assert_eq!(
        value("a = <<-EOF\n  ${var.x}\n    b\n  EOF\n"),
        "⟦${var.x}⟧\n  b\n"
    );
    assert_eq!(
        value("a = <<-EOF\n${var.x}\n    b\n  EOF\n"),
        "⟦${var.x}⟧\n    b\n"
    );
    assert_eq!(
        value("a = <<-EOF\n\tone\r\n\t\ttwo\r\n\tEOF\r\n"),
        "one\r\n\ttwo\r\n"
    );
    let source = "a = <<-EOF\n    one\n      two\n    EOF\n";
    let text = text_of(source);
    let span = text.span(4..9);
    assert_eq!(&source[span.start..span.end], "  two");
    assert_eq!(text.pieces(0..8), [Span::new(15, 19), Span::new(23, 27)]);
}

#[test]
fn a_tilde_eats_the_blanks_beside_it() {
    assert_eq!(value(r#"a = "x  ${~ 1 ~}  y""#), "x1y");
    assert_eq!(value("a = <<EOF\nx\n${~ 1 ~}\n  y\nEOF\n"), "x1  y\n");
    assert_eq!(
        value("a = \"x %{ if var.b ~} y %{ else }z%{~ endif ~} w\""),
        "x ⟦%{ if var.b ~} y %{ else }z%{~ endif ~}⟧w"
    );
}

#[test]
fn what_is_not_written_in_the_file_is_unknown() {
    assert_eq!(value(r#"a = "x${var.y["k"]}z""#), r#"x⟦${var.y["k"]}⟧z"#);
    assert_eq!(value("a = var.x"), "⟦var.x⟧");
    assert_eq!(value(r#"a = var.x ? "y" : "z""#), r#"⟦var.x ? "y" : "z"⟧"#);
    assert_eq!(
        value(r#"a = file("${path.module}/x")"#),
        r#"⟦file("${path.module}/x")⟧"#
    );
    assert_eq!(value("a = [1]"), "⟦[1]⟧");
    assert_eq!(value("a = null"), "⟦null⟧");
    assert_eq!(
        value("a = <<EOF\n%{ for x in var.l }\n%{ if x }y%{ endif }${x}\n%{ endfor }z\nEOF\n"),
        "⟦%{ for x in var.l }\n%{ if x }y%{ endif }${x}\n%{ endfor }⟧z\n"
    );
}

#[test]
fn numbers_and_booleans_become_strings() {
    assert_eq!(value("a = 1.50"), "1.5");
    assert_eq!(value("a = -3"), "-3");
    assert_eq!(value("a = true"), "true");
    assert_eq!(value(r#"a = "${1e2}${false}""#), "100false");
    assert_eq!(value(r#"a = ("x")"#), "x");
}

#[test]
fn names_that_are_known_are_replaced_and_point_at_the_name() {
    let source =
        "a = \"x${local.b}y\"\nlocals {\n  b = \"<${local.c}>\"\n  c = [{ d = var.e }, 7]\n}\n";
    assert_eq!(value(source), "x<⟦${local.c}⟧>y");
    let source = "a = \"x${local.c[1]}${local.c[0].d}${local.c[0][\"d\"]}\"\nlocals {\n  c = [{ d = \"v\" }, 7]\n}\n";
    assert_eq!(value(source), "x7vv");
    let hcl = read(source);
    let locals = Locals(&hcl);
    let text = Evaluator::new(&locals, source.len()).text(hcl.body.value("a").unwrap());
    let span = text.span(1..2);
    assert_eq!(&source[span.start..span.end], "local.c[1]");
    assert_eq!(text.editable(1..2), None);
}

#[test]
fn jsonencode_writes_what_terraform_writes() {
    assert_eq!(
        value(
            "a = jsonencode({\n  z = 1.0\n  \"b\" : [true, null, -2]\n  a = \"<&>\\n\\\"é\"\n  (\"k\") = {}\n  n = <<EOF\nx\nEOF\n})\n"
        ),
        r#"{"a":"\u003c\u0026\u003e\n\"é","b":[true,null,-2],"k":{},"n":"x\n","z":1}"#
    );
    assert_eq!(value("a = jsonencode(\"x\")"), "\"x\"");
    assert_eq!(
        value("a = jsonencode({ a = jsonencode({ b = 1 }) })"),
        r#"{"a":"{\"b\":1}"}"#
    );
    // The last of two keys, and a key that is a keyword.
    assert_eq!(
        value("a = jsonencode({ a = 1, b = 2, \"a\" = 3, true = 4, null = 5 })"),
        r#"{"a":3,"b":2,"null":5,"true":4}"#
    );
}

#[test]
fn what_is_unknown_in_jsonencode_is_unknown_there_only() {
    assert_eq!(
        value(r#"a = jsonencode({ b = "x${var.m["k"]}", c = var.d, e = 1 })"#),
        r#"{"b":"x⟦${var.m[\"k\"]}⟧","c":⟦"var.d"⟧,"e":1}"#
    );
    assert_eq!(
        value("a = jsonencode({ (var.k) = 1 })"),
        r#"⟦"{ (var.k) = 1 }"⟧"#
    );
    assert_eq!(
        value("a = jsonencode([for x in var.l : x])"),
        r#"⟦"[for x in var.l : x]"⟧"#
    );
    assert_eq!(
        value("a = jsonencode(merge(local.b, { c = 1 }))\nlocals {\n b = {}\n}\n"),
        r#"⟦"merge(local.b, { c = 1 })"⟧"#
    );
}

#[test]
fn jsonencode_points_at_keys_and_values_of_the_expression() {
    let source = "a = jsonencode({\n  prefix = \"air<\"\n  \"key\"  = local.x\n})\nlocals {\n  x = { y = 5 }\n}\n";
    let hcl = read(source);
    let locals = Locals(&hcl);
    let text = Evaluator::new(&locals, source.len()).text(hcl.body.value("a").unwrap());
    assert_eq!(text.expose(), r#"{"key":{"y":5},"prefix":"air\u003c"}"#);
    let part = |needle: &str| {
        let at = text.expose().find(needle).unwrap();
        let span = text.span(at..at + needle.len());
        &source[span.start..span.end]
    };
    assert_eq!(part("prefix"), "prefix");
    assert_eq!(part("\"prefix\""), "prefix");
    assert_eq!(part("\"key\""), "\"key\"");
    assert_eq!(part("\"air\\u003c\""), "\"air<\"");
    assert_eq!(part("\\u003c"), "<");
    assert_eq!(part("5"), "5");
    assert_eq!(part("{\"y\":5}"), "{ y = 5 }");
}

#[test]
fn a_text_that_is_not_in_the_form_that_terraform_brings_it_to_is_unknown() {
    assert_eq!(value("a = \"e\u{301}\""), "⟦e\u{301}⟧");
    assert_eq!(value("a = \"\u{e9}\""), "\u{e9}");
}

#[test]
fn blocks_have_their_type_labels_and_body() {
    let source = "resource \"aws_x\" b {\n  c { d = 1 }\n  dynamic \"e\" {\n  }\n}\n";
    let hcl = read(source);
    let block = &hcl.body.blocks[0];
    assert_eq!(block.kind.expose(), "resource");
    assert_eq!(
        (block.label(0), block.label(1), block.label(2)),
        ("aws_x", "b", "")
    );
    assert_eq!(block.labels[0].source(), Span::new(10, 15));
    assert_eq!(block.span, Span::new(0, source.len() - 1));
    assert_eq!(block.body.blocks.len(), 2);
    let inner = block.body.blocks("c").next().unwrap();
    assert_eq!(
        inner.body.attribute("d").unwrap().value.span(),
        Span::new(31, 32)
    );
}

#[test]
fn comments_are_found_outside_strings_only() {
    let source = "# one\na = \"# no ${1 /* two */}\" // three\r\nb = <<EOF\n# no // no\n${1 # four\n}\nEOF\n/* five\n */\n";
    let hcl = read(source);
    let found: Vec<&str> = hcl
        .comments
        .iter()
        .map(|span| &source[span.start..span.end])
        .collect();
    assert_eq!(
        found,
        ["# one", "/* two */", "// three", "# four", "/* five\n */"]
    );
}

#[test]
fn a_byte_order_mark_is_dropped_and_counted() {
    let source = "\u{feff}a = \"b\" # c\n";
    let hcl = read(source);
    assert!(hcl.bom);
    let text = Evaluator::new(&Nothing, 0).text(hcl.body.value("a").unwrap());
    assert_eq!(text.source(), Span::new(8, 9));
    assert_eq!(hcl.comments, [Span::new(11, 14)]);
    assert_eq!(refused("\u{feff}a = \"b").at, 7);
}

#[test]
fn what_cannot_be_read_is_told_with_its_place() {
    for (source, kind, at) in [
        ("a = \"b\0\"", ErrorKind::Nul, 6),
        ("a = \"b", ErrorKind::UnclosedString, 4),
        ("a = \"b\nc = \"d\"\n", ErrorKind::LineBreakInString, 4),
        ("a = \"b\\\nc\"\n", ErrorKind::LineBreakInString, 4),
        ("a = <<EOF\nb\nEOF", ErrorKind::UnclosedHeredoc, 4),
        ("a = <<EOF\nb\nEOF)\n", ErrorKind::UnclosedHeredoc, 4),
        ("a = \"${b\"\n", ErrorKind::LineBreakInString, 8),
        ("a = \"${b\"", ErrorKind::UnclosedString, 8),
        ("a = \"${b\n", ErrorKind::UnclosedSequence, 5),
        ("/* a", ErrorKind::UnclosedComment, 0),
        ("a = 1\na = 2\n", ErrorKind::RepeatedAttribute, 6),
        ("a = \"\\d\"\n", ErrorKind::Escape, 7),
        ("a = \"\\u12\"\n", ErrorKind::Escape, 7),
        ("a = \"\\ud800\"\n", ErrorKind::Escape, 7),
        ("a = \n", ErrorKind::Syntax, 4),
        ("a b c\n", ErrorKind::Syntax, 5),
        ("resource {\n", ErrorKind::Syntax, 10),
        ("é é\n", ErrorKind::Syntax, 5),
        ("a = <<EOF\n${b c}\nEOF\n", ErrorKind::Syntax, 14),
        ("a = <<EOF\n%{ if b }\nEOF\n", ErrorKind::Syntax, 10),
        ("[section]\nkey = value\n", ErrorKind::Syntax, 0),
    ] {
        assert_eq!(refused(source), Error { kind, at }, "{source:?}");
    }
}

#[test]
fn nesting_is_read_to_a_fixed_depth_on_a_small_stack() {
    let nest = |open: &str, close: &str, depth: usize| {
        format!("a = {}1{}\n", open.repeat(depth), close.repeat(depth))
    };
    let shapes = [
        ("[", "]"),
        ("{ a = ", "}"),
        ("(", ")"),
        ("f(", ")"),
        ("\"${", "}\""),
        ("!", ""),
        ("b ? c : ", ""),
        ("1 + ", ""),
        ("b[", "]"),
        ("[for x in b : ", "]"),
        ("<<A\n${", "}\nA\n"),
    ];
    for (open, close) in shapes {
        let deep = nest(open, close, 10_000);
        let started = Instant::now();
        let refused = parse(&Text::verbatim(&deep, 0)).expect_err(open);
        assert_eq!(refused.kind, ErrorKind::TooDeep, "{open}");
        assert!(started.elapsed() < Duration::from_secs(2), "{open}");
        let most = nest(open, close, MAX_DEPTH - 1);
        assert!(parse(&Text::verbatim(&most, 0)).is_ok(), "{open}");
    }
    let blocks = format!("{}{}", "a {\n".repeat(10_000), "}\n".repeat(10_000));
    assert_eq!(refused(&blocks).kind, ErrorKind::TooDeep);
    let unclosed = "a = [".to_owned() + &"[".repeat(1_000_000);
    assert_eq!(refused(&unclosed).kind, ErrorKind::TooDeep);
}

#[test]
fn names_that_stand_for_many_names_are_given_up() {
    let mut source = "a = local.n40\nlocals {\n  n0 = \"lol\"\n".to_owned();
    for n in 1..=40 {
        let before = n - 1;
        let line = format!("  n{n} = \"${{local.n{before}}}${{local.n{before}}}\"\n");
        source.push_str(&line);
    }
    source += "}\n";
    assert_eq!(value(&source), "⟦local.n40⟧");
    let mut source = "a = jsonencode(local.n40)\nlocals {\n  n0 = []\n".to_owned();
    for n in 1..=40 {
        let before = n - 1;
        let line = format!("  n{n} = [local.n{before}, local.n{before}]\n");
        source.push_str(&line);
    }
    source += "}\n";
    assert!(value(&source).contains('⟦'));
    assert_eq!(
        value("a = local.b\nlocals {\n  b = local.c\n  c = local.b\n}\n"),
        "⟦local.b⟧"
    );
    assert_eq!(
        value("a = local.b.c\nlocals {\n  b = local.b.c\n}\n"),
        "⟦local.b.c⟧"
    );
}

#[test]
fn many_heredocs_of_no_lines_are_read_in_time() {
    let heredocs = "  x {\n  a = <<EOF\nEOF\n}\n".repeat(20_000);
    let started = Instant::now();
    assert!(parse(&Text::verbatim(&heredocs, 0)).is_ok());
    assert!(started.elapsed() < Duration::from_secs(20));
}

#[test]
fn objects_of_very_many_keys_are_left_out_and_blocks_are_not() {
    let lines: Vec<String> = (0..=MAX_KEYS).map(|n| format!("  k{n} = {n}\n")).collect();
    let keys = lines.concat();
    let kind = refused(&format!("a = {{\n{keys}}}\n")).kind;
    assert_eq!(kind, ErrorKind::TooManyKeys);
    assert!(kind.is_limit());
    assert!(parse(&Text::verbatim(&format!("a \"b\" {{\n{keys}}}\n"), 0)).is_ok());
    assert!(parse(&Text::verbatim(&keys, 0)).is_ok());
}

#[test]
fn keys_that_stand_twice_are_both_there() {
    let hcl = read("a = { b = 1, \"c d\" = 2, b = 3, \"c d\" = 4 }\n");
    let Node::Object(members) = &hcl.body.value("a").unwrap().node else {
        panic!("no object");
    };
    let names: Vec<&str> = members
        .iter()
        .map(|member| member.key.raw.expose())
        .collect();
    assert_eq!(names, ["b", "\"c d\"", "b", "\"c d\""]);
    let kind = refused(&format!("a = {{ {} }}\n", "b = 1, ".repeat(100))).kind;
    assert_eq!(kind, ErrorKind::RepeatedKey);
    assert!(kind.is_limit());
}

#[test]
fn debug_shows_no_value() {
    let hcl = read("a = \"hunter2\"\nb \"hunter2\" {\n}\n");
    let shown = format!("{hcl:?}");
    assert!(!shown.contains("hunter2"), "{shown}");
}
