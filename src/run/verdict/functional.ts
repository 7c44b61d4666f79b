import type { Fault } from '../../base/errors.ts';
import { countOf } from '../../base/text.ts';
import type { Fact } from '../types.ts';
import { combine, factsOf, type JudgedCheck, type JudgedRung, makeCheck, stepFailures } from './checks.ts';

/** Level 4: the recipe's own tests. None at all is no evidence: unverified, not failed. */
export function judgeFunctional(facts: readonly Fact[]): JudgedRung {
  const checks: JudgedCheck[] = [...stepFailures(facts, 'functional')];
  const fact = factsOf(facts, 'tests').at(-1);
  if (fact === undefined) return combine([...checks, makeCheck('tests', 'unver', 'the tests were not run')], '');
  const { report, at } = fact;
  if (report.source === 'none')
    return combine([...checks, makeCheck('tests', 'unver', 'the recipe has no tests of its own')], '');
  const interrupted = factsOf(facts, 'interrupted').at(0);
  if (report.broken !== undefined && report.brokenFault === 'usage' && interrupted !== undefined) {
    checks.push(
      makeCheck('tests', 'unver', `the tests were cut short: ${interrupted.detail}`, {
        code: 'tests-cut-short',
        fault: interrupted.by === 'signal' ? 'usage' : 'infrastructure',
        evidence: report.broken.split('\n'),
        at,
      }),
    );
  } else if (report.broken !== undefined) {
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
  if (passed.length > 0 && report.touched === 0) {
    checks.push(
      makeCheck('tests', 'fail', `${countOf(passed.length, 'test')} passed without once asking the app`, {
        code: 'tests-ask-nothing',
        hint: 'a test of the app talks to it: by fetch, by a browser, by exec, by logs or by TCP',
        at,
      }),
    );
  }
  for (const row of passed) checks.push(makeCheck('test', 'pass', `${row.name} (${row.file})`));
  return combine(checks, `${countOf(passed.length, 'test')} of the recipe passed`);
}

/** Tests that we or the host could not run say nothing about the recipe. */
function testsOutcome(fault: Fault | undefined): 'fail' | 'unver' {
  return fault === undefined || fault === 'recipe' || fault === 'image' ? 'fail' : 'unver';
}
