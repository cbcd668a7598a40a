"""Lookups: settings of a backend, a filled store, an environment, and the ids that somebody asks for.

`cases(count, seed, release)` yields cases for `drivers/lookups.py`. Stores hold only what AWS would take:
names of its letters, values up to 4 KB. Beside what the backend asks for stand the names that people
mistake for it.
"""

import json
import random
import re

from . import connections

SSM = "airflow.providers.amazon.aws.secrets.systems_manager.SystemsManagerParameterStoreBackend"
SECRETS_MANAGER = "airflow.providers.amazon.aws.secrets.secrets_manager.SecretsManagerBackend"
KINDS = {"connection": "connections", "variable": "variables", "config": "config"}

IDS = ["smtp_default", "smtp_default", "SMTP_Default", "smtp-default", "aws_default", "db", "db_prod", "prod_db", "etl.db", "etl/db", "a/b/c", "/db", "db/", "a--b", "team--db",
       "a--b--c", "x--", "--x", "a-b--c", "a___b", "team___db", "_x", "x_", "123", "x", "db#1", "(x)", "db!", "db prod", "db@x", "a+b", "a=b",
       "db-Ab12Cd", "UPPER", "a\\b"]
# `re.IGNORECASE` folds these in ways of its own.
ODD_IDS = ["stra\u00dfe", "stra\u00dfe", "\u00fcn\u00ef", "\u00fcn\u00ef", "\u00fcn\u00ef", "\u0130d", "\u017fmtp", "\u212aey", "\ufb01le"]
PREFIXES = ["/airflow/connections", "airflow/connections", "/airflow/connections/", "airflow/connections/", "airflow", "/airflow", "/airflow/", "/prod/af//", "prod-af", "prod/af-", "a", "/", "//", "",
            "//x", "/x//y", "x/y/", "/airflow/variables", "/airflow/config", " /x", "/x ", "/airflow_prod", "AIRFLOW", "/My-Team/air.flow"]
SEPARATORS = ["/", "-", "--", "_", "", ":", "__", "/-", "+", "."]
PATTERNS = ["", ".*", "smtp", "^smtp", "smtp_default", "^smtp_default$", "SMTP", "db$", ".*db$", ".*_prod$", "prod", "(db|smtp).*", "^(?!smtp).*", "(?=.*prod)", "[a-z]+$", "[a-z_]+$", "\\w+$", "\\W", "\\d+", "^\\d+$", "x*",
            ".", "^.{3,}$", ".{1,4}$", "/airflow/.*", "a|b|x", "(?i:SMTP)", "[^a-s]", "\\Adb\\Z", "db\\b", "\\s", "[[a]", "\\x64b", "d{1}b", "d{,2}b", "s", "k", "i", "\\.", "etl\\.db", "(a)(-)\\2b", "(?P<x>d)b",
            "(?:smtp|db)(?:_default)?$", "[A-Z]", "[\\w.-]+$", "\\-", "a--b", "(?s).", "(?m)^db$", "\\u0073"]
BAD_PATTERNS = ["*_prod", "(", ")", "[", "[z-a]", "a{2,1}", "+", "?", "db(?<x>a)", "\\", "(?P<x>a)(?P<x>b)", "\\z", "\\p{L}+", "(?", "a**", "(?P=x)", "\\9", "smtp(?i)"]
ODD_PATTERNS = ["a++", "(?>db)", "(?<=d)b", "(?x) d b", "(?a)\\w+$", "(?(1)a|b)", "(?#x)db", "(?u)db", "(?L)db", "\\N{DIGIT ONE}"]
ODD_KWARGS = [{"profile_name": None}, {"role_arn": "arn:aws:iam::123456789012:role/airflow-etl"}, {"full_url_mode": False}, {"region": "x"}, {"connection_prefix": "/typo"}, {"Connections_Prefix": "/x"},
              {"use_ssl": True}, {"api_version": None}, {"region_name": "eu-west-1"}, {"extra_conn_words": {"user": ["usr"], "host": ["h"]}}, {"extra_conn_words": {}}, {"extra_conn_words": None},
              {"config_kwargs": {"retries": {"max_attempts": 2}}}, {"connections_lookup_pattern": None}, {"external_id": "x"}]
WRONG_KWARGS = [{"connections_prefix": 5}, {"variables_prefix": True}, {"config_prefix": ["/x"]}, {"connections_prefix": {}}, {"connections_prefix": False}, {"connections_prefix": 0}, {"variables_prefix": []},
                {"connections_lookup_pattern": 5}, {"variables_lookup_pattern": True}, {"connections_lookup_pattern": []}, {"config_lookup_pattern": {"a": 1}},
                {"extra_conn_words": {"username": ["x"]}}, {"extra_conn_words": {"user": "usr"}}, {"extra_conn_words": ["user"]}, {"extra_conn_words": {"user": None}}, {"extra_conn_words": {"host": [5]}}, {"extra_conn_words": 5},
                {"self": 1}, {"conn_id": "x"}, {"sep": 5}, {"sep": None}, {"sep": True}]
RAW_KWARGS = ["", "{}", "null", "[]", "[\"a\"]", "\"x\"", "5", "{'connections_prefix': '/x'}", "{\"connections_prefix\": \"/x\",}", "{\"connections_prefix\": None}", "{", "\"{\\\"connections_prefix\\\": \\\"/x\\\"}\"",
              "{\"connections_prefix\": \"/x\"} # note", "{\"connections_prefix\": \"/x\", \"connections_prefix\": \"/y\"}", "true", "0", "NaN", "'{\"connections_prefix\": \"/x\"}'", "{\"\": 1}"]
CLASSES = ["", "airflow.providers.amazon.aws.secrets.SystemsManagerParameterStoreBackend", SSM + " ", '"' + SSM + '"', SSM.lower(), "airflow.contrib.secrets.aws_systems_manager.SystemsManagerParameterStoreBackend",
           SSM + "x", "SystemsManagerParameterStoreBackend", "None"]


def kwargs(r, backend):
    made = {}
    for kind in KINDS.values():
        if r.random() < 0.55:
            made[f"{kind}_prefix"] = r.choice(PREFIXES) if r.random() < 0.9 else None
        if r.random() < 0.3:
            chance = r.random()
            made[f"{kind}_lookup_pattern"] = None if chance < 0.05 else r.choice(PATTERNS if chance < 0.88 else BAD_PATTERNS if chance < 0.999 else ODD_PATTERNS)
    if r.random() < (0.5 if backend == SECRETS_MANAGER else 0.08):
        made["sep"] = r.choice(SEPARATORS)
    if r.random() < 0.15:
        made.update(r.choice(ODD_KWARGS))
    if r.random() < 0.05:
        made.update(r.choice(WRONG_KWARGS))
    items = list(made.items())
    r.shuffle(items)
    return dict(items)


def written(r, made):
    if r.random() < 0.05:
        return r.choice(RAW_KWARGS)
    return json.dumps(made, ensure_ascii=r.random() < 0.5)


def option(r, case, section, name, value):
    """Puts an option into the file, the environment, or both with another value in the file."""
    where = r.random()
    if where < 0.45 and "%" not in value and "\n" not in value:
        case["sections"].setdefault(section, {})[name] = value
        return
    case["env"][f"AIRFLOW__{section.upper()}__{name.upper()}"] = value
    if where > 0.9:
        case["sections"].setdefault(section, {})[name] = r.choice(["", "x", "{}", SSM])


def paths(r, backend, made, kind, name):
    """What the backend might ask for, and what people write instead."""
    default = ("/airflow/" if backend == SSM else "airflow/") + KINDS[kind]
    prefix = made.get(f"{KINDS[kind]}_prefix", default)
    sep = made.get("sep", "/") if backend == SECRETS_MANAGER else "/"
    prefix = prefix if isinstance(prefix, str) else default
    sep = sep if isinstance(sep, str) else "/"
    bare = prefix.rstrip(sep) if sep else prefix
    right = bare + sep + name if bare or backend == SSM else name
    if backend == SSM and not right.startswith("/"):
        right = "/" + right
    near = [prefix + sep + name, prefix + "/" + name, bare + "/" + name, "/" + right, right.lstrip("/"), right.lower(), right.upper(), name, "/" + name, right + "/", bare + name, bare + sep + name.lower(),
            default + "/" + name, "/" + default.lstrip("/") + "/" + name, bare + sep + name.replace("_", "-"), right.replace(KINDS[kind], KINDS[kind].rstrip("s")), bare + "/" + sep + name, right + "x", bare + sep + "None"]
    return right, near


def legal(backend, name):
    """Whether AWS would store it. `x` is left out of SSM: mocks disagree about whether it is `/x`."""
    if backend == SSM:
        return bool(re.fullmatch(r"/[A-Za-z0-9_./-]{1,1000}", name)) and name.count("/") <= 15 and not name.lower().lstrip("/").startswith(("aws", "ssm")) and not name.endswith("/")
    return bool(re.fullmatch(r"[A-Za-z0-9/_+=.@-]{1,500}", name))


SHORT = ["mysql://u:p%40w@h:1/d?a=1", "http://https://h", "postgresql://h", '{"conn_type": "x", "port": 1}', '{"host": "h", "extra": {"a": 1}}', '{"host": 5}', "mysql://h:x", "text", '{"login": "u",}', " x://h ", '{"user": "u"}', " "]
short = False  # Whether values are taken from `SHORT`: for the committed answers, which shall be small.


def value(r, kind):
    chance = r.random()
    if chance < 0.03:
        return ""
    if short and kind == "connection":
        return r.choice(SHORT)
    if kind == "connection":
        while True:
            meant = connections.people.connection(r)
            made = r.choice(list(connections.people.right(r, meant)))[1] if chance < 0.5 else connections.one(r)
            if made and len(made.encode("utf-8", "replace")) < 4000 and not any("\ud800" <= c <= "\udfff" for c in made) and "\\ud" not in made.lower():
                return made
    return r.choice(["1", "x", " x ", "line\n", '{"a": 1}', "\u00e9", "null", "0", "\t", "$HOME", "a,b"] + ["x" * 100] * (not short))


def environment_value(r, kind):
    while True:
        made = value(r, kind)
        if not any(c in made for c in "\n\r\x00"):
            return made


def fill(r, case, backend, made, kind, name):
    store = case["parameters" if backend == SSM else "secrets"]
    right, near = paths(r, backend, made, kind, name)
    names = [right] if r.random() < 0.55 else []
    names += r.sample(near, r.choice([0, 1, 1, 2, 3]))
    for path in names:
        if legal(backend, path) and path not in store:
            store[path] = {"binary": "x"} if backend == SECRETS_MANAGER and r.random() < 0.02 else value(r, kind)


def define(r, case, kind, name):
    start = "AIRFLOW_CONN_" if kind == "connection" else "AIRFLOW_VAR_"
    if kind == "config" or r.random() > 0.4:
        return
    wanted = r.choice([name.upper(), name.upper(), name.upper(), name, name.lower(), name.upper().replace("-", "_"), "_" + name.upper(), "_TEAM___" + name.upper()])
    if "=" not in wanted and not any(c.isspace() for c in wanted):
        case["env"][start + wanted] = environment_value(r, kind)


def file_of(sections):
    lines = []
    for section, options in sections.items():
        lines.append(f"[{section}]")
        lines += [f"{name} = {value}" for name, value in options.items()]
    return "\n".join(lines) + "\n"


def one(r, release):
    case = {"sections": {}, "env": {}, "parameters": {}, "secrets": {}, "ids": []}
    backend = r.choice([SSM, SECRETS_MANAGER])
    made = kwargs(r, backend)
    used = r.random()
    if used > 0.06:
        option(r, case, "secrets", "backend", backend if r.random() > 0.03 else r.choice(CLASSES))
        if used > 0.12:
            option(r, case, "secrets", "backend_kwargs", written(r, made))
        else:
            made = {}
    other, others = r.choice([SSM, SECRETS_MANAGER]), {}
    if r.random() < 0.12:
        others = kwargs(r, other)
        chance = r.random()
        if chance > 0.15:
            option(r, case, "workers", "secrets_backend", other)
        if chance < 0.8:
            option(r, case, "workers", "secrets_backend_kwargs", written(r, others))
        else:
            others = {}
    if r.random() < 0.12:
        name = r.choice(["CONNECTIONS_PREFIX", "VARIABLES_PREFIX", "CONNECTIONS_LOOKUP_PATTERN", "SEP", "REGION_NAME", "connections_prefix", "", "CONFIG_PREFIX", "UNKNOWN"])
        text = {"REGION_NAME": "eu-west-1", "SEP": r.choice(SEPARATORS)}.get(name, r.choice(PREFIXES + ["null", "$HOME/x"]) if "PATTERN" not in name else r.choice(PATTERNS))
        start = r.choice(["AIRFLOW__SECRETS__BACKEND_KWARG__", "AIRFLOW__SECRETS__BACKEND_KWARG__", "AIRFLOW__SECRETS__BACKEND_KWARGS__", "AIRFLOW__WORKERS__SECRETS_BACKEND_KWARG__"])
        case["env"][start + name] = text
        if start.endswith("KWARG__") and release >= (3, 2):
            (others if "WORKERS" in start else made)[name.lower()] = text
    teams = r.random() < 0.2
    if teams:
        option(r, case, "core", "multi_team", r.choice(["True", "true", "1", "False", "t", "TRUE # x", "x"] if r.random() < 0.1 else ["True", "False", "true"]))
    for _ in range(r.randrange(2, 6)):
        kind = r.choice(["connection"] * 5 + ["variable"] * 3 + ["config"] * 2)
        name = r.choice(IDS if r.random() < 0.998 else ODD_IDS)
        wanted = f"{kind}:{name}"
        if wanted not in case["ids"]:
            case["ids"].append(wanted)
            fill(r, case, backend, made, kind, name)
            if others or r.random() < 0.05:
                fill(r, case, other, others, kind, name)
            define(r, case, kind, name)
    if release >= (3, 2) and teams and r.random() < 0.5:
        case["team"] = r.choice(["team", "etl", "Team", "a"])
        for wanted in case["ids"]:
            kind, name = wanted.split(":", 1)
            if kind != "config" and r.random() < 0.6:
                fill(r, case, backend, made, kind, case["team"] + "--" + name)
                start = "AIRFLOW_CONN_" if kind == "connection" else "AIRFLOW_VAR_"
                if r.random() < 0.3 and not any(c in "= " for c in name):
                    case["env"][f"{start}_{case['team'].upper()}___{name.upper()}"] = environment_value(r, kind)
    case["cfg"] = file_of(case.pop("sections"))
    return case


def cases(count, seed, release):
    """The same seed gives the same cases to every release, but for what only some of them know."""
    r = random.Random(f"lookups {seed}")
    for _ in range(count):
        yield one(r, release)
