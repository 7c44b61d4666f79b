import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { statePaths } from '../../src/config/paths.ts';
import { lockPorts } from '../../src/run/host-ports.ts';

async function setUp() {
  const paths = { hostLocks: await mkdtemp(join(tmpdir(), 'ports-')) };
  const { signal } = new AbortController();
  return { paths, wait: { timeoutMs: 0, signal, onWait: () => undefined } };
}

test('a port is held by one run at a time, and free again when that run lets go', async () => {
  const { paths, wait } = await setUp();
  {
    await using _held = await lockPorts(paths, { ...wait, ports: [7835, 7000] });
    await expect(lockPorts(paths, { ...wait, ports: [7835] })).rejects.toMatchObject({ code: 'E_PORT_BUSY' });
    await using _other = await lockPorts(paths, { ...wait, ports: [7836] });
  }
  await using _again = await lockPorts(paths, { ...wait, ports: [7000, 7835] });
});

test('a run that cannot have all its ports keeps none of them', async () => {
  const { paths, wait } = await setUp();
  await using _held = await lockPorts(paths, { ...wait, ports: [7835] });
  await expect(lockPorts(paths, { ...wait, ports: [7000, 7835] })).rejects.toMatchObject({ code: 'E_PORT_BUSY' });
  await using _free = await lockPorts(paths, { ...wait, ports: [7000] });
});

test('a waiting run goes on as soon as the port is free', async () => {
  const { paths, wait } = await setUp();
  const held = await lockPorts(paths, { ...wait, ports: [7835] });
  const told: number[] = [];
  const waiting = lockPorts(paths, { ...wait, ports: [7835], timeoutMs: 20_000, onWait: (port) => told.push(port) });
  await expect.poll(() => told).toEqual([7835]);
  await held[Symbol.asyncDispose]();
  await using _taken = await waiting;
});

test('installations of one user on one host share its ports, whatever their state directories', () => {
  const [one, other] = ['/srv/one', '/srv/other'].map((state) => statePaths({ CC_CI_STATE: state }, 0));
  expect(one?.locks).not.toBe(other?.locks);
  expect(one?.hostLocks).toBe(other?.hostLocks);
});
