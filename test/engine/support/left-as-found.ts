import { afterAll, beforeAll, vi } from 'vitest';
import { readSettings } from '../../../src/config/settings.ts';
import { connectEngine } from '../../../src/swarm/engine.ts';
import { listObjects, OBJECT_KINDS } from '../../../src/swarm/inventory.ts';
import { WITHIN } from '../../support/within.ts';

// The next file on this Engine finds what this one leaves, and would be red in its stead.
const dockerSocket = readSettings().dockerSocket;
let before: readonly string[] = [];

beforeAll(async () => {
  before = await everything();
});

afterAll(async () => {
  await vi.waitFor(async () => {
    const left = (await everything()).filter((line) => !before.includes(line));
    if (left.length > 0) throw new Error(`this file has left in its Engine: ${left.join(', ')}`);
  }, WITHIN);
});

async function everything(): Promise<string[]> {
  const engine = await connectEngine(dockerSocket);
  try {
    const found = await listObjects(engine, () => true);
    // A task of the router may be replaced by another one.
    return OBJECT_KINDS.flatMap((kind) =>
      found[kind].map(({ name }) => `${kind.slice(0, -1)} ${name.replace(/\.[a-z0-9]{25}$/, '')}`),
    );
  } finally {
    engine.close();
  }
}
