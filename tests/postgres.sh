#!/bin/sh
# A throw-away PostgreSQL cluster for the tests: nothing outside one folder, gone when it is stopped.
#
#   tests/postgres.sh start DIR    makes it in DIR, which must not exist yet, and prints its URL
#   tests/postgres.sh stop DIR     ends it and removes DIR
#
# The server refuses to run as root, so root runs it as the user postgres. It listens on loopback only (a socket's path
# has a narrow limit, and DIR may be deep). It does not wait for the disk: it holds nothing that anybody would miss.
set -eu

usage() {
    echo "usage: tests/postgres.sh start|stop DIR" >&2
    exit 2
}
[ $# -eq 2 ] || usage
action=$1
dir=$2
# A relative folder must mean the same after `cd /`.
case $dir in /*) ;; *) dir=$PWD/$dir ;; esac

find_binaries() {
    for bin in $(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -t/ -k5 -rn); do
        if [ -x "$bin/initdb" ]; then
            echo "$bin"
            return
        fi
    done
    if command -v initdb >/dev/null; then
        dirname "$(command -v initdb)"
        return
    fi
    echo "tests/postgres.sh: PostgreSQL's server programs (initdb, pg_ctl) are not installed; on Debian: apt install postgresql" >&2
    exit 1
}

as_server_user() {
    # From a folder that the other user may enter.
    if [ "$(id -u)" = 0 ]; then
        (cd / && exec runuser -u postgres -- "$@")
    else
        (cd / && exec "$@")
    fi
}

free_port() {
    python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])' 2>/dev/null && return
    # Without Python: a port of the range that systems rarely hand out, by the number of this process.
    echo $((20000 + $$ % 10000))
}

start() {
    if [ -e "$dir" ]; then
        echo "tests/postgres.sh: $dir exists already" >&2
        exit 1
    fi
    bin=$(find_binaries)
    mkdir -p "$dir"
    if [ "$(id -u)" = 0 ]; then
        chown postgres "$dir"
    fi
    # Sorted as English sorts, where the server can: a column that forgot its collate "C" is found out.
    locale="--locale=C.UTF-8"
    if "$bin/initdb" --help | grep -q icu-locale; then
        locale="$locale --locale-provider=icu --icu-locale=en"
    fi
    # shellcheck disable=SC2086 # several options
    as_server_user "$bin/initdb" -D "$dir/data" -U unstale -A trust -E UTF8 $locale --no-sync >"$dir/initdb.log" 2>&1 || {
        cat "$dir/initdb.log" >&2
        exit 1
    }
    # Somebody may take the port between looking and listening.
    for attempt in 1 2 3 4 5; do
        port=$(free_port)
        options="-c listen_addresses=127.0.0.1 -c port=$port -c unix_socket_directories= -c fsync=off -c synchronous_commit=off -c full_page_writes=off -c max_connections=300"
        if as_server_user "$bin/pg_ctl" -D "$dir/data" -l "$dir/data/server.log" -w -o "$options" start >/dev/null 2>&1; then
            echo "postgres://unstale@127.0.0.1:$port/postgres"
            return
        fi
    done
    echo "tests/postgres.sh: the server does not start" >&2
    cat "$dir/data/server.log" >&2
    exit 1
}

stop() {
    if [ ! -d "$dir/data" ]; then
        echo "tests/postgres.sh: there is no cluster in $dir" >&2
        exit 1
    fi
    bin=$(find_binaries)
    as_server_user "$bin/pg_ctl" -D "$dir/data" -w -m immediate stop >/dev/null
    rm -rf "$dir"
}

case $action in
    start) start ;;
    stop) stop ;;
    *) usage ;;
esac
