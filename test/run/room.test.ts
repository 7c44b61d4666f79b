import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Service, Stack } from '../../src/recipe/compose/types.ts';
import { type Claim, judgeRoom, type Place, type Room } from '../../src/run/capacity/judge-room.ts';
import { readAvailable } from '../../src/run/capacity/measure-room.ts';
import { needOf, type RoomNeed } from '../../src/run/capacity/need.ts';

const MIB = 1024 ** 2;

function stackOf(services: Readonly<Record<string, Service>>): Stack {
  return { version: '3.8', services, networks: { proxy: { external: true } }, volumes: {}, secrets: {}, configs: {} };
}

describe('what a run needs', () => {
  const proxy = { name: 'proxy', virtualIps: false };
  const known = { peaks: new Map<string, number>(), serviceBytes: 100 * MIB };
  const own = needOf([], proxy, known).memoryBytes;
  const memory = (service: Partial<Service>, peaks = known.peaks) =>
    needOf([stackOf({ app: { image: 'x', ...service } })], proxy, { ...known, peaks }).memoryBytes - own;
  const limits = (kind: 'limits' | 'reservations', text: string) => ({
    deploy: { resources: { [kind]: { memory: text } } },
  });

  test('addresses are counted for replicas, for an update that starts first, and for virtual ones', () => {
    const app = {
      image: 'x',
      networks: { proxy: null },
      deploy: { replicas: 2, update_config: { order: 'start-first' } },
    };
    const stack = stackOf({ app, db: { image: 'x' } });
    expect(needOf([stack], proxy, known).addresses).toBe(3);
    expect(needOf([stack], { ...proxy, virtualIps: true }, known).addresses).toBe(4);
  });

  test('the larger of base and head counts: they live one after the other', () => {
    const small = stackOf({ app: { image: 'x', networks: { proxy: null } } });
    const large = stackOf({ app: { image: 'x', networks: { proxy: null }, deploy: { replicas: 3 } } });
    expect(needOf([small, large], proxy, known)).toEqual(needOf([large], proxy, known));
  });

  test('memory is what is reserved, else what earlier runs used with a margin, else a guess', () => {
    const peaks = new Map([['app', 40 * MIB]]);
    expect(memory(limits('reservations', '64M'), peaks)).toBe(64 * MIB);
    expect(memory({}, peaks)).toBe(50 * MIB);
    expect(memory({})).toBe(100 * MIB);
    expect(memory({ deploy: { replicas: 2, update_config: { order: 'start-first' } } })).toBe(300 * MIB);
  });

  test('a limit is no need; it only makes a guess smaller', () => {
    expect(memory(limits('limits', '64G'))).toBe(100 * MIB);
    expect(memory(limits('limits', '16M'))).toBe(16 * MIB);
  });

  test('only what is reserved or was used is proven', () => {
    const proven = (service: Partial<Service>) =>
      needOf([stackOf({ app: { image: 'x', ...service } })], proxy, known).provenMemoryBytes;
    expect(proven({})).toBe(0);
    expect(proven(limits('reservations', '64M'))).toBe(64 * MIB);
  });
});

describe('whether a run fits', () => {
  const place: Place = { network: 'n1', disks: [1, 2] };
  const need: RoomNeed = {
    addresses: 3,
    memoryBytes: 500 * MIB,
    provenMemoryBytes: 200 * MIB,
    memoryFrom: ['app as a guess'],
    diskBytes: 1000 * MIB,
  };
  const roomy: Room = {
    network: 'proxy',
    place,
    freeAddresses: 100,
    freeMemoryBytes: 9000 * MIB,
    freeDiskBytes: 9000 * MIB,
    held: new Map(),
  };
  const claim = (stackName: string, more: Partial<Claim> = {}): Claim => ({
    runId: stackName,
    stackName,
    need,
    place,
    ...more,
  });
  const judge = (room: Partial<Room>, claims: readonly Claim[] = []) => {
    const found = judgeRoom(need, { ...roomy, ...room }, claims);
    return found.answer === 'fits' ? found : { answer: found.answer, code: found.lack.code, says: found.lack.message };
  };

  test.each([
    ['E_NO_ADDRESSES', { freeAddresses: 2 }, '3 addresses on the network proxy, and 2 are free'],
    ['E_NO_ADDRESSES', { freeAddresses: -1 }, 'and 0 are free'],
    ['E_NO_MEMORY', { freeMemoryBytes: 199 * MIB }, '500.0 MiB of memory, and 199.0 MiB are free'],
    ['E_NO_DISK', { freeDiskBytes: 999 * MIB }, '1000.0 MiB of disk, and 999.0 MiB are free'],
  ])('%s: what an empty host cannot give is refused at once, with the figures', (code, room, says) => {
    expect(judge(room)).toEqual({ answer: 'never', code, says: expect.stringContaining(says) });
  });

  test('a guess of memory refuses nothing on an empty host, and waits for others on a busy one', () => {
    const room = { freeMemoryBytes: 300 * MIB };
    expect(judge(room)).toEqual({ answer: 'fits' });
    expect(judge(room, [claim('a')])).toMatchObject({ answer: 'later', code: 'E_NO_MEMORY' });
  });

  test('what was promised to a live run and is not taken yet is kept free for it', () => {
    expect(judge({ freeAddresses: 6 }, [claim('a')])).toEqual({ answer: 'fits' });
    const later = judge({ freeAddresses: 5 }, [claim('a')]);
    expect(later).toMatchObject({ answer: 'later', says: expect.stringContaining('promised to 1 other run') });
    const taken = new Map([['a', { addresses: 3, memoryBytes: 500 * MIB }]]);
    expect(judge({ freeAddresses: 3, held: taken }, [claim('a')])).toEqual({ answer: 'fits' });
  });

  test('runs on another network or disk take nothing of this one', () => {
    const elsewhere = claim('a', { place: { network: 'n2', disks: [3] } });
    expect(judge({ freeAddresses: 3, freeDiskBytes: 1000 * MIB }, [elsewhere])).toEqual({ answer: 'fits' });
    expect(judge({ freeDiskBytes: 999 * MIB }, [elsewhere])).toMatchObject({ answer: 'never', code: 'E_NO_DISK' });
    const sharing = claim('b', { place: { network: 'n2', disks: [2] } });
    expect(judge({ freeDiskBytes: 1000 * MIB }, [sharing])).toMatchObject({ answer: 'later', code: 'E_NO_DISK' });
  });

  test('what live runs hold comes back, so it is waited for; what strangers hold does not', () => {
    const held = new Map([['a', { addresses: 3, memoryBytes: 0 }]]);
    expect(judge({ freeAddresses: 1, held }, [claim('a')])).toMatchObject({ answer: 'later', code: 'E_NO_ADDRESSES' });
    expect(judge({ freeAddresses: 1 }, [claim('a')])).toMatchObject({ answer: 'never', code: 'E_NO_ADDRESSES' });
  });

  test('runs that are let in one after the other never take more than there is, in whatever order they grow', () => {
    const size = fc.record({ addresses: fc.nat(6), memory: fc.nat(600), grown: fc.nat(100) });
    fc.assert(
      fc.property(fc.array(size, { maxLength: 12 }), fc.nat(20), fc.nat(2000), (runs, addresses, megabytes) => {
        const inside: { claim: Claim; addresses: number; memoryBytes: number }[] = [];
        for (const [index, { addresses: wanted, memory, grown }] of runs.entries()) {
          const its: RoomNeed = {
            ...need,
            addresses: wanted,
            memoryBytes: memory * MIB,
            provenMemoryBytes: memory * MIB,
            diskBytes: 0,
          };
          const held = new Map(inside.map((run) => [run.claim.stackName, run]));
          const taken = (of: 'addresses' | 'memoryBytes') => inside.reduce((sum, run) => sum + run[of], 0);
          const room: Room = {
            ...roomy,
            freeAddresses: addresses - taken('addresses'),
            freeMemoryBytes: megabytes * MIB - taken('memoryBytes'),
            held,
          };
          if (
            judgeRoom(
              its,
              room,
              inside.map((run) => run.claim),
            ).answer !== 'fits'
          )
            continue;
          inside.push({
            claim: claim(`s${index}`, { need: its }),
            addresses: Math.floor((wanted * grown) / 100),
            memoryBytes: Math.floor((its.memoryBytes * grown) / 100),
          });
        }
        const promised = (of: 'addresses' | 'memoryBytes') =>
          inside.reduce((sum, { claim: { need: its } }) => sum + its[of], 0);
        expect(promised('addresses')).toBeLessThanOrEqual(addresses);
        expect(promised('memoryBytes')).toBeLessThanOrEqual(megabytes * MIB);
      }),
    );
  });
});

test('available memory is what the kernel says can be had; nothing is refused where it says nothing', () => {
  expect(readAvailable('MemTotal:       100 kB\nMemAvailable:    42 kB\nSwapFree: 1 kB\n')).toBe(42 * 1024);
  expect(readAvailable('')).toBe(Infinity);
});
