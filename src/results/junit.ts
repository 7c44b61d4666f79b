import { html, type Markup } from './markup.ts';
import { oneLine } from './plain-text.ts';
import type { LintResult, Rung, RungStatus, RunResults } from './schema.ts';
import { STATUS_WORDS } from './words.ts';

interface Case {
  readonly name: string;
  readonly status: RungStatus;
  readonly message: string;
  readonly detail: readonly string[];
  readonly ms: number;
  readonly file?: string;
}

interface Suite {
  readonly name: string;
  readonly cases: readonly Case[];
}

/**
 * JUnit XML: a suite for the run's verdict, one per tier with its checks, one for the recipe's own tests, one for lint.
 * *fail* is a `failure`, *unverified* an `error`, *skip* is `skipped`. It is never greener than the verdict: the first suite
 * fails whenever the run was no success. A violated lint rule is a failure here although it leaves the exit code alone.
 */
export function renderJunit(results: RunResults): string {
  const suites: Suite[] = [runSuite(results), ...results.rungs.map(tierSuite)];
  if (results.tests.length > 0) suites.push(testSuite(results));
  if (results.lint.length > 0) suites.push({ name: 'lint rules', cases: results.lint.map(lintCase) });
  const all = suites.flatMap((suite) => suite.cases);
  return `${
    html`<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="cc-ci ${results.recipe.name} ${results.recipe.version}"${counts(all)} time="${seconds(results.ms)}">
${suites.map((suite) => drawSuite(suite, results))}</testsuites>`.markup
  }\n`;
}

function runSuite(results: RunResults): Suite {
  const status: RungStatus = results.verdict === 'success' ? 'pass' : results.verdict === 'failure' ? 'fail' : 'unver';
  const detail = results.findings.flatMap((finding) => [`${finding.code}: ${finding.sentence}`, ...finding.evidence]);
  return { name: 'run', cases: [{ name: 'verdict', status, message: results.sentence, detail, ms: results.ms }] };
}

function tierSuite(rung: Rung): Suite {
  const own: Case = { name: rung.tier, status: rung.status, message: rung.sentence, detail: [], ms: rung.ms };
  const checks = rung.checks.map(
    (check): Case => ({
      name: check.name,
      status: check.outcome,
      message: check.sentence,
      detail: check.evidence,
      ms: 0,
    }),
  );
  return { name: `tier ${rung.tier}`, cases: [own, ...checks] };
}

function testSuite(results: RunResults): Suite {
  const outcomes = { passed: 'pass', failed: 'fail', skipped: 'skip' } as const;
  return {
    name: 'recipe tests',
    cases: results.tests.map((test) => ({
      name: test.name,
      status: outcomes[test.outcome],
      message: firstLine(test.detail) ?? STATUS_WORDS[outcomes[test.outcome]],
      detail: test.detail === null ? [] : [test.detail],
      ms: test.ms,
      file: test.file,
    })),
  };
}

function lintCase(rule: LintResult): Case {
  const warning = rule.outcome === 'violated' && rule.severity === 'warn';
  const status = rule.outcome === 'skipped' ? 'skip' : rule.outcome === 'violated' && !warning ? 'fail' : 'pass';
  return {
    name: `${rule.id} ${rule.title}`,
    status,
    message: rule.message,
    detail: warning ? [`warning: ${rule.message}`, rule.hint] : [rule.hint],
    ms: 0,
    ...(rule.file === null ? {} : { file: rule.line === null ? rule.file : `${rule.file}:${rule.line}` }),
  };
}

function drawSuite(suite: Suite, results: RunResults): Markup {
  const ms = suite.cases.reduce((sum, { ms }) => sum + ms, 0);
  return html`  <testsuite name="${suite.name}"${counts(suite.cases)} time="${seconds(ms)}" timestamp="${results.startedAt}">
${suite.cases.map((one) => drawCase(one, `${results.recipe.name}.${suite.name}`))}  </testsuite>
`;
}

function drawCase(one: Case, group: string): Markup {
  const file = one.file === undefined ? undefined : html` file="${one.file}"`;
  const head = html`    <testcase name="${oneLine(one.name)}" classname="${group}"${file} time="${seconds(one.ms)}"`;
  const message = oneLine(one.message);
  const detail = one.detail.filter((line) => line !== '').join('\n');
  switch (one.status) {
    case 'pass':
      return detail === '' ? html`${head}/>\n` : html`${head}><system-out>${detail}</system-out></testcase>\n`;
    case 'skip':
      return html`${head}><skipped message="${message}"/></testcase>\n`;
    case 'fail':
      return html`${head}><failure message="${message}">${detail}</failure></testcase>\n`;
    case 'unver':
      return html`${head}><error message="${message}">${detail}</error></testcase>\n`;
  }
}

function counts(cases: readonly Case[]): Markup {
  const count = (status: RungStatus) => cases.filter((one) => one.status === status).length;
  return html` tests="${cases.length}" failures="${count('fail')}" errors="${count('unver')}" skipped="${count('skip')}"`;
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(3);
}

function firstLine(text: string | null): string | undefined {
  const line = text?.split('\n').find((candidate) => candidate.trim() !== '');
  return line === undefined ? undefined : line;
}
