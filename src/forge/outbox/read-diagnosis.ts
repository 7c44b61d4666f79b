import type { Kysely } from 'kysely';
import { readDiagnosis } from '../../queue/diagnoses.ts';
import type { Tables } from '../../store/schema.ts';
import type { DiagnosisView } from '../report/types.ts';
import type { Runs } from './read-view.ts';

/** What was run to find whose fault a red verdict is, and what follows; undefined where nothing was. */
export async function readDiagnosisView(
  db: Kysely<Tables>,
  requestId: number,
  runs: Runs,
): Promise<DiagnosisView | undefined> {
  // What is to be run next is queued by whatever ends the one before: where nothing waits, nothing more comes.
  const found = await readDiagnosis(db, requestId, false);
  if (found === undefined) return undefined;
  const { decision, repeats } = found;
  if (repeats.length === 0 && decision?.next === 'run') return undefined;
  const conclusion = decision?.next === 'conclude' ? decision.conclusion : undefined;
  const broken = conclusion?.kind === 'infrastructure' ? repeats[conclusion.at]?.run_id : undefined;
  const results = broken == null ? undefined : await runs.results(broken);
  return {
    goesOn: decision === undefined,
    conclusion,
    evidence: results?.findings.find(({ fault }) => fault === 'infrastructure')?.evidence ?? [],
    repeats: repeats.map(({ subject, sha, state, verdict, sentence, run_id }) => ({
      subject: subject ?? 'head',
      sha,
      state,
      verdict: verdict ?? undefined,
      sentence: sentence ?? undefined,
      link: run_id === null ? undefined : runs.link(run_id),
    })),
  };
}
