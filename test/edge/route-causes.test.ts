import { describe, expect, test } from 'vitest';
import type { RouteObservation } from '../../src/edge/causes/observation.ts';
import { confirmCauses, detectRouteCauses } from '../../src/edge/causes/registry.ts';
import { parseSockets, type Socket } from '../../src/edge/causes/sockets.ts';

const URL_ASKED = 'https://a.test/';
const ANSWER = { url: URL_ASKED, status: 404, headers: {}, body: '', error: undefined, ms: 1, fromProxy: true };

function seen(changes: Partial<RouteObservation> = {}): RouteObservation {
  const nothing = { targets: [], problems: [], redirects: undefined };
  return { atMs: 0, url: URL_ASKED, accepted: [200, 302], answer: ANSWER, ...nothing, ...changes };
}

function unreachable(sockets: readonly Socket[] | undefined, healthy = true): RouteObservation {
  const targets = [{ service: 'app', port: 80, containers: [{ healthy, sockets }] }];
  return seen({ answer: { ...ANSWER, status: 502 }, targets });
}

function dropped(code: string): RouteObservation {
  return seen({ problems: [{ service: 'app', label: 'l', code, sentence: 'l is wrong', weight: 'dropped' }] });
}

test.each<[string, RouteObservation]>([
  ['nothing-listens', unreachable([])],
  ['listens-on-loopback', unreachable([{ address: '127.0.0.1', port: 80 }])],
  ['port-mismatch', unreachable([{ address: '::', port: 3000 }])],
  ['route-dropped', dropped('route-rule-v2')],
  ['router-without-service', dropped('route-service')],
  ['route-missing-port', dropped('route-port-missing')],
  ['not-on-proxy', dropped('route-not-on-proxy')],
  ['no-router', seen()],
  [
    'tls-name-not-covered',
    seen({ answer: { ...ANSWER, status: undefined, fromProxy: false, error: 'ERR_TLS_CERT_ALTNAME_INVALID' } }),
  ],
  [
    'redirect-loop',
    seen({ answer: { ...ANSWER, status: 302, fromProxy: false }, redirects: { hops: [URL_ASKED], circle: true } }),
  ],
  ['wrong-status', seen({ answer: { ...ANSWER, status: 500, fromProxy: false, body: 'no database' } })],
])('%s is all that is seen', (code, observation) => {
  expect(detectRouteCauses(observation).map(({ cause }) => cause.code)).toEqual([code]);
});

describe('nothing is claimed', () => {
  test.each<[string, RouteObservation]>([
    ['of sockets that could not be read', unreachable(undefined)],
    ['of a port that listens on all addresses', unreachable([{ address: '0.0.0.0', port: 80 }])],
    ['of an answer that is accepted', seen({ answer: { ...ANSWER, status: 200, fromProxy: false } })],
  ])('%s', (_, observation) => {
    expect(detectRouteCauses(observation)).toEqual([]);
  });

  test('that only one of two looks has seen', () => {
    const one = detectRouteCauses(unreachable([]));
    expect(confirmCauses(one, detectRouteCauses(seen()))).toEqual([]);
    expect(confirmCauses(one, one)).toEqual(one);
  });
});

test('a start without a health check is never given up for a port that is not open yet', () => {
  expect(detectRouteCauses(unreachable([], false))[0]?.patienceMs).toBe(Infinity);
  expect(detectRouteCauses(unreachable([], true))[0]?.patienceMs).toBeLessThanOrEqual(15_000);
});

test('listening sockets are read without those of the name server and of connections', () => {
  const row = (address: string, state: string) => `   0: ${address} 00000000:0000 ${state} 00000000:00000000 00:0`;
  const text = [
    '  sl  local_address rem_address   st',
    row('0B00007F:827D', '0A'),
    row('0100007F:1F90', '0A'),
    row('00000000:0050', '01'),
    row('00000000000000000000000000000000:0050', '0A'),
    row('00000000000000000000000001000000:0051', '0A'),
  ].join('\n');
  expect(parseSockets(text)).toEqual([
    { address: '127.0.0.1', port: 8080 },
    { address: '::', port: 80 },
    { address: '::1', port: 81 },
  ]);
});
