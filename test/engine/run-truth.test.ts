import { describe, expect, test } from 'vitest';
import { makeTinyRecipe, tinyCompose } from './support/tiny-recipe.ts';

describe('an upgrade', () => {
  test('is not proven by what the former version answers', async () => {
    await using recipe = await makeTinyRecipe('deaf');
    await recipe.release({ 'compose.yml': tinyCompose('1.0.0+1') }, '1.0.0+1');
    await recipe.release({ 'compose.yml': tinyCompose('1.1.0+1', { service: 'exec sleep 1000' }) }, '1.1.0+1');
    const results = await recipe.test(['upgrade']);
    expect(results.verdict).toBe('failure');
    expect(results.findings[0]).toMatchObject({ tier: 'upgrade', fault: 'recipe' });
  });

  test('does not wait for a service that the head no longer names, and removes it', async () => {
    await using recipe = await makeTinyRecipe('slim');
    const helper =
      '  helper:\n    image: cc-ci-test/busybox:1\n    command: [sleep, "1000"]\n    stop_grace_period: 1s';
    await recipe.release({ 'compose.yml': tinyCompose('1.0.0+1', { more: helper }) }, '1.0.0+1');
    await recipe.release({ 'compose.yml': tinyCompose('1.1.0+1') }, '1.1.0+1');
    const results = await recipe.test(['upgrade']);
    expect(results.findings).toEqual([]);
    expect(results.rungs.find(({ tier }) => tier === 'upgrade')).toMatchObject({
      status: 'pass',
      checks: expect.arrayContaining([
        expect.objectContaining({ name: 'pruned', sentence: expect.stringContaining('helper') }),
      ]),
    });
  });
});

test('an app whose rule cannot be read is refused before anything is deployed, and the rule is named', async () => {
  await using recipe = await makeTinyRecipe('mute');
  await recipe.release({ 'compose.yml': tinyCompose('1.0.0+1', { rule: 'Host(`${DOMAIN}`' }) }, '1.0.0+1');
  await expect(recipe.test(['install'])).rejects.toMatchObject({
    code: 'route-rule',
    fault: 'recipe',
    message: expect.stringMatching(/traefik\.http\.routers\..*rule.*column \d+/),
  });
});
