import { append } from '../../base/lists.ts';
import { countOf } from '../../base/text.ts';
import type { Fact, Plan } from '../types.ts';
import { combine, factsOf, type JudgedCheck, type JudgedRung, makeCheck, stepFailures } from './checks.ts';
import { hasPlanted, judgeSurvival } from './data.ts';
import { judgeUp } from './deployment.ts';

/** Level 2: the deployment really moved to the head, stayed there, and lost nothing. */
export function judgeUpgrade(plan: Plan, facts: readonly Fact[]): JudgedRung {
  const up = judgeUp(plan, facts, 'upgrade');
  const checks: JudgedCheck[] = [...stepFailures(facts, 'upgrade'), ...up];
  const moved = factsOf(facts, 'moved').at(-1);
  if (up.some(({ outcome }) => outcome === 'fail')) {
    // That another version runs, or none, only follows from why the head did not come up; how far a rollback had come
    // when it was looked at is chance.
  } else if (moved === undefined) {
    checks.push(makeCheck('reached head', 'unver', 'nothing shows what runs after the upgrade'));
  } else {
    checks.push(
      moved.changed
        ? makeCheck(
            'moved',
            'pass',
            moved.labelsOnly === true
              ? 'the update changed labels alone: no task was replaced'
              : 'the update changed the deployment',
          )
        : makeCheck('moved', 'fail', `the update from ${plan.base?.version ?? 'the base'} changed nothing that runs`, {
            code: 'noop-upgrade',
            hint: 'base and head deploy the same services; publish a version that differs, or choose another base',
            at: moved.at,
          }),
    );
    append(checks, judgeReached(moved));
    if (moved.pruned.length > 0) {
      checks.push(makeCheck('pruned', 'pass', `services dropped by the head removed: ${moved.pruned.join(', ')}`));
    }
  }
  append(checks, judgeSurvival(facts, 'after-upgrade', 'upgrade-lost-data', 'the upgrade lost'));
  return combine(
    checks,
    `${plan.base?.version ?? 'the base'} → ${plan.recipe.version} moved${plan.hosts.length > 0 ? (hasPlanted(facts) ? ', serves' : ' and serves') : ''}${hasPlanted(facts) ? ' and kept its data' : '; it has no data to lose'}`,
  );
}

/** Whether every service runs as the head describes it, which an exit code of the deploy does not tell. */
export function judgeReached(moved: Extract<Fact, { readonly fact: 'moved' }>): JudgedCheck[] {
  const checks: JudgedCheck[] = [];
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
  return checks;
}
