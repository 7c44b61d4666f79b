import { relative } from 'node:path';
import { z } from 'zod';

/** What we read of vitest's JSON report. */
const Report = z.object({
  numPassedTests: z.number(),
  numFailedTests: z.number(),
  numPendingTests: z.number(),
  numTodoTests: z.number(),
  testResults: z.array(
    z.object({
      name: z.string(),
      status: z.string(),
      assertionResults: z.array(z.object({ status: z.string(), fullName: z.string(), duration: z.number().nullish() })),
    }),
  ),
});
type Report = z.infer<typeof Report>;

/** A line of what `times-reporter.ts` notes. */
const Times = z.object({ file: z.string(), ms: z.number() });

export interface Timed {
  readonly name: string;
  readonly ms: number;
}

/** What a call of vitest came to. */
export interface Outcome {
  readonly passed: number;
  readonly failed: number;
  /** Skipped or still to be written; the project has none, so any is told. */
  readonly notRun: number;
  readonly files: readonly Timed[];
  readonly tests: readonly (Timed & { readonly status: string })[];
}

/** Passed and failed tests of each file, by the file's path as vitest gives it. A broken file counts as one failed. */
export function countByFile(json: string): ReadonlyMap<string, { readonly passed: number; readonly failed: number }> {
  return new Map(
    Report.parse(JSON.parse(json)).testResults.map(({ name, status, assertionResults }) => {
      const count = (wanted: string) => assertionResults.filter((assertion) => assertion.status === wanted).length;
      const failed = count('failed');
      return [name, { passed: count('passed'), failed: status === 'failed' && failed === 0 ? 1 : failed }];
    }),
  );
}

/**
 * Reads vitest's JSON report, and how long its files took. A file that fails as a whole (it does not load, a hook throws) has no failed test in it; it counts as
 * one, so that `0 failed` means that nothing failed.
 */
export function readOutcome(json: string, times: string, root: string): Outcome {
  const report = Report.parse(JSON.parse(json));
  return {
    passed: report.numPassedTests,
    failed: report.numFailedTests + brokenFiles(report),
    notRun: report.numPendingTests + report.numTodoTests,
    files: times
      .split('\n')
      .filter(Boolean)
      .map((line) => Times.parse(JSON.parse(line)))
      .map(({ file, ms }) => ({ name: relative(root, file), ms })),
    tests: report.testResults.flatMap(({ assertionResults }) =>
      assertionResults.map(({ fullName, duration, status }) => ({ name: fullName, ms: duration ?? 0, status })),
    ),
  };
}

function brokenFiles({ testResults }: Report): number {
  return testResults.filter(
    ({ status, assertionResults }) =>
      status === 'failed' && !assertionResults.some((assertion) => assertion.status === 'failed'),
  ).length;
}

/** The longest, longest first. */
export function slowest(all: readonly Timed[], count = 10): readonly Timed[] {
  return all.toSorted((one, other) => other.ms - one.ms).slice(0, count);
}
