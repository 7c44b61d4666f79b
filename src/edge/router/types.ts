import type { RoutingTable } from '../labels/table-types.ts';

/** What the router knows at a moment. */
export interface RouterState {
  readonly table: RoutingTable;
  /** The routes that services without a task that is up would have: tells a waiting host from an unknown one. */
  readonly waiting: RoutingTable;
}

/** A port of the proxy, under the name that recipes use. */
export interface EntryPoint {
  readonly name: string;
  /** `tls`: every connection begins with TLS. `tcp`: no HTTP at all. */
  readonly kind: 'http' | 'tls' | 'tcp';
  readonly port: number;
}
