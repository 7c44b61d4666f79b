import type { CauseWords } from '../../swarm/causes/cause-kind.ts';
import { databaseNotReady, findLateService, readiness } from '../../swarm/causes/database-not-ready.ts';
import { findBrokenMigration, migrationFailed, whichMigration } from '../../swarm/causes/migration-failed.ts';
import { findUnknownName, nameNotResolvable } from '../../swarm/causes/name-not-resolvable.ts';
import type { RouteHistory, ServiceLines } from './observation.ts';
import { isFinalAndExplained } from './patience.ts';
import { isWrongAnswer, type RouteSignal } from './route-cause.ts';

/** What the log of an app that is up, and answers wrongly, says of the reason: the same causes as for one that ended. Pure. */
export function signalFromLog(
  seen: RouteHistory,
): { readonly kind: CauseWords; readonly signal: RouteSignal } | undefined {
  if (!isWrongAnswer(seen)) return undefined;
  for (const one of seen.lines) {
    const found = explain(seen, one);
    if (found === undefined) continue;
    const { kind, why, evidence } = found;
    const sentence = `${one.service}: it is up and answers ${seen.answer.status ?? '?'}: ${why}`;
    return { kind, signal: { service: one.service, sentence, evidence, final: isFinalAndExplained(seen) } };
  }
  return undefined;
}

function explain(
  { stack }: RouteHistory,
  { service: key, lines }: ServiceLines,
): { readonly kind: CauseWords; readonly why: string; readonly evidence: readonly string[] } | undefined {
  const service = stack?.services.find((one) => one.service === key);
  if (stack === undefined || service === undefined) return undefined;
  // The line has no time of its own; that the program could not have asked before it was made is certain.
  const madeMs = service.tasks.at(-1)?.createdAtMs ?? stack.sinceMs;
  const late = findLateService(service, stack, lines, madeMs);
  if (late !== undefined) {
    const why = `${late.late.service} was not ready when it was asked; ${readiness(late.late, stack)}`;
    return { kind: databaseNotReady, why, evidence: lines };
  }
  const unknown = findUnknownName(service, stack, lines);
  if (unknown !== undefined) {
    return {
      kind: nameNotResolvable,
      why: `it cannot resolve the name ${unknown.host}: ${unknown.reason}`,
      evidence: lines,
    };
  }
  const migration = findBrokenMigration(lines);
  if (migration === undefined) return undefined;
  return { kind: migrationFailed, why: `${whichMigration(migration)} failed`, evidence: lines };
}
