import type { FileRecord, NodeEvent } from '../../kit/protocol.ts';
import { countOf } from '../base/text.ts';
import { MOST_POINTS, parseTap } from './tap.ts';
import type { TestCase, TestFile } from './types.ts';

/** What the records of a sandbox say: the cases, and why the tests as a whole do not count, if so. */
export interface Judgement {
  readonly cases: readonly TestCase[];
  readonly broken: string | undefined;
}

/**
 * Turns file records into cases. A file that did not reach its end, has no case, or was never run makes the whole broken:
 * what it would have said is not known. So does a set of cases that are all skipped. `cutShort` says that the sandbox was
 * ended before its time, by a deadline or a signal.
 */
export function judgeRecords(files: readonly TestFile[], records: readonly FileRecord[], cutShort = false): Judgement {
  const cases: TestCase[] = [];
  const problems: string[] = [];
  for (const { path } of files) {
    const record = records.find((candidate) => candidate.path === path);
    if (record === undefined) {
      // The files are run in their order: the first without a word is the one that was running.
      const running = cutShort && problems.every((problem) => !problem.endsWith(CUT));
      problems.push(`${path}: ${running ? CUT : cutShort ? 'it was not begun' : 'it was not run'}`);
      continue;
    }
    const judged = record.kind === 'node' ? judgeNode(record) : judgeTap(record);
    for (const each of judged.cases) cases.push(each);
    const problem = endingProblem(record) ?? judged.problem;
    if (problem !== undefined) problems.push(`${path}: ${problem}${lastWords(record)}`);
    else if (judged.cases.length === 0) problems.push(`${path}: no test was collected`);
  }
  if (files.length === 0) problems.push('no test was collected');
  if (problems.length === 0 && cases.every(({ outcome }) => outcome === 'skipped')) {
    problems.push(`${countOf(cases.length, 'test')} collected, all skipped: nothing was tested`);
  }
  return { cases, broken: problems.length === 0 ? undefined : problems.join('\n') };
}

const CUT = 'it was cut short';

interface FileJudgement {
  readonly cases: readonly TestCase[];
  readonly problem: string | undefined;
}

function judgeNode(record: FileRecord): FileJudgement {
  const cases: TestCase[] = [];
  const fileFailure = record.events.find((event) => isFileEvent(event, record.path) && event.outcome === 'fail');
  const leaves = leafEvents(record.events.filter((event) => !isFileEvent(event, record.path)));
  for (const event of leaves.slice(0, MOST_POINTS)) {
    cases.push({
      name: event.name,
      file: record.path,
      outcome: event.skipped ? 'skipped' : event.outcome === 'pass' ? 'passed' : 'failed',
      detail: event.detail,
      ms: event.ms,
    });
  }
  if (fileFailure !== undefined) return { cases, problem: fileFailure.detail ?? 'the file failed' };
  if (leaves.length > MOST_POINTS) return { cases, problem: `it has more than ${MOST_POINTS} tests` };
  return { cases, problem: record.complete ? undefined : 'it ended before its tests were done' };
}

/** Node reports a file without tests, one that does not parse and a failing root hook as a test named after the file. */
function isFileEvent(event: NodeEvent, path: string): boolean {
  return event.nesting === 0 && event.name.endsWith(`/tests/${path}`);
}

/**
 * Keeps the tests that stand for themselves. A suite or a test with sub-tests passes when all of these are skipped, so it
 * is left out unless it failed by itself (a hook, say). Events come children first.
 */
export function leafEvents(events: readonly NodeEvent[]): NodeEvent[] {
  const kept: NodeEvent[] = [];
  let deepest = -1;
  for (const event of events) {
    const isParent = deepest > event.nesting;
    const ownFailure = event.outcome === 'fail' && event.failure !== 'subtestsFailed';
    if (ownFailure || (!isParent && !(event.suite && event.outcome === 'pass' && !event.skipped))) kept.push(event);
    deepest = event.nesting;
  }
  return kept;
}

function judgeTap(record: FileRecord): FileJudgement {
  const { points, problem } = parseTap(record.stdout);
  const each = points.length === 0 ? 0 : record.ms / points.length;
  const cases = points.map((point) => ({ ...point, file: record.path, ms: each }));
  return { cases, problem };
}

function endingProblem(record: FileRecord): string | undefined {
  if (record.startError !== undefined) return `it could not be started: ${record.startError}`;
  if (record.timedOut) return 'it was still running when the time was over';
  if (record.signal !== null) return `it was ended by ${record.signal}`;
  // A Node file's exit code says no more than its events, once the runner has reached its end.
  if (record.exitCode !== 0 && (record.kind === 'tap' || !record.complete)) {
    return tapSaysWhy(record) ? undefined : `it ended with exit code ${record.exitCode}`;
  }
  return undefined;
}

/** Many TAP producers end with 1 when a point failed; that is their answer and no breakage. */
function tapSaysWhy(record: FileRecord): boolean {
  if (record.kind !== 'tap') return false;
  const { points, problem } = parseTap(record.stdout);
  return problem !== undefined || points.some(({ outcome }) => outcome === 'failed');
}

function lastWords({ stderr }: FileRecord): string {
  const lines = stderr.trim().split('\n').slice(-6);
  return lines[0] === '' ? '' : `\n  ${lines.join('\n  ')}`;
}
