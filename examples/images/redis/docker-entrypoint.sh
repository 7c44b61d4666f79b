#!/bin/bash
# Becomes redis-server as the user redis, open to the container's networks, data in /data.
set -euo pipefail

[[ ${1:-} == -* || ${1:-} == *.conf ]] && set -- redis-server "$@"
[[ ${1:-} = redis-server ]] || exec "$@"
shift

# A configuration file has to come first; what is given on the command line wins over it.
config=()
if [[ $# -gt 0 && $1 != -* ]]; then
  config=("$1")
  shift
fi
server=(redis-server "${config[@]}" --bind '*' --protected-mode no --dir /data "$@")
if [[ $(id -u) = 0 ]]; then
  chown -R redis:redis /data
  exec setpriv --reuid=redis --regid=redis --init-groups -- "${server[@]}"
fi
exec "${server[@]}"
