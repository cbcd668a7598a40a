"""Real Airflow: the virtual environments, and the driver processes that run in them."""

import json
import os
import shutil
import subprocess
import sys
import threading
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[2]
# Nothing of the environment of whoever runs this reaches Airflow, nor airvane.
ENVIRONMENT = {"PATH": "/usr/bin:/bin", "HOME": "/home/airflow", "LC_ALL": "C.UTF-8", "NO_PROXY": "*"}
RELEASES = {"2.7.3": "3.8", "2.11.2": "3.11", "3.1.8": "3.12", "3.3.2": "3.12"}


class Release:
    """One Airflow of `requirements/`: its Python, its providers, and where it is installed."""

    def __init__(self, name, venvs):
        self.name = name
        self.python = RELEASES[name]
        self.requirements = HERE / "requirements" / f"{name}.txt"
        self.venv = Path(venvs) / name
        pins = dict(line.split("==", 1) for line in self.requirements.read_text().split() if "==" in line)
        prefix = "apache-airflow-providers-"
        self.providers = {package[len(prefix):]: version for package, version in pins.items() if package.startswith(prefix)}
        self.all_providers = True
        self.numbers = tuple(int(part) for part in name.split("."))

    def options(self, runtime):
        """The target, as airvane's options: every provider that is installed, or the amazon provider alone."""
        known = self.providers if self.all_providers else {"amazon": self.providers["amazon"]}
        providers = [part for name, version in known.items() for part in ("--provider", f"{name}={version}")]
        return ["--airflow", self.name, *providers, "--python", self.python, "--runtime", runtime]

    def install(self):
        """Makes the virtual environment, unless it is there already."""
        done = self.venv / "installed"
        wanted = self.requirements.read_text()
        if done.exists() and done.read_text() == wanted:
            return
        shutil.rmtree(self.venv, ignore_errors=True)
        python = find_python(self.python)
        subprocess.run([python, "-m", "venv", str(self.venv)], check=True)
        # The list is complete: there is nothing to resolve.
        subprocess.run([str(self.venv / "bin" / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps",
                        "--requirement", str(self.requirements)], check=True)
        done.write_text(wanted)


def find_python(version):
    """A `python3.N` of the PATH that runs, else one that pyenv has."""
    candidates = []
    for folder in os.environ.get("PATH", "").split(os.pathsep):
        candidates.append(Path(folder) / f"python{version}")
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    candidates += sorted((pyenv / "versions").glob(f"{version}.*/bin/python"), reverse=True)
    for candidate in candidates:
        if candidate.exists() and works(candidate, version):
            return str(candidate)
    raise SystemExit(f"run.py: there is no Python {version}; put python{version} on the PATH or install it with pyenv")


def works(python, version):
    test = "import ensurepip, sys, venv; print('%d.%d' % sys.version_info[:2])"
    ran = subprocess.run([str(python), "-c", test], capture_output=True, text=True, check=False)
    return ran.returncode == 0 and ran.stdout.strip() == version


class Peer:
    """A driver that is running: cases in, answers out, in order."""

    def __init__(self, release, driver, runtime):
        self.said = f"{driver} {runtime} of {release.name}"
        command = [str(release.venv / "bin" / "python"), "-B", str(HERE / "drivers" / f"{driver}.py"), runtime]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=ENVIRONMENT)

    def ask(self, cases):
        """The answers to all cases, read by `load`."""
        lines = [json.dumps(case).encode() + b"\n" for case in cases]

        def write():
            try:
                for line in lines:
                    self.process.stdin.write(line)
                self.process.stdin.flush()
            except BrokenPipeError:
                pass

        writer = threading.Thread(target=write, daemon=True)
        writer.start()
        answers = []
        for _ in lines:
            line = self.process.stdout.readline()
            if not line:
                case = lines[len(answers)].decode().strip()
                raise SystemExit(f"run.py: the driver {self.said} ended at {case[:2000]}")
            answers.append(load(line))
        writer.join()
        return answers

    def close(self):
        self.process.stdin.close()
        self.process.wait()


class Number(str):
    """A number of a JSON text as it was written. Numbers are the same if Python reads the same from them."""

    __slots__ = ()

    def read(self):
        """What distinguishes it: the digits of an integer, what Python prints of another number."""
        if any(c in self for c in ".eE"):
            return repr(float(self))
        return "0" if str(self) == "-0" else str(self)

    def __eq__(self, other):
        return isinstance(other, Number) and self.read() == other.read()

    def __ne__(self, other):
        return not self == other

    __hash__ = str.__hash__

    def __repr__(self):
        return str(self)


CONSTANTS = {"NaN": "nan", "Infinity": "inf", "-Infinity": "-inf"}


def not_an_integer(text):
    """A number with a point or an exponent; one that is too large for Python becomes an infinity."""
    read = float(text)
    return {"__float__": repr(read)} if read in (float("inf"), float("-inf")) else Number(text)


def load(text):
    """JSON, with the digits of its numbers kept and NaN and infinities as `list` shows them."""
    return json.loads(text, parse_int=Number, parse_float=not_an_integer, parse_constant=lambda name: {"__float__": CONSTANTS[name]})


def dump(what):
    """The reverse of `load`."""
    if isinstance(what, Number):
        return str(what)
    if isinstance(what, dict):
        return "{" + ", ".join(json.dumps(name, ensure_ascii=False) + ": " + dump(value) for name, value in what.items()) + "}"
    if isinstance(what, list):
        return "[" + ", ".join(dump(value) for value in what) + "]"
    return json.dumps(what, ensure_ascii=False)


sys.setrecursionlimit(20000)
