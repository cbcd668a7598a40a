"""Whether two answers are the same, and what is left out of the comparison, with the reason."""

import re

from peers import Number, load

FIELDS = ["conn_type", "description", "host", "login", "password", "schema", "port", "extra"]


def extra_of(text):
    """What `list` shows for an `extra` that Airflow holds as `text`."""
    if not text:
        return None
    if not isinstance(text, str):
        return text
    try:
        return load(text)
    except ValueError:
        return {"__unparsed__": text}


def connection_of(fields):
    """The fields of a real connection in the shape in which `list` and `resolve` show them."""
    return encodable({**fields, "extra": extra_of(fields["extra"])})


def encodable(what):
    """A lone surrogate, which no encoding has, is printed as U+FFFD."""
    if isinstance(what, dict):
        return {encodable(name): encodable(value) for name, value in what.items()}
    if isinstance(what, list):
        return [encodable(value) for value in what]
    if isinstance(what, str) and not isinstance(what, Number):
        return re.sub("[\ud800-\udfff]", "\ufffd", what)
    return what


def connection_differences(real, shown):
    """The names of the fields that differ."""
    wanted = connection_of(real)
    shown = shown or {}
    # A description that is not there is not shown.
    shown = {"description": None, **shown}
    return [f"field {name}" for name in FIELDS if name not in shown or wanted[name] != shown[name]]


def same_exception(real, shown):
    """`re.error` is called `error` until Python 3.12; a list holds what Python raises depending on its caller."""
    names = real if isinstance(real, list) else [real]
    return (shown or "").rsplit(".", 1)[-1] in names


SURROGATE = re.compile(r"\\u[dD][89a-fA-F][0-9a-fA-F]{2}")
