"""Asks Terraform, and python-hcl2, what expressions of HCL are.

    python make_hcl.py [TERRAFORM] > ../../fixtures/parity/hcl.jsonl      (with a Python that has python-hcl2)

Every expression is the value of an output; outputs need no provider, so nothing is fetched and nothing is created. The first line says which
releases were asked and what stands in front of every expression, then follows one case a line:
`expr`, and `value` (what `terraform output -json` prints) or `refused` (Terraform does not accept the file). `python_hcl2` stands where that
reader has another value than Terraform, or `"error"` where it refuses what Terraform reads or reads what it refuses. What it is known to do otherwise:

- a heredoc loses its last line break; blank lines of `<<-` lose their blanks; tabs are not taken for indentation
- `$${` and `%%{` stay as they are; an unknown escape stays, where Terraform refuses it
- `~` beside a brace, text behind the marker inside a heredoc, and numbers as `1.` are refused
- a quoted string may go over several lines; an attribute may stand twice; a heredoc may end with the file
- characters are not brought into the form NFC; carriage returns are dropped
- expressions are not evaluated
The specification: hashicorp/hcl `hclsyntax/spec.md`, "Template Expressions"; its scanner is `hclsyntax/scan_tokens.rl`.
"""

import json
import os
import random
import subprocess
import sys
import tempfile

import hcl2

# Stands beside each expression.
PREAMBLE = r"""locals {
  s = "lo\"c ${local.n}"
  n = 12.50
  b = true
  o = { k = "v<", "two words" = [1, "x", { deep = "d" }] }
  h = <<-EOT
    one
      two
  EOT
}
"""

BY_HAND = [
    # Strings.
    r'"x\ty\"z\\ \u00e9\U0001F600 $${b} %%{c} $5 100%"', '""', '"$"', '"%"', '"$$"', '"$${"', '"$$${"', '"$$$${"', '"%%%{"', r'"\r\n"', '"a{b}"',
    '"e\u0301"', '"\u00e9 \u2028 \u00a0"', r'"\u0000"', r'"e\u0301"', r'"a\/b"', r'"a\qb"', r'"\u12"', r'"\ud83d\ude00"', r'"\U00110000"', '"a\nb"', '"a\\\nb"',
    r'"\${x}"', '"a', '"${local.n', '"${"', '"${local.n}', '"tab\there"', r"'x'",
    # Interpolation and what eats blanks.
    '"${local.s}"', '"<${local.s}>"', '"${local.n}${local.b}"', '"x  ${~ 1 ~}  y"', '"x ${~ local.n} y ${local.n ~} z"', '"${"${"in"}"}"', '"${1.50}|${-3}|${1e3}|${true}"',
    '"  ${~ "a" ~}  ${~ "b" ~}  "', '"$ ${~ 1 ~} $  "', '"${ /* c */ 1 }"', '"${\n1\n}"', '"${"a${"b"}c"}"', '"a${""}b"', '"%{ if true }y%{ endif }"', '"%{ endif }"',
    # Heredocs.
    "<<EOF\none\n  two\\n $${x} \"q\"\n  EOF", "<<EOF\nEOF", "<<EOF\n\nEOF", "<<-EOF\n    one\n      two\n\n    three\n  EOF", "<<-EOF\n    one\n  \n    two\n    EOF",
    "<<-EOF\n\tone\n\t\ttwo\n\tEOF", "<<-EOF\n \tone\n\t two\n\tEOF", "<<EOF\none\n EOFX\nEOF two\n  EOF ", "<<EOF\none\n\u00a0EOF", "<<EOF\r\none\r\n  two\r\nEOF\r\n",
    "<<-EOF\r\n    one\r\n\r\n      two\r\n    EOF\r\n", "<<-EOF\n  ${local.n}\n    b\n  EOF", "<<-EOF\n${local.n}\n    b\n  EOF", "<<-EOF\n  a ${local.h} b\n    c\n  EOF",
    "<<-EOF\n    a\n  ${~ local.n ~}  \n    b\n  EOF", "<<-EOF\n    a ${~ 1 ~}\n      b\n  EOF", "<<EOF\nx\n${~ 1 ~}\n  y\nEOF", "<<EOF\n${<<IN\nin\nIN\n}out\nEOF",
    "<<-EOF\n  ${<<-IN\n     in\n       deep\n  IN\n}out\n  EOF", "<<A-b_c\nx\nA-b_c", "<<EOF\nx\nEOF)", "<<EOF\nx", "<<EOF x\nEOF", "<< EOF\nx\nEOF", "<<\"EOF\"\nx\nEOF",
    "<<-EOF\n\u2003\u2003 two\n   one\n  EOF", "<<-EOF\n  $5\n   %\n  EOF", "<<-EOF\n  \n  EOF", "<<-EOF\n\n\n  EOF", "<<EOF\n%{ if true }\nx\n%{ endif }\nEOF",
    "<<EOF\n$\n$$\n%%\n$${\nEOF", "<<EOF\n${local.o.k}$${local.o.k}\nEOF", "<<EOF\n${\n  local.n # c }\n}\nEOF", "trimspace(<<EOF\n x \nEOF\n)", "<<EOF\na\rb\nEOF", "<<EOF\n\\u00e9 \\\nEOF",
    # Numbers.
    "0", "007", "1.0", "1.50", "100", "1e3", "1.25E2", "1.25e-2", "0.1", "-5", "- 5", "-0", "18446744073709551616", "0.30000000000000000000000000000000000004",
    "123456789012345678901234567890.123456789", "1e30", "1.", "1e", ".5", "0x10", "1_000", '"${0.1}"', '"${1e2}"', '"${-0.50}"', '"${123456789012345678901234567890}"',
    # Objects and tuples.
    "{}", "[]", "[1, 2,]", "[\n1\n,2\n]", '{ a = 1, "b" : "c", (local.s) = 2, 3 = "d" }', "{\n a = 1\n b = 2 # c\n\n c = 3, d = 4\n}", "{ a = 1, a = 2 }", '{ a = 1, "a" = 2, b = 3 }',
    '{ true = 1, null = 2, if = 3, for_each = 4 }', '{ "${local.n}x" = 1 }', "{ a.b = 1 }", "{ a = 1 b = 2 }", "{ a }", "{ a = { b = { c = [ { d = null } ] } } }", "[for x in [1] : x]",
    "local.o", 'local.o["two words"]', 'local.o["two words"][1]', "local.o.k", 'local.o["two words"][2].deep', 'local.o["two words"].0', "local.o[\"two words\"][*]", "local.missing",
    "(1)", '("x")', "(\n1\n)", "1 + 1", "local.b ? 1 : 2", "tostring(1.50)", 'nonsensitive("x")', "!true", '"a" == "a"',
    # jsonencode.
    'jsonencode({ z = 1.0, "b" : [true, null, -2], a = "<&>\\n\\"\u00e9\\u2028\\t" })', "jsonencode(local.o)", 'jsonencode({ a = jsonencode({ b = "<" }) })', 'jsonencode("x")',
    "jsonencode(<<EOF\na\n\tb\nEOF\n)", "jsonencode([])", "jsonencode({ a = local.s, b = \"${local.o.k}-${local.n}\" })", 'jsonencode({ B = 1, a = 2, "A b" = 3, _ = 4 })',
    'jsonencode({ "\u00e9" = 1, "e\u0301" = 2, "f" = 3 })', "jsonencode(null)", "jsonencode(1e3)", 'jsonencode({ a = 1, a = 2 })', 'jsonencode({ "<k>" = "\\u0001\\u007f/" })',
    "jsonencode({ a = 1 }, { b = 2 })", "jsonencode([{}]...)", 'jsonencode(tostring(5))', 'jsonencode({ a = tostring(5), b = "${5}", c = "5" })', 'jsonencode({ "a" = "\\r\\f" })',
    "jsonencode({\n  # c\n  a = \"b\" // d\n  /* e */\n  f = <<-EOT\n    g\n      h\n    EOT\n})",
]


def fragments(rng, quoted):
    common = ["a", "B c", "é", "$", "%", "{", "}", "$${", "%%{", "  ", "'", "#", "//", "/*", "${local.s}", "${local.n}", "${local.o.k}", "${1.50}", '${"n${local.b}"}',
              "${~ local.n ~}", "${~ 7}", "${8 ~}", "\U0001F600", "<", "&"]
    only = ["\\n", "\\t", '\\"', "\\\\", "\\u00e9", "\\u003c", "\\U0001F600", "\\r"] if quoted else ["\\n", '"', "\\", "\t"]
    return "".join(rng.choice(common + only * 2) for _ in range(rng.randrange(0, 7)))


def string(rng):
    return '"' + fragments(rng, True) + '"'


def heredoc(rng):
    flush = rng.random() < 0.7
    marker = rng.choice(["EOF", "EOT", "JSON"])
    base = rng.choice(["", "  ", "    ", "\t", "\t\t"])
    lines = []
    for _ in range(rng.randrange(0, 6)):
        indent = base + rng.choice(["", "", " ", "  ", "\t"])
        lines.append(rng.choice([indent + fragments(rng, False), indent + fragments(rng, False), "", indent]))
    end = rng.choice(["", "  ", base])
    nl = rng.choice(["\n", "\n", "\n", "\r\n"])
    return f"<<{'-' if flush else ''}{marker}{nl}" + "".join(line + nl for line in lines) + end + marker + nl


def number(rng):
    digits = str(rng.randrange(0, 10 ** rng.randrange(1, 25)))
    fraction = rng.choice(["", "", "." + "".join(rng.choice("0123456789") for _ in range(rng.randrange(1, 12)))])
    exponent = rng.choice(["", "", "", f"e{rng.randrange(0, 20)}", f"E-{rng.randrange(0, 20)}"])
    return rng.choice(["", "", "-"]) + digits + fraction + exponent


def expression(rng, depth):
    kinds = [string, number, lambda r: r.choice(["true", "false", "local.s", "local.o.k", "local.o", "null", "local.n"])]
    if depth:
        kinds += [lambda r: "[" + ", ".join(expression(r, depth - 1) for _ in range(r.randrange(0, 4))) + "]", lambda r: obj(r, depth), lambda r: obj(r, depth)]
    return rng.choice(kinds)(rng)


def obj(rng, depth):
    members = []
    for _ in range(rng.randrange(0, 5)):
        key = rng.choice([rng.choice("abcdXYZ_") + rng.choice(["", "1", "-x", "_y"]), '"' + rng.choice(["k", "two words", "é", "<", "a.b", "\\t"]) + rng.choice("12345") + '"'])
        value = heredoc(rng).replace("\r", "") if rng.random() < 0.1 else expression(rng, depth - 1)
        members.append(f"{key} {rng.choice('=:')} {value}" + ("" if value.endswith("\n") else "\n"))
    return "{\n" + "".join(members) + "}"


def cases():
    rng = random.Random(6)
    yield from BY_HAND
    for _ in range(160):
        yield string(rng)
    for _ in range(220):
        yield heredoc(rng)
    for _ in range(60):
        yield number(rng)
    for _ in range(120):
        yield obj(rng, 3)
    for _ in range(160):
        yield "jsonencode(" + expression(rng, 3) + ")"


def output(name, expr):
    return f'output "{name}" {{\n  value = {expr}' + ("" if expr.endswith("\n") else "\n") + "}\n"


def terraform(binary, files):
    """The values of the outputs, or None where Terraform refuses one of the files."""
    with tempfile.TemporaryDirectory() as folder:
        for name, text in files.items():
            with open(os.path.join(folder, name), "w", newline="") as file:
                file.write(text)
        environment = {**os.environ, "CHECKPOINT_DISABLE": "1", "TF_IN_AUTOMATION": "1"}
        environment.pop("TF_CLI_CONFIG_FILE", None)

        def run(*arguments):
            command = [binary, *arguments]
            return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)

        if run("apply", "-auto-approve", "-input=false", "-no-color").returncode:
            return None
        return json.loads(run("output", "-json", "-no-color").stdout, parse_float=Number, parse_int=Number)


class Number(float):
    """A number that is written as it was read."""

    def __new__(cls, text):
        self = super().__new__(cls, text)
        self.text = text
        return self

    def __repr__(self):
        return self.text


def plain(value):
    """The value with numbers as {"number": digits}: JSON readers would round some."""
    if isinstance(value, Number):
        return {"number": value.text}
    if isinstance(value, bool) or value is None or isinstance(value, str):
        return value
    if isinstance(value, (int, float)):
        return {"number": repr(value)}
    if isinstance(value, list):
        return [plain(item) for item in value]
    return {"object": {key: plain(item) for key, item in value.items()}}


def python_hcl2(expr):
    options = hcl2.SerializationOptions(
        with_comments=False, preserve_heredocs=False, strip_string_quotes=True, explicit_blocks=False, preserve_scientific_notation=False)
    try:
        return plain(hcl2.loads(f"a = {expr}" + ("" if expr.endswith("\n") else "\n"), serialization_options=options)["a"])
    except Exception:  # whatever it raises
        return "error"


def evaluated(expr):
    return any(part in expr for part in ("local.", "jsonencode", "${", "(", "%{ ", "?", "1 + 1", "!", "==", "for x"))


def ask(binary, expressions):
    """Terraform's value of each, None for what it refuses. All at once, then by halves where one is refused."""
    files = {f"c{index}.tf": output(f"c{index}", expr) for index, expr in enumerate(expressions)}
    answer = terraform(binary, {"locals.tf": PREAMBLE, **files})
    if answer is not None:
        return [answer[f"c{index}"]["value"] if f"c{index}" in answer else "null" for index in range(len(expressions))]
    if len(expressions) == 1:
        return [None]
    middle = len(expressions) // 2
    return ask(binary, expressions[:middle]) + ask(binary, expressions[middle:])


def main():
    binary = sys.argv[1] if len(sys.argv) > 1 else "terraform"
    everything = list(dict.fromkeys(cases()))
    version = subprocess.run([binary, "version", "-json"], env={**os.environ, "CHECKPOINT_DISABLE": "1"}, capture_output=True, text=True, check=True)
    releases = {"terraform": json.loads(version.stdout)["terraform_version"], "python_hcl2": hcl2.__version__}
    print(json.dumps({**releases, "preamble": PREAMBLE}, sort_keys=True))
    values = ask(binary, BY_HAND) + ask(binary, everything[len(BY_HAND):])
    for expr, value in zip(everything, values):
        case = {"expr": expr}
        if value is None:
            case["refused"] = True
        else:
            case["value"] = plain(value)
        other = python_hcl2(expr)
        if not evaluated(expr) and other != case.get("value", "error"):
            case["python_hcl2"] = other
        print(json.dumps(case, ensure_ascii=False, sort_keys=True))


if __name__ == "__main__":
    main()
