import { mkdtemp, readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { hostBounds } from '../../src/config/bounds.ts';
import { loadStack } from '../../src/recipe/compose/load.ts';
import type { Stack } from '../../src/recipe/compose/types.ts';
import { refuseBeyondBounds } from '../../src/run/bounds/judge-stack.ts';
import { lockPorts } from '../../src/run/host-ports.ts';
import { hostPorts } from '../../src/run/plan/refusals.ts';
import { labelStack } from '../../src/swarm/label.ts';
import { writeFiles } from '../recipe/recipe-repository.ts';

const BOUNDS = hostBounds({}, 64 * 1024 ** 3);

/** A stack as it is deployed, from the text of a stack file. */
async function stackOf(text: string): Promise<Stack> {
  const root = await mkdtemp(join(tmpdir(), 'cc-ci-bounds-'));
  await writeFiles(root, { 'compose.yml': `version: "3.8"\n${text}` });
  const stack = await loadStack({ root, files: ['compose.yml'], env: {} });
  return labelStack(stack, { runId: 'r', recipe: 'x', expires: 0 });
}

const many = (count: number, line: (index: number) => string) =>
  Array.from({ length: count }, (_, index) => `${line(index)}\n`).join('');
const app = (more = '') => `services:\n  app:\n    image: app:1\n${more}`;
const joins = (count: number) =>
  `${app(`    networks: [${many(count, (index) => `n${index},`).replaceAll('\n', ' ')}]\n`)}networks:\n${many(count, (index) => `  n${index}: {}`)}`;

describe('a stack that is larger than a run may be is refused, approved or not', () => {
  test.each([
    ['22 networks', joins(22), 'the stack makes 22 networks, and a run may have 10'],
    [
      '1,000 ports',
      app('    ports: ["10000-10999:10000-10999"]\n'),
      'the stack publishes 1000 ports, and a run may have 100',
    ],
    [
      '100,000 replicas',
      app('    deploy: {replicas: 100000}\n'),
      'the stack asks for 100000 replicas, and a run may have 60',
    ],
    [
      'replicas of a job',
      app('    deploy: {mode: replicated-job, replicas: 61}\n'),
      'the stack asks for 61 replicas, and a run may have 60',
    ],
    [
      'many services',
      `services:\n${many(41, (index) => `  s${index}: {image: "app:1"}`)}`,
      'the stack has 41 services, and a run may have 40',
    ],
    [
      'many volumes',
      `${app()}volumes:\n${many(61, (index) => `  v${index}: {}`)}`,
      'the stack has 61 volumes, and a run may have 60',
    ],
    [
      'anonymous volumes',
      app(`    volumes:\n${many(61, (index) => `      - {type: volume, target: /v${index}}`)}`),
      'the stack has 61 volumes, and a run may have 60',
    ],
    [
      'many secrets',
      `${app()}secrets:\n${many(151, (index) => `  s${index}: {external: true}`)}`,
      'the stack has 151 secrets and configs, and a run may have 150',
    ],
    [
      'a reservation beyond the limit that it would get',
      app('    deploy: {resources: {reservations: {memory: 9G}}}\n'),
      'the service app reserves 9.0 GiB of memory, and a run may have 4.0 GiB',
    ],
  ])('%s', async (_, text, message) => {
    const stack = await stackOf(text);
    expect(() => refuseBeyondBounds(stack, BOUNDS)).toThrow(
      expect.objectContaining({
        code: 'E_BOUND',
        fault: 'usage',
        message,
        hint: expect.stringContaining('worker.bounds.'),
      }),
    );
  });

  test('and one that its operator allows is not', async () => {
    const stack = await stackOf(joins(22));
    expect(() => refuseBeyondBounds(stack, { ...BOUNDS, networks: 22 })).not.toThrow();
  });

  test('networks of others do not count', async () => {
    const foreign = joins(22).replaceAll(': {}', ': {external: true}');
    const stack = await stackOf(foreign);
    expect(() => refuseBeyondBounds(stack, BOUNDS)).not.toThrow();
  });
});

test('no file is left of the locks of ports that a run has had', async () => {
  const hostLocks = await mkdtemp(join(tmpdir(), 'ports-'));
  const ports = hostPorts(await stackOf(app('    ports: ["10000-10009:10000-10009"]\n')));
  expect(ports).toHaveLength(10);
  {
    const wait = { ports, timeoutMs: 0, signal: new AbortController().signal, onWait: () => undefined };
    await using _held = await lockPorts({ hostLocks }, wait);
    // One for each port, of which there are never more than the bound.
    expect(await readdir(hostLocks)).toHaveLength(10);
  }
  expect(await readdir(hostLocks)).toEqual([]);
});
