"""What the drivers share: an Airflow process that reads cases from stdin and answers on stdout.

One case is one line of JSON, and so is one answer. The drivers run in the Python of the release
they ask, from 3.8 on, and import nothing of this suite but this file.
"""

import json
import logging
import os
import shutil
import sys
import tempfile
import warnings


class Process:
    """One imported Airflow, as a server (scheduler, API server, command line) or inside a task."""

    def __init__(self, runtime):
        self.runtime = runtime
        self.answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
        # Airflow and the libraries below it print; answers must stand alone on stdout.
        os.dup2(2, 1)
        warnings.simplefilter("ignore")
        self.home = tempfile.mkdtemp(prefix="airvane-parity-")
        os.environ["AIRFLOW_HOME"] = self.home
        import airflow
        from airflow import configuration

        logging.disable(logging.CRITICAL)
        self.configuration = configuration
        self.version = tuple(int(part) for part in airflow.__version__.split(".")[:3])
        self.sdk_conf = None
        cache_description(configuration)
        if runtime == "task" and self.version >= (3,):
            self._enter_task()
        self.environment = dict(os.environ)

    def _enter_task(self):
        """What makes Airflow 3 believe that it runs inside a task; the Execution API knows nothing."""
        from airflow.sdk.exceptions import ErrorType
        from airflow.sdk.execution_time import task_runner
        from airflow.sdk.execution_time.comms import ErrorResponse

        class Supervisor:
            def send(self, message, *args, **kwargs):
                error = ErrorType.VARIABLE_NOT_FOUND if "Variable" in type(message).__name__ else ErrorType.CONNECTION_NOT_FOUND
                return ErrorResponse(error=error)

        task_runner.SUPERVISOR_COMMS = Supervisor()
        try:
            from airflow.sdk import configuration as sdk_configuration

            self.sdk_conf = sdk_configuration.conf
            cache_description(sdk_configuration)
        except ImportError:
            pass

    def connection_class(self):
        """The class that `initialize_secrets_backends` gives to the backends of this process."""
        if self.sdk_conf is not None:
            from airflow.sdk.definitions.connection import Connection
        else:
            from airflow.models.connection import Connection
        return Connection

    def configure(self, cfg, env):
        """Forgets everything that was read, and starts with this airflow.cfg and this environment.

        The configuration object stays the same object, since every module imported it by name.
        Raises what `import airflow` would raise.
        """
        os.environ.clear()
        os.environ.update(self.environment)
        os.environ.update(env)
        path = os.path.join(self.home, "airflow.cfg")
        with open(path, "wb") as file:
            file.write((cfg or "").encode("utf-8"))
        fresh = self.configuration.initialize_config()
        self.configuration.conf.__dict__.clear()
        self.configuration.conf.__dict__.update(fresh.__dict__)
        # Providers read the Task SDK's object in every process, once there is one.
        module = sys.modules.get("airflow.sdk.configuration")
        if module is not None:
            sdk = module.initialize_config()
            module.conf.__dict__.clear()
            module.conf.__dict__.update(sdk.__dict__)
            if hasattr(module, "clear_secrets_backends_cache"):
                module.clear_secrets_backends_cache()

    def serve(self, answer):
        """Answers every case of stdin, in order."""
        for line in sys.stdin.buffer:
            case = json.loads(line.decode("utf-8"))
            try:
                said = answer(case)
            except RecursionError:
                said = {"driver": "RecursionError"}
            self.answers.write(json.dumps(said) + "\n")
            self.answers.flush()
        shutil.rmtree(self.home, ignore_errors=True)


def cache_description(module):
    """Reading config.yml takes most of the time of a new configuration, which does not change what it holds."""
    read = getattr(module, "retrieve_configuration_description", None)
    known = {}

    def retrieve(*args, **kwargs):
        key = (args, tuple(sorted(kwargs.items())))
        if key not in known:
            known[key] = read(*args, **kwargs)
        return known[key]

    if read is not None:
        module.retrieve_configuration_description = retrieve


def fields(connection):
    """The fields of a connection as they are; what JSON cannot say is left to `default`."""
    names = ["conn_type", "description", "host", "login", "password", "schema", "port", "extra"]
    return {name: getattr(connection, name) for name in names}
