#!/usr/bin/env python3
"""That airvane opens no network connection and starts no program: shown, not said.

What the binary asks of the system libraries is read from its table of symbols; then every command runs under strace,
and no system call of a network or of another program may be seen. usage: offline.py AIRVANE
"""

import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

AIRVANE = pathlib.Path(sys.argv[1]).resolve()
FIXTURES = pathlib.Path(__file__).resolve().parent.parent.parent / "fixtures"
# Functions of libc; their variants (64, _chk, 4, p, vp …) begin alike.
FORBIDDEN = re.compile(
    r"^(__)?(socket|connect|bind|listen|accept|send|recv|getaddrinfo|gethostby|res_|shutdown$|getpeername|"
    r"exec[lv]|fexecve|posix_spawn|v?fork|clone$|system$|popen|dlopen)"
)
# `send` and `recv` begin no other name of libc that is linked; these are the ones that do.
HARMLESS = {"sendfile", "sendfile64"}
CALLS = "%network,execve,execveat,fork,vfork,io_uring_setup"


def symbols():
    """The functions that are not in the binary itself."""
    listed = subprocess.run(["nm", "-D", "--undefined-only", AIRVANE], text=True, capture_output=True, check=True)
    names = [line.split()[-1].split("@")[0] for line in listed.stdout.splitlines()]
    if len(names) < 50:
        sys.exit(f"only {len(names)} symbols: the table was not read")
    found = [name for name in names if FORBIDDEN.match(name) and name not in HARMLESS]
    if found:
        sys.exit(f"the binary asks for {', '.join(found)}")
    print(f"{len(names)} functions of the system libraries, none of a network or of another program")


def message(method, params, number=None):
    text = json.dumps({"jsonrpc": "2.0", "method": method, "params": params} | ({"id": number} if number else {}))
    return f"Content-Length: {len(text)}\r\n\r\n{text}"


def editor(folder):
    """What an editor sends that opens a file, asks for help and ends."""
    uri = (folder / "airflow.cfg").as_uri()
    document = {"uri": uri, "languageId": "ini", "version": 1, "text": (folder / "airflow.cfg").read_text()}
    place = {"textDocument": {"uri": uri}, "position": {"line": 3, "character": 3}}
    return "".join(
        [
            message("initialize", {"capabilities": {}, "processId": None, "rootUri": folder.as_uri()}, 1),
            message("initialized", {}),
            message("textDocument/didOpen", {"textDocument": document}),
            message("textDocument/hover", place, 2),
            message("textDocument/completion", place, 3),
            message("shutdown", None, 4),
            message("exit", None),
        ]
    )


def trace(program, folder, stdin=""):
    """Runs a program under strace; the calls that were seen besides its own start."""
    log = folder.parent / "strace"
    command = ["strace", "--follow-forks", "--quiet=all", f"--trace={CALLS}", f"--output={log}", *program]
    environment = os.environ | {"CI": "", "NO_COLOR": "1"}
    for _ in range(20):
        ran = subprocess.run(command, input=stdin, text=True, capture_output=True, cwd=folder, env=environment)
        if ran.returncode not in (0, 1):
            sys.exit(f"{program}: {ran.returncode}\n{ran.stderr}")
        calls = [line.split(maxsplit=1)[1] for line in log.read_text().splitlines()]
        if not calls or not calls[0].startswith("execve("):
            sys.exit(f"strace saw no start: {calls[:1]}")
        calls = [call for call in calls[1:] if not call.startswith(("+++", "---"))]
        # `???(`: a thread was in some call when the process ended, and strace came too late to read which one. That
        # shows nothing, so the program runs again.
        if not any(call.startswith("???(") for call in calls):
            return calls
    sys.exit(f"{program}: strace lost a call twenty times:\n" + "\n".join(calls))


def main():
    symbols()
    commands = [
        ["check", "-v"],
        ["check", "--show-files", "--statistics"],
        ["check", "--fix", "--unsafe-fixes"],
        ["check", "--baseline", "known.json", "--write-baseline"],
        ["check", "--format", "full", "--format", "sarif=out.sarif", "--format", "junit=out.xml"],
        ["list"],
        ["resolve", "connection:smtp_default", "--deployment", "1"],
        ["config", "production"],
        ["init"],
        ["rules"],
        ["explain", "AV201"],
        ["schema"],
        ["completions", "bash"],
        ["man"],
        ["--version"],
    ]
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name) / "demo"
        folder.mkdir()
        # A trace that sees nothing proves nothing.
        control = "import socket, subprocess; socket.socket().close(); subprocess.run(['true'])"
        seen = trace([sys.executable, "-c", control], folder)
        for call in ("socket(", "execve("):
            if not any(line.startswith(call) for line in seen):
                sys.exit(f"strace does not see {call}…): {seen}")
        for arguments in [*commands, ["lsp"]]:
            shutil.rmtree(folder, ignore_errors=True)
            shutil.copytree(FIXTURES / "demo", folder)
            stdin = editor(folder / "production") if arguments == ["lsp"] else ""
            seen = trace([AIRVANE, *arguments], folder, stdin)
            if seen:
                sys.exit(f"airvane {' '.join(arguments)}:\n" + "\n".join(seen))
            print(f"airvane {' '.join(arguments)}: no such call")
    print("offline: good")


main()
