# shellcheck shell=sh
# packages.sh - install what is missing from the distribution. Sourced by ./run and ./test.

# As root, directly or through sudo.
as_root() {
    if [ "$(id -u)" -eq 0 ]; then
        "$@"
    elif command -v sudo >/dev/null 2>&1; then
        sudo "$@"
    else
        echo "This needs root, and there is no sudo: $*" >&2
        return 1
    fi
}

# missing_packages NAME...: prints those that are not installed.
missing_packages() {
    for package in "$@"; do
        status=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null) || status=
        [ "$status" = installed ] || printf ' %s' "$package"
    done
}

apt_install() {
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q \
        --no-install-recommends "$@" </dev/null
}

# The package lists may be absent (a bare system) or too old: fetched when it matters.
apt_install_fresh() {
    apt_install "$@" >/dev/null 2>&1 && return
    as_root apt-get update -q </dev/null && apt_install "$@"
}

# need_packages NAME...: installs those that are missing, and says so first.
need_packages() {
    if ! command -v dpkg-query >/dev/null 2>&1; then
        echo "Not a Debian: nothing is installed. Needed are what Debian calls: $*" >&2
        return
    fi
    missing=$(missing_packages "$@")
    [ -n "$missing" ] || return 0
    echo "Installing:$missing"
    # shellcheck disable=SC2086 # one word for each package
    apt_install_fresh $missing || {
        echo "Cannot install:$missing" >&2
        return 1
    }
}

# PostgreSQL's programs, without the server that its package would start by itself.
need_postgresql() {
    command -v dpkg-query >/dev/null 2>&1 || return 0
    [ -n "$(missing_packages postgresql)" ] || return 0
    conf=/etc/postgresql-common/createcluster.conf
    need_packages postgresql-common || return
    [ -f "$conf" ] || { need_packages postgresql; return; }
    as_root cp -p "$conf" "$conf.before-rowan" || return
    echo 'create_main_cluster = false' | as_root tee -a "$conf" >/dev/null
    need_packages postgresql
    result=$?
    as_root mv "$conf.before-rowan" "$conf"
    return "$result"
}
