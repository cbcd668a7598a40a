#!/usr/bin/env python3
"""Neovim shows what airvane finds, with the snippets in editors/neovim as their heads say to use them.

usage: neovim.py AIRVANE NVIM...

Each NVIM opens the files of a deployment: the places are those of `airvane check`. Then airflow.cfg is put
right without being written, and what was said of it goes away, in the file beside it too.
"""

import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
SNIPPETS = ROOT / "editors" / "neovim"
AIRVANE = pathlib.Path(sys.argv[1]).resolve()
SSM = "airflow.providers.amazon.aws.secrets.systems_manager.SystemsManagerParameterStoreBackend"
FILES = {
    "config/airflow.cfg": f'[secrets]\nbackend = {SSM}\nbackend_kwargs = {{"profile_name": "é😀", "region": "eu-west-1", "connections_prefix": "/elsewhere"}}\n',
    ".env.prod": "AIRFLOW_CONN_é😀=x\nAIRFLOW_CONN_DB=my_type://u:p@h/db\n",
    "docker-compose.yaml": "services:\n  worker:\n    image: apache/airflow:3.3.2\n    environment:\n      AIRFLOW_CONN_X: my_type://u:p@h\n",
    "ssm.json": '{"Parameters": [{"Name": "/airflow/connections/db", "Type": "SecureString", "Value": "smtp://h", "Version": 1}]}\n',
    ".git/HEAD": "",
}

SCRIPT = """
local found = {}
local function shown(buffer)
  local list = {}
  for _, one in ipairs(vim.diagnostic.get(buffer)) do
    table.insert(list, { one.lnum, one.col, one.code, one.severity })
  end
  return list
end
local function wait(what, wanted)
  if not vim.wait(20000, wanted, 20) then
    found.missed = what
  end
end
local buffers = {}
for _, name in ipairs(vim.fn.json_decode(os.getenv('NAMES'))) do
  vim.cmd('edit ' .. vim.fn.fnameescape(name))
  buffers[name] = vim.api.nvim_get_current_buf()
end
found.before = {}
for name, buffer in pairs(buffers) do
  wait(name, function() return #shown(buffer) > 0 end)
  found.before[name] = shown(buffer)
end
vim.api.nvim_buf_set_lines(buffers['config/airflow.cfg'], 2, 3, false, { os.getenv('GOOD') })
wait('the change', function() return #shown(buffers['config/airflow.cfg']) == 0 and #shown(buffers['ssm.json']) == 0 end)
local file = io.open(os.getenv('FOUND'), 'w')
file:write(vim.fn.json_encode(found))
file:close()
vim.cmd('qall!')
"""


def version(nvim):
    said = subprocess.run([nvim, "--version"], capture_output=True, text=True, check=True).stdout
    major, minor = re.match(r"NVIM v(\d+)\.(\d+)", said).groups()
    return int(major), int(minor)


def configure(folder, release):
    """As the heads of the snippets say."""
    if release < (0, 11):
        target = folder / "nvim" / "plugin" / "airvane.lua"
        target.parent.mkdir(parents=True)
        shutil.copy(SNIPPETS / "older.lua", target)
        return
    target = folder / "nvim" / "lsp" / "airvane.lua"
    target.parent.mkdir(parents=True)
    shutil.copy(SNIPPETS / "airvane.lua", target)
    lines = re.findall(r"^--   (vim\..*)$", target.read_text(), re.MULTILINE)
    assert len(lines) == 2, lines
    (folder / "nvim" / "init.lua").write_text("\n".join(lines) + "\n")


def expected(folder):
    """By file: line, byte in it, code, severity."""
    command = [AIRVANE, "check", "--format", "json", "."]
    report = json.loads(subprocess.run(command, cwd=folder, capture_output=True, check=False).stdout)
    places = {}
    for one in report["diagnostics"]:
        data = (folder / one["path"]).read_bytes()
        line = data.rfind(b"\n", 0, one["start"]["offset"]) + 1
        severity = {"error": 1, "warning": 2, "info": 3}[one["severity"]]
        place = [one["start"]["line"] - 1, one["start"]["offset"] - line, one["code"], severity]
        places.setdefault(one["path"], []).append(place)
    return places


def main():
    # It is started in another folder.
    for nvim in map(os.path.abspath, sys.argv[2:]):
        release = version(nvim)
        with tempfile.TemporaryDirectory() as scratch:
            scratch = pathlib.Path(scratch).resolve()
            folder = scratch / "repository"
            for name, text in FILES.items():
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                (folder / name).write_text(text, encoding="utf-8")
            places = expected(folder)
            names = [name for name in FILES if name != ".git/HEAD"]
            assert sorted(places) == sorted(names), places
            configure(scratch / "config", release)
            (scratch / "look.lua").write_text(SCRIPT)
            homes = {f"XDG_{name}_HOME": str(scratch / name.lower()) for name in ["CONFIG", "DATA", "STATE", "CACHE"]}
            environment = os.environ | homes | {
                "GOOD": 'backend_kwargs = {"profile_name": "é😀", "region_name": "eu-west-1"}',
                "FOUND": str(scratch / "found.json"),
                "NAMES": json.dumps(names),
                "PATH": f"{AIRVANE.parent}{os.pathsep}{os.environ['PATH']}",
            }
            command = [nvim, "--headless", "-c", f"luafile {scratch / 'look.lua'}"]
            ran = subprocess.run(
                command, cwd=folder, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=150
            )
            assert (scratch / "found.json").exists(), (ran.returncode, ran.stdout, ran.stderr)
            found = json.loads((scratch / "found.json").read_text())
            assert "missed" not in found, found
            for name in names:
                assert sorted(found["before"][name]) == sorted(places[name]), (name, found["before"][name], places[name])
        print(f"Neovim {release[0]}.{release[1]}: {sum(map(len, places.values()))} diagnostics in {len(names)} files")


main()
