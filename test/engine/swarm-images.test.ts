import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { mustRun } from '../../src/base/process.ts';
import { ensureImages } from '../../src/swarm/images.ts';
import { BUSYBOX, FOREIGN } from '../support/set-up/test-images.ts';
import { freePort, type Refusal, type Registry, SAID, startRegistry } from './support/registry.ts';
import { openStackBench, type StackBench, shellService } from './support/stack-bench.ts';

const FOREVER = 'exec sleep 1000000';

let registry: Registry;
let bench: StackBench;

beforeAll(async () => {
  registry = await startRegistry();
});
afterAll(async () => {
  await registry[Symbol.asyncDispose]();
});
beforeEach(async () => {
  bench = await openStackBench('swarm-image');
});
afterEach(async () => {
  await bench[Symbol.asyncDispose]();
});

interface Case {
  readonly code: string;
  readonly fault: 'recipe' | 'infrastructure';
  readonly title: string;
  readonly image: () => string | Promise<string>;
  readonly evidence: RegExp;
}

const refusing = (how: Refusal) => () => {
  registry.refuse(`acme/${how}`, how);
  return `${registry.address}/acme/${how}:1`;
};

const cases: readonly Case[] = [
  {
    code: 'image-not-found',
    fault: 'recipe',
    title: 'a tag that its registry does not have',
    image: () => `${registry.address}/acme/app:nosuch`,
    evidence: /does not have the image/,
  },
  {
    code: 'pull-refused',
    fault: 'infrastructure',
    title: 'a registry that wants a login',
    image: refusing('login-wanted'),
    evidence: /this host may not have the image/,
  },
  {
    code: 'pull-refused',
    fault: 'infrastructure',
    title: 'a registry that denies access',
    image: refusing('denied'),
    evidence: /this host may not have the image/,
  },
  {
    code: 'pull-rate-limited',
    fault: 'infrastructure',
    title: 'a registry that has had enough of this host',
    image: refusing('rate-limited'),
    evidence: /has asked too often/,
  },
  {
    code: 'registry-unreachable',
    fault: 'infrastructure',
    title: 'a registry that is down',
    image: async () => `127.0.0.1:${await freePort()}/acme/app:1`,
    evidence: /no connection to the registry/,
  },
  {
    code: 'registry-unreachable',
    fault: 'infrastructure',
    title: 'a registry that answers with an error of its own',
    image: refusing('broken'),
    evidence: /an error of its own/,
  },
  {
    code: 'registry-unreachable',
    fault: 'infrastructure',
    title: 'a page that only this host can see',
    image: refusing('page'),
    evidence: /does not speak as a registry does/,
  },
];

describe.each(cases)('$code: $title', ({ code, fault, image, evidence }) => {
  test('before the deploy, and from the Swarm that only says “No such image”', async () => {
    const reference = await image();
    const error: unknown = await ensureImages(bench.engine, [reference]).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'E_IMAGE', fault, known: { code } });
    expect(error).toMatchObject({ message: expect.stringContaining(reference) });
    const { outcome, causes } = await bench.up({ services: { app: { image: reference } } });
    expect(causes).toMatchObject([{ code, fault, service: 'app' }]);
    expect(causes[0]?.sentence).toContain(reference);
    expect(causes[0]?.evidence.join('\n')).toMatch(evidence);
    expect(outcome).toBe('failed');
    // A registry is whatever the name of an image leads to: its words are nobody's to read.
    expect(JSON.stringify([error, (error as Error).stack, causes])).not.toContain(SAID);
  });
});

test('registry-unreachable: a registry that takes the question and is silent, which the Engine would wait for without end', async () => {
  registry.refuse('acme/silent', 'silent');
  const patience = { answerMs: 500, stepMs: 500 };
  const pulled = ensureImages(bench.engine, [`${registry.address}/acme/silent:1`], undefined, undefined, patience);
  await expect(pulled).rejects.toMatchObject({ code: 'E_IMAGE', known: { code: 'registry-unreachable' } });
});

test('image-name-invalid: before the deploy, and from the CLI', async () => {
  const error: unknown = await ensureImages(bench.engine, ['Acme/App:1']).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ code: 'E_IMAGE', fault: 'recipe', known: { code: 'image-name-invalid' } });
  const refused: unknown = await bench
    .deploy({ services: { app: { image: 'Acme/App:1' } } })
    .catch((thrown: unknown) => thrown);
  expect(refused).toMatchObject({ known: { code: 'image-name-invalid', fault: 'recipe' } });
});

test('an image that the Swarm fetches while it starts is no cause', async () => {
  const reference = await registry.push(BUSYBOX, 'acme/busybox:1');
  try {
    const { outcome } = await bench.up({ services: { app: shellService(FOREVER, { image: reference }) } });
    expect(outcome).toBe('converged');
  } finally {
    await bench.remove();
    await mustRun(['docker', 'image', 'rm', reference]);
  }
});

test('wrong-architecture: an image for other processors', async () => {
  const image = FOREIGN;
  const { causes } = await bench.up({
    services: { app: { image, deploy: { restart_policy: { condition: 'any', delay: '100ms' } } } },
  });
  expect(causes).toMatchObject([{ code: 'wrong-architecture', fault: 'recipe' }]);
  expect(causes[0]?.sentence).toMatch(/is for (arm64|amd64), this host is (arm64|amd64)$/);
});
