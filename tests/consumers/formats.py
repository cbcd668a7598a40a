#!/usr/bin/env python3
"""The machine formats as those who read them read them.

usage: formats.py AIRVANE NODE_MODULES

Runs AIRVANE over the demo and over a repository whose names and texts are hostile, writes all formats in one
run, and holds each against its consumer: SARIF against the official schema and GitHub's rules in Microsoft's
SARIF Multitool, JUnit through junitparser, Checkstyle through danger-plugin-lint-report, rdjson through
rdformat-validator, GitLab against its documented shape. What they understood must be what JSON says.
"""

import collections
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import urllib.parse

import jsonschema
import junitparser

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
AIRVANE, MODULES = (pathlib.Path(argument).resolve() for argument in sys.argv[1:])
FORMATS = ["json", "sarif", "gitlab", "junit", "checkstyle", "rdjson"]

BACKEND = "airflow.providers.amazon.aws.secrets.systems_manager.SystemsManagerParameterStoreBackend"
# In front of `region` stand 41 characters, 42 units of UTF-16, 45 bytes.
CFG = f'[secrets]\nbackend = {BACKEND}\nbackend_kwargs = {{"profile_name": "é😀",\t"region": "eu-west-1"}}\n'
HOSTILE = {
    "conf/airflow.cfg": CFG,
    "a & <b> 'c' \"d\"/.env": "AIRFLOW_CONN_x=a\n",
    "::error::x/##[group]/.env": "AIRFLOW_CONN_x=a\n",
    "100%25/é😀/.env": "AIRFLOW_CONN_x=a\n",
    "line\nbreak/.env": "AIRFLOW_CONN_x=a\n",
}


def run(command, **more):
    return subprocess.run(command, capture_output=True, text=True, encoding="utf-8", **more)


def reports(folder, paths, out):
    """The text of each format, and what JSON says."""
    options = [word for name in FORMATS for word in ("--format", f"{name}={out / name}")]
    ran = run([AIRVANE, "check", "-q", *options, *paths], cwd=folder)
    assert ran.returncode == 1, ran.stderr
    assert not ran.stdout, "all formats went to files"
    assert not (out / "gitlab").read_bytes().startswith(b"\xef\xbb\xbf"), "GitLab takes no byte order mark"
    texts = {name: (out / name).read_text(encoding="utf-8") for name in FORMATS}
    for name, text in texts.items():
        assert "##[" not in text, name
        assert not any(line.lstrip().startswith("::") for line in text.splitlines()), name
    return texts, json.loads(texts["json"])["diagnostics"]


def check_sarif(text, findings, out):
    package = MODULES / "@microsoft" / "sarif-multitool-linux"
    log = json.loads(text)
    schema = json.loads((package / "sarif-2.1.0.json").read_text(encoding="utf-8-sig"))
    jsonschema.validators.validator_for(schema)(schema).validate(log)
    # GitHub's rules, and no others: some of those would look up addresses.
    tool = package / "Sarif.Multitool"
    tool.chmod(0o755)
    verdict = out / "verdict.sarif"
    named = out / "airvane.sarif"
    named.write_text(text, encoding="utf-8")
    environment = os.environ | {"DOTNET_SYSTEM_GLOBALIZATION_INVARIANT": "1"}
    arguments = ["validate", named, "--rule-kind", "Ghas", "--output", verdict, "--log", "ForceOverwrite"]
    ran = run([tool, *arguments], env=environment)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    said = json.loads(verdict.read_text(encoding="utf-8-sig"))["runs"][0].get("results", [])
    assert not said, said[:3]

    (run_,) = log["runs"]
    rules = run_["tool"]["driver"]["rules"]
    assert run_["columnKind"] == "utf16CodeUnits"
    assert len(text.encode()) < 10 << 20 and len(rules) <= 25_000
    for rule in rules:
        assert rule["help"]["text"] and rule["help"]["markdown"]
        assert len(rule["name"]) <= 255 and len(rule["properties"]["tags"]) <= 10
        for part in ("shortDescription", "fullDescription"):
            assert 0 < len(rule[part]["text"]) <= 1024, rule["id"]
    assert len(run_["results"]) == len(findings)
    for result, finding in zip(run_["results"], findings):
        location = result["locations"][0]["physicalLocation"]
        uri = location["artifactLocation"]["uri"]
        assert "snippet" not in json.dumps(result)
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"] == finding["code"]
        assert result["partialFingerprints"]["primaryLocationLineHash"] == finding["fingerprint"] + ":1"
        assert urllib.parse.unquote(uri).endswith(finding["path"]), uri
        assert location["region"]["startLine"] == finding["start"]["line"]
        assert result["level"] == {"info": "note"}.get(finding["severity"], finding["severity"])
        targets = {place["id"] for place in result.get("relatedLocations", [])}
        assert all(f"]({number})" in result["message"]["text"] for number in targets)


def check_junit(text, findings):
    suites = junitparser.JUnitXml.fromstring(text.encode())
    cases = [(suite, case) for suite in suites for case in suite]
    assert len(cases) == suites.tests == len(findings)
    failing = [finding for finding in findings if finding["severity"] != "info"]
    assert suites.failures == len(failing) and suites.errors == 0
    for (suite, case), finding in zip(cases, findings):
        (result,) = case.result
        assert suite.name == case.classname == finding["path"], suite.name
        assert f"(line {finding['start']['line']}, column {finding['start']['column']})" in case.name
        if finding["severity"] == "info":
            assert isinstance(result, junitparser.Skipped)
            assert result.message == "info: " + finding["message"]
        else:
            assert isinstance(result, junitparser.Failure)
            assert (result.type, result.message) == (finding["code"], finding["message"])
    names = collections.Counter((case.classname, case.name) for _, case in cases)
    assert max(names.values()) == 1, names.most_common(1)


def check_checkstyle(text, findings):
    # Run as danger runs it.
    script = """
        const { parseCheckstyle } = require("danger-plugin-lint-report/dist/parse/checkstyle_parser.js");
        const { xml2js } = require("xml-js");
        const text = require("fs").readFileSync(0, "utf8");
        process.stdout.write(JSON.stringify(parseCheckstyle(xml2js(text), "/nowhere")));
    """
    ran = run(["node", "-e", script], input=text, cwd=MODULES)
    assert ran.returncode == 0 and not ran.stderr, ran.stderr
    violations = json.loads(ran.stdout)
    assert len(violations) == len(findings)
    for violation, finding in zip(violations, findings):
        place = (violation["file"], violation["line"], violation["column"])
        assert place == (finding["path"], finding["start"]["line"], finding["start"]["column"]), place
        assert violation["severity"] == finding["severity"]
        assert violation["message"] == finding["message"]


def check_gitlab(text, findings):
    issues = json.loads(text)
    jsonschema.validate(issues, json.loads((HERE / "gitlab.schema.json").read_text(encoding="utf-8")))
    assert len(issues) == len({issue["fingerprint"] for issue in issues}) == len(findings)
    for issue, finding in zip(issues, findings):
        assert issue["check_name"] == finding["code"] and issue["description"].endswith(finding["message"])
        assert issue["location"]["path"].endswith(finding["path"])
        assert issue["location"]["lines"]["begin"] == finding["start"]["line"]


def check_rdjson(text, findings, folder):
    report = json.loads(text)
    jsonschema.validate(report, json.loads((HERE / "rdjson.schema.json").read_text(encoding="utf-8")))
    validator = MODULES / ".bin" / "rdformat-validator"
    ran = run([validator, "--strict", "--no-extra-fields"], input=text)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert len(report["diagnostics"]) == len(findings)
    for diagnostic, finding in zip(report["diagnostics"], findings):
        assert diagnostic["location"]["path"] == finding["path"]
        assert diagnostic["code"]["value"] == finding["code"]
        # A column is the byte of its line.
        text = (folder / finding["path"]).read_bytes() if (folder / finding["path"]).exists() else None
        if text is not None:
            offset = finding["start"]["offset"]
            column = offset - text.rfind(b"\n", 0, offset)
            assert diagnostic["location"]["range"]["start"]["column"] == column, finding


def check_columns(texts):
    """One place, in the unit of each format."""
    in_cfg = "conf/airflow.cfg"
    (result,) = [
        result for result in json.loads(texts["sarif"])["runs"][0]["results"] if result["ruleId"] == "AV203"
    ]
    region = result["locations"][0]["physicalLocation"]["region"]
    assert (region["startColumn"], region["endColumn"]) == (43, 49), region
    (diagnostic,) = [
        one for one in json.loads(texts["rdjson"])["diagnostics"] if one["code"]["value"] == "AV203"
    ]
    assert diagnostic["location"]["path"] == in_cfg
    span = diagnostic["location"]["range"]
    assert (span["start"]["column"], span["end"]["column"]) == (46, 52), span
    assert 'line="3" column="42"' in texts["checkstyle"]


def main():
    with tempfile.TemporaryDirectory() as folder:
        out = pathlib.Path(folder, "out")
        hostile = pathlib.Path(folder, "hostile")
        out.mkdir()
        for name, text in HOSTILE.items():
            path = hostile / name
            path.parent.mkdir(parents=True)
            path.write_text(text, encoding="utf-8")
        for where, paths in ((ROOT, ["fixtures/demo", "fixtures/seeds"]), (hostile, ["."])):
            texts, findings = reports(where, paths, out)
            assert len(findings) >= len(HOSTILE)
            check_sarif(texts["sarif"], findings, out)
            check_junit(texts["junit"], findings)
            check_checkstyle(texts["checkstyle"], findings)
            check_gitlab(texts["gitlab"], findings)
            check_rdjson(texts["rdjson"], findings, where)
            print(f"{len(findings)} findings of {' '.join(paths)} are what each consumer reads")
        check_columns(texts)
        print("the place behind é, an emoji and a tab is right in every unit")


main()
