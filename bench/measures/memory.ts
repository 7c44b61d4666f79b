import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { delay, startDeadline } from '../../src/base/deadline.ts';
import { testArgv } from '../cc-ci.ts';
import type { BenchContext, Measure } from '../measure.ts';
import { type OwnProcess, ownProcesses } from '../memory.ts';

const SAMPLE_MS = 50;

/** The most memory that the processes of a full run have at once. */
export const memory: Measure = {
  name: 'memory',
  about: 'peak memory of a run of static-site, without browser, docker, restic and git',
  async take(bench) {
    const peaks: (readonly OwnProcess[])[] = [];
    for (let round = 0; round < (bench.rounds ?? 1); round += 1) peaks.push(await peakOfRun(bench, round));
    const [last = []] = peaks.toReversed();
    const parts = last
      .filter(({ mb }) => mb >= 1)
      .toSorted((a, b) => b.mb - a.mb)
      .map(({ program, mb }) => `${program} ${Math.round(mb)} MB`);
    return [
      {
        name: 'peak memory of a run',
        unit: 'MB',
        values: peaks.map(sumOf),
        bars: [{ kind: 'at-most', value: 150 }],
        note: `PSS of the command and all below it but the browser, docker, restic and git, every ${SAMPLE_MS} ms; at the peak: ${parts.join(', ')}`,
      },
    ];
  },
};

async function peakOfRun(bench: BenchContext, round: number): Promise<readonly OwnProcess[]> {
  using bound = startDeadline(300_000, bench.signal);
  const [file, ...args] = testArgv('static-site', join(bench.scratch, `memory-${round}`));
  const child = spawn(file, args, { stdio: 'ignore' });
  const ended = once(child, 'exit');
  let peak: readonly OwnProcess[] = [];
  try {
    while (child.exitCode === null && child.signalCode === null && child.pid !== undefined) {
      const now = await ownProcesses(child.pid);
      if (sumOf(now) > sumOf(peak)) peak = now;
      await delay(SAMPLE_MS, bound.signal);
    }
  } finally {
    // At an interruption the run itself removes what it made; it is waited for.
    if (child.exitCode === null) child.kill('SIGTERM');
    await ended;
  }
  if (child.exitCode !== 0) throw new Error(`the run ended with ${child.exitCode ?? 'a signal'}`);
  return peak;
}

function sumOf(processes: readonly OwnProcess[]): number {
  return processes.reduce((sum, { mb }) => sum + mb, 0);
}
