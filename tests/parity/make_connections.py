"""Makes connection values and runs them through a real Airflow.

    python make_connections.py values 60000 25000 1 > values.jsonl     (URIs, objects, seed)
    python make_connections.py run core_3_3_2 values.jsonl > a.jsonl   (with that release's Python)
    python make_connections.py join values.jsonl a.jsonl b.jsonl ... > conn-generated.jsonl

Readers: core_* and sdk_* go through the backend's own steps (strip, first character, get_uri);
a name that ends in _sm through SecretsManagerBackend with extra_conn_words {"user": ["usr"]}.
Values with lone surrogates and nesting beyond 900 levels are left out: the twin calls them unknown.
"""

import json
import random
import sys

WORDS = ["mysql", "postgres", "postgresql", "http", "https", "aws", "google-cloud-platform", "a_b", "HTTP", "MySQL",
         "jdbc", "s3", "x+y", "1x", "redis", "Google-Cloud", "sftp", "-a", "x.y"]
PIECES = ["://", "//", "/", ":", "@", "?", "#", "&", "=", "%", "%41", "%2F", "%40", "%C3%A9", "%E9", "%F0%9F%98%80", "%zz",
          "%25", "%00", "[", "]", "[::1]", "[v1.x]", "[fe80::1%25e]", "[1.2.3.4]", ";", "+", " ", "\t", "\n", "\r", "_", "-", ".",
          "host", "u", "p", "db", "user", "pass", "3306", "0", "65535", "65536", "99999", "\u0663", "\uff18", "1_0", "+1", "-1",
          "\u2100", "\uff0f", "\u00e9", "\u0130", "\u03a3", "A\u03a3", "\U0001f600", "\ufeff", "\u00a0", "\x00", "\x1c", "\x7f", "\u212a",
          "a=1", "a=true", "a=null", "a=1.50", "a=NaN", "a=1e400", "a=[1,2]", "a=%7B%22b%22:1%7D", "__extra__=", "__extra__=%7B%7D",
          "__extra__={\"a\":1}", "__extra__=5", "__extra__=x", "&&", "k", "k=", "=v", "\"", "'", "{", "}", "$", "\\", ",", "<", "*", "(", "!"]
KEYS = ["conn_type", "host", "login", "password", "schema", "port", "extra", "description", "uri"]
ODD_KEYS = ["conn_id", "user", "username", "usr", "engine", "dbname", "Host", "self", "team_name", "team_id", "", "key", "pass",
            "database", "server", "id", "extra_dejson", "conn\u005ftype", "h\u00f6st"]
ALPHABET = [chr(c) for c in range(0x20, 0x7f)] + ["\u00e9", "\u00df", "\u2126", "\u20ac", "\U0001f511", "\u0660", "\t", "\x0b", "\x85", "\u3000"]


def word(r, most=8):
    return "".join(r.choice(ALPHABET) for _ in range(r.randrange(most)))


def safe(r):
    return r.choice(["u", "user", "p%40ss", "AKIA", "sec%2Fret", "host", "example.com", "db", "a.b-c"])


def uri(r):
    shape = r.random()
    if shape < 0.25:
        text = r.choice(WORDS) + "://"
        if r.random() < 0.6:
            text += safe(r) + r.choice(["", ":" + safe(r)]) + "@"
        text += safe(r) + r.choice(["", ":3306", ":", ":0", ":70000", ":x"]) + r.choice(["", "/", "/db", "//db", "/a/b"])
        text += r.choice(["", "?a=1", "?a=b&c=d", "?__extra__=%7B%22a%22%3A1%7D", "?a=1&a=2", "?x=%5B1%5D&y=2.0&z=" + word(r)])
    elif shape < 0.75:
        text = r.choice(WORDS + [""]) + r.choice(["://", "://", "://", ":", "", "//", ":/"])
        text += "".join(r.choice(PIECES) for _ in range(r.randrange(1, 10)))
    elif shape < 0.85:
        text = r.choice(WORDS) + "://" + r.choice(WORDS) + "://" + "".join(r.choice(PIECES) for _ in range(r.randrange(6)))
    elif shape < 0.95:
        text = r.choice(WORDS) + "://" + word(r) + ":" + word(r) + "@" + word(r) + "/" + word(r) + "?" + word(r, 20)
    else:
        text = word(r, 30)
    if r.random() < 0.1 and text:
        at = r.randrange(len(text))
        text = text[:at] + r.choice(PIECES) + text[at:]
    return text


def value(r, depth=0):
    kind = r.random()
    if kind < 0.35:
        return json.dumps(r.choice(["h", "u", "p%40", "5432", " 5432 ", "5_432", "abc", "", "postgresql", "google-x", "mysql://u:p@h/db",
                                    "{\"a\": 1}", "[1]", "x://y", "0", "\uff18\uff10", word(r), word(r)]),
                          ensure_ascii=r.random() < 0.5)
    if kind < 0.55:
        return r.choice(["0", "1", "5432", "-1", "99999", "1.5", "5432.9", "1e3", "1e400", "-0", "-0.0", "0.0", "1E-7", "123456789012345678901234567890",
                         "1e22", "1.7976931348623157e308", "0.1", "1e16", "123456789.125"])
    if kind < 0.551:
        return r.choice(["9" * 4300, "9" * 4301])
    if kind < 0.75:
        return r.choice(["null", "true", "false", "NaN", "Infinity", "-Infinity"])
    if depth > 3:
        return "[]"
    if kind < 0.87:
        return "[" + ", ".join(value(r, depth + 1) for _ in range(r.randrange(4))) + "]"
    return "{" + ", ".join(key(r) + ": " + value(r, depth + 1) for _ in range(r.randrange(4))) + "}"


def key(r):
    return json.dumps(r.choice(KEYS + ["a", "b", "-", "://", word(r)]), ensure_ascii=r.random() < 0.5)


GOOD = {"conn_type": ['"mysql"', '"postgresql"', '"a-b"', '"HTTP"', "null", '""'], "host": ['"h"', "null", '"H:1"', '"http://h"'],
        "login": ['"u"', "null", '""'], "password": ['"p"', '"p%40"', '""', "null"], "schema": ['"s"', '"a/b"', '""'],
        "port": ["1", '"1"', "null", "0", '""', "true", "65536", '" 7_0 "'], "description": ['"d"', "5"],
        "extra": ['{"a": 1}', '"{\\"a\\": 1}"', "{}", '""', '"x"', '"[1]"', "[1, 2.0]", "null", "5", '{"a": "1"}', '"5"', '"null"'],
        "uri": ['"mysql://u:p@h:1/db?a=1"', "null", '""', '"x"', '"http://u:p/q@h"', "5", "[]", "[1]", "{}", "false"]}


def obj(r):
    shape = r.random()
    members = []
    if shape < 0.5:
        for name in r.sample(KEYS[:8], r.randrange(8)) + (["uri"] if r.random() < 0.08 else []):
            members.append((name, r.choice(GOOD[name]) if r.random() < 0.9 else value(r)))
        if r.random() < 0.15:
            members.append((r.choice(ODD_KEYS), value(r)))
    elif shape < 0.6:
        members.append(("uri", r.choice(GOOD["uri"]) if r.random() < 0.5 else json.dumps(uri(r))))
        if r.random() < 0.4:
            name = r.choice(KEYS[:8])
            members.append((name, r.choice(GOOD[name])))
    else:
        for _ in range(r.randrange(6)):
            members.append((r.choice(KEYS if r.random() < 0.8 else ODD_KEYS), value(r)))
    r.shuffle(members)
    text = "{" + r.choice([", ", ",", " ,\n"]).join(json.dumps(k, ensure_ascii=r.random() < 0.8) + r.choice([": ", ":"]) + v for k, v in members) + "}"
    broken = r.random()
    if broken < 0.08 and len(text) > 1:
        at = r.randrange(1, len(text))
        text = text[:at] + r.choice(['"', ",", "}", "'", "\\", "\n", "//c", "x", "\\u12", "\x01", "[", ""]) + text[at + r.randrange(2):]
    elif broken < 0.14:
        text = r.choice([" ", "\n", "\ufeff", "\x0b", "\u3000", "[", '"', "x"]) + text + r.choice(["", " ", "]", '"', "\x0b"])
    return text


def has_surrogate(text):
    try:
        json.dumps(json.loads(text.strip()), ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return True
    except ValueError:
        pass
    return False


def values(uris, objects, seed):
    r = random.Random(seed)
    seen = set()
    for make, count in ((uri, uris), (obj, objects)):
        made = 0
        while made < count:
            text = make(r)
            if text and text not in seen and not has_surrogate(text):
                seen.add(text)
                made += 1
                print(json.dumps({"value": text}))


def show(field):
    """Text as it is, other values as JSON text: the twin keeps them as written."""
    if field is None or isinstance(field, str):
        return field
    return json.dumps(field)


def run(name, path):
    import logging
    import os
    import tempfile
    import warnings

    out, sys.stdout = sys.stdout, sys.stderr
    warnings.simplefilter("ignore")
    os.environ["AIRFLOW_HOME"] = tempfile.mkdtemp()
    logging.disable(logging.CRITICAL)
    if name.startswith("sdk"):
        from airflow.sdk.definitions.connection import Connection
    else:
        from airflow.models.connection import Connection
    logging.disable(logging.CRITICAL)
    if name.endswith("_sm"):
        from airflow.providers.amazon.aws.secrets.secrets_manager import SecretsManagerBackend

        backend = SecretsManagerBackend(extra_conn_words={"user": ["usr"]})
        backend._get_secret = lambda *args, **kwargs: backend.text
    else:
        from airflow.secrets.environment_variables import EnvironmentVariablesBackend

        backend = EnvironmentVariablesBackend()
        backend.get_conn_value = lambda conn_id, team_name=None: backend.text
    if hasattr(backend, "_set_connection_class"):
        backend._set_connection_class(Connection)
    for line in open(path):
        backend.text = json.loads(line)["value"]
        result = {}
        try:
            # Python 3.11 and earlier call a keyword that is given twice a TypeError, but a KeyError while
            # another exception is being handled; conn-cases.json was recorded in that state.
            try:
                raise LookupError
            except LookupError:
                connection = backend.get_connection("some_id")
            try:
                connection.get_uri()
                for field in KEYS[:8]:
                    found = show(getattr(connection, field))
                    if found is not None:
                        result[field] = found
            except Exception as error:
                result = {"error_at_get_uri": type(error).__name__}
        except Exception as error:
            result = {"error": type(error).__name__}
        print(json.dumps(result), file=out)


def join(path, *results):
    columns = []
    for result in results:
        name = result.rsplit("/", 1)[-1].removesuffix(".jsonl")
        columns.append((name, open(result)))
    for line in open(path):
        case = {"value": json.loads(line)["value"], "results": []}
        for name, lines in columns:
            result = json.loads(next(lines))
            for known in case["results"]:
                if {k: v for k, v in known.items() if k != "in"} == result:
                    known["in"].append(name)
                    break
            else:
                case["results"].append({"in": [name], **result})
        print(json.dumps(case, separators=(",", ":")))


if __name__ == "__main__":
    command, *rest = sys.argv[1:]
    if command == "values":
        values(*map(int, rest))
    else:
        {"run": run, "join": join}[command](*rest)
