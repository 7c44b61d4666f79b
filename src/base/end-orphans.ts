import { readdir, readFile } from 'node:fs/promises';

/**
 * Kills the sandboxes (`bwrap`) that were given a directory or anything below it. For whoever cleans up after a dead process:
 * a sandbox dies with its starter, but not in the moment between making its child and letting it go on. That child would
 * wait for ever.
 */
export async function endOrphans(directory: string): Promise<void> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  await Promise.all(
    pids.map(async (pid) => {
      const argv = (await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')).split('\0');
      const given = argv.some((word) => word === directory || word.startsWith(`${directory}/`));
      if (argv[0] === 'bwrap' && given) kill(Number(pid));
    }),
  );
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended since.
  }
}
