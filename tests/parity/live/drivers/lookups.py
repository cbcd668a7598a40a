"""How this Airflow looks ids up: its own search, the real AWS backends, and moto for AWS.

    python lookups.py server|task < cases.jsonl > answers.jsonl

A case is {"cfg": text, "env": {}, "parameters": {name: value}, "secrets": {name: value}, "ids": ["connection:x", ...],
"team": name or absent}; the value of a secret is a text, or {"binary": text}. `parameters` fills SSM, `secrets` fills
Secrets Manager, in eu-west-1, which is the region of the environment.

Connections and variables go through `get_connection_from_secrets` and `get_variable_from_secrets`, in a task of
Airflow 3 through the Task SDK. `config:ID` reads an option whose `_SECRET` names the id. The metadata database and
the Execution API answer that they have nothing, without being asked.

An answer is {"crash": {"at": "settings" | "backend", "airflow": name}} where `import airflow` would fail, or
{"ids": [{"id", "outcome": "found" | "missing" | "error", "connection" | "value" | "airflow", "steps"}]}. A step is what one
backend was asked and said: {"backend": class, "asked": [names], "outcome": "found" | "missing" | "error", "airflow": name,
"unusable": name of what get_uri raises}.
"""

import functools
import os
import sys

from process import Process, fields

REGION = "eu-west-1"
ACCOUNT = "123456789012"
QUIET = {"MetastoreBackend", "ExecutionAPISecretsBackend"}


def share_clients(backend):
    """A client costs half a second and depends on the arguments of its session alone: equal ones are made once."""
    make = backend.__dict__["client"].func
    clients = {}

    def client(self):
        key = repr((self.kwargs, self.__dict__.get("api_version"), self.__dict__.get("use_ssl")))
        if key not in clients:
            clients[key] = make(self)
        return clients[key]

    backend.client = property(client)


class Lookups:
    def __init__(self, runtime):
        os.environ.update(AWS_ACCESS_KEY_ID="testing", AWS_SECRET_ACCESS_KEY="testing", AWS_DEFAULT_REGION=REGION,
                          AWS_CONFIG_FILE="/nonexistent", AWS_SHARED_CREDENTIALS_FILE="/nonexistent")
        self.process = Process(runtime)
        self.steps = []
        self.asked = []
        self._start_moto()
        self._watch()

    def _start_moto(self):
        try:
            from moto import mock_aws

            self.mocks = [mock_aws()]
        except ImportError:
            from moto import mock_secretsmanager, mock_ssm, mock_sts

            self.mocks = [mock_ssm(), mock_secretsmanager(), mock_sts()]
        for mock in self.mocks:
            mock.start()
        import boto3
        import botocore.client
        from moto.secretsmanager.models import secretsmanager_backends
        from moto.ssm.models import ssm_backends

        self.stores = (ssm_backends[ACCOUNT][REGION], secretsmanager_backends[ACCOUNT][REGION])
        self.ssm = boto3.client("ssm", region_name=REGION)
        self.secretsmanager = boto3.client("secretsmanager", region_name=REGION)
        call = botocore.client.BaseClient._make_api_call
        lookups = self

        def make_api_call(client, operation, parameters):
            if operation in ("GetParameter", "GetSecretValue"):
                lookups.asked.append(parameters.get("Name", parameters.get("SecretId")))
            return call(client, operation, parameters)

        botocore.client.BaseClient._make_api_call = make_api_call

    def _watch(self):
        """Notes what each backend is asked and says; those that stand for a service say nothing."""
        from airflow.providers.amazon.aws.secrets.secrets_manager import SecretsManagerBackend
        from airflow.providers.amazon.aws.secrets.systems_manager import SystemsManagerParameterStoreBackend
        from airflow.secrets.environment_variables import EnvironmentVariablesBackend
        from airflow.secrets.metastore import MetastoreBackend

        share_clients(SecretsManagerBackend)
        share_clients(SystemsManagerParameterStoreBackend)
        watched = [SecretsManagerBackend, SystemsManagerParameterStoreBackend, EnvironmentVariablesBackend, MetastoreBackend]
        if self.process.runtime == "task" and self.process.version >= (3,):
            from airflow.sdk.execution_time.secrets.execution_api import ExecutionAPISecretsBackend

            watched.append(ExecutionAPISecretsBackend)
        for backend in watched:
            for method in ("get_connection", "get_variable", "get_config"):
                setattr(backend, method, self._watched(backend, getattr(backend, method)))

    def _watched(self, backend, method):
        quiet = backend.__name__ in QUIET

        # Keeps the signature, which Airflow 3.2 and later look at.
        @functools.wraps(method)
        def ask(*args, **kwargs):
            if quiet:
                return None
            self.asked = []
            step = {"backend": backend.__name__, "outcome": "missing"}
            try:
                got = method(*args, **kwargs)
            except Exception as error:
                step.update(outcome="error", airflow=type(error).__name__)
                raise
            else:
                is_connection = method.__name__ == "get_connection"
                if got if is_connection else got is not None:
                    step["outcome"] = "found"
                if step["outcome"] == "found" and is_connection:
                    try:
                        got.get_uri()
                    except Exception as error:
                        step["unusable"] = type(error).__name__
                return got
            finally:
                step["asked"] = self.asked
                self.steps.append(step)

        return ask

    def fill(self, case):
        for store in self.stores:
            store.reset()
        for name, value in (case.get("parameters") or {}).items():
            tier = "Advanced" if len(value.encode()) > 4096 else "Standard"
            self.ssm.put_parameter(Name=name, Value=value or "empty", Type="String", Tier=tier)
            if not value:
                self.stores[0]._parameters[name][-1].value = ""
        for name, value in (case.get("secrets") or {}).items():
            if isinstance(value, dict):
                self.secretsmanager.create_secret(Name=name, SecretBinary=value["binary"].encode())
            else:
                self.secretsmanager.create_secret(Name=name, SecretString=value or "empty")
                if not value:
                    for version in self.stores[1].secrets[name].versions.values():
                        version["secret_string"] = ""

    def connection(self, name, team):
        if self.process.runtime == "task" and self.process.version >= (3,):
            from airflow.sdk.execution_time.context import _get_connection

            return _get_connection(name)
        from airflow.models.connection import Connection

        return Connection.get_connection_from_secrets(name, **team)

    def variable(self, name, team):
        if self.process.runtime == "task" and self.process.version >= (3,):
            from airflow.sdk.execution_time.context import _get_variable

            return _get_variable(name, deserialize_json=False)
        from airflow.models.variable import Variable

        return Variable.get_variable_from_secrets(name, **team)

    def option(self, name):
        """What `fernet_key` is when its secret is `name`; None where that is its default."""
        conf = self.process.sdk_conf or self.process.configuration.conf
        os.environ["AIRFLOW__CORE__FERNET_KEY_SECRET"] = name
        try:
            value = conf.get("core", "fernet_key", fallback=None)
        finally:
            del os.environ["AIRFLOW__CORE__FERNET_KEY_SECRET"]
        return None if value == self.default else value

    def ask(self, wanted, case):
        kind, name = wanted.split(":", 1)
        team = {"team_name": case["team"]} if case.get("team") else {}
        self.steps = []
        said = {"id": wanted}
        try:
            if kind == "connection":
                found = self.connection(name, team)
                said.update(outcome="found", connection=fields(found))
            else:
                found = self.variable(name, team) if kind == "variable" else self.option(name)
                said.update({"outcome": "missing"} if found is None else {"outcome": "found", "value": found})
        except Exception as error:
            # A variable that is not there is an AirflowRuntimeError in a task.
            missing = "isn't defined" in str(error) or "VARIABLE_NOT_FOUND" in str(error)
            said.update({"outcome": "missing"} if missing else {"outcome": "error", "airflow": type(error).__name__})
        said["steps"] = self.steps
        return said

    def answer(self, case):
        self.fill(case)
        process = self.process
        try:
            process.configure(case.get("cfg"), case.get("env") or {})
        except Exception as error:
            return {"crash": {"at": "settings", "airflow": type(error).__name__}}
        try:
            # The last lines of airflow/configuration.py.
            process.configuration.secrets_backend_list = process.configuration.initialize_secrets_backends()
        except Exception as error:
            return {"crash": {"at": "backend", "airflow": type(error).__name__}}
        conf = process.sdk_conf or process.configuration.conf
        self.default = conf.get("core", "fernet_key", fallback=None)
        return {"ids": [self.ask(wanted, case) for wanted in case["ids"]]}


if __name__ == "__main__":
    lookups = Lookups(sys.argv[1])
    lookups.process.serve(lookups.answer)
