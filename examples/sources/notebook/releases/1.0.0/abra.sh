export APP_ENTRYPOINT_VERSION=v1
export APP_CONFIG_VERSION=v1
export PG_BACKUP_VERSION=v1

# Lists the notes: abra app cmd <domain> app notes
notes() {
  curl --fail --silent http://localhost:3000/notes
}
