import type { RunResults } from '../../results/schema.ts';
import { FAULT_WORDS, STATUS_WORDS, shortCommit } from '../../results/words.ts';
import { renderDiagnosis } from './diagnosis.ts';
import { code, codeBlock, quote } from './markdown.ts';
import type { DiagnosisView } from './types.ts';

/** A run that ended, and what is known of it. */
export interface Ended {
  readonly sha: string;
  readonly verdict: string;
  readonly sentence: string | undefined;
  readonly results: RunResults | undefined;
  readonly link: string | undefined;
  readonly diagnosis?: DiagnosisView | undefined;
}

const MOST_CAUSES = 5;
const EVIDENCE_LINES = 8;

/** The answer to `!testme why`: what the last verdict follows from, as its run recorded it. Pure. */
export function renderWhy(ended: Ended | undefined): string {
  if (ended === undefined) return 'No run of this pull request has ended yet.';
  const { results, link, diagnosis } = ended;
  const head = `${code(shortCommit(ended.sha))} ended as ${quote(ended.verdict, 20)}: ${quote(ended.sentence ?? 'nothing is known of it', 500)}`;
  const open = (results?.rungs ?? [])
    .filter(({ status }) => status === 'fail' || status === 'unver')
    .map(({ tier, status, sentence }) => `- ${tier} ${STATUS_WORDS[status]}: ${quote(sentence)}`);
  const causes = (results?.findings ?? []).slice(0, MOST_CAUSES).flatMap((finding) => {
    const hint = finding.hint === null ? '' : ` ${quote(finding.hint)}`;
    const evidence = finding.evidence.length === 0 ? [] : [codeBlock(finding.evidence.slice(-EVIDENCE_LINES))];
    return [
      `${code(finding.code)}, the fault of ${FAULT_WORDS[finding.fault]}: ${quote(finding.sentence)}${hint}`,
      ...evidence,
    ];
  });
  return [
    head,
    ...(diagnosis === undefined ? [] : [renderDiagnosis(diagnosis)]),
    ...(open.length === 0 ? [] : [open.join('\n')]),
    ...causes,
    ...(link === undefined ? [] : [`[run](${link})`]),
  ].join('\n\n');
}
