import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { FalseGreen } from './false-green/case.ts';
import { FALSE_GREENS } from './false-green/catalogue.ts';

/** `npm run docs`: writes docs/no-false-green.md anew from `tools/false-green/`. A test holds the page against it. */

export const FALSE_GREEN_PAGE = join(import.meta.dirname, '../docs/no-false-green.md');

const INTRODUCTION = `# No false green

Ways in which a run could say that a recipe is well when it is not. Most of them happened to the system before this one (those
with a number, \`RT-…\`); the others were found here. Each is a test that builds the false situation and asks for red, or for
*unverified* where nothing was proven.

*Engine* means that a real Engine was made to show it; *facts* that it is held on recorded facts, files, or a pure function.
*Switched off* counts the checks of a case that \`npm run mutations\` switches off one by one, to see that their tests notice.

This page is made from \`tools/false-green/\`.
`;

/** The page: a table to read at a glance, then each case with its tests. */
export function renderFalseGreens(): string {
  const rows = FALSE_GREENS.map(
    (one) =>
      `| ${one.id} | ${one.title} | ${one.level === 'engine' ? 'Engine' : 'facts'} | ${one.mutations?.length ?? '–'} |`,
  );
  const table = ['| case | what looks green | shown on | switched off |', '|---|---|---|---|', ...rows].join('\n');
  return [INTRODUCTION, `${table}\n`, ...FALSE_GREENS.map(section)].join('\n');
}

function section({ id, title, once, now, tests }: FalseGreen): string {
  const names = tests.map(({ file, name }) => `- \`${file}\`: ${name.replaceAll('$', '\\$')}`);
  return [`## ${id}: ${title}`, '', `**Then**: ${once}`, '', `**Now**: ${now}`, '', ...names, ''].join('\n');
}

if (import.meta.main) await writeFile(FALSE_GREEN_PAGE, renderFalseGreens());
