import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { gatewayTarget } from '../../src/custom/gateway.ts';

const rules = { hosts: ['shop.ci.test', 'api.shop.ci.test'], tcpPorts: [2222] };

test.each([
  ['shop.ci.test:443', 'router'],
  ['API.shop.ci.test:443', 'router'],
  ['shop.ci.test:2222', { port: 2222 }],
  ['localhost:2222', { port: 2222 }],
] as const)('%s is part of the run', (authority, target) => {
  expect(gatewayTarget(rules, authority)).toEqual(target);
});

test.each([
  'other.ci.test:443',
  'x.shop.ci.test:443',
  'shop.ci.test.evil.example:443',
  'shop.ci.test:22',
  'shop.ci.test:80',
  'shop.ci.test:8443',
  'localhost:443',
  '127.0.0.1:2222',
  '[::1]:2222',
  'shop.ci.test',
  'shop.ci.test:443:1',
  'user@shop.ci.test:443',
  'shop.ci.test.:443',
  'http://shop.ci.test/',
  '',
])('%s is not', (authority) => {
  expect(gatewayTarget(rules, authority)).toBeUndefined();
});

test('nothing leads anywhere but to the router and to the named ports', () => {
  fc.assert(
    fc.property(
      fc.oneof(fc.string(), fc.constantFrom(...rules.hosts, 'localhost')),
      fc.oneof(fc.nat(70_000), fc.constantFrom(443, 2222)),
      (host, port) => {
        const target = gatewayTarget(rules, `${host}:${port}`);
        if (target === undefined) return;
        expect(target).toEqual(port === 443 ? 'router' : { port: 2222 });
      },
    ),
  );
});
