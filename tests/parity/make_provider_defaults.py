"""Asks a real Airflow for the defaults of options that its providers declare, or that it keeps for them.

    python make_provider_defaults.py server >> provider-defaults.jsonl   (with that release's Python)
    python make_provider_defaults.py task >> provider-defaults.jsonl     (3.2 and later: the Task SDK's own object)

One line: the release, the providers of `schemas/data/provider_options.json` that are installed, and by section and option
what `conf.get` gives (`null`: it raises AirflowConfigException). `bare` is a process that only imports Airflow. Up to 3.1
`loaded` holds what is otherwise once the process has loaded what providers declare, as every `airflow` command does.
Asked is what any release of a provider declares, whether or not it is installed. Needs an AIRFLOW_HOME that may be
written to.
"""

import importlib.metadata as metadata
import json
import logging
import os
import sys
import warnings
from pathlib import Path

TABLE = Path(__file__).resolve().parents[2] / "schemas" / "data" / "provider_options.json"
PREFIX = "apache-airflow-providers-"


def answers(conf, asked):
    found = {}
    for section, option in asked:
        try:
            value = conf.get(section, option)
        except Exception as exception:
            # The Task SDK has a class of its own of that name.
            if type(exception).__name__ != "AirflowConfigException":
                raise
            value = None
        found.setdefault(section, {})[option] = value
    return found


def main(runtime):
    table = json.loads(TABLE.read_text(encoding="utf-8"))
    tables = [table["fallbacks"]] + [provider["options"] for provider in table["providers"].values()]
    asked = sorted({(section, option) for sections in tables for section, options in sections.items() for option in options})
    warnings.simplefilter("ignore")
    os.makedirs(os.environ["AIRFLOW_HOME"], exist_ok=True)
    open(os.path.join(os.environ["AIRFLOW_HOME"], "airflow.cfg"), "a").close()
    import airflow
    from airflow.configuration import conf

    logging.disable(logging.CRITICAL)
    if runtime == "task":
        from airflow.sdk.configuration import conf
    installed = {}
    for name in sorted(table["providers"]):
        try:
            installed[name] = metadata.version(PREFIX + name)
        except metadata.PackageNotFoundError:
            pass
    line = {"airflow": airflow.__version__, "python": "%d.%d" % sys.version_info[:2], "runtime": runtime, "providers": installed}
    line["bare"] = answers(conf, asked)
    if tuple(int(part) for part in airflow.__version__.split(".")[:2]) < (3, 2):
        from airflow.providers_manager import ProvidersManager

        ProvidersManager().initialize_providers_configuration()
        after = answers(conf, asked)
        line["loaded"] = {section: changed for section, options in after.items()
                          if (changed := {option: value for option, value in options.items() if value != line["bare"][section][option]})}
    home = os.environ["AIRFLOW_HOME"]
    print(json.dumps(line, separators=(",", ":")).replace(home, "/opt/airflow"))


if __name__ == "__main__":
    main(sys.argv[1])
