import type { LintRule } from '../types.ts';

export const composeLoads: LintRule = {
  id: 'CC001',
  severity: 'error',
  needs: 'files',
  title: 'the compose files load',
  fix: 'correct the named place; docker stack config shows the same error',
  check: ({ broken }) => {
    return broken.map(({ message, where }) => ({
      message: where?.key === undefined ? message : `${where.key}: ${message}`,
      place: { file: where?.file, line: where?.line },
    }));
  },
};
