import { readInside } from '../../inside.ts';
import { inSample } from '../look.ts';
import type { LintRule, Violation } from '../types.ts';

export const missingOverlay: LintRule = {
  id: 'CC016',
  severity: 'error',
  needs: 'files',
  title: 'files that COMPOSE_FILE names exist',
  fix: 'correct the name, or add the file',
  check: async ({ recipe }) => {
    const { entries, optional } = recipe.sample;
    const violations: Violation[] = [];
    const seen = new Set<string>();
    for (const { key, value, line } of [...entries, ...optional].toSorted((a, b) => a.line - b.line)) {
      if (key !== 'COMPOSE_FILE' || value === '') continue;
      for (const file of value.split(':')) {
        if (seen.has(file) || (file !== '' && (await readInside(recipe.dir, file)) !== undefined)) continue;
        seen.add(file);
        const message = file === '' ? 'COMPOSE_FILE has an empty element' : `there is no ${file}`;
        violations.push({ message, place: inSample(line) });
      }
    }
    return violations;
  },
};
