import { describe, expect, test } from 'vitest';
import { countByFile, readOutcome, slowest } from '../../tools/suite/report.ts';

const passed = { status: 'passed', fullName: 'a holds', duration: 12 };

function report(change: object): string {
  return JSON.stringify({
    numPassedTests: 3,
    numFailedTests: 0,
    numPendingTests: 0,
    numTodoTests: 0,
    testResults: [file('a.test.ts', 'passed', [passed])],
    ...change,
  });
}

function file(name: string, status: string, assertionResults: readonly object[]): object {
  return { name: `/repo/test/${name}`, status, assertionResults };
}

describe('the count of `npm test`', () => {
  test('is vitest’s own where all is well', () => {
    const times = '{"file":"/repo/test/a.test.ts","ms":2500}\n';
    expect(readOutcome(report({}), times, '/repo')).toEqual({
      passed: 3,
      failed: 0,
      notRun: 0,
      files: [{ name: 'test/a.test.ts', ms: 2500 }],
      tests: [{ name: 'a holds', ms: 12, status: 'passed' }],
    });
  });

  test('takes a file that fails as a whole for a failure', () => {
    expect(readOutcome(report({ testResults: [file('b.test.ts', 'failed', [])] }), '', '/repo').failed).toBe(1);
  });

  test('does not count a failed test again for its file', () => {
    const failed = file('b.test.ts', 'failed', [{ ...passed, status: 'failed' }, passed]);
    expect(readOutcome(report({ numFailedTests: 1, testResults: [failed] }), '', '/repo').failed).toBe(1);
  });

  test('tells what was collected and not run', () => {
    expect(readOutcome(report({ numPendingTests: 2, numTodoTests: 1 }), '', '/repo').notRun).toBe(3);
  });
});

test('the count of each file takes a broken file for one failure', () => {
  const testResults = [
    file('a.test.ts', 'failed', [{ ...passed, status: 'failed' }, passed]),
    file('b.test.ts', 'failed', []),
  ];
  expect([...countByFile(report({ testResults }))]).toEqual([
    ['/repo/test/a.test.ts', { passed: 1, failed: 1 }],
    ['/repo/test/b.test.ts', { passed: 0, failed: 1 }],
  ]);
});

test('the slowest come first, and no more than are asked for', () => {
  const all = [1, 3, 2].map((ms) => ({ name: String(ms), ms }));
  expect(slowest(all, 2).map(({ ms }) => ms)).toEqual([3, 2]);
});
