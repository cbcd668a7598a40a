#!/usr/bin/env python3
"""Writes fixtures/parity/yaml.jsonl: what PyYAML with libyaml, with which Airflow reads local secrets files
(airflow.utils.yaml.safe_load), makes of YAML texts.

    python3 -m venv /some/venv && /some/venv/bin/pip install pyyaml==6.0.4
    /some/venv/bin/python tests/parity/make_yaml.py

Afterwards make fixtures/parity/yaml-go.jsonl, see tests/parity/yaml_go.go.

Each line: the text, and `json` (the value), or `raises` (an exception), or `other` (no JSON says it: a date, a key that is no
text, bytes, a set).
"""

import itertools
import json
import pathlib
import random

import yaml

WORDS = ["", "~", "null", "Null", "NULL", "nUll", "true", "True", "TRUE", "tRue", "false", "yes", "Yes", "YES", "no", "No", "on", "On", "OFF", "off", "y", "n", "Y",
         "0", "-0", "+0", "00", "01", "0123", "-0123", "0129", "08", "1", "12", "-7", "+7", "1_000", "_1", "1_", "0b101", "0b2", "0x1F", "0xg", "-0xff", "0o17", "0_7",
         "12:30", "12:30:45", "12:60", "190:20:30", "1:5", "0:5", "1.5", "-1.5", "+1.5", "1.", ".5", "-.5", "1e3", "1.0e3", "1.0e+3", "1.5E-7", "1e+3", "1_0.5", "0.1_5", ".", "1.2.3",
         "12:30:45.6", ".inf", "-.inf", "+.Inf", ".INF", ".nan", ".NaN", "nan", "inf", "2024-01-31", "2024-1-3", "2024-01-31 10:20:30", "2024-01-31T10:20:30Z", "2024-1-3 1:02:03", "2024-01", "2024-01-31 a:b", "2024-13-45", "2024-01-31 1:2:3", "2024-01-31T10:20", "2024-02-30", "2024-01-31 10:20:30 +01:00", "2024-01-31 10:20:30.5", "2024-1-3 1:2:3",
         "0o8", "0B1", "0X1f", "0O7", "0b", "0x", "+0x1F", "9223372036854775807", "9223372036854775808", "-9223372036854775808", "-9223372036854775809", "18446744073709551615", "18446744073709551616",
         "1e20", "1e21", "1e-4", "1e-5", "123456789.5", "1e400", "1.0e", "1e", ".5e3", "-.5e3", "5.", "+.5", "..5", "._5", "0.0", "-0.0", "0e0", "100000000000000000000000",
         "<<", "=", "a b", "a: b", "a:b", "#x", "a #x", "a#x", "'a'", '"a"', "'it''s'", '"a\\tb\\u00e9\\n"', '"\\x41\\/"', "!!str 5", "!!int '5'", "!!bool yes", "!x 5", "!!binary aGk=", "!!float 1",
         "[1, a, 'b']", "{a: 1, b: [x]}", "{a: 1, a: 2}", "{1: a}", "{true: a}", "{[a]: b}", "{'1': a}", "[", "{", "]", "@a", "`a", "%a", "*nope", "&x 5", "- a", "? a", "|", ">",
         "\n  a: 1\n  b: 2", "\n- 1\n- 2", "\n  - 1\n  - a: 1\n    b: 2", "|\n  one\n   two\n\n  three\n", "|-\n  one\n", "|+\n  one\n\n", ">\n  one\n  two\n\n  three\n   four\n  five\n", ">-\n  a\n",
         "|2\n   one\n  two\n", "\"two\n  lines\"", "'two\n\n  lines'", "plain\n  folded\n\n  more", "\"joined \\\n   lines\"", "|\n  no end", "a\tb", "\ta", "http://h:80/x?a=b#c", "u:p@h", "é", "😀", "\"\\ud83d\\ude00\"", "\"\\q\""]
DOCUMENTS = ["", "# only\n", "a: 1\n---\nb: 2\n", "---\na: 1\n...\n", "%YAML 1.1\n---\na: yes\n", "x: &x {a: 1, b: 2}\ny: &y {b: 3, c: 4}\nz:\n  <<: [*x, *y]\n  a: own\n",
             "x: &x {a: 1}\nz:\n  <<: *x\n  b: 2\n", "a: &a [1]\nb: *a\n", "a: 1\n a: 2\n", "a:\n\tb: 1\n", "a: 1\na: 2\n", "- a\n- b\n", "text", "\ufeffa: 1\n", "a: 1\r\nb: 2\r\n", "z:\n  <<: 5\n", "z:\n  '<<': {a: 1}\n",
             "xx: &x {ab: 1}\nyy: &y {<<: *x, cd: 2}\nzz: {<<: [*y, *x], ef: 3}\n",
             "x: &x {a: 1, b: 2}\ny: &y {b: 3}\nz:\n  <<: *x\n  <<: *y\n", "x: &x {a: 1}\ny: &y {<<: *x, b: 2}\nz: {<<: [*y, *x], c: 3}\n", "=: 1\n", "a: {{ x }}\n", "a: 'b\x01'\n", "a: \x7f\n",
             "a: \u2028b\n", "a: &a [*a]\n", "a: &a\n  b: *a\n", "a: 'b'\n'a': c\n", "a: |\n\n    b\n   c\n  d\n", "a: |1\n  b\n c\n", "a: |1\n \tb\n", "a: |\n    b\n  \tc\n", "a: |\n\tb\n", "a: b\n\t\nc: d\n", "a:\n  b: c\n\td: e\n", "a: |\t\n  b\n", "a: |\n\n \t\n  b\n", "a: 'b\x85c'\n", "a: b # c\td\n", "- \tb\n", "-\tb\n", "?\ta\n:\tb\n", "a:\tb\n", "a\t: b\n", "[a,\tb]\n", "a: >1\n  b\n c\n d\n", "a: b\n...\n# c\n", "--- a\n--- b\n", "a: [b,\nc]\n", "a: 'b\nc'\n",
             "a: !!map {b: c}\n", "a: !!seq [b]\n", "!!map\na: b\n", "a: !!set {b}\n", "a: !!omap [b: c]\n", "{{- if x }}\na: 1\n{{- end }}\n", "{% if x %}\na: 1\n", "a: 1\n{{ b }}: 2\n"]


def answer(text):
    try:
        value = yaml.load(text, yaml.CSafeLoader)
    except (yaml.YAMLError, ValueError, TypeError) as error:
        return {"raises": type(error).__name__}

    def plain(value):
        if isinstance(value, dict):
            return all(isinstance(key, str) and plain(item) for key, item in value.items())
        return all(map(plain, value)) if isinstance(value, list) else value is None or isinstance(value, str | bool | int | float)

    try:
        return {"json": json.dumps(value)} if plain(value) else {"other": type(value).__name__}
    except RecursionError:
        return {"other": "a value that holds itself"}


def main():
    r = random.Random(4)
    texts = list(DOCUMENTS)
    texts += [f"a: {word}" if "\n" not in word[:1] else f"a:{word}" for word in WORDS]
    texts += [f"a: [{word}, x]" for word in WORDS if "\n" not in word]
    alphabet = "0123456789_.:-+eExXobfinaINFNAyY"
    texts += ["a: " + "".join(r.choice(alphabet) for _ in range(r.randint(1, 6))) for _ in range(1500)]
    lines = ["one", "  two", "", "three ", "\tfour", "# five", "- six", "'"]
    for style, _ in itertools.product(["|", ">", "|-", ">-", "|+", ">+", "|1", "'", '"', ""], range(40)):
        body = [r.choice(lines) for _ in range(r.randint(1, 5))]
        quote = style if style in ("'", '"') else ""
        head = "" if quote or not style else style + "\n  "
        texts.append("a: " + head + quote + "\n  ".join(body) + quote + r.choice(["", "\n", "\n\n", "\nb: 1\n"]))
    lines = ["a: b", "  c", "\t", " \t", "  \td: e", "f:", "  - g", "  -\th", "\ti: j", "k:\tl", "m: 'n'", "o:", "  p: q", "\t# r", "s: t\t# u", "'v'", "- w", "  'x'\t", "y\t: z"]
    texts += ["\n".join(r.choice(lines) for _ in range(r.randint(2, 5))) + r.choice(["", "\n"]) for _ in range(600)]
    path = pathlib.Path(__file__).parents[2] / "fixtures/parity/yaml.jsonl"
    with path.open("w") as out:
        for text in dict.fromkeys(texts):
            out.write(json.dumps({"text": text, **answer(text)}) + "\n")


main()
