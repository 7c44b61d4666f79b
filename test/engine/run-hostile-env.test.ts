import { expect, test } from 'vitest';
import { makeTinyRecipe, tinyCompose } from './support/tiny-recipe.ts';

test('what a recipe sets in its env goes to its app, and steers none of our programs', async () => {
  await using recipe = await makeTinyRecipe('steering');
  const env = [
    'TYPE=steering',
    'DOMAIN=steering.example.com',
    'DOCKER_HOST=tcp://127.0.0.1:1',
    'DOCKER_CONFIG=/nonexistent',
    'HOME=/nonexistent',
    'LD_PRELOAD=/nonexistent.so',
    'NODE_OPTIONS=--require=/nonexistent.js',
    'GIT_DIR=/nonexistent',
    'RESTIC_REPOSITORY=/nonexistent',
    'HTTPS_PROXY=http://127.0.0.1:1',
    '',
  ].join('\n');
  const compose = tinyCompose('1.0.0+1').replace(
    '    networks: [proxy]',
    '    environment: [DOCKER_HOST]\n    networks: [proxy]',
  );
  const seen = `import { exec, http, test } from 'cc-ci/kit';
import assert from 'node:assert/strict';
test('the app has it', async () => {
  await http('/');
  const { stdout } = await exec('app', ['sh', '-c', 'echo $DOCKER_HOST']);
  assert.equal(stdout.trim(), 'tcp://127.0.0.1:1');
});
`;
  await recipe.release({ 'compose.yml': compose, '.env.sample': env, 'tests/seen.test.ts': seen });
  const results = await recipe.test(['install', 'functional']);
  expect(results.findings).toEqual([]);
  expect(results).toMatchObject({ verdict: 'success', residue: [] });
});
