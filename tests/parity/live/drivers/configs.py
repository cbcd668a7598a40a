"""What this Airflow makes of an airflow.cfg and an environment.

    python configs.py server|task < cases.jsonl > answers.jsonl

Cases and answers are those of `make_configs.py`, whose release is asked here one case at a time.
"""

import os
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))

import make_configs  # noqa: E402


def main(runtime):
    import json

    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    home = tempfile.mkdtemp(prefix="airvane-parity-")
    os.environ["AIRFLOW_HOME"] = home
    release = make_configs.Release(runtime)
    for line in sys.stdin.buffer:
        case = json.loads(line.decode("utf-8"))
        answers.write(json.dumps(release.answer(case, os.path.join(home, "airflow.cfg"))) + "\n")
        answers.flush()


if __name__ == "__main__":
    main(sys.argv[1])
