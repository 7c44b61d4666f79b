#!/bin/bash
# Makes the data directory at the first start, then becomes the server. Understands MARIADB_ROOT_PASSWORD, MARIADB_USER,
# MARIADB_PASSWORD and MARIADB_DATABASE, each also as MYSQL_… and as …_FILE.
set -euo pipefail

data=/var/lib/mysql

# Prints a setting: MARIADB_x, MARIADB_x_FILE, MYSQL_x or MYSQL_x_FILE, the first that is there.
setting() {
  local prefix name file_name
  for prefix in MARIADB MYSQL; do
    name=${prefix}_$1 file_name=${prefix}_$1_FILE
    if [[ -n ${!name:-} ]]; then printf '%s' "${!name}"; return; fi
    if [[ -n ${!file_name:-} ]]; then printf '%s' "$(<"${!file_name}")"; return; fi
  done
}

# Writes text as an SQL string.
quote() {
  local text=${1//\\/\\\\}
  printf "'%s'" "${text//\'/\'\'}"
}

first_statements() {
  local root user password database
  root=$(setting ROOT_PASSWORD) user=$(setting USER) password=$(setting PASSWORD) database=$(setting DATABASE)
  echo 'FLUSH PRIVILEGES;'
  echo "ALTER USER 'root'@'localhost' IDENTIFIED BY $(quote "$root");"
  echo "CREATE USER 'root'@'%' IDENTIFIED BY $(quote "$root");"
  echo "GRANT ALL ON *.* TO 'root'@'%' WITH GRANT OPTION;"
  if [[ -n $database ]]; then echo "CREATE DATABASE \`${database//\`/\`\`}\` CHARACTER SET utf8mb4;"; fi
  if [[ -n $user ]]; then echo "CREATE USER $(quote "$user")@'%' IDENTIFIED BY $(quote "$password");"; fi
  if [[ -n $user && -n $database ]]; then
    echo "GRANT ALL ON \`${database//\`/\`\`}\`.* TO $(quote "$user")@'%';"
  fi
}

[[ ${1:-} == -* ]] && set -- mariadbd "$@"
[[ ${1:-} = mariadbd || ${1:-} = mysqld ]] || exec "$@"

install -d -o mysql -g mysql /run/mysqld "$data"
if [[ ! -d $data/mysql ]]; then
  if [[ -z $(setting ROOT_PASSWORD) ]]; then
    echo 'mariadb: MARIADB_ROOT_PASSWORD or MARIADB_ROOT_PASSWORD_FILE must be set for the first start' >&2
    exit 1
  fi
  mariadb-install-db --user=mysql --datadir="$data" --skip-test-db --auth-root-authentication-method=normal > /dev/null
  first_statements | mariadbd --user=mysql --datadir="$data" --bootstrap
fi
exec "$@" --user=mysql
