#!/usr/bin/env python3
"""The action, the image and the snippets for CI, as far as they can be tried without GitHub, GitLab, Azure and docker.

usage: packaging.py AIRVANE, with check-jsonschema, hadolint, shellcheck, taplo and zizmor beside the Python that runs it.
"""

import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

import yaml

AIRVANE = pathlib.Path(sys.argv[1]).resolve()
ROOT = pathlib.Path.cwd()
TOOLS = pathlib.Path(sys.executable).parent
BACKEND = "airflow.providers.amazon.aws.secrets.secrets_manager.SecretsManagerBackend"
BAD = f'[secrets]\nbackend = {BACKEND}\nbackend_kwargs = {{"connections_prefix": "a",}}\n'


def run(*command, **options):
    """Runs a command that must end well; its output."""
    done = subprocess.run([str(word) for word in command], text=True, capture_output=True, **options)
    if done.returncode != 0:
        sys.exit(f"{' '.join(map(str, command))}: {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout


def must(condition, what):
    if not condition:
        sys.exit(what)


def validate(schema, document):
    """By one of the schemas that check-jsonschema ships."""
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "document.json"
        path.write_text(json.dumps(document))
        run(TOOLS / "check-jsonschema", "--builtin-schema", schema, path)


def run_step(step, work, inputs, path=None):
    """Runs a step of the action with `inputs` in place of the expressions of its `env`; code, output, outputs."""
    output = work / "output"
    output.write_text("")
    environment = {
        "PATH": (f"{path}:" if path else "") + os.environ["PATH"],
        "RUNNER_TEMP": str(work / "runner temp"),
        "GITHUB_OUTPUT": str(output),
        "HOME": str(work),
    }
    for name, value in step["env"].items():
        expression = re.fullmatch(r"\$\{\{ (\S+) \}\}", value)
        must(expression, f"{name} is {value}")
        environment[name] = inputs[expression.group(1)]
    # As the runner calls it.
    script = work / "step.sh"
    script.write_text(step["run"])
    command = ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", str(script)]
    done = subprocess.run(command, cwd=work / "repository", env=environment, text=True, capture_output=True,
                          stdin=subprocess.DEVNULL)
    outputs = dict(line.split("=", 1) for line in output.read_text().splitlines())
    return done.returncode, done.stdout + done.stderr, outputs


def the_action():
    text = pathlib.Path("action.yml").read_text()
    action = yaml.safe_load(text)
    validate("vendor.github-actions", action)
    run(TOOLS / "zizmor", "--offline", "--no-config", "--persona", "auditor", "action.yml")
    steps = action["runs"]["steps"]
    for step in steps:
        if "run" not in step:
            continue
        must("${{" not in step["run"], f"{step['name']}: an expression becomes a part of the script")
        run(TOOLS / "shellcheck", "--shell=bash", "-", input=step["run"])
    with tempfile.TemporaryDirectory() as folder:
        work = pathlib.Path(folder)
        repository = work / "repository"
        repository.mkdir()
        (work / "runner temp").mkdir()
        install(next(step for step in steps if step["name"] == "Install airvane"), work)
        check(next(step for step in steps if step.get("id") == "check"), work, repository)
        verdict = next(step for step in steps if step["name"] == "Verdict")
        for code in ["0", "1", "2"]:
            ended, _, _ = run_step(verdict, work, {"steps.check.outputs.exit-code": code})
            must(str(ended) == code, f"the verdict of {code} is {ended}")
    print("action.yml: good")


def install(step, work):
    """With a cargo that writes down how it was called."""
    tools = work / "tools"
    tools.mkdir()
    cargo = tools / "cargo"
    cargo.write_text('#!/bin/sh\nprintf "%s\\n" "$@" > "$HOME/called"\n')
    cargo.chmod(0o755)
    called = work / "called"

    def call(version):
        called.unlink(missing_ok=True)
        code, said, _ = run_step(step, work, {"github.action_path": "/the action", "inputs.version": version}, tools)
        return code, said, called.read_text().splitlines() if called.exists() else None

    code, _, words = call("")
    must(code == 0 and words[-2:] == ["--path", "/the action"] and "--locked" in words, f"cargo {words}")
    for version in ["0.1.0", "v0.1.0"]:
        code, _, words = call(version)
        must(code == 0 and words[-3:-1] == ["--tag", "v0.1.0"], f"cargo {words}")
    for version in ["main", "0.1.0; touch pwned", "$(touch pwned)", "0.1.0\n--config=x"]:
        code, said, words = call(version)
        must(code == 2 and words is None and version not in said, f"{version!r}: {code} {words} {said}")
    must(not (work / "repository" / "pwned").exists(), "a version is run as a command")


def check(step, work, repository):
    program = work / "runner temp" / "airvane" / "bin" / "airvane"
    program.parent.mkdir(parents=True)
    shutil.copy(AIRVANE, program)
    (repository / "a folder").mkdir()
    (repository / "a folder" / "airflow.cfg").write_text(BAD)
    (repository / "airflow.cfg").write_text("[core]\nexecutor = LocalExecutor\n")

    def call(paths, args):
        inputs = {"github.action_path": str(ROOT), "inputs.paths": paths, "inputs.args": args}
        return run_step(step, work, inputs)

    code, said, outputs = call(".", "")
    must(code == 0 and outputs["exit-code"] == "1", f"{code} {outputs} {said}")
    lines = said.splitlines()
    finding = next(index for index, line in enumerate(lines) if "error[AV201]" in line)
    added = lines.index(f"::add-matcher::{ROOT}/matchers/github.json")
    must(added < finding < lines.index("::remove-matcher owner=airvane::"), said)
    must((ROOT / "matchers" / "github.json").exists(), "there is no matcher")
    owners = json.loads((ROOT / "matchers" / "github.json").read_text())["problemMatcher"]
    for owner in owners:
        must(f"::remove-matcher owner={owner['owner']}::" in lines, f"{owner['owner']} stays")
    sarif = json.loads(pathlib.Path(outputs["sarif-file"]).read_text())
    must(sarif["runs"][0]["results"][0]["ruleId"], "SARIF without results")

    code, said, outputs = call("a folder\n", "--fail-on never\n--quiet")
    must(code == 0 and outputs["exit-code"] == "0", f"{code} {outputs} {said}")
    code, said, outputs = call("airflow.cfg", "")
    must(outputs["exit-code"] == "0" and "sarif-file" in outputs, f"{code} {outputs} {said}")
    hostile = ["$(touch pwned)", "`touch pwned`", "; touch pwned", "--fix", "* | touch pwned", "-"]
    for text in hostile:
        code, said, outputs = call(text, "")
        must(code == 0 and outputs["exit-code"] == "2", f"{text}: {code} {outputs} {said}")
    for text in hostile[:3] + ["--format full $(touch pwned) ${IFS}"]:
        code, said, outputs = call(".", text)
        must(code == 0 and outputs["exit-code"] == "2", f"{text}: {code} {outputs} {said}")
    must(not list(repository.glob("**/pwned")), "an input is run as a command")
    must((repository / "a folder" / "airflow.cfg").read_text() == BAD, "a path is taken for an option")


def the_image():
    run(TOOLS / "hadolint", "Dockerfile")
    # What the build is given is enough for it.
    lines = pathlib.Path(".dockerignore").read_text().splitlines()
    taken = [line[1:] for line in lines if line.startswith("!")]
    must("*" in lines and "src" in taken, f".dockerignore: {lines}")
    context = ROOT / "target" / "ci-context"
    shutil.rmtree(context, ignore_errors=True)
    for name in run("git", "ls-files", "-z", "--", *taken).split("\0"):
        if name:
            (context / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(name, context / name)
    environment = dict(os.environ, CARGO_TARGET_DIR=str(ROOT / "target"))
    run("cargo", "check", "--quiet", "--locked", cwd=context, env=environment)
    print("Dockerfile: good")


def the_snippets():
    """Of the README: valid for their service, and their commands write what the service is told to read."""
    section = pathlib.Path("README.md").read_text().split("\n## CI\n", 1)[1].split("\n## ", 1)[0]
    seen = set()
    for block in re.findall(r"^```yaml\n(.*?)^```$", section, re.MULTILINE | re.DOTALL):
        title = block.splitlines()[0]
        document = yaml.safe_load(block)
        if "GitHub" in title:
            job = {"runs-on": "ubuntu-latest", "steps": document}
            validate("vendor.github-workflows", {"on": "push", "jobs": {"airvane": job}})
            inputs = yaml.safe_load(pathlib.Path("action.yml").read_text())["inputs"]
            for step in document:
                known = not step.get("uses", "").startswith("airvane/") or set(step.get("with", {})) <= set(inputs)
                must(known, f"the action takes no {step.get('with')}")
        elif "gitlab" in title:
            validate("vendor.gitlab-ci", document)
        elif "azure" in title:
            validate("vendor.azure-pipelines", document)
        else:
            sys.exit(f"nobody knows what this is: {title}")
        seen.add(title)
        commands(block)
    must(len(seen) >= 3, f"only {seen}")
    print("snippets: good")


def commands(block):
    for command in re.findall(r"airvane check [^\n]*", block):
        with tempfile.TemporaryDirectory() as folder:
            work = pathlib.Path(folder)
            (work / "airflow.cfg").write_text(BAD)
            words = command.removesuffix(" || status=$?").split()[1:]
            done = subprocess.run([AIRVANE, *words], cwd=work, text=True, capture_output=True)
            must(done.returncode == 1 and "AV201" in done.stdout, f"{command}: {done.returncode} {done.stderr}")
            for name in re.findall(r"--format [a-z]+=(\S+)", command):
                must((work / name).stat().st_size > 0, f"{command} writes no {name}")
                must(block.count(name) > 1, f"nobody reads {name}")


def the_settings_file():
    """An editor's own tool finds the schema that `init` names, and takes the file."""
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "airvane.toml"
        text = run(AIRVANE, "init", "--stdout", cwd=folder)
        schema = f"file://{ROOT}/schemas/airvane.schema.json"
        first, rest = text.split("\n", 1)
        must(re.fullmatch(r"#:schema https://\S+/schemas/airvane\.schema\.json", first), first)
        path.write_text(f"#:schema {schema}\n{rest}")
        run(TOOLS / "taplo", "lint", path, cwd=folder)
        offered = re.sub(r'^#(?=[\["\]a-z]|  )', "", rest, flags=re.MULTILINE)
        path.write_text(f"#:schema {schema}\n{offered}")
        run(TOOLS / "taplo", "lint", path, cwd=folder)
        path.write_text(f"#:schema {schema}\nfail-on = 'maybe'\n")
        wrong = subprocess.run([TOOLS / "taplo", "lint", path], cwd=folder, capture_output=True)
        must(wrong.returncode != 0, "taplo does not look at the schema")
    readme = pathlib.Path("README.md").read_text().split("\n## Settings\n", 1)[1]
    example = re.search(r"^```toml\n(.*?)^```$", readme, re.MULTILINE | re.DOTALL).group(1)
    run(TOOLS / "taplo", "lint", "--schema", schema, "-", input=example)
    print("airvane.toml: good")


the_action()
the_image()
the_snippets()
the_settings_file()
