use std::time::{Duration, Instant};

use super::*;

fn read(text: &str) -> Script {
    let wanted = |name: &str| name == "tool";
    script(text, 0..text.len(), true, &wanted, &|_| Outside::Unknown)
}

/// `NAME=value`, with `?` for what is not known.
fn exported(text: &str) -> Vec<String> {
    let script = read(text);
    let all = script.exported.iter().map(|one| {
        let value = one.value.as_ref().map(shown);
        format!(
            "{}={}",
            one.name.expose(),
            value.unwrap_or_else(|| "?".to_owned())
        )
    });
    all.collect()
}

fn shown(text: &Text) -> String {
    if text.is_known() {
        text.expose().to_owned()
    } else {
        "?".to_owned()
    }
}

fn calls(text: &str) -> Vec<String> {
    let script = read(text);
    let all = script.commands.iter().map(|call| {
        let words: Vec<String> = call.words.iter().map(shown).collect();
        let mark = if call.is_certain { "" } else { "(perhaps) " };
        format!("{mark}{}", words.join("|"))
    });
    all.collect()
}

#[test]
fn only_what_is_exported_is_handed_on() {
    assert_eq!(
        exported("A=1\nexport B=2 C\nD=3; export D\n"),
        ["B=2", "C=?", "D=3"]
    );
    assert_eq!(exported("set -a\nA=1\nset +a\nB=2\n"), ["A=1"]);
    assert_eq!(
        exported("set -euo pipefail -o allexport\nA=1\nset +o allexport\nB=2\n"),
        ["A=1"]
    );
    assert_eq!(exported("set -ea\nA=1\nset +xa -- -a\nB=2\n"), ["A=1"]);
    assert_eq!(
        exported("(set -a; x)\nA=1\nif x; then set -a; fi\nB=2\nset -- -a\nC=3\n"),
        [""; 0]
    );
    assert_eq!(
        exported("export A=1 B=2\nexport -n A\nexport -n B=3\n"),
        ["A=?", "B=?"]
    );
    assert_eq!(exported("export A=1\nunset -f A\n"), ["A=1"]);
    assert_eq!(exported("A=1\nf() { export A; }\n"), ["A=?"]);
    assert_eq!(
        exported("declare -x A=1\ndeclare B=2\nreadonly C=3\n"),
        ["A=1"]
    );
    assert_eq!(
        exported("export A=1 | cat\nexport B=2 &\n(export C=3)\n"),
        ["C=?"; 0]
    );
    assert_eq!(exported("export A=1\nunset A\nexport B=1\nB=2\n"), ["B=2"]);
}

#[test]
fn blanks_beside_equals_keep_a_variable_from_being_set() {
    let spaced = |text: &str| {
        let all = read(text).spaced.into_iter();
        all.map(|(spaced, cut)| (spaced, cut.name.unwrap(), cut.span.start))
            .collect::<Vec<_>>()
    };
    let one = |spaced, at| vec![(spaced, "A".to_owned(), at)];
    assert_eq!(spaced("export A = b://c\n"), one(Spaced::Apart, 8));
    assert_eq!(spaced("export X=1 A =b\n"), one(Spaced::Apart, 12));
    assert_eq!(spaced("export A= b://c\n"), one(Spaced::Emptied, 9));
    assert_eq!(spaced("A = b\n"), one(Spaced::Command, 1));
    for text in [
        "export A= B\n",
        "export A= $B\n",
        "A= tool\n",
        "export A=b C\n",
        "[ A = B ]\n",
        "test A = B\n",
        "export -x A\n",
        "tool A = B\n",
        "exit\nA = b\n",
    ] {
        assert_eq!(spaced(text), [], "{text}");
    }
}

#[test]
fn an_ampersand_in_the_middle_of_a_word_cuts_the_command() {
    let cut = |text: &str| {
        let script = read(text);
        let all = script.cut.iter().map(|one| {
            let before = &text[..one.span.start];
            (one.name.clone().unwrap_or_default(), before.len())
        });
        all.collect::<Vec<_>>()
    };
    let set = |name: &str, at| vec![(name.to_owned(), at)];
    assert_eq!(cut("export A=1 B=a://b?c&d=e\n"), set("B", 20));
    assert_eq!(exported("export A=1 B=a://b?c&d=e\n"), [""; 0]);
    assert_eq!(cut("A=b&c\n"), set("A", 3));
    assert_eq!(cut("A=b&c tool x\n"), set("A", 3));
    assert_eq!(
        cut("tool A=b&c\ntool a&b\n"),
        [set("", 8), set("", 17)].concat()
    );
    for text in [
        "export A=b &\n",
        "export A=b&\n",
        "export A=b& echo\n",
        "export A=b&&c\n",
        "export A='b&c' D=\"e&f\" G=h\\&i\n",
        "export A=b &c\n",
        "other A=b&c\n",
        "export A&b\n",
        "exit\nexport A=b&c\n",
        "# A=b&c\n",
    ] {
        assert_eq!(cut(text), [], "{text}");
    }
}

#[test]
fn quotes_are_removed_as_the_shell_removes_them() {
    let text = "export A=\"a'b\\\"c\" B='a\"b\\c' C=$'a\\'b' D=a\\ b \\\n  E=\"a\\\nb\"\n";
    assert_eq!(
        exported(text),
        ["A=a'b\"c", "B=a\"b\\c", "C=a'b", "D=a b", "E=ab"]
    );
    let text = "export A='é' # b\n";
    let script = read(text);
    let value = script.exported[0].value.as_ref().unwrap();
    assert_eq!(value.source(), Span::new(10, 12));
    assert_eq!(
        &text[script.comments[0].start..script.comments[0].end],
        "# b"
    );
}

#[test]
fn what_may_or_may_not_happen_is_not_known() {
    let text = "export A=1 B=1 C=1 D=1 E=1\nif x; then A=2; fi\nf() { B=2; }\nread C\n: \"${D:=2}\"\nx && E=2\n";
    assert_eq!(exported(text), ["C=?", "D=?", "A=?", "B=?", "E=?"]);
    assert_eq!(exported("x || export A=1\n"), ["A=?"]);
    assert_eq!(
        exported("cd x && export A=1 && export B=2\n"),
        ["A=1", "B=2"]
    );
    assert_eq!(
        exported("export A=1\n. ./more.sh\nexport B=2\n"),
        ["A=?", "B=2"]
    );
    assert_eq!(exported("export A=1\n. venv/bin/activate\n"), ["A=1"]);
    assert_eq!(exported("export A=1\nexec tool\nexport A=2\n"), ["A=1"]);
    assert_eq!(
        exported("export A=`date` B=$(date) C=$X D=\"a$((1+1))\"\n"),
        ["A=?", "B=?", "C=?", "D=?"]
    );
    assert_eq!(
        exported("export A={\"a\":1,\"b\":2}\nB={a,b}; export B\n"),
        ["A=?", "B={a,b}"]
    );
    assert_eq!(
        exported("export A=~/x B=a~b C=(1 2)\n"),
        ["A=?", "B=a~b", "C=?"]
    );
}

#[test]
fn what_may_be_set_by_names_that_nobody_knows_is_not_known() {
    for text in [
        "export A=1\nexport $(xargs < .env)\n",
        "export A=1\nexport `xargs < .env`\n",
        "export A=1\nexport \"$N=2\"\n",
        "export A=1\ndeclare -x \"$N=2\"\n",
        "export A=1\nprintf -v \"$N\" 2\n",
        "export A=1\nread $N\n",
        "export A=1\nunset $N\n",
        "load() { . ./more.sh; }\nexport A=1\nload\n",
        "load() {\n  if x; then eval \"$x\"; fi\n}\nboth() { load; }\nexport A=1\nboth || exit 1\n",
        "file_env() { export \"$1\"=\"$x\"; unset \"$2\"; }\nexport A=1\nfile_env A\n",
    ] {
        assert_eq!(exported(text), ["A=?"], "{text}");
    }
    // Such a function that is not called, and what is set behind.
    let text = "export A=1\nload() { . ./more.sh; }\nexport A=2\n(load)\n";
    assert_eq!(exported(text), ["A=2"]);
    assert_eq!(exported("export $(xargs < .env)\nexport A=1\n"), ["A=1"]);
}

#[test]
fn many_commands_that_may_set_any_variable_take_a_time_in_proportion() {
    let set: Vec<String> = (0..20_000).map(|n| format!("export A{n}=1\n")).collect();
    let text = format!("{}{}export B=1\n", set.concat(), "eval x\n".repeat(20_000));
    let started = Instant::now();
    let all = exported(&text);
    assert!(started.elapsed() < Duration::from_secs(4));
    assert_eq!(all.len(), 20_001);
    assert_eq!([&all[0], &all[20_000]], ["A0=?", "B=1"]);
}

#[test]
fn built_ins_are_known_behind_other_words_and_marks() {
    assert_eq!(
        exported("A=0\ncommand export A=1\nbuiltin export B=2\nexport -- C=3\nexport -- D\n"),
        ["A=1", "B=2", "C=3", "D=?"]
    );
    assert_eq!(exported("export A=1\ncommand -v export A=2\n"), ["A=1"]);
    assert_eq!(exported("export A=1\ncommand unset A\n"), [""; 0]);
}

#[test]
fn what_other_marks_of_a_variable_make_of_it_is_not_known() {
    for text in [
        "declare -i A\nexport A=2+3\n",
        "typeset -u A\nexport A=b\n",
        "export A=1\ndeclare +x A\n",
        "export A=1\nreadonly A\nA=2\n",
        "readonly A=1\nexport A\nA=2\n",
        "export A=1\nA[0]=2\n",
    ] {
        assert_eq!(exported(text), ["A=?"], "{text}");
    }
    assert_eq!(exported("readonly A=1\nexport A\n"), ["A=1"]);
    // Only bash has it.
    let text = "declare -x A=1\n";
    let script = script(text, 0..text.len(), false, &|_| false, &|_| {
        Outside::Unknown
    });
    assert!(script.exported.iter().all(|one| one.value.is_none()));
}

#[test]
fn what_is_set_inside_of_other_words_is_not_known() {
    for text in [
        "export A=1\n: $((A=5))\n",
        "export A=1\nexport B=$((A++))\nunset B\n",
        "export A=\n: \"${B:-${A:=x}}\"\n",
        "export A=\ncase ${A:=x} in y) ;; esac\n",
        "export A=\n[[ ${A:=x} ]]\n",
        "export A=\ntool > \"${A:=x}\"\n",
    ] {
        assert_eq!(exported(text), ["A=?"], "{text}");
    }
    assert_eq!(
        exported("export A=1\ntool $((A + 1 <= 3)) $(B=1; A=2)\n"),
        ["A=1"]
    );
}

#[test]
fn what_follows_a_failure_may_not_be_run() {
    assert_eq!(exported("x=$(tool) && export A=1\n"), ["A=?"]);
    assert_eq!(exported("x=`tool` && export A=1\n"), ["A=?"]);
    assert_eq!(exported("! true && export A=1\n"), ["A=?"]);
    assert_eq!(exported("! true | true && export A=1\n"), ["A=?"]);
    assert_eq!(exported("x=1 && true && export A=1\n"), ["A=1"]);
}

#[test]
fn parameters_that_the_script_sets_are_put_in() {
    let text = "A=1\nB='x y'\nexport C=\"$A-${B}\" D=$B\ntool $A \"$B\" $B ${A:-2} \"${Z:-3}\"\n";
    assert_eq!(exported(text), ["C=1-x y", "D=x y"]);
    assert_eq!(calls(text), ["tool|1|x y|?|1|?"]);
    // What one command declares is put together before the first variable is set.
    let text = "A=0\nexport A=1 B=$A C=\"$A/x\"\nA=2 D=$A tool\n";
    assert_eq!(exported(text), ["A=1", "B=0", "C=0/x"]);
    let given = &read(text).commands[0].given;
    assert_eq!(
        [
            shown(given[0].value.as_ref().unwrap()),
            shown(given[1].value.as_ref().unwrap())
        ],
        ["2", "?"]
    );
    // What a loop and a function see is not known.
    let text = "A=1\nfor i in 1 2; do tool $i $A; done\nf() { tool $A; }\n";
    assert_eq!(calls(text), ["(perhaps) tool|?|1", "(perhaps) tool|?"]);
}

#[test]
fn commands_are_found_wherever_they_stand() {
    let text = "tool a \\\n  'b c' # d\nif tool b; then\n  tool c\nelse tool d; fi\ncase \"$1\" in\n  a|b) tool e;;\n  (c) tool f ;;\nesac\nwhile read x < y; do tool g; done < z\ntool h > /dev/null 2>&1\n[[ $x == a && b =~ (c) ]] && tool i\nfor ((i=0; i<3; i++)); do tool j; done\nfunction g { tool k; }\n{ tool l; }\n! tool m\n";
    let expected = [
        "tool|a|b c",
        "(perhaps) tool|b",
        "(perhaps) tool|c",
        "(perhaps) tool|d",
        "(perhaps) tool|e",
        "(perhaps) tool|f",
        "(perhaps) tool|g",
        "tool|h",
        "(perhaps) tool|i",
        "(perhaps) tool|j",
        "(perhaps) tool|k",
        "(perhaps) tool|l",
        "tool|m",
    ];
    assert_eq!(calls(text), expected);
}

#[test]
fn functions_are_known_with_and_without_their_word() {
    for head in [
        "f() {",
        "f () {",
        "function f {",
        "function f() {",
        "function f ( ) {",
        "function f()\n{",
        "function f()(",
        "function f (",
    ] {
        let end = if head.ends_with('{') { '}' } else { ')' };
        let text = format!("export A=1\n{head}\nexport A=2\ntool a\n{end}\nexport B=1\ntool b\n");
        let a = if end == '}' { "A=?" } else { "A=1" };
        assert_eq!(exported(&text), [a, "B=1"], "{head}");
        assert_eq!(calls(&text), ["(perhaps) tool|a", "tool|b"], "{head}");
    }
}

#[test]
fn comments_inside_of_brackets_hold_no_quotes() {
    let text = "A=( # don't\n  b # (\n)\nexport C=$(d # it's\n)e'f'\nG=$((16#a))'#' H=$(i#')')\nexport J=1\n";
    assert_eq!(exported(text), ["C=?", "J=1"]);
}

#[test]
fn heredocs_are_passed_over() {
    let text = "case x in\na) cat <<EOF ;;\nb) tool a\nEOF\nc) tool b\nesac\ntool c\n";
    assert_eq!(calls(text), ["(perhaps) tool|b", "tool|c"]);
    let text = "cat <<EOF > x\ntool a '\nEOF\ncat <<-'E F' <<\\Z\n\ttool b\n\tE F\ntool c\nZ\ntool d <<< \"e\"\ncat <<EOF\ntool f\n";
    assert_eq!(calls(text), ["tool|d"]);
    // A line goes on behind a backslash, where it is special.
    for (end, expected) in [("EOF", "tool|b"), ("'EOF'", "tool|a"), ("\\EOF", "tool|a")] {
        let text = format!("cat <<{end}\na \\\nEOF\ntool a\nEOF\ntool b\n");
        assert_eq!(calls(&text).first().unwrap(), expected, "{end}");
    }
    let text = "cat <<EOF\na \\\\\nEOF\ntool a\n";
    assert_eq!(calls(text), ["tool|a"]);
}

#[test]
fn where_the_grammar_ends_the_reading_ends() {
    for end in [
        "'", "\"", "$(", "${", "fi", ")", ";;", "f(x)", "case x", "[[ a",
    ] {
        let text = format!("export A=1\ntool a\n{end}\nexport B=2\n");
        assert_eq!(exported(&text), ["A=1"], "{end}");
        assert_eq!(calls(&text), ["tool|a"], "{end}");
    }
    let deep = format!("{}tool x\n", "if ( { ".repeat(20_000));
    assert_eq!(calls(&deep), ["(perhaps) tool|x"]);
    assert_eq!(exported("export A=\0b\n"), ["A=b"]);
}
