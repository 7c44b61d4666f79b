import type { DumpReport } from '../../backup/types.ts';
import { append } from '../../base/lists.ts';
import { countOf, formatBytes } from '../../base/text.ts';
import type { Fact, Plan } from '../types.ts';
import { combine, factsOf, type JudgedCheck, type JudgedRung, makeCheck, stepFailures } from './checks.ts';
import { plantedWhere, withDetail } from './data.ts';
import { judgeHooks } from './hooks.ts';

function dumpDefect(dump: DumpReport): string {
  if (dump.bytes === 0) return 'is empty';
  return dump.stale === true ? `is old: ${dump.detail}` : `does not parse: ${dump.detail}`;
}

/** Level 3, first half: the snapshot holds what the labels promise. */
export function judgeBackup(plan: Plan, facts: readonly Fact[]): JudgedRung {
  const checks: JudgedCheck[] = [...stepFailures(facts, 'backup')];
  for (const problem of plan.backup.problems) {
    if (problem.fault === 'recipe') {
      checks.push(makeCheck('labels', 'fail', problem.message, { code: problem.code, hint: problem.hint }));
    }
  }
  append(checks, judgeHooks(facts, 'backup'));
  const snapshot = factsOf(facts, 'snapshot').at(-1);
  if (snapshot === undefined) {
    checks.push(makeCheck('snapshot', 'unver', 'no snapshot was made'));
    return combine(checks, '');
  }
  const { report, at } = snapshot;
  checks.push(
    report.files > 0
      ? makeCheck('snapshot', 'pass', `${countOf(report.files, 'file')}, ${formatBytes(report.bytes)}`)
      : makeCheck('snapshot', 'fail', 'the snapshot is empty', { code: 'empty-snapshot', at }),
  );
  for (const path of report.missingPaths) {
    checks.push(
      makeCheck('paths', 'fail', `the snapshot lacks ${path}, which the labels name`, {
        code: 'path-not-in-snapshot',
        at,
      }),
    );
  }
  for (const dump of report.dumps) {
    const after = snapshot.attempts > 1 ? ` (after ${snapshot.attempts} attempts)` : '';
    checks.push(
      dump.parses && dump.bytes > 0
        ? makeCheck('dump', 'pass', `${dump.path}: ${formatBytes(dump.bytes)}, ${dump.detail}`)
        : makeCheck('dump', 'fail', `the dump ${dump.path} ${dumpDefect(dump)}${after}`, {
            code: dump.bytes === 0 ? 'empty-dump' : dump.stale === true ? 'stale-dump' : 'broken-dump',
            at,
          }),
    );
  }
  for (const directory of report.liveCopies) {
    checks.push(
      makeCheck(
        'live copy',
        'fail',
        `${directory} is a database directory copied while its server ran, with no dump beside it`,
        {
          code: 'live-database-copy',
          hint: 'add a backupbot.backup.pre-hook that writes a dump into the volume',
          at,
        },
      ),
    );
  }
  for (const database of factsOf(facts, 'uncovered').at(-1)?.databases ?? []) {
    checks.push(
      makeCheck('database', 'fail', `no backup holds ${database}`, {
        code: 'database-not-backed-up',
        hint: 'add a backupbot.backup.pre-hook that writes a dump into a volume that is backed up',
        at,
      }),
    );
  }
  for (const canary of report.canaries.filter(({ expected }) => expected)) {
    const where = plantedWhere(facts, canary.id);
    checks.push(
      canary.found
        ? makeCheck('data in snapshot', 'pass', where)
        : makeCheck('data in snapshot', 'fail', `the snapshot lacks ${withDetail(where, canary.detail)}`, {
            code: 'data-not-in-snapshot',
            at,
          }),
    );
  }
  return combine(checks, `a snapshot of ${countOf(report.files, 'file')} holds what the labels promise`);
}
