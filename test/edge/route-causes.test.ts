import { describe, expect, test } from 'vitest';
import { joinCauses } from '../../src/edge/causes/join-causes.ts';
import type { RouteHistory } from '../../src/edge/causes/observation.ts';
import { confirmCauses, detectRouteCauses } from '../../src/edge/causes/registry.ts';
import { parseSockets, type Socket } from '../../src/edge/causes/sockets.ts';
import type { ObservedService } from '../../src/swarm/observation.ts';
import { observation, START, service, task } from '../swarm/support.ts';

const URL_ASKED = 'https://a.test/';
const ANSWER = { url: URL_ASKED, status: 404, headers: {}, body: '', error: undefined, ms: 1, fromProxy: true };

function seen(changes: Partial<RouteHistory> = {}): RouteHistory {
  const nothing = { targets: [], problems: [], redirects: undefined, strangers: [], lines: [], stack: undefined };
  const looks = { upMs: 3000, sameMs: 2000, stillMs: 0, calmMs: 0 };
  return { atMs: 0, url: URL_ASKED, accepted: [200, 302], answer: ANSWER, ...nothing, ...looks, ...changes };
}

function unreachable(
  sockets: readonly Socket[] | undefined,
  healthy = true,
  changes: Partial<RouteHistory> = {},
): RouteHistory {
  const targets = [{ service: 'app', port: 80, containers: [{ healthy, sockets }] }];
  return seen({ answer: { ...ANSWER, status: 502 }, targets, ...changes });
}

function answering(status: number, changes: Partial<RouteHistory> = {}): RouteHistory {
  return seen({ answer: { ...ANSWER, status, fromProxy: false, body: 'no database' }, ...changes });
}

function dropped(code: string): RouteHistory {
  return seen({ problems: [{ service: 'app', label: 'l', code, sentence: 'l is wrong', weight: 'dropped' }] });
}

test.each<[string, RouteHistory]>([
  ['nothing-listens', unreachable([])],
  ['listens-on-loopback', unreachable([{ address: '127.0.0.1', port: 80 }])],
  ['no-http-answer', unreachable([{ address: '0.0.0.0', port: 80 }])],
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
  ['wrong-status', answering(500)],
  ['no-replicas', seen({ targets: [{ service: 'app', port: 80, replicas: 0, containers: [] }] })],
])('%s is all that is seen', (code, looked) => {
  expect(detectRouteCauses(looked).map(({ cause }) => cause.code)).toEqual([code]);
});

describe('nothing is claimed', () => {
  test.each<[string, RouteHistory]>([
    ['of sockets that could not be read', unreachable(undefined)],
    ['of an answer that is accepted', seen({ answer: { ...ANSWER, status: 200, fromProxy: false } })],
  ])('%s', (_, looked) => {
    expect(detectRouteCauses(looked)).toEqual([]);
  });

  test('that only one of two looks has seen', () => {
    const one = detectRouteCauses(unreachable([]));
    expect(confirmCauses(one, detectRouteCauses(seen()))).toEqual([]);
    expect(confirmCauses(one, one)).toEqual(one);
  });
});

const LOOPBACK = [{ address: '127.0.0.1', port: 80 }];
const OPEN = [{ address: '0.0.0.0', port: 80 }];
const OTHER = [{ address: '::', port: 3000 }];
const isFinal = (looked: RouteHistory) => detectRouteCauses(looked).some(({ final }) => final);

describe('the wait goes on', () => {
  test.each<[string, RouteHistory]>([
    ['while what opened a port works', unreachable(OPEN, false, { sameMs: 100_000, calmMs: 4000 })],
    ['while a program without a port works', unreachable([], false, { upMs: 100_000, calmMs: 100_000 })],
    ['while a program on loopback works', unreachable(LOOPBACK, false, { upMs: 100_000, calmMs: 100_000 })],
    ['for a while after a program became idle', unreachable([], false, { stillMs: 8000 })],
    ['for a while after a health check passed', unreachable([], true, { upMs: 8000 })],
    ['while anything in the stack of a wrong answer works', answering(500, { sameMs: 100_000, calmMs: 8000 })],
    ['after a wrong answer that was another one before', answering(500, { sameMs: 4000, calmMs: 100_000 })],
    ['after an answer that means not yet', answering(503, { sameMs: 100_000, calmMs: 100_000 })],
  ])('%s', (_, looked) => {
    expect(isFinal(looked)).toBe(false);
  });
});

describe('the wait ends', () => {
  test.each<[string, RouteHistory]>([
    ['at once where only labels decide', dropped('route-service')],
    ['five seconds after a program on loopback became idle', unreachable(LOOPBACK, false, { stillMs: 5000 })],
    ['five seconds after a program on another port became idle', unreachable(OTHER, false, { stillMs: 5000 })],
    ['nine seconds after a program without a port became idle', unreachable([], false, { stillMs: 9000 })],
    ['ten seconds after a health check passed', unreachable([], true, { upMs: 10_000 })],
    ['nine seconds after all is calm behind a wrong answer', answering(500, { sameMs: 9000, calmMs: 9000 })],
    ['nine seconds after all is calm behind an open port', unreachable(OPEN, false, { sameMs: 9000, calmMs: 9000 })],
  ])('%s', (_, looked) => {
    expect(isFinal(looked)).toBe(true);
  });
});

describe('a wrong answer is explained by', () => {
  const app = service({ tasks: [task()], networkIds: ['n'], readyAtMs: START + 900, running: 1 });
  const db = service({ service: 'db', serviceId: 's-db', networkIds: ['n'], readyAtMs: START + 6400, running: 1 });
  const told = (line: string, ...others: readonly ObservedService[]) =>
    detectRouteCauses(
      answering(500, { stack: observation([app, ...others]), lines: [{ service: 'app', lines: [line] }] }),
    ).map(({ cause }) => [cause.code, cause.sentence]);

  test('a database that was ready only later', () => {
    expect(told('Error: connect ECONNREFUSED db:5432', db)).toEqual([
      [
        'database-not-ready',
        'app: it is up and answers 500: db was not ready when it was asked; it was ready 6.4 s after the deploy began',
      ],
      ['wrong-status', expect.stringContaining('answers 500')],
    ]);
  });

  test('a name that no service has', () => {
    expect(told('Error: getaddrinfo ENOTFOUND database', db)[0]).toEqual([
      'name-not-resolvable',
      'app: it is up and answers 500: it cannot resolve the name database: no other service of the stack has that name (there is db)',
    ]);
  });

  test('a migration that failed', () => {
    expect(told('(Ecto.MigrationError) the database has no lock')[0]?.[0]).toBe('migration-failed');
  });

  test('a name that leads to another stack', () => {
    const strangers = [{ service: 'app', name: 'api', stranger: 'other_api', addresses: ['10.0.1.9'] }];
    expect(detectRouteCauses(answering(500, { strangers })).map(({ cause }) => cause.code)).toEqual([
      'alias-shared',
      'wrong-status',
    ]);
    const unproven = strangers.map((one) => ({ ...one, addresses: [] }));
    expect(detectRouteCauses(answering(500, { strangers: unproven }))).toHaveLength(1);
  });
});

describe('of route and services', () => {
  const one = (code: string, serviceName: string, second: number, final = true) => ({
    cause: {
      code,
      service: serviceName,
      sentence: code,
      fault: 'recipe' as const,
      hint: '',
      evidence: [],
      firstSignal: new Date(second * 1000).toISOString(),
    },
    final,
  });
  const codes = (...lists: Parameters<typeof joinCauses>) => joinCauses(...lists).map(({ code }) => code);

  test('the first in time leads', () => {
    expect(codes([one('route-dropped', 'app', 1)], [one('crash-loop', 'worker', 5)])).toEqual([
      'route-dropped',
      'crash-loop',
    ]);
    expect(codes([one('route-dropped', 'app', 5)], [one('crash-loop', 'worker', 1)])).toEqual([
      'crash-loop',
      'route-dropped',
    ]);
  });

  test('what may yet heal beside the route does not lead where something is decided', () => {
    const lesser = one('crash-loop', 'worker', 1, false);
    expect(codes([one('route-dropped', 'app', 5)], [lesser])).toEqual(['route-dropped', 'crash-loop']);
    expect(codes([one('nothing-listens', 'app', 5, false)], [lesser])).toEqual(['crash-loop', 'nothing-listens']);
  });

  test('what the route shows of a service that crashed never hides the crash', () => {
    expect(codes([one('nothing-listens', 'app', 1)], [one('crash-loop', 'app', 5)])).toEqual([
      'crash-loop',
      'nothing-listens',
    ]);
  });
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
