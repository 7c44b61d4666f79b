import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, test } from 'vitest';
import { mustRun } from '../../src/base/process.ts';
import { openMachine } from './support/machine.ts';

const CGROUPS = '/sys/fs/cgroup';

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

/** The control groups of a machine, in every hierarchy. */
async function groupsOf(name: string): Promise<string[]> {
  const paths = ['.', ...(await readdir(CGROUPS))].map((hierarchy) => join(CGROUPS, hierarchy, name));
  const there = await Promise.all(paths.map(exists));
  return paths.filter((_, index) => there[index]);
}

const nameOf = (cgroup: string) => cgroup.split('/')[1] ?? '';

test('a machine has a network of its own, and its end is the end of all that was started in it', async () => {
  const machine = await openMachine();
  const name = nameOf(machine.cgroup);
  try {
    const { stdout } = await mustRun([...machine.enterNetwork, 'ip', '-brief', 'link']);
    expect(stdout.trim().split('\n')).toEqual([expect.stringMatching(/^lo /)]);
    // Orphaned at once, as the children of a daemon are that was killed.
    await once(machine.spawn(['setsid', '--fork', 'sleep', '1000000'], 1), 'exit');
    expect(await groupsOf(name)).not.toEqual([]);
  } finally {
    await machine[Symbol.asyncDispose]();
  }
  expect(await groupsOf(name)).toEqual([]);
  expect(await exists(machine.dir)).toBe(false);
});

test('a machine whose owner was killed goes with the next one that is opened', async () => {
  const code = `import { openMachine } from ${JSON.stringify(join(import.meta.dirname, 'support/machine.ts'))};
    const { dir, cgroup } = await openMachine();
    console.log(JSON.stringify({ dir, cgroup }));
    setInterval(() => undefined, 1000);`;
  const owner = spawn(process.execPath, ['--input-type=module', '--eval', code], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = (await once(createInterface(owner.stdout), 'line')) as [string];
  const abandoned = JSON.parse(line) as { readonly dir: string; readonly cgroup: string };
  expect(await readFile(join(abandoned.dir, 'cgroup'), 'utf8')).toBe(nameOf(abandoned.cgroup));
  owner.kill('SIGKILL');
  await once(owner, 'exit');

  await (await openMachine())[Symbol.asyncDispose]();
  expect(await exists(abandoned.dir)).toBe(false);
  expect(await groupsOf(nameOf(abandoned.cgroup))).toEqual([]);
});
