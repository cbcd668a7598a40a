"""Runs entries of a local secrets file through a real Airflow.

    python make_local.py values > values.json
    python make_local.py run core_3_3_2 values.json > a.json     (with that release's Python)
    python make_local.py join values.json a.json b.json > local-connections.json

Each value is one entry of a JSON file for LocalFilesystemBackend, loaded by load_connections_dict.
"""

import json
import os
import sys
import tempfile

KEY = "db"
VALUES = [
    '"mysql://u:p%40w@h:3306/d?a=1"', '"postgresql://h/d"', '"google-cloud-platform://?x=1"', '""', '"just text"', '" mysql://h"',
    '"mysql://h/d "', '"{\\"conn_type\\": \\"mysql\\", \\"host\\": \\"h\\"}"', '"{\\"conn_type\\": \\"http\\", \\"host\\": \\"https://h\\"}"',
    '"{\\"a\\": \\"http://x\\", \\"b\\": \\"http://y\\", \\"c\\": \\"http://z\\"}"', '"my_sql://h"', '"mysql://u:p/w@h"', '"mysql://h:x"',
    '"http://https://h"', '"x://h?__extra__=5"', '"[]"', '"5"', '"\'mysql://h\'"',
    '{}', '{"conn_type": "mysql"}', '{"conn_type": "postgresql", "host": "h"}', '{"conn_type": "google-cloud-platform"}',
    '{"conn_type": "a_b", "port": "5432"}', '{"conn_type": "x", "port": 5432}', '{"conn_type": "x", "port": "abc"}',
    '{"conn_type": "x", "port": [1]}', '{"conn_type": "x", "port": 0}', '{"conn_type": "x", "port": 1.5}', '{"conn_type": "x", "port": true}',
    '{"conn_type": 5}', '{"conn_type": ["a"]}', '{"conn_type": false}', '{"conn_type": null, "host": "h"}',
    '{"conn_type": "x", "conn_id": "db"}', '{"conn_type": "x", "conn_id": "other"}', '{"conn_type": "x", "conn_id": 5}',
    '{"conn_type": "x", "user": "u"}', '{"conn_type": "x", "self": 1}', '{"conn_type": "x", "id": 7, "is_encrypted": false}',
    '{"conn_type": "x", "extra": {"a": 1}}', '{"conn_type": "x", "extra": "{\\"a\\": 1}"}', '{"conn_type": "x", "extra": "no"}',
    '{"conn_type": "x", "extra": "[1]"}', '{"conn_type": "x", "extra": [1]}', '{"conn_type": "x", "extra": ""}', '{"conn_type": "x", "extra": null}',
    '{"conn_type": "x", "extra_dejson": {"a": 1}}', '{"conn_type": "x", "extra_dejson": null}', '{"conn_type": "x", "extra_dejson": {}}',
    '{"conn_type": "x", "extra_dejson": {"a": 1}, "extra": null}', '{"conn_type": "x", "extra_dejson": "{}"}',
    '{"uri": "mysql://u:p@h/d"}', '{"uri": "mysql://h", "host": "x"}', '{"uri": "mysql://h", "description": "d"}', '{"uri": "", "host": "x"}',
    '{"uri": "mysql://h", "port": 0}', '{"uri": "mysql://h", "port": "0"}', '{"uri": "mysql://h", "extra_dejson": {}}', '{"uri": "mysql://h", "conn_id": "db"}',
    '{"uri": "mysql://h", "extra_dejson": {"a": 1}}', '{"uri": 5}', '{"uri": "mysql://h:x"}', '{"uri": "mysql://h", "conn_type": ""}',
    '{"conn_type": "x", "password": 5}', '{"conn_type": "x", "password": 0}', '{"conn_type": "x", "password": "p%40"}', '{"conn_type": "x", "password": ["a"]}',
    '{"conn_type": "x", "login": 5}', '{"conn_type": "x", "login": 0}', '{"conn_type": "x", "host": 5}', '{"conn_type": "x", "host": ["a"]}',
    '{"conn_type": "x", "host": 0}', '{"conn_type": "x", "schema": 5}', '{"conn_type": "x", "schema": false}', '{"conn_type": "x", "description": 5}',
    '{"conn_type": "x", "description": {"a": 1}}', '{"conn_type": "x", "team_name": "t"}', '{"conn_type": "x", "team_id": "t"}',
    '{"conn_type": "x", "host": "a", "host": "b"}', '{"conn_type": "x", "port": NaN}', '{"conn_type": "x", "extra": {"a": NaN}}',
    '{"conn_type": null, "description": null, "host": null, "login": null, "password": null, "schema": null, "port": null, "extra": null}',
    '{"conn_type": "mysql", "description": "", "host": "h", "login": "u", "password": "p", "schema": "s", "port": 3306, "extra": "{\\"a\\": \\"b\\"}"}',
    '5', 'null', 'true', '[]', '["mysql://h"]', '[{"conn_type": "x"}]', '["a", "b"]', '[5]', '[["mysql://h"]]',
]


def run(name, values):
    home = tempfile.mkdtemp()
    os.environ["AIRFLOW_HOME"] = home
    from airflow.secrets.local_filesystem import load_connections_dict

    out = []
    for value in values:
        path = os.path.join(home, "connections.json")
        with open(path, "w") as f:
            f.write('{"%s": %s}' % (KEY, value))
        try:
            made = load_connections_dict(path)
        except Exception as e:
            out.append({"raises": type(e).__name__})
            continue
        if KEY not in made:
            out.append({"ignored": True})
            continue
        conn = made[KEY]
        try:
            conn.get_uri()
        except Exception as e:
            out.append({"raises_at_get_uri": type(e).__name__})
            continue
        fields = {}
        for field in ["conn_type", "description", "host", "login", "password", "schema", "port", "extra"]:
            value = getattr(conn, field)
            if value is not None:
                fields[field] = value if isinstance(value, str) else json.dumps(value)
        out.append({"connection": fields})
    json.dump({"name": name, "results": out}, sys.stdout)


def main():
    if sys.argv[1] == "values":
        json.dump(VALUES, sys.stdout)
    elif sys.argv[1] == "run":
        run(sys.argv[2], json.load(open(sys.argv[3])))
    else:
        values = json.load(open(sys.argv[2]))
        runs = [json.load(open(path)) for path in sys.argv[3:]]
        cases = [{"value": value, **{r["name"]: r["results"][at] for r in runs}} for at, value in enumerate(values)]
        print(json.dumps(cases, indent=1, sort_keys=True))


main()
