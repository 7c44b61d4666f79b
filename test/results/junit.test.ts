import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { renderJunit } from '../../src/results/junit.ts';
import { renderLint } from '../../src/results/lint-text.ts';
import { RungStatus, VerdictName } from '../../src/results/schema.ts';
import { greenRun, redRun, rung } from './samples.ts';
import { elementsOf } from './well-formed.ts';

function countOf(xml: string, element: string): number {
  return elementsOf(xml).filter((name) => name === element).length;
}

describe('renderJunit', () => {
  it('has a suite for the run, each tier, the tests and lint', () => {
    const suites = [...renderJunit(greenRun()).matchAll(/<testsuite name="(?<name>[^"]+)"/g)].map((match) => match[1]);
    expect(suites).toEqual([
      'run',
      'tier install',
      'tier upgrade',
      'tier backup',
      'tier restore',
      'tier functional',
      'tier lint',
      'recipe tests',
      'lint rules',
    ]);
  });

  it('has no failure for a green run, though a lint warning is mentioned', () => {
    const xml = renderJunit(greenRun());
    expect(countOf(xml, 'failure') + countOf(xml, 'error')).toBe(0);
    expect(xml).toContain('warning: service cache has no healthcheck');
  });

  it('is never greener than the verdict or a rung', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...VerdictName.options),
        fc.constantFrom(...RungStatus.options),
        (verdict, status) => {
          const xml = renderJunit(greenRun({ verdict, rungs: [rung('upgrade', { status })], lint: [] }));
          const bad = countOf(xml, 'failure') + countOf(xml, 'error');
          expect(bad).toBe((verdict === 'success' ? 0 : 1) + (status === 'fail' || status === 'unver' ? 1 : 0));
          expect(xml).toContain(`failures="${countOf(xml, 'failure')}" errors="${countOf(xml, 'error')}"`);
        },
      ),
    );
  });

  it('stays well-formed whatever a test or a log says', () => {
    const hostile = fc.string({ unit: 'binary' });
    fc.assert(
      fc.property(hostile, hostile, (name, detail) => {
        const tests = [{ name, file: name, outcome: 'failed' as const, detail, ms: 1 }];
        const xml = renderJunit(redRun({ tests, sentence: detail, domain: name }));
        expect(countOf(xml, 'testsuite')).toBe(9);
      }),
    );
  });
});

describe('renderLint', () => {
  it('leads with what was violated: place, rule, fix', () => {
    expect(renderLint(greenRun().lint)).toBe(`0 errors, 1 warning, 3 results

compose.yml:41: warn R005 every service has a healthcheck
    service cache has no healthcheck
    fix: add a healthcheck so that Swarm knows when it serves

violated   warn   R005  every service has a healthcheck
satisfied  error  R011  every service has an image
skipped    error  R014  only annotated tags are used
`);
  });

  it('says when lint did not run', () => {
    expect(renderLint([])).toBe('Lint did not run.\n');
  });
});
