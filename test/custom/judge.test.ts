import { expect, test } from 'vitest';
import type { FileRecord, NodeEvent } from '../../kit/protocol.ts';
import { judgeRecords, leafEvents } from '../../src/custom/judge.ts';

const event = (name: string, nesting: number, change: Partial<NodeEvent> = {}): NodeEvent => ({
  outcome: 'pass',
  name,
  nesting,
  suite: false,
  skipped: false,
  failure: undefined,
  detail: undefined,
  ms: 1,
  ...change,
});
const record = (change: Partial<FileRecord> = {}): FileRecord => ({
  type: 'file',
  path: 'a.test.ts',
  kind: 'node',
  exitCode: 0,
  signal: null,
  timedOut: false,
  startError: undefined,
  complete: true,
  events: [event('a', 0)],
  stdout: '',
  stderr: '',
  ms: 10,
  ...change,
});
const judge = (change: Partial<FileRecord>) => {
  const given = record(change);
  return judgeRecords([{ path: given.path, kind: given.kind }], [given]);
};
const tap = (stdout: string, change: Partial<FileRecord> = {}) =>
  judge({ path: 'check.sh', kind: 'tap', stdout, ...change });

test('parents say nothing that their children do not, unless they fail by themselves', () => {
  const failed = { outcome: 'fail', failure: 'subtestsFailed' } as const;
  const hook = { outcome: 'fail', failure: 'hookFailed' } as const;
  const names = leafEvents([
    event('child', 1),
    event('parent', 0),
    event('bad', 2, { outcome: 'fail', failure: 'testCodeFailure' }),
    event('inner', 1, { ...failed, suite: true }),
    event('outer', 0, failed),
    event('fine', 1),
    event('with a failing hook', 0, { ...hook, suite: true }),
    event('hollow', 0, { suite: true }),
    event('alone', 0),
  ]).map(({ name }) => name);

  expect(names).toEqual(['child', 'bad', 'fine', 'with a failing hook', 'alone']);
});

test('one good file is no reason to be broken', () => {
  expect(judge({})).toEqual({
    cases: [{ name: 'a', file: 'a.test.ts', outcome: 'passed', detail: undefined, ms: 1 }],
    broken: undefined,
  });
});

test.each<[string, Partial<FileRecord>, RegExp]>([
  [
    'only the event that Node makes for an empty file',
    { events: [event('/tests/a.test.ts', 0)] },
    /no test was collected/,
  ],
  [
    'a root hook that fails',
    { events: [event('a', 0), event('/tests/a.test.ts', 0, { outcome: 'fail', detail: 'x' })] },
    /: x/,
  ],
  ['only skipped tests', { events: [event('a', 0, { skipped: true })] }, /1 test collected, all skipped/],
  ['an early end', { complete: false }, /ended before its tests were done/],
  [
    'an early end with a code and last words',
    { complete: false, exitCode: 7, stderr: 'oh no' },
    /exit code 7\n {2}oh no/,
  ],
  ['a signal', { complete: false, signal: 'SIGKILL', exitCode: null }, /ended by SIGKILL/],
  ['too long', { timedOut: true, complete: false }, /still running/],
])('broken: %s', (_, change, sentence) => {
  expect(judge(change).broken).toMatch(sentence);
});

test('broken: a file that was never run, and no file at all', () => {
  expect(judgeRecords([{ path: 'b.test.ts', kind: 'node' }], []).broken).toBe('b.test.ts: it was not run');
  expect(judgeRecords([], []).broken).toBe('no test was collected');
});

test('broken: a file that was running when the time was over was cut short, those behind it were not begun', () => {
  const files = ['a', 'b'].map((name) => ({ path: `${name}.test.ts`, kind: 'node' as const }));
  expect(judgeRecords(files, [], true).broken).toBe('a.test.ts: it was cut short\nb.test.ts: it was not begun');
});

test('a TAP program that fails a point may end with 1; one that passes all may not', () => {
  expect(tap('1..1\nnot ok 1 - a', { exitCode: 1 }).broken).toBeUndefined();
  expect(tap('1..1\nok 1 - a', { exitCode: 1 }).broken).toMatch(/check\.sh: it ended with exit code 1/);
  expect(tap('ok 1 - a', { exitCode: 2 }).broken).toMatch(/its plan is missing/);
  expect(tap('', { exitCode: null, startError: 'spawn ENOEXEC' }).broken).toMatch(/could not be started/);
});
