import { readdir, readFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type FakeApp, runRecipeTests, startFakeApp } from '../custom/fake-app.ts';

let app: FakeApp;
beforeAll(async () => {
  app = await startFakeApp();
});
afterAll(() => app[Symbol.asyncDispose]());

const outcomes = (report: Awaited<ReturnType<typeof runRecipeTests>>) =>
  Object.fromEntries(report.cases.map(({ name, outcome }) => [name, outcome]));

describe('a recipe with tests that work', () => {
  test('reaches its app by HTTP, exec, logs and TCP, and leaves evidence', async () => {
    const echo = createServer((socket) => socket.end('220 ready'));
    await new Promise<void>((resolve) => echo.listen(0, '127.0.0.1', resolve));
    const { port } = echo.address() as AddressInfo;
    const report = await runRecipeTests(
      app,
      {
        'app.test.ts': `
          import { app, assert, attach, describe, exec, http, logs, tcp, test } from 'cc-ci/kit';
          import { writeFileSync } from 'node:fs';
          import { text } from 'node:stream/consumers';
          describe('shop', () => {
            test('http', async () => {
              const answer: Response = await http('/hello');
              assert.equal(answer.status, 200);
              assert.match(await answer.text(), /Welcome to shop.ci.test \\/hello/);
            });
            test('env', () => assert.deepEqual(app.env, { COLOUR: 'blue' }));
            test('exec', async () => assert.equal((await exec('db', ['psql', '-c', 'a b'], { stdin: '!' })).stdout, 'db: psql -c a b!'));
            test('logs', async () => assert.equal(await logs('app', 5), '5 lines of app'));
            test('tcp', async () => assert.equal(await text(await tcp(${port})), '220 ready'));
            test('evidence', async () => { await attach('a.txt', 'A'); writeFileSync('/out/b.txt', 'B'); });
          });`,
        'curl.sh': `#!/bin/bash
          set -u
          curl -sf "$CC_CI_URL/x" | grep -q Welcome && echo "ok 1 - curl trusts the authority" || echo "not ok 1 - curl"
          echo 1..1`,
      },
      {
        target: { tcpPorts: [port] },
        published: async () => [{ published: port, address: '127.0.0.1', port }],
      },
    );
    echo.close();

    expect(report.broken).toBeUndefined();
    expect(outcomes(report)).toEqual({
      http: 'passed',
      env: 'passed',
      exec: 'passed',
      logs: 'passed',
      tcp: 'passed',
      evidence: 'passed',
      'curl trusts the authority': 'passed',
    });
    expect(report.attachments).toEqual(['a.txt', 'b.txt']);
    expect(await readFile(join(app.directory, 'out/b.txt'), 'utf8')).toBe('B');
    expect(report.refused).toEqual([]);
  });

  test('may leave a timer running: the file is ended after its last test', async () => {
    const report = await runRecipeTests(app, {
      'a.test.ts': `import { test } from 'cc-ci/kit'; test('a', () => { setInterval(() => {}, 1000); });`,
    });

    expect(report).toMatchObject({ broken: undefined, cases: [{ name: 'a', outcome: 'passed' }] });
  });

  test('leaves no staging directory behind', async () => {
    await runRecipeTests(app, { 'a.test.js': `import { test } from 'cc-ci/kit'; test('a', () => {});` });

    expect((await readdir(tmpdir())).filter((name) => name.includes(`sandbox-${app.target.runId}-`))).toEqual([]);
  });
});

describe('tests that are no proof', () => {
  const broken = async (text: string, options = {}) =>
    (await runRecipeTests(app, { 'x.test.ts': text }, options)).broken;

  test('no test in the file', async () => {
    expect(await broken('export {};')).toMatch(/x\.test\.ts: no test was collected/);
  });
  test('only skipped tests, also below a passing parent', async () => {
    const text = `import { test } from 'cc-ci/kit';
      test.skip('a', () => {}); test.todo('b'); test('p', async (t) => { await t.test('c', { skip: true }, () => {}); });`;
    expect(await broken(text)).toMatch(/3 tests collected, all skipped/);
  });
  test('a file that does not parse', async () => {
    expect(await broken('const x: = 3')).toMatch(/x\.test\.ts: .*Unexpected token/s);
  });
  test('a process that ends itself with success in the middle', async () => {
    const text = `import { test } from 'cc-ci/kit'; test('a', () => {}); test('b', () => process.exit(0));`;
    expect(await broken(text)).toMatch(/ended before its tests were done/);
  });
  test('a process that crashes', async () => {
    const text = `import { test } from 'cc-ci/kit'; test('a', () => process.kill(process.pid, 'SIGSEGV'));`;
    expect(await broken(text)).toMatch(/ended by SIGSEGV/);
  });
  test('a test that never ends', async () => {
    const text = `import { test } from 'cc-ci/kit'; test('a', () => new Promise(() => setInterval(() => {}, 1000)));`;
    expect(await broken(text, { timeoutMs: 4000 })).toMatch(/still running when the time was over/);
  });
  test('a failing test is a failure, not a breakage', async () => {
    const report = await runRecipeTests(app, {
      'x.test.ts': `import { assert, test } from 'cc-ci/kit'; test('sum', () => assert.equal(1 + 1, 3));`,
    });
    expect(report.broken).toBeUndefined();
    expect(report.cases).toMatchObject([{ name: 'sum', outcome: 'failed', file: 'x.test.ts' }]);
    expect(report.cases[0]?.detail).toMatch(/2 !== 3/);
  });
  test('a cancelled run says so', async () => {
    const text = `import { test } from 'cc-ci/kit'; test('a', () => {});`;
    expect(await broken(text, { signal: AbortSignal.abort() })).toMatch(/cancelled/);
  });
  test('a host without bubblewrap runs nothing', async () => {
    const path = process.env['PATH'];
    process.env['PATH'] = '/nowhere';
    try {
      const report = await runRecipeTests(app, { 'x.test.ts': '' });
      expect(report).toMatchObject({ cases: [], brokenFault: 'infrastructure' });
      expect(report.broken).toMatch(/E_SANDBOX_MISSING/);
    } finally {
      process.env['PATH'] = path;
    }
  });
});
