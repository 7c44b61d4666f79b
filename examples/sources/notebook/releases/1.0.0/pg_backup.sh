#!/bin/bash
# Writes the database into its volume before a backup, and reads it back after a restore.
set -euo pipefail

dump=$PGDATA/backup.sql

case ${1:-} in
  backup)
    pg_dump --username="$POSTGRES_USER" "$POSTGRES_DB" > "$dump.part"
    mv "$dump.part" "$dump"
    ;;
  restore)
    psql() { command psql --quiet --no-psqlrc --set=ON_ERROR_STOP=1 --username="$POSTGRES_USER" "$@"; }
    psql --dbname=postgres --command="DROP DATABASE IF EXISTS \"$POSTGRES_DB\" WITH (FORCE)"
    psql --dbname=postgres --command="CREATE DATABASE \"$POSTGRES_DB\" OWNER \"$POSTGRES_USER\""
    psql --dbname="$POSTGRES_DB" --single-transaction --file="$dump" > /dev/null
    ;;
  *)
    echo "usage: $0 backup|restore" >&2
    exit 2
    ;;
esac
