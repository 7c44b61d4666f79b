import type { Stack } from '../recipe/compose/types.ts';
import { parseGoBool } from './labels/decode.ts';

/**
 * Whether a stack asks to be reached by HTTP, well or badly. A rule of the other version, labels on the container, a missing
 * `traefik.enable`: a proxy routes none of them, yet the author meant the app to be reached, so its silence is a failure.
 * `traefik.enable=false` is a wish not to be routed; a service with TCP or UDP routers alone asks for no HTTP. Pure.
 */
export function wantsHttp(stack: Stack): boolean {
  return Object.values(stack.services).some(
    ({ deploy, labels }) => asksForHttp(deploy?.labels ?? {}) || asksForHttp(labels ?? {}),
  );
}

function asksForHttp(labels: Readonly<Record<string, string>>): boolean {
  const keys = Object.keys(labels).map((label) => label.toLowerCase());
  const has = (prefix: string): boolean => keys.some((key) => key.startsWith(prefix));
  const enable = Object.entries(labels).find(([label]) => label.toLowerCase() === 'traefik.enable')?.[1];
  if (enable === undefined) return has('traefik.http.routers.');
  if (parseGoBool(enable) === false) return false;
  return has('traefik.http.') || !(has('traefik.tcp.') || has('traefik.udp.'));
}
