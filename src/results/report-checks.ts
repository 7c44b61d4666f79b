import { countOf, formatMs } from '../base/text.ts';
import { html, type Markup } from './markup.ts';
import { evidence, fold, icon, section, table } from './report-parts.ts';
import type { LintResult, RunResults } from './schema.ts';

/** The recipe's own tests, case by case; nothing when it has none. */
export function renderTests({ tests }: RunResults): Markup | undefined {
  if (tests.length === 0) return undefined;
  const outcomes = { passed: 'pass', failed: 'fail', skipped: 'skip' } as const;
  const rows = tests.map((test) => ({
    cells: [
      html`${icon(outcomes[test.outcome])} ${test.name}${test.detail === null ? undefined : evidence([test.detail])}`,
      html`<code>${test.file}</code>`,
      formatMs(test.ms),
    ],
  }));
  const columns = [{ title: 'Test' }, { title: 'File' }, { title: 'Took', figures: true }];
  const count = (outcome: keyof typeof outcomes) => tests.filter((test) => test.outcome === outcome).length;
  const sentence = `${count('passed')} passed, ${count('failed')} failed, ${count('skipped')} skipped.`;
  return section(
    'tests',
    "The recipe's own tests",
    html`<p class="lead">${sentence}</p>`,
    table(undefined, columns, rows),
  );
}

/** Lint: what was violated with place and fix, the rest folded away; nothing when lint did not run. */
export function renderLintSection({ lint }: RunResults): Markup | undefined {
  if (lint.length === 0) return undefined;
  const violated = lint.filter((rule) => rule.outcome === 'violated');
  const errors = violated.filter((rule) => rule.severity === 'error').length;
  const others = lint.filter((rule) => rule.outcome !== 'violated');
  const rows = others.map((rule) => ({
    cells: [
      html`<code>${rule.id}</code>`,
      rule.title,
      html`${icon(rule.outcome === 'skipped' ? 'skip' : 'pass')} ${rule.outcome}`,
    ],
  }));
  return section(
    'lint',
    'Lint',
    html`<p class="lead">${countOf(errors, 'error')}, ${countOf(violated.length - errors, 'warning')}. Lint decides level 5, never the verdict.</p>`,
    html`<ul class="plain checks" style="padding:0">${violated.map(renderViolation)}</ul>`,
    rows.length === 0
      ? undefined
      : fold(
          countOf(rows.length, 'other result'),
          table(undefined, [{ title: 'Rule' }, { title: 'What it asks' }, { title: 'Outcome' }], rows),
        ),
  );
}

function renderViolation(rule: LintResult): Markup {
  const place =
    rule.file === null ? undefined : html` <code>${rule.file}${rule.line === null ? '' : `:${rule.line}`}</code>`;
  return html`<li>${icon(rule.severity === 'error' ? 'fail' : 'unver')}<div><b>${rule.id}</b> ${rule.severity === 'error' ? 'error' : 'warning'}${place}<br>${rule.message} <span class="lead">${rule.hint}</span></div></li>\n`;
}
