"""Dockerfiles for `ask_buildkit.go`: the recorded cases, cases of each rule by hand, and generated ones.

    python make_dockerfiles.py dotenv-cases.json 400 1 | ask_buildkit > dockerfiles.jsonl
"""

import json
import random
import sys

HAND = [
    # Both forms, and the words of each.
    "FROM x\nENV A=1 B='two words' C=\"three $A\" D=\\$A\n",
    "FROM x\nENV A=1\nENV A=2 B=$A\nENV C=$A$B\n",
    "FROM x\nENV A some text  with   blanks # and a mark\n",
    "FROM x\nENV A = v\n",
    "FROM x\nENV A\n",
    "FROM x\nENV\n",
    "FROM x\nENV =v\n",
    "FROM x\nENV A=1 =v\n",
    "FROM x\nENV A=1 b\n",
    "FROM x\nENV --x A=1\n",
    "FROM x\nENV A=--x B=2\n",
    "FROM x\nENV \"A\"=1 'B'=2 $HOSTVAR=3 C$HOSTVAR=4\n",
    "FROM x\nENV \"A B\" c\n",
    "FROM x\nENV A=1\\\n",
    "FROM x\nENV A=a\\ b B=\"a\\tb\" C='a\\tb' D=a\\tb E=\"a\\\\b\" F=\"a\\\"b\" G=\"a\\'b\"\n",
    "FROM x\nENV A=\"unclosed\n",
    "FROM x\nENV A='unclosed\n",
    "FROM x\nENV A='it''s' B=\"it's\" C='a \"b\" c'\n",
    "FROM x\nENV A=${HOSTVAR B=1\n",
    "FROM x\nENV A=${} B=1\n",
    "FROM x\nENV A=${:-d}\n",
    "FROM x\nENV A=${HOSTVAR^^}\n",
    "FROM x\nENV A=${HOSTVAR=b}\n",
    "FROM x\nENV A=$ B=$. C=a$1b D=$$ E=$@x F=$0\n",
    "FROM x\nENV A=${U:-d} B=${U-d} C=${U:+d} D=${U+d} E=${HOSTVAR:-d} F=${HOSTVAR:+d}\n",
    "FROM x\nENV E=\nENV A=${E:-d} B=${E-d} C=${E:+d} D=${E+d} F=${E?x}\n",
    "FROM x\nENV A=${U:-${V:-${HOSTVAR}}} B=${U:-'q $HOSTVAR'} C=\"${U:-a b}\" D=${U:-\\}}\n",
    "FROM x\nENV A=${HOSTVAR:?no} B=${U:?needed}\n",
    "FROM x\nENV A=${HOSTVAR#host} B=${HOSTVAR#*s} C=${HOSTVAR%val} D=${HOSTVAR%%s*} E=${HOSTVAR##*t}\n",
    "FROM x\nENV P=/a/b/c.tar.gz\nENV A=${P##*/} B=${P#*/} C=${P%.*} D=${P%%.*} E=${P%/*} F=${P#?a}\n",
    "FROM x\nENV A=${HOSTVAR:#x}\n",
    "FROM x\nENV A=${HOSTVAR#\\x}\n",
    "FROM x\nENV P=/a/b/a\nENV A=${P/a/x} B=${P//a/x} C=${P/\\//-} D=${P//\\//} E=${P//?/$0z} F=${P/b*/[$HOSTVAR]}\n",
    "FROM x\nENV A=${HOSTVAR/x}\n",
    "FROM x\nENV A=\"{\\\"a\\\": \\\"$HOSTVAR\\\"}\" B='{\"a\": \"$HOSTVAR\"}' C={\"a\":\"b\"}\n",
    # Continued lines, comments between them, blank lines.
    "FROM x\nENV A=1 \\\n  B=2 \\\n# a comment\n  # another \\\n\n  C=3\nENV D=4\n",
    "FROM x\nENV A='one \\\n  two' B=\"three \\\n# no text\nfour\" C=fi\\\nve\n",
    "FROM x\nENV A a\\\n\\\nb\nENV B b\\\\\nENV C c \\ \t\n d\n",
    "FROM x\r\nENV A=1 \\\r\n  B=2\r\n",
    "\ufeffFROM x\nENV A=1\n",
    "  FROM x\n\t env A=1\n",
    "FROM x\nENV A=1 \\",
    # Directives.
    "# escape=`\nFROM x\nENV A=C:\\temp B=a`\"b C=\"a`$HOSTVAR\" D=`\n E=\\n\n",
    "# syntax=docker/dockerfile:1\n# escape = `\nFROM x\nENV A=1 `\n B=2\n",
    "# a comment\n# escape=`\nFROM x\nENV A=1 \\\n B=2\n",
    "\n# escape=`\nFROM x\nENV A=1 \\\n B=2\n",
    "# escape=x\nFROM x\nENV A=1\n",
    "# escape=\\\n# escape=\\\nFROM x\n",
    "#escape=`\nFROM x\nENV A=`a B='`a' C=\"`a\" D=\"``\" E=``\n",
    # Heredocs.
    "FROM x\nRUN <<EOF\nENV A=1\nEOF\nENV B=2\n",
    "FROM x\nRUN cat <<'EOF' > /a && cat <<-TWO\nENV A=1\nEOF\nENV B=2\n\tTWO\nENV C=3\n",
    "FROM x\nCOPY <<one <<\"two\" /to/\nENV A=1\none\nENV B=2\ntwo\nENV C=3\n",
    "FROM x\nRUN [\"cat\", \"<<EOF\"]\nENV A=1\n",
    "FROM x\nRUN echo \"a << b\" '<<EOF'\nENV A=1\n",
    "FROM x\nRUN echo $((1 << 2))\nENV A=1\n2))\nENV B=1\n",
    "FROM x\nRUN cat <<EOF\nENV A=1\n",
    "FROM x\nRUN cat <<<EOF\nENV A=1\n",
    "FROM x\nRUN it's <<EOF\nENV A=1\n",
    "FROM x\nRUN 3<<EOF x\nENV A=1\nEOF\nENV B=1\n",
    "FROM x\nONBUILD RUN <<EOF\nENV A=1\nEOF\nENV B=1\n",
    "FROM x\nCMD cat <<EOF\nENV A=1\n",
    "FROM x\nENV A=<<EOF B=a<b C=\"<< x\"\n",
    "FROM x\nADD --chown=a <<EOF /x\nENV A=1\nEOF\nENV B=2\n",
    # Arguments and stages.
    "ARG V=1\nARG W=$V.2\nFROM x\nENV A=$V B=$W\n",
    "ARG V=1\nARG W=$V.2\nFROM x\nARG V W=3 X=$W\nENV A=$V B=$W C=$X\n",
    "FROM x\nARG V='a b' W=\"$V c\"\nENV A=$V B=$W\n",
    "FROM x\nARG V=1\nENV V=2\nENV A=$V\nARG V=3\nENV B=$V\n",
    "FROM x\nENV V=1\nARG V=2\nENV A=$V\n",
    "FROM x\nENV V=1\nARG V\nENV A=$V\n",
    "FROM x AS base\nENV A=1 B=2\nARG C=3\nFROM base\nENV B=3 D=$A E=$C\n",
    "FROM x AS base\nENV V=1\nARG V=2\nFROM base\nENV A=$V\n",
    "FROM x AS one\nENV A=1\nFROM x AS two\nENV B=2\n",
    "FROM x AS Base\nENV A=1\nFROM base\nENV B=$A\n",
    "FROM x AS one\nENV A=1\nFROM one AS two\nENV B=$A\nFROM two\nENV A=3 C=$B\n",
    "FROM x AS one\nENV A=1\nFROM y AS one\nENV A=2\nFROM one\n",
    "ARG WHICH=two\nFROM x AS one\nENV A=1\nFROM x AS two\nENV A=2\nFROM ${WHICH}\n",
    "FROM scratch\nENV A=$HOSTVAR B=$PATH\n",
    "FROM --platform=linux/amd64 x AS base\nENV A=1\n",
    "FROM x AS\nENV A=1\n",
    "FROM\nENV A=1\n",
    "FROM ${U}\nENV A=1\n",
    "ENV A=1\nFROM x\n",
    "RUN true\n",
    "ARG A=1\n",
    "",
    "FROM x\nFOO A=1\n",
    "FROM x\nARG\n",
    "FROM x\nARG =v\n",
    "FROM x\nARG A=\"b\nENV B=1\n",
    "FROM x\nARG \"A=1\"\nENV B=$A\n",
    "FROM x\nARG BUILDKIT_SBOM_SCAN_STAGE=1\nENV A=1\n",
    "FROM x\nONBUILD ENV A=1\nENV B=1\n",
    # What people write of Airflow.
    "FROM x\nENV AIRFLOW__SECRETS__BACKEND_KWARGS {\"sep\": \"/\"}\n",
    "FROM x\nENV AIRFLOW__SECRETS__BACKEND_KWARGS=\"{\"sep\": \"/\"}\"\n",
    "FROM x\nENV AIRFLOW__SECRETS__BACKEND_KWARGS '{\"sep\": \"/\"}'\n",
    "FROM x\nENV AIRFLOW__SECRETS__BACKEND_KWARGS='{ \\\n  \"sep\": \"/\" \\\n}'\n",
    "FROM x\nENV AIRFLOW_CONN_DB=postgresql://u:p%40$w@h/db?a=b&c=d#e\n",
    "FROM x\nENV A=é B='naïve \"é\"' C=$é D=${é:-ü}\n",
]

UNITS = (
    ["a", "b", "K", "x1", "é", "/", ".", "{", "}", "[", ":", "-", "+", "#", "%", "?", "=", " ", "  ", "\t", ","]
    + ["'", '"', "\\", "$", "${", "}", "<", "<<", "*"]
    + ["'a b'", '"a $V"', '\\"', "\\'", "\\$", "\\\\", "$V", "${V}", "$U", "${U:-d}", "${V:+e}", "${V-$U}"]
    + ["${V#v}", "${V%%e*}", "${V/a/b}", "${U:-${V}}", '"{\\"a\\": 1}"', "'{\"a\": 1}'", '{"a":1}']
    + ["\\\n", " \\\n  ", " \\\n# c\n", "\n"]
)


def generated(rng):
    lines = ["FROM x", "ENV V=value E="]
    if rng.random() < 0.15:
        lines.insert(0, "# escape=`")
    for _ in range(rng.randint(1, 2)):
        text = "".join(rng.choice(UNITS) for _ in range(rng.randint(1, 7)))
        keyword = rng.choice(["ENV", "ENV", "ENV", "ARG", "RUN"])
        form = rng.choice(["A=", "A=", "A=", "A ", "", "A=1 B="])
        lines.append(f"{keyword} {form}{text}")
    lines.append("ENV Z=$A")
    return "\n".join(lines) + "\n"


def main():
    recorded, count, seed = sys.argv[1:]
    with open(recorded) as file:
        cases = json.load(file)["dockerfile_env_cases"]["cases"]
    texts = ["FROM x\n" + case["instruction"] + "\n" for case in cases] + HAND
    rng = random.Random(int(seed))
    while len(texts) < len(cases) + len(HAND) + int(count):
        texts.append(generated(rng))
    for text in dict.fromkeys(texts):
        print(json.dumps({"text": text}, ensure_ascii=False))


main()
