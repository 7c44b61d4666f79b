import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { chooseSubnet, countAddresses, freeSubnets, parseRange } from '../../src/swarm/addresses.ts';
import type { ApiNetwork, ApiService, ApiTask } from '../../src/swarm/api-types.ts';

describe('countAddresses', () => {
  const network: ApiNetwork = {
    Id: 'n1',
    Name: 'px28',
    Driver: 'overlay',
    Scope: 'swarm',
    IPAM: { Config: [{ Subnet: '10.77.0.0/28' }] },
  };
  const service = (id: string): ApiService =>
    ({ ID: id, Endpoint: { VirtualIPs: [{ NetworkID: 'n1', Addr: '10.77.0.4/28' }] } }) as unknown as ApiService;
  const task = (state: string): ApiTask =>
    ({
      Status: { State: state },
      NetworksAttachments: [{ Network: { ID: 'n1' }, Addresses: ['10.77.0.5/28'] }],
    }) as unknown as ApiTask;

  test('six stacks of one task fill a /28 on one node, as measured', () => {
    const services = Array.from({ length: 6 }, (_, index) => service(`s${index}`));
    const tasks = Array.from({ length: 6 }, () => task('running'));
    expect(countAddresses(network, services, tasks, 1)).toEqual({
      subnet: '10.77.0.0/28',
      total: 14,
      used: 14,
      free: 0,
    });
  });

  test('ended tasks have given their address back', () => {
    expect(countAddresses(network, [], ['failed', 'complete', 'shutdown', 'rejected'].map(task), 1).used).toBe(2);
  });

  test('other networks do not count', () => {
    expect(countAddresses({ ...network, Id: 'n2' }, [service('s')], [task('running')], 1).used).toBe(2);
  });
});

describe('freeSubnets', () => {
  const cidr = fc
    .tuple(fc.constantFrom(10, 172, 192), fc.nat(255), fc.nat(255), fc.integer({ min: 9, max: 32 }))
    .map(([first, second, third, bits]) => `${first}.${second}.${third}.0/${bits}`);

  test('what is offered meets nothing that is in use', () => {
    fc.assert(
      fc.property(fc.array(cidr, { maxLength: 20 }), fc.array(cidr, { maxLength: 20 }), (routes, networks) => {
        for (const subnet of freeSubnets(routes, networks)) {
          const own = parseRange(subnet);
          for (const other of [...routes, ...networks].map(parseRange)) {
            if (own === undefined || other === undefined) throw new Error('unreadable range');
            expect(own.last < other.first || own.first > other.last).toBe(true);
          }
        }
      }),
    );
  });

  test('a default route and unreadable entries take nothing away', () => {
    expect(chooseSubnet(['0.0.0.0/0', 'default', 'fd00::/8'], [])).toBe(chooseSubnet([], []));
  });

  test('when everything private is routed there is an error that says so', () => {
    expect(() => chooseSubnet(['10.0.0.0/8', '172.16.0.0/12'], [])).toThrow(
      expect.objectContaining({ code: 'E_NO_SUBNET' }),
    );
  });
});

test('parseRange refuses what is no IPv4 range', () => {
  for (const text of ['', '10.0.0.0/33', '10.0.0.256/8', 'fd00::/8', '10.0.0/8']) {
    expect(parseRange(text)).toBeUndefined();
  }
  expect(parseRange('10.1.2.3/16')).toEqual(parseRange('10.1.0.0/16'));
});
