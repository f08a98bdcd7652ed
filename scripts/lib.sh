# shellcheck shell=sh
# What the scripts here share. They run under any POSIX shell, from the project's folder.

say() { printf '==> %s\n' "$*" >&2; }
fail() { printf 'error: %s\n' "$*" >&2; exit 1; }
has() { command -v "$1" >/dev/null 2>&1; }

# Runs a command as root, where that needs no question.
as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"; elif has sudo && sudo -n true 2>/dev/null; then sudo -n "$@"; else return 1; fi
}

# The machine's package manager, where it can be used without a question: Homebrew needs no root, the others do.
packager() {
    if has brew && [ "$(id -u)" != 0 ]; then echo brew; return; fi
    for p in apt-get dnf apk pacman; do
        if has "$p"; then
            as_root true || return 1
            echo "$p"; return
        fi
    done
    return 1
}

# install_packages MANAGER NAME…
install_packages() {
    manager=$1; shift
    say "installing with $manager: $*"
    case $manager in
        brew) brew install --quiet "$@" >/dev/null ;;
        apt-get)
            export DEBIAN_FRONTEND=noninteractive
            as_root apt-get install -qq -y --no-install-recommends "$@" >/dev/null ||
                { as_root apt-get update -qq >/dev/null && as_root apt-get install -qq -y --no-install-recommends "$@" >/dev/null; } ;;
        dnf) as_root dnf install -q -y "$@" >/dev/null ;;
        apk) as_root apk add -q "$@" >/dev/null ;;
        pacman) as_root pacman -S --noconfirm --needed --quiet "$@" >/dev/null ;;
    esac
}

# fetch URL FILE
fetch() {
    if has curl; then curl --proto '=https,file' --fail --silent --show-error --location --retry 2 --output "$2" "$1"
    elif has wget; then wget -q -O "$2" "$1"
    else return 1; fi
}

sha256() {
    if has sha256sum; then sha256sum <"$1"; else shasum -a 256 <"$1"; fi | cut -d ' ' -f 1
}
