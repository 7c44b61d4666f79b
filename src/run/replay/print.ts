import { formatMs } from '../../base/text.ts';
import { oneLine } from '../../results/plain-text.ts';
import type { RunResults } from '../../results/schema.ts';
import type { Difference } from './compare.ts';
import type { Replay } from './replay.ts';

const TITLES: Readonly<Record<Difference['kind'], string>> = {
  outcome: 'The outcome differs',
  image: 'Images differ',
  environment: 'The environment differs',
};

/** Both outcomes side by side, then what differs. */
export function printReplay({
  before,
  after,
  same,
  differences,
}: Pick<Replay, 'before' | 'after' | 'same' | 'differences'>): string {
  const lines = [
    row('', 'then', 'now'),
    row('run', before.runId, after.runId),
    row('verdict', before.verdict, after.verdict),
    row('level', String(before.level), String(after.level)),
    ...before.rungs.map(({ tier, status }) =>
      row(tier, status, after.rungs.find((rung) => rung.tier === tier)?.status ?? 'none'),
    ),
    row('causes', causesOf(before), causesOf(after)),
    row('time', formatMs(before.ms), formatMs(after.ms)),
    '',
    `then: ${oneLine(before.sentence)}`,
    `now:  ${oneLine(after.sentence)}`,
  ];
  for (const kind of ['outcome', 'image', 'environment'] as const) {
    const found = differences.filter((difference) => difference.kind === kind);
    if (found.length === 0) continue;
    lines.push('', `${TITLES[kind]}:`);
    for (const { what, before: was, after: is } of found)
      lines.push(`  ${oneLine(what)}: ${oneLine(was ?? 'not there')} → ${oneLine(is ?? 'not there')}`);
  }
  lines.push('', same ? 'Same outcome.' : 'Another outcome.');
  return lines.join('\n');
}

function row(name: string, then: string, now: string): string {
  return `${name.padEnd(12)}${then.padEnd(26)}${now}`.trimEnd();
}

function causesOf({ findings }: RunResults): string {
  return [...new Set(findings.map(({ code }) => code))].slice(0, 2).join(', ') || 'none';
}
