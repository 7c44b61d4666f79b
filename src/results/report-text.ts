import { join } from 'node:path';
import { append } from '../base/lists.ts';
import { countOf, formatBytes, formatMs } from '../base/text.ts';
import { type Ink, type Line, span, writeLines } from './ink.ts';
import { isWon, stepStatus } from './level.ts';
import { oneLine, shorten, wrap } from './plain-text.ts';
import type { Finding, Rung, RungStatus, RunResults } from './schema.ts';
import { timeShares } from './waterfall.ts';
import { FAULT_WORDS, publicLevel, STATUS_WORDS, shortCommit, VERDICT_WORDS } from './words.ts';

export interface TextOptions {
  readonly colour?: boolean | undefined;
  /** Columns to keep within, where words allow it. Default 100. */
  readonly width?: number | undefined;
  /** The run's directory, to say where the artifacts are. */
  readonly directory?: string | undefined;
}

const MARKS: Readonly<Record<RungStatus, string>> = { pass: '✓', fail: '✗', skip: '–', unver: '?' };
const EVIDENCE_LINES = 8;
/** Holds a figure and its unit on one line; a plain blank again once lines are made. */
const NO_BREAK = '\u2060';

/** What a terminal shows when a run is over: the ladder, what went wrong, where the time went, and the verdict last. */
export function reportText(results: RunResults, options: TextOptions = {}): string {
  return writeLines(layOutText(results, options), options.colour === true);
}

/** The same as lines of spans, for other ways to show it. */
export function layOutText(results: RunResults, options: TextOptions = {}): Line[] {
  const width = Math.max(60, options.width ?? 100);
  return [
    ...headLines(results),
    [],
    ...results.rungs.flatMap((rung) => rungLines(rung, width)),
    [],
    ...results.findings.flatMap((finding) => findingLines(finding, width)),
    ...factLines(results, width),
    ...reportLines(options.directory),
    [],
    ...verdictLines(results, width),
  ];
}

function headLines(results: RunResults): Line[] {
  const { recipe, base } = results;
  const from = base === null ? '' : `  upgraded from ${oneLine(base.version)}`;
  return [
    [
      span(oneLine(recipe.name), 'strong'),
      span(` ${oneLine(recipe.version)}`),
      span(`  commit ${shortCommit(recipe.commit)}${recipe.dirty ? ' with local changes' : ''}${from}`, 'dim'),
    ],
  ];
}

function rungLines(rung: Rung, width: number): Line[] {
  const indent = 39;
  const [first = '', ...more] = wrap(oneLine(rung.sentence), width - indent);
  const bad = isOpen(rung.status);
  return [
    [
      span(`  ${rung.level}  `, 'dim'),
      span(`${MARKS[rung.status]} `, rung.status),
      span(rung.tier.padEnd(11)),
      span(STATUS_WORDS[rung.status].padEnd(11), rung.status),
      span((rung.ms === 0 ? '' : formatMs(rung.ms)).padStart(8), 'dim'),
      span(`  ${first}`),
    ],
    ...more.map((line) => [span(`${' '.repeat(indent)}${line}`)]),
    // The check that the rung's own sentence comes from is not said twice.
    ...(bad ? rung.checks.filter((check) => isOpen(check.outcome) && check.sentence !== rung.sentence) : []).map(
      (check) => [
        span('       '),
        span(`${MARKS[check.outcome]} `, check.outcome),
        span(shorten(`${oneLine(check.name)}: ${oneLine(check.sentence)}`, width - 9), 'dim'),
      ],
    ),
  ];
}

function isOpen(outcome: RungStatus): boolean {
  return outcome === 'fail' || outcome === 'unver';
}

function findingLines(finding: Finding, width: number): Line[] {
  const place = [finding.tier, finding.service].filter((part) => part !== null).join(', ');
  const lines: Line[] = [
    [
      span(finding.code, 'fail'),
      span(`  ${place === '' ? '' : `${oneLine(place)} · `}fault: ${FAULT_WORDS[finding.fault]}`, 'dim'),
    ],
    ...wrap(oneLine(finding.sentence), width - 2).map((line) => [span(`  ${line}`)]),
    ...finding.evidence.slice(-EVIDENCE_LINES).map((line) => [span(`  | ${shorten(oneLine(line), width - 4)}`, 'dim')]),
  ];
  if (finding.hint !== null) {
    const hint = wrap(oneLine(finding.hint), width - 4);
    append(
      lines,
      hint.map((line, index) => [span(`  ${index === 0 ? '→' : ' '} ${line}`)]),
    );
  }
  return [...lines, []];
}

function factLines(results: RunResults, width: number): Line[] {
  const facts: [string, string][] = [];
  const shares = timeShares(results.phases).filter(({ ms }) => ms >= results.ms / 100);
  const times = shares.map(({ label, ms }) => `${label} ${formatMs(ms)}`.replaceAll(' ', NO_BREAK)).join(' · ');
  facts.push(['Time', `${formatMs(results.ms)}${times === '' ? '' : `: ${times}`}`]);
  const data = dataSentence(results);
  if (data !== undefined) facts.push(['Data', data]);
  const needs = needsSentence(results);
  if (needs !== undefined) facts.push(['Needs', needs]);
  for (const { volume, reason } of results.uncovered) facts.push(['Not saved', `${volume}: ${reason}`]);
  for (const left of results.residue) facts.push(['Left over', left]);
  if (!results.flags.noSecretLeak)
    facts.push(['Leak', 'a secret value may be in the artifacts of this run; do not publish them']);
  for (const note of results.notes) facts.push(['Note', note]);
  return facts.flatMap(([label, text], index) => {
    const name = facts[index - 1]?.[0] === label ? '' : label;
    return wrap(oneLine(text), width - 13).map((line, row) => [
      span(`  ${(row === 0 ? name : '').padEnd(11)}`, 'dim'),
      span(line.replaceAll(NO_BREAK, ' ')),
    ]);
  });
}

/** How much planted data came back, in one line; undefined when nothing was planted. */
function dataSentence(results: RunResults): string | undefined {
  if (results.canaries.length === 0) return undefined;
  const expected = results.canaries.filter((row) => row.afterRestore === 'found' || row.afterRestore === 'missing');
  const back = expected.filter((row) => row.afterRestore === 'found').length;
  const planted = countOf(results.canaries.length, 'canary', 'canaries');
  return `${planted} planted, ${back} of ${expected.length} expected back after the restore`;
}

/** What an operator must provide, in one line; undefined when nothing was measured. */
function needsSentence({ resources }: RunResults): string | undefined {
  const memory = resources.services.reduce((sum, service) => sum + (service.peakMemoryBytes ?? 0), 0);
  const volumes = resources.volumes.reduce((sum, volume) => sum + volume.bytes, 0);
  if (memory === 0 && volumes === 0) return undefined;
  const snapshot = resources.snapshotBytes === null ? '' : `, ${formatBytes(resources.snapshotBytes)} per backup`;
  return `${formatBytes(memory)} of memory at peak, ${formatBytes(volumes)} in volumes${snapshot}`;
}

function verdictLines(results: RunResults, width: number): Line[] {
  const ink: Ink = results.verdict === 'success' ? 'pass' : results.verdict === 'failure' ? 'fail' : 'unver';
  const level = publicLevel(results);
  const squares = [1, 2, 3, 4, 5].map((step) => {
    const status = stepStatus(results.rungs, step);
    return span(isWon(results, step) ? '■' : '□', status);
  });
  const partial = results.partial ? 'partial run, no level' : 'no level';
  return [
    [
      span(`${VERDICT_WORDS[results.verdict]}  `, ink),
      ...squares,
      span(level === undefined ? `  ${partial}` : `  level ${level} of 5`, 'strong'),
    ],
    ...wrap(oneLine(results.sentence), width).map((line) => [span(line)]),
  ];
}

function reportLines(directory: string | undefined): Line[] {
  return directory === undefined ? [] : [[span('  Report     ', 'dim'), span(join(directory, 'report.html'))]];
}
