/** A small recipe that no rule has anything to say about. */
export const CLEAN: Readonly<Record<string, string>> = {
  'compose.yml': `version: "3.8"
services:
  app:
    image: nginx:1.27.2
    volumes:
      - content:/data
    secrets:
      - password
    networks:
      - proxy
    configs:
      - source: conf
        target: /etc/nginx/nginx.conf
    healthcheck:
      test: ["CMD", "true"]
      interval: 5s
    deploy:
      update_config:
        failure_action: rollback
        order: stop-first
      labels:
        - "traefik.enable=true"
        - "traefik.http.routers.\${STACK_NAME}.rule=Host(\`\${DOMAIN}\`)"
        - "coop-cloud.\${STACK_NAME}.version=1.0.0+1.27.2"
        - "coop-cloud.\${STACK_NAME}.timeout=120"
        - "backupbot.backup=true"
        - "backupbot.backup.pre-hook=dump"
        - "backupbot.backup.volumes.content.path=site"
        - "backupbot.restore.post-hook=load"
configs:
  conf:
    name: \${STACK_NAME}_conf_\${CONF_VERSION}
    file: nginx.conf
secrets:
  password:
    external: true
    name: \${STACK_NAME}_password_\${SECRET_PASSWORD_VERSION}
volumes:
  content:
networks:
  proxy:
    external: true
`,
  '.env.sample': `TYPE=wiki
DOMAIN=wiki.example.com
LETS_ENCRYPT_ENV=production
SECRET_PASSWORD_VERSION=v1 # length=20 charset=hex
COMPOSE_FILE="compose.yml"
`,
  'abra.sh': 'export CONF_VERSION=v1\nmigrate() {\n  true\n}\n',
  'nginx.conf': 'events {}\n',
  'README.md': `# Wiki
<!-- metadata -->
* **Category**: Apps
* **Status**: 3, stable
* **Image**: nginx, 4, upstream
* **Healthcheck**: Yes
* **Backups**: Yes
* **Email**: No
* **Tests**: 2
* **SSO**: No
<!-- endmetadata -->
`,
};
