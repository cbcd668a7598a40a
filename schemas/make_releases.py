#!/usr/bin/env python3
"""Writes schemas/data/provider_dates.json and schemas/data/pythons.json from the package index.

The first says when each release of Airflow and of the providers with a secrets backend appeared, the
second which Pythons each release of Airflow names and which pip takes for it. Releases younger than
the facts (`meta.as_of` in backends.json) are left out: nothing is known of them. pip is asked for
the index, with whatever its configuration says, and reads the metadata of a wheel without the rest
of it. Run it from anywhere:

    python3 schemas/make_releases.py          # writes
    python3 schemas/make_releases.py --check  # only compares; 1 where a file would change
"""

import json
import re
import sys
from pathlib import Path

from pip._internal.commands import create_command
from pip._internal.network.lazy_wheel import dist_from_wheel_url

DATA = Path(__file__).resolve().parent / "data"
JSON_OF_INDEX = "application/vnd.pypi.simple.v1+json"
OLDEST_AIRFLOW = (2, 0, 0)
PREFIX = "apache-airflow-providers-"


def release(text):
    """The three numbers of a final release; None for anything else."""
    numbers = re.fullmatch(r"(\d+)\.(\d+)\.(\d+)(?:\.post\d+)?", text)
    return tuple(map(int, numbers.groups())) if numbers else None


def dotted(numbers):
    return ".".join(map(str, numbers))


class Index:
    def __init__(self, command, until):
        options, _ = command.parse_args(["placeholder"])
        self.url = options.index_url.rstrip("/")
        self.session = command._build_session(options)
        self.until = until

    def files(self, project):
        """The files of each final release that was not withdrawn, oldest release first."""
        answer = self.session.get(f"{self.url}/{project}/", headers={"Accept": JSON_OF_INDEX})
        answer.raise_for_status()
        found = {}
        for file in answer.json()["files"]:
            version = re.fullmatch(
                rf"{project.replace('-', '[-_.]')}-([^-]+?)(?:-py\S+\.whl|\.tar\.gz|-bin\.tar\.gz)",
                file["filename"],
            )
            numbers = version and release(version[1])
            if numbers and not file["yanked"] and file["upload-time"][:10] <= self.until:
                found.setdefault(numbers, []).append(file)
        return dict(sorted(found.items()))

    def pythons(self, project, files):
        """The minor releases of Python 3 that the classifiers of a wheel name."""
        wheels = [file for file in files if file["filename"].endswith(".whl")]
        metadata = dist_from_wheel_url(project, wheels[0]["url"], self.session).metadata
        named = (
            re.fullmatch(r"Programming Language :: Python :: 3\.(\d+)", classifier)
            for classifier in metadata.get_all("Classifier")
        )
        return [f"3.{minor}" for minor in sorted(int(one[1]) for one in named if one)]


def dates(files):
    return {
        dotted(numbers): min(file["upload-time"] for file in of)[:19] + "Z"
        for numbers, of in files.items()
    }


def pythons(index, files):
    """Where the Pythons of a release change, and to what. Between two releases of one minor release
    that name the same Pythons the names do not."""
    known = {}

    def of(numbers):
        if numbers not in known:
            known[numbers] = index.pythons("apache-airflow", files[numbers])
        return known[numbers]

    def fill(releases):
        first, last = of(releases[0]), of(releases[-1])
        if len(releases) < 3:
            return
        if first == last:
            known.update((numbers, first) for numbers in releases)
            return
        middle = len(releases) // 2
        fill(releases[: middle + 1])
        fill(releases[middle:])

    for minor in sorted({numbers[:2] for numbers in files}):
        fill([numbers for numbers in files if numbers[:2] == minor])
    changes, before = {}, None
    for numbers, of_release in files.items():
        requires = next(file["requires-python"] for file in of_release if "requires-python" in file)
        now = {"requires": requires, "names": of(numbers)}
        if now != before:
            before = changes[dotted(numbers)] = now
    return changes


def main():
    table = json.loads((DATA / "backends.json").read_text(encoding="utf-8"))
    packages = (backend["provider_package"] for backend in table["backends"])
    providers = sorted({name for name in packages if name and name.startswith(PREFIX)})
    command = create_command("download")
    with command.main_context():
        index = Index(command, table["meta"]["as_of"])
        airflow = index.files("apache-airflow")
        airflow = {numbers: of for numbers, of in airflow.items() if numbers >= OLDEST_AIRFLOW}
        made = {
            "provider_dates.json": {
                "about": "First upload (UTC) of each final, not withdrawn release, from the file "
                "metadata of the Python package index.",
                "airflow": dates(airflow),
                "providers": {
                    name.removeprefix(PREFIX): dates(index.files(name)) for name in providers
                },
            },
            "pythons.json": {
                "about": "On which Pythons Airflow runs: what pip demands (Requires-Python) and what "
                "the classifiers of the wheel name. Each holds from its release on until the next.",
                "airflow": pythons(index, airflow),
            },
        }
    differ = False
    for name, value in made.items():
        path = DATA / name
        text = json.dumps(value, indent=1, ensure_ascii=False) + "\n"
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            differ = True
            print(f"{path.name}: {'differs' if '--check' in sys.argv else 'written'}")
            if "--check" not in sys.argv:
                path.write_text(text, encoding="utf-8")
    return 1 if differ and "--check" in sys.argv else 0


if __name__ == "__main__":
    sys.exit(main())
