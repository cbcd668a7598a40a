"""Makes connections, exports them with the code of `airflow connections export` and reads them again with that of
`LocalFilesystemBackend`: what `airvane list` must say of the file.

    AIRFLOW_HOME=FOLDER python make_connection_exports.py core_3_3_2 2 1 >> fixtures/parity/connection-exports.jsonl

(the release of this Python, exports of each format, seed; the lines that begin with LINE, without that). A line holds
the text of an export, the connections that went into it (`meant`) and, where they are not the same, those that Airflow
reads out of it (`read`), by id.
"""

import json
import pathlib
import random
import sys
import tempfile

from airflow.cli.commands.connection_command import _format_connections
from airflow.models.connection import Connection
from airflow.secrets.local_filesystem import load_connections_dict
from make_roundtrips import connection

FORMATS = {"json": (".json", "json"), "yaml": (".yaml", "json"), "env": (".env", "uri"), "env-json": (".env", "json")}
DESCRIPTIONS = [None, None, "orders, nightly", "päß: 日本 # \"x\"", "two\nlines", " a blank before", "yes", "0123"]
MORE = [{"password": "yes"}, {"host": "0x1F"}, {"login": "1e3"}, {"schema": "null"}, {"password": "'\"\\ %41 #;"},
        {"password": "\u00a0\u2028x"}, {"login": "2001-01-01"}, {"password": "\U0001f600:@/"}, {"host": "~"}, {}, {}, {}]


def fields(conn: Connection) -> dict:
    extra = conn.extra
    return {"conn_type": conn.conn_type, "description": conn.description, "host": conn.host, "login": conn.login,
            "password": conn.password, "schema": conn.schema, "port": conn.port,
            "extra": json.loads(extra) if extra else None}


def main() -> None:
    release, count, seed = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    random_of = random.Random(f"{release} {seed}")
    for word, (suffix, serialization) in FORMATS.items():
        for _ in range(count):
            conns = []
            for number in range(7):
                parts = {**connection(random_of), **random_of.choice(MORE)}
                parts["extra"] = json.dumps(parts["extra"]) if parts["extra"] else None
                parts["description"] = random_of.choice(DESCRIPTIONS)
                conns.append(Connection(conn_id=f"{random_of.choice(['db', 'api', 'Orders', 'a.b', 'x-y'])}_{number}", **parts))
            text = _format_connections(conns, suffix, serialization)
            with tempfile.TemporaryDirectory() as folder:
                path = pathlib.Path(folder, "connections" + suffix)
                path.write_text(text, encoding="utf-8")
                read = {name: fields(conn) for name, conn in load_connections_dict(str(path)).items()}
            meant = {conn.conn_id: fields(conn) for conn in conns}
            line = {"release": release, "format": word, "text": text, "meant": meant}
            if read != meant:
                line["read"] = read
            print("LINE" + json.dumps(line, ensure_ascii=False))


main()
