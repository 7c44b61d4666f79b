import { formatMs } from '../../base/text.ts';
import type { Fact } from '../types.ts';
import { factsOf, type JudgedCheck, makeCheck } from './checks.ts';

/** What the recipe’s own backup or restore hooks said. */
export function judgeHooks(facts: readonly Fact[], moment: 'backup' | 'restore'): JudgedCheck[] {
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
