#!/bin/sh
# tool.sh NAME VERSION: sees to it that a cargo sub-command is there. Any version that is there already will do.
set -eu
cd "$(dirname "$0")/.."
. scripts/lib.sh

has "$1" && exit 0
say "$1 is missing: installing $2 for this account with cargo; it is compiled, which takes some minutes, once"
cargo install --locked --quiet --version "$2" "$1"
