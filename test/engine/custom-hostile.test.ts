import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Argv } from '../../src/base/process.ts';
import { type Launch, launchSandbox } from '../../src/custom/sandbox.ts';
import { stagingRoot } from '../../src/custom/staging.ts';
import { type FakeApp, runRecipeTests, startFakeApp } from '../custom/fake-app.ts';
import { WITHIN } from '../support/within.ts';

let app: FakeApp;
beforeAll(async () => {
  app = await startFakeApp();
});
afterAll(() => app[Symbol.asyncDispose]());

/** Each test tries one way out and passes when it is shut. */
function hostileFile(): string {
  const { httpsPort } = app.target;
  return `
    import { assert, exec, logs, tcp, test } from 'cc-ci/kit';
    import { execFileSync } from 'node:child_process';
    import { once } from 'node:events';
    import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
    import { request } from 'node:http';
    import { connect } from 'node:net';
    import { networkInterfaces } from 'node:os';
    import { text } from 'node:stream/consumers';
    import { connect as connectTls } from 'node:tls';

    const opens = (options) => new Promise((resolve) => {
      const socket = connect(options, () => { socket.destroy(); resolve(true); });
      socket.on('error', () => resolve(false));
    });
    const viaProxy = async (path, method = 'CONNECT') => {
      const call = request({ host: '127.0.0.1', port: 3128, method, path, agent: false });
      call.end();
      const [response, socket] = await Promise.race([once(call, 'connect'), once(call, 'response')]);
      socket?.destroy?.();
      return response.statusCode;
    };
    const fails = (argv) => assert.throws(() => execFileSync(argv[0], argv.slice(1), { stdio: 'ignore' }));

    test('the Docker socket', async () => {
      for (const path of ['/var/run/docker.sock', '/run/docker.sock', '/run/containerd/containerd.sock']) {
        assert.equal(existsSync(path), false);
        assert.equal(await opens({ path }), false);
      }
    });
    test('host files', () => {
      const paths = ['/etc/shadow', '/etc/hostname', '/etc/ssl/private', '/root', '/var', '/sys', '/proc/1/root/etc/shadow',
        ${JSON.stringify(join(app.directory, 'ca.key'))}, ${JSON.stringify(process.cwd())}];
      for (const path of paths) assert.equal(existsSync(path), false, path);
      assert.throws(() => readFileSync('/proc/kcore'));
    });
    test('host loopback', async () => {
      assert.deepEqual(Object.keys(networkInterfaces()), ['lo']);
      assert.equal(await opens({ host: '127.0.0.1', port: ${httpsPort} }), false);
    });
    test('other names and ports through the proxy', async () => {
      for (const target of ['other.ci.test:443', '127.0.0.1:${httpsPort}', 'localhost:2375', 'shop.ci.test:22', 'x.shop.ci.test:443']) {
        assert.equal(await viaProxy(target), 403, target);
      }
      assert.equal(await viaProxy('http://shop.ci.test/', 'GET'), 403);
      await assert.rejects(tcp(2375), /not part of this run/);
      await assert.rejects(fetch('https://other.ci.test/'));
    });
    test('other apps through the own name', async () => {
      const ask = async (servername, host) => {
        const call = request({ host: '127.0.0.1', port: 3128, method: 'CONNECT', path: 'shop.ci.test:443', agent: false });
        call.end();
        const [, socket] = await once(call, 'connect');
        const secure = connectTls({ socket, servername, rejectUnauthorized: false });
        secure.write('GET / HTTP/1.1\\r\\nhost: ' + host + '\\r\\nconnection: close\\r\\n\\r\\n');
        return text(secure).catch(String);
      };
      assert.match(await ask('shop.ci.test', 'shop.ci.test'), /Welcome to shop.ci.test/);
      assert.doesNotMatch(await ask('shop.ci.test', 'victim.ci.test'), /Welcome/);
      assert.doesNotMatch(await ask('victim.ci.test', 'victim.ci.test'), /Welcome/);
      assert.doesNotMatch(await ask(undefined, 'shop.ci.test'), /Welcome/);
    });
    test('the environment of the host', () => {
      const seen = [JSON.stringify(process.env)];
      for (const pid of readdirSync('/proc').filter((name) => /^[0-9]+$/.test(name))) {
        try { seen.push(readFileSync('/proc/' + pid + '/environ', 'utf8')); } catch {}
      }
      assert.ok(seen.every((text) => !text.includes('hunter2')));
    });
    test('the processes of the host', () => {
      const pids = readdirSync('/proc').filter((name) => /^[0-9]+$/.test(name));
      assert.ok(pids.length < 20);
      for (const pid of pids) assert.doesNotMatch(readFileSync('/proc/' + pid + '/cmdline', 'utf8'), /vitest|dockerd/);
    });
    test('other stacks through the broker', async () => {
      await assert.rejects(exec('other_app', ['id']), /403.*has no service/);
      await assert.rejects(logs('../app'), /403/);
      await assert.rejects(exec('app', []), /400/);
    });
    test('more rights', () => {
      const status = readFileSync('/proc/self/status', 'utf8');
      assert.match(status, /CapEff:\\t0+\\n/);
      assert.match(status, /CapBnd:\\t0+\\n/);
      assert.match(status, /NoNewPrivs:\\t1/);
      fails(['unshare', '--user', 'true']);
      fails(['mount', '-t', 'tmpfs', 'x', '/tmp']);
    });
    test('system calls that nobody needs here', () => {
      // Perl asks for a call by its number; the exit code is the errno.
      const call = (...args) => {
        const text = '$! = 0; my $r = syscall(' + args.join(', ') + '); exit($r == -1 ? $!+0 : 0)';
        try { execFileSync('perl', ['-e', text], { stdio: 'ignore' }); return 0; } catch (error) { return error.status; }
      };
      const socket = (family, protocol = 0) => call(x64 ? 41 : 198, family, 3, protocol);
      const x64 = process.arch === 'x64';
      const [ptrace, key, handle, personality] = x64 ? [101, 250, 303, 135] : [117, 219, 264, 92];
      assert.equal(call(x64 ? 39 : 172), 0);
      assert.equal(call(ptrace, 0, 0, 0, 0), 1);
      assert.equal(call(key, 0, -3, 1), 1);
      assert.equal(call(handle, -100, 0, 0, 0, 0), 1);
      assert.equal(call(personality, 0x40000), 1);
      assert.equal(call(425, 1, 0), 38);
      assert.equal(call(435, 0, 0), 38);
      assert.deepEqual([socket(40), socket(38), socket(16, 12)], [97, 97, 97]);
      assert.equal(socket(16), 0);
      if (x64) assert.equal(call(0x40000000 + 39), 38);
    });
    test('writing where it is read-only', () => {
      for (const path of ['/x', '/usr/x', '/tests/x', '/cc-ci/kit/x', '/etc/x', '/run/cc-ci/x', '/proc/sys/kernel/panic']) {
        assert.throws(() => writeFileSync(path, '1'), path);
      }
    });
    test('more than its share of disk and processes', () => {
      assert.throws(() => writeFileSync('/out/big', Buffer.alloc(65 * 1024 * 1024)), /ENOSPC/);
      writeFileSync('/out/big', '');
      assert.equal(execFileSync('prlimit', ['--nproc', '--noheadings', '--raw', '--output=HARD'], { encoding: 'utf8' }).trim(), '1024');
    });
    test('a name that leads out of the attachments', async () => {
      const { attach } = await import('cc-ci/kit');
      await assert.rejects(attach('../../escaped', 'x'));
      await assert.rejects(attach('..%2Fescaped', 'x'), /404/);
    });`;
}

async function attempts(launch: Launch) {
  process.env['CC_CI_TEST_SECRET'] = 'hunter2';
  const report = await runRecipeTests(app, { 'hostile.test.js': hostileFile() }, { launch });
  delete process.env['CC_CI_TEST_SECRET'];
  expect(report.broken).toBeUndefined();
  return report;
}

test('a hostile test finds every way out shut', async () => {
  const report = await attempts(launchSandbox);

  expect(report.cases.filter(({ outcome }) => outcome !== 'passed')).toEqual([]);
  expect(report.cases).toHaveLength(13);
  expect(report.refused).toEqual(
    expect.arrayContaining(['other.ci.test:443', 'localhost:2375', 'shop.ci.test:22', 'victim.ci.test:443']),
  );
});

test('the hostile test can fail: it gets out of a sandbox that was weakened', async () => {
  const extra = ['/var/run/docker.sock', '/etc/hostname'].flatMap((path) => [
    '--ro-bind',
    path,
    path.replace('/var', ''),
  ]);
  const weaken = ([file, ...args]: Argv): Argv => {
    const open = args.filter((argument) => argument !== '--unshare-net' && argument !== '--disable-userns');
    open.splice(open.indexOf('--seccomp'), 2);
    open.splice(open.indexOf('--remount-ro'), 0, ...extra);
    return [file, ...open];
  };

  const report = await attempts((argv) => launchSandbox(weaken(argv)));

  const escaped = report.cases.filter(({ outcome }) => outcome === 'failed').map(({ name }) => name);
  expect(escaped).toEqual([
    'the Docker socket',
    'host files',
    'host loopback',
    'more rights',
    'system calls that nobody needs here',
  ]);
});

test('a sandbox dies with the process that started it, however that ends', async () => {
  // A number of this test alone, so that it counts nobody else's processes.
  const marker = `3600.${process.pid}`;
  const program = `
    import { sandboxArgv, launchSandbox } from '${join(process.cwd(), 'src/custom/sandbox.ts')}';
    import { stageSandbox } from '${join(process.cwd(), 'src/custom/staging.ts')}';
    const staging = await stageSandbox({ runId: 'killed', testsDir: undefined, hosts: ['shop.ci.test'] });
    const argv = await sandboxArgv(staging.path, 'sandbox-init', 60);
    const inside = [...argv.slice(0, argv.lastIndexOf('/cc-ci/bin/node')), 'sh', '-c', 'echo up; exec sleep ${marker}'];
    for await (const line of launchSandbox(inside).lines) console.log(line, staging.path);
  `;
  const parent = spawn(process.execPath, ['--input-type=module', '--eval', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(parent, 'close').then(() => ['it ended by itself']);
  const [line] = (await Promise.race([once(parent.stdout.setEncoding('utf8'), 'data'), ended])) as [string];
  expect(line).toMatch(/^up /);
  // The line comes before the shell becomes what is counted.
  await expect.poll(() => countProcesses(marker), WITHIN).toBeGreaterThan(0);

  parent.kill('SIGKILL');
  await ended;

  await expect.poll(() => countProcesses(marker), WITHIN).toBe(0);
  expect(line.trim().slice(3)).toContain(`${stagingRoot('killed')}/`);
  await rm(stagingRoot('killed'), { recursive: true });
});

async function countProcesses(argument: string): Promise<number> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const lines = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')));
  return lines.filter((line) => line.startsWith(`sleep\0${argument}`)).length;
}
