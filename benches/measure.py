"""Whole processes: wall time and peak memory, by turns."""

import os
import shutil
import subprocess
import sys
import time

NULL = subprocess.DEVNULL


def run(command, out=NULL):
    """Wall seconds and peak memory in MiB of one run.

    A child starts out with the memory of this script, so no peak below that can be seen: a figure
    that equals the one of a process that does nothing means "not more than this".
    """
    start = time.perf_counter()
    process = subprocess.Popen(command, stdin=NULL, stdout=out, stderr=NULL)
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in (0, 1):
        sys.exit(f"{command[0]} ended with {process.returncode}")
    return seconds, usage.ru_maxrss / 1024


def best(commands, runs):
    """Of each command the fastest of `runs` and the highest memory; the commands take turns. What is
    slow (above 5 s) runs once."""
    results = [[run(command)] for command in commands]
    for _ in range(runs - 1):
        for command, done in zip(commands, results):
            if done[0][0] < 5:
                done.append(run(command))
    return [(min(wall for wall, _ in done), max(mib for _, mib in done)) for done in results]


def first_line(command):
    """Seconds until the command has printed its first byte."""
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=NULL)
    process.stdout.read(1)
    seconds = time.perf_counter() - start
    process.kill()
    process.wait()
    return seconds


def exponent(points):
    """The e of time = c * size^e that fits best (least squares over the logarithms)."""
    import math

    logs = [(math.log(size), math.log(seconds)) for size, seconds in points]
    x = sum(a for a, _ in logs) / len(logs)
    y = sum(b for _, b in logs) / len(logs)
    return sum((a - x) * (b - y) for a, b in logs) / sum((a - x) ** 2 for a, _ in logs)


class Programs:
    """What is measured beside airvane: those of benches/baselines, and those that are on the PATH."""

    def __init__(self, folder, installed):
        self.folder = folder
        self.installed = installed
        self.missing = set()

    def install(self, path):
        """Copies a program, as installers do: what a linker writes lies in memory in smaller pieces, and takes a
        fifth longer to start."""
        copy = self.installed / os.path.basename(path)
        if not copy.exists():
            shutil.copy(path, copy)
        return str(copy)

    def find(self, name):
        path = self.folder / name if self.folder else None
        if path and path.is_file():
            return self.install(path)
        found = shutil.which(name)
        if not found and name not in self.missing:
            self.missing.add(name)
            print(f"({name} is not here: left out of this run)", flush=True)
        return found

    def commands(self, wanted):
        """`(label, [program, argument, …])` of those that are here, with their paths."""
        found = [(label, self.find(command[0]), command) for label, command in wanted]
        return [(label, [path, *command[1:]]) for label, path, command in found if path]


def machine():
    """The machine in a few words."""
    words = [f"{os.cpu_count()} processors"]
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as info:
            model = next(line for line in info if line.startswith("model name"))
            words.insert(0, " ".join(model.split(":", 1)[1].split()))
        with open("/proc/meminfo", encoding="utf-8") as info:
            words.append(f"{int(info.readline().split()[1]) / 2**20:.0f} GiB")
    except (OSError, StopIteration):
        pass
    return ", ".join(words)
