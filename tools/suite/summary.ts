import { countOf, formatBytes, formatMs } from '../../src/base/text.ts';
import { type Outcome, slowest, type Timed } from './report.ts';

/** A stretch of the call, for the account of where the time went. */
export interface Span {
  readonly what: string;
  readonly ms: number;
}

export interface Suite {
  readonly outcomes: readonly Outcome[];
  readonly spans: readonly Span[];
  readonly wholeMs: number;
  readonly engine: EngineTime | undefined;
  readonly processor: ProcessorTime;
  /** Bytes by which the memory that was left had shrunk, at the most. Of the whole machine, too. */
  readonly memoryBytes: number;
  readonly seed: number;
  /** What was drawn, a line for each suite. */
  readonly drawn: readonly string[];
}

export interface EngineTime {
  readonly shards: number;
  /** From the start of each file to its end, added up. */
  readonly filesMs: number;
  /** What the test processes and the programs that they ran took of the processor. */
  readonly processorMs: number;
}

/** Of the whole machine: others who used it meanwhile are in it. */
export interface ProcessorTime {
  readonly cores: number;
  readonly busyMs: number;
}

/** What `npm test` says at its end but for the last line: the slowest, where the time went, and what was drawn. */
export function summaryLines(suite: Suite): string[] {
  return [
    ...table('the slowest files', slowest(suite.outcomes.flatMap(({ files }) => files))),
    ...table('the slowest tests', slowest(suite.outcomes.flatMap(({ tests }) => tests))),
    '',
    `time       ${formatMs(suite.wholeMs)}: ${suite.spans.map(({ what, ms }) => `${what} ${formatMs(ms)}`).join(', ')}`,
    ...engineLines(suite.engine),
    `processor  busy for ${formatMs(suite.processor.busyMs)} of ${countOf(suite.processor.cores, 'core')} × ${formatMs(suite.wholeMs)}, whatever ran on this machine`,
    `memory     ${formatBytes(suite.memoryBytes)} more than before, at the most`,
    '',
    `drawn by the seed ${suite.seed}; CC_CI_SEED=${suite.seed} draws the same again, properties included`,
    ...suite.drawn.map((line) => `  ${line}`),
  ];
}

function engineLines(engine: EngineTime | undefined): string[] {
  if (engine === undefined) return [];
  const { shards, filesMs, processorMs } = engine;
  const waiting = Math.max(0, filesMs - processorMs);
  return [
    `engine     ${formatMs(filesMs)} of tests on ${countOf(shards, 'shard')}: ${formatMs(waiting)} waiting for the Engine, ${formatMs(processorMs)} of processor`,
  ];
}

function table(title: string, rows: readonly Timed[]): string[] {
  if (rows.length === 0) return [];
  return ['', title, ...rows.map(({ name, ms }) => `  ${formatMs(ms).padStart(12)}  ${name}`)];
}
