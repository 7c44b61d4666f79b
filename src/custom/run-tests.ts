import { join } from 'node:path';
import { INSIDE } from '../../kit/protocol.ts';
import { CodedError, type Fault } from '../base/errors.ts';
import type { AppAccess } from './app-access.ts';
import { openBroker } from './broker.ts';
import { openGateway } from './gateway.ts';
import { type Ending, type Inside, runInside } from './inside.ts';
import { type Judgement, judgeRecords } from './judge.ts';
import type { Launch, SandboxEnd } from './sandbox.ts';
import { stageSandbox } from './staging.ts';
import type { DiscoveredTests, TestReport, TestTarget } from './types.ts';

export interface RunTestsOptions {
  readonly discovered: DiscoveredTests;
  /** Where files that the tests attach are written; made when the first comes. */
  readonly outDir: string;
  /** Milliseconds for all files together. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  /** How the sandbox is started; given only where a test weakens it on purpose. */
  readonly launch?: Launch;
  /** What they may use of memory, where that is not the usual. */
  readonly memoryBytes?: number;
}

/**
 * Runs a recipe's own tests in the sandbox, one file after the other, and reports every case. Whatever keeps them from
 * being run (a missing sandbox included) is data in the report, never a pass and never an exception.
 */
export async function runTests(target: TestTarget, access: AppAccess, options: RunTestsOptions): Promise<TestReport> {
  const started = performance.now();
  const { discovered } = options;
  const report = (judgement: Judgement, fault: Fault, extra: Partial<TestReport> = {}): TestReport => ({
    source: discovered.source,
    files: discovered.files.map(({ path }) => path),
    ...judgement,
    brokenFault: judgement.broken === undefined ? undefined : fault,
    ...extra,
    ms: performance.now() - started,
  });
  if (discovered.directory === undefined || discovered.files.length === 0) {
    return report(judgeRecords([], []), 'recipe');
  }
  // A signal that comes as early as the start of the sandbox could be outrun by tests that are quick.
  if (options.signal.aborted) return report({ cases: [], broken: CANCELLED }, 'usage');
  try {
    await using staging = await stageSandbox({
      runId: target.runId,
      testsDir: discovered.directory,
      hosts: target.hosts,
    });
    const socket = (path: string) => join(staging.path, 'run', path.slice('/run/cc-ci/'.length));
    await using gateway = await openGateway(socket(INSIDE.gateway), target, {
      certificate: staging.certificate,
      published: () => access.published(),
    });
    await using broker = await openBroker(socket(INSIDE.broker), access, options.outDir);
    const inside = await runInside(staging.path, target, { ...options, files: discovered.files });
    const { records, end, ending } = inside;
    const judgement = judgeRecords(discovered.files, records, ending === 'cancelled' || ending === 'timeout');
    const sandboxProblem = describeMemory(inside, judgement) ?? describeEnding(ending, end, records, options.timeoutMs);
    const broken = [sandboxProblem?.sentence, judgement.broken].filter((part) => part !== undefined).join('\n');
    return report(
      { cases: judgement.cases, broken: broken === '' ? undefined : broken },
      sandboxProblem?.fault ?? 'recipe',
      {
        refused: gateway.refused(),
        attachments: broker.attachments(),
        touched: gateway.opened() + broker.answered(),
      },
    );
  } catch (error: unknown) {
    if (!(error instanceof CodedError)) throw error;
    return report({ cases: [], broken: `${error.message} [${error.code}]` }, error.fault);
  }
}

const CANCELLED = 'the tests were cancelled';

interface Problem {
  readonly sentence: string;
  readonly fault: Fault;
}

/** What the kernel ended looks like a crash, or like a browser that does not answer. Tests that passed all the same did without it. */
function describeMemory({ memory, ending }: Inside, { cases, broken }: Judgement): Problem | undefined {
  const hurt = ending !== 'done' || broken !== undefined || cases.some(({ outcome }) => outcome === 'failed');
  if (memory === undefined || !hurt) return undefined;
  return { sentence: `the kernel ended a program of the tests: ${memory}`, fault: 'recipe' };
}

function describeEnding(
  ending: Ending,
  end: SandboxEnd,
  records: Inside['records'],
  timeoutMs: number,
): Problem | undefined {
  if (ending === 'done') return undefined;
  if (ending === 'cancelled') return { sentence: CANCELLED, fault: 'usage' };
  if (ending === 'timeout') {
    return { sentence: `the tests were not done within ${Math.round(timeoutMs / 1000)} s`, fault: 'recipe' };
  }
  if (end.tooMuchOutput) return { sentence: 'the tests wrote too much output', fault: 'recipe' };
  const how = end.signal === null ? `exit code ${end.exitCode}` : end.signal;
  const words = end.stderr.trim().split('\n').slice(-4).join('\n  ');
  return {
    sentence: `the sandbox ended before the tests were done (${how})${words === '' ? '' : `\n  ${words}`}`,
    // Before the first file it is the machine that does not allow a sandbox; later a test has brought it down.
    fault: records.length === 0 ? 'infrastructure' : 'recipe',
  };
}
