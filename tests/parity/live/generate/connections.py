"""Connection values: what people store, with the mistakes they make, and texts that lie at the edges.

`values(count, seed)` yields distinct texts. A third comes from the makers of the committed goldens
(`make_connections.py`, `make_roundtrips.py`), the rest is made here.
"""

import json
import random
import sys
from pathlib import Path
from urllib.parse import quote

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import make_connections as edges  # noqa: E402
import make_roundtrips as people  # noqa: E402

FIELDS = ["conn_type", "description", "host", "login", "password", "schema", "port", "extra"]
ALIASES = ["user", "username", "user_name", "pass", "key", "remote_host", "server", "database", "conn_id", "connection_type", "engine",
           "usr", "uri", "dbname", "team_id", "team_name", "User", "endpoint", "extra_dejson", "id", "is_encrypted"]
# Single characters and pieces that a slip of the hand, an editor or a shell puts anywhere.
SLIPS = ["/", "?", "#", "@", ":", "%", "&", "=", "+", " ", "\t", "\n", "\r\n", "'", '"', "\\", "[", "]", "{", "}", ",", ";", "$", "!", "<", ">", "|",
         "%2F", "%40", "%3A", "%25", "%00", "%0a", "%E9", "%C3%A9", "%ED%A0%80", "%F0%9F%94%91", "%e2%82%ac", "%u00e9", "://", "//", "\x00", "\x0b", "\x0c", "\x1f",
         "\x7f", "\x85", "\u00a0", "\u00ad", "\u00e9", "e\u0301", "\u0130", "\u0131", "\u017f", "\u03a3", "\u1e9e", "\u2028", "\u2100", "\u2488", "\u3002", "\u200b", "\ufeff", "\uff0e", "\uff0f",
         "\uff1a", "\uff03", "\uff20", "\ufffd", "\U0001f511", "\U000e0001", "\u202e", "0", "9", "_", "-", ".", "*", "(", ")", "~", "^", "`"]
TEXTS = ["", " ", "x", "db.example.com", "10.0.0.5", "2001:db8::1", "etl", "tig/er@7", "p%40ss", "a+b c", "na\u00efve", "\u00e9\u0301", "\U0001f511", "true", "null", "5432", "-1",
         "1e5", "NaN", "{}", "[]", '{"a": 1}', "x" * 300, "\ufeff", "\u00a0x\u00a0", "a\nb", "a\tb", "\\", '"', "'", "https://h:443/p", "mysql://u:p@h/d", "a://b://c"]
NUMBERS = ["0", "-0", "1", "22", "443", "5432", "65535", "65536", "-5432", "2147483648", "9223372036854775808", "1" * 30, "1.0", "5432.0", "5432.5", "0.1", "1e2", "1E+3",
           "1e-7", "1e16", "1.5e300", "1e999", "-1e999", "0.30000000000000004", "123456789012345.678", "5e-324", "1e23", "9007199254740993.0", "100000000000000000000000.0"]
CONSTANTS = ["true", "false", "null", "NaN", "Infinity", "-Infinity"]
SPACES = ["", "", "", " ", "\n", "\t", " \r\n ", "\n  "]


def text(r):
    if r.random() < 0.6:
        return r.choice(TEXTS)
    return "".join(r.choice(SLIPS) if r.random() < 0.3 else r.choice(people.LETTERS) for _ in range(r.randrange(14)))


def string(r, value=None):
    """A JSON string, in one of the ways in which the same text can be written."""
    value = text(r) if value is None else value
    written = json.dumps(value, ensure_ascii=r.random() < 0.5)
    if r.random() < 0.1:
        written = "".join(f"\\u{ord(c):04{r.choice('xX')}}" if c.isalnum() and c.isascii() and r.random() < 0.4 else c for c in written) if "\\" not in written else written
    if r.random() < 0.1:
        written = written.replace("/", "\\/")
    return written


def value(r, depth=0):
    kind = r.random()
    if kind < 0.5 or depth > 4:
        return string(r)
    if kind < 0.65:
        return r.choice(NUMBERS)
    if kind < 0.75:
        return r.choice(CONSTANTS)
    space = r.choice(SPACES)
    if kind < 0.85:
        return "[" + space + ("," + space).join(value(r, depth + 1) for _ in range(r.randrange(4))) + "]"
    names = [string(r, r.choice(FIELDS + ["a", "region_name", "role_arn", "endpoint_url", "a"])) for _ in range(r.randrange(4))]
    return "{" + space + ("," + space).join(name + ":" + r.choice(SPACES) + value(r, depth + 1) for name in names) + space + "}"


def port(r):
    return r.choice(NUMBERS + CONSTANTS + ['"5432"', '" 5432 "', '"+5432"', '"5_432"', '"0x10"', '"5432.0"', '"1e3"', '"\\u0665"', '"\uff15\uff14"', '"\u00b2"', '"_1"', '"1__0"',
                                          '"\\n5432"', '"0005"', '"-0"', '""', '" "', "[]", "{}", "[5432]", '"' + "9" * 40 + '"', '"\\u00a05432\\u00a0"', '"\u2460"'])


def extra(r):
    inner = value(r)
    return r.choice([inner, json.dumps(inner), json.dumps(inner, ensure_ascii=False), "{" + string(r) + ": " + inner + "}",
                     json.dumps("{" + string(r) + ": " + inner + "}"), string(r), "[" * 3 + inner + "]" * 3])


def member(r, name):
    if name == "port":
        return port(r)
    if name == "extra":
        return extra(r)
    if name == "uri":
        return string(r, uri(r)) if r.random() < 0.8 else value(r)
    if name in ("conn_type", "engine", "connection_type"):
        return string(r, r.choice(people.TYPES + ["postgresql", "google-cloud-platform", "a-b_c", "MySQL", "", "x y", "http"])) if r.random() < 0.85 else value(r)
    return string(r) if r.random() < 0.85 else value(r)


def one_object(r):
    names = r.sample(FIELDS, r.randrange(1, 9))
    chance = r.random()
    if chance < 0.35:
        names += r.sample(ALIASES, r.randrange(1, 4))
    elif chance < 0.45:
        names += [r.choice(FIELDS)] + ["uri"][: r.randrange(2)]
    elif chance < 0.5:
        names = ["uri"] + r.sample(FIELDS, r.randrange(2))
    r.shuffle(names)
    space, colon = r.choice(SPACES), r.choice(SPACES)
    return "{" + space + ("," + space).join(string(r, name) + colon + ":" + colon + member(r, name) for name in names) + space + "}"


def component(r):
    part = text(r)
    return r.choice([part, quote(part, safe=""), quote(part), quote(quote(part, safe=""), safe=""), "".join(f"%{b:02{r.choice('xX')}}" for b in part.encode("utf-8", "replace"))])


def query(r):
    pairs = []
    for _ in range(r.randrange(4)):
        name = r.choice(["a", "a", "region_name", "endpoint_url", "sslmode", "extra__x__y", "", component(r)])
        pairs.append(name + r.choice(["=", "=", "=", "", "=="]) + r.choice([component(r), quote(value(r)), value(r), r.choice(NUMBERS + CONSTANTS), "http://h", "x%20y", "a+b"]))
    if r.random() < 0.25:
        pairs.insert(r.randrange(len(pairs) + 1), "__extra__=" + r.choice([quote(extra(r)), extra(r), quote("{" + string(r) + ":" + value(r) + "}"), ""]))
    return r.choice(["&", "&", "&", "&&", ";", "&amp;"]).join(pairs)


def uri(r):
    scheme = r.choice(people.TYPES + edges.WORDS + ["postgresql", "google-cloud-platform", "spark-connect", "Http", "x-y-z", "s3+http", "a.b", "3x", "\u00e9"])
    if r.random() < 0.6:
        scheme = scheme.replace("_", "-")
    made = scheme + r.choice(["://"] * 9 + [":", ":/", ":///", "//", " ://"])
    if r.random() < 0.15:
        made += r.choice(["http", "https", "HTTPS", "ssl", scheme, "x_y", "", "a@b", "a:b", "tcp"]) + "://"
    if r.random() < 0.7:
        made += component(r) + r.choice(["", ":" + component(r), ":" + component(r), ":"]) + r.choice(["@"] * 9 + ["@@", "%40"])
    made += r.choice([component(r), "db.example.com", "DB.Example.Com", "10.0.0.5", "[::1]", "[2001:DB8::1%25eth0]", "[::ffff:1.2.3.4]", "[v1.a:b]", "[1.2.3.4]", "[]", "h1,h2", "", "%2Ftmp%2Fsock", "a%2Fb"])
    made += r.choice(["", "", ":5432", ":0", ":", ":65535", ":65536", ":x", ":-1", ":1_0", ": 1", ":\u0665", ":00443", ":5432,h:1"])
    made += r.choice(["", "/", "/" + component(r), "/" + component(r), "//" + component(r), "/a/b", "/db;x=1", "/%2F"])
    if r.random() < 0.5:
        made += "?" + query(r)
    if r.random() < 0.06:
        made += "#" + component(r)
    return made


def slip(r, made):
    """One mistake anywhere in a text."""
    if not made:
        return r.choice(SLIPS)
    at = r.randrange(len(made) + 1)
    kind = r.random()
    if kind < 0.4:
        return made[:at] + r.choice(SLIPS) + made[at:]
    if kind < 0.6:
        return made[:at] + made[at + r.randrange(1, 4):]
    if kind < 0.75:
        return made[:at] + r.choice(SLIPS) + made[at + 1:]
    if kind < 0.85:
        end = min(len(made), at + r.randrange(1, 12))
        return made[:end] + made[at:end] + made[end:]
    if kind < 0.92:
        return made[:at] + made[at:at + 1].swapcase() + made[at + 1:]
    return r.choice(SLIPS) + made if kind < 0.96 else made + r.choice(SLIPS)


def rare(r):
    """What costs time or is excluded: deep nesting, long integers, lone surrogates, long texts."""
    kind = r.randrange(9)
    if kind == 0:
        depth = r.choice([5, 50, 200, 400])
        return '{"conn_type": "x", "extra": ' + r.choice(["[", '{"a":']) * depth
    if kind == 1:
        depth = r.choice([5, 50, 200, 400])
        return '{"conn_type": "x", "extra": {"a": ' + "[" * depth + "]" * depth + "}}"
    if kind == 2:
        digits = r.choice(["9" * 4300, "9" * 4301, "1" * 1000])
        return '{"conn_type": "x", ' + r.choice(['"port": ', '"extra": {"a": ', '"description": ']).replace('{"a": ', '{"a": ') + digits + "}" * 2
    if kind == 3:
        digits = r.choice(["9" * 4300, "9" * 4301, "1" * 1000])
        return '{"conn_type": "x", "' + r.choice(["port", "description", "host"]) + '": ' + r.choice(["", '"']) + digits + "}"
    if kind == 4:
        return '{"conn_type": "x", "' + r.choice(["password", "host", "description"]) + '": "tiger' + r.choice(["\\ud800", "\\udc00", "\\udc00\\ud800"]) + '"}'
    if kind == 5:
        return '{"conn_type": "x", "password": "' + r.choice(["\\ud83d\\udd11", "\\uD83D\\uDD11", "\\ud83d\\u0041"]) + '"}'
    if kind == 6:
        return "mysql://" + "a" * r.choice([64, 300, 5000]) + ":" + "%41" * 500 + "@h/d"
    if kind == 7:
        return "x://h/?" + "&".join(f"k{i}={i}" for i in range(r.choice([10, 500])))
    return r.choice([" ", "\n", "\t\r\n", "\u00a0", "\ufeff", "{", "}", "{}", "[", "null", "://", ":", "@", "?", "#", "/", "a:", "a:b", "a@b", "x://", "{ }", "{\n}", '{"":""}', "\x1c", "\x00"])


def one(r):
    kind = r.random()
    if kind < 0.12:
        return edges.uri(r)
    if kind < 0.24:
        return edges.obj(r)
    if kind < 0.36:
        meant = people.connection(r)
        ways = list(people.right(r, meant)) if r.random() < 0.3 else [*people.wrong_uris(r, meant), *people.wrong_objects(r, meant)]
        made = r.choice(ways)[1]
    elif kind < 0.66:
        made = uri(r)
    elif kind < 0.995:
        made = one_object(r)
    else:
        return rare(r)
    for _ in range(r.choice([0, 0, 0, 1, 1, 2])):
        made = slip(r, made)
    if r.random() < 0.05:
        made = r.choice([" ", "\n", "\t", "\u3000", "\ufeff", "\x1f", "'", '"']) + made + r.choice(["", " ", "\n", "\r\n", "'", '"'])
    return made


def values(count, seed):
    r = random.Random(f"connections {seed}")
    seen = set()
    while len(seen) < count:
        made = one(r)
        if made and made not in seen and not any("\ud800" <= c <= "\udfff" for c in made):
            seen.add(made)
            yield made
