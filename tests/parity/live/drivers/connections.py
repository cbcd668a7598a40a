"""What a backend of this Airflow makes of connection values.

    python connections.py server|task < cases.jsonl > answers.jsonl

A case is {"value": text, "reader": "plain" | "sm" | "env", "words": {...} or absent}. The value takes the
backend's own way: `get_connection` of the base class for `plain` and `env`, of the real
SecretsManagerBackend for `sm`, where only the call of AWS is replaced. `get_uri` follows, as it does inside
the `try` of `get_connection_from_secrets` and `_get_connection`.

An answer is {"missing": true}, {"error": name}, or {"connection": fields} with "unusable": name where
get_uri raises. Python 3.11 and earlier raise KeyError instead of TypeError for a keyword that is given twice
while another exception is being handled, so an error may be a list of both names there.
"""

import os
import sys

from process import Process, fields


def main(runtime):
    process = Process(runtime)
    from airflow.secrets.environment_variables import EnvironmentVariablesBackend

    try:
        from airflow.providers.amazon.aws.secrets.secrets_manager import SecretsManagerBackend
    except ImportError:
        SecretsManagerBackend = None
    made = {}

    def backend(case):
        reader, words = case["reader"], case.get("words")
        known = made.get((reader, str(words)))
        if known is None:
            if reader == "sm":
                known = SecretsManagerBackend(**({"extra_conn_words": words} if words else {}))
                known._get_secret = lambda *args, **kwargs: known.text
            else:
                known = EnvironmentVariablesBackend()
                if reader == "plain":
                    known.get_conn_value = lambda conn_id, team_name=None: known.text
            if hasattr(known, "_set_connection_class"):
                known._set_connection_class(process.connection_class())
            made[(reader, str(words))] = known
        return known

    def read(asked, case):
        if case["reader"] == "env":
            os.environ["AIRFLOW_CONN_SOME_ID"] = case["value"]
        else:
            asked.text = case["value"]
        return asked.get_connection("some_id")

    def name_of(error, asked, case):
        name = type(error).__name__
        if name == "TypeError" and sys.version_info < (3, 12):
            try:
                raise LookupError
            except LookupError:
                try:
                    read(asked, case)
                except Exception as other:
                    return name if type(other) is type(error) else sorted([name, type(other).__name__])
        return name

    def answer(case):
        asked = backend(case)
        try:
            connection = read(asked, case)
        except Exception as error:
            return {"error": name_of(error, asked, case)}
        if not connection:
            return {"missing": True}
        said = {"connection": fields(connection)}
        try:
            connection.get_uri()
        except Exception as error:
            said["unusable"] = type(error).__name__
        return said

    process.serve(answer)


if __name__ == "__main__":
    main(sys.argv[1])
