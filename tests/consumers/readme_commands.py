#!/usr/bin/env python3
"""Runs the commands of the README's first `sh` block, one by one, as written."""

import pathlib
import re
import subprocess
import sys

readme = pathlib.Path("README.md").read_text(encoding="utf-8")
block = re.search(r"^```sh\n(.*?)^```$", readme, re.MULTILINE | re.DOTALL)
if block is None:
    sys.exit("README.md has no sh block")
commands = [line for line in block.group(1).splitlines() if line.strip()]
if len(commands) != 2:
    sys.exit(f"the first sh block must hold exactly two commands, not {len(commands)}")
for command in commands:
    print(f"$ {command}", flush=True)
    subprocess.run(["sh", "-c", command], check=True)
