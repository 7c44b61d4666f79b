import { spawn } from 'node:child_process';
import { chmod, copyFile, mkdir, mkdtemp, readFile, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

const root = join(import.meta.dirname, '../..');
const architecture = process.arch === 'arm64' ? 'arm64' : 'x64';

let clone: string;
let path: string;

/** A bare clone with the launcher and a lockfile, and an npm that notes each call and "installs" this very Node. */
beforeEach(async () => {
  clone = await mkdtemp(join(tmpdir(), 'cc-ci-clone-'));
  path = join(clone, 'path');
  await Promise.all([mkdir(join(clone, 'tools')), mkdir(path)]);
  await copyFile(join(root, 'tools/node'), join(clone, 'tools/node'));
  await writeFile(join(clone, 'package-lock.json'), '{"first": true}');
  await provideNpm('exit 0');
});

afterEach(() => rm(clone, { recursive: true, force: true }));

async function provideNpm(end: string): Promise<void> {
  const bin = `node_modules/node-linux-${architecture}/bin`;
  const script = [
    '#!/bin/sh',
    `echo "$*" >> ${clone}/npm-calls`,
    `mkdir -p ${bin} && ln -sf ${process.execPath} ${bin}/node`,
    end,
  ].join('\n');
  await writeFile(join(path, 'npm'), script);
  await chmod(join(path, 'npm'), 0o755);
}

interface Ending {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

function launch(args: readonly string[], onOutput: (pid: number) => void = () => undefined): Promise<Ending> {
  const child = spawn(join(clone, 'tools/node'), args, { env: { PATH: `${path}:/usr/bin:/bin` } });
  const output = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk: Buffer) => {
    output.stdout += chunk.toString();
    onOutput(child.pid ?? 0);
  });
  child.stderr.on('data', (chunk: Buffer) => (output.stderr += chunk.toString()));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => resolve({ code, signal, ...output }));
  });
}

const npmCalls = async () => (await readFile(join(clone, 'npm-calls'), 'utf8')).trim().split('\n');

describe('the launcher in a bare clone', () => {
  test('installs the lockfile’s packages once, and again when the lockfile has changed', async () => {
    const hello = ['-e', 'console.log("hello")'];

    expect(await launch(hello)).toMatchObject({ code: 0, stdout: 'hello\n' });
    expect(await launch(hello)).toMatchObject({ code: 0, stderr: '' });
    expect(await npmCalls()).toHaveLength(1);

    await writeFile(join(clone, 'package-lock.json'), '{"second": true}');
    await launch(hello);
    expect(await npmCalls()).toHaveLength(2);
  });

  test('several first starts at once share one installation', async () => {
    // The installation goes on until all four have seen that the packages are missing.
    await writeFile(join(path, 'cmp'), `#!/bin/sh\necho >> ${clone}/cmp-calls\nexec /usr/bin/cmp "$@"\n`);
    await chmod(join(path, 'cmp'), 0o755);
    await provideNpm(`while [ "$(wc -l < ${clone}/cmp-calls)" -lt 4 ]; do sleep 0.01; done`);

    const endings = await Promise.all(Array.from({ length: 4 }, () => launch(['-e', 'process.exit(7)'])));

    expect(endings.map(({ code }) => code)).toEqual([7, 7, 7, 7]);
    expect(await npmCalls()).toHaveLength(1);
  });

  test('says so when npm is missing', async () => {
    await rm(join(path, 'npm'));
    // A path with the shell's tools and without any npm that this machine may have.
    for (const tool of ['readlink', 'dirname', 'uname', 'cmp', 'sh'])
      await symlink(`/usr/bin/${tool}`, join(path, tool));
    const child = spawn(join(clone, 'tools/node'), ['-v'], { env: { PATH: path } });
    let stderr = '';
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
    const code = await new Promise((resolve) => child.on('close', resolve));

    expect(code).toBe(3);
    expect(stderr).toContain('npm is not on the path');
  });

  test('an installation that fails ends with 3 and is tried again by the next start', async () => {
    await provideNpm('exit 1');
    expect(await launch(['-v'])).toMatchObject({ code: 3, stderr: expect.stringContaining('npm ci failed') });

    await provideNpm('exit 0');
    expect(await launch(['-v'])).toMatchObject({ code: 0 });
  });

  test('compiled code is kept inside the clone, where nobody else can put any', async () => {
    const answer = await launch(['-p', 'process.env.NODE_COMPILE_CACHE']);

    expect(answer.stdout).toBe(`${await realpath(clone)}/node_modules/.cache/compiled\n`);
  });

  test('signals and their exit codes pass through', async () => {
    await launch(['-v']);
    const handles = "process.on('SIGTERM', () => process.exit(42)); setInterval(() => {}, 1000); console.log('up')";

    const handled = await launch(['-e', handles], (pid) => process.kill(pid, 'SIGTERM'));
    const died = await launch(['-e', "setInterval(() => {}, 1000); console.log('up')"], (pid) =>
      process.kill(pid, 'SIGTERM'),
    );

    expect(handled.code).toBe(42);
    expect(died.signal).toBe('SIGTERM');
  });
});
