"""Small inputs: a full default airflow.cfg, env files, a deployment of three files."""

import json
import pathlib

import export

DATA = pathlib.Path(__file__).resolve().parent.parent / "schemas" / "data"
BACKEND = "airflow.providers.amazon.aws.secrets.systems_manager.SystemsManagerParameterStoreBackend"


def default_cfg(release="3.3.2"):
    """Every option that the release knows, with its default."""
    sections = json.loads((DATA / "options.json").read_text(encoding="utf-8"))["sections"]
    lines = []
    for section, options in sections.items():
        live = {k: v for k, v in options.items() if v.get("last_seen") == release}
        if not live:
            continue
        lines.append(f"[{section}]")
        for option, facts in live.items():
            default = facts.get("default") or ""
            # Airflow writes a paragraph above each option; as much text stands here.
            lines += [f"# {option}: {facts.get('type', 'string')}, since {facts.get('added_in', '2.0.0')}."]
            lines += ["# " + "what this option is for, in words. " * 2] * 4 + ["#"]
            lines += [f"# Variable: AIRFLOW__{section.upper()}__{option.upper()}", "#"]
            text = str(default).strip().replace("\n", "\n    ")
            if not facts.get("is_template"):
                text = text.replace("%", "%%")
            lines += [f"{option} = {text}".rstrip(), ""]
    return "\n".join(lines) + "\n"


def env(lines):
    """Variables of Airflow, connections and what other programs read, in turn."""
    kinds = (
        lambda i: f"AIRFLOW_VAR_SETTING_{i}=value-{i}",
        lambda i: f"AIRFLOW_CONN_SERVICE_{i}={export.uri(i, '5432')}",
        lambda i: f"SERVICE_{i}_URL=https://service-{i}.internal.example/",
        lambda i: f'QUOTED_{i}="a value, {i}"',
        lambda i: f"# What setting {i + 1} is for.",
    )
    return "".join(f"{kinds[i % len(kinds)](i)}\n" for i in range(lines))


def small(folder):
    """A full airflow.cfg, a .env that configures the backend, and an export of 200 connections."""
    folder.mkdir()
    (folder / "airflow.cfg").write_text(default_cfg(), encoding="utf-8")
    (folder / ".env").write_text(
        "".join(f"AIRFLOW_VAR_SETTING_{i}=value-{i}\n" for i in range(100))
        + f"AIRFLOW__SECRETS__BACKEND={BACKEND}\n"
        + 'AIRFLOW__SECRETS__BACKEND_KWARGS={"connections_prefix": "/airflow/connections"}\n',
        encoding="utf-8",
    )
    export.write(folder / "export.json", 200)
    return sorted(str(path) for path in folder.iterdir())


def empty(folder):
    """A deployment that says nothing."""
    folder.mkdir()
    (folder / "airflow.cfg").write_text("", encoding="utf-8")
