import { constants } from 'node:fs';
import { chown, open, stat, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { AppData } from '../app-data.ts';
import type { Canary } from '../types.ts';
import { type CanaryHandler, CHANGED, judgeHalves, makeCanary, ownVolumes } from './kind.ts';

/**
 * Two files in the root of every named volume, owned by whoever owns the root. PostgreSQL tolerates unknown files in its
 * data directory; MariaDB and MySQL take directories for databases and leave files with a leading dot alone.
 */
export const fileCanaries: CanaryHandler = {
  kind: 'file',
  async detect(habitat, service) {
    return ownVolumes(habitat, service).map((volume) =>
      makeCanary(habitat, 'file', service, volume, `${volume}:/`, {}),
    );
  },
  async plant(data, canary) {
    const directory = await root(data, canary);
    const owner = await stat(directory);
    for (const half of ['a', 'b'] as const) {
      const path = join(directory, fileName(canary, half));
      await write(path, canary.token);
      await chown(path, owner.uid, owner.gid);
    }
  },
  async check(data, canary) {
    const directory = await root(data, canary);
    const seen = new Map<string, string>();
    for (const half of ['a', 'b'] as const) {
      const text = await read(join(directory, fileName(canary, half)));
      if (text !== undefined) seen.set(half, text);
    }
    return judgeHalves(canary, seen);
  },
  async destroy(data, canary) {
    const directory = await root(data, canary);
    for (const half of ['a', 'b'] as const) await unlink(join(directory, fileName(canary, half))).catch(ignoreMissing);
    await write(join(directory, fileName(canary, 'a')), CHANGED);
  },
};

/** The name of one half, in the root of its volume. */
export function fileName(canary: Canary, half: 'a' | 'b'): string {
  return `.cc-ci-canary-${canary.id}-${half}`;
}

async function root(data: AppData, canary: Canary): Promise<string> {
  if (canary.volume === undefined) throw new Error(`file canary ${canary.id} has no volume`);
  return await data.volumePath(canary.volume);
}

// The app owns the volume: what stands at our name may be a symbolic link by now, so none is ever followed.
async function write(path: string, text: string): Promise<void> {
  const handle = await open(path, 'wx', 0o644);
  try {
    await handle.writeFile(text);
  } finally {
    await handle.close();
  }
}

async function read(path: string): Promise<string | undefined> {
  try {
    const handle = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    try {
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(64), 0, 64, 0);
      return buffer.toString('utf8', 0, bytesRead);
    } finally {
      await handle.close();
    }
  } catch (error: unknown) {
    ignoreMissing(error);
    return undefined;
  }
}

function ignoreMissing(error: unknown): void {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code !== 'ENOENT' && code !== 'ELOOP') throw error;
}
