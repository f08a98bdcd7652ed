#!/bin/sh
# Regenerates .sqlx, from which the checked SQL builds without a database: all of it, so that nothing stale stays.
# Runs with a server of its own, in SQLX_SERVER: see `make sqlx`.
set -eu
cd "$(dirname "$0")/.."

url=$(echo "${SQLX_SERVER:?}" | sed 's|///postgres?|///usher?|')
cargo run -q -p usher-postgres --example apply-migrations -- migrations "$url"

# Collected beside its place: if a statement does not fit the schema, the old data stays.
new=$PWD/target/sqlx.new
rm -rf "$new"
mkdir -p "$new"
touch crates/store/src/lib.rs # a statement is looked at when the crate is compiled, and only then
SQLX_OFFLINE=false SQLX_OFFLINE_DIR=$new DATABASE_URL=$url cargo check -q -p usher-store --all-targets
mkdir -p .sqlx
rm -f .sqlx/query-*.json
find "$new" -name 'query-*.json' -exec mv {} .sqlx/ \;
echo "$(find .sqlx -name 'query-*.json' | wc -l) checked statements" >&2
