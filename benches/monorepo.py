"""A repository of many deployments, five files each."""

import export

FILES = 5

CFG = """[core]
executor = CeleryExecutor
dags_folder = /opt/airflow/dags

[logging]
remote_logging = True
remote_log_conn_id = aws_default

[secrets]
backend = airflow.providers.amazon.aws.secrets.systems_manager.SystemsManagerParameterStoreBackend
backend_kwargs = {{"connections_prefix": "/airflow/{team}/connections", "variables_prefix": "/airflow/{team}/variables"}}
"""

COMPOSE = """services:
  scheduler:
    image: apache/airflow:2.{minor}.0
    env_file: .env
    environment:
      AIRFLOW__CORE__LOAD_EXAMPLES: "false"
      AIRFLOW__SCHEDULER__CATCHUP_BY_DEFAULT: "false"
  webserver:
    image: apache/airflow:2.{minor}.0
    env_file: .env
"""

DAG = """from airflow import DAG
from airflow.models import Variable
from airflow.providers.postgres.operators.postgres import PostgresOperator

with DAG("load_{index}", schedule="@daily"):
    bucket = Variable.get("bucket")
    PostgresOperator(task_id="load", postgres_conn_id="service_{index:07d}", sql="select 1")
"""


def env(index):
    """What differs between deployments."""
    lines = [
        f"AIRFLOW_VAR_BUCKET=s3-bucket-{index}",
        f"AIRFLOW_VAR_TEAM=team-{index % 23}",
        f"AIRFLOW_CONN_SERVICE_{index:07d}={export.uri(index, '5432')}",
        "AIRFLOW__CORE__PARALLELISM=32",
        "AIRFLOW__CORE__FERNET_KEY=",
    ]
    return "\n".join(lines) + "\n"


def write(root, count):
    """`count` deployments below `root`."""
    for index in range(count):
        team = f"team-{index % 23}"
        folder = root / "deployments" / team / f"service-{index:04d}"
        (folder / "dags").mkdir(parents=True)
        files = {
            "airflow.cfg": CFG.format(team=team),
            ".env": env(index),
            "docker-compose.yml": COMPOSE.format(minor=7 + index % 5),
            "dags/load.py": DAG.format(index=index),
        }
        for name, text in files.items():
            (folder / name).write_text(text, encoding="utf-8")
        export.write(folder / "export.json", 5)
