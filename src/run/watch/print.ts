import { formatMs } from '../../base/text.ts';
import { type Line, span } from '../../results/ink.ts';
import { oneLine, shorten } from '../../results/plain-text.ts';
import { STATUS_WORDS } from '../../results/words.ts';
import type { Problem, Round, RoundPlan, StepOutcome } from './round.ts';

const MARKS = { pass: '✓', fail: '✗', unver: '?', skip: '-' } as const;
/** Of what is wrong so much is shown; the facts of the session have all of it. */
const MOST = { problems: 3, evidence: 6, paths: 6, width: 160 } as const;
const INDENT = '    ';

/** The first lines of a round: what changed, what is done again, and why. */
export function beginLines({ round, at, changed, redone, reasons }: RoundPlan): Line[] {
  const shown = changed.slice(0, MOST.paths).join(', ');
  const more = changed.length > MOST.paths ? ` and ${changed.length - MOST.paths} more` : '';
  const what =
    changed.length > 0
      ? `${shown}${more} changed`
      : round === 1
        ? 'a new app'
        : redone.length === 0
          ? 'as it was'
          : 'asked for';
  return [
    [
      span(`[${round}]`.padEnd(INDENT.length), 'strong'),
      span(`${timeOf(at)}  ${what}`, 'strong'),
      span(` → ${redone.join(', ') || 'nothing'}`),
    ],
    ...reasons.map((reason): Line => [span(`${INDENT}${oneLine(reason)}`, 'dim')]),
  ];
}

/** One step that has ended, with what is wrong. */
export function stepLines({ step, status, sentence, ms, problems }: StepOutcome): Line[] {
  return [
    [
      span(`${INDENT}${MARKS[status]} ${step.padEnd(8)}`, status),
      span(`${formatMs(ms).padStart(8)}  `, 'dim'),
      span(shorten(oneLine(sentence), MOST.width)),
    ],
    ...problems.slice(0, MOST.problems).flatMap((problem) => problemLines(problem, sentence)),
    ...(problems.length > MOST.problems
      ? [[span(`${INDENT}  and ${problems.length - MOST.problems} more`, 'dim')]]
      : []),
  ];
}

/** The last line of a round. It names the state of the recipe that it speaks of, and never a verdict. */
export function endLines({ broken, hash, ms, standing, round }: Round): Line[] {
  if (broken !== null) {
    return [
      [
        span(`[${round}]`.padEnd(INDENT.length), 'strong'),
        span(`✗ ${oneLine(broken.sentence)} `, 'fail'),
        span(`[${broken.code}]`),
      ],
      ...problemLines(broken, broken.sentence).slice(1),
      [span(`${INDENT}watch: waits for the next change`)],
    ];
  }
  const bad = standing.filter(({ status }) => status !== 'pass');
  const answer = bad.some(({ status }) => status === 'fail') ? 'fail' : bad.length > 0 ? 'unver' : 'pass';
  const still = bad
    .filter((row) => row.round !== round)
    .map((row) => `${row.step} ${STATUS_WORDS[row.status]} in round ${row.round}`)
    .join(', ');
  return [
    [
      span(`${INDENT}watch: `),
      span(WORDS[answer], answer),
      span(` as of ${hash.slice(0, 12)}, ${formatMs(ms)}${still === '' ? '' : `; still ${still}`}`),
    ],
  ];
}

const WORDS = { pass: 'green', fail: 'red', unver: 'not proven' } as const;

function problemLines({ code, sentence, hint, evidence }: Problem, shown: string): Line[] {
  return [
    [span(`${INDENT}  ${sentence === shown ? '' : `${shorten(oneLine(sentence), MOST.width)} `}[${code}]`)],
    ...evidence
      .filter((line) => line.trim() !== '')
      .slice(0, MOST.evidence)
      .map((line): Line => [span(`${INDENT}  | ${shorten(oneLine(line), MOST.width)}`, 'dim')]),
    ...(hint === null ? [] : [[span(`${INDENT}  → ${oneLine(hint)}`)]]),
  ];
}

/** The time of day here, as a person at the terminal reads it. */
function timeOf(at: string): string {
  return new Date(at).toTimeString().slice(0, 8);
}
