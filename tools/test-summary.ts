import { z } from 'zod';

/** What we read of vitest's JSON report. */
const Report = z.object({
  numPassedTests: z.number(),
  numFailedTests: z.number(),
  numPendingTests: z.number(),
  numTodoTests: z.number(),
  testResults: z.array(
    z.object({ name: z.string(), status: z.string(), assertionResults: z.array(z.object({ status: z.string() })) }),
  ),
});

export interface TestSummary {
  readonly passed: number;
  readonly failed: number;
  /** Skipped or still to be written; the project has none, so any is told. */
  readonly notRun: number;
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
 * Counts from vitest's JSON report. A file that fails as a whole (it does not load, a hook throws) has no failed test in
 * it; it counts as one, so that `0 failed` means that nothing failed.
 */
export function summarise(json: string): TestSummary {
  const report = Report.parse(JSON.parse(json));
  const brokenFiles = report.testResults.filter(
    ({ status, assertionResults }) =>
      status === 'failed' && !assertionResults.some((assertion) => assertion.status === 'failed'),
  );
  return {
    passed: report.numPassedTests,
    failed: report.numFailedTests + brokenFiles.length,
    notRun: report.numPendingTests + report.numTodoTests,
  };
}
