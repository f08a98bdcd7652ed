#!/bin/sh
# The benchmarks: what a decision costs, then what a request costs, on a Postgres of their own.
set -eu
cd "$(dirname "$0")/.."

cargo bench -p usher-policy "$@"
cargo bench -p usher-tests "$@"
