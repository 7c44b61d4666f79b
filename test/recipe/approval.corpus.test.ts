import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { resolveApp } from '../../src/recipe/app.ts';
import { stackReach } from '../../src/recipe/approval/stack-reach.ts';
import { rawDocuments } from '../../src/recipe/compose/load.ts';
import { stackNameFor } from '../../src/recipe/names.ts';
import { readRecipe } from '../../src/recipe/read-recipe.ts';

const corpus = join(process.env['CC_CI_CORPUS'] ?? '', 'recipes');
const domain = 'w1.ci.test';
const stackName = stackNameFor(domain);

async function reachOf(name: string): Promise<string[]> {
  const dir = join(corpus, name);
  const recipe = await readRecipe(dir, { name, commit: 'a'.repeat(40), tags: [] });
  const { stack, composeFiles } = await resolveApp(recipe, { domain, stackName, env: {}, versionLabel: '1' });
  const documents = await rawDocuments({ files: composeFiles, root: dir });
  return stackReach(stack, { stackName, proxyNetwork: 'proxy' }, documents).map(({ id, file }) => `${file}: ${id}`);
}

test('real recipes need no approval, but for ports of the host and the one that reads what the Engine runs', async () => {
  const found = await Promise.all(
    readdirSync(corpus).map(async (name) => (await reachOf(name)).map((one) => `${name} ${one}`)),
  );
  expect(found.flat()).toEqual([
    'bore compose.yml: services.app.ports=7835:7835/tcp',
    'traefik compose.yml: services.app.ports=80:80/tcp',
    'traefik compose.yml: services.app.ports=443:443/tcp',
    'traefik compose.yml: services.app.volumes=/var/run/docker.sock:/var/run/docker.sock:rw',
  ]);
});
