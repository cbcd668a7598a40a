"""Makes secrets in the forms that Vault, Akeyless and old releases of Secrets Manager have, and has the real
classes of those releases read them in real Airflow.

    python make_formats.py values 400 1 > values.jsonl                              (a format, seed)
    python make_formats.py run core_3_3_2 WHEELS values.jsonl > core_3_3_2.jsonl     (with that Airflow's Python)
    python make_formats.py join values.jsonl core_3_3_2.jsonl sdk_3_3_2.jsonl ... > conn-formats.jsonl

WHEELS is a folder of unpacked wheels, `hashicorp-4.6.0/` and so on (`pip download --no-deps`, then unzip): the modules of
the backend classes are the real ones, the clients of the stores hand out the value. `core_*` is the server's process,
`sdk_*` the task's, with the class of connections that Airflow sets there. A case: {"format", "value", "results":
[{"in": ["core_3_3_2:4.6.0", ...], fields or "error" or "error_at_get_uri" or "none": true}]}; variables and options have
`"kind": "value"` and the result `{"text": ...}`, "none", or `{"other": true}` for what is no text.

Another file than the committed one is checked with AIRVANE_FORMATS=path cargo test --test parity_formats.
"""

import json
import random
import sys

from make_connections import KEYS, GOOD, ODD_KEYS, has_surrogate, obj, show, uri, value, word

# Format, releases of its provider, and the keyword arguments.
RELEASES = {
    "vault": ["2.0.0", "2.1.0", "3.8.0", "4.6.0", "4.8.4"],
    "akeyless": ["0.1.0", "0.3.2"],
    "literal": ["2.3.0", "2.6.0", "4.1.0"],
    "fields": ["5.0.0", "6.2.0"],
    "fields_plain": ["6.2.0"],
    "decoded": ["7.0.0", "8.29.0"],
}
KWARGS = {
    "literal": {"full_url_mode": False, "extra_conn_words": {"user": ["usr"]}},
    "fields": {"full_url_mode": False, "extra_conn_words": {"user": ["usr"], "extra": ["more"]}},
    "fields_plain": {"full_url_mode": False, "are_secret_values_urlencoded": False},
    "decoded": {"are_secret_values_urlencoded": True, "extra_conn_words": {"user": ["usr"]}},
}
ALIASES = ["user", "username", "login", "user_name", "usr", "pass", "key", "remote_host", "server", "database", "conn_id",
           "connection_type", "engine", "more", "dbname", "self"]


def quoted(r, text):
    """A string as Python writes it, or as JSON does."""
    return r.choice([repr, repr, json.dumps])(text)


def literal(r, depth=0):
    kind = r.random()
    if kind < 0.5:
        text = r.choice(["h", "u", "p%40ss", "5432", "a%20b", "", "mysql", "it's", 'say "x"', "a\\b", "line\n", "\u00e9", "%41%zz", "{}", "100%",
                         word(r), '{"a": 1}', '{"a": "b c", "d": [1, "x"]}', "[]", "[1]", "null", "5", "{'a': 1}", "x://y"])
        return quoted(r, text)
    if kind < 0.7:
        return r.choice(["0", "1", "5432", "-1", "1.5", "1e3", "-0", "1e22", "0.1", "123456789012345678901234567890", "1e400", "5432.0"])
    if kind < 0.8:
        return r.choice(["None", "True", "False", "null", "true", "NaN", "name", "0x1", "1_0", "(1, 2)", "b'x'", "u'x'", "'a' 'b'", "1+1"])
    if depth > 2:
        return "[]"
    if kind < 0.9:
        return "[" + ", ".join(literal(r, depth + 1) for _ in range(r.randrange(3))) + "]"
    return members(r, depth + 1)


def members(r, depth=0, keys=KEYS + ALIASES):
    made = [quoted(r, r.choice(keys)) + r.choice([": ", ":"]) + literal(r, depth) for _ in range(r.randrange(6))]
    return "{" + r.choice([", ", ",", " ,\n"]).join(made) + r.choice(["", "", ","] if made else [""]) + "}"


def plain(r):
    """A secret that somebody may have."""
    chosen = {"conn_type": "mysql", "host": "db.example.com", "login": "etl", "password": "tig%2Fer", "schema": "dwh", "port": r.choice([3306, "3306"]),
              "extra": r.choice(['{"a": "b c"}', {"a": "b%20c"}, "{'a': 1}", "", None, {}])}
    made = {}
    for name in r.sample(list(chosen), r.randrange(1, 8)):
        names = {"login": ["login", "user", "username", "usr"], "password": ["password", "pass", "key"], "schema": ["schema", "database"],
                 "conn_type": ["conn_type", "engine"]}.get(name, [name])
        made[r.choice(names)] = chosen[name]
    return made


def secret(r):
    """For Secrets Manager."""
    shape = r.random()
    if shape < 0.3:
        return r.choice([repr, json.dumps])(plain(r))
    if shape < 0.6:
        text = members(r)
    elif shape < 0.75:
        text = aliased(r, obj(r))
    elif shape < 0.85:
        text = uri(r)
    else:
        text = literal(r)
    if r.random() < 0.06:
        text = r.choice([" ", "\n", "x", "[", ""]) + text + r.choice([" ", "\n", "]", ""])
    return text


def aliased(r, text):
    for name in ["login", "password", "schema", "conn_type", "host"]:
        if r.random() < 0.4:
            text = text.replace(f'"{name}"', json.dumps(r.choice(ALIASES)), 1)
    return text


def kv(r):
    """An object of Vault's; a part of them with `conn_uri`."""
    shape = r.random()
    if shape < 0.35:
        given = [json.dumps(uri(r)), json.dumps(obj(r)), '"mysql://u:p@h:1/db?a=1"', '" mysql://u@h "', '""', "null", '" "', "5", "true", "[]", "[1]",
                 '["x"]', "{}", '{"a": 1}', "0", "1.5"]
        made = ['"conn_uri": ' + r.choice(given)]
        for _ in range(r.randrange(3)):
            name = r.choice(KEYS)
            made.append(json.dumps(name) + ": " + r.choice(GOOD[name]))
        r.shuffle(made)
        return "{" + ", ".join(made) + "}"
    if shape < 0.5:
        return json.dumps(plain(r))
    return obj(r)


def raw(r):
    """A text of Akeyless."""
    shape = r.random()
    if shape < 0.5:
        return kv(r)
    if shape < 0.8:
        return r.choice(["", " ", "\n"]) + uri(r) if r.random() < 0.2 else uri(r)
    return value(r) if r.random() < 0.7 else json.dumps(uri(r))


def held(r):
    """A variable's secret."""
    given = ['"x"', '""', "null", "5", "true", "[]", "{}", '"{\\"a\\": 1}"', '"\u00e9 "', "1.5", json.dumps(word(r))]
    made = ['"value": ' + r.choice(given)] if r.random() < 0.8 else []
    for _ in range(r.randrange(3)):
        made.append(json.dumps(r.choice(["Value", "values", "a", "conn_uri", "value"])) + ": " + r.choice(given))
    r.shuffle(made)
    return "{" + ", ".join(made) + "}"


MAKERS = {"vault": kv, "akeyless": raw, "literal": secret, "fields": secret, "fields_plain": secret, "decoded": secret}


def values(count, seed):
    r = random.Random(seed)
    for form, make in MAKERS.items():
        seen = set()
        while len(seen) < count:
            text = make(r)
            if form == "vault":
                try:
                    if not isinstance(json.loads(text), dict):
                        continue
                except ValueError:
                    continue
            if text and text not in seen and not has_surrogate(text) and "\\ud8" not in text:
                seen.add(text)
                print(json.dumps({"format": form, "kind": "connection", "value": text}))
    for form in ["vault", "akeyless"]:
        seen = set()
        while len(seen) < count // 6:
            text = held(r)
            if form == "akeyless" and r.random() < 0.4:
                text = r.choice([word(r, 12), "[1]", "5", '"x"', "null", "{", text + " "])
            if text not in seen and not has_surrogate(text):
                seen.add(text)
                print(json.dumps({"format": form, "kind": "value", "value": text}))


def stand_ins():
    """Modules that the classes import for their clients."""
    import types

    def module(name, **names):
        made = types.ModuleType(name)
        made.__dict__.update(names)
        sys.modules[name] = made
        return made

    class Client:
        def __init__(self, **kwargs):
            pass

    class VaultError(Exception):
        pass

    module("hvac", Client=Client)
    module("hvac.exceptions", InvalidPath=type("InvalidPath", (Exception,), {}), VaultError=VaultError)
    module("akeyless", ApiException=type("ApiException", (Exception,), {}))
    module("airflow.providers.hashicorp._internal_client")
    module("airflow.providers.hashicorp._internal_client.vault_client", _VaultClient=Client, DEFAULT_KV_ENGINE_VERSION=2,
           DEFAULT_KUBERNETES_JWT_PATH="")


def run(name, wheels, path):
    import importlib.util
    import logging
    import os
    import tempfile
    import types
    import warnings

    out, sys.stdout = sys.stdout, sys.stderr
    warnings.simplefilter("ignore")
    os.environ["AIRFLOW_HOME"] = tempfile.mkdtemp()
    logging.disable(logging.CRITICAL)
    from airflow.models.connection import Connection

    conn_class = Connection
    if name.startswith("sdk"):
        import airflow.sdk.execution_time.task_runner as task_runner
        from airflow.sdk.definitions.connection import Connection as conn_class

        # By this core's class knows that a task runs.
        task_runner.SUPERVISOR_COMMS = types.SimpleNamespace(send=lambda *args, **kwargs: None)
    logging.disable(logging.CRITICAL)
    warnings.simplefilter("ignore")
    stand_ins()
    asks_uri = not (name.startswith("core_2_0") or name.startswith("sdk_3_0"))

    def backend(form, release):
        package = {"vault": "hashicorp", "akeyless": "akeyless"}.get(form, "amazon")
        inner = {"vault": "hashicorp/secrets/vault.py", "akeyless": "akeyless/secrets/akeyless.py"}.get(
            form, "amazon/aws/secrets/secrets_manager.py")
        file = os.path.join(wheels, package + "-" + release, "airflow/providers", inner)
        compat = "airflow.providers.amazon.version_compat"
        if package == "amazon" and compat not in sys.modules:
            sys.modules[compat] = types.SimpleNamespace(AIRFLOW_V_3_0_PLUS=False)
            utils = types.ModuleType("airflow.providers.amazon.aws.utils")
            utils.trim_none_values = lambda values: values
            utils.get_airflow_version = lambda: (2, 7, 3)
            sys.modules["airflow.providers.amazon.aws.utils"] = utils
        spec = importlib.util.spec_from_file_location("airflow.providers.x.secrets.y_" + package + release.replace(".", "_"), file)
        made = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(made)
        kwargs = KWARGS.get(form, {})
        if form == "vault":
            built = made.VaultBackend(auth_type="token", token="t")

            def get_secret(secret_path, **more):
                return json.loads(built.text)

            built.vault_client = types.SimpleNamespace(get_secret=get_secret)
        elif form == "akeyless":
            built = made.AkeylessBackend(access_id="a", access_key="b")
            built._get_secret = lambda *args, **more: built.text
        else:
            built = made.SecretsManagerBackend(**kwargs)
            built._get_secret = lambda *args, **more: built.text
        if hasattr(built, "_set_connection_class"):
            built._set_connection_class(conn_class)
        return built

    built = {}
    for form, releases in RELEASES.items():
        for release in releases:
            # Releases that no such Airflow was installed with.
            old = form not in ("vault", "akeyless") or release in ("2.0.0", "2.1.0")
            if old and not name.startswith("core_2"):
                continue
            try:
                built[form, release] = backend(form, release)
            except Exception as error:
                print(form, release, repr(error))
    for line in open(path):
        case = json.loads(line)
        results = {}
        for release in RELEASES[case["format"]]:
            one = built.get((case["format"], release))
            if one is None:
                continue
            one.text = case["value"]
            result = {}
            try:
                if case["kind"] == "value":
                    found = [one.get_variable("some_id"), one.get_config("some_id")]
                    assert found[0] == found[1]
                    found = found[0]
                    result = {"none": True} if found is None else {"text": found} if isinstance(found, str) else {"other": True}
                else:
                    # As in make_connections.py: a keyword given twice is a KeyError in this state.
                    try:
                        raise LookupError
                    except LookupError:
                        connection = one.get_connection("some_id")
                    if connection is None:
                        result = {"none": True}
                    else:
                        try:
                            if asks_uri:
                                connection.get_uri()
                            for field in KEYS[:8]:
                                found = show(getattr(connection, field))
                                if found is not None:
                                    result[field] = found
                        except Exception as error:
                            result = {"error_at_get_uri": type(error).__name__}
            except Exception as error:
                result = {"error": type(error).__name__}
            results[release] = result
        print(json.dumps(results), file=out)


def join(path, *results):
    columns = [(result.rsplit("/", 1)[-1].removesuffix(".jsonl"), open(result)) for result in results]
    for line in open(path):
        case = {**json.loads(line), "results": []}
        for name, lines in columns:
            for release, result in json.loads(next(lines)).items():
                column = name + ":" + release
                for known in case["results"]:
                    if {k: v for k, v in known.items() if k != "in"} == result:
                        known["in"].append(column)
                        break
                else:
                    case["results"].append({"in": [column], **result})
        print(json.dumps(case, separators=(",", ":")))


if __name__ == "__main__":
    command, *rest = sys.argv[1:]
    if command == "values":
        values(*map(int, rest))
    else:
        {"run": run, "join": join}[command](*rest)
