"""Makes connections, writes each as people do, rightly and wrongly, and has real Airflow read them.

    python make_roundtrips.py write 170 1 > values.jsonl                        (with an Airflow; connections, seed)
    python make_roundtrips.py run core_3_3_2 values.jsonl > core_3_3_2.txt       (with that release's Python)
    python make_roundtrips.py join values.jsonl core_3_3_2.txt core_3_3_2_sm.txt ... > conn-roundtrips.jsonl

Airflow may log to stdout: keep the lines of `write` that begin with `{"way"`. Another file than the
committed one is checked with AIRVANE_ROUNDTRIPS=path cargo test --test values.

Readers: core_* and sdk_* go through the backend's own steps; a name that ends in _sm through
SecretsManagerBackend. What a reader makes of a value is `rejected` (it raises), `different` (a field is
not what was meant) or `equal`. Not counted as different: None for "", the case of a host that is a DNS
name, port 0 for no port, and the type of an extra's value when its text is the same.

Only mistakes that can be seen in the value itself are made here. A `+` that stands for a blank, a raw
`%40` that was meant literally, a mistyped host: nobody can tell them from what is right.
"""

import json
import random
import re
import sys
from urllib.parse import quote, urlencode

TYPES = ["postgres", "mysql", "aws", "google_cloud_platform", "ssh", "sftp", "snowflake", "redis", "mongo", "smtp", "trino",
         "databricks", "vault", "oracle", "mssql", "kubernetes", "elasticsearch", "cassandra", "samba", "livy", "spark_connect"]
LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
SIGNS = "!\"#$&'()*+,-./:;<=>?@[\\]^_`{|}~ "
FIELDS = ["conn_type", "host", "login", "password", "schema", "port", "extra"]


def word(r, length, alphabet=LETTERS):
    return "".join(r.choice(alphabet) for _ in range(length))


def connection(r):
    """What somebody means."""
    password = r.choice([word(r, 12), word(r, 10, LETTERS + SIGNS).strip(), word(r, 20, LETTERS + "+/") + "==", "tig\u00e9r7cat",
                         "pa/ss7cat", "tig#er7cat", "100% tiger", None])
    extra = r.choice([None, None, {"sslmode": "require"}, {"endpoint_url": "http://localhost:4566", "region_name": "eu-west-1"},
                      {"timeout": 30, "verify": False}, {"role_arn": "arn:aws:iam::123456789012:role/etl"},
                      {"options": "-c a=b&c", "application_name": "nightly load"}, {"nested": {"a": [1, "b"]}}])
    return {"conn_type": r.choice(TYPES),
            "host": r.choice(["db.example.com", "10.0.0.5", "warehouse-1.internal", "2001:db8::1", "h1,h2", "https://api.example.com", None]),
            "login": r.choice(["etl", "etl@corp.example", "AKIAEXAMPLE", "corp\\etl", "a:b"]) if password or r.random() < 0.5 else None,
            "password": password, "schema": r.choice([None, "dwh", "my db", "a/b", "db#1"]),
            "port": r.choice([None, 443, 5432, 65535]), "extra": extra}


def encoded(text):
    return quote(text, safe="")


def uri(meant, scheme=None, separator="://", query=None, **parts):
    """A URI; `parts` are texts to be put there as they stand."""
    part = {name: parts.get(name, None if meant[name] is None else encoded(meant[name]))
            for name in ["host", "login", "password", "schema"]}
    if part["host"] == encoded("2001:db8::1"):
        part["host"] = "[2001:db8::1]"
    text = (scheme or meant["conn_type"].replace("_", "-")) + separator
    if part["login"] is not None or part["password"] is not None:
        text += (part["login"] or "") + ("" if part["password"] is None else ":" + part["password"]) + "@"
    text += (part["host"] or "") + str(parts.get("port", f":{meant['port']}" if meant["port"] else ""))
    text += "" if part["schema"] is None else "/" + part["schema"]
    if query is None:
        extra = meant["extra"] or {}
        flat = all(isinstance(value, str) for value in extra.values())
        query = urlencode(extra if flat else {"__extra__": json.dumps(extra)})
    return text + ("?" + query if query else "")


def members(meant, **more):
    """The fields that are set; a `None` in `more` leaves one out."""
    together = {**meant, **more}
    return {name: value for name, value in together.items() if value is not None}


def right(r, meant):
    """Ways that are right."""
    yield "uri", uri(meant)
    yield "uri, blanks around it", r.choice([" ", "\n", ""]) + uri(meant) + r.choice(["\n", "\r\n", " "])
    yield "json", json.dumps(members(meant), indent=r.choice([None, None, 2]), ensure_ascii=r.random() < 0.5)
    yield "json, nulls", json.dumps(meant)
    if meant["extra"] is not None:
        yield "json, extra as text", json.dumps(members(meant, extra=json.dumps(meant["extra"])))
    if meant["port"] is not None:
        yield "json, port as text", json.dumps(members(meant, port=str(meant["port"])))


def wrong_uris(r, meant):
    """Mistakes in URIs, each with what was meant where that is not `meant`."""
    m = {**meant, "login": "etl", "password": "tiger7cat", "host": "db.example.com", "port": 5432, "schema": "dwh", "extra": None}
    sign = r.choice("/?#")
    yield "sign in the password", uri(m, password="tig" + sign + "er7cat"), {**m, "password": "tig" + sign + "er7cat"}
    yield "sign behind digits", uri({**m, "conn_type": "postgres"}, password="12" + sign + "er7cat"), {**m, "conn_type": "postgres", "password": "12" + sign + "er7cat"}
    yield "sign in the login", uri({**m, "conn_type": "mysql"}, login="corp/etl"), {**m, "conn_type": "mysql", "login": "corp/etl"}
    yield "bracket in the password", uri(m, password="tig" + r.choice("[]") + "er"), {**m, "password": "tig[er"}
    if "_" in m["conn_type"]:
        yield "underscore", uri(m, scheme=m["conn_type"]), m
    scheme, name = r.choice([("postgresql+psycopg2", "postgres"), ("mysql+pymysql", "mysql"), ("mssql+pyodbc", "mssql"), ("mysql+mysqldb", "mysql")])
    yield "dialect", uri(m, scheme=scheme), {**m, "conn_type": name}
    yield "https", uri(m, scheme="https", host="api.example.com"), {**m, "conn_type": "http", "host": "https://api.example.com"}
    mark = r.choice("'\"`")
    yield "quoted", mark + uri(m) + mark, m
    yield "no scheme", uri(m).split("://")[1], m
    yield "separator", uri(m, separator=r.choice([":/", ":", "//", " ://"])), m
    yield "byte order mark", "\ufeff" + r.choice([uri(m), json.dumps(members(m))]), m
    yield "scheme twice", uri({**m, "conn_type": "livy", "login": None, "password": None}, host="livy://db.example.com"), {**m, "conn_type": "livy"}
    yield "fragment", uri(m) + "#nightly", {**m, "schema": "dwh#nightly"}
    yield "number sign in the schema", uri(m, schema="db#1"), {**m, "schema": "db#1"}
    text = uri(m)
    at = r.randrange(text.index("://") + 3, len(text))
    blank = r.choice(["\t", "\n", "\r\n"])
    yield "blank that Python deletes", uri(m, password="tiger" + blank + "7cat"), {**m, "password": "tiger" + blank + "7cat"}
    yield "blank in the host", uri(m, host="db. example.com"), m
    yield "port", uri(m, port=":" + r.choice(["65536", "none", "-1", "5432.0", "5432,h2:5432", "<port>"])), m
    yield "name in brackets", uri(m, host="[db]"), m
    yield "nfkc", uri(m, host="db" + r.choice("\uff0f\uff1f\uff03\uff20\uff1a\u2100") + "x"), {**m, "host": "db/x"}
    yield "query key twice", uri(m, query="a=1&a=2"), {**m, "extra": {"a": ["1", "2"]}}
    yield "extra is a list", uri(m, query="__extra__=" + encoded('[{"a": 1}]')), {**m, "extra": {"a": 1}}
    yield "extra is Python", uri(m, query="__extra__=" + encoded("{'a': 1}")), {**m, "extra": {"a": 1}}
    yield "URL in the query", uri(m, query="endpoint_url=http://localhost:4566"), {**m, "extra": {"endpoint_url": "http://localhost:4566"}}
    yield "encoded twice", uri(m, password=encoded(encoded("tig/er@7"))), {**m, "password": "tig/er@7"}
    yield "latin-1", uri(m, password="tig%E9r"), {**m, "password": "tig\u00e9r"}
    part = r.choice(["login", "host", "schema"])
    yield "part encoded twice", uri({**m, part: "a/b"}, **{part: "a%252Fb"}), {**m, part: "a/b"}
    yield "query encoded twice", uri(m, query="role_arn=role%252Fetl"), {**m, "extra": {"role_arn": "role/etl"}}
    yield "escape of a letter", uri(m, password="p%41ss7cat"), {**m, "password": "p%41ss7cat"}
    tail = r.choice(["\\n", "\\r\\n", "'", '",', "\u200b", "\x00", "\ufeff"])
    yield "copied along", uri(m) + tail, m
    yield "blank before the host", uri(m, host=" db.example.com"), m
    yield "blank behind the separator", uri(m, separator="://" + r.choice([" ", "\u00a0", "\u200b"])), m
    yield "divided otherwise", uri(m, query="charset=utf8" + r.choice([";", "&amp;", "?"]) + "autocommit=true"), {**m, "extra": {"charset": "utf8", "autocommit": "true"}}
    yield "JSON in the query", uri(m, query=r.choice(['{"charset": "utf8"}', "extra=" + encoded('{"charset": "utf8"}')])), {**m, "extra": {"charset": "utf8"}}
    yield "extra beside others", uri(m, query="charset=utf8&__extra__=" + encoded('{"a": 1}')), {**m, "extra": {"charset": "utf8", "a": 1}}
    yield "plus in a secret", uri(m, query="aws_secret_access_key=wJalrXUtnFEMI+K7MDENG7"), {**m, "extra": {"aws_secret_access_key": "wJalrXUtnFEMI+K7MDENG7"}}
    yield "port in the host", uri({**m, "port": None}, host="db.example.com%3A5432"), m
    yield "escaped by a shell", uri(m, login="etl\\@corp.example"), {**m, "login": "etl@corp.example"}
    yield "empty authority", uri(m, separator=":///"), m
    yield "wrapped", "{" + uri(m) + "}", m
    yield "number written otherwise", uri(m, query="version=1.10&encoding=%22utf8%22"), {**m, "extra": {"version": "1.10", "encoding": '"utf8"'}}
    name, label = r.choice([("mongo", "MongoDB"), ("google_cloud_platform", "Google Cloud"), ("postgres", "Postgres")])
    yield "label", json.dumps(members({**m, "conn_type": label})), {**m, "conn_type": name}


def wrong_objects(r, meant):
    """The same for JSON."""
    m = {**meant, "password": "tiger7cat", "login": "etl", "host": "db.example.com", "extra": None}
    o = members(m)
    text = json.dumps(o)
    yield "comma at the end", text[:-1] + ",}", m
    yield "single quotes", text.replace('"', "'"), m
    yield "no end", text[:-1], m
    yield "text after it", text + r.choice(["}", ";", " x", text]), m
    yield "comment", text.replace(", ", ", // note\n ", 1), m
    yield "list around it", "[" + text + "]", m
    yield "encoded as text", json.dumps(text), m
    yield "conn_id", json.dumps({"conn_id": "dwh", **o}), m
    yield "uri and fields", json.dumps({"uri": uri(m), "password": "tiger7cat"}), m
    yield "unknown key", json.dumps({**o, r.choice(["sslmode", "region_name", "timeout"]): "x"}), {**m, "extra": {"sslmode": "x"}}
    alias = {r.choice([name, *other]): o[name] for name, other in
             {"host": ["hostname", "server"], "login": ["user", "username"], "password": ["pass", "passwd"]}.items()}
    yield "other words", json.dumps({"conn_type": o["conn_type"], **alias}), {**m, "schema": None, "port": None}
    yield "key in upper case", json.dumps({("Host" if name == "host" else name): value for name, value in o.items()}), m
    yield "port", json.dumps({**o, "port": r.choice(["abc", "5432.0", [5432], {"a": 1}, 5432.9, 99999, "<port>"])}), {**m, "port": "as written"}
    yield "extra is no object", json.dumps({**o, "extra": r.choice([["a"], 5, True, "a=b", "[1]", "{'a': 1}"])}), {**m, "extra": {"a": 1}}
    yield "field is no text", json.dumps({**o, r.choice(["password", "host", "login", "schema"]): r.choice([123456, True, ["x"], {"a": "x"}])}), {**m, "host": "x", "login": "x"}
    yield "no type", json.dumps({name: value for name, value in o.items() if name != "conn_type"}), m
    yield "type is no text", json.dumps({**o, "conn_type": r.choice(["", None, 5, ["mysql"]])}), m
    yield "encoded as in a URI", json.dumps({**o, "password": "tig%2Fer%407cat"}), {**m, "password": "tig/er@7cat"}
    field = r.choice(["host", "login", "password", "schema"])
    yield "blank at an end", json.dumps({**o, field: "x" + r.choice(["\n", "\r\n", "\t"])}), {**m, field: "x"}
    yield "control character", json.dumps({**o, "login": "CORP\bob"}), {**m, "login": "CORP\\bob"}
    yield "lone surrogate", json.dumps({**o, r.choice(["password", "host", "login", "schema"]): "tiger\ud8007"}), m
    yield "uri and description", json.dumps({"uri": uri(m), "description": "nightly"}), m
    yield "empty uri", json.dumps({**o, "uri": ""}), m
    yield "integer of too many digits", text[:-1] + ', "port": ' + "9" * 4301 + "}", m
    yield "falsy field", json.dumps({**o, r.choice(["password", "host", "login", "schema"]): r.choice([0, False, [], {}])}), {**m, "host": "x", "login": "x"}
    yield "type with a blank", json.dumps({**o, "conn_type": o["conn_type"] + r.choice(["\n", " ", "://"])}), m
    yield "name twice", text[:-1] + ', "host": "other"}', {**m, "host": "db.example.com or other"}


def no_connections():
    for text in ["hunter2tiger", "tiger7cat:etl", "db.example.com", "db.example.com:5432", "etl:tiger7cat@db.example.com/dwh", "true", "5432",
                 "[]", "null", " ", "\n", "-----BEGIN PRIVATE KEY-----\nMIIB\n-----END PRIVATE KEY-----\n", '{"token": "tiger7cat"}',
                 '{"aws_access_key_id": "AKIAEXAMPLE", "aws_secret_access_key": "tiger7cat"}', "jdbc:postgresql://h:5432/db"]:
        yield "no connection", text, {**{name: None for name in FIELDS}, "conn_type": "generic"}


def write(count, seed):
    from airflow.models.connection import Connection

    r = random.Random(seed)
    seen = set()

    def say(way, value, meant):
        if value not in seen:
            seen.add(value)
            print(json.dumps({"way": way, "value": value, "meant": meant}))

    for value in no_connections():
        say(value[0], value[1], value[2])
    for number in range(count):
        meant = connection(r)
        if number % 3 == 0:
            for way, value in right(r, meant):
                say(way, value, meant)
            say("get_uri", Connection(conn_id="x", **meant).get_uri(), meant)
        for way, value, really in r.sample([*wrong_uris(r, meant), *wrong_objects(r, meant)], 6):
            say(way, value, really)


def same_extra(meant, read):
    """Types may change where the text stays: a server decodes the values of a query, a task does not."""
    meant, read = meant or {}, read or {}
    if not isinstance(meant, dict) or not isinstance(read, dict) or set(meant) != set(read):
        return False
    text = lambda value: value if isinstance(value, str) else json.dumps(value)  # noqa: E731
    return all(meant[name] == read[name] or text(meant[name]) == text(read[name]) for name in meant)


def is_as_meant(meant, connection):
    for field in ["conn_type", "login", "password", "schema"]:
        if (getattr(connection, field) or "") != (meant[field] or ""):
            return False
    host, read = meant["host"] or "", connection.host or ""
    if host != read and not (re.fullmatch(r"[A-Za-z0-9.-]+", host) and host.lower() == read.lower()):
        return False
    if (connection.port or None) != (meant["port"] or None):
        return False
    try:
        extra = json.loads(connection.extra) if connection.extra else {}
    except ValueError:
        return False
    return same_extra(meant["extra"], extra)


def run(name, path):
    import logging
    import os
    import tempfile
    import warnings

    out, sys.stdout = sys.stdout, sys.stderr
    warnings.simplefilter("ignore")
    os.environ["AIRFLOW_HOME"] = tempfile.mkdtemp()
    if name.startswith("sdk"):
        from airflow.sdk.definitions.connection import Connection
    else:
        from airflow.models.connection import Connection
    if name.endswith("_sm"):
        from airflow.providers.amazon.aws.secrets.secrets_manager import SecretsManagerBackend

        backend = SecretsManagerBackend()
        backend._get_secret = lambda *args, **kwargs: backend.text
    else:
        from airflow.secrets.environment_variables import EnvironmentVariablesBackend

        backend = EnvironmentVariablesBackend()
        backend.get_conn_value = lambda conn_id, team_name=None: backend.text
    logging.disable(logging.CRITICAL)
    if hasattr(backend, "_set_connection_class"):
        backend._set_connection_class(Connection)
    for line in open(path):
        case = json.loads(line)
        backend.text = case["value"]
        try:
            read = backend.get_connection("some_id")
            read.get_uri()
            verdict = "equal" if is_as_meant(case["meant"], read) else "different"
        except Exception:
            verdict = "rejected"
        print(verdict, file=out)


def join(path, *results):
    columns = []
    for result in results:
        name = result.rsplit("/", 1)[-1].removesuffix(".txt")
        columns.append((name, open(result).read().split()))
    for number, line in enumerate(open(path)):
        case = json.loads(line)
        said = {}
        for name, verdicts in columns:
            said.setdefault(verdicts[number], []).append(name)
        if len(said) == 1:
            said = {"all": next(iter(said))}
        print(json.dumps({"way": case["way"], "value": case["value"], **said}, ensure_ascii=False))


if __name__ == "__main__":
    command, *rest = sys.argv[1:]
    if command == "write":
        write(*map(int, rest))
    else:
        {"run": run, "join": join}[command](*rest)
