#!/usr/bin/env python3
"""Takes the masking away, place by place, and shows that the tests of secrecy notice each time.

A copy of the tree gets all holes at once, each behind the number in AIRVANE_HOLE, so that it is built once; then the
tests run without a hole (all must pass) and with each of them (one must fail). Takes some ten minutes; not a part of
`.ci/run`. usage: holes.py [NUMBER...]
"""

import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
SWITCH = '''//! Which hole is open.
#[allow(missing_docs)]
pub fn is(number: u32) -> bool {
    static OPEN: std::sync::LazyLock<u32> =
        std::sync::LazyLock::new(|| std::env::var("AIRVANE_HOLE").map_or(0, |text| text.parse().unwrap_or(0)));
    *OPEN == number
}
'''
IF = "crate::hole::is({}) || "
# File, what stands there once, and what is put in its place; `{}` is the test for the hole.
HOLES = [
    ("src/source/mask.rs", "            let visible = self\n", "            let visible = {} self\n", "the mask shows everything"),
    ("src/source/mask.rs", "span.is_empty() || self.visible", "{} span.is_empty() || self.visible", "everything counts as shown"),
    ("src/check/visible.rs", "let hidden = hidden.remove(&file).unwrap_or_default();", "let hidden = if {} false { Vec::new() } else { hidden.remove(&file).unwrap_or_default() };", "what one reading hides another one shows"),
    ("src/source/text.rs", "Fidelity::Within => whole.then_some(segment.source),", "Fidelity::Within => ({} whole).then_some(segment.source),", "half of an escape shows all of it"),
    ("src/source/text.rs", "                    cut.fidelity = Fidelity::Shared;", "                    cut.fidelity = if {} false { Fidelity::Within } else { Fidelity::Shared };", "a byte of base64 shows its group"),
    ("src/inputs/cfg.rs", "        mask.show(Span::new(comment.start, comment.start + 1));", "        mask.show(Span::new(comment.start, if {} false { comment.end } else { comment.start + 1 }));", "comments of airflow.cfg"),
    ("src/inputs/cfg.rs", "if table.is_known(section, name) || misspelt &&", "if {} table.is_known(section, name) || misspelt &&", "names of any option"),
    ("src/inputs/cfg.rs", "        if name == DEFAULT_SECTION\n", "        if {} name == DEFAULT_SECTION\n", "names of any section"),
    ("src/inputs/cfg.rs", "    if is_public_value(table, section, name, value) {", "    if {} is_public_value(table, section, name, value) {", "values of any option"),
    ("src/inputs/env.rs", "        mask.show(Span::new(comment.start, comment.start + 1));", "        mask.show(Span::new(comment.start, if {} false { comment.end } else { comment.start + 1 }));", "comments of .env"),
    ("src/inputs/env.rs", "        if is_shown(variable, Some(text)) {", "        if {} is_shown(variable, Some(text)) {", "names of any variable"),
    ("src/inputs/env.rs", "    begins\n        && !is_torn(name)", "    ({} begins)\n        && !is_torn(name)", "names that do not begin with AIRFLOW"),
    ("src/inputs/local.rs", "        if is_store_name(&line.key) && assigned {", "        if {} is_store_name(&line.key) && assigned {", "ids of local files of lines"),
    ("src/inputs/local.rs", "        if is_store_name(key.expose()) {", "        if {} is_store_name(key.expose()) {", "ids of local files in JSON"),
    ("src/inputs/store/mask.rs", "    if is_store_name(&entry.name()) {", "    if {} is_store_name(&entry.name()) {", "names of entries of a store"),
    ("src/inputs/store/mask.rs", "                    if !known {", "                    if !({} known) {", "keys of entries of a store"),
    ("src/inputs/store/mask.rs", "                    if !shown {", "                    if !({} shown) {", "values of entries of a store"),
    ("src/airflow/backend/visible.rs", "    if Shape::ClassPath.admits(value) || is_name(value) {", "    if {} Shape::ClassPath.admits(value) || is_name(value) {", "any class path"),
    ("src/airflow/public.rs", "        if value.is_empty() || value.len() > 300 {\n            return false;\n        }", "        if {} false {\n            return true;\n        }\n        if value.is_empty() || value.len() > 300 {\n            return false;\n        }", "public options and kwargs of any shape"),
    ("src/airflow/public.rs", "    if let Some(class) = class {\n", "    if {} false {\n        return Some(Shape::Text);\n    }\n    if let Some(class) = class {\n", "values of any kwarg"),
    ("src/airflow/connection/visible.rs", "    if !known {\n", "    if !({} known) {\n", "schemes of any type"),
    ("src/airflow/connection/visible.rs", "            .is_some_and(|name| is_nameable_key(&name))", "            .is_some_and(|name| {} is_nameable_key(&name))", "keys of any connection"),
    ("src/airflow/connection/visible.rs", "            show(range.start, range.start + 1);\n            show(range.end - 1, range.end);", "            show(range.start, range.start + 1);\n            show(range.end - 1, range.end);\n            if {} false {\n                show(range.start, range.end);\n            }", "values of a connection's JSON"),
    ("src/render/values.rs", "            _ if !self.parts => return false,", "            _ if {} false => return true,\n            _ if !self.parts => return false,", "parts of a connection that list may not show"),
    ("src/render/values.rs", "        if !self.reveal {\n            string(out, MASK);", "        if !({} self.reveal) {\n            string(out, MASK);", "extra in a listing"),
    ("src/render/config/mod.rs", "            let shown = reveal || *is_public;\n            field(", "            let shown = {} reveal || *is_public;\n            field(", "values of config"),
    ("src/render/config/mod.rs", "    if reveal || is_plain_key(name) {", "    if {} reveal || is_plain_key(name) {", "keys of config"),
    ("src/load/parts.rs", "            if is_public_name(&name) {", "            if {} is_public_name(&name) {", "names of variables in carriers"),
    ("src/inputs/dockerfile.rs", "        mask.show(Span::new(comment.start, comment.start + 1));", "        mask.show(Span::new(comment.start, if {} false { comment.end } else { comment.start + 1 }));", "comments of a Dockerfile"),
    ("src/inputs/compose/services.rs", "        mask.show(Span::new(name.end, end));", "        mask.show(Span::new(name.end, if {} false { end + 9 } else { end }));", "the first characters of a value in compose"),
    ("src/inputs/kubernetes/show.rs", "let marks =\n            gap.trim_start_matches(", "let marks = if {} false { \"\" } else {\n            gap }.trim_start_matches(", "what stands between in manifests"),
    ("src/inputs/terraform/mod.rs", "        self.mask.show(key);\n", "        self.mask.show(if {} false { Span::new(key.start, value.end) } else { key });\n", "values in Terraform"),
    ("src/rules/connections/unknown_connection_key.rs", "    if is_nameable_key(name) || nearest_key(name).is_some() {", "    if {} is_nameable_key(name) || nearest_key(name).is_some() {", "unknown keys of connections in messages"),
    ("src/rules/connections/speak.rs", "    if known || key == \"__extra__\" {", "    if {} known || key == \"__extra__\" {", "unknown keys of an extra in messages"),
]


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
    for number, (path, old, new, what) in enumerate(HOLES, 1):
        file = target / path
        text = file.read_text()
        if text.count(old) != 1:
            sys.exit(f"{path}: {what}: what was to be replaced stands there {text.count(old)} times")
        file.write_text(text.replace(old, new.replace("{} ", IF.format(number))))


def run(binary, folder, number):
    """True where the tests pass."""
    environment = os.environ | {"AIRVANE_HOLE": str(number), "DUMPS": os.environ.get("DUMPS", "200")}
    tests = ["no_output", "what_the_twin", "no_secret", "no_baseline"] if number == 0 else None
    # Quick ones first; the first that fails is enough.
    for test in tests or ["random_dump_holds", "no_secret", "no_output_holds", "what_the_twin", "no_output_of_a_broken"]:
        done = subprocess.run([binary, test], cwd=folder, env=environment, capture_output=True, text=True)
        if done.returncode:
            failed = [line.split()[1] for line in done.stdout.splitlines() if line.endswith("... FAILED")]
            return ", ".join(failed) or f"exit {done.returncode}"
    return None


def main():
    wanted = [int(word) for word in sys.argv[1:]] or range(len(HOLES) + 1)
    with tempfile.TemporaryDirectory() as name:
        target = pathlib.Path(os.environ.get("KEEP", name))
        shutil.rmtree(target / "src", ignore_errors=True)
        copy(target)
        cut(target)
        command = ["cargo", "test", "--no-run", "--locked", "--test", "secrecy", "--message-format", "json"]
        built = subprocess.run(command, cwd=target, capture_output=True, text=True)
        if built.returncode:
            sys.exit(built.stderr[-3000:])
        line = next(line for line in built.stdout.splitlines() if '"name":"secrecy"' in line and '"executable":"' in line)
        binary = line.split('"executable":"')[1].split('"')[0]
        missed = []
        for number in wanted:
            failed = run(binary, target, number)
            what = "no hole" if number == 0 else HOLES[number - 1][3]
            print(f"{number:3} {what}: {failed or 'all pass'}", flush=True)
            if bool(failed) != (number > 0):
                missed.append(what)
    if missed:
        sys.exit(f"not noticed: {', '.join(missed)}")


main()
