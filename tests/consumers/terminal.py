#!/usr/bin/env python3
"""What airvane shows on a terminal and nowhere else: a bar while reading takes long, colours, links.

usage: terminal.py AIRVANE
"""

import os
import pathlib
import pty
import select
import subprocess
import sys
import tempfile
import time

AIRVANE = str(pathlib.Path(sys.argv[1]).resolve())
BACKEND = "airflow.providers.amazon.aws.secrets.secrets_manager.SecretsManagerBackend"
BAD = f'[secrets]\nbackend = {BACKEND}\nbackend_kwargs = {{"connections_prefix": "a",}}\n'
HEAD = b'{"/airflow/connections/db": "postgres://h/d"'
PLAIN = {"PATH": os.environ["PATH"], "TERM": "xterm-256color", "LANG": "C.UTF-8"}


def must(condition, what):
    if not condition:
        sys.exit(what)


def read_some(master, seconds):
    """What comes within that time; nothing at the end."""
    ready, _, _ = select.select([master], [], [], seconds)
    if not ready:
        return b""
    try:
        return os.read(master, 1 << 16)
    except OSError:
        return b""


class Slow:
    """A run over a pipe that is fed by hand, with stderr (and what else is named) on a terminal."""

    def __init__(self, folder, arguments, variables, err_is_terminal=True):
        self.fifo = folder / "export.json"
        if self.fifo.exists():
            self.fifo.unlink()
        os.mkfifo(self.fifo)
        self.master, slave = pty.openpty()
        self.run = subprocess.Popen(
            [AIRVANE, "check", "--format", "concise", *arguments, "airflow.cfg", "export.json"],
            cwd=folder,
            env={**PLAIN, **variables},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=slave if err_is_terminal else subprocess.PIPE,
        )
        os.close(slave)
        self.pipe = open(self.fifo, "wb", buffering=0)
        self.pipe.write(HEAD)

    def end(self):
        """Feeds the rest; what stdout and the other stderr are given, and the terminal from now on."""
        self.pipe.write(b"}")
        self.pipe.close()
        out, err = self.run.communicate()
        shown = b""
        while more := read_some(self.master, 0.2):
            shown += more
        os.close(self.master)
        expected = (0, False) if "--fix" in self.run.args else (1, True)
        must((self.run.returncode, b"AV201" in out) == expected, f"{self.run.returncode} {out} {err} {shown}")
        must(b"\x1b" not in out, f"stdout is given the bar: {out}")
        return shown, err or b""


def the_bar(folder):
    size = len(BAD) + len(HEAD)
    for arguments in [[], ["--fix"]]:
        slow = Slow(folder, arguments, {})
        shown = b""
        deadline = time.monotonic() + 120
        while b"read" not in shown:
            must(time.monotonic() < deadline, f"no bar: {shown}")
            shown += read_some(slow.master, 1)
        must(f"{size} B read".encode() in shown, f"the bar does not say how far it is: {shown}")
        rest, _ = slow.end()
        (folder / "airflow.cfg").write_text(BAD)
        # It goes away: the line is cleared before anything else is said.
        cleared = (shown + rest).rfind(b"\x1b[2K")
        must(cleared > 0 and b" B read" not in (shown + rest)[cleared:], f"the bar stays: {rest}")

    # Nobody watches. The time is enough for it to appear, were it to.
    for arguments, variables, is_terminal in [
        (["--quiet"], {}, True),
        (["--hook"], {}, True),
        ([], {"CI": "true"}, True),
        ([], {"PRE_COMMIT": "1"}, True),
        ([], {"GIT_INDEX_FILE": ".git/index"}, True),
        ([], {"TERM": "dumb"}, True),
        ([], {"INSIDE_EMACS": "30.1,compile"}, True),
        ([], {}, False),
    ]:
        slow = Slow(folder, arguments, variables, is_terminal)
        shown = b""
        end = time.monotonic() + 2.5
        while (left := end - time.monotonic()) > 0:
            shown += read_some(slow.master, left)
        must(not shown, f"{arguments} {variables}: {shown}")
        _, err = slow.end()
        must(b"\x1b" not in err, f"{err}")
    print("the bar: good")


def on_terminal(folder, arguments, variables):
    """What a run prints whose stdout is a terminal."""
    master, slave = pty.openpty()
    run = subprocess.Popen(
        [AIRVANE, *arguments],
        cwd=folder,
        env={**PLAIN, **variables},
        stdin=subprocess.DEVNULL,
        stdout=slave,
        stderr=subprocess.DEVNULL,
    )
    os.close(slave)
    shown = b""
    while more := read_some(master, 60):
        shown += more
    os.close(master)
    run.wait()
    return shown


def in_pipe(folder, arguments, variables):
    command = [AIRVANE, *arguments]
    return subprocess.run(command, cwd=folder, env={**PLAIN, **variables}, capture_output=True).stdout


def the_colours(folder):
    check = ["check", "airflow.cfg"]
    colour = b"\x1b[3"
    for arguments, variables, on_tty, piped in [
        ([], {}, True, False),
        ([], {"NO_COLOR": "1"}, False, False),
        ([], {"NO_COLOR": ""}, True, False),
        ([], {"FORCE_COLOR": "1"}, True, True),
        ([], {"CLICOLOR_FORCE": "1"}, True, True),
        ([], {"FORCE_COLOR": "0"}, True, False),
        ([], {"TERM": "dumb"}, False, False),
        ([], {"TERM": "dumb", "FORCE_COLOR": "1"}, True, True),
        ([], {"INSIDE_EMACS": "30.1,compile"}, False, False),
        ([], {"INSIDE_EMACS": "30.1,comint"}, True, False),
        ([], {"CLICOLOR": "0"}, False, False),
        ([], {"CLICOLOR": "1"}, True, False),
        ([], {"CLICOLOR": "0", "CLICOLOR_FORCE": "1"}, True, True),
        ([], {"FORCE_COLOR": "1", "NO_COLOR": "1"}, False, False),
        (["--color", "always"], {"NO_COLOR": "1"}, True, True),
        (["--color", "never"], {"FORCE_COLOR": "1"}, False, False),
    ]:
        for shown, expected in [
            (on_terminal(folder, check + arguments, variables), on_tty),
            (in_pipe(folder, check + arguments, variables), piped),
        ]:
            must(b"AV201" in shown, shown)
            must((colour in shown) == expected, f"{arguments} {variables}: {shown}")
    print("colours: good")


def the_links(folder):
    check = ["check", "airflow.cfg"]
    link = b"\x1b]8;;https://github.com/airvane/airvane/blob/main/docs/rules/AV201.md\x1b\\"
    knows = {"TERM_PROGRAM": "WezTerm"}
    must(link in on_terminal(folder, check, knows), "no links where the terminal knows them")
    for arguments, variables in [
        ([], {}),
        ([], {**knows, "FORCE_HYPERLINK": "0"}),
        ([], {**knows, "NO_COLOR": "1"}),
        (["--color", "never"], knows),
    ]:
        shown = on_terminal(folder, check + arguments, variables)
        must(b"AV201" in shown and b"]8;" not in shown, f"{arguments} {variables}: {shown}")
    for variables in [knows, {"FORCE_HYPERLINK": "1"}, {**knows, "FORCE_COLOR": "1"}]:
        shown = in_pipe(folder, check, variables)
        must(b"AV201" in shown and b"]8;" not in shown, f"in a pipe, {variables}: {shown}")
    print("links: good")


with tempfile.TemporaryDirectory() as name:
    here = pathlib.Path(name)
    (here / "airflow.cfg").write_text(BAD)
    the_colours(here)
    the_links(here)
    the_bar(here)
