"""Runs whole local secrets files in YAML through a real Airflow.

    python make_local_files.py run core_3_3_2 > a.json     (with that release's Python, once for each release)
    python make_local_files.py join a.json b.json … > local-files.json

Each case is the text of a file for LocalFilesystemBackend. `connections`: what load_connections_dict makes of it, the fields of
each connection or the exception; `variables`: the same of load_variables, texts as they are and other values as Python shows them.
"""

import json
import os
import sys
import tempfile

FILES = [
    "", "\n", "# only\n", "---\n", "text\n", "- a\n", "5\n", "~\n", "{}\n", "[]\n",
    "db: mysql://u:p%40w@h:3306/d?a=1\n", "db: 'mysql://h'\n", 'db: "mysql://h/\\u00e9"\n', "db: |\n  mysql://h/d\n", "db: >-\n  mysql://h/d\n", "db: |-\n  mysql://h/d\n",
    "db: mysql://u:p #x@h\n", "db: mysql://u:p#x@h\n", "db: mysql://h?a=b: c\n", "db: mysql://h?a=b:c\n", "db: {\"conn_type\": \"mysql\", \"host\": \"h\"}\n",
    "db: '{\"conn_type\": \"mysql\"}'\n", "db: {conn_type: mysql, host: h, port: 3306}\n", "db:\n  conn_type: mysql\n  host: h\n  port: 3306\n",
    "db:\n  conn_type: mysql\n  port: '3306'\n", "db:\n  conn_type: mysql\n  port: 0xCEA\n", "db:\n  conn_type: mysql\n  port: 33_06\n", "db:\n  conn_type: mysql\n  port: 33:06\n",
    "db:\n  conn_type: mysql\n  password: 0123\n", "db:\n  conn_type: mysql\n  password: no\n", "db:\n  conn_type: mysql\n  password: '0123'\n", "db:\n  conn_type: mysql\n  login: 1e3\n",
    "db:\n  conn_type: mysql\n  password: 1.5\n", "db:\n  conn_type: mysql\n  password: ~\n", "db:\n  conn_type: mysql\n  password:\n", "db:\n  conn_type: mysql\n  password: yes\n",
    "db:\n  conn_type: mysql\n  schema: 2024-01-31\n", "db: 2024-01-31\n", "db: 2024-13-31\n", "db: 5\n", "db: 1.5\n", "db: true\n", "db:\n", "db: ~\n", "db: .nan\n", "db: 0x1F\n", "db: [mysql://h]\n",
    "db: [mysql://h, mysql://i]\n", "db: []\n", "db:\n- mysql://h\n", "db:\n  - conn_type: mysql\n", "db: [5]\n", "db: [[mysql://h]]\n", "db: [2024-01-31]\n",
    "1: mysql://h\n", "yes: mysql://h\n", "~: mysql://h\n", "1.5: mysql://h\n", "2024-01-31: mysql://h\n", "'1': mysql://h\n", "? a\n: mysql://h\n", "? [a]\n: mysql://h\n", "{a: b}: mysql://h\n", "1: mysql://h\ndb: mysql://i\n",
    "1: {conn_type: mysql}\n", "db: {conn_type: mysql, 1: a}\n", "db: {conn_type: mysql, on: a}\n", "=: mysql://h\n", "db: =\n", "db: <<\n",
    "db: !Ref x\n", "!Ref\ndb: mysql://h\n", "db: !!str 5\n", "db: !!binary aGk=\n", "db: !!python/object:os.system x\n", "db: !!int '5'\n", "db: !!int abc\n", "db: !!bool maybe\n", "db: !!set {a}\n", "db: !!map {conn_type: mysql}\n", "db: ! 5\n", "db: !!float abc\n", "db: !!null x\n", "db: !!timestamp x\n",
    "db: mysql://h\n---\nother: mysql://i\n", "---\ndb: mysql://h\n", "---\ndb: mysql://h\n...\n", "db: mysql://h\n---\n", "%YAML 1.1\n---\ndb: mysql://h\n", "%YAML 1.2\n---\ndb: mysql://h\n", "%YAML 2.0\n---\ndb: mysql://h\n",
    "db: mysql://h\ndb: mysql://i\n", "db: {conn_type: a, conn_type: b}\n", "db: {conn_type: mysql, host: a, host: b}\n",
    "base: &base {conn_type: mysql, host: h}\ndb: *base\n", "base: &base {conn_type: mysql, host: h}\ndb:\n  <<: *base\n  host: i\n", "db:\n  <<: {conn_type: mysql}\n", "db:\n  <<: 5\n", "db: *nope\n", "db: &db [*db]\n", "<<: {db: mysql://h}\nother: mysql://i\n",
    "db: &x mysql://h\nother: *x\n", "db: {conn_type: mysql, extra: {a: 1, b: [x, ~]}}\n", "db: {conn_type: mysql, extra_dejson: {a: 1}}\n", "db: {conn_type: mysql, extra: '{\"a\": 1}'}\n", "db: {conn_type: mysql, extra: |\n {\"a\": 1}\n }\n",
    "db:\n  conn_type: mysql\n  extra: |\n    {\"a\": 1,\n     \"b\": \"c\"}\n", "db:\n  conn_type: mysql\n  extra: >\n    {\"a\": 1,\n     \"b\": \"c\"}\n", "db: {conn_type: mysql, extra: {1: a}}\n", "db: {conn_type: mysql, extra: {a: 2024-01-31}}\n", "db: {conn_type: mysql, extra_dejson: {1: a, yes: b}}\n", "db: {conn_type: mysql, extra_dejson: {a: 2024-01-31}}\n",
    "db: {conn_type: mysql, user: u}\n", "db: {conn_type: mysql, conn_id: db}\n", "db: {conn_type: mysql, conn_id: other}\n", "db: {uri: 'mysql://h'}\n", "db: {uri: mysql://h}\n", "db: {uri: 'mysql://h', host: i}\n",
    "db:\n\tconn_type: mysql\n", "db:\tmysql://h\n", "db: mysql://h\t# note\n", "db: mysql://h\n bad\n", "db: [mysql://h\n", "db: 'mysql://h\n", "db: \"mysql://h\\q\"\n", "db: {{ uri }}\n", "db: '{{ uri }}'\n", "{% if x %}\ndb: mysql://h\n{% endif %}\n", "db: @mysql\n", "db: `mysql`\n", "db: %mysql\n", "db: &mysql\n", "db: \"mysql://h\\ud83d\\ude00\"\n",
    "\ufeffdb: mysql://h\n", "db: mysql://h\r\nother: mysql://i\r\n", "db: mysql://é\n", "é: mysql://h\n", "a b: mysql://h\n", "a/b: mysql://h\n", "'': mysql://h\n", "db: ''\n", "db: \"\"\n", "db: ' mysql://h'\n", "db: \"mysql://h \"\n", "db: 'mysql://u:p''w@h'\n", "db: mysql://u:p'w@h\n",
    "key: value\n", "key: 'true'\n", "key: true\n", "key: 12:30:45\n", "key: 0123\n", "key: {a: 1}\n", "key: [a]\n", "key: [a, b]\n", "key: []\n", "key: |\n  a\n  b\n", "key: {value: a, description: b}\n", "key: a # b\n", "key: a#b\n", "key: \"a\\nb\"\n", "key:\n  - a: 1\n",
    "a: &x mysql://h\nb: &x mysql://i\n", "db: &x {conn_type: mysql, extra: &x {}}\n", "db: !!omap [a: b]\n", "db: !!omap {a: b}\n", "db: 0b_\n", "db: !!str [a]\n", "db: !!null [x]\n", "db: !!int ''\n", "2024-13-01: mysql://h\n",
    "db: 2024-01-31 25:00:00\n", "db: {conn_type: mysql, description: 2024-13-01}\n", "a: &x {conn_type: mysql, conn_id: b}\nb: *x\n", "a: [&x {conn_type: mysql}]\nb: [*x]\n", "x: {conn_type: http, extra: &e {a: b}}\ny: {conn_type: http, extra: *e}\n",
    "db: {conn_type: mysql, login: !!str 5, password: '5', port: !!str 5}\n", "db: \u2028mysql://h\n", "db: \x07\n", "db: 'mysql://h\n\n  /d'\n", "db: mysql://h # note\n# more\n", "%YAML 1.1\n%YAML 1.1\n---\ndb: mysql://h\n", "db: mysql://h\n...\ndb: mysql://i\n",
    "'db': mysql://h\n\"db\": mysql://i\n", "db: mysql://h\n!!str db: mysql://i\n", "a: {conn_type: mysql}\na: {conn_type: http}\n",
]


def shown(value):
    return value if isinstance(value, str) else {"other": type(value).__name__}


def loaded(load, path, show):
    try:
        made = load(path)
        return {"loaded": [[key if isinstance(key, str) else shown(key), show(value)] for key, value in made.items()]}
    except RecursionError:
        return {"raises": "RecursionError"}
    except Exception as e:
        return {"raises": type(e).__name__}


def connection(conn):
    try:
        conn.get_uri()
    except RecursionError:
        return {"raises_at_get_uri": "RecursionError"}
    except Exception as e:
        return {"raises_at_get_uri": type(e).__name__}
    fields = {}
    for field in ["conn_type", "description", "host", "login", "password", "schema", "port", "extra"]:
        value = getattr(conn, field)
        if value is not None:
            fields[field] = value if isinstance(value, str) else json.dumps(value, default=lambda value: type(value).__name__)
    return fields


def run(name):
    home = tempfile.mkdtemp()
    os.environ["AIRFLOW_HOME"] = home
    from airflow.secrets.local_filesystem import load_connections_dict, load_variables

    out = []
    for text in FILES:
        path = os.path.join(home, "file.yaml")
        with open(path, "w", encoding="utf-8", newline="") as f:
            f.write(text)
        out.append({"connections": loaded(load_connections_dict, path, connection), "variables": loaded(load_variables, path, shown)})
    print("\n" + json.dumps({"name": name, "results": out}))


def main():
    if sys.argv[1] == "run":
        run(sys.argv[2])
    else:
        runs = [json.loads(open(path).read().splitlines()[-1]) for path in sys.argv[2:]]
        cases = [{"text": text, **{r["name"]: r["results"][at] for r in runs}} for at, text in enumerate(FILES)]
        print("[\n" + ",\n".join(json.dumps(case, sort_keys=True) for case in cases) + "\n]")


main()
