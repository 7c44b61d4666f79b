import type { Stack } from '../../../src/recipe/compose/types.ts';

/** A stack of one service, `app`, on the proxy network, with these deploy labels. */
export function stackWith(labels: Readonly<Record<string, string>>): Stack {
  return {
    version: '3.8',
    services: { app: { image: 'app:1', deploy: { labels }, networks: { proxy: null } } },
    networks: { proxy: { external: true } },
    volumes: {},
    secrets: {},
    configs: {},
  };
}
