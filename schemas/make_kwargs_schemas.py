#!/usr/bin/env python3
"""Writes schemas/kwargs/<short_name>.schema.json from schemas/data/backends.json.

One flat `properties` per class, for the newest release that the table knows: kwargs which a later
release removed are left in, since what to say about a removed kwarg is not a matter of its type.
Run it from anywhere after a change of the table; a test compares names and types.
"""

import json
from pathlib import Path

SCHEMAS = Path(__file__).resolve().parent
TABLE = SCHEMAS / "data" / "backends.json"
TARGET = SCHEMAS / "kwargs"

# Members of objects that STS itself checks before a request is made (botocore's own model; other
# limits are checked by AWS only).
STS = {
    "RoleSessionName": {"type": "string", "minLength": 2},
    "PolicyArns": {"type": "array", "items": {"type": "object"}},
    "Policy": {"type": "string", "minLength": 1},
    "DurationSeconds": {"type": "integer", "minimum": 900},
    "Tags": {"type": "array", "items": {"type": "object"}},
    "TransitiveTagKeys": {"type": "array", "items": {"type": "string", "minLength": 1}},
    "ExternalId": {"type": "string", "minLength": 2},
    "SerialNumber": {"type": "string", "minLength": 9},
    "TokenCode": {"type": "string", "minLength": 6},
    "SourceIdentity": {"type": "string", "minLength": 2},
    "ProvidedContexts": {"type": "array", "items": {"type": "object"}},
    "ProviderId": {"type": "string", "minLength": 4},
}


def types(names):
    return names[0] if len(names) == 1 else names


def property_of(fact):
    schema = {}
    if fact.get("type"):
        schema["type"] = types(fact["type"])
    if fact.get("note"):
        schema["description"] = fact["note"]
    if fact.get("enum"):
        values = list(fact["enum"])
        if "null" in fact["type"]:
            values.append(None)
        schema["enum"] = values
    if "default" in fact and fact["default"] is not None:
        schema["default"] = fact["default"]
    if fact.get("deprecated_in") or fact.get("removed_in"):
        schema["deprecated"] = True
    if fact.get("sensitive"):
        schema["writeOnly"] = True

    keys = fact.get("object_keys")
    if fact["name"] == "assume_role_kwargs" and isinstance(keys, dict):
        # All methods together; which key belongs to which method depends on assume_role_method.
        names = {"RoleArn"}.union(*keys.values())
        schema["properties"] = {name: STS.get(name, {}) for name in sorted(names)}
        schema["additionalProperties"] = False
    elif fact["name"] == "extra_conn_words":
        # Other keys are AV218's.
        words = {"type": "array", "items": {"type": "string"}}
        schema["properties"] = {name: words for name in keys}
    elif fact["name"] == "assume_role_with_saml":
        enums = fact.get("object_key_enums", {})
        names = fact["object_keys_required"] + fact["object_keys_optional"]
        schema["properties"] = {
            name: {"enum": enums[name]} if name in enums else {} for name in names
        }
        schema["required"] = fact["object_keys_required"]
    if "array" in fact.get("type", []) and "items" not in schema:
        schema["items"] = {"type": "string"}
    return schema


def schema_of(backend):
    extra = backend["accepts_extra_kwargs"]
    properties = {}
    for fact in backend["kwargs"] + extra.get("names", []):
        if isinstance(fact, str):
            properties.setdefault(fact, {})
        else:
            properties.setdefault(fact["name"], property_of(fact))
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:airvane:kwargs:{backend['short_name']}",
        "title": f"backend_kwargs of {backend['class_path'].rsplit('.', 1)[1]}",
        "description": f"{backend['class_path']} of {backend['provider_package']} "
        f"{backend['latest_checked']}",
        "type": "object",
        "properties": properties,
        # False here is what an editor wants; airvane tells unknown names with AV203, not from here.
        "additionalProperties": False,
    }


def main():
    table = json.loads(TABLE.read_text(encoding="utf-8"))
    TARGET.mkdir(exist_ok=True)
    for backend in table["backends"]:
        path = TARGET / f"{backend['short_name']}.schema.json"
        text = json.dumps(schema_of(backend), indent=2, ensure_ascii=False)
        path.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
