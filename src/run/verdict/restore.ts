import { append } from '../../base/lists.ts';
import { countOf } from '../../base/text.ts';
import type { Fact, Plan } from '../types.ts';
import { combine, factsOf, type JudgedCheck, type JudgedRung, makeCheck, stepFailures } from './checks.ts';
import { judgeSurvival, plantedWhere } from './data.ts';
import { judgeUp } from './deployment.ts';
import { judgeHooks } from './hooks.ts';

/** Level 3, second half: what was destroyed came back. */
export function judgeRestore(plan: Plan, facts: readonly Fact[]): JudgedRung {
  const up = judgeUp(plan, facts, 'restore');
  // That the restore could not go on says nothing where it is known why the services did not come up again.
  const explained = up.some(({ name, outcome, at }) => name === 'converged' && outcome !== 'pass' && at !== undefined);
  const checks: JudgedCheck[] = stepFailures(facts, 'restore').filter(
    ({ code }) => !(explained && code === 'E_NOT_READY'),
  );
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
  for (const id of restored?.early ?? []) {
    checks.push(
      makeCheck(
        'restored',
        'unver',
        `${plantedWhere(facts, id)} was back before its dump was restored, so the backup proves nothing`,
        {
          code: 'came-back-by-itself',
          hint: 'something that the app starts with brings data back from a place of its own; a lost machine has no such place',
          at: restored?.at,
        },
      ),
    );
  }
  append(checks, judgeHooks(facts, 'restore'));
  // An app that does not serve for want of its data is a consequence: the data leads.
  append(checks, judgeSurvival(facts, 'after-restore', 'restore-lost-data', 'the restore did not bring back'));
  append(checks, up);
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
