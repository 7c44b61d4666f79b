import { formatMs } from '../../base/text.ts';
import type { RunResults } from '../../results/schema.ts';
import { publicLevel, STATUS_WORDS, shortCommit } from '../../results/words.ts';
import { renderDiagnosis } from './diagnosis.ts';
import { code, codeBlock, quote } from './markdown.ts';
import type { ReportView, RequestView } from './types.ts';

/** Forges take more; nobody reads more. Characters. */
const LONGEST = 30_000;
const MOST_FINDINGS = 30;
const EVIDENCE_LINES = 12;

/** The one comment of ours on a pull request, as Markdown, without its marker. Pure. */
export function renderReport(view: ReportView): string {
  const parts = [
    headOf(view),
    ...(view.diagnosis === undefined ? [] : [renderDiagnosis(view.diagnosis)]),
    ...(view.results === undefined ? [] : resultParts(view.results)),
    ...view.stillOpen.map(openPart),
    previousPart(view),
    linksPart(view),
  ].filter((part) => part !== undefined && part !== '');
  const text = parts.join('\n\n');
  // Cut where a part ends: half a block of code would swallow what follows.
  return text.length <= LONGEST
    ? text
    : `${headOf(view)}\n\nThe rest is too long for a comment.\n\n${linksPart(view) ?? ''}`;
}

function headOf({ request, ahead, missingLabels, results, linkOf }: ReportView): string {
  const commit = code(shortCommit(request.sha));
  const partial = request.partial
    ? ' *Partial*: only some tiers were asked for, so this is no verdict on the commit.'
    : '';
  switch (request.state) {
    case 'queued': {
      const place = ahead === 0 ? 'next in the queue' : `number ${ahead + 1} in the queue`;
      const head = `**Queued**: ${commit}, ${place}.${againPart(request)}${partial}`;
      return missingLabels === undefined
        ? head
        : `${head}\n\nIt waits for a worker with the labels ${missingLabels.map(code).join(', ')}; none that lives has them.`;
    }
    case 'running':
      return request.cancelAsked
        ? `**Ending**: ${commit}. What it made is being removed.`
        : `**Running**: ${commit}.${partial}`;
    case 'held':
      return heldPart(request, commit);
    case 'superseded':
      return `**Not run**: ${commit}. A newer request or commit took its place; \`!testme\` tests the head.`;
    case 'cancelled':
      return `**Cancelled**: ${commit}.`;
    case 'done': {
      const level = results === undefined ? levelOf(request) : publicLevel(results);
      const badge = badgeOf(request, level, linkOf);
      const word = VERDICTS[request.verdict ?? ''] ?? 'Error';
      const sentence = quote(results?.sentence ?? request.sentence ?? 'nothing is known of it', 500);
      return `${badge}**${word}**${level === undefined ? '' : `, level ${level} of 5`}: ${commit}.${partial}\n\n${sentence}`;
    }
    default: {
      const never: never = request.state;
      return never;
    }
  }
}

/** Why one that was begun waits again. */
function againPart({ attempts, sentence }: RequestView): string {
  if (sentence !== undefined) return ` It is tried again: ${quote(sentence, 300)}`;
  return attempts > 0 ? ' Its worker was lost; it is tried again.' : '';
}

/** An older request that is not over, beside the newest. */
function openPart({ sha, state, partial }: RequestView): string {
  const word = state === 'running' ? 'Still running' : state === 'held' ? 'Still held' : 'Still queued';
  return `${word}: ${code(shortCommit(sha))}, asked for before${partial ? ' (partial)' : ''}.`;
}

const VERDICTS: Readonly<Record<string, string>> = {
  success: 'Success',
  failure: 'Failure',
  error: 'Error',
  cancelled: 'Cancelled',
};

function levelOf(request: RequestView): number | undefined {
  const judged = request.verdict === 'success' || request.verdict === 'failure';
  return judged && !request.partial ? request.level : undefined;
}

function badgeOf(request: RequestView, level: number | undefined, linkOf: ReportView['linkOf']): string {
  const link = request.runId === undefined ? undefined : linkOf(request.runId);
  if (link === undefined) return '';
  return `[![${level === undefined ? 'no level' : `level ${level}`}](${link}badge.svg)](${link}) `;
}

function heldPart(request: RequestView, commit: string): string {
  if (request.heldBy !== undefined)
    return `**Held** by ${quote(request.heldBy, 60)}: ${commit}. \`!testme\` starts it again.`;
  const shown = request.findings.slice(0, MOST_FINDINGS).map(({ sentence, file, line }) => {
    const place = file === undefined ? '' : ` (${quote(file, 100)}${line === undefined ? '' : `, line ${line}`})`;
    return `- ${quote(sentence)}${place}`;
  });
  const more = request.findings.length - shown.length;
  return [
    `**Needs approval**: ${commit}. Nothing of it has run. It reaches beyond its own stack, or may:`,
    [...shown, ...(more > 0 ? [`- and ${more} more`] : [])].join('\n'),
    `\`!testme approve ${shortCommit(request.sha)}\` by somebody trusted allows exactly this commit, ${code(request.sha)}.`,
  ].join('\n\n');
}

function resultParts(results: RunResults): string[] {
  const rows = results.rungs.map(
    ({ tier, status, ms, sentence }) =>
      `| ${tier} | ${STATUS_WORDS[status]} | ${ms === 0 ? '' : formatMs(ms)} | ${quote(sentence, 200)} |`,
  );
  const table = ['| tier | | time | |', '|---|---|---:|---|', ...rows].join('\n');
  const [first] = results.findings;
  if (first === undefined || results.verdict === 'success') return [table];
  const hint = first.hint === null ? [] : [quote(first.hint)];
  const evidence = first.evidence.length === 0 ? [] : [codeBlock(first.evidence.slice(-EVIDENCE_LINES))];
  return [table, ...evidence, ...hint];
}

function previousPart({ request, previous, linkOf }: ReportView): string | undefined {
  if (previous === undefined) return undefined;
  const level = levelOf(previous);
  const word = (VERDICTS[previous.verdict ?? ''] ?? 'Error').toLowerCase();
  const which = previous.sha === request.sha ? 'the same commit' : code(shortCommit(previous.sha));
  const link = previous.runId === undefined ? undefined : linkOf(previous.runId);
  const said = `${word}${level === undefined ? '' : `, level ${level}`}`;
  return `Before, ${which}: ${link === undefined ? said : `[${said}](${link})`}${previous.partial ? ' (partial)' : ''}.`;
}

function linksPart({ request, results, linkOf }: ReportView): string | undefined {
  const link = request.runId === undefined ? undefined : linkOf(request.runId);
  if (link === undefined) return undefined;
  const files = new Set(results?.artifacts.map(({ name }) => name));
  const logs = files.has('logs.ndjson') ? [`[logs](${link}logs.ndjson)`] : [];
  const card = files.has('card.svg') ? [`[card](${link}card.svg)`] : [];
  return [`[run](${link})`, ...logs, ...card].join(' · ');
}
