import { describe, expect, test } from 'vitest';
import { countByFile, summarise } from '../../tools/test-summary.ts';

function report(change: object): string {
  return JSON.stringify({
    numPassedTests: 3,
    numFailedTests: 0,
    numPendingTests: 0,
    numTodoTests: 0,
    testResults: [{ name: 'a.test.ts', status: 'passed', assertionResults: [{ status: 'passed' }] }],
    ...change,
  });
}

describe('the count of `npm test`', () => {
  test('is vitest’s own where all is well', () => {
    expect(summarise(report({}))).toEqual({ passed: 3, failed: 0, notRun: 0 });
  });

  test('takes a file that fails as a whole for a failure', () => {
    const broken = { name: 'b.test.ts', status: 'failed', assertionResults: [] };
    expect(summarise(report({ testResults: [broken] })).failed).toBe(1);
  });

  test('does not count a failed test again for its file', () => {
    const failed = {
      name: 'b.test.ts',
      status: 'failed',
      assertionResults: [{ status: 'failed' }, { status: 'passed' }],
    };
    expect(summarise(report({ numFailedTests: 1, testResults: [failed] })).failed).toBe(1);
  });

  test('tells what was collected and not run', () => {
    expect(summarise(report({ numPendingTests: 2, numTodoTests: 1 })).notRun).toBe(3);
  });
});

test('the count of each file takes a broken file for one failure', () => {
  const testResults = [
    { name: 'a.test.ts', status: 'failed', assertionResults: [{ status: 'failed' }, { status: 'passed' }] },
    { name: 'b.test.ts', status: 'failed', assertionResults: [] },
  ];
  expect([...countByFile(report({ testResults }))]).toEqual([
    ['a.test.ts', { passed: 1, failed: 1 }],
    ['b.test.ts', { passed: 0, failed: 1 }],
  ]);
});
