"""airvane: the files of a case, the command line, and what it printed."""

import json
import subprocess
import tempfile
from pathlib import Path

from generate.lookups import SECRETS_MANAGER
from peers import ENVIRONMENT, load


class Twin:
    """The binary that is compared with Airflow."""

    def __init__(self, binary):
        self.binary = str(Path(binary).resolve())

    def run(self, folder, arguments, codes):
        """What it printed. Another exit code than `codes` ends the comparison: airvane did not do its job."""
        command = [self.binary, *arguments]
        ran = subprocess.run(command, cwd=folder, env=ENVIRONMENT, capture_output=True, timeout=600, check=False)
        if ran.returncode not in codes:
            return None, f"exit code {ran.returncode}: {ran.stderr.decode(errors='replace').strip()[:500]}"
        return ran.stdout, None

    def connections(self, release, runtime, reader, words, values):
        """One answer per value of `list`, all values in one file."""
        with tempfile.TemporaryDirectory() as folder:
            place = Path(folder)
            files = []
            if reader == "env":
                lines = [f"AIRFLOW_CONN_C{number}={value}\n" for number, value in enumerate(values)]
                write(place / ".env", "".join(lines))
                files = [".env"]
            elif reader == "sm":
                secrets = [{"Name": f"airflow/connections/c{number}", "SecretString": value} for number, value in enumerate(values)]
                write(place / "secrets.json", json.dumps({"SecretValues": secrets, "Errors": []}))
                kwargs = json.dumps({"extra_conn_words": words} if words else {})
                write(place / "airflow.cfg", f"[secrets]\nbackend = {SECRETS_MANAGER}\nbackend_kwargs = {kwargs}\n")
                files = ["airflow.cfg", "secrets.json"]
            else:
                parameters = [{"Name": f"/airflow/connections/c{number}", "Type": "String", "Value": value} for number, value in enumerate(values)]
                write(place / "parameters.json", json.dumps({"Parameters": parameters}))
                files = ["parameters.json"]
            printed, failure = self.run(folder, ["list", "--format", "jsonl", "--reveal", "--env-dialect", "docker", *release.options(runtime), *files], [0])
            if printed is None:
                return [{"status": "failed", "failure": failure}] * len(values)
            answers = [{"status": "not printed"}] * len(values)
            for line in printed.decode().split("\n"):
                entry = load(line) if line else {}
                if entry.get("kind") == "connection":
                    answers[int(entry["id"][1:])] = entry
            return answers

    def config(self, release, runtime, cfg, env, sections, home):
        """The document of `config`."""
        with tempfile.TemporaryDirectory() as folder:
            files = ["airflow.cfg", ".env"] if cfg is not None else [".env"]
            if cfg is not None:
                (Path(folder) / "airflow.cfg").write_bytes(cfg)
            write(Path(folder) / ".env", "".join(f"{name}={value}\n" for name, value in env.items()))
            asked = [part for section in sections for part in ("--section", section)]
            printed, failure = self.run(folder, ["config", "--format", "json", "--reveal", "--env-dialect", "docker", "--define", f"HOME={home}",
                                                 *asked, *release.options(runtime), *files], [0])
            return {"failed": failure} if printed is None else load(printed)

    def resolve(self, release, runtime, case):
        """The array of `resolve`."""
        with tempfile.TemporaryDirectory() as folder:
            place = Path(folder)
            write(place / "airflow.cfg", case.get("cfg") or "")
            write(place / ".env", "".join(f"{name}={value}\n" for name, value in (case.get("env") or {}).items()))
            parameters = [{"Name": name, "Type": "String", "Value": value} for name, value in (case.get("parameters") or {}).items()]
            write(place / "parameters.json", json.dumps({"Parameters": parameters}))
            secrets = [{"Name": name, **({"SecretBinary": "eA=="} if isinstance(value, dict) else {"SecretString": value})}
                       for name, value in (case.get("secrets") or {}).items()]
            write(place / "secrets.json", json.dumps({"SecretValues": secrets, "Errors": []}))
            team = ["--team", case["team"]] if case.get("team") else []
            files = [part for name in ["airflow.cfg", ".env", "parameters.json", "secrets.json"] for part in ("--in", name)]
            printed, failure = self.run(folder, ["resolve", "--format", "json", "--reveal", "--env-dialect", "docker", "--define", "HOME=/home/airflow", *team,
                                                 *release.options(runtime), *files, "--", *case["ids"]], [0, 1])
            return {"failed": failure} if printed is None else load(printed)


def write(path, text):
    path.write_bytes(text.encode("utf-8"))
