import { openSync, writeSync } from 'node:fs';
import { after, run } from 'node:test';
import { inspect } from 'node:util';
import type { NodeEvent } from './protocol.ts';

/**
 * Runs one test file by Node's test runner in this very process: `file-runner <file> <events file>`. Each event is on
 * disk before the next test starts, and `done` comes last, so that neither a crash nor `process.exit` inside a test can
 * pass for a good end.
 */

interface TestData {
  readonly name: string;
  readonly nesting: number;
  readonly skip?: string | boolean;
  readonly todo?: string | boolean;
  readonly details: { readonly type?: string; readonly duration_ms: number; readonly error?: Error };
}

const [file, eventsFile] = process.argv.slice(2);
if (file === undefined || eventsFile === undefined) throw new Error('usage: file-runner <file> <events file>');
const events = openSync(eventsFile, 'a');
const write = (value: unknown) => writeSync(events, `${JSON.stringify(value)}\n`);

/** What a file may still do after its last test: its own root hooks, and connections that close by themselves. */
const LINGER_MS = 5000;

const stream = run({ files: [file], isolation: 'none' });
stream.on('test:pass', (data) => write(toEvent('pass', data)));
stream.on('test:fail', (data) => write(toEvent('fail', data)));
stream.on('end', () => write('done'));
stream.resume();
// The runner ends only when nothing is open any more, and a test may leave a timer or a socket.
after(() => {
  const timer = setTimeout(() => {
    write('done');
    process.exit();
  }, LINGER_MS);
  timer.unref();
});

function toEvent(outcome: NodeEvent['outcome'], data: TestData): NodeEvent {
  const { error } = data.details;
  return {
    outcome,
    name: data.name,
    nesting: data.nesting,
    suite: data.details.type === 'suite',
    skipped: isSet(data.skip) || isSet(data.todo),
    failure: error !== undefined && 'failureType' in error ? String(error.failureType) : undefined,
    detail: error === undefined ? undefined : detailOf(error.cause ?? error),
    ms: data.details.duration_ms,
  };
}

function isSet(mark: string | boolean | undefined): boolean {
  return mark !== undefined && mark !== false;
}

function detailOf(cause: unknown): string {
  const text = cause instanceof Error ? (cause.stack ?? cause.message) : inspect(cause);
  const own = text.split('\n').filter((line) => !/^\s+at .*\(?node:/.test(line));
  return own.join('\n').slice(0, 4000);
}
