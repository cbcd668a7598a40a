#!/usr/bin/env python3
"""Writes schemas/data/provider_options.json from the package index: the defaults of providers' options.

Which options each release of a provider declares (`get_provider_info()["config"]`) and with which
default, what Airflow itself falls back on (`pre_2_7_defaults.cfg`, later
`provider_config_fallback_defaults.cfg`), and which of these providers each release of Airflow asks
for. Of the wheels only the files that say so are read. Run it from anywhere:

    python3 schemas/make_provider_options.py          # writes
    python3 schemas/make_provider_options.py --check  # only compares; 1 where the file would change
"""

import ast
import configparser
import json
import re
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from email.parser import Parser
from io import BytesIO
from zipfile import ZipFile

from make_releases import DATA, PREFIX, Index, dotted
from pip._internal.commands import create_command
from pip._internal.network.lazy_wheel import HTTPRangeRequestUnsupported, LazyZipOverHTTP

# Declare options, or did, and are not in options.json.
ALSO = ["common-io", "keycloak"]
# The first Airflow that reads what providers declare; no release before this day declares anything.
OLDEST_READER = (2, 7, 0)
FIRST_DAY = "2023-05-01"
LOCAL = threading.local()


def wheel(index, files):
    """The wheel of a release, of which only what is read is fetched."""
    if not hasattr(LOCAL, "session"):
        LOCAL.session = index.new_session()
    url = next(file["url"] for file in files if file["filename"].endswith(".whl"))
    try:
        return ZipFile(LazyZipOverHTTP(url, LOCAL.session, chunk_size=65536))
    except HTTPRangeRequestUnsupported:
        answer = LOCAL.session.get(url)
        answer.raise_for_status()
        return ZipFile(BytesIO(answer.content))


def member(archive, ending):
    name = next((name for name in archive.namelist() if name.endswith(ending)), None)
    return name and archive.read(name).decode("utf-8")


def least_airflow(metadata):
    """The Airflow that a provider's release asks for at least: with an older one it is not loaded."""
    for line in Parser().parsestr(metadata).get_all("Requires-Dist") or []:
        match = re.match(r"apache-airflow(?![\w-])[^;]*?>=\s*([0-9.]+)", line)
        if match and "extra" not in line:
            return ".".join((match[1].split(".") + ["0", "0"])[:3])
    return None


def declared(index, files):
    """What `get_provider_info` of a release says of each section and option, and the Airflow it needs."""
    with wheel(index, files) as archive:
        text = member(archive, "/get_provider_info.py")
        least = least_airflow(member(archive, ".dist-info/METADATA"))
    answer = next(node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Return))
    found = {}
    for section, content in ast.literal_eval(answer.value).get("config", {}).items():
        for option, says in content["options"].items():
            default = says["default"]
            if not isinstance(default, (str, type(None))):
                raise SystemExit(f"[{section}] {option}: its default is no text")
            fact = {"default": default}
            for name in ("is_template", "sensitive"):
                if says.get(name):
                    fact[name] = True
            # `configure_parser_from_configuration_description`
            if says.get("version_deprecated") or says.get("deprecation_reason"):
                fact["deprecated"] = True
            found[section, option.lower()] = fact
    return found, least


def fallbacks(index, files):
    """Section, option: the default that a release of Airflow (or of its core) has for providers."""
    with wheel(index, files) as archive:
        text = member(archive, "/config_templates/provider_config_fallback_defaults.cfg") or member(
            archive, "/config_templates/pre_2_7_defaults.cfg"
        )
    parser = configparser.RawConfigParser()
    parser.read_string(text)
    return {(section, option): value for section in parser.sections() for option, value in parser.items(section)}


def required(index, files):
    """The providers that pip installs with a release: name and specifier."""
    with wheel(index, files) as archive:
        text = member(archive, ".dist-info/METADATA")
    found = {}
    for line in Parser().parsestr(text).get_all("Requires-Dist") or []:
        line, _, marker = line.partition(";")
        match = re.fullmatch(rf"{PREFIX}([a-z0-9-]+)\s*\(?([^)]*)\)?", line.strip())
        if match and "extra" not in marker:
            found[match[1]] = match[2].replace(" ", "")
    return dict(sorted(found.items()))


def changes(tables):
    """By section and option: where what is said of it changes, and to what (`null`: nothing)."""
    histories, before = {}, {}
    for release, table in tables.items():
        for key in sorted({*before, *table}):
            if before.get(key) != table.get(key):
                section, option = key
                history = histories.setdefault(section, {}).setdefault(option, [])
                history.append([dotted(release), table.get(key)])
        before = table
    return {section: dict(sorted(options.items())) for section, options in sorted(histories.items())}


def of_each(read, index, files):
    with ThreadPoolExecutor(8) as pool:
        answers = pool.map(lambda of: read(index, of), files.values())
        return dict(zip(files, answers))


def main():
    table = json.loads((DATA / "backends.json").read_text(encoding="utf-8"))
    options = json.loads((DATA / "options.json").read_text(encoding="utf-8"))
    facts = (fact for of in options["sections"].values() for fact in of.values())
    names = {fact["provider"].removeprefix(PREFIX) for fact in facts if fact.get("provider")} | set(ALSO)
    command = create_command("download")
    with command.main_context():
        arguments, _ = command.parse_args(["placeholder"])
        index = Index(command, table["meta"]["as_of"])
        index.new_session = lambda: command._build_session(arguments)
        airflow = index.files("apache-airflow")
        core = index.files("apache-airflow-core")
        airflow = {numbers: of for numbers, of in airflow.items() if numbers >= OLDEST_READER}
        # From 3.0 on Airflow is its core and little else.
        own = {numbers: core.get(numbers, of) for numbers, of in airflow.items()}
        shipped = of_each(fallbacks, index, own)
        needs = of_each(required, index, airflow)
        for numbers, of in of_each(required, index, own).items():
            needs[numbers] |= of
        providers = {}
        for name in sorted(names):
            files = index.files(PREFIX + name)
            late = {numbers: of for numbers, of in files.items() if min(one["upload-time"] for one in of) >= FIRST_DAY}
            late = {numbers: of for numbers, of in late.items() if any(one["filename"].endswith(".whl") for one in of)}
            told = of_each(declared, index, late)
            says = changes({numbers: of for numbers, (of, _) in told.items()})
            print(f"{name}: {len(late)} releases, {sum(map(len, says.values()))} options", file=sys.stderr)
            needs_airflow, before = [], None
            for numbers, (_, least) in told.items():
                if least != before:
                    before = least
                    needs_airflow.append([dotted(numbers), least])
            if says:
                providers[name] = {"releases": [dotted(numbers) for numbers in files], "needs_airflow": needs_airflow, "options": says}
    required_by, before = {}, None
    for numbers, now in sorted(needs.items()):
        now = {name: specifier for name, specifier in now.items() if name in providers}
        if now != before:
            before = required_by[dotted(numbers)] = now
    made = {
        "about": "The defaults of options that providers declare. Each entry holds from its release on until the next; null: not declared.",
        "required": required_by,
        "fallbacks": changes(shipped),
        "providers": providers,
    }
    path = DATA / "provider_options.json"
    text = compact(made)
    if path.exists() and path.read_text(encoding="utf-8") == text:
        return 0
    print(f"{path.name}: {'differs' if '--check' in sys.argv else 'written'}")
    if "--check" in sys.argv:
        return 1
    path.write_text(text, encoding="utf-8")
    return 0


def compact(made):
    """One option, or one list of releases, a line."""

    def lines(value, depth, until):
        if depth == until or not isinstance(value, dict) or not value:
            return json.dumps(value, ensure_ascii=False)
        inner = [f"{' ' * (depth + 1)}{json.dumps(key)}: {lines(of, depth + 1, 5 if key == 'options' else until)}" for key, of in value.items()]
        return "{\n" + ",\n".join(inner) + "\n" + " " * depth + "}"

    return lines(made, 0, 3) + "\n"


if __name__ == "__main__":
    sys.exit(main())
