import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { mustRun } from '../../src/base/process.ts';
import { isSigned, readDelivery } from '../../src/forge/gitea/webhook.ts';
import { type ForgeDouble, startForge } from './double/double.ts';
import { type RecordedCall, recordedCalls, recordedDeliveries } from './support/recorded.ts';

/** Recorded calls that cc-ci never makes, nor a test needs to set its scene. */
const LEFT_OUT =
  /^(create repository|create token|create webhook|permission of|pull request files|server settings|branches|tags|annotated tag|delete the fork|review|open hooks|merge|comment while|unknown repository$)/;

let forge: ForgeDouble;
let work: string;
beforeAll(async () => {
  forge = await startForge();
  work = await mkdtemp(join(tmpdir(), 'cc-ci-double-'));
});
afterAll(async () => {
  await forge[Symbol.asyncDispose]();
  await rm(work, { recursive: true, force: true });
});

async function push(as: string, repository: string, branch: string, text: string): Promise<string> {
  const dir = await mkdtemp(join(work, 'clone-'));
  const git = (...args: string[]) =>
    mustRun(['git', '-c', 'user.name=Ada', '-c', 'user.email=ada@example.org', ...args], { cwd: dir });
  const url = new URL(`${repository}.git`, `${forge.url}/`);
  url.username = as;
  url.password = 'password';
  await git('clone', '--quiet', String(url), '.');
  await git('checkout', '--quiet', '-B', branch);
  await writeFile(join(dir, 'compose.yml'), text);
  await git('add', '--all');
  await git('commit', '--quiet', '--message', text);
  await git('push', '--quiet', '--force', 'origin', `HEAD:${branch}`);
  return (await git('rev-parse', 'HEAD')).stdout.trim();
}

/** Only what a client reads: the kinds of values, and the values that depend on nothing but the scene. */
function shapeOf(value: unknown, like: unknown): unknown {
  if (Array.isArray(value)) return value.map((item) => shapeOf(item, Array.isArray(like) ? like[0] : undefined));
  if (typeof value !== 'object' || value === null) return value === null ? null : typeof value;
  const entries = Object.entries(value).filter(([key]) => typeof like === 'object' && like !== null && key in like);
  return Object.fromEntries(entries.map(([key, item]) => [key, shapeOf(item, (like as Record<string, unknown>)[key])]));
}

test('the double answers in order what a real forge answered: status, paging and the form of every field it has', async () => {
  forge.addUser('root', { admin: true });
  for (const login of ['maintainer', 'outsider', 'ccci']) forge.addUser(login);
  forge.state.organisations.set('recipes', new Set(['maintainer']));
  const notebook = await forge.addRepository('recipes', 'notebook');
  await push('root', 'recipes/notebook', 'main', 'first');
  const first = await push('maintainer', 'recipes/notebook', 'bump', 'second');
  const fork = await forge.addRepository('outsider', 'notebook', notebook);
  await push('outsider', 'outsider/notebook', 'evil', 'third');
  const said: string[] = [];
  const people: Record<string, string> = {
    'site admin (password)': 'root',
    'maintainer (password)': 'maintainer',
    'outsider (password)': 'outsider',
  };
  const recorded = recordedCalls();
  const sha =
    recorded.find(({ name }) => name === 'get pull request')?.request.path === undefined
      ? ''
      : '22dcfa045b4143d5dc9256f01616d2ffe7322fae';
  for (const call of recorded) {
    if (call.name === 'pull request after a push') await push('maintainer', 'recipes/notebook', 'bump', 'fourth');
    if (call.name === 'delete the fork') fork.gone = true;
    if (LEFT_OUT.test(call.name)) continue;
    const answer = await repeat(call, sha, first, people);
    said.push(call.name);
    expect({ name: call.name, status: answer.status }).toEqual({ name: call.name, status: call.response.status });
    expect(answer.total, call.name).toBe(call.response.headers['X-Total-Count'] ?? null);
    if (call.response.status < 300)
      expect(shapeOf(answer.body, call.response.body), call.name).toEqual(shapeOf(call.response.body, answer.body));
  }
  process.stdout.write(`${said.length} of ${recorded.length} recorded calls repeated\n`);
  expect(said.length).toBeGreaterThan(40);
});

async function repeat(call: RecordedCall, recordedSha: string, sha: string, people: Readonly<Record<string, string>>) {
  const path = call.request.path
    .replace('/api/v1/', '')
    .replace(recordedSha, sha)
    .replace(recordedSha.slice(0, 10), sha.slice(0, 10))
    .replace(/since=[^&]*/, 'since=2020-01-01T00:00:00Z');
  const scopes = /^ccci token \[(?<scopes>.*)\]$/.exec(call.request.as)?.groups?.['scopes']?.split(', ');
  const person = people[call.request.as];
  const authorization =
    scopes !== undefined
      ? `token ${forge.addToken('ccci', scopes)}`
      : person === undefined
        ? 'token nobody'
        : `Basic ${Buffer.from(`${person}:password`).toString('base64')}`;
  const answer = await fetch(`${forge.url}/api/v1/${path}`, {
    method: call.request.method,
    redirect: 'manual',
    headers: { authorization, 'content-type': 'application/json' },
    ...(call.request.body === undefined || call.request.body === null
      ? {}
      : { body: JSON.stringify(call.request.body) }),
  });
  const text = await answer.text();
  return {
    status: answer.status,
    total: answer.headers.get('x-total-count'),
    body: text === '' ? null : (JSON.parse(text) as unknown),
  };
}

test('its deliveries are signed and read as the recorded ones are', async () => {
  const notebook = forge.state.repositories[0];
  notebook?.hooks.push({ url: `${forge.url}/nowhere`, secret: 'hook-secret' });
  await forge.call('maintainer', 'POST', 'repos/recipes/notebook/issues/1/comments', { body: '!testme' });
  await forge.delivered();
  const made = forge.deliveries.at(-1);
  if (made === undefined) throw new Error('nothing was delivered');
  expect(isSigned(made.headers, Buffer.from(made.body), ['hook-secret'])).toBe(true);
  const read = readDelivery(made.headers, JSON.parse(made.body));
  const real = recordedDeliveries().map(({ headers, body }) => readDelivery(headers, JSON.parse(body)));
  const like = real.find((delivery) => delivery?.kind === 'comment' && delivery.pullRequest !== undefined);
  expect(shapeOf(read, like)).toEqual(shapeOf(like, read));
});
