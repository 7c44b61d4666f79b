import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { gatewayTarget } from '../../src/custom/gateway.ts';

const rules = { address: '127.0.0.1', httpsPort: 8443, hosts: ['shop.ci.test', 'api.shop.ci.test'], tcpPorts: [2222] };

test.each([
  ['shop.ci.test:443', 8443],
  ['API.shop.ci.test:443', 8443],
  ['shop.ci.test:2222', 2222],
  ['localhost:2222', 2222],
])('%s is part of the run', (authority, port) => {
  expect(gatewayTarget(rules, authority)).toEqual({ host: '127.0.0.1', port });
});

test.each([
  'other.ci.test:443',
  'x.shop.ci.test:443',
  'shop.ci.test.evil.example:443',
  'shop.ci.test:22',
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
        expect(target.host).toBe('127.0.0.1');
        expect(port === 443 ? target.port === 8443 : target.port === port && port === 2222).toBe(true);
      },
    ),
  );
});
