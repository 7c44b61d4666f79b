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
    const samples: (readonly (readonly OwnProcess[])[])[] = [];
    for (let round = 0; round < (bench.rounds ?? 1); round += 1) samples.push(await sampleRun(bench, round));
    const withDrivers = samples.map(peakOf);
    const alone = samples.map((run) => peakOf(withoutDrivers(run)));
    return [
      {
        name: 'peak memory of a run',
        unit: 'MB',
        values: alone.map(sumOf),
        bars: [{ kind: 'at-most', value: 150 }],
        note: `PSS every ${SAMPLE_MS} ms of the command and all below it, without docker, restic, git, Chromium and the processes that drive it by Playwright; at the peak: ${partsOf(alone)}`,
      },
      {
        name: '… and what drives the browser',
        unit: 'MB',
        values: withDrivers.map(sumOf),
        bars: [],
        note: `the same with the photographer and with tests that open a page; at the peak: ${partsOf(withDrivers)}`,
      },
    ];
  },
};

/** The samples without the processes that have had Chromium below them at any time. */
function withoutDrivers(run: readonly (readonly OwnProcess[])[]): readonly (readonly OwnProcess[])[] {
  const drivers = new Set(run.flat().flatMap(({ pid, drivesBrowser }) => (drivesBrowser ? [pid] : [])));
  return run.map((sample) => sample.filter(({ pid }) => !drivers.has(pid)));
}

function peakOf(run: readonly (readonly OwnProcess[])[]): readonly OwnProcess[] {
  return run.reduce((peak, sample) => (sumOf(sample) > sumOf(peak) ? sample : peak), []);
}

function sumOf(sample: readonly OwnProcess[]): number {
  return sample.reduce((sum, { mb }) => sum + mb, 0);
}

/** What the last round's peak was made of, the largest first. */
function partsOf(peaks: readonly (readonly OwnProcess[])[]): string {
  return (peaks.at(-1) ?? [])
    .filter(({ mb }) => mb >= 1)
    .toSorted((a, b) => b.mb - a.mb)
    .map(({ program, mb }) => `${program} ${Math.round(mb)} MB`)
    .join(', ');
}

/** Runs once and looks at the processes all the while. */
async function sampleRun(bench: BenchContext, round: number): Promise<readonly (readonly OwnProcess[])[]> {
  using bound = startDeadline(300_000, bench.signal);
  const [file, ...args] = testArgv('static-site', join(bench.scratch, `memory-${round}`));
  const child = spawn(file, args, { stdio: 'ignore' });
  const ended = once(child, 'exit');
  const samples: (readonly OwnProcess[])[] = [];
  try {
    while (child.exitCode === null && child.signalCode === null && child.pid !== undefined) {
      samples.push(await ownProcesses(child.pid));
      await delay(SAMPLE_MS, bound.signal);
    }
  } finally {
    // At an interruption the run itself removes what it made; it is waited for.
    if (child.exitCode === null) child.kill('SIGTERM');
    await ended;
  }
  if (child.exitCode !== 0) throw new Error(`the run ended with ${child.exitCode ?? 'a signal'}`);
  return samples;
}
