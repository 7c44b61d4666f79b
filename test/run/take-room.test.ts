import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Claim, Room } from '../../src/run/capacity/judge-room.ts';
import { type RoomRequest, takeRoom } from '../../src/run/capacity/take-room.ts';

const need = { addresses: 2, memoryBytes: 0, provenMemoryBytes: 0, memoryFrom: [], diskBytes: 0 };

/** A host with so many addresses, of which runs take all they were granted at once. */
function hostWith(addresses: number) {
  const room: Room = {
    network: 'proxy',
    freeAddresses: addresses,
    freeMemoryBytes: Infinity,
    freeDiskBytes: Infinity,
    held: new Map(),
  };
  const holding = (claims: readonly Claim[]) =>
    new Map(claims.map((claim) => [claim.stackName, { addresses: claim.need.addresses, memoryBytes: 0 }]));
  return {
    measure: () => Promise.resolve(room),
    withHeld: (_: Room, claims: readonly Claim[]) =>
      Promise.resolve({ ...room, freeAddresses: addresses - 2 * claims.length, held: holding(claims) }),
  };
}

async function setUp() {
  const hostLocks = await mkdtemp(join(tmpdir(), 'room-'));
  const told: string[] = [];
  const ask = (runId: string, more: Partial<RoomRequest> = {}): RoomRequest => ({
    runId,
    stackName: `stack-${runId}`,
    need,
    waitMs: 0,
    signal: new AbortController().signal,
    onWait: (sentence) => told.push(sentence),
    ...more,
  });
  return { hostLocks, told, ask };
}

test('of two runs that ask at the same moment only one gets the last room', async () => {
  const { hostLocks, ask } = await setUp();
  const both = await Promise.allSettled([
    takeRoom(hostLocks, hostWith(3), ask('a')),
    takeRoom(hostLocks, hostWith(3), ask('b')),
  ]);
  expect(both.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
  const refused = both.find((outcome) => outcome.status === 'rejected');
  expect(refused?.reason).toMatchObject({ code: 'E_NO_ADDRESSES' });
});

test('a run goes on as soon as the one it waits for has ended, and says meanwhile what it waits for', async () => {
  const { hostLocks, told, ask } = await setUp();
  const first = await takeRoom(hostLocks, hostWith(3), ask('a'));
  const waiting = takeRoom(hostLocks, hostWith(3), ask('b', { waitMs: 600_000 }));
  await expect.poll(() => told).toEqual([expect.stringContaining('2 addresses on the network proxy, and 1 is free')]);
  await first[Symbol.asyncDispose]();
  await using _second = await waiting;
  await first[Symbol.asyncDispose]();
  expect((await readdir(hostLocks)).filter((name) => name.endsWith('.claim'))).toEqual(['b.claim']);
});

test('a run that waits is not overtaken by a smaller one', async () => {
  const { hostLocks, told, ask } = await setUp();
  const order: string[] = [];
  const first = await takeRoom(hostLocks, hostWith(3), ask('a'));
  const large = takeRoom(hostLocks, hostWith(3), ask('large', { waitMs: 600_000 })).then((room) => {
    order.push('large');
    return room;
  });
  await expect.poll(() => told.length).toBe(1);
  const small = takeRoom(hostLocks, hostWith(3), ask('small', { waitMs: 600_000, need: { ...need, addresses: 1 } }));
  await expect.poll(() => told.at(-1), { timeout: 20_000 }).toContain('another run waits for it already');
  expect(order).toEqual([]);
  await first[Symbol.asyncDispose]();
  await using _large = await large;
  await using _small = await small;
  expect(order).toEqual(['large']);
});

test('what would not fit on the empty host is refused at once, however long it may wait', async () => {
  const { hostLocks, told, ask } = await setUp();
  await using _other = await takeRoom(hostLocks, hostWith(3), ask('a'));
  const much = { ...need, addresses: 4 };
  await expect(takeRoom(hostLocks, hostWith(3), ask('b', { waitMs: 600_000, need: much }))).rejects.toMatchObject({
    code: 'E_NO_ADDRESSES',
  });
  expect(told).toEqual([]);
});

test('after its time a run is refused, and says that it has waited', async () => {
  const { hostLocks, ask } = await setUp();
  await using _other = await takeRoom(hostLocks, hostWith(3), ask('a'));
  await expect(takeRoom(hostLocks, hostWith(3), ask('b', { waitMs: 1 }))).rejects.toThrow(
    'waited 1 ms for other runs to end',
  );
});

test('a run that is cancelled while it waits leaves the turn to the next', async () => {
  const { hostLocks, told, ask } = await setUp();
  const first = await takeRoom(hostLocks, hostWith(3), ask('a'));
  const cancel = new AbortController();
  const waiting = takeRoom(hostLocks, hostWith(3), ask('b', { waitMs: 600_000, signal: cancel.signal }));
  await expect.poll(() => told.length).toBe(1);
  cancel.abort(new Error('cancelled'));
  await expect(waiting).rejects.toThrow('cancelled');
  await first[Symbol.asyncDispose]();
  await using _next = await takeRoom(hostLocks, hostWith(3), ask('c'));
});

test('a killed run claims nothing', async () => {
  const { hostLocks, ask } = await setUp();
  const claims = join(import.meta.dirname, '../../src/run/capacity/claims.ts');
  const program = `const { publishClaim } = await import(${JSON.stringify(claims)});
    await publishClaim(${JSON.stringify(hostLocks)}, { runId: 'dead', stackName: 's', need: ${JSON.stringify(need)} });
    console.log('claimed');
    setInterval(() => undefined, 1000);`;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(child.stdout, 'data');
  await expect(takeRoom(hostLocks, hostWith(3), ask('a'))).rejects.toMatchObject({ code: 'E_NO_ADDRESSES' });
  child.kill('SIGKILL');
  await once(child, 'exit');
  await using _room = await takeRoom(hostLocks, hostWith(3), ask('a'));
  expect((await readdir(hostLocks)).filter((name) => name.startsWith('dead'))).toEqual([]);
});
