#!/usr/bin/env bash
# The real pre-commit on a temporary repository, from nothing to a hook that fails: a bad file fails, a good one passes,
# changed files are judged as a walk judges them, and what several files tell needs the whole project.
# usage: pre_commit.sh PRE_COMMIT AIRVANE
set -euo pipefail
pre_commit=$(realpath "$1")
airvane_folder=$(dirname "$(realpath "$2")")
hooks=$PWD
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export PRE_COMMIT_HOME=$work/cache GIT_CONFIG_GLOBAL=$work/gitconfig
# The wheel is built from the dependencies that are there already, and without optimisation: it is the way that is tried.
export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$hooks/target}
export MATURIN_PEP517_ARGS="--profile dev"
git config --global user.name tester
git config --global user.email tester@example.com
git config --global init.defaultBranch main
git config --global --add safe.directory '*'

"$pre_commit" validate-manifest .pre-commit-hooks.yaml

# pre-commit clones the hook repository, so it gets a copy of what is checked out here.
git -C "$hooks" ls-files -z | (cd "$hooks" && xargs -0 cp --parents -t "$(mkdir -p "$work/hooks" && echo "$work/hooks")")
git -C "$work/hooks" init -q && git -C "$work/hooks" add -A && git -C "$work/hooks" commit -qm hooks
revision=$(git -C "$work/hooks" rev-parse HEAD)

backend=airflow.providers.amazon.aws.secrets.secrets_manager.SecretsManagerBackend
mkdir "$work/repository" && cd "$work/repository" && git init -q
printf '[secrets]\nbackend = %s\nbackend_kwargs = {"connections_prefix": "airflow/connections",}\n' $backend > airflow.cfg
mkdir good && printf '[secrets]\nbackend = %s\nbackend_kwargs = {"connections_prefix": "airflow/connections", "variables_prefix": "airflow/variables"}\n' $backend > good/airflow.cfg
printf 'print("not for airvane")\n' > setup.py
printf 'name: of another program\n' > other.yaml
printf '{ broken\n' > other.json
git add -A

configure() {
  printf 'repos:\n- repo: %s\n  rev: %s\n  hooks:\n  - id: %s\n' "$work/hooks" "$revision" "$1" > .pre-commit-config.yaml
  git add .pre-commit-config.yaml
}
run() { PATH="$airvane_folder:$PATH" "$pre_commit" run "$@" > "$work/out" 2>&1; }
passes() {
  if ! run "$@"; then
    echo "the hook fails, and should not: $*" >&2
    cat "$work/out" >&2
    exit 1
  fi
}
fails() {
  if run "$@"; then
    echo "the hook passes, and should not: $*" >&2
    exit 1
  fi
  cat "$work/out"
}
holds() {
  if ! grep -q "$1" "$work/out"; then
    echo "there is no line: $1" >&2
    exit 1
  fi
}

for hook in airvane-system airvane; do
  configure "$hook"
  echo "$hook on files that are good, and on those of others"
  passes --files good/airflow.cfg setup.py other.yaml other.json
  echo "$hook on the bad file"
  fails --files airflow.cfg other.yaml other.json
  holds '^airflow.cfg:3:62: error\[AV201\] kwargs-not-json: '
  if grep -q other "$work/out"; then
    echo "the hook speaks of files of others" >&2
    exit 1
  fi
done

echo "as the README has it: a commit is refused until the file is put right"
readme=$(sed -n '/^## pre-commit$/,/^## CI$/p' "$hooks/README.md" | sed -n '/^```yaml$/,/^```$/p' | sed '/^```/d')
sed "s|https://github.com/airvane/airvane|$work/hooks|; s|rev: .*|rev: $revision|" <<< "$readme" > .pre-commit-config.yaml
grep -q "rev: $revision" .pre-commit-config.yaml && git add .pre-commit-config.yaml
PATH="$airvane_folder:$PATH" "$pre_commit" install > /dev/null
if PATH="$airvane_folder:$PATH" git commit -qm bad > "$work/out" 2>&1; then
  echo "the commit went through" >&2
  exit 1
fi
holds '^airflow.cfg:3:62: error\[AV201\]'
cp good/airflow.cfg airflow.cfg && git add -A
PATH="$airvane_folder:$PATH" git commit -qm good > "$work/out" 2>&1

echo "what the settings file excludes is passed over"
mkdir old && printf '[core]\nexecutor = X\nexecutor = Y\n' > old/airflow.cfg && git add -A
fails --files old/airflow.cfg
printf 'exclude = ["old/"]\n' > airvane.toml && git add -A
passes --files old/airflow.cfg

echo "the whole project, whatever changed"
mkdir dags && printf 'from airflow.models import Variable\nVariable.get("stage_of_nothing")\n' > dags/main.py && git add -A
configure airvane-project-system
printf '[secrets]\nbackend = %s\nbackend_kwargs = {"connections_prefix": "airflow/connections",}\n' $backend > airflow.cfg
fails --files dags/main.py
holds '^airflow.cfg:3:62: error\[AV201\]'
echo "pre-commit: good"
