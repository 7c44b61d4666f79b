/** Which Traefik's rules hold: its major version decides matchers and providers (`@docker` or `@swarm`). */
export type TraefikVersion = 'v2' | 'v3';

/** How host names reach services on this host. */
export interface Edge {
  readonly kind: 'built-in' | 'traefik';
  readonly traefik: TraefikVersion;
  /** Where the proxy listens, on loopback: probes use SNI and `Host` against it, never DNS. */
  readonly address: string;
  readonly httpsPort: number;
  readonly httpPort: number;
  /** PEM file of the authority that signed the wildcard certificate; undefined behind a foreign Traefik. */
  readonly authorityFile: string | undefined;
}

/** A label that the proxy does not take, or not in the way its author meant. */
export interface RouteProblem {
  readonly service: string;
  readonly label: string;
  /** Stable code, e.g. `route-unknown-key`, `route-rule-v2`, `route-foreign-host`. */
  readonly code: string;
  readonly sentence: string;
  /** `refused`: must not be deployed. `dropped`: Traefik would drop it, so do we. `warning`: it works, but. */
  readonly weight: 'refused' | 'dropped' | 'warning';
}

/** One HTTP answer, or why there was none. */
export interface ProbeAnswer {
  readonly url: string;
  readonly status: number | undefined;
  readonly headers: Readonly<Record<string, string>>;
  /** The first bytes of the body, as text. */
  readonly body: string;
  /** `ECONNREFUSED`, `timeout`, …; undefined when there was an answer. */
  readonly error: string | undefined;
  readonly ms: number;
  /** True when the answer is the proxy's own (unknown host, no healthy task) rather than the app's. */
  readonly fromProxy: boolean;
}
