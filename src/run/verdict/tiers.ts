import type { Fault } from '../../base/errors.ts';
import { countOf, formatBytes, formatMs } from '../../base/text.ts';
import type { Fact, Plan } from '../types.ts';
import { combine, factsOf, type JudgedCheck, type JudgedRung, makeCheck, stepFailures } from './checks.ts';
import { judgeUp } from './deployment.ts';

/** Level 1: the app came up from nothing and answers. */
export function judgeInstall(plan: Plan, facts: readonly Fact[]): JudgedRung {
  const version = plan.base?.version ?? plan.recipe.version;
  return combine(
    [...stepFailures(facts, 'install'), ...judgeUp(plan, facts, 'install')],
    `${version} installs and serves`,
  );
}

/** Level 2: the deployment really moved to the head, stayed there, and lost nothing. */
export function judgeUpgrade(plan: Plan, facts: readonly Fact[]): JudgedRung {
  // Why it did not come up leads: that another version runs after a rollback only follows from it.
  const checks: JudgedCheck[] = [...stepFailures(facts, 'upgrade'), ...judgeUp(plan, facts, 'upgrade')];
  const moved = factsOf(facts, 'moved').at(-1);
  if (moved === undefined) {
    checks.push(makeCheck('reached head', 'unver', 'nothing shows what runs after the upgrade'));
  } else {
    checks.push(
      moved.changed
        ? makeCheck('moved', 'pass', 'the update changed the deployment')
        : makeCheck('moved', 'fail', `the update from ${plan.base?.version ?? 'the base'} changed nothing that runs`, {
            code: 'noop-upgrade',
            hint: 'base and head deploy the same services; publish a version that differs, or choose another base',
            at: moved.at,
          }),
    );
    for (const service of moved.services) {
      const wrong = [
        service.imageMatches
          ? undefined
          : `runs ${service.runningImage ?? 'nothing'} instead of ${service.expectedImage}`,
        service.labelsMatch ? undefined : 'has other labels than the head',
        service.configsMatch ? undefined : 'has other configs than the head',
      ].filter((part) => part !== undefined);
      if (wrong.length === 0) continue;
      checks.push(
        makeCheck('reached head', 'fail', `${service.service} ${wrong.join(' and ')}`, {
          code: 'head-not-reached',
          service: service.service,
          at: moved.at,
        }),
      );
    }
    if (moved.services.every((s) => s.imageMatches && s.labelsMatch && s.configsMatch)) {
      checks.push(
        makeCheck('reached head', 'pass', `${countOf(moved.services.length, 'service')} as the head describes`),
      );
    }
    if (moved.pruned.length > 0) {
      checks.push(makeCheck('pruned', 'pass', `services dropped by the head removed: ${moved.pruned.join(', ')}`));
    }
  }
  checks.push(...judgeSurvival(facts, 'after-upgrade', 'upgrade-lost-data', 'the upgrade lost'));
  return combine(
    checks,
    `${plan.base?.version ?? 'the base'} → ${plan.recipe.version} moved, serves and kept its data`,
  );
}

function judgeSurvival(
  facts: readonly Fact[],
  moment: 'after-upgrade' | 'after-restore',
  code: string,
  verb: string,
): JudgedCheck[] {
  const planted = factsOf(facts, 'planted').at(-1);
  if (planted === undefined || planted.canaries.length === 0) return [];
  const seen = factsOf(facts, 'canaries').findLast((fact) => fact.moment === moment);
  if (seen === undefined) return [makeCheck('data survived', 'unver', 'the planted data was not looked for')];
  const expected =
    moment === 'after-restore'
      ? new Set(factsOf(facts, 'restored').at(-1)?.expected ?? [])
      : new Set(planted.canaries.map(({ id }) => id));
  const checks = planted.canaries
    .filter(({ id }) => expected.has(id))
    .map((canary) => {
      const check = seen.checks.find(({ id }) => id === canary.id);
      if (check === undefined) return makeCheck('data survived', 'unver', `${canary.where} was not looked for`);
      if (check.found) return makeCheck('data survived', 'pass', canary.where);
      return makeCheck('data survived', 'fail', `${verb} ${withDetail(canary.where, check.detail)}`, {
        code,
        service: canary.service,
        at: seen.at,
      });
    });
  return checks;
}

/** Level 3, first half: the snapshot holds what the labels promise. */
export function judgeBackup(plan: Plan, facts: readonly Fact[]): JudgedRung {
  const checks: JudgedCheck[] = [...stepFailures(facts, 'backup')];
  for (const problem of plan.backup.problems) {
    if (problem.fault === 'recipe') {
      checks.push(makeCheck('labels', 'fail', problem.message, { code: problem.code, hint: problem.hint }));
    }
  }
  checks.push(...judgeHooks(facts, 'backup'));
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
        : makeCheck(
            'dump',
            'fail',
            `the dump ${dump.path} ${dump.bytes === 0 ? 'is empty' : `does not parse: ${dump.detail}`}${after}`,
            {
              code: dump.bytes === 0 ? 'empty-dump' : 'broken-dump',
              at,
            },
          ),
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

/** What a check says begins with the place where it looked; it is named once. */
function withDetail(where: string, detail: string): string {
  return detail.startsWith(`${where}: `) ? detail : `${where}: ${detail}`;
}

function plantedWhere(facts: readonly Fact[], id: string): string {
  return (
    factsOf(facts, 'planted')
      .flatMap(({ canaries }) => canaries)
      .find((canary) => canary.id === id)?.where ?? id
  );
}

function judgeHooks(facts: readonly Fact[], moment: 'backup' | 'restore'): JudgedCheck[] {
  return factsOf(facts, 'hooks')
    .filter((fact) => fact.moment === moment)
    .flatMap((fact) =>
      fact.hooks.map((hook) =>
        hook.exitCode === 0
          ? makeCheck('hook', 'pass', `${hook.service} ${hook.hook} (${formatMs(hook.ms)})`)
          : makeCheck(
              'hook',
              'fail',
              `${hook.service}: the ${hook.hook} hook ${hook.exitCode === undefined ? 'could not be run' : `ended with ${hook.exitCode}`}`,
              {
                code: hook.exitCode === 127 || hook.exitCode === 126 ? 'hook-missing' : 'hook-failed',
                service: hook.service,
                evidence: [`$ ${hook.command}`, ...hook.output.trim().split('\n').slice(-8)],
                at: fact.at,
              },
            ),
      ),
    );
}

/** Level 3, second half: what was destroyed came back. */
export function judgeRestore(plan: Plan, facts: readonly Fact[]): JudgedRung {
  const checks: JudgedCheck[] = [...stepFailures(facts, 'restore')];
  const destroyed = factsOf(facts, 'destroyed').at(-1);
  const survivors = destroyed?.checks.filter(({ found }) => found) ?? [];
  if (destroyed === undefined)
    checks.push(makeCheck('destroyed', 'unver', 'nothing was destroyed, so nothing can have come back'));
  else if (survivors.length > 0) {
    // Data that we failed to destroy proves nothing when it is seen again.
    const names = survivors.map(({ id }) => plantedWhere(facts, id)).join(', ');
    checks.push(
      makeCheck('destroyed', 'unver', `could not be destroyed before the restore: ${names}`, { fault: 'cc-ci' }),
    );
  } else
    checks.push(
      makeCheck(
        'destroyed',
        'pass',
        `${countOf(destroyed.checks.length, 'canary', 'canaries')} and ${countOf(destroyed.emptied.length, 'volume')} destroyed first`,
      ),
    );
  const restored = factsOf(facts, 'restored').at(-1);
  if (restored === undefined) checks.push(makeCheck('restored', 'unver', 'the restore did not take place'));
  checks.push(
    ...judgeHooks(facts, 'restore'),
    // An app that does not serve for want of its data is a consequence: the data leads.
    ...judgeSurvival(facts, 'after-restore', 'restore-lost-data', 'the restore did not bring back'),
    ...judgeUp(plan, facts, 'restore'),
  );
  if (restored !== undefined && restored.expected.length === 0) {
    checks.push(
      makeCheck('data survived', 'unver', 'nothing planted was covered by the backup, so the restore proves nothing'),
    );
  }
  return combine(
    checks,
    `${countOf(restored?.expected.length ?? 0, 'canary', 'canaries')} came back after everything was destroyed`,
  );
}

/** Level 4: the recipe's own tests. None at all is no evidence: unverified, not failed. */
export function judgeFunctional(facts: readonly Fact[]): JudgedRung {
  const checks: JudgedCheck[] = [...stepFailures(facts, 'functional')];
  const fact = factsOf(facts, 'tests').at(-1);
  if (fact === undefined) return combine([...checks, makeCheck('tests', 'unver', 'the tests were not run')], '');
  const { report, at } = fact;
  if (report.source === 'none')
    return combine([...checks, makeCheck('tests', 'unver', 'the recipe has no tests of its own')], '');
  if (report.broken !== undefined) {
    checks.push(
      makeCheck('tests', testsOutcome(report.brokenFault), `the tests could not be run: ${report.broken}`, {
        code: 'tests-broken',
        fault: report.brokenFault ?? 'recipe',
        at,
      }),
    );
  }
  const failed = report.cases.filter(({ outcome }) => outcome === 'failed');
  const passed = report.cases.filter(({ outcome }) => outcome === 'passed');
  for (const row of failed) {
    checks.push(
      makeCheck('test', 'fail', `${row.name} (${row.file})`, {
        code: 'test-failed',
        evidence: (row.detail ?? '').trim().split('\n').slice(0, 12),
        at,
      }),
    );
  }
  if (report.cases.length === 0 && report.broken === undefined) {
    checks.push(
      makeCheck('tests', 'fail', `no test was collected from ${report.files.join(', ')}`, {
        code: 'no-tests-collected',
        at,
      }),
    );
  } else if (passed.length === 0 && failed.length === 0 && report.broken === undefined) {
    checks.push(
      makeCheck('tests', 'fail', `all ${countOf(report.cases.length, 'test')} skipped`, {
        code: 'only-skipped-tests',
        at,
      }),
    );
  }
  for (const row of passed) checks.push(makeCheck('test', 'pass', `${row.name} (${row.file})`));
  return combine(checks, `${countOf(passed.length, 'test')} of the recipe passed`);
}

/** Tests that we or the host could not run say nothing about the recipe. */
function testsOutcome(fault: Fault | undefined): 'fail' | 'unver' {
  return fault === 'infrastructure' || fault === 'cc-ci' ? 'unver' : 'fail';
}

/** Level 5: the recipe's text. Says nothing about the verdict. */
export function judgeLint(facts: readonly Fact[]): JudgedRung {
  const checks: JudgedCheck[] = [...stepFailures(facts, 'lint')];
  const fact = factsOf(facts, 'lint').at(-1);
  if (fact === undefined) return combine([...checks, makeCheck('lint', 'unver', 'lint was not run')], '');
  const violated = fact.results.filter(({ outcome }) => outcome === 'violated');
  const errors = violated.filter(({ severity }) => severity === 'error');
  for (const result of errors) {
    const place = result.file === null ? '' : `${result.file}${result.line === null ? '' : `:${result.line}`}: `;
    checks.push(
      makeCheck('rule', 'fail', `${result.id} ${place}${result.message}`, {
        code: result.id,
        hint: result.hint,
        at: fact.at,
      }),
    );
  }
  const judged = fact.results.filter(({ outcome }) => outcome !== 'skipped').length;
  if (judged === 0) checks.push(makeCheck('lint', 'unver', 'no rule could be judged'));
  else if (errors.length === 0) checks.push(makeCheck('rules', 'pass', `${countOf(judged, 'rule')} judged, no error`));
  return combine(checks, `no error, ${countOf(violated.length, 'warning')}`);
}
