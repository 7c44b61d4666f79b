import { afterAll, beforeAll, expect, test } from 'vitest';
import { readSettings } from '../../src/config/settings.ts';
import { connectEngine, type Engine } from '../../src/swarm/engine.ts';
import { readEngineFacts } from '../../src/swarm/facts.ts';
import { ensureImages } from '../../src/swarm/images.ts';
import { readNetworkUsage } from '../../src/swarm/network-usage.ts';
import { BUSYBOX } from '../support/set-up/test-images.ts';

let engine: Engine;

beforeAll(async () => {
  engine = await connectEngine(readSettings().dockerSocket);
});
afterAll(() => engine.close());

test('the facts name a manager of a Swarm with its node', async () => {
  const facts = await readEngineFacts(engine);
  expect(facts).toMatchObject({ swarm: 'manager', apiVersion: engine.apiVersion });
  expect(facts.nodes).toBeGreaterThanOrEqual(1);
  expect((await engine.nodes()).map(({ ID }) => ID)).toContain(facts.nodeId);
});

test('a local image is pinned by its id, once, however often it is named', async () => {
  const image = BUSYBOX;
  const states: string[] = [];
  const pins = await ensureImages(engine, [image, image], ({ state }) => states.push(state));
  expect(pins).toMatchObject([{ reference: image, digest: undefined, source: 'local', pullMs: 0 }]);
  expect(pins[0]?.imageId).toMatch(/^sha256:/);
  expect(states).toEqual(['present']);
});

test('a registry that does not exist is told from an image that does not', async () => {
  await expect(ensureImages(engine, ['registry.invalid/acme/app:1'])).rejects.toMatchObject({
    code: 'E_IMAGE',
    known: { code: 'registry-unreachable' },
    fault: 'infrastructure',
  });
});

test('addresses are counted on every overlay network, and fit into it', async () => {
  const networks = await readNetworkUsage(engine);
  expect(networks.map(({ name }) => name)).toContain('ingress');
  for (const { total, used, free } of networks) {
    expect(used + free).toBe(total);
    expect(used).toBeGreaterThan(0);
  }
});
