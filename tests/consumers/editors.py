#!/usr/bin/env python3
"""Vim and Emacs read the findings of airvane with the files in matchers/.

usage: editors.py AIRVANE

Vim runs airvane with :make and tells its quickfix list; Emacs runs it in a compilation buffer and goes from
finding to finding with next-error. Both must come to the places that JSON names.
"""

import json
import os
import pathlib
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
AIRVANE = pathlib.Path(sys.argv[1]).resolve()

BACKEND = "airflow.providers.amazon.aws.secrets.systems_manager.SystemsManagerParameterStoreBackend"
FILES = {
    "airflow.cfg": f'[secrets]\nbackend = {BACKEND}\nbackend_kwargs = {{"profile_name": "é😀",\t"region": "eu-west-1", "external_id": "x", "role_arn": "arn:aws:iam::123456789012:role/x"}}\n',
    "with blank/.env": "AIRFLOW_CONN_DB=postgres://u:p@h:port/db\n\nAIRFLOW_CONN_x=a\nAIRFLOW_CONN_ODD=acme://host.example.com\n",
}

VIM = """
compiler airvane
if $INFOS == 'yes'
  let &makeprg = substitute(&makeprg, ' -q ', ' -v ', '')
endif
silent make! .
let items = map(getqflist(), {_, i -> [bufname(i.bufnr), i.lnum, i.col, i.type, i.nr, i.text, i.valid]})
call writefile([json_encode(items)], $FOUND)
qall!
"""

EMACS = """
(require 'airvane)
(require 'json)
(setq compilation-ask-about-save nil
      compilation-skip-threshold 0
      found nil)
(let ((buffer (START)))
  (while (process-live-p (get-buffer-process buffer))
    (accept-process-output nil 0.1))
  (accept-process-output nil 0.1)
  (set-buffer buffer)
  (condition-case nil
      (let ((first t))
        (while t
          (next-error 1 first)
          (setq first nil)
          (let ((type (compilation--message->type
                       (get-text-property compilation-current-error 'compilation-message)))
                (root default-directory))
            (with-current-buffer (window-buffer)
              (goto-char (window-point))
              (push (list (file-relative-name buffer-file-name root)
                          (line-number-at-pos)
                          (1+ (- (point) (line-beginning-position)))
                          type)
                    found)))))
    (user-error nil)))
(with-temp-file (getenv "FOUND")
  (insert (json-encode (vconcat (nreverse found)))))
"""


def findings(folder):
    command = [AIRVANE, "check", "-q", "--format", "json", "."]
    ran = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    found = json.loads(ran.stdout)["diagnostics"]
    assert {finding["severity"] for finding in found} == {"error", "warning", "info"}, found
    return found


def run(command, folder, script, name, infos="no"):
    """What the editor wrote down, with airvane on its path."""
    found = folder.parent / f"{name}.json"
    path = folder.parent / name
    path.write_text(script, encoding="utf-8")
    environment = os.environ | {
        "FOUND": str(found),
        "INFOS": infos,
        "LC_ALL": "C.UTF-8",
        "TERM": "xterm-256color",
        "PATH": f"{AIRVANE.parent}{os.pathsep}{os.environ['PATH']}",
    }
    ran = subprocess.run(
        [*command, str(path)], cwd=folder, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True
    )
    assert found.exists(), (command, ran.returncode, ran.stdout, ran.stderr)
    return json.loads(found.read_text(encoding="utf-8"))


def vim(folder, expected):
    command = ["vim", "-Nu", "NONE", "-i", "NONE", "-es", "--cmd", f"set rtp^={ROOT}/matchers/vim", "-S"]
    wanted = [
        [
            finding["path"],
            finding["start"]["line"],
            finding["start"]["column"],
            finding["severity"][0],
            int(finding["code"].removeprefix("AV")),
            f"{finding['name']}: {finding['message']}",
            1,
        ]
        for finding in expected
    ]
    # :make does not ask for infos, and shows nothing but findings.
    found = run(command, folder, VIM, "check.vim")
    loud = [item for item in wanted if item[3] != "i"]
    assert found == loud, f"\n{found}\n{loud}"
    found = run(command, folder, VIM, "check.vim", infos="yes")
    found = [item for item in found if item[-1]]
    assert found == wanted, f"\n{found}\n{wanted}"
    print(f"vim: {len(found)} entries in the quickfix list")


def emacs(folder, expected):
    command = ["emacs", "-Q", "--batch", "-L", ROOT / "matchers" / "emacs", "-l"]
    level = {"error": 2, "warning": 1, "info": 0}
    wanted = [
        [finding["path"], finding["start"]["line"], finding["start"]["column"], level[finding["severity"]]]
        for finding in expected
    ]
    found = run(command, folder, EMACS.replace("START", 'airvane "."'), "check.el")
    assert found == wanted, f"\n{found}\n{wanted}"
    # What any command prints, in a terminal of Emacs that knows no colours, whatever it says; columns are those that
    # Emacs goes by without being told.
    found = run(command, folder, EMACS.replace("START", 'compile "airvane check -v --format concise ."'), "compile.el")
    places = [[path, line, kind] for path, line, _, kind in wanted]
    assert [[path, line, kind] for path, line, _, kind in found] == places, f"\n{found}\n{wanted}"
    print(f"emacs: {len(found)} findings visited")


def main():
    with tempfile.TemporaryDirectory() as scratch:
        folder = pathlib.Path(scratch, "repository")
        for name, text in FILES.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        expected = findings(folder)
        vim(folder, expected)
        emacs(folder, expected)


main()
