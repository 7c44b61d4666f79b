import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { needOf } from '../../src/run/capacity/need.ts';
import { countAddresses } from '../../src/swarm/addresses.ts';
import type { ApiNetwork, ApiService, ApiTask } from '../../src/swarm/api-types.ts';
import { addressPoolExhausted } from '../../src/swarm/causes/address-pool-exhausted.ts';
import { observation, START, service, task } from './support.ts';

const NETWORK = 'n1';

/** An Engine's pool of addresses: whoever comes takes the next one, until there is none. */
function poolOf(bits: number) {
  const addresses = 2 ** (32 - bits) - 2;
  const services: ApiService[] = [];
  const tasks: ApiTask[] = [];
  // The gateway, and the load balancer of the one node.
  let taken = 2;
  const take = () => {
    if (taken === addresses) return undefined;
    taken += 1;
    return '10.0.0.9/28';
  };
  return {
    usage: () => {
      const network: ApiNetwork = {
        Id: NETWORK,
        Name: 'pool',
        Driver: 'overlay',
        Scope: 'swarm',
        IPAM: { Config: [{ Subnet: `10.0.0.0/${bits}` }] },
      };
      return countAddresses(network, services, tasks, 1);
    },
    /** True when everything got its address. */
    deploy(replicas: number, vip: boolean): boolean {
      const virtual = vip ? take() : undefined;
      if (vip && virtual === undefined) return false;
      const entry = { Endpoint: { VirtualIPs: vip ? [{ NetworkID: NETWORK, Addr: virtual }] : [] } };
      services.push(entry as unknown as ApiService);
      for (let replica = 0; replica < replicas; replica += 1) {
        const address = take();
        if (address === undefined) return false;
        const attachment = { Network: { ID: NETWORK }, Addresses: [address] };
        tasks.push({ Status: { State: 'running' }, NetworksAttachments: [attachment] } as unknown as ApiTask);
      }
      return true;
    },
  };
}

describe('what is foreseen of a network', () => {
  const wave = fc.array(fc.record({ replicas: fc.integer({ min: 1, max: 5 }), vip: fc.boolean() }), { maxLength: 80 });

  test('is what happens: a stack gets all its addresses exactly when it needs no more than are free', () => {
    fc.assert(
      fc.property(fc.integer({ min: 24, max: 30 }), wave, (bits, stacks) => {
        const pool = poolOf(bits);
        for (const { replicas, vip } of stacks) {
          const stack = {
            version: '3.8',
            services: { app: { image: 'x', networks: { pool: null }, deploy: { replicas } } },
            networks: { pool: { external: true } },
            volumes: {},
            secrets: {},
            configs: {},
          };
          const need = needOf([stack], { name: 'pool', virtualIps: vip }, { peaks: new Map(), serviceBytes: 0 });
          const foreseen = need.addresses <= pool.usage().free;
          expect(pool.deploy(replicas, vip)).toBe(foreseen);
          // What comes after the first that did not fit meets a network that is full.
          if (!foreseen) return;
        }
      }),
    );
  });

  test('a /28 of one node holds twelve tasks, or six stacks of a task and a virtual address', () => {
    const tasks = poolOf(28);
    expect(Array.from({ length: 13 }, () => tasks.deploy(1, false)).lastIndexOf(true)).toBe(11);
    const stacks = poolOf(28);
    expect(Array.from({ length: 7 }, () => stacks.deploy(1, true)).lastIndexOf(true)).toBe(5);
    expect(stacks.usage()).toMatchObject({ used: 14, free: 0 });
  });
});

describe('a task that prepares for too long', () => {
  const network = { id: NETWORK, name: 'pool', subnet: '10.0.0.0/28', total: 14, used: 15, free: -1 };
  const preparing = service({ networkIds: [NETWORK], tasks: [task({ state: 'preparing', message: 'preparing' })] });
  const detect = (free: number, nowMs = START + 6000) => {
    const stack = observation([preparing], { nowMs, networks: [{ ...network, used: 14 - free, free }] });
    return addressPoolExhausted.detect?.(preparing, stack);
  };

  test('lacks an address when more are in use than there are', () => {
    const signal = detect(-1);
    expect(signal?.sentence).toContain('the network pool has no free address left');
    expect(signal?.evidence.join()).toContain('15 of 14 addresses used, -1 free');
  });

  test('is only slow when there are enough, or when it has just begun', () => {
    expect(detect(0)).toBeUndefined();
    expect(detect(-1, START + 4000)).toBeUndefined();
  });
});
