import { readdir, readFile, readlink } from 'node:fs/promises';
import { delay, startDeadline } from '../../src/base/deadline.ts';
import { mustRun } from '../../src/base/process.ts';

const END_MS = 120_000;

/**
 * Kills every process that has to do with a directory: works in it, or names it in its arguments or its environment (as `TMPDIR`
 * it is inherited). Ourselves excepted.
 */
export function endAllBelow(directory: string): Promise<void> {
  return endAll(() => processesOf(directory));
}

/** Kills what is found until nothing is: what one round has not seen being started, the next one does. */
export async function endAll(find: () => Promise<readonly number[]>): Promise<void> {
  using deadline = startDeadline(END_MS);
  for (;;) {
    const pids = await find();
    if (pids.length === 0) return;
    for (const pid of pids) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // Gone since it was listed.
      }
    }
    await delay(20, deadline.signal);
  }
}

async function processesOf(directory: string): Promise<number[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid);
  const found = await Promise.all(
    pids.map(async (pid) => {
      const [cwd, words, env] = await Promise.all([
        readlink(`/proc/${pid}/cwd`).catch(() => ''),
        readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => ''),
        readFile(`/proc/${pid}/environ`, 'utf8').catch(() => ''),
      ]);
      const lies = cwd === directory || cwd.startsWith(`${directory}/`);
      return lies || words.includes(directory) || env.includes(directory) ? [Number(pid)] : [];
    }),
  );
  return found.flat();
}

/** Unmounts what lies below a directory, the innermost first. */
export async function unmountAllBelow(directory: string): Promise<void> {
  const lines = (await readFile('/proc/self/mountinfo', 'utf8')).trimEnd().split('\n');
  const points = lines.map((line) => line.split(' ')[4] ?? '').filter((point) => point.startsWith(`${directory}/`));
  for (const point of points.reverse()) await mustRun(['umount', '--lazy', point]);
}
