import { countOf } from '../../base/text.ts';
import type { Conclusion, Unclear } from '../../queue/diagnosis.ts';
import { shortCommit } from '../../results/words.ts';
import { code, codeBlock, quote } from './markdown.ts';
import type { DiagnosisView, RepeatView } from './types.ts';

const EVIDENCE_LINES = 12;

/** Whose fault a red verdict is, with the runs that show it. Pure. */
export function renderDiagnosis({ goesOn, conclusion, evidence, repeats }: DiagnosisView): string {
  const head = goesOn
    ? 'To find whose fault it is, more is run, with nothing else beside it:'
    : conclusion === undefined
      ? '**Not found out** whose fault it is: the search was given up.'
      : conclude(conclusion);
  const block = evidence.length === 0 ? [] : [codeBlock(evidence.slice(-EVIDENCE_LINES))];
  return [head, repeats.map(lineOf).join('\n'), ...block].join('\n\n');
}

function conclude(conclusion: Conclusion): string {
  switch (conclusion.kind) {
    case 'change':
      return '**This change broke it**: the same commit failed again, and the commit that it was made on passes.';
    case 'base': {
      const { newly } = conclusion;
      const more = newly.length === 0 ? '' : ` Only with the change fails ${newly.join(', ')}.`;
      return `**Already broken on the base**: the commit that it was made on fails in the same place.${more}`;
    }
    case 'infrastructure':
      return '**Infrastructure**: another run came to nothing, and not by a fault of the recipe.';
    case 'flaky':
      return `**Flaky (${conclusion.red} of ${conclusion.runs})**: the same commit failed in ${conclusion.red} of ${countOf(conclusion.runs, 'run')}.`;
    case 'unclear':
      return `**Not found out** whose fault it is: ${UNCLEAR[conclusion.why]}.`;
    default: {
      const never: never = conclusion;
      return never;
    }
  }
}

const UNCLEAR: Readonly<Record<Unclear, string>> = {
  stopped: 'the search was cancelled, or a newer push or request took its place',
  'no-verdict': 'another run came to no verdict',
  elsewhere: 'the commit that it was made on fails, too, and in another place',
  'no-base': 'the same commit failed again, and its base was not run',
  'no-time': 'it would take too long',
};

function lineOf({ subject, sha, state, verdict, sentence, link }: RepeatView): string {
  const what = subject === 'head' ? 'the same commit again' : `the base, ${code(shortCommit(sha))}`;
  const how = verdict ?? STATES[state] ?? state;
  const why = verdict === 'error' && sentence !== undefined ? `: ${quote(sentence)}` : '';
  return `- ${what}: ${link === undefined ? how : `[${how}](${link})`}${why}`;
}

const STATES: Readonly<Record<string, string>> = { queued: 'waits', held: 'is held', superseded: 'not run' };
