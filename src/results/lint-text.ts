import { largest } from '../base/lists.ts';
import { countOf } from '../base/text.ts';
import { oneLine } from './plain-text.ts';
import type { LintResult } from './schema.ts';

/** `lint.txt`: what was found first, each with its place and its fix, then every rule that was looked at. */
export function renderLint(rules: readonly LintResult[]): string {
  if (rules.length === 0) return 'Lint did not run.\n';
  const violated = rules.filter((rule) => rule.outcome === 'violated');
  const errors = violated.filter((rule) => rule.severity === 'error').length;
  const lines = [
    `${countOf(errors, 'error')}, ${countOf(violated.length - errors, 'warning')}, ${countOf(rules.length, 'result')}`,
    '',
  ];
  for (const rule of violated) {
    lines.push(`${placeOf(rule)}${rule.severity} ${rule.id} ${oneLine(rule.title)}`);
    lines.push(`    ${oneLine(rule.message)}`, `    fix: ${oneLine(rule.hint)}`, '');
  }
  const width = largest(rules.map((rule) => rule.id.length));
  for (const rule of rules) {
    lines.push(
      `${rule.outcome.padEnd(9)}  ${rule.severity.padEnd(5)}  ${rule.id.padEnd(width)}  ${oneLine(rule.title)}`.trimEnd(),
    );
  }
  return `${lines.join('\n')}\n`;
}

/** `compose.yml:12: `, as far as it is known. */
function placeOf(rule: LintResult): string {
  if (rule.file === null) return '';
  return rule.line === null ? `${oneLine(rule.file)}: ` : `${oneLine(rule.file)}:${rule.line}: `;
}
