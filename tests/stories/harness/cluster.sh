# Starts a PostgreSQL cluster, says `ready`, and takes it away again when standard input ends.
# Arguments: the directory of PostgreSQL's programs, a fresh empty directory for the cluster, more settings for it, and, if
# its files are not to be there, where they are.
# Standard input is a pipe which only the process that wants it holds open: however that process ends, the pipe ends too.
set -eu
programs=$1
home=$2
settings=$3
data=${4:-$home/data}

# initdb and postgres refuse to run as root.
as_owner=
if [ "$(id -u)" = 0 ]; then
    owner=postgres
    id -u "$owner" >/dev/null 2>&1 || owner=nobody
    chown "$(id -u "$owner"):$(id -g "$owner")" "$home"
    as_owner="setpriv --reuid=$(id -u "$owner") --regid=$(id -g "$owner") --clear-groups"
fi

clear_away() {
    if [ -f "$data/postmaster.pid" ]; then
        $as_owner "$programs/pg_ctl" stop -D "$data" -m immediate -w >&2 || true
    fi
    cd /
    rm -rf "$home"
}
trap clear_away EXIT
# PIPE too: nobody may be left to hear `ready`.
trap '' HUP INT TERM PIPE

cd "$home"
export HOME="$home" TZ=UTC
$as_owner "$programs/initdb" -D "$data" --username=postgres --auth=trust \
    --encoding=UTF8 --locale=C.UTF-8 --no-sync --no-instructions >&2
cat >>"$data/postgresql.conf" <<SETTINGS
listen_addresses = ''
unix_socket_directories = '$home'
$settings
SETTINGS
$as_owner "$programs/pg_ctl" start -D "$data" -w -t 60 -l "$home/server.log" </dev/null >&2
echo ready || true
cat >/dev/null
