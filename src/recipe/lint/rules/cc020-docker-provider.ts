import type { LintRule } from '../types.ts';

export const dockerProvider: LintRule = {
  id: 'CC020',
  severity: 'warn',
  needs: 'files',
  title: 'no label refers to the provider docker',
  fix: 'leave out @docker: in Traefik 3 the provider of a Swarm is called swarm',
  check: ({ labels }) =>
    labels
      .filter(({ key, value }) => key.startsWith('traefik.') && /@docker\b/.test(value))
      .map(({ key, value, place }) => ({ message: `${key} is ${value}, which Traefik 3 does not find`, place })),
};
