/** What the router's container and whoever deploys it have to agree on. */
export const ROUTER_ENV = { network: 'CC_CI_ROUTER_NETWORK', traefik: 'CC_CI_ROUTER_TRAEFIK' } as const;

/** Ports inside the container: above 1024, so that it needs no capability at all. */
export const CONTAINER_PORTS = { http: 8080, https: 8443 } as const;

export const SECRET_FILES = { certificate: '/run/secrets/router-certificate', key: '/run/secrets/router-key' } as const;

export const SOCKET_IN_CONTAINER = '/var/run/docker.sock';
