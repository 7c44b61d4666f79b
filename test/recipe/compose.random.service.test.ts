import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { drawsAll } from '../support/draw.ts';
import { randomStack } from './compose/arbitrary.ts';
import { askDocker, askOurs, withFiles } from './compose/oracle.ts';

const RUNS = drawsAll() ? 4000 : 200;

test('random stack files: we take, refuse and resolve what docker stack config does', {
  timeout: 1_200_000,
}, async () => {
  let accepted = 0;
  let refused = 0;
  const property = fc.asyncProperty(randomStack, async ({ files, env, envFile }) => {
    const named = files.map((file, index) => [`compose.${index}.yml`, JSON.stringify(file)] as const);
    await withFiles({ ...Object.fromEntries(named), 'vars.env': envFile }, async (root) => {
      const stackCase = { root, files: named.map(([name]) => name), env };
      const [docker, ours] = await Promise.all([askDocker(stackCase), askOurs(stackCase)]);
      if ('document' in docker) accepted += 1;
      else refused += 1;
      if ('document' in docker) expect(ours).toStrictEqual(docker);
      else expect(ours, docker.refused).toHaveProperty('refused');
    });
  });
  await fc.assert(property, { numRuns: RUNS });
  console.log(`compared with docker stack config: ${RUNS} random sets, ${accepted} taken, ${refused} refused`);
  expect(accepted).toBeGreaterThan(RUNS / 4);
  expect(refused).toBeGreaterThan(RUNS / 50);
});
