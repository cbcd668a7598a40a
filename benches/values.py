"""Values of Airflow's own chart, of any size."""

FORMS = ("variables", "other workloads")

HEAD = """airflowVersion: 3.1.0
executor: CeleryExecutor
config:
  core:
    parallelism: '32'
env:
  - name: AIRFLOW_VAR_FIRST
    value: first
"""


def variable(index):
    """One more variable of Airflow."""
    return f'  - name: AIRFLOW_VAR_KEY_{index}\n    value: "value number {index}"\n'


def workload(index):
    """What other charts take."""
    return f"""  workload-{index}:
    # what it is for
    image: registry.example.com/team/service:{index}
    replicas: {index % 5}
    resources: {{limits: {{cpu: 100m, memory: 128Mi}}}}
    args: ["--port", '8080']
"""


def write(path, size, form="variables"):
    """A file of about `size` bytes: variables of Airflow and nothing else, or what other charts take beside one of them."""
    one = variable if form == "variables" else workload
    with open(path, "w", encoding="utf-8", buffering=1 << 20) as out:
        written = out.write(HEAD)
        if form != "variables":
            written += out.write("workloads:\n")
        index = 0
        while written < size:
            written += out.write(one(index))
            index += 1
