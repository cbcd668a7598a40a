"""The three things that are compared: how to ask both sides, and when they differ."""

import random
import re
import sys
from collections import Counter
from urllib.parse import unquote

from compare import FIELDS, SURROGATE, connection_differences, same_exception
from generate import connections as make_values
from generate import lookups as make_lookups
from peers import HERE
from shrink import text_parts

sys.path.insert(0, str(HERE.parent))

WORDS = {"user": ["usr"], "host": ["remote"], "extra": ["more"]}


class Area:
    """One comparison. `case` is what both sides are asked, `real` and `shown` are what they said."""

    name = ""
    driver = ""
    readers = [""]

    def runtimes(self, release):
        return ["server", "task"]

    def differences(self, case, real, shown):
        """What differs, in words that do not depend on the case; nothing where both agree."""
        raise NotImplementedError

    def excluded(self, case, real, shown):
        """Why a case is not compared, one of `reasons`; `None` where it is."""
        return None

    reasons = {}


class Connections(Area):
    """One value, read by one reader."""

    name = "connections"
    driver = "connections"
    readers = ["plain", "env", "sm", "sm_words"]
    reasons = {"template marks": "a file with `{{ }}` is filled in by somebody before it is read; airvane says `unknown`",
               "lone surrogate": "a lone surrogate is text that only Python can hold; airvane says `unknown` and reports it as a finding",
               "no line of an env file": "of the cases that were handed in: a line of `docker run --env-file` cannot hold them"}

    def cases(self, count, seed, release, reader, given):
        if given is not None:
            return [{"value": value, "unwritable": True} if reader == "env" and not fits_line(value) else {"value": value} for value in given]
        # Some more, so that as many as were asked for are left when those with a lone surrogate are not compared.
        wanted = count + count // 100 + 1
        made = wanted
        while True:
            values = [value for value in make_values.values(made, seed) if reader != "env" or fits_line(value)]
            if len(values) >= wanted:
                return [{"value": value} for value in values[:wanted]]
            made += made // 2 + 1

    def ask(self, peer, reader, cases):
        more = {"reader": "sm", "words": WORDS} if reader == "sm_words" else {"reader": reader}
        return peer.ask([{**case, **more, "value": written(case)} for case in cases])

    def show(self, twin, release, runtime, reader, cases):
        words = WORDS if reader == "sm_words" else None
        return twin.connections(release, runtime, "sm" if words else reader, words, [written(case) for case in cases])

    def excluded(self, case, real, shown):
        if case.get("unwritable"):
            return "no line of an env file"
        if shown.get("status") == "unknown" and (SURROGATE.search(case["value"]) or SURROGATE.search(unquote(case["value"]))):
            return "lone surrogate"
        if shown.get("status") == "unknown" and re.search(r"\{\{|\{%|<%", case["value"]):
            return "template marks"
        return None

    def differences(self, case, real, shown):
        status = shown.get("status")
        if "error" in real:
            if status != "error":
                return [f"Airflow raises {real['error']}, airvane: {status}"]
            said = shown["error"].get("airflow")
            return [] if same_exception(real["error"], said) else [f"Airflow raises {real['error']}, airvane: {said}"]
        if "connection" not in real:
            return [f"Airflow: {list(real)}, airvane: {status}"]
        if status != "ok":
            return [f"Airflow makes a connection, airvane: {status} {(shown.get('error') or {}).get('airflow', '')}".rstrip()]
        said = (shown.get("unusable") or {}).get("airflow")
        if real.get("unusable") != said and not (real.get("unusable") and same_exception(real["unusable"], said)):
            return [f"get_uri raises {real.get('unusable')}, airvane: {said}"]
        return connection_differences(real["connection"], shown.get("connection"))

    def smaller(self, case):
        for text in text_parts(case["value"]):
            if text:
                yield {"value": text}


def written(case):
    """What is handed to both sides; nothing in place of what no line can hold."""
    return "" if case.get("unwritable") else case["value"]


def fits_line(value):
    """Whether a line of `docker run --env-file` can hold it."""
    return not any(c in value for c in "\n\r\x00")


class Lookups(Area):
    """Ids, asked for one after the other in one deployment."""

    name = "lookups"
    driver = "lookups"
    reasons = {"pattern not evaluated": "a lookup pattern that airvane cannot evaluate for certain: it says `unknown`"}

    def cases(self, count, seed, release, reader, given):
        return given if given is not None else list(make_lookups.cases(count, seed, release.numbers))

    def ask(self, peer, reader, cases):
        return peer.ask(cases)

    def show(self, twin, release, runtime, reader, cases):
        return [twin.resolve(release, runtime, case) for case in cases]

    def excluded(self, case, real, shown):
        if isinstance(shown, list) and any(step["outcome"] == "unknown" and "pattern" in step.get("reason", "") for entry in shown for step in entry["steps"]):
            return "pattern not evaluated"
        return None

    def differences(self, case, real, shown):
        if "driver" in real:
            return [f"the driver failed: {real['driver']}"]
        if isinstance(shown, dict):
            return [f"airvane: {shown.get('failed')}"]
        found = []
        if "crash" in real:
            for entry in shown:
                if entry["outcome"] != "error" or not same_exception(real["crash"]["airflow"], error_of(entry)):
                    found.append(f"Airflow does not start ({real['crash']['at']}: {real['crash']['airflow']}), airvane: {entry['outcome']} {error_of(entry)}")
            return found
        for said, entry in zip(real["ids"], shown):
            found += self.one(said, entry)
        return found

    def one(self, said, entry):
        kind = said["id"].split(":", 1)[0]
        if kind == "config" and said.get("value") == "":
            # Airflow goes on to the default of the option that the driver borrows.
            said = {**said, "outcome": "missing"}
            del said["value"]
        if said["outcome"] != entry["outcome"]:
            return [f"{kind}: Airflow {said['outcome']} {said.get('airflow', '')}, airvane {entry['outcome']}"]
        found = []
        # What raises behind an option is wrapped: the steps name it.
        wrapped = kind == "config" and said.get("airflow") == "AirflowConfigException"
        if said["outcome"] == "error" and not wrapped and not same_exception(said["airflow"], error_of(entry)):
            found.append(f"{kind}: Airflow raises {said['airflow']}, airvane {error_of(entry)}")
        if "connection" in said:
            found += [f"{kind}: {what}" for what in connection_differences(said["connection"], entry.get("connection"))]
        if "value" in said and said["value"] != entry.get("value"):
            found.append(f"{kind}: value")
        return found or self.steps(kind, said, entry)

    def steps(self, kind, said, entry):
        ours = {"SystemsManagerParameterStoreBackend", "SecretsManagerBackend", "EnvironmentVariablesBackend"}
        shown = [step for step in entry["steps"] if step["backend"].rsplit(".", 1)[-1] in ours]
        names = [step["backend"].rsplit(".", 1)[-1] for step in shown]
        wanted = [step["backend"] for step in said["steps"]]
        if names[: len(wanted)] != wanted:
            return [f"{kind}: Airflow asks {wanted}, airvane {names}"]
        found = []
        for real, step in zip(said["steps"], shown):
            found += [f"{kind}: {what}" for what in step_differences(said["id"], real, step)]
        return found

    def smaller(self, case):
        for name in ["ids", "env", "parameters", "secrets"]:
            whole = case.get(name)
            for key in list(whole or []):
                if isinstance(whole, list):
                    rest = [one for one in whole if one != key]
                    if not rest:
                        continue
                else:
                    rest = {other: value for other, value in whole.items() if other != key}
                yield {**case, name: rest}
        lines = case["cfg"].split("\n")
        for at in range(len(lines)):
            yield {**case, "cfg": "\n".join(lines[:at] + lines[at + 1:])}
        for name in ["env", "parameters", "secrets"]:
            for key, value in (case.get(name) or {}).items():
                if isinstance(value, str):
                    for text in text_parts(value):
                        if text:
                            yield {**case, name: {**case[name], key: text}}
        if len(case["cfg"]) < 600:
            for text in text_parts(case["cfg"]):
                yield {**case, "cfg": text}


def error_of(entry):
    """The exception that `resolve` names: that of the backend that ends the search."""
    return entry.get("airflow") or next((step.get("airflow") for step in entry["steps"] if step["outcome"] == "error"), None)


def step_differences(wanted, real, step):
    outcome, backend = step["outcome"], real["backend"]
    said = step.get("airflow")
    if "unusable" in real:
        if not (outcome in ("error", "found") and same_exception(real["unusable"], said or (step.get("unusable") or {}).get("airflow"))):
            return [f"{backend}: get_uri raises {real['unusable']}, airvane {outcome} {said}"]
    elif real["outcome"] == "error":
        raised = real["airflow"]
        # Which one Python 3.11 and earlier raise depends on the caller (drivers/connections.py).
        if step.get("rule") == "AV422" and raised == "TypeError":
            raised = ["KeyError", "TypeError"]
        if outcome != "error" or not same_exception(raised, said):
            return [f"{backend} raises {real['airflow']}, airvane {outcome} {said}"]
    elif real["outcome"] != outcome and not (outcome == "skipped" and real["outcome"] == "missing" and not real["asked"]):
        return [f"{backend}: {real['outcome']}, airvane {outcome}"]
    names = asked_names(step)
    if backend == "EnvironmentVariablesBackend":
        kind, name = wanted.split(":", 1)
        variable = ("AIRFLOW_CONN_" if kind == "connection" else "AIRFLOW_VAR_") + name.upper()
        return [f"{backend}: asked for another variable"] if names and variable not in step.get("lookups", names) else []
    if real["asked"] != names:
        return [f"{backend}: asked for {len(real['asked'])} names, airvane for {len(names)}" if len(real["asked"]) != len(names) else f"{backend}: asked for another name"]
    return []


def asked_names(step):
    """What `resolve` says the backend was asked for: with a team several names, up to the one that it holds."""
    lookup = step.get("lookup")
    if lookup is None or step["outcome"] == "skipped":
        return []
    names = step.get("lookups", [lookup])
    return names if step["outcome"] == "missing" else names[: names.index(lookup) + 1]


class Configs(Area):
    """An airflow.cfg, an environment, and options."""

    name = "configs"
    driver = "configs"
    reasons = {"expansion without an end": "an environment variable that holds its own name never stops to grow: Airflow hangs, and the driver gives up",
               "several lines in the environment": "a line of `docker run --env-file` cannot hold them"}

    def runtimes(self, release):
        return ["server", "task"] if release.numbers >= (3, 2) else ["server"]

    def cases(self, count, seed, release, reader, given):
        if given is not None:
            return given
        import make_configs

        r = random.Random(f"configs {seed}")
        return [defined(make_configs.case(r), r) for _ in range(count)]

    def ask(self, peer, reader, cases):
        return peer.ask(cases)

    def show(self, twin, release, runtime, reader, cases):
        answers = []
        for case in cases:
            cfg = case["cfg"]
            if cfg is not None:
                cfg = cfg.encode() if isinstance(cfg, str) else b"\xff".join(part.encode() for part in cfg)
            env = {"AIRFLOW_HOME": "/opt/airflow", **dict(case["env"])}
            sections = sorted({pair[0] for pair in case["get"]})
            answers.append(twin.config(release, runtime, cfg, env, sections, "/home/u"))
        return answers

    def excluded(self, case, real, shown):
        if "Hang" in str(real):
            return "expansion without an end"
        if any("\n" in value for _, value in case["env"]):
            return "several lines in the environment"
        return None

    def differences(self, case, real, shown):
        if "failed" in shown:
            return [f"airvane: {shown['failed']}"]
        found = []
        read = shown.get("read") or {}
        if "load" in real:
            name, line = real["load"][0], real["load"][1]
            if read.get("status") != "error" or read.get("airflow") != name:
                return [f"reading raises {name}, airvane {read.get('status')} {read.get('airflow')}"]
            # Lines end with LF here, to Python with CR too.
            if line is not None and read.get("line") != line and "\r" not in str(case["cfg"]):
                found.append(f"{name} at another line")
        elif read.get("status") != "ok":
            return [f"Airflow reads the file, airvane {read.get('status')} {read.get('airflow')}"]
        for got, loaded, entry in answers(case, real, shown):
            if not unsaid(got, loaded, entry):
                found += option_differences(got, loaded, entry)
        main, worker = shown.get("backend"), shown.get("worker_backend")
        for name, built in [("main", main), ("worker", worker or main)]:
            # A class of one's own, or one whose arguments nobody knows.
            if name in real and not (built and ("unverified" in built or "unknown" in built and "raises" not in (real[name] or {}))):
                found += backend_differences(name, real[name], built)
        return found

    def parts(self, case, real, shown):
        """How many options are compared, and how many are not, by reason."""
        counts = Counter()
        for got, loaded, entry in answers(case, real, shown):
            counts[unsaid(got, loaded, entry) or "compared"] += 1
        return counts

    def smaller(self, case):
        for name in ["get", "env"]:
            for at in range(len(case[name])):
                yield {**case, name: case[name][:at] + case[name][at + 1:]}
        if isinstance(case["cfg"], str):
            lines = case["cfg"].split("\n")
            for at in range(len(lines)):
                yield {**case, "cfg": "\n".join(lines[:at] + lines[at + 1:])}
            for text in text_parts(case["cfg"]):
                yield {**case, "cfg": text}
        for at, (name, value) in enumerate(case["env"]):
            for text in text_parts(value):
                yield {**case, "env": case["env"][:at] + [[name, text]] + case["env"][at + 1:]}


# `b64encode(os.urandom(16))`, once a process.
DRAWN = re.compile(r"[A-Za-z0-9+/]{22}==")


def defined(case, r):
    """With the variables that values name: of one that nothing defines airvane says that it is unknown."""
    if r.random() < 0.95:
        names = {name for name, _ in case["env"]}
        case["env"] += [[name, "x"] for name in ("A_B", "A_C", "NOPE", "SELF_A", "CLASS") if name not in names]
    return case


def answers(case, real, shown):
    """What each option is to Airflow, what it is once the process has loaded what providers declare, and to airvane."""
    loaded = real.get("loaded") or {}
    for place, ((section, option), got) in enumerate(zip(case["get"], real.get("get") or [])):
        entry = (shown["sections"].get(section.lower()) or {}).get(option.lower())
        yield got, loaded.get(str(place), got), entry


def unsaid(got, loaded, shown):
    """Why airvane does not say what an option is."""
    # That it depends on the process is compared.
    if shown is None or not shown.get("unknown") or shown.get("written") == got or loaded != got:
        return None
    if shown.get("written") == "{SECRET_KEY}" and isinstance(got, str) and DRAWN.fullmatch(got):
        return None
    return "the default of a provider" if shown.get("source") == "default" else "a variable that nothing defines"


def option_differences(got, loaded, shown):
    if loaded != got and not (shown and shown.get("unknown")):
        return ["an option depends on what the process has loaded, airvane does not say so"]
    if shown and shown.get("unknown"):
        return []
    if isinstance(got, dict):
        name = got["raises"]
        if name in ("Command", "Secret"):
            wanted = "_cmd" if name == "Command" else "_secret"
            same = shown and shown.get("value") is None and str(shown.get("source", "")).endswith(wanted)
            return [] if same else [f"an option comes from a {name.lower()}, airvane {shown and shown.get('source')}"]
        if shown is None:
            return [] if name == "AirflowConfigException" else [f"an option raises {name}, airvane does not show it"]
        return [] if same_exception(name, shown.get("error")) else [f"an option raises {name}, airvane {shown.get('error')}"]
    if shown is None:
        return ["an option is not shown"]
    if "error" in shown:
        return [f"an option has a value, airvane {shown['error']}"]
    value = "None" if shown.get("value") is None else shown["value"]
    return [] if value == got else [f"an option has another value (source {shown.get('source')})"]


def backend_differences(name, real, shown):
    if real is None:
        return [] if shown is None else [f"{name}: no backend, airvane shows one"]
    if shown is None:
        return [f"{name}: airvane shows no backend"]
    if "raises" in real:
        if real["raises"] in ("Command", "Secret") or "unknown" in shown:
            return [] if "unknown" in shown else [f"{name}: kwargs come from a {real['raises'].lower()}"]
        options = (shown.get("options") or {}).values()
        if options and all(isinstance(value, dict) and "unknown" in value for value in options):
            return []
        return [] if same_exception(real["raises"], shown.get("error")) else [f"{name}: raises {real['raises']}, airvane {shown.get('error')}"]
    # An old path leads to the class of today.
    if (shown.get("class_path") or "").rsplit(".", 1)[-1] != real["class"].rsplit(".", 1)[-1]:
        return [f"{name}: another class, airvane {shown.get('error') or 'no error'}"]
    found = []
    options = shown.get("options") or {}
    for key, value in real["attributes"].items():
        if isinstance(options.get(key), dict) and "unknown" in options[key]:
            continue
        if key not in options or options[key] != value:
            found.append(f"{name}: option {key}")
    if sorted(shown.get("session") or {}) != real["session"]:
        found.append(f"{name}: names of the session")
    return found


AREAS = {area.name: area for area in [Connections(), Configs(), Lookups()]}
