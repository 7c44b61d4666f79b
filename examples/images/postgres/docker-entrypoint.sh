#!/bin/bash
# Makes the database cluster at the first start, then becomes the server. Understands the variables that recipes know from
# the common PostgreSQL image: POSTGRES_USER, POSTGRES_PASSWORD, POSTGRES_DB (each also as …_FILE), POSTGRES_INITDB_ARGS,
# POSTGRES_HOST_AUTH_METHOD, and scripts in /docker-entrypoint-initdb.d.
set -euo pipefail

# Sets a variable from the file that its …_FILE twin names.
from_file() {
  local name=$1 file_name=$1_FILE
  if [[ -n ${!file_name:-} ]]; then export "$name=$(<"${!file_name}")"; fi
  unset "$file_name"
}

as_postgres() {
  if [[ $(id -u) = 0 ]]; then
    setpriv --reuid=postgres --regid=postgres --init-groups -- "$@"
  else
    "$@"
  fi
}

make_cluster() {
  local auth=${POSTGRES_HOST_AUTH_METHOD:-scram-sha-256} socket=/tmp/cc-init
  if [[ -z ${POSTGRES_PASSWORD:-} && $auth != trust ]]; then
    echo 'postgres: POSTGRES_PASSWORD or POSTGRES_PASSWORD_FILE must be set for the first start' >&2
    exit 1
  fi
  local password_file
  password_file=$(as_postgres mktemp)
  printf '%s\n' "${POSTGRES_PASSWORD:-unused}" > "$password_file"
  # shellcheck disable=SC2086 # several arguments in one variable, by contract
  as_postgres initdb --username="$POSTGRES_USER" --pwfile="$password_file" --auth-local=trust --auth-host="$auth" \
    ${POSTGRES_INITDB_ARGS:-}
  rm -f "$password_file"
  printf 'host all all all %s\n' "$auth" >> "$PGDATA/pg_hba.conf"

  # The server of the first start listens in a place of its own, so that no health check takes it for the real one.
  as_postgres mkdir -p "$socket"
  as_postgres pg_ctl --wait --options="-c listen_addresses='' -k $socket" start
  local psql=(psql -X -v ON_ERROR_STOP=1 -h "$socket" -U "$POSTGRES_USER")
  if [[ $POSTGRES_DB != postgres ]]; then
    as_postgres "${psql[@]}" -d postgres -v name="$POSTGRES_DB" <<< 'CREATE DATABASE :"name";'
  fi
  local file
  for file in /docker-entrypoint-initdb.d/*; do
    case $file in
      *.sh) PGHOST=$socket as_postgres bash "$file" ;;
      *.sql) as_postgres "${psql[@]}" -d "$POSTGRES_DB" -f "$file" ;;
      *.sql.gz) gunzip -c "$file" | as_postgres "${psql[@]}" -d "$POSTGRES_DB" ;;
    esac
  done
  as_postgres pg_ctl --wait --mode=fast stop
}

[[ ${1:-} == -* ]] && set -- postgres "$@"
[[ ${1:-} = postgres ]] || exec "$@"

from_file POSTGRES_USER
from_file POSTGRES_PASSWORD
from_file POSTGRES_DB
export POSTGRES_USER=${POSTGRES_USER:-postgres}
export POSTGRES_DB=${POSTGRES_DB:-$POSTGRES_USER}
shopt -s nullglob

if [[ $(id -u) = 0 ]]; then
  install -d -o postgres -g postgres -m 0700 "$PGDATA"
  install -d -o postgres -g postgres -m 2775 /run/postgresql
fi
[[ -s $PGDATA/PG_VERSION ]] || make_cluster

shift
server=(postgres -c listen_addresses='*' -c jit=off "$@")
if [[ $(id -u) = 0 ]]; then exec setpriv --reuid=postgres --regid=postgres --init-groups -- "${server[@]}"; fi
exec "${server[@]}"
