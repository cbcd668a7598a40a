#!/usr/bin/env python3
"""What `airflow config lint` says of old configurations: fixtures/parity/config-lint.json.

The configurations are made from schemas/data/config_changes.json, so that every change that the lint
of the newest release knows appears in one of them: a file for each section, files for the changes
that depend on a value, and the same names once more as environment variables. Each interpreter that
is named has Airflow (2.11 or later) and lints all of them; what it prints is parsed into section,
option and kind of change, whatever the source of the value: 2.11 reports built-in defaults too.

    python3 tests/parity/make_config_lint.py PYTHON [PYTHON…]
"""

import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TARGET = ROOT / "fixtures/parity/config-lint.json"

# Values that other releases check at start, or that say something by themselves.
VALUES = {
    "core.executor": "CeleryExecutor",
    "core.sql_alchemy_conn": "sqlite:////tmp/airvane-config-lint.db",
    "core.sql_alchemy_connect_args": "copyreg._inverted_registry",
    "scheduler.file_parsing_sort_mode": "modified_time",
    "scheduler.catchup_by_default": "True",
    "scheduler.create_cron_data_intervals": "True",
    "scheduler.create_delta_data_intervals": "True",
}
DEPENDS_ON_VALUE = ("removed_if_equals", "invalid_if")

MESSAGES = [
    (r"Changed default value of `(?P<option>[^`]+)` in `(?P<section>[^`]+)` ", "default_change"),
    (r"`(?P<option>[^`]+)` configuration parameter moved from `(?P<section>[^`]+)` section", "renamed"),
    (r"`(?P<option>[^`]+)` configuration parameter renamed to `[^`]+` in the `(?P<section>[^`]+)` section", "renamed"),
    (r"Removed(?: deprecated)? `(?P<option>[^`]+)` configuration parameter from `(?P<section>[^`]+)` section", "removed"),
    (r"Invalid value `[^`]*` set for `(?P<option>[^`]+)` configuration parameter in `(?P<section>[^`]+)` section", "invalid_if"),
]


def value_of(change, options):
    name = f"{change['section']}.{change['option']}"
    if name in VALUES:
        return VALUES[name]
    if change["kind"] in DEPENDS_ON_VALUE:
        return change["value"]
    facts = options.get(change["section"], {}).get(change["option"], {})
    if re.fullmatch(r"[\w./:-]+", facts.get("default") or ""):
        return facts["default"]
    if facts.get("type") == "boolean" or facts.get("default") in ("True", "False"):
        return "True"
    if facts.get("type") in ("integer", "float"):
        return "7"
    return "example"


def as_cfg(entries):
    sections = {}
    for section, option, value in entries:
        sections.setdefault(section, []).append(f"{option} = {value.replace('%', '%%')}\n")
    return "\n".join(f"[{section}]\n{''.join(lines)}" for section, lines in sections.items())


def as_env(entries):
    return "".join(
        f"AIRFLOW__{section.upper()}__{option.upper()}={value}\n" for section, option, value in entries
    )


def configurations():
    data = ROOT / "schemas/data"
    changes = json.loads((data / "config_changes.json").read_text())
    newest = changes["_meta"]["releases"][-1]
    options = json.loads((data / "options.json").read_text())["sections"]
    by_section, alone, every = {}, [], {}
    for change in changes["changes"]:
        entry = (change["section"], change["option"], value_of(change, options))
        if change["kind"] in DEPENDS_ON_VALUE:
            alone.append(entry)
        elif entry not in by_section.setdefault(change["section"], []):
            by_section[change["section"]].append(entry)
            every[entry[:2]] = entry
    for section, entries in by_section.items():
        yield {"name": section, "file": "airflow.cfg", "text": as_cfg(entries)}
    for number, entry in enumerate(alone, 1):
        yield {"name": f"value-{number}-{entry[0]}-{entry[1]}", "file": "airflow.cfg", "text": as_cfg([entry])}
    yield {"name": "environment", "file": ".env", "text": as_env(every.values())}
    both = [("core", "sql_alchemy_conn", VALUES["core.sql_alchemy_conn"]), ("core", "dag_concurrency", "7")]
    new = [("database", "sql_alchemy_conn", VALUES["core.sql_alchemy_conn"]), ("core", "max_active_tasks_per_dag", "7")]
    yield {"name": "old-and-new", "file": "airflow.cfg", "text": as_cfg(both + new)}
    fine = [("core", "executor", "LocalExecutor"), ("core", "parallelism", "16"), ("database", "sql_alchemy_conn", VALUES["core.sql_alchemy_conn"])]
    yield {"name": "nothing-old", "file": "airflow.cfg", "text": as_cfg(fine)}


def lint(python, configuration):
    with tempfile.TemporaryDirectory() as home:
        environment = {
            name: value for name, value in os.environ.items() if not name.startswith("AIRFLOW")
        } | {"AIRFLOW_HOME": home, "COLUMNS": "20000", "NO_COLOR": "1", "PYTHONWARNINGS": "ignore"}
        if configuration["file"] == "airflow.cfg":
            Path(home, "airflow.cfg").write_text(configuration["text"])
        else:
            Path(home, "airflow.cfg").write_text("")
            environment |= dict(line.split("=", 1) for line in configuration["text"].splitlines())
        ran = subprocess.run(
            [python, "-m", "airflow", "config", "lint"],
            cwd=home, env=environment, capture_output=True, text=True, check=False,
        )
    if "in your airflow.cfg" not in ran.stdout:
        raise SystemExit(f"{python}: {configuration['name']}: {ran.stdout}{ran.stderr}")
    found = []
    for line in ran.stdout.splitlines():
        if not line.startswith("  - "):
            continue
        for pattern, kind in MESSAGES:
            if match := re.match(pattern, line[4:]):
                found.append([match["section"], match["option"], kind])
                break
        else:
            raise SystemExit(f"not understood: {line}")
    return sorted(found)


def release(python):
    ask = "from importlib.metadata import version; print(version('apache-airflow'))"
    return subprocess.run([python, "-c", ask], capture_output=True, text=True, check=True).stdout.strip()


def main():
    pythons = {release(python): python for python in sys.argv[1:]}
    made = []
    for configuration in configurations():
        said = {airflow: lint(python, configuration) for airflow, python in sorted(pythons.items())}
        made.append({**configuration, "lint": said})
    lines = ",\n".join(json.dumps(one, ensure_ascii=False) for one in made)
    TARGET.write_text(f'{{"configurations": [\n{lines}\n]}}\n')


if __name__ == "__main__":
    main()
