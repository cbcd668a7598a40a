#!/usr/bin/env bash
# Completions are sourced and asked by the shells themselves, and man pages are read by man and mandoc.
# usage: shells.sh AIRVANE; what is not on the PATH (zsh, fish, mandoc) is said to be left out.
set -euo pipefail
airvane=$(realpath "$1")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
has() { command -v "$1" > /dev/null || { echo "left out: there is no $1" && return 1; }; }
wrong() { echo "$1" >&2; exit 1; }
# Reads all of it: with `pipefail` a writer that nobody listens to fails.
has_line() { grep -x -- "$1" > /dev/null; }

for shell in bash zsh fish powershell; do "$airvane" completions $shell > "airvane.$shell"; done

# What bash answers when it is asked for the end of a command line.
ask_bash() {
  bash --norc -c '
    source airvane.bash
    complete -p airvane | grep -q -- "-F _airvane" || exit 1
    COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMP_LINE="$*" COMP_POINT=${#COMP_LINE}
    _airvane airvane "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
    printf "%s\n" "${COMPREPLY[@]}"' bash "$@"
}
ask_bash airvane ch | has_line check || wrong "bash does not complete a command"
ask_bash airvane check --env-d | has_line --env-dialect || wrong "bash does not complete an option"
ask_bash airvane check --env-dialect compo | has_line compose || wrong "bash does not complete a word"
ask_bash airvane explain AV20 | has_line AV201 || wrong "bash does not complete a rule"
echo "bash: good"

if has zsh; then
  zsh -n airvane.zsh
  head -1 airvane.zsh | grep -qx '#compdef airvane' || wrong "zsh would not load it"
  echo "zsh: good"
fi
if has fish; then
  fish --no-execute airvane.fish
  ask_fish() { fish --no-config -c "source airvane.fish; complete -C '$1'" | cut -f1; }
  ask_fish 'airvane ch' | has_line check || wrong "fish does not complete a command"
  ask_fish 'airvane check --env-d' | has_line --env-dialect || wrong "fish does not complete an option"
  ask_fish 'airvane check --env-dialect compo' | has_line compose || wrong "fish does not complete a word"
  echo "fish: good"
fi

commands=$("$airvane" --help | sed -n '/^Commands:/,/^$/s/^  \([a-z]*\) .*/\1/p')
[ "$(wc -w <<< "$commands")" -gt 8 ] || wrong "no commands in --help"
mkdir man1
"$airvane" man > man1/airvane.1
for command in $commands; do "$airvane" man "$command" > "man1/airvane-$command.1"; done
for page in man1/*.1; do
  if has mandoc; then mandoc -T lint -W error "$page"; fi
  if has man; then
    warnings=$(man --warnings -E UTF-8 -l "$page" 2>&1 > page.txt) || wrong "man cannot read $page"
    [ -z "$warnings" ] || wrong "man says of $page: $warnings"
    grep -q '^NAME' page.txt || wrong "$page has no text"
  fi
done | sort -u
echo "man pages: good"
