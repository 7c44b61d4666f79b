import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CodedError } from '../../src/base/errors.ts';
import { hostBounds } from '../../src/config/bounds.ts';
import { configPaths, readServerSettings } from '../../src/config/server.ts';
import { readRecipeSettings } from '../../src/custom/recipe-settings.ts';
import { parseTap } from '../../src/custom/tap.ts';
import { checkClaims } from '../../src/edge/claims/claims.ts';
import { forbiddenLabels, labelReach } from '../../src/edge/claims/reach.ts';
import { explainRoute } from '../../src/edge/explain.ts';
import { parseRule, RuleError } from '../../src/edge/rules/parse.ts';
import { mayCommand, readCommand } from '../../src/forge/command.ts';
import { readDelivery } from '../../src/forge/gitea/webhook.ts';
import { parseAbraSh } from '../../src/recipe/abra-sh.ts';
import { stackReach } from '../../src/recipe/approval/stack-reach.ts';
import { loadStack } from '../../src/recipe/compose/load.ts';
import { renderForDeploy } from '../../src/recipe/compose/render.ts';
import { editEnv, parseEnv } from '../../src/recipe/env.ts';
import { parseResults } from '../../src/results/json.ts';
import { refuseBeyondBounds } from '../../src/run/bounds/judge-stack.ts';
import { stackWith } from '../edge/support/stack.ts';
import { drawsAll } from '../support/draw.ts';
import { mutated } from './support/mutations.ts';

/** Texts of strangers, spoiled at random: each is taken, or refused by a name and with a place. Nothing else comes out. */
const BUDGET = drawsAll() ? 20_000 : 300;
/** One slip too many, and a YAML document is none. */
const FEW = 2;
const OWNER = { stackName: 'x_ci_test', domain: 'x.ci.test', foreignProxy: true };
const SOURCES = join(import.meta.dirname, '../../examples/sources');

let dir: string;
let seeds: Readonly<Record<'compose' | 'env' | 'abra', readonly string[]>>;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'cc-ci-fuzz-'));
  const read = (name: string) =>
    Promise.all(
      ['wiki', 'relay', 'notebook'].map((recipe) =>
        readFile(join(SOURCES, recipe, 'releases/1.0.0', name), 'utf8').catch(() => ''),
      ),
    );
  const [compose, env, abra] = await Promise.all([read('compose.yml'), read('.env.sample'), read('abra.sh')]);
  const more = [
    'services:\n  app:\n    image: a:1\n    ports: ["1-9:1-9/udp"]\n    environment: {A: "$B"}\n    deploy: {labels: {traefik.enable: "true"}}\nx-a: &a [1]\nx-b: *a\n',
    'version: "3.8"\nservices:\n  a: {image: "x:1", healthcheck: {interval: 1m30s}, ulimits: {nofile: {soft: 1, hard: 2}}}\nvolumes: {v: {driver_opts: {type: tmpfs, o: size=1m}}}\n',
  ];
  const filled = (list: readonly string[]) => list.filter((text) => text !== '');
  seeds = { compose: [...filled(compose), ...more], env: filled(env), abra: filled(abra) };
  expect(Math.min(seeds.compose.length, seeds.env.length, seeds.abra.length)).toBeGreaterThan(0);
});
afterAll(() => rm(dir, { recursive: true, force: true }));

/** What a reader may end with besides a result. */
function isRefusal(error: unknown): boolean {
  return (error instanceof CodedError && error.code !== '' && error.message !== '') || error instanceof RuleError;
}

async function hold(texts: fc.Arbitrary<string>, read: (text: string) => unknown): Promise<void> {
  let taken = 0;
  await fc.assert(
    fc.asyncProperty(texts, async (text) => {
      try {
        await read(text);
        taken += 1;
      } catch (error: unknown) {
        if (!isRefusal(error)) throw error;
      }
    }),
    { numRuns: BUDGET },
  );
  // Else all of it was refused at the door, and nothing behind it was tried.
  expect(taken).toBeGreaterThan(BUDGET / 50);
}

describe('spoiled at random, it is taken or refused by name', { timeout: drawsAll() ? 1_200_000 : 120_000 }, () => {
  test('a stack file, from its text to what is deployed', async () => {
    await hold(mutated(seeds.compose, FEW), async (text) => {
      await writeFile(join(dir, 'compose.yml'), text);
      const env = { STACK_NAME: OWNER.stackName, DOMAIN: OWNER.domain };
      const stack = await loadStack({ root: dir, files: ['compose.yml'], env });
      stackReach(stack, { stackName: OWNER.stackName, proxyNetwork: 'proxy' });
      checkClaims(stack, { allowedHosts: [OWNER.domain] });
      forbiddenLabels(stack, OWNER);
      labelReach(stack, OWNER);
      explainRoute(stack, 'v3', { stackName: OWNER.stackName });
      refuseBeyondBounds(stack, hostBounds());
      renderForDeploy(stack);
    });
  });

  test('labels', async () => {
    const labels = [
      'traefik.enable=true\ntraefik.http.routers.a.rule=Host(`x.ci.test`) && PathPrefix(`/a`)\ntraefik.http.routers.a.tls=true\ntraefik.http.services.a.loadbalancer.server.port=80',
      'traefik.http.middlewares.m.chain.middlewares[0]=m\ntraefik.http.middlewares.n.forwardauth.address=http://a/\ntraefik.tcp.routers.t.rule=HostSNI(`*`)\ntraefik.udp.routers.u.entrypoints=x',
    ];
    await hold(mutated(labels), (text) => {
      const pairs = text.split('\n').map((line): [string, string] => {
        const [key = '', ...value] = line.split('=');
        return [key, value.join('=')];
      });
      const stack = stackWith(Object.fromEntries(pairs));
      checkClaims(stack, { allowedHosts: [OWNER.domain] });
      forbiddenLabels(stack, OWNER);
      labelReach(stack, OWNER);
      explainRoute(stack, 'v2');
      explainRoute(stack, 'v3');
    });
  });

  test('a rule', async () => {
    const rules = [
      'Host(`a.test`) || (Path(`/x`) && !Method("GET"))',
      'HostRegexp(`^[a-z]+\\.a\\.test$`)',
      'HostSNI(`*`)',
    ];
    await hold(mutated(rules), parseRule);
  });

  test('an env sample', async () => {
    await hold(mutated(seeds.env), (text) => [parseEnv(text), editEnv(text, { DOMAIN: 'x', NEW: 'y' })]);
  });

  test('abra.sh', async () => {
    await hold(mutated(seeds.abra), parseAbraSh);
  });

  test('a comment: what holds a command is looked at, and the look before says the same', async () => {
    const comments = [
      '!testme\n',
      'hello\n\n```\n!testme\n```\n!testme install --base=1.0.0+1\n',
      '> !testme\n<!-- -->!testme approve 0123abc',
    ];
    await hold(mutated(comments), (text) => {
      const reading = readCommand(text);
      if (reading.kind !== 'nothing') expect(mayCommand(text)).toBe(true);
    });
  });

  test('a TAP stream', async () => {
    const streams = [
      'TAP version 14\n1..2\nok 1 - a\nnot ok 2 - b # TODO x\n  ---\n  at: 1\n  ...\n',
      '# Subtest: a\n    ok 1 - b\n    1..1\nok 1 - a\n1..1\n',
    ];
    await hold(mutated(streams), parseTap);
  });

  test('recipe.yaml', async () => {
    const settings = [
      'timeout: 120\nenv: {A: "1"}\nallow: ["services.app.ports=1:1/tcp"]\nbounds: {pids: 64}\n',
      'health: {path: /, ok: [200, 301]}\n',
    ];
    await hold(mutated(settings, FEW), async (text) => {
      await writeFile(join(dir, 'recipe.yaml'), text);
      await readRecipeSettings(dir);
    });
  });

  test('server.yaml', async () => {
    const settings = [
      'listen: 127.0.0.1:0\npublicUrl: https://ci.example.org\nforges:\n  - {id: git, url: "https://git.example.org", tokenFile: token, trust: {organisation: recipes}}\nworker: {domainSuffix: ci.test}\n',
    ];
    await writeFile(join(dir, 'token'), 'secret\n', { mode: 0o600 });
    await hold(mutated(settings, FEW), async (text) => {
      await writeFile(join(dir, 'server.yaml'), text);
      await readServerSettings(configPaths(dir));
    });
  });

  test('a delivery of a webhook, and the results of a worker elsewhere', async () => {
    const types = ['issue_comment', 'pull_request_comment', 'push', 'pull_request', 'pull_request_sync', 'x'];
    const bodies = types.map(() =>
      JSON.stringify({
        action: 'created',
        ref: 'r',
        after: '0'.repeat(40),
        repository: { id: 1, name: 'a', owner: { login: 'b', id: 2 } },
        comment: { id: 1, body: 'x', user: { login: 'c', id: 3 } },
      }),
    );
    await hold(mutated(bodies), (text) => {
      let body: unknown;
      try {
        body = JSON.parse(text);
      } catch {
        return;
      }
      for (const type of types) readDelivery({ 'x-gitea-event-type': type }, body);
      expect(() => parseResults(body)).toThrow(CodedError);
    });
  });
});
