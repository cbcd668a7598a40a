#!/usr/bin/env python3
"""Writes fixtures/parity/lookups.jsonl: lookups, and what each release of `requirements/` answered.

    tests/parity/live/make_lookups.py [--venvs DIR] [--count 110] [--seed 1]

The cases of `chosen-lookups.jsonl`, in which both once disagreed, come first; the others are generated.
The first line names the columns; each other line is a case with its answers, equal ones once, beside the numbers of the
columns that gave them. `tests/parity_lookups.rs` compares them with the binary, without Python.
"""

import argparse
import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from generate import lookups  # noqa: E402
from peers import HERE, RELEASES, ROOT, Peer, Release, dump  # noqa: E402

# What only some releases know is made for all: the others ignore it.
NEWEST = (3, 3)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--venvs", default=str(ROOT / "target" / "parity-venvs"))
    parser.add_argument("--count", type=int, default=110)
    parser.add_argument("--seed", default="1")
    args = parser.parse_args()
    lookups.short = True
    chosen = (HERE / "chosen-lookups.jsonl").read_text(encoding="utf-8").splitlines()
    cases = [json.loads(line) for line in chosen] + list(lookups.cases(args.count, f"goldens {args.seed}", NEWEST))
    columns, answers = [], []
    for name in RELEASES:
        release = Release(name, args.venvs)
        release.install()
        # In Airflow 2 every process looks up in the same way.
        for runtime in ["server", "task"] if release.numbers >= (3,) else ["server"]:
            peer = Peer(release, "lookups", runtime)
            # Only a server of a release with teams is asked for one.
            asked = [case if runtime == "server" and release.numbers >= (3, 2) else {**case, "team": None} for case in cases]
            answers.append(peer.ask(asked))
            peer.close()
            columns.append({"airflow": name, "amazon": release.providers["amazon"], "python": release.python, "runtime": runtime, "teams": runtime == "server" and release.numbers >= (3, 2)})
    lines = [json.dumps({"columns": columns})]
    for number, case in enumerate(cases):
        grouped = {}
        for column, answer in enumerate(answers):
            grouped.setdefault(dump(answer[number]), []).append(column)
        case = {name: value for name, value in case.items() if value}
        said = ", ".join(f"[{columns}, {answer}]" for answer, columns in grouped.items())
        lines.append(json.dumps(case, ensure_ascii=False)[:-1] + ', "answers": [' + said + "]}")
    (ROOT / "fixtures" / "parity" / "lookups.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
