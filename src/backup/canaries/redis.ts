import type { AppData } from '../app-data.ts';
import type { Canary } from '../types.ts';
import { type CanaryHandler, CHANGED, judgeHalves, makeCanary, volumeOf } from './kind.ts';
import { queryService, readLines, runsServer } from './query.ts';

/** The client, with the password that the server was started with; it stays inside the container. Parameters are the command. */
const CLIENT = `
client=$(command -v redis-cli || command -v valkey-cli || command -v keydb-cli) || { echo "no client: neither redis-cli nor valkey-cli" >&2; exit 127; }
password=\${REDIS_PASSWORD:-\${VALKEY_PASSWORD:-}}
[ -n "$password" ] || { [ -z "\${REDIS_PASSWORD_FILE:-}" ] || password=$(cat "$REDIS_PASSWORD_FILE"); }
[ -n "$password" ] || password=$(tr '\\000' '\\n' </proc/1/cmdline | sed -n '/^--requirepass$/{n;p;q;}')
[ -z "$password" ] || export REDISCLI_AUTH="$password"
answer=$("$client" --raw "$@") || exit 1
case $answer in ERR*|NOAUTH*|WRONGPASS*|NOPERM*|MISCONF*|READONLY*|LOADING*) echo "$answer" >&2; exit 1;; esac
printf '%s\\n' "$answer"
`;

const SERVERS = ['redis', 'valkey', 'keydb'];

/**
 * Two keys in a Redis server that keeps its data in a named volume, saved to disk at once. A server without a volume is a
 * cache: losing it is its business.
 */
export const redisCanaries: CanaryHandler = {
  kind: 'redis',
  async detect(habitat, service) {
    const mounts = habitat.volumes.some((volume) => volume.mountedBy.some((mount) => mount.service === service));
    if (!mounts || !(await runsServer(habitat.data, service, SERVERS))) return [];
    const directory = readLines(await command(habitat.data, service, ['CONFIG', 'GET', 'dir']))[1] ?? '';
    const place = volumeOf(habitat, service, directory);
    if (place === undefined) return [];
    return [makeCanary(habitat, 'redis', service, place.volume, `redis ${service}:0`, { directory: place.path })];
  },
  async plant(data, canary) {
    for (const half of ['a', 'b'] as const) {
      await command(data, canary.service, ['SET', keyName(canary, half), canary.token]);
    }
    await command(data, canary.service, ['SAVE']);
  },
  async check(data, canary) {
    const seen = new Map<string, string>();
    for (const half of ['a', 'b'] as const) {
      const value = (await command(data, canary.service, ['GET', keyName(canary, half)])).trim();
      if (value !== '') seen.set(half, value);
    }
    return judgeHalves(canary, seen);
  },
  async destroy(data, canary) {
    await command(data, canary.service, ['SET', keyName(canary, 'a'), CHANGED]);
    await command(data, canary.service, ['DEL', keyName(canary, 'b')]);
  },
};

function keyName(canary: Canary, half: 'a' | 'b'): string {
  return `cc-ci-canary-${canary.id}-${half}`;
}

async function command(data: AppData, service: string, words: readonly string[]): Promise<string> {
  return await queryService(data, service, CLIENT, words);
}
