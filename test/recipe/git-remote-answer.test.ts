import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { fetchPullRequest } from '../../src/recipe/git/mirror.ts';
import { gitsOwnWords, whyNotFetched } from '../../src/recipe/git/remote-answer.ts';
import { runGit } from '../../src/recipe/git/run-git.ts';

const SECRET = 'the-words-of-a-server';

let root: string;
let server: Server;
let answer: (response: ServerResponse) => void;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'cc-ci-answer-'));
  await writeFile(join(root, 'token'), 'a-token\n');
  server = createServer((_, response) => answer(response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await rm(root, { recursive: true, force: true });
});

const urlOf = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}/recipes/ssl-not-found.git`;

/** A line as git's protocol has it. */
const packet = (text: string) => `${(text.length + 4).toString(16).padStart(4, '0')}${text}`;

const refusing = (status: number) => (response: ServerResponse) =>
  response.writeHead(status, { 'content-type': 'text/plain' }).end(`${SECRET}\nsecond ${SECRET}\n`);

describe('a fetch that a server refuses', () => {
  test.each<[string, (response: ServerResponse) => void, RegExp]>([
    ['with a page', refusing(200), /broke off|no repository|by hand/],
    ['with no', refusing(403), /wants a login/],
    ['as not there', refusing(404), /no such repository/],
    ['with a fault of its own', refusing(502), /HTTP 5xx/],
    [
      'in git’s own protocol',
      (response) =>
        response
          .writeHead(200, { 'content-type': 'application/x-git-upload-pack-advertisement' })
          .end(`${packet('# service=git-upload-pack\n')}0000${packet(`ERR ${SECRET} couldn't find remote ref`)}`),
      /its server refused/,
    ],
  ])('%s is told without a word of what the server said', async (_how, refuse, why) => {
    answer = refuse;
    const heard = await runGit(['ls-remote', urlOf()], { protocols: ['http'] });
    const thrown: unknown = await fetchPullRequest({
      url: urlOf(),
      gitDir: join(root, 'mirror.git'),
      pullRequest: 7,
      sha: 'f'.repeat(40),
      tokenFile: join(root, 'token'),
    }).catch((error: unknown) => error);
    expect(thrown).toMatchObject({ code: 'E_FETCH', message: expect.stringMatching(why) });
    expect(`${JSON.stringify(thrown)} ${(thrown as Error).stack}`).not.toContain(SECRET);
    expect(whyNotFetched(heard)).not.toContain(SECRET);
  });
});

test('what a server says is no word of git’s', () => {
  const stderr = `remote: fatal: couldn't find remote ref x\rremote: ${SECRET}\nfatal: repository '${SECRET}' not found\n`;
  expect(gitsOwnWords({ stderr })).toBe("fatal: repository '' not found\n");
  expect(whyNotFetched({ stderr, timedOut: false })).toMatch(/no such repository/);
});

test.each([
  ["fatal: unable to access 'https://x/': Could not resolve host: x", /no address/],
  ["fatal: unable to access 'https://x/': Failed to connect to x port 443: Connection refused", /no connection/],
  ["fatal: unable to access 'https://x/': SSL certificate problem: self-signed certificate", /certificate/],
  ["fatal: could not read Username for 'https://x': terminal prompts disabled", /login/],
  ['git@x: Permission denied (publickey).', /login/],
  ['Host key verification failed.', /key of its host/],
  ["fatal: '/x' does not appear to be a git repository", /no such repository/],
  ["fatal: transport 'ext' not allowed", /transport/],
  ['error: unable to write file: No space left on device', /no space/],
  ['fatal: the world ended', /by hand/],
])('%s is told as what it is', (stderr, why) => {
  expect(whyNotFetched({ stderr, timedOut: false })).toMatch(why);
});
