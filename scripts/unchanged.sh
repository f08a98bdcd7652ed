#!/bin/sh
# unchanged.sh COMMAND…: runs what regenerates files, and fails if that changed any: what is committed must be what is
# generated. What was changed before stays out of it, so it serves in the middle of work too.
set -eu
cd "$(dirname "$0")/.."
. scripts/lib.sh

before=$(mktemp)
after=$(mktemp)
trap 'rm -f "$before" "$after"' EXIT
tree() { git status --porcelain --untracked-files=all; git diff; git ls-files --others --exclude-standard -z | xargs -0 -r cksum; }
tree >"$before"
"$@"
tree >"$after"
if ! cmp -s "$before" "$after"; then
    diff "$before" "$after" | head -n 200 >&2 || true
    fail "generated files were not up to date: look at the change above, and keep it if it is right"
fi
