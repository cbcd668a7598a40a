#!/usr/bin/env bash
# The real pre-commit on a temporary repository: a bad file fails the hook, a good one passes.
# usage: pre_commit.sh PRE_COMMIT AIRVANE
set -euo pipefail
pre_commit=$(realpath "$1")
airvane_folder=$(dirname "$(realpath "$2")")
hooks=$PWD
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export PRE_COMMIT_HOME=$work/cache GIT_CONFIG_GLOBAL=$work/gitconfig
git config --global user.name tester
git config --global user.email tester@example.com
git config --global init.defaultBranch main
git config --global --add safe.directory '*'

# pre-commit clones the hook repository, so it gets a copy of what is checked out here.
git -C "$hooks" ls-files -z | (cd "$hooks" && xargs -0 cp --parents -t "$(mkdir -p "$work/hooks" && echo "$work/hooks")")
git -C "$work/hooks" init -q && git -C "$work/hooks" add -A && git -C "$work/hooks" commit -qm hooks
revision=$(git -C "$work/hooks" rev-parse HEAD)

mkdir "$work/repository" && cd "$work/repository" && git init -q
printf '[secrets]\nbackend = airflow.providers.amazon.aws.secrets.secrets_manager.SecretsManagerBackend\nbackend_kwargs = {"connections_prefix": "airflow/connections",}\n' > airflow.cfg
mkdir good && printf '[secrets]\nbackend = airflow.providers.amazon.aws.secrets.secrets_manager.SecretsManagerBackend\nbackend_kwargs = {"connections_prefix": "airflow/connections", "variables_prefix": "airflow/variables"}\n' > good/airflow.cfg
printf 'print("not for airvane")\n' > dag.py
git add -A

for hook in airvane-system airvane; do
  printf 'repos:\n- repo: %s\n  rev: %s\n  hooks:\n  - id: %s\n' "$work/hooks" "$revision" "$hook" > .pre-commit-config.yaml
  echo "$hook on the good file"
  PATH="$airvane_folder:$PATH" "$pre_commit" run --files good/airflow.cfg dag.py
  echo "$hook on the bad file"
  if PATH="$airvane_folder:$PATH" "$pre_commit" run --files airflow.cfg dag.py > "$work/out"; then
    echo "the hook passed a bad file" >&2
    exit 1
  fi
  cat "$work/out"
  grep -q '^airflow.cfg:3:62: error\[AV201\] kwargs-not-json: ' "$work/out"
done
