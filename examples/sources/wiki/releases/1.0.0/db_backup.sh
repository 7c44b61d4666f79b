#!/bin/bash
# Writes the database into its volume before a backup, and reads it back after a restore.
set -euo pipefail

dump=/var/lib/mysql/backup.sql
MYSQL_PWD=$(< /run/secrets/db_root_pw)
export MYSQL_PWD

case ${1:-} in
  backup)
    mariadb-dump --user=root --single-transaction --databases wiki > "$dump.part"
    mv "$dump.part" "$dump"
    ;;
  restore)
    mariadb --user=root --execute='DROP DATABASE IF EXISTS wiki'
    mariadb --user=root < "$dump"
    ;;
  *)
    echo "usage: $0 backup|restore" >&2
    exit 2
    ;;
esac
