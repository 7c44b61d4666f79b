import { describe, expect, test } from 'vitest';
import { judgeNetwork, parseRoutes, subnetsOf } from '../../src/host/setup/network-step.ts';
import { chooseSubnet } from '../../src/swarm/addresses.ts';
import type { ApiNetwork } from '../../src/swarm/api-types.ts';

function network(change: Partial<ApiNetwork> = {}): ApiNetwork {
  return {
    Id: 'n1',
    Name: 'proxy',
    Driver: 'overlay',
    Scope: 'swarm',
    Attachable: true,
    IPAM: { Config: [{ Subnet: '10.200.0.0/16' }] },
    ...change,
  };
}

const ROUTES = [
  'Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT',
  'eth0\t00000000\t010200C0\t0003\t0\t0\t0\t00000000\t0\t0\t0',
  'docker0\t000011AC\t00000000\t0001\t0\t0\t0\t0000FFFF\t0\t0\t0',
  'tun0\t0000C80A\t00000000\t0001\t0\t0\t0\t0000FFFF\t0\t0\t0',
  'eth0\t000200C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0',
  '',
].join('\n');

describe("the host's routes", () => {
  test('are read from the kernel’s hexadecimal table', () => {
    expect(parseRoutes(ROUTES)).toEqual(['0.0.0.0/0', '172.17.0.0/16', '10.200.0.0/16', '192.0.2.0/24']);
  });

  test('a new network keeps clear of them and of other networks', () => {
    const taken = [network({ IPAM: { Config: [{ Subnet: '10.201.4.0/24' }] } })];
    expect(chooseSubnet(parseRoutes(ROUTES), subnetsOf(taken))).toBe('10.202.0.0/16');
  });
});

describe('a network that is there', () => {
  test('is lacking only when there is none of that name', () => {
    expect(judgeNetwork('proxy', undefined)).toMatchObject({ ok: false });
    expect(judgeNetwork('proxy', network())).toEqual({
      ok: true,
      detail: 'proxy is there on 10.200.0.0/16',
      warnings: [],
    });
  });

  test.each([
    ['a bridge', network({ Driver: 'bridge', Scope: 'local' }), 'not a Swarm overlay'],
    ['not attachable', network({ Attachable: false }), 'not attachable'],
    ['a small range', network({ IPAM: { Config: [{ Subnet: '10.0.3.0/24' }] } }), 'only a /24'],
  ] as const)('is used as it is and warned of: %s', (_what, given, words) => {
    const check = judgeNetwork('proxy', given);

    expect(check.ok).toBe(true);
    expect(check.warnings).toEqual([expect.stringContaining(words)]);
  });
});
