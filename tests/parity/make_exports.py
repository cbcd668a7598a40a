"""Writes fixtures/exports/aws: what the AWS CLI writes in each of its formats, against a local moto server.

Release 1 of the CLI (`pip install awscli "moto[server]" ruamel.yaml`) writes json, text and table. Only release 2
writes YAML, and it is in no package registry: its formatter is rebuilt here (ruamel.yaml, safe, block style, without
aliases; times in ISO 8601, as release 2 has them), so the YAML files show the style and not more.

Usage: python make_exports.py [FOLDER]
"""

import io
import json
import os
import subprocess
import sys
from pathlib import Path

from moto.server import ThreadedMotoServer
from ruamel.yaml import YAML

PORT = 5987
VALUES = {
    "/airflow/connections/orders": "postgres://etl:hunter2tiger@db.example.com:54x2/orders",
    "/airflow/connections/invoices": '{"conn_type": "postgres", "host": "db.example.com", "extra": {"a": "b"}}',
    "/airflow/variables/stage": "yes",
    "/airflow/variables/lines": "one\ntwo: 'x' \"y\" # z\n",
    "/airflow/variables/number": "0123",
}
SECRETS = [name[1:] for name in VALUES]
COMMANDS = {
    "ssm": ["ssm", "get-parameters-by-path", "--path", "/airflow", "--recursive", "--with-decryption"],
    "sm": ["secretsmanager", "batch-get-secret-value", "--secret-id-list", *SECRETS],
    "one": ["secretsmanager", "get-secret-value", "--secret-id", SECRETS[0]],
}


def aws(*arguments: str) -> str:
    line = ["aws", "--endpoint-url", f"http://127.0.0.1:{PORT}", *arguments]
    return subprocess.run(line, check=True, capture_output=True, text=True).stdout


def as_yaml(answer: object) -> str:
    writer = YAML(typ="safe", pure=True)
    writer.default_flow_style = False
    writer.allow_unicode = True
    writer.representer.ignore_aliases = lambda *_: True
    out = io.StringIO()
    writer.dump(answer, out)
    return out.getvalue()


def with_times(value: object) -> object:
    if isinstance(value, dict):
        time = "2026-11-27T09:08:01.912000+00:00"
        return {key: time if key.endswith("Date") else with_times(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [with_times(item) for item in value]
    return value


def main() -> None:
    root = Path(__file__).parents[2]
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else root / "fixtures" / "exports" / "aws"
    for name, value in {"AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "x", "AWS_DEFAULT_REGION": "eu-west-1"}.items():
        os.environ[name] = value
    server = ThreadedMotoServer(port=PORT)
    server.start()
    for name, value in VALUES.items():
        aws("ssm", "put-parameter", "--name", name, "--type", "SecureString", "--value", value)
        aws("secretsmanager", "create-secret", "--name", name[1:], "--secret-string", value)
    for name, command in COMMANDS.items():
        for form in ["json", "text", "table"]:
            (folder / f"{name}.{form}").write_text(aws(*command, "--output", form))
        answer = with_times(json.loads((folder / f"{name}.json").read_text()))
        (folder / f"{name}.yaml").write_text(as_yaml(answer))
        (folder / f"{name}.stream.yaml").write_text(as_yaml([answer]))
    server.stop()


main()
