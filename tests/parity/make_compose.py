"""Writes fixtures/parity/compose.jsonl: what docker compose makes of compose files and of references in values.

    python3 tests/parity/make_compose.py DOCKER_COMPOSE > fixtures/parity/compose.jsonl

DOCKER_COMPOSE is the program `docker-compose` of docker compose 2.40.3, which needs no daemon for `config`. Nothing but HOME,
PATH and what a case says is in its environment.
"""

import json
import os
import random
import subprocess
import sys
import tempfile

PROGRAM = os.path.abspath(sys.argv[1])
PATH = "/usr/bin"


def ask(text, files, shell):
    with tempfile.TemporaryDirectory() as folder:
        for name, content in {"compose.yaml": text, **files}.items():
            os.makedirs(os.path.dirname(os.path.join(folder, name)), exist_ok=True)
            with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
                file.write(content)
        command = [PROGRAM, "-p", "case", "config", "--format", "json"]
        environment = {"HOME": "/nonexistent", "PATH": PATH, **shell}
        ran = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=20)
    if ran.returncode:
        return {"refused": True}
    services = json.loads(ran.stdout)["services"]
    told = {}
    for name, service in services.items():
        environment = service.get("environment") or {}
        # `config` writes `$` as `$$`; what is null is not handed over.
        told[name] = {k: v.replace("$$", "$") for k, v in environment.items() if v is not None}
    return {"told": told}


def say(text, files=None, shell=None):
    files, shell = files or {}, shell or {}
    case = {"text": text, "files": files, "shell": shell, **ask(text, files, shell)}
    print(json.dumps(case, ensure_ascii=False))


HEAD = "services:\n  a:\n    image: x\n"
ENVIRONMENT = HEAD + "    environment:\n"
ANCHORS = "x-x: &x\n  AIRFLOW_VAR_A: 1\n  B: 3\nx-y: &y\n  AIRFLOW_VAR_A: 9\n  Z: 8\n"
SCALARS = """0777 1e3 true True yes on ~ null 1.50 0x1F 1_000 12345678 123456789012345678901 -0 .inf -.inf .nan 0o17 1234567.5 1.0
100000000.0 1.0e+10 0.00001 18446744073709551615 -5 08 0b11 +7 1.e5 1__0 0x 2024-01-01x 12:30 'a' "b\\n" !!str\\ 1.0 !foo\\ bar !!int\\ "5"
2024-01-01 2024-01-01T00:00:00Z {"a":1} [a] {} []""".replace("\\ ", "\0").split()


def scalars():
    for scalar in SCALARS:
        say(ENVIRONMENT + f"      AIRFLOW_VAR_A: {scalar.replace(chr(0), ' ')}\n")


def lists():
    for item in ["A=1", "A", "A= x", '"A=b=c"', "A=", "=x", "5", "true", "A: 1", "", "'A B=3'", "\"${X:-K}=1\"", "K", "A=$K", "$K"]:
        say(ENVIRONMENT + f"      - AIRFLOW_HOME=/a\n      - {item}\n", {".env": "K=k\n"})
    say(ENVIRONMENT + "      - AIRFLOW_HOME=/a\n      - A=1\n      - A=2\n")


def merges():
    for lines in [
        "A: 2\nA: 3", "AIRFLOW_VAR_A: 2\n<<: *x", "<<: *x\nAIRFLOW_VAR_A: 2", "<<: [*x, *y]\nC: 2", "<<: [*y, *x]",
        "<<: *x\n<<: *y", "<<: {AIRFLOW_VAR_Q: 1}\nC: 2", "<<:\n  - *y\n  - {Z: 1, N: 2}", "<<:\nAIRFLOW_VAR_A: 1", "<<: text",
        "\"<<\": x\nAIRFLOW_VAR_A: 1", "<<: *nobody", "? AIRFLOW_VAR_A\n: b", "AIRFLOW_VAR_A: |\n  x\n  y\n", "AIRFLOW_VAR_A: >-\n  x\n  y\n",
    ]:
        body = "".join(f"      {line}\n" for line in lines.split("\n"))
        say(ANCHORS + ENVIRONMENT + body)
    say(ANCHORS + HEAD + "    environment: *x\n  b:\n    image: x\n    environment:\n      <<: *x\n      N: 0\n")
    say("x-x: &x\n  AIRFLOW_VAR_A: 1\nx-y: &y\n  <<: *x\n  B: 2\n" + ENVIRONMENT + "      <<: *y\n")
    common = "x-c: &c\n  image: x\n  environment: &e\n    AIRFLOW_VAR_A: ${X:-1}\n    B: 2\n"
    say(common + "services:\n  a:\n    <<: *c\n    environment:\n      <<: *e\n      AIRFLOW_VAR_A: 5\n  b:\n    <<: *c\n")
    say(common + "  env_file:\n    - ${ENV_FILE_PATH:-.env}\nservices:\n  a:\n    <<: *c\n  b:\n    <<: *c\n", {".env": "AIRFLOW_VAR_A=no\nF=$B\nX=9\n"})


def extends():
    base = "services:\n  c:\n    image: x\n    environment: [AIRFLOW_VAR_A=1, D=1]\n    env_file: c.env\n  b:\n    extends: {service: c}\n"
    files = {"c.env": "F=c\nG=c\n", "b.env": "F=b\n"}
    for rest in [
        "", "    environment:\n      AIRFLOW_VAR_A: 2\n      E: 2\n", "    environment:\n      - D=5\n    env_file: [b.env]\n",
        "    environment:\n      AIRFLOW_VAR_A: !reset null\n      E: !override 1\n", "    environment: !override\n      AIRFLOW_VAR_B: 2\n",
        "    environment: !reset {}\n    extends: c\n", "    environment: !reset {}\n", "    environment:\n",
        "    environment:\n      - D=$F\n  a:\n    extends: b\n    environment: {AIRFLOW_VAR_Z: z}\n",
    ]:
        say(base + rest, files)


def env_files():
    files = {"a.env": "A=1\nB=a\nC=$P\n", "b.env": "A=2\nE=${A}\nF=\"$C\"\n", "r.env": "A=\"q $P\"\nB=1\nG='x' # c\n"}
    for node in [
        " a.env", " [a.env, b.env]", " [b.env, a.env]", "\n      - path: a.env\n        required: false\n      - path: none.env\n        required: false\n      - b.env",
        "\n      - path: r.env\n        format: raw", " ${F:-a.env}", " [ \"${F:-a}.env\" ]", " ./a.env",
    ]:
        text = HEAD + f"    env_file:{node}\n    environment:\n      AIRFLOW_HOME: /a\n      B: own\n"
        say(text, {".env": "P=project\n", **files})


PIECES = ["$", "$", "$$", "${", "}", "{", "X", "Y", "E", "N", ":-", "-", ":+", "+", ":?", "?", "a", "1", " ", "\n", "é", "\"", "_", ".", "${X}", "${N:-", "${N-", "$X", "${Y:+"]


def templates(count):
    random.seed(20261127)
    for _ in range(count):
        value = "".join(random.choice(PIECES) for _ in range(random.randint(1, 9)))
        text = ENVIRONMENT + f"      AIRFLOW_VAR_A: {json.dumps(value, ensure_ascii=False)}\n"
        say(text, {".env": "Y=y $X\nE=\n"}, {"X": "x"})


scalars()
lists()
merges()
extends()
env_files()
templates(int(sys.argv[2]) if len(sys.argv) > 2 else 600)
