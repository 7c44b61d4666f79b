import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { publishRecipeSchema } from '../src/custom/recipe-settings.ts';
import { type Schema, settingsTable } from './settings-table.ts';

/** `npm run docs`: writes docs/recipe-settings.md and the schema of `recipe.yaml` anew. A test holds both against the code. */

export const RECIPE_SETTINGS_PAGE = join(import.meta.dirname, '../docs/recipe-settings.md');
export const RECIPE_SCHEMA = join(import.meta.dirname, '../schema/recipe.schema.json');

const INTRODUCTION = `# Settings of a recipe

\`recipes/<name>/recipe.yaml\`: what cc-ci cannot read from the recipe itself. Most recipes need none of it. A key that nobody knows is
an error, with its line and what was probably meant. This page is made from \`src/custom/recipe-settings.ts\`; for editors there is
[schema/recipe.schema.json](../schema/recipe.schema.json).

    health:
      path: /api/health
      ok: [200]
    env:
      ENABLE_REGISTRATION: "true"
    notApplicable:
      backup: the app keeps nothing that could be lost

Beside it may lie

| file | what it does |
|---|---|
| \`tests/\` | tests, where the recipe brings none of its own: [recipe-tests.md](recipe-tests.md) |
| \`hooks.ts\` | code that is called around the tiers: [hooks.md](hooks.md) |
| \`compose.ci.yml\` | tweaks for where tests run, laid over the recipe's stack files. Images, commands, entrypoints, health checks and new services are refused: with them something else would be proven |
| \`previous/\` | files that are laid over the checkout of a base that cannot be deployed any more, never over a head; the verdict says so |

`;

/** The whole page. Pure. */
export function renderRecipeSettingsPage(schema = publishRecipeSchema() as Schema): string {
  return `${INTRODUCTION}${settingsTable(schema)}`;
}

if (import.meta.main) {
  await writeFile(RECIPE_SETTINGS_PAGE, renderRecipeSettingsPage());
  await writeFile(RECIPE_SCHEMA, `${JSON.stringify(publishRecipeSchema(), undefined, 2)}\n`);
}
