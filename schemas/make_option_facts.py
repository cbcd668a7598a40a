#!/usr/bin/env python3
"""Writes schemas/data/config_changes.json and schemas/data/option_values.json from released Airflow.

The first says what the table behind `airflow config lint` (CONFIGS_CHANGES of
airflow/cli/commands/config_command.py) holds in each release, and which options releases before 2.0
had that no later one has. The second says how Airflow reads options: with which getter of its
configuration object the code asks for each, which values it takes where it checks them
(`enums_options`), and which old defaults it replaces while it starts (`deprecated_values`).

Nothing is imported: the source of each release is read from its archive, which pip's own client
fetches from the index it is set up for. Archives are kept in the folder that is named, so that the
next run needs no network.

    python3 schemas/make_option_facts.py FOLDER          # writes
    python3 schemas/make_option_facts.py FOLDER --check  # only compares; 1 where a file would change
"""

import ast
import configparser
import io
import json
import re
import sys
import tarfile
import zipfile
from pathlib import Path

DATA = Path(__file__).resolve().parent / "data"
JSON_OF_INDEX = "application/vnd.pypi.simple.v1+json"

# The first release of each minor one, and the last one known.
RELEASES = (
    "2.0.0 2.1.0 2.2.0 2.3.0 2.4.0 2.5.0 2.6.0 2.7.0 2.8.0 2.9.0 2.10.0 2.11.0 2.11.2 "
    "3.0.0 3.0.6 3.1.0 3.1.8 3.2.0 3.2.2 3.3.0 3.3.2"
).split()
BEFORE_2_0 = "1.8.1 1.9.0 1.10.0 1.10.1 1.10.2 1.10.3 1.10.6 1.10.9 1.10.12 1.10.15".split()
# Releases of providers that had options which the newest ones lack.
OLD_PROVIDERS = {
    "amazon": "7.4.0 8.0.0 8.10.0 8.19.0 8.28.0 9.0.0 9.8.0 9.16.0 9.26.0",
    "celery": "3.3.0 3.6.0 3.10.0 3.14.0",
    "cncf-kubernetes": "7.4.0 7.14.0 8.3.0 10.0.0 10.8.0",
    "edge3": "1.0.0 1.3.0",
    "elasticsearch": "5.0.0 5.5.0 6.0.0 6.3.0",
    "fab": "1.0.0 1.3.0 1.5.0 2.0.0 2.4.0",
    "openlineage": "1.2.0 1.8.0 1.14.0 2.0.0 2.7.0",
    "opensearch": "1.3.0 1.6.0",
}
GETTERS = {
    "getboolean": "boolean",
    "getint": "integer",
    "getfloat": "float",
    "getjson": "json",
    "gettimedelta": "timedelta",
    "getimport": "import",
    "_config_int_factory": "integer",
    "_config_bool_factory": "boolean",
}
# Calls that name an option without caring for its type.
OTHER_GETTERS = {"get", "getlist", "getenum", "getenumlist", "get_mandatory_value", "get_mandatory_list_value",
                 "has_option", "_config_get_factory"}
# What the calls in the class body of AirflowConfigParser give on the systems that Airflow runs on.
CALLS = {
    "multiprocessing.get_all_start_methods": ["fork", "spawn", "forkserver"],
    "WeightRule.all_weight_rules": ["absolute", "downstream", "upstream"],
}
# Options that the code asks for as text first, since the release, for the sake of a value that the typed getter behind
# it does not take: `expose_config = non-sensitive-only`.
ALSO_TEXT = {"webserver.expose_config": "2.4.0", "api.expose_config": "3.0.0"}
# A call in a `try` with one of these handlers does not end what it stands in.
CAUGHT = {"AirflowConfigException", "Exception", "BaseException", "ValueError", "AirflowException"}


def numbers(release):
    return tuple(int(part) for part in release.split("."))


class Archives:
    """The archives of the index, by project and release."""

    def __init__(self, folder):
        self.folder = folder
        self.client = None

    def files(self, project, release):
        """Each Python and configuration file of the release: path and text."""
        for path in sorted(self.folder.glob(f"{project.replace('-', '_')}-{release}[-.]*")):
            return self.read(path)
        return self.read(self.fetch(project, release))

    def fetch(self, project, release):
        if self.client is None:
            from pip._internal.commands import create_command

            command = create_command("download")
            options, _ = command.parse_args(["placeholder"])
            self.client = command._build_session(options), options.index_url.rstrip("/")
        session, index = self.client
        answer = session.get(f"{index}/{project}/", headers={"Accept": JSON_OF_INDEX})
        answer.raise_for_status()
        base = re.compile(rf"{project.replace('-', '[-_.]')}-{re.escape(release)}(-py\S+\.whl|\.tar\.gz)$")
        found = [file for file in answer.json()["files"] if base.match(file["filename"])]
        wheels = [file for file in found if file["filename"].endswith(".whl")]
        file = (wheels or found)[0]
        name = file["filename"].replace(project, project.replace("-", "_"), 1)
        archive = session.get(file["url"])
        archive.raise_for_status()
        path = self.folder / name
        path.write_bytes(archive.content)
        return path

    @staticmethod
    def read(path):
        wanted = (".py", ".cfg", ".yml")
        files = {}
        if path.suffix == ".whl":
            with zipfile.ZipFile(path) as archive:
                for name in archive.namelist():
                    if name.endswith(wanted):
                        files[name] = archive.read(name).decode()
            return files
        with tarfile.open(path) as archive:
            for member in archive:
                if member.isfile() and member.name.endswith(wanted):
                    name = member.name.split("/", 1)[1]
                    files[name] = archive.extractfile(member).read().decode()
        return files


def of_release(archives, release):
    """The source of Airflow itself; from 3.0 on it comes in two projects."""
    if numbers(release) < (3,):
        files = archives.files("apache-airflow", release)
    else:
        files = dict(archives.files("apache-airflow-core", release))
        sdk = "1." + release.split(".", 1)[1]
        files |= archives.files("apache-airflow-task-sdk", sdk)
    outside = ("airflow/providers/", "airflow/contrib/", "airflow/example_dags/", "airflow/_vendor/")
    return {path: text for path, text in files.items() if not path.startswith(outside)}


def provider_projects():
    options = json.loads((DATA / "options.json").read_text())["sections"]
    return sorted(
        {
            (facts["provider"], facts["provider_version"])
            for section in options.values()
            for facts in section.values()
            if facts.get("provider")
        }
    )


def text_of(node, names):
    """The value of an expression in the class body, as Python builds it."""
    if isinstance(node, ast.Constant):
        return node.value
    if isinstance(node, ast.Name):
        return names[node.id]
    if isinstance(node, (ast.List, ast.Tuple, ast.Set)):
        items = []
        for item in node.elts:
            if isinstance(item, ast.Starred):
                items.extend(text_of(item.value, names))
            else:
                items.append(text_of(item, names))
        return tuple(items) if isinstance(node, ast.Tuple) else items
    if isinstance(node, ast.Dict):
        return {text_of(key, names): text_of(value, names) for key, value in zip(node.keys, node.values)}
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        return text_of(node.left, names) + text_of(node.right, names)
    if isinstance(node, ast.Call):
        called = ast.unparse(node.func)
        if called == "sorted":
            return sorted(text_of(node.args[0], names))
        if called == "re.escape":
            return ("escaped", text_of(node.args[0], names))
        if called in ("re.compile", "re2.compile"):
            return ("pattern", ast.unparse(node.args[0]), node.args[0])
        return CALLS[called]
    raise ValueError(ast.dump(node))


def class_body(files):
    """The assignments in the class body of Airflow's own parser, and the names they use."""
    tree = ast.parse(files["airflow/configuration.py"])
    parser = next(
        node
        for node in tree.body
        if isinstance(node, ast.ClassDef) and node.name == "AirflowConfigParser"
    )
    for node in parser.body:
        target = node.targets[0] if isinstance(node, ast.Assign) else getattr(node, "target", None)
        if isinstance(target, ast.Name) and getattr(node, "value", None) is not None:
            yield target.id, node.value


def enums(files):
    names = {}
    for name, value in class_body(files):
        if name in ("_available_logging_levels", "enums_options"):
            names[name] = text_of(value, names)
    found = names.get("enums_options", {})
    return {f"{section}.{option}": list(values) for (section, option), values in found.items()}


def literal(node):
    """The one text that a pattern stands for; None where it stands for more."""
    if isinstance(node, ast.Call) and ast.unparse(node.func) == "re.escape":
        return node.args[0].value
    if isinstance(node, ast.BinOp):
        parts = []
        while isinstance(node, ast.BinOp):
            parts.insert(0, node.right)
            node = node.left
        parts.insert(0, node)
        inner = [part for part in parts if not (isinstance(part, ast.Constant) and part.value in "^$")]
        return literal(inner[0]) if len(inner) == 1 else None
    if isinstance(node, ast.Constant):
        anchored = re.fullmatch(r"(?:\^|\\A)((?:[\w#]|\\\.)+)(?:\$|\\Z)", node.value)
        return anchored and anchored[1].replace("\\.", ".")
    return None


def rewritten(files):
    """Texts that are replaced wherever they stand in a value, and by what."""
    for name, value in class_body(files):
        if name != "deprecated_values":
            continue
        for section, options in zip(value.keys, value.values):
            for option, change in zip(options.keys, options.values):
                pattern, new = change.elts[:2]
                text = pattern.args[0]
                if isinstance(text, ast.Constant) and re.fullmatch(r"[^\\^$.|?*+()\[\]{}]+", text.value):
                    yield f"{section.value}.{option.value}", text.value, new.value


def replaced(files):
    """Old defaults that are replaced at start: the text, and the new one (None: the default)."""
    found = {}
    for name, value in class_body(files):
        if name != "deprecated_values":
            continue
        for section, options in zip(value.keys, value.values):
            for option, change in zip(options.keys, options.values):
                pattern, new = change.elts[:2]
                old = literal(pattern.args[0])
                if old is None:
                    continue
                new = new.value
                is_default = new.startswith("XX-set-after")
                found[f"{section.value}.{option.value}"] = (old, None if is_default else new)
    return found


class Reads(ast.NodeVisitor):
    """The calls of a typed getter that end what they stand in where the value does not fit."""

    def __init__(self):
        self.found = set()
        self.named = set()
        self.guards = 0

    def visit_Try(self, node):
        caught = set()
        for handler in node.handlers:
            kinds = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
            caught |= {"Exception" if kind is None else ast.unparse(kind).split(".")[-1] for kind in kinds}
        guarded = bool(caught & CAUGHT)
        self.guards += guarded
        for part in node.body:
            self.visit(part)
        self.guards -= guarded
        for part in [*node.handlers, *node.orelse, *node.finalbody]:
            self.visit(part)

    def visit_With(self, node):
        suppresses = any("suppress(" in ast.unparse(item.context_expr) for item in node.items)
        self.guards += suppresses
        self.generic_visit(node)
        self.guards -= suppresses

    def visit_Call(self, node):
        self.generic_visit(node)
        called = getattr(node.func, "attr", None) or getattr(node.func, "id", None)
        if called not in GETTERS and called not in OTHER_GETTERS:
            return
        if isinstance(node.func, ast.Attribute):
            holder = ast.unparse(node.func.value).split(".")[-1]
            holders = ("conf", "airflow_conf", "self", "configuration", "config")
            # Other objects have a `get` too.
            if holder not in (holders if called in GETTERS else holders[:2]):
                return
        given = dict(zip(("section", "key"), node.args))
        given |= {keyword.arg: keyword.value for keyword in node.keywords}
        name = [given.get(part) for part in ("section", "key")]
        if all(isinstance(part, ast.Constant) and isinstance(part.value, str) for part in name):
            section, option = (part.value.lower() for part in name)
            self.named.add((section, option))
            if called in GETTERS and not self.guards:
                self.found.add((f"{section}.{option}", GETTERS[called]))


def reads(files):
    visitor = Reads()
    for path, text in files.items():
        if path.endswith(".py") and "conf" in text:
            visitor.visit(ast.parse(text))
    return visitor


def executors(files):
    """The short names that `[core] executor` may hold."""
    loader = files["airflow/executors/executor_loader.py"]
    text = files.get("airflow/executors/executor_constants.py", "") + "\n" + loader
    named = dict(re.findall(r"^\s*(\w+_EXECUTOR) = ['\"](\w+)['\"]$", text, re.M))
    return [
        named[key.id if isinstance(key, ast.Name) else key.attr]
        for node in ast.walk(ast.parse(loader))
        if isinstance(node, (ast.Assign, ast.AnnAssign))
        and ast.unparse(node.targets[0] if isinstance(node, ast.Assign) else node.target) == "executors"
        and isinstance(node.value, ast.Dict)
        for key in node.value.keys
    ]


CHANGE = "airflow/cli/commands/config_command.py"


def parameter(node):
    """Section and option of a `ConfigParameter(…)`."""
    return [part.value for part in [*node.args, *(keyword.value for keyword in node.keywords)]]


def changes(files):
    """The table of `airflow config lint`, in its order."""
    table = next(
        (
            node.value
            for node in ast.parse(files.get(CHANGE, "")).body
            if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "CONFIGS_CHANGES"
        ),
        ast.List(elts=[]),
    )
    for entry in table.elts:
        given = {keyword.arg: keyword.value for keyword in entry.keywords}
        section, option = parameter(given["config"])
        change = {"section": section, "option": option}
        value = lambda name: given[name].value if name in given else None
        if "renamed_to" in given:
            change |= {"kind": "renamed", "to": parameter(given["renamed_to"])}
        elif value("default_change"):
            change |= {"kind": "default_change", "old": str(value("old_default")), "new": str(value("new_default"))}
        elif "is_invalid_if" in given:
            change |= {"kind": "invalid_if", "value": str(value("is_invalid_if"))}
        elif "remove_if_equals" in given:
            change |= {"kind": "removed_if_equals", "value": str(value("remove_if_equals"))}
        else:
            change |= {"kind": "removed"}
        if value("breaking"):
            change["breaking"] = True
        yield change


def before_2_0(archives):
    """Options of releases before 2.0 that no release from 2.0 on has, with the last release."""
    known = json.loads((DATA / "options.json").read_text())["sections"]
    found = {}
    for release in BEFORE_2_0:
        files = archives.files("apache-airflow", release)
        text = files["airflow/config_templates/default_airflow.cfg"] if (
            "airflow/config_templates/default_airflow.cfg" in files
        ) else re.search(r'DEFAULT_CONFIG = """\\?(.*?)"""', files["airflow/configuration.py"], re.S)[1]
        parser = configparser.RawConfigParser(strict=False)
        parser.optionxform = str
        parser.read_file(io.StringIO(text))
        for section in parser.sections():
            for option in parser.options(section):
                if option not in known.get(section, {}):
                    found.setdefault(section, {})[option] = release
    return {section: dict(sorted(options.items())) for section, options in sorted(found.items())}


def ranges(by_release):
    """`{release: value}` as `[[first, last, value]…]`; a release without a value ends a range."""
    found = []
    previous = None
    for release in RELEASES:
        if release in by_release:
            value = by_release[release]
            if found and previous == release and found[-1][2] == value:
                found[-1][1] = release
            else:
                found.append([release, release, value])
        following = RELEASES.index(release) + 1
        if release in by_release and following < len(RELEASES):
            previous = RELEASES[following]
    return found


def gather(archives):
    tables = {"rewritten": {}, "late": {}, "executors": {}, "enums": {}, "replaced": {}, "read_as": {}}
    lists = {}
    named = set()
    known = json.loads((DATA / "options.json").read_text())["sections"]
    for release in RELEASES:
        files = of_release(archives, release)
        tables["executors"][release] = sorted(executors(files))
        for name, values in enums(files).items():
            tables["enums"].setdefault(name, {})[release] = values
        for name, pair in replaced(files).items():
            tables["replaced"].setdefault((name, pair), {})[release] = None
        for entry in rewritten(files):
            tables["rewritten"].setdefault(entry, {})[release] = None
        visitor = reads(files)
        named |= visitor.named
        for section, option in visitor.named:
            if is_gone(known.get(section, {}).get(option, {}), release):
                tables["late"].setdefault(f"{section}.{option}", {})[release] = None
        for name, getter in visitor.found:
            if name in ALSO_TEXT and numbers(release) >= numbers(ALSO_TEXT[name]):
                continue
            tables["read_as"].setdefault((name, getter), {})[release] = None
        lists[release] = list(changes(files))
    providers = {}
    for project, release in provider_projects():
        visitor = reads(archives.files(project, release))
        named |= visitor.named
        for name, getter in visitor.found:
            providers.setdefault(name, set()).add(getter)
    for provider, releases in OLD_PROVIDERS.items():
        for release in releases.split():
            named |= declared(archives.files(f"apache-airflow-providers-{provider}", release))
    return tables, lists, providers, unlisted(named)


def is_gone(facts, release):
    """The table of options says that the release has the option neither under this name nor another."""
    removed = facts.get("removed_in")
    return bool(removed) and "renamed_to" not in facts and numbers(removed) <= numbers(release)


def declared(files):
    """The options that a provider declares (`get_provider_info`)."""
    path = next(path for path in files if path.endswith("get_provider_info.py"))
    returned = next(node for node in ast.walk(ast.parse(files[path])) if isinstance(node, ast.Return))
    info = ast.literal_eval(returned.value)
    sections = (info.get("config") or {}).items()
    return {(section, option.lower()) for section, facts in sections for option in facts["options"]}


def unlisted(named):
    """Options that some release asks for and that no config.yml lists."""
    known = json.loads((DATA / "options.json").read_text())["sections"]
    found = {}
    for section, option in sorted(named):
        is_name = re.fullmatch(r"[a-z][a-z0-9_.]*", section) and re.fullmatch(r"[a-z][a-z0-9_.]*", option)
        if is_name and option not in known.get(section, {}):
            found.setdefault(section, []).append(option)
    return found


def facts(archives):
    tables, lists, providers, names = gather(archives)
    merged = {}
    for release in RELEASES:
        for number, change in enumerate(lists[release]):
            key = json.dumps({name: value for name, value in change.items() if name != "breaking"})
            entry = merged.setdefault(key, {**change, "listed_in": {}})
            entry["listed_in"][release] = True
            entry.pop("breaking", None)
    change_list = []
    for entry in merged.values():
        entry["listed_in"] = [one[:2] for one in ranges(entry["listed_in"])]
        change_list.append(entry)
    counts = {release: len(lists[release]) for release in RELEASES if lists[release]}
    changes_file = {
        "_meta": {
            "about": "What `airflow config lint` knows in each release, and options that only releases before 2.0 had. listed_in: first and last release of each range.",
            "releases": RELEASES,
            "counts": counts,
            "before_2_0": BEFORE_2_0,
        },
        "changes": change_list,
        "before_2_0": before_2_0(archives),
    }
    values_file = {
        "_meta": {
            "about": "How Airflow reads options. read_as: typed getters that the code calls, where nothing catches what they raise, with the first and last release of each range; providers: the same in the newest known release of each provider. executors: short names that `[core] executor` takes. enums: the values of `enums_options`. replaced: old defaults that `deprecated_values` replaces at start; new: null stands for the default. rewritten: texts that are replaced wherever they stand in a value. read_late: options that the code still asks for after config.yml has lost them. unlisted: options that the code asks for and no config.yml lists, and those of earlier releases of providers.",
            "releases": RELEASES,
            "providers": dict(provider_projects()),
        },
        "executors": [
            {"from": first, "to": last, "values": values}
            for first, last, values in ranges(tables["executors"])
        ],
        "enums": {
            name: [{"from": first, "to": last, "values": values} for first, last, values in ranges(by)]
            for name, by in sorted(tables["enums"].items())
        },
        "replaced": [
            {"option": name, "old": old, "new": new, "in": [one[:2] for one in ranges(by)]}
            for (name, (old, new)), by in sorted(tables["replaced"].items(), key=str)
        ],
        "rewritten": [
            {"option": name, "part": part, "new": new, "in": [one[:2] for one in ranges(by)]}
            for (name, part, new), by in sorted(tables["rewritten"].items())
        ],
        "read_late": {
            name: [one[:2] for one in ranges(by)] for name, by in sorted(tables["late"].items())
        },
        "read_as": by_option(tables["read_as"]),
        "providers": {name: sorted(getters) for name, getters in sorted(providers.items())},
        "unlisted": names,
    }
    return {"config_changes.json": changes_file, "option_values.json": values_file}


def by_option(table):
    found = {}
    for (name, getter), by in sorted(table.items()):
        found.setdefault(name, {})[getter] = [one[:2] for one in ranges(by)]
    return found


def printed(data):
    """Short lists and objects on one line each."""
    def write(value, indent):
        line = json.dumps(value, ensure_ascii=False)
        if not isinstance(value, (dict, list)) or len(line) + indent <= 110 or not value:
            return line
        inner = " " * (indent + 2)
        if isinstance(value, dict):
            parts = (f"{json.dumps(key)}: {write(item, indent + 2)}" for key, item in value.items())
            return "{\n" + ",\n".join(inner + part for part in parts) + "\n" + " " * indent + "}"
        parts = (inner + write(item, indent + 2) for item in value)
        return "[\n" + ",\n".join(parts) + "\n" + " " * indent + "]"

    return write(data, 0) + "\n"


def main():
    arguments = [argument for argument in sys.argv[1:] if argument != "--check"]
    archives = Archives(Path(arguments[0]))
    differs = False
    for name, data in facts(archives).items():
        path = DATA / name
        text = printed(data)
        if "--check" in sys.argv:
            if path.read_text() != text:
                print(f"{name} differs")
                differs = True
        else:
            path.write_text(text)
    return int(differs)


if __name__ == "__main__":
    sys.exit(main())
