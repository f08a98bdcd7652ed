#!/bin/sh
# Lints the published contract with two linters that API teams use: Spectral and Redocly. Warnings count.
set -eu
cd "$(dirname "$0")/.."
. scripts/lib.sh

new_enough() { has npm && node -e 'process.exit(process.versions.node.split(".")[0] >= 20 ? 0 : 1)' 2>/dev/null; }
if ! new_enough; then
    say "Node.js 20 or later is missing"
    manager=$(packager) && case $manager in
        brew) install_packages brew node ;;
        *) install_packages "$manager" nodejs npm ;;
    esac
    new_enough || fail "Node.js 20 or later is needed for \`make contract\`, and this machine's packages do not have it"
fi

tools=tools/contract
if ! cmp -s $tools/package-lock.json $tools/node_modules/.installed; then
    say "installing the linters of the contract with npm, in $tools/node_modules"
    npm ci --prefix $tools --no-audit --no-fund --loglevel=error
    cp $tools/package-lock.json $tools/node_modules/.installed
fi
export REDOCLY_TELEMETRY=off REDOCLY_SUPPRESS_UPDATE_NOTICE=true
status=0
$tools/node_modules/.bin/spectral lint --ruleset $tools/spectral.yaml --fail-severity=hint openapi/openapi.json || status=1
$tools/node_modules/.bin/redocly lint --config $tools/redocly.yaml openapi/openapi.json || status=1
exit $status
