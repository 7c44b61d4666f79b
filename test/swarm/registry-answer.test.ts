import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { connectEngine } from '../../src/swarm/engine.ts';
import { ensureImages, pullError, readPull } from '../../src/swarm/images.ts';
import { watchImages } from '../../src/swarm/observe-images.ts';
import { readRegistryAnswer } from '../../src/swarm/registry-answer.ts';

const SECRET = 'The admin page of the host';

describe('an answer that is a page', () => {
  const page = (status: number, words: string) =>
    `error parsing HTTP ${status} response body: invalid character '<' looking for beginning of value: "<h1>${words}</h1>"`;

  test.each([
    ['not-a-registry', page(200, 'toomanyrequests, denied, no space left on device')],
    ['not-a-registry', page(404, 'manifest unknown')],
    ['refused', page(403, 'manifest unknown')],
    ['limited', page(429, 'denied')],
    ['failing', page(502, 'manifest unknown')],
    ['not-a-registry', 'unsupported manifest media type and no default available: text/html'],
  ])('is %s where a page answers, whatever the page says', (answer, said) => {
    expect(readRegistryAnswer(said)).toBe(answer);
  });
});

describe('what a registry says', () => {
  const hostile = fc.oneof(
    fc.string({ maxLength: 200 }),
    fc.constantFrom(
      'denied: ',
      'toomanyrequests: ',
      'manifest unknown: ',
      'error parsing HTTP 200 response body: ',
      '',
    ),
  );

  test('is in no sentence, hint or evidence', async () => {
    await fc.assert(
      fc.asyncProperty(hostile, hostile, async (before, after) => {
        const error = `${before}${SECRET}${after}`;
        const answer = await readPull(Readable.from([Buffer.from(`${JSON.stringify({ error })}\n`)]));
        expect(answer).toBeDefined();
        const { message, hint, evidence, known, stack } = pullError('x:1', answer ?? 'other');
        expect(JSON.stringify({ message, hint, evidence, known, stack })).not.toContain(SECRET);
      }),
    );
  });

  test.each([
    ['before the pull has begun', 500, JSON.stringify({ message: `error parsing HTTP 200 response body: ${SECRET}` })],
    ['in the middle of it', 200, `${JSON.stringify({ status: SECRET })}\n${JSON.stringify({ error: SECRET })}\n`],
    ['as text', 502, SECRET],
  ])('is not repeated where the Engine quotes it %s', async (_when, status, body) => {
    await using daemon = await quotingDaemon(status, body);
    const engine = await connectEngine(daemon.socket);
    const thrown: unknown = await ensureImages(engine, ['127.0.0.1:9/x:1'], (told) => {
      expect(JSON.stringify(told)).not.toContain(SECRET);
    }).catch((error: unknown) => error);
    expect(thrown).toMatchObject({ code: 'E_IMAGE' });
    expect(everythingOf(thrown)).not.toContain(SECRET);
    const asked: unknown = await engine.distribution('127.0.0.1:9/x:1').catch((error: unknown) => error);
    expect(everythingOf(asked)).not.toContain(SECRET);
    const images = watchImages(engine, new AbortController().signal);
    images.askWhyMissing('127.0.0.1:9/x:1');
    await images.settle();
    expect(images.answerFor('127.0.0.1:9/x:1')).toMatchObject({ state: 'refused' });
    expect(JSON.stringify(images.answerFor('127.0.0.1:9/x:1'))).not.toContain(SECRET);
    engine.close();
  });

  test('is read in linear time, however it repeats itself', () => {
    for (const part of ['manifest for ', 'failed to resolve ', 'unexpected status ', 'invalid reference ', ' denied'])
      expect(readRegistryAnswer(part.repeat(1_000_000))).toBeDefined();
  });
});

/** An Engine that knows no image, and answers a question to a registry with this. */
async function quotingDaemon(status: number, body: string) {
  const dir = await mkdtemp(join(tmpdir(), 'cc-ci-quoting-'));
  const socket = join(dir, 'docker.sock');
  const server = createServer(({ url = '' }, response) => {
    if (url === '/version') return response.end(JSON.stringify({ Version: '1', ApiVersion: '1.41', Arch: 'amd64' }));
    const asksRegistry = url.includes('/images/create') || url.includes('/distribution/');
    response.statusCode = asksRegistry ? status : 404;
    return response.end(asksRegistry ? body : '{"message":"No such image"}');
  });
  await new Promise<void>((resolve) => server.listen(socket, resolve));
  return {
    socket,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

/** An error and all that hangs on it, as a log would show it. */
function everythingOf(thrown: unknown): string {
  return thrown instanceof Error
    ? `${thrown.stack} ${JSON.stringify(thrown)} ${JSON.stringify(Object.entries(thrown))} ${everythingOf(thrown.cause)}`
    : String(thrown);
}
