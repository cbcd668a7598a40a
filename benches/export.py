"""Exports of any size: as the AWS CLI writes them, as people rewrite those, and as Airflow writes its own."""

import datetime
import json
import urllib.parse

DAY = datetime.datetime(2024, 1, 1, 8, 30, 0, 123000, tzinfo=datetime.timezone.utc)


def uri(index, port):
    """Two thirds: URIs of several types, with escapes in passwords, and with queries."""
    host = f"db-{index}.internal.example"
    password = f"pw-{index:08d}"
    return (
        lambda: f"postgres://loader:{password}@{host}:{port}/dwh?sslmode=require",
        lambda: f"mysql://etl:{password}%40%2F@{host}:{port}/sales",
        lambda: f"ssh://deploy:{password}%3A%23x@{host}:{port}/?key_file=/home/etl/.ssh/id_ed25519",
        lambda: f"mssql://sa:{password}@{host}:{port}/crm",
        lambda: f"aws://AKIA{index:016d}:{password}%2Fa%2Bb@/?region_name=eu-west-1",
        lambda: f"redis://:{password}@{host}:{port}/0",
        lambda: f"snowflake://svc:{password}%21%24@/core?account=ab{index % 977}&warehouse=load&role=etl",
    )[0 if port == "none" else index % 7]()


def document(index, port):
    """One third: JSON, with and without extra, which may be an object or the text of one."""
    fields = {
        "conn_type": ("postgres", "mysql", "http", "aws", "smtp")[index // 3 % 5],
        "host": f"db-{index}.internal.example",
        "login": "loader",
        "password": f"pw-{index:08d}" + ("\\\"é" if index % 30 == 0 else "/@:#"),
        "port": port if port == "none" or index % 2 else int(port),
        "schema": "dwh",
    }
    if fields["conn_type"] == "http":
        fields["schema"] = "https"
    extra = {
        "postgres": {"sslmode": "require", "keepalives_idle": 30},
        "mysql": {"charset": "utf8mb4", "local_infile": True},
        "http": {"timeout": 30, "verify": False},
        "aws": {"region_name": "eu-west-1", "role_arn": f"arn:aws:iam::123456789012:role/etl-{index % 40}"},
        "smtp": {"disable_ssl": False, "timeout": 30},
    }[fields["conn_type"]]
    if index % 4 == 1:
        fields["extra"] = extra
    elif index % 4 == 2:
        fields["extra"] = json.dumps(extra)
    return json.dumps(fields, ensure_ascii=index % 2 == 0)


def value(index, faults=1000):
    """A connection; one in `faults` is faulty, none if that is 0."""
    is_faulty = faults > 0 and index % faults == faults - 1
    port = "none" if is_faulty else str(1024 + index % 40000)
    return document(index, port) if index % 3 == 0 else uri(index, port)


def name_of(index):
    """The name in a store."""
    return f"airflow/connections/team-{index % 23}/service_{index:07d}"


def entry(index, form, faults=1000):
    """The fields of one entry, and their JSON text without blanks around it."""
    name = name_of(index)
    date = (DAY + datetime.timedelta(minutes=index)).isoformat()
    if form.startswith("ssm"):
        return [
            ("Name", f'"/{name}"'),
            ("Type", '"SecureString"'),
            ("Value", json.dumps(value(index, faults), ensure_ascii=False)),
            ("Version", str(1 + index % 7)),
            ("LastModifiedDate", f'"{date}"'),
            ("ARN", f'"arn:aws:ssm:eu-west-1:123456789012:parameter/{name}"'),
            ("DataType", '"text"'),
        ]
    suffix = f"{(index * 2654435761) % 2**32:08x}"[:6]
    version = f"{index:08x}-1f2e-4d3c-8b4a-{index * 7919 % 2**48:012x}"
    return [
        ("ARN", f'"arn:aws:secretsmanager:eu-west-1:123456789012:secret:{name}-{suffix}"'),
        ("Name", f'"{name}"'),
        ("VersionId", f'"{version}"'),
        ("SecretString", json.dumps(value(index, faults), ensure_ascii=False)),
        ("VersionStages", ["AWSCURRENT"]),
        ("CreatedDate", f'"{date}"'),
    ]


def pair(index, faults):
    """Name and value of a parameter, as JSON."""
    return f'"/{name_of(index)}"', json.dumps(value(index, faults), ensure_ascii=False)


def answer(out, count, form, faults):
    """`aws ssm get-parameters-by-path` or `aws secretsmanager batch-get-secret-value`, with the
    indentation of the AWS CLI, or on one line as `jq -c` leaves it."""
    pretty = form.endswith("pretty")
    key = "Parameters" if form.startswith("ssm") else "SecretValues"
    line, colon = ("\n", ": ") if pretty else ("", ":")
    indent = (lambda depth: " " * 4 * depth) if pretty else (lambda depth: "")
    out.write(f'{{{line}{indent(1)}"{key}"{colon}[{line}')
    for index in range(count):
        parts = []
        for name, text in entry(index, form, faults):
            if isinstance(text, list):
                items = f",{line}".join(f'{indent(4)}"{item}"' for item in text)
                text = f"[{line}{items}{line}{indent(3)}]"
            parts.append(f'{indent(3)}"{name}"{colon}{text}')
        body = f",{line}".join(parts)
        comma = "," if index + 1 < count else ""
        out.write(f"{indent(2)}{{{line}{body}{line}{indent(2)}}}{comma}{line}")
    more = f',{line}{indent(1)}"Errors"{colon}[]' if key == "SecretValues" else ""
    out.write(f"{indent(1)}]{more}{line}}}\n")


def flat_map(out, count, _form, faults):
    """`jq -c '.Parameters | map({(.Name): .Value}) | add'`"""
    for index in range(count):
        out.write(("," if index else "{") + ":".join(pair(index, faults)))
    out.write("}\n")


def pairs(out, count, _form, faults):
    """`--query 'Parameters[*].[Name,Value]'`, and `jq -c`"""
    for index in range(count):
        out.write(f"{',' if index else '['}[{','.join(pair(index, faults))}]")
    out.write("]\n")


def lines(out, count, _form, faults):
    """`jq -c '.Parameters[] | {Name, Type, Value}'`"""
    for index in range(count):
        name, text = pair(index, faults)
        out.write(f'{{"Name":{name},"Type":"SecureString","Value":{text}}}\n')


def columns(index, faults):
    """The connection as Airflow's database holds it: the port is a number, `extra` a text."""
    text = value(index, faults)
    if index % 3 == 0:
        told = json.loads(text)
        extra = told.get("extra")
        told["extra"] = json.dumps(extra) if isinstance(extra, dict) else extra
    else:
        uri_parts = urllib.parse.urlsplit(text)
        host, _, port = uri_parts.netloc.rpartition("@")[2].partition(":")
        told = {
            "conn_type": uri_parts.scheme,
            "login": uri_parts.username,
            "password": urllib.parse.unquote(uri_parts.password),
            "host": host,
            "port": port or None,
            "schema": uri_parts.path[1:],
            "extra": json.dumps(dict(urllib.parse.parse_qsl(uri_parts.query))) if uri_parts.query else None,
        }
    if told["port"] not in (None, "none"):
        told["port"] = int(told["port"])
    keys = ("conn_type", "description", "login", "password", "host", "port", "schema", "extra")
    return {key: told.get(key) for key in keys}


def variable(index, faults):
    """Texts, numbers and objects, and texts with a description. One in `faults` ends with a line break, as `echo`
    leaves it."""
    text = f"s3://landing-{index % 40}/orders/{index:07d}"
    if faults > 0 and index % faults == faults - 1:
        return text + "\n"
    return (
        lambda: text,
        lambda: index,
        lambda: {"bucket": f"landing-{index % 40}", "retries": index % 5, "tables": [f"orders_{index}", "items"]},
        lambda: {"description": "where the orders lie", "value": text},
    )[index % 4]()


def own(out, count, form, faults):
    """`airflow connections export` and `airflow variables export`: by id, and without a line break at the end."""
    one, indent = (columns, 2) if form.startswith("connections") else (variable, 4)
    line = "\n" + " " * indent
    for index in range(count):
        text = json.dumps(one(index, faults), indent=indent).replace("\n", line)
        out.write(f'{"," if index else "{"}{line}"service_{index:07d}": {text}')
    out.write("\n}")


# What writes a form, and the name of the file: that of variables tells what it is, and nothing in it does.
FORMS = {
    "ssm pretty": (answer, "export.json"),
    "ssm compact": (answer, "export.json"),
    "secrets manager pretty": (answer, "export.json"),
    "secrets manager compact": (answer, "export.json"),
    "flat map": (flat_map, "export.json"),
    "pairs": (pairs, "export.json"),
    "lines": (lines, "export.jsonl"),
    "connections export": (own, "export.json"),
    "variables export": (own, "variables.json"),
}


def write(path, count, form="ssm pretty", faults=1000):
    """An export of `count` entries."""
    writer, _ = FORMS[form]
    with open(path, "w", encoding="utf-8", buffering=1 << 20) as out:
        writer(out, count, form, faults)
