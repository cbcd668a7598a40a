"""Writes fixtures/parity/compose_projects.jsonl: what docker compose makes of services that several files speak of.

    python3 tests/parity/make_compose_projects.py DOCKER_COMPOSE [COUNT] > fixtures/parity/compose_projects.jsonl

DOCKER_COMPOSE is as for make_compose.py. Each case is a folder of files and what its services are told; what compose refuses is
left out.
"""

import json
import os
import random
import subprocess
import sys
import tempfile

PROGRAM = os.path.abspath(sys.argv[1])
COUNT = int(sys.argv[2]) if len(sys.argv) > 2 else 150
SERVICES = ["web", "worker", "init"]
KEYS = ["A", "B", "C", "D"]


def ask(files):
    with tempfile.TemporaryDirectory() as folder:
        for name, content in files.items():
            os.makedirs(os.path.dirname(os.path.join(folder, name)), exist_ok=True)
            with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
                file.write(content)
        command = [PROGRAM, "-p", "case", "config", "--format", "json"]
        environment = {"HOME": "/nonexistent", "PATH": "/usr/bin"}
        ran = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=20)
    if ran.returncode:
        return None
    services = json.loads(ran.stdout)["services"]
    told = {}
    for name, service in services.items():
        environment = service.get("environment") or {}
        told[name] = {k: v for k, v in environment.items() if v is not None and k.startswith("AIRFLOW_VAR_")}
    return told


def environment(rng, tag):
    keys = rng.sample(KEYS, rng.randint(1, 3))
    value = lambda key: f"{tag}{key}"
    if rng.random() < 0.4:
        return "    environment:\n" + "".join(f"      - AIRFLOW_VAR_{key}={value(key)}\n" for key in keys)
    head = "    environment:" + (" !override" if rng.random() < 0.1 else "") + "\n"
    lines = []
    for key in keys:
        chance = rng.random()
        written = "!reset null" if chance < 0.08 else "${X:-d}" if chance < 0.2 else value(key)
        lines.append(f"      AIRFLOW_VAR_{key}: {written}\n")
    return head + "".join(lines)


def service(rng, name, tag, bases, whole):
    text = f"  {name}:\n"
    base = rng.choice(bases) if bases and rng.random() < 0.5 else None
    if base:
        text += f"    extends: {base}\n"
    elif whole:
        text += "    image: apache/airflow\n"
    if rng.random() < 0.35:
        text += f"    env_file: {rng.choice(['a.env', '[a.env, b.env]', 'b.env'])}\n"
    if rng.random() < 0.85:
        text += environment(rng, tag)
    elif not base and not whole:
        text += "    restart: always\n"
    return text


def project(rng):
    files = {".env": rng.choice(["", "X=x\n"])}
    for folder in ["", "sub/"]:
        files[folder + "a.env"] = f"AIRFLOW_VAR_A=file{folder}a\nAIRFLOW_VAR_E=e\n"
        files[folder + "b.env"] = "AIRFLOW_VAR_A=fileb\nAIRFLOW_VAR_B=fileb\n"
    files["common.yml"] = "services:\n" + service(rng, "common", "c", [], True)
    files["sub/common.yml"] = "services:\n" + service(rng, "deep", "s", ["{file: ../common.yml, service: common}"], True)
    bases = ["{file: common.yml, service: common}", "{file: sub/common.yml, service: deep}"]
    names = rng.sample(SERVICES, rng.randint(1, 3))
    name = rng.choice(["docker-compose.yml", "compose.yaml", "docker-compose.yaml"])
    body = "services:\n"
    for index, one in enumerate(names):
        own = [f"{{service: {names[0]}}}"] if index else []
        body += service(rng, one, f"{one}-", bases + own, True)
    if rng.random() < 0.3:
        files["sub/inc.yml"] = "services:\n" + service(rng, "inc", "i", ["{file: common.yml, service: deep}"], True)
        body = "include:\n  - sub/inc.yml\n" + body
        names = [*names, "inc"]
    files[name] = body
    if rng.random() < 0.7:
        over = "services:\n"
        for one in rng.sample(names, rng.randint(1, len(names))):
            over += service(rng, one, f"over-{one}-", bases[:1] if rng.random() < 0.2 else [], False)
        files[rng.choice(["docker-compose.override.yml", "compose.override.yaml"])] = over
    return files


def main():
    rng = random.Random(20261127)
    done = 0
    while done < COUNT:
        files = project(rng)
        told = ask(files)
        if told is not None:
            done += 1
            print(json.dumps({"files": files, "told": told}))


main()
