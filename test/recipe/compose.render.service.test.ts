import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { CodedError } from '../../src/base/errors.ts';
import { loadStack } from '../../src/recipe/compose/load.ts';
import { printStack, renderForDeploy } from '../../src/recipe/compose/render.ts';
import type { Stack } from '../../src/recipe/compose/types.ts';
import { drawsAll } from '../support/draw.ts';
import { randomStack } from './compose/arbitrary.ts';
import { askDocker, withFiles } from './compose/oracle.ts';

const RUNS = drawsAll() ? 1500 : 80;

/** What Docker must read from the deploy form: the stack itself, but for what the form leaves out on purpose. */
function expected(stack: Stack): unknown {
  const services = Object.entries(stack.services).map(([name, service]) => {
    const { env_file: _resolved, ...kept } = service;
    const lists = Object.entries(kept).map(([key, value]) => {
      const unique = Array.isArray(value) && !['command', 'entrypoint', 'volumes', 'secrets', 'configs'].includes(key);
      return [key, unique ? [...new Map(value.map((item) => [JSON.stringify(item), item])).values()] : value];
    });
    return [name, Object.fromEntries(lists)];
  });
  return parse(printStack({ ...stack, version: '3.9', services: Object.fromEntries(services), extensions: undefined }));
}

async function tryLoad(
  root: string,
  files: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<Stack | undefined> {
  try {
    return await loadStack({ root, files, env });
  } catch (error: unknown) {
    if (error instanceof CodedError) return undefined;
    throw error;
  }
}

test('the deploy form of a random stack reads back as that stack, dollar signs included', {
  timeout: 1_200_000,
}, async () => {
  let compared = 0;
  const property = fc.asyncProperty(randomStack, async ({ files, env, envFile }) => {
    const named = files.map((file, index) => [`compose.${index}.yml`, JSON.stringify(file)] as const);
    await withFiles({ ...Object.fromEntries(named), 'vars.env': envFile }, async (root) => {
      const stack = await tryLoad(
        root,
        named.map(([name]) => name),
        env,
      );
      if (stack === undefined) return;
      const { yaml } = renderForDeploy(stack);
      await withFiles({ 'deploy.yml': yaml }, async (other) => {
        const docker = await askDocker({ root: other, files: ['deploy.yml'] });
        expect(docker, yaml).toStrictEqual({ document: expected(stack) });
      });
      compared += 1;
    });
  });
  await fc.assert(property, { numRuns: RUNS });
  console.log(`${compared} random stacks read back from their deploy form by docker stack config`);
  expect(compared).toBeGreaterThan(RUNS / 4);
});

test('what format 3.9 lacks is left out with a warning', async () => {
  const text = `services:
  app:
    image: x
    healthcheck: {test: 'true', start_interval: 1s}
    networks: {proxy: {driver_opts: {a: b}, aliases: [q]}}
networks: {proxy: {external: true}}
`;
  await withFiles({ 'compose.yml': text }, async (root) => {
    const { yaml, warnings } = renderForDeploy(await loadStack({ root, files: ['compose.yml'], env: {} }));
    expect(warnings).toStrictEqual([
      'service app: healthcheck.start_interval (1s) is left out, the deploy format 3.9 does not have it',
      'service app: driver_opts of network proxy are left out, the deploy format 3.9 does not have them',
    ]);
    expect(parse(yaml)).toMatchObject({
      version: '3.9',
      services: { app: { healthcheck: { test: ['CMD-SHELL', 'true'] }, networks: { proxy: { aliases: ['q'] } } } },
    });
    expect(yaml).not.toMatch(/start_interval|driver_opts/);
  });
});
