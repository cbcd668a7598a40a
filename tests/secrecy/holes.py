#!/usr/bin/env python3
"""Takes the masking away, place by place, and shows that the tests notice each time.

A copy of the tree gets all holes of `masking.py` at once, each behind the number in AIRVANE_HOLE, so that it is built
once; then the tests that a place names run without a hole (all must pass) and with it (one must fail). Takes some
minutes, most of them for the build; not a part of `.ci/run`. Ends with a table, and with 1 where a place is not noticed.

usage: holes.py [NUMBER...]    BUILD=FOLDER keeps what is built
"""

import concurrent.futures
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

from masking import DOUBLED, PLACES

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
SWITCH = """//! Which hole is open.

/// True where it is this one.
pub fn is(number: u32) -> bool {
    static OPEN: std::sync::LazyLock<u32> =
        std::sync::LazyLock::new(|| std::env::var("AIRVANE_HOLE").map_or(0, |text| text.parse().unwrap_or(0)));
    *OPEN == number
}
"""


def copy(target):
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout
    for name in listed.decode().split("\0"):
        if name:
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, target / name)


def cut(target):
    (target / "src/hole.rs").write_text(SWITCH)
    library = target / "src/lib.rs"
    library.write_text(library.read_text() + "pub mod hole;\n")
    for number, (path, what, piece, opened, _) in enumerate(PLACES, 1):
        file = target / path
        text = file.read_text()
        if text.count(piece) != 1:
            sys.exit(f"{path}: {what}: the piece stands there {text.count(piece)} times")
        file.write_text(text.replace(piece, opened.replace("HOLE", f"crate::hole::is({number})")))


def build(target):
    """The test binaries, by name."""
    command = ["cargo", "test", "--no-run", "--locked", "--lib", "--test", "secrecy", "--message-format", "json"]
    environment = os.environ | {"CARGO_INCREMENTAL": "0"}
    built = subprocess.run(command, cwd=target, env=environment, capture_output=True, text=True)
    if built.returncode:
        sys.exit(built.stderr[-3000:])
    binaries = {}
    for line in built.stdout.splitlines():
        message = json.loads(line)
        if message.get("executable") and message["profile"]["test"]:
            is_library = "lib" in message["target"]["kind"]
            binaries["lib" if is_library else message["target"]["name"]] = message["executable"]
    return binaries


def failing(target, binaries, number, tests):
    """The first test that fails with the hole, or nothing."""
    environment = os.environ | {"AIRVANE_HOLE": str(number), "RUST_BACKTRACE": "0"}
    for test in tests:
        binary, name = test.split(" ")
        done = subprocess.run([binaries[binary], name], cwd=target, env=environment, capture_output=True, text=True)
        if " 0 passed; 0 failed" in done.stdout:
            sys.exit(f"there is no test {test}")
        if done.returncode:
            failed = [line.split()[1] for line in done.stdout.splitlines() if line.endswith("... FAILED")]
            return f"{binary} {', '.join(failed) or done.returncode}"
    return None


def main():
    wanted = [int(word) for word in sys.argv[1:]] or range(1, len(PLACES) + 1)
    with tempfile.TemporaryDirectory() as name:
        target = pathlib.Path(os.environ.get("BUILD", name))
        shutil.rmtree(target / "src", ignore_errors=True)
        copy(target)
        cut(target)
        binaries = build(target)
        every = {test for number in wanted for test in PLACES[number - 1][4]}
        if failed := failing(target, binaries, 0, sorted(every)):
            sys.exit(f"fails without a hole: {failed}")
        missed = 0
        with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
            noticed = pool.map(lambda number: failing(target, binaries, number, PLACES[number - 1][4]), wanted)
            for number, test in zip(wanted, noticed):
                path, what = PLACES[number - 1][:2]
                missed += test is None
                print(f"{number:3} {path[4:]}: {what} | {test or 'NOT NOTICED'}", flush=True)
    for path, what, why in DOUBLED:
        print(f"  - {path[4:]}: {what} | needs no test: {why}")
    if missed:
        sys.exit(f"{missed} of {len(wanted)} places are not noticed")
    print(f"all {len(wanted)} places are noticed")


main()
