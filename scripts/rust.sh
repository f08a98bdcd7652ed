#!/bin/sh
# Sees to it that there is a Rust toolchain of the version this project needs, and a C compiler, which Rust links with.
set -eu
cd "$(dirname "$0")/.."
. scripts/lib.sh

need=$(sed -n 's/^rust-version = "\([0-9.]*\)".*/\1/p' Cargo.toml)

# Whether `cargo` is there and no older than needed.
enough() {
    have=$(cargo --version 2>/dev/null | cut -d ' ' -f 2) || return 1
    [ -n "$have" ] && [ "$(printf '%s\n%s\n' "$need" "$have" | sort -V | head -n 1)" = "$need" ]
}

if ! has cc && ! has gcc && ! has clang; then
    manager=$(packager) || fail "no C compiler (cc) on this machine, and no package manager to install one with: please install gcc"
    case $manager in
        apt-get) install_packages apt-get gcc libc6-dev ;;
        apk) install_packages apk gcc musl-dev ;;
        brew) xcode-select --install 2>/dev/null || true ;;
        *) install_packages "$manager" gcc ;;
    esac
fi

enough && exit 0
if has rustup; then
    say "Rust $need or later is needed: rustup update stable"
    rustup toolchain install stable --profile minimal --component clippy,rustfmt
    enough || rustup default stable
else
    say "Rust $need or later is needed: installing it for this account with rustup (https://rustup.rs)"
    has curl || has wget || install_packages "$(packager)" curl ca-certificates
    script=$(mktemp)
    fetch https://sh.rustup.rs "$script" || fail "the Rust installer could not be fetched from https://sh.rustup.rs"
    sh "$script" -y --no-modify-path --profile minimal --component clippy,rustfmt
    rm -f "$script"
    say "it lies in \${CARGO_HOME:-~/.cargo}/bin, which make finds by itself; for your shell: . ~/.cargo/env"
    PATH="${CARGO_HOME:-$HOME/.cargo}/bin:$PATH"
fi
enough || fail "still no Rust $need: \`cargo --version\` says: $(cargo --version 2>&1)"
