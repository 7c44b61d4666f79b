import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { PublicClaim } from '../../src/run/capacity/claims.ts';
import type { Place, Room } from '../../src/run/capacity/judge-room.ts';
import { type RoomRequest, takeRoom } from '../../src/run/capacity/take-room.ts';

const need = { addresses: 2, memoryBytes: 0, provenMemoryBytes: 0, memoryFrom: [], diskBytes: 0 };

const place = { network: 'n1', disks: [1] };

/** A host with so many addresses, of which runs take all they were granted at once. */
function hostWith(addresses: number, where: Place = place) {
  const room: Room = {
    network: 'proxy',
    place: where,
    freeAddresses: addresses,
    freeMemoryBytes: Infinity,
    freeDiskBytes: Infinity,
    held: new Map(),
  };
  return {
    measure: () => Promise.resolve(room),
    withHeld(_: Room, claims: readonly PublicClaim[]) {
      const live = claims.filter(({ granted }) => granted);
      const held = new Map(live.map((claim) => [claim.stackName, { addresses: claim.need.addresses, memoryBytes: 0 }]));
      const taken = live.reduce((sum, claim) => sum + claim.need.addresses, 0);
      return Promise.resolve({ ...room, freeAddresses: addresses - taken, held });
    },
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

test('one run is judged at a time: what one is granted, the next one sees', async () => {
  const { hostLocks, ask } = await setUp();
  const host = hostWith(5);
  let judged = 0;
  let most = 0;
  const slow = {
    measure: host.measure,
    async withHeld(room: Room, claims: readonly PublicClaim[]) {
      judged += 1;
      most = Math.max(most, judged);
      await readdir(hostLocks);
      judged -= 1;
      return host.withHeld(room, claims);
    },
  };
  const all = await Promise.allSettled(['a', 'b', 'c', 'd', 'e', 'f'].map((id) => takeRoom(hostLocks, slow, ask(id))));
  expect(all.filter(({ status }) => status === 'fulfilled').length).toBeLessThanOrEqual(2);
  expect(most).toBe(1);
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

test('a run that waits is not overtaken by a smaller one, but one that takes from elsewhere goes on', async () => {
  const { hostLocks, told, ask } = await setUp();
  const order: string[] = [];
  const inOrder = (run: string) => (room: AsyncDisposable) => {
    order.push(run);
    return room;
  };
  const first = await takeRoom(hostLocks, hostWith(3), ask('a'));
  const large = takeRoom(hostLocks, hostWith(3), ask('large', { waitMs: 600_000 })).then(inOrder('large'));
  await expect.poll(() => told.length).toBe(1);
  const one = { ...need, addresses: 1 };
  const small = takeRoom(hostLocks, hostWith(3), ask('small', { waitMs: 600_000, need: one })).then(inOrder('small'));
  await expect.poll(() => told.at(-1)).toContain('2 promised to 2 other runs');
  const elsewhere = hostWith(3, { network: 'n2', disks: [2] });
  await using _other = await takeRoom(hostLocks, elsewhere, ask('other')).then(inOrder('other'));
  await first[Symbol.asyncDispose]();
  await using _large = await large;
  await using _small = await small;
  expect(order.indexOf('other')).toBe(0);
  expect(order).toHaveLength(3);
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
    await publishClaim(${JSON.stringify(hostLocks)}, { runId: 'dead', stackName: 's', need: ${JSON.stringify(need)}, place: ${JSON.stringify(place)} });
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
