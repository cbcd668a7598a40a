#!/usr/bin/env bash
# The wheel: what maturin builds is what pip installs, without a network and without cargo, and it runs.
# usage: wheel.sh MATURIN
set -euo pipefail
maturin=$(realpath "$1")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
version=$(sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml | head -1)

"$maturin" build --release --quiet --out "$work/wheels"
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check --no-index --no-deps "$work"/wheels/airvane-"$version"-*.whl

# Nothing of this machine but the environment.
airvane() { env -i PATH="$work/venv/bin" LANG=C.UTF-8 airvane "$@"; }
[ "$(airvane --version)" = "airvane $version" ]
"$work/venv/bin/python" -c "
import importlib.metadata as metadata
wheel = metadata.metadata('airvane')
assert wheel['Version'] == '$version', wheel['Version']
assert 'backend_kwargs' in wheel.get_payload(), 'the README is no part of it'
assert not metadata.requires('airvane'), metadata.requires('airvane')
"
# The demonstration of the README.
airvane check --fail-on never fixtures/demo > "$work/out"
grep -q 'AV201' "$work/out"
airvane check fixtures/demo > "$work/out" && exit 1
[ -n "$(airvane completions bash)" ] && [ -n "$(airvane man)" ]
echo "wheel: good"
