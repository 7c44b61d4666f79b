import { countOf } from '../../base/text.ts';
import type { Fact } from '../types.ts';
import { combine, factsOf, type JudgedCheck, type JudgedRung, makeCheck, stepFailures } from './checks.ts';

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
