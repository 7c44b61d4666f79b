import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { statePaths } from '../../src/config/paths.ts';
import { readOnly, startWeb, type WebServer } from '../../src/web/listen.ts';
import { runFile } from '../../src/web/run-files.ts';

const RUN = '20261124-024400-3f9a1c';

/** A title, a colour, an answer that the terminal would type, the same in one byte, text the other way round; over several reads. */
const HOSTILE = `${'\u001b]0;owned\u0007red \u001b[31mred\u001b[0m \u001b[6n \u009b6n \u202Egnp.exe\u202C \u001b]52;c;cm0=\u001b\\\n'.repeat(4000)}${'x'.repeat(200_000)}\u001b[2J\u001b`;

let root: string;
let web: WebServer;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'cc-ci-web-'));
  const run = join(root, 'runs', RUN);
  await mkdir(join(run, 'logs'), { recursive: true });
  await mkdir(join(run, 'work'));
  await writeFile(join(root, 'passwords'), 'elsewhere');
  await writeFile(join(run, 'report.html'), '<script>alert(1)</script>');
  await writeFile(join(run, 'logs', 'app.log'), 'a line');
  await writeFile(join(run, 'logs', 'hostile.log'), HOSTILE);
  await writeFile(join(run, 'hostile.json'), JSON.stringify({ said: HOSTILE }));
  await writeFile(join(run, 'dump.bin'), 'bytes');
  await writeFile(join(run, 'work', 'key'), 'private');
  await writeFile(join(run, 'credentials.json'), 'private', { mode: 0o600 });
  await writeFile(join(run, '.hidden'), 'private');
  await symlink(join(root, 'passwords'), join(run, 'link.txt'));
  await mkdir(join(root, 'runs', '20261124-024400-000000'));
  web = await startWeb({
    listen: '127.0.0.1:0',
    routes: { runs: readOnly(({ path }) => runFile(statePaths({ CC_CI_STATE: root }), path)) },
    log: () => undefined,
  });
});
afterAll(async () => {
  await web.stop();
  await rm(root, { recursive: true });
});

/** Asks for a path exactly as it is written: `fetch` would tidy it up. */
const ask = (path: string, method = 'GET') =>
  new Promise<{ status: number | undefined; headers: NodeJS.Dict<string | string[]>; body: string }>(
    (resolve, reject) => {
      const { hostname, port } = new URL(web.url);
      request({ hostname, port, path, method, agent: false }, (answer) => {
        text(answer).then((body) => resolve({ status: answer.statusCode, headers: answer.headers, body }), reject);
      })
        .on('error', reject)
        .end();
    },
  );

describe('a run’s files', () => {
  test.each(['logs/hostile.log', 'hostile.json'])(
    'hold nothing that a terminal obeys, or that reorders text, when they are sent: %s',
    async (name) => {
      const { status, body } = await ask(`/runs/${RUN}/${name}`);
      expect(status).toBe(200);
      // oxlint-disable-next-line no-control-regex
      expect(body).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/);
      expect(body.split('red').length).toBe(8001);
      expect(body.split('x').length).toBeGreaterThan(200_000);
    },
  );

  test.each(['constructor', '__proto__', 'toString', 'hasOwnProperty'])(
    'are not reached by the name of what every object has: /%s',
    async (name) => {
      expect(await ask(`/${name}`)).toMatchObject({ status: 404, body: 'there is nothing here\n' });
    },
  );

  test.each([
    [`/runs/${RUN}/`, 'text/html; charset=utf-8'],
    [`/runs/${RUN}/report.html`, 'text/html; charset=utf-8'],
    [`/runs/${RUN}/logs/app.log`, 'text/plain; charset=utf-8'],
    [`/runs/${RUN}/dump.bin`, 'application/octet-stream'],
  ])('%s is served as %s, and can neither run nor fetch anything', async (path, type) => {
    const { status, headers } = await ask(path);
    expect(status).toBe(200);
    expect(headers['content-type']).toBe(type);
    expect(headers['x-content-type-options']).toBe('nosniff');
    expect(headers['content-security-policy']).toMatch(/^default-src 'none';.*; sandbox allow-downloads$/);
    expect(headers['content-security-policy']).not.toContain('script-src');
  });

  test.each([
    `/runs/${RUN}/credentials.json`,
    `/runs/${RUN}/.hidden`,
    `/runs/${RUN}/link.txt`,
    `/runs/${RUN}/work/key`,
    `/runs/${RUN}/logs`,
    `/runs/${RUN}/../../passwords`,
    `/runs/${RUN}/..%2F..%2Fpasswords`,
    `/runs/${RUN}/logs/../../../passwords`,
    `/runs/..`,
    `/runs/../passwords`,
    `/runs/%2e%2e/passwords`,
    `/runs/${RUN}%00/report.html`,
    `/runs/${RUN}/%ff`,
    '/runs/20261124-024400-000000/',
    '/runs/20261124-024400-ffffff/',
    '/runs/',
    '/runs',
    '/elsewhere',
  ])('%s is not there', async (path) => {
    const { status, body } = await ask(path);
    expect(status).toBe(404);
    expect(body).not.toMatch(/private|elsewhere/);
  });

  test('lead to their directory, so that links in a report hold', async () => {
    const { status, headers } = await ask(`/runs/${RUN}`);
    expect([status, headers['location']]).toEqual([308, `/runs/${RUN}/`]);
  });

  test('have their headers asked for alone, and nothing is written', async () => {
    expect(await ask(`/runs/${RUN}/`, 'HEAD')).toMatchObject({ status: 200, body: '' });
    expect((await ask(`/runs/${RUN}/report.html`, 'PUT')).status).toBe(405);
  });
});
