import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { RoutedService } from '../../src/edge/labels/table-types.ts';
import { type Seen, startBackend } from './support/backends.ts';
import { type Answer, ask, startRouter, type TestRouter } from './support/router.ts';

interface Probe {
  readonly scheme: string;
  readonly host: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly got: {
    readonly status: number;
    readonly headers: Readonly<Record<string, string>>;
    readonly answer: string | Seen;
  };
}

interface Case {
  readonly name: string;
  readonly services: readonly {
    readonly svc: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly clabels?: Readonly<Record<string, string>>;
    readonly image: string;
    readonly replicas?: number;
    readonly health?: string;
  }[];
  readonly probes: readonly Probe[];
}

/** Cases where the router answers by a documented error (docs/router.md) instead of doing what Traefik does. */
const UNSUPPORTED: Readonly<Record<string, string>> = {
  'swarm-lbswarm': 'traefik.swarm.lbswarm',
};

/** Cases with several tasks behind one name: any of them may answer. */
const SEVERAL_TASKS = ['same-router-same-rule-in-two-stacks'];

/** The response headers that the recording keeps. */
const KEPT =
  /^(?:location|www-authenticate|set-cookie|strict-transport-security|x-frame-options|x-robots-tag|x-chain|access-control-.*)$/;

const cases = JSON.parse(
  readFileSync(join(process.env['CC_CI_CORPUS'] ?? '', 'reference/traefik/cases.json'), 'utf8'),
) as readonly Case[];

let router: TestRouter;
beforeAll(async () => {
  router = await startRouter();
});
afterAll(async () => {
  await router[Symbol.asyncDispose]();
});

/** Starts the tasks of a case on addresses of their own, each on the ports that its image has. */
async function startCase(wanted: Case, open: AsyncDisposableStack): Promise<RoutedService[]> {
  const services: RoutedService[] = [];
  for (const [index, { svc, labels = {}, image, replicas = 1, health }] of wanted.services.entries()) {
    const address = `127.77.${cases.indexOf(wanted)}.${index + 1}`;
    const up = replicas > 0 && health === undefined;
    for (const port of up ? (image === 'who2:1' ? [8000, 9000] : [8000]) : []) {
      open.use(await startBackend(svc, address, port));
    }
    services.push({ name: svc, labels, addresses: up ? [address] : [] });
  }
  return services;
}

function lower(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}

/** Answers made comparable: addresses and the value of a sticky cookie are of one day only. */
function comparable(
  answer: { status: number; headers: Record<string, string>; body: string | Seen },
  anyTask: boolean,
) {
  const headers = Object.entries(lower(answer.headers)).filter(([name]) => KEPT.test(name));
  const mask = (text: string): string => text.replace(/=[0-9a-f]{16};/, '=<server>;');
  const body =
    typeof answer.body === 'string'
      ? answer.body.trim()
      : {
          ...answer.body,
          service: anyTask ? '<any>' : answer.body.service,
          host: answer.body.host.replace(/^\d+\.\d+\.\d+\.\d+:/, '<task>:'),
          headers: lower(answer.body.headers),
        };
  return {
    status: answer.status,
    headers: Object.fromEntries(headers.map(([name, value]) => [name, mask(value)])),
    body,
  };
}

function parsed({ status, headers, body }: Answer) {
  const flat = Object.entries(headers).map(([name, value]) => [name, [value ?? ''].flat().join(', ')] as const);
  const json = headers['content-type'] === 'application/json';
  return { status, headers: Object.fromEntries(flat), body: json ? (JSON.parse(body) as Seen) : body };
}

describe('the built-in router against what a real Traefik did', () => {
  test('the recording has the cases it is known for', () => {
    expect(cases.length).toBeGreaterThanOrEqual(55);
  });

  for (const wanted of cases) {
    test(wanted.name, async () => {
      await using open = new AsyncDisposableStack();
      const state = router.set(await startCase(wanted, open));
      const label = UNSUPPORTED[wanted.name];
      if (label !== undefined) {
        expect(state.table.problems).toContainEqual(
          expect.objectContaining({ label, code: 'route-unsupported', weight: 'refused' }),
        );
      }
      for (const { scheme, host, path, headers, got } of wanted.probes) {
        const known = scheme === 'http' || scheme === 'https' ? scheme : 'tcp';
        const answer = parsed(await ask(router, { scheme: known, host, path, headers }));
        const anyTask = SEVERAL_TASKS.includes(wanted.name);
        const expected = { status: got.status, headers: { ...got.headers }, body: got.answer };
        expect(comparable(answer, anyTask), `${scheme}://${host}${path}`).toEqual(comparable(expected, anyTask));
      }
    });
  }
});
