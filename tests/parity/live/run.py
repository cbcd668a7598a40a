#!/usr/bin/env python3
"""Compares airvane with real Airflow: connection values, configurations and lookups, made from a seed.

    tests/parity/live/run.py --airvane target/release/airvane --seed 1 --connections 1500 --configs 150 --lookups 120

Installs the releases of `requirements/` into --venvs where they are missing. Prints how often both agree per area,
release and reader, and each kind of disagreement with the smallest case that still shows it. Exits with 1 where
anything disagrees, or where more than 0.5 % of a line (and more than one case) is not compared.
"""

import argparse
import json
import sys
import threading
import time
from collections import Counter, defaultdict
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from areas import AREAS  # noqa: E402
from peers import RELEASES, ROOT, Peer, Release, dump  # noqa: E402
from shrink import shrink  # noqa: E402
from twin import Twin  # noqa: E402

LIMIT = 0.005


class Job:
    """One area, release and process; its readers take turns, since they share the driver."""

    def __init__(self, area, release, runtime, args, twin):
        self.area, self.release, self.runtime, self.args, self.twin = area, release, runtime, args, twin
        self.results = []

    def run(self):
        peer = Peer(self.release, self.area.driver, self.runtime)
        try:
            for reader in self.area.readers:
                self.results.append(self.compare(peer, reader))
        finally:
            peer.close()
        return self

    def compare(self, peer, reader):
        area, given = self.area, self.args.given.get(self.area.name)
        cases = area.cases(getattr(self.args, area.name), self.args.seed, self.release, reader, given)
        started = time.monotonic()
        real = area.ask(peer, reader, cases)
        between = time.monotonic()
        shown = area.show(self.twin, self.release, self.runtime, reader, cases)
        times = (between - started, time.monotonic() - between)
        excluded, kinds, agree, parts = Counter(), defaultdict(list), 0, Counter()
        for case, one, other in zip(cases, real, shown):
            reason = area.excluded(case, one, other)
            found = [] if reason else area.differences(case, one, other)
            if not reason and hasattr(area, "parts"):
                parts += area.parts(case, one, other)
            if reason:
                excluded[reason] += 1
            elif found:
                kinds[found[0]].append(case)
            else:
                agree += 1
        result = {"name": " ".join(filter(None, [area.name, self.release.name, self.runtime, reader])), "cases": len(cases), "agree": agree,
                  "excluded": excluded, "parts": parts, "times": times, "kinds": kinds}
        result["examples"] = {kind: self.smallest(peer, reader, kind, some) for kind, some in kinds.items() if self.first(kind)}
        print(figures(result), file=sys.stderr, flush=True)
        return result

    def first(self, kind):
        """Whether nobody has made this disagreement small yet, and there are not too many already."""
        with self.args.lock:
            if (self.area.name, kind) in self.args.shown or len(self.args.shown) >= self.args.show:
                return False
            self.args.shown.add((self.area.name, kind))
            return True

    def both(self, peer, reader, cases):
        real = self.area.ask(peer, reader, cases)
        shown = self.area.show(self.twin, self.release, self.runtime, reader, cases)
        return list(zip(cases, real, shown))

    def smallest(self, peer, reader, kind, cases):
        area = self.area

        def disagree(candidates):
            return [not area.excluded(*one) and kind in area.differences(*one) for one in self.both(peer, reader, candidates)]

        case = min(cases, key=lambda case: len(json.dumps(case)))
        if self.args.minimise:
            case = shrink(case, area.smaller, disagree)
        return self.both(peer, reader, [case])[0]


def figures(result):
    """How often both agree, in one line."""
    compared = result["cases"] - sum(result["excluded"].values())
    share = 100 * result["agree"] / compared if compared else 100
    left_out = "".join(f"; {count} left out: {reason}" for reason, count in sorted(result["excluded"].items()))
    times = f"   [{result['times'][0]:.0f}s Airflow, {result['times'][1]:.0f}s airvane]"
    return f"{result['name']:40} agree {result['agree']} / {compared} ({share:.2f} %){left_out}{times}"


def report(results, out):
    """Prints the figures and the disagreements; whether everything agrees."""
    fine = True
    for result in results:
        print(figures(result), file=out)
        asked = sum(result["parts"].values())
        for reason, count in sorted(result["parts"].items()):
            print(f"  {count} options of {asked} ({100 * count / asked:.2f} %) {'compared' if reason == 'compared' else 'left out: ' + reason}", file=out)
        if sum(result["excluded"].values()) > max(1, LIMIT * result["cases"]):
            print(f"  more than {100 * LIMIT} % left out", file=out)
            fine = False
        fine = fine and not result["kinds"]
    places = defaultdict(list)
    for result in results:
        for kind in result["kinds"]:
            places[result["name"].split()[0], kind].append(result)
    for (area, kind), where in sorted(places.items(), key=lambda pair: -sum(len(result["kinds"][pair[0][1]]) for result in pair[1])):
        print(f"\n{area}: {kind}", file=out)
        print("  " + ", ".join(f"{len(result['kinds'][kind])} x {result['name'].split(' ', 1)[1]}" for result in where), file=out)
        for result in where:
            if kind in result["examples"]:
                case, real, shown = result["examples"][kind]
                print(f"  {result['name']}", file=out)
                for title, what in [("case", case), ("Airflow", real), ("airvane", shown)]:
                    print(f"    {title:8}{dump(what)}", file=out)
                break
    for area in AREAS.values():
        for reason, why in area.reasons.items():
            if any(reason in result["excluded"] for result in results):
                print(f"\nleft out, {reason}: {why}", file=out)
    return fine


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--airvane", default=str(ROOT / "target" / "release" / "airvane"), help="the binary")
    parser.add_argument("--seed", default="1", help="what the cases are made from")
    parser.add_argument("--connections", type=int, default=1500, help="values a reader")
    parser.add_argument("--configs", type=int, default=150, help="configurations a release")
    parser.add_argument("--lookups", type=int, default=120, help="deployments a release, with two to five ids each")
    parser.add_argument("--releases", default=",".join(RELEASES), help="releases of Airflow, divided by commas")
    parser.add_argument("--amazon-only", action="store_true", help="tell airvane of no provider but amazon, as many a project does")
    parser.add_argument("--venvs", default=str(ROOT / "target" / "parity-venvs"), help="where they are or will be installed")
    parser.add_argument("--cases", action="append", default=[], metavar="AREA=FILE",
                        help="cases from a file of JSON lines in place of generated ones (repeatable); for connections a text a line, or {\"value\": text}")
    parser.add_argument("--show", type=int, default=40, help="disagreements that are made small and printed")
    parser.add_argument("--no-minimise", dest="minimise", action="store_false", help="show the shortest case as it is")
    parser.add_argument("--jobs", type=int, default=2, help="processes of Airflow at a time")
    args = parser.parse_args()
    args.given, args.shown, args.lock = {}, set(), threading.Lock()
    for given in args.cases:
        area, path = given.split("=", 1)
        lines = [json.loads(line) for line in Path(path).read_text(encoding="utf-8").split("\n") if line]
        args.given[area] = [line["value"] if isinstance(line, dict) else line for line in lines] if area == "connections" else lines
    return args


def main():
    args = arguments()
    # A lone surrogate that Airflow answers with can be printed in no other way.
    sys.stdout.reconfigure(errors="backslashreplace")
    releases = [Release(name, args.venvs) for name in args.releases.split(",")]
    for release in releases:
        release.all_providers = not args.amazon_only
    with ThreadPoolExecutor(args.jobs) as pool:
        started = time.monotonic()
        list(pool.map(Release.install, releases))
        print(f"{len(releases)} releases of Airflow are installed ({time.monotonic() - started:.0f}s)", flush=True)
        twin = Twin(args.airvane)
        jobs = [Job(area, release, runtime, args, twin) for area in AREAS.values() if getattr(args, area.name)
                for release in releases for runtime in area.runtimes(release)]
        results = [result for job in pool.map(Job.run, jobs) for result in job.results]
    sys.exit(0 if report(results, sys.stdout) else 1)


if __name__ == "__main__":
    main()
