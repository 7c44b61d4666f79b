import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type ProcessResult, runProcess } from '../src/base/process.ts';
import type { Phase, RunResults } from '../src/results/schema.ts';
import type { BenchContext } from './measure.ts';

export const ROOT = join(import.meta.dirname, '..');
export const LAUNCHER = join(ROOT, 'cc-ci');

/** What a run of ours took, from the start of the command to its end, and what it said. */
export interface OwnRun {
  readonly ms: number;
  readonly results: RunResults;
}

/** Five minutes: a run that hangs must not hang the benchmark. */
const RUN_MS = 300_000;

/**
 * Runs `cc-ci test` on one of the examples, as a user does. Throws when it does not end green: the time of a run that did
 * not do its work says nothing. What a run that was ended by force leaves is removed by `cc-ci clean`.
 */
export async function runOwn(
  bench: BenchContext,
  example: string,
  args: readonly string[],
  name: string,
): Promise<OwnRun> {
  const out = join(bench.scratch, name);
  const result = await runProcess(testArgv(example, out, args), { timeoutMs: RUN_MS, signal: bench.signal });
  if (result.timedOut || result.cancelled) await runProcess([LAUNCHER, 'clean'], { timeoutMs: RUN_MS });
  return { ms: result.ms, results: await greenResults(result, out) };
}

/** The command line of a run whose directory is `out`. */
export function testArgv(example: string, out: string, args: readonly string[] = []): [string, ...string[]] {
  return [LAUNCHER, 'test', join(ROOT, 'examples', example), '--out', out, ...args];
}

async function greenResults(result: ProcessResult, out: string): Promise<RunResults> {
  if (result.exitCode !== 0) {
    const words = `${result.stderr}\n${result.stdout}`.trim().split('\n').slice(-6).join('\n  ');
    throw new Error(`cc-ci ended with ${result.exitCode ?? 'a signal'}\n  ${words}`);
  }
  return JSON.parse(await readFile(join(out, 'results.json'), 'utf8')) as RunResults;
}

/** A phase of a run by its name and tier; throws when the run had none. */
export function phaseOf(results: RunResults, name: string, tier: Phase['tier']): Phase {
  const phase = results.phases.find((candidate) => candidate.name === name && candidate.tier === tier);
  if (phase === undefined) throw new Error(`the run has no phase ${name}`);
  return phase;
}
