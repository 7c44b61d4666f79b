import type { Mount, Service, Stack } from '../../src/recipe/compose/types.ts';

/** A stack from services alone: every named volume that a service mounts is declared. */
export function stackOf(services: Readonly<Record<string, Service>>, volumes: Stack['volumes'] = {}): Stack {
  const mounts = Object.values(services).flatMap((service) => service.volumes ?? []);
  const named = mounts.flatMap((mount) =>
    mount.type === 'volume' && mount.source !== undefined ? [mount.source] : [],
  );
  return {
    version: '3.8',
    services,
    networks: {},
    volumes: { ...Object.fromEntries(named.map((volume) => [volume, {}])), ...volumes },
    secrets: {},
    configs: {},
  };
}

/** A service with deploy labels and volumes written as `volume:/target`. */
export function serviceOf(labels: Readonly<Record<string, string>>, ...volumes: readonly string[]): Service {
  return { image: 'app', deploy: { labels }, volumes: volumes.map(mountOf) };
}

function mountOf(text: string): Mount {
  const [source = '', target = ''] = text.split(':');
  return { type: source.startsWith('/') ? 'bind' : 'volume', source, target };
}
