import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { RecipeBounds } from '../config/bounds.ts';
import { readYaml } from '../config/read-yaml.ts';

const EnvKey = z.string().regex(/^[A-Z_][A-Z0-9_]*$/, 'a name of the env has capitals, digits and underscores');
const Env = z.record(EnvKey, z.string());

const Ok = z
  .array(
    z
      .int()
      .min(100)
      .max(499, 'an answer of 500 and more never counts as healthy')
      .refine((status) => status !== 404, '404 never counts as healthy'),
  )
  .min(1)
  .default([200, 301, 302]);

const Path = z.string().startsWith('/');
const Reason = z.string().min(10, 'say why in a sentence: it is shown beside the verdict');

/** A recipe that the app needs beside it, and what of it the app is told. */
const Dependency = z.strictObject({
  recipe: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/, 'the name of a recipe')
    .describe('Its name: that of its repository, and of its folder in `recipes/` with its hook `provision`.'),
  source: z.string().min(1).describe('Its repository: a URL, or a path from this folder.'),
  version: z
    .string()
    .min(1)
    .optional()
    .describe('A tag, branch or commit; what the repository has checked out otherwise.'),
  env: z
    .record(EnvKey, z.string().min(1))
    .default({})
    .describe('Name in the app’s env → name of a value: `url`, `domain`, or what `provision` gives.'),
  secrets: z
    .record(
      z.string(),
      z
        .string()
        .min(1)
        .regex(/^(?!(url|domain)$)/, 'an address is no secret: hand it over by `env`'),
    )
    .default({})
    .describe('Secret of the app, as its stack file calls it → name of a value.'),
});
export type Dependency = z.infer<typeof Dependency>;

/**
 * `recipes/<name>/recipe.yaml`: what cc-ci cannot read from the recipe itself. An unknown key is an error, because a
 * setting that is silently ignored is worse than none.
 */
export const RecipeSettings = z.strictObject({
  repository: z
    .strictObject({
      forge: z.string().min(1).describe('The id of a forge in the server’s settings.'),
      owner: z.string().min(1).describe('The organisation or user that the repository belongs to.'),
      name: z.string().min(1).describe('The name of the repository.'),
    })
    .optional()
    .describe('The repository that the server watches for this recipe.'),
  runsOn: z
    .array(z.string().min(1))
    .default([])
    .describe(
      'Labels that a worker of the server has to have, all of them: special hardware, say. `worker.labels` sets them.',
    ),
  health: z
    .strictObject({
      path: Path.default('/').describe('Path that is asked for over HTTPS.'),
      ok: Ok.describe('Statuses that count as healthy; 404 and those of 500 and more never do.'),
    })
    .default({ path: '/', ok: [200, 301, 302] })
    .describe('When the app counts as serving.'),
  tcp: z
    .array(
      z.strictObject({
        port: z.int().min(1).max(65_535).describe('A port of this host.'),
        stable: z.int().min(1).max(20).default(3).describe('So many connections in a row have to be accepted.'),
      }),
    )
    .default([])
    .describe('Ports that have to accept connections: for apps, or parts of them, without HTTP.'),
  env: Env.default({}).describe('Values for the app’s env, over those of `.env.sample`.'),
  upgradeEnv: Env.default({}).describe(
    'Values that only the head of an upgrade has, over `env`: for parts that the base does not know yet.',
  ),
  dependencies: z
    .array(Dependency)
    .refine((list) => new Set(list.map(({ recipe }) => recipe)).size === list.length, 'a recipe is named twice')
    .default([])
    .describe('Recipes that the app needs: each is deployed for the run before the app, and removed with it.'),
  timeout: z
    .int()
    .min(1)
    .max(3600)
    .optional()
    .describe('Seconds a deploy may take; the recipe’s own timeout otherwise.'),
  notApplicable: z
    .strictObject({
      upgrade: Reason.optional().describe('Why there is nothing to upgrade from.'),
      backup: Reason.optional().describe('Why there is nothing to back up.'),
      functional: Reason.optional().describe('Why there is nothing to exercise.'),
    })
    .default({})
    .describe(
      'Rungs that this recipe does not have, and why. A rung that can be exercised is exercised all the same, and the run then says that the expectation is out of date. `backup` covers restore, too.',
    ),
  screenshot: z
    .strictObject({
      path: Path.optional().describe('Path that is photographed; that of `health` otherwise.'),
    })
    .default({})
    .describe('The picture of the app in its report.'),
  allow: z
    .array(z.string().min(1))
    .default([])
    .describe(
      'What this recipe may reach beyond its own stack without asking on each pull request. Copy the `id` of a finding from `cc-ci plan`, such as `services.app.ports=2222:22/tcp`: it holds the value, and allows no other. `tests` allows every commit’s own tests.',
    ),
  bounds: RecipeBounds.prefault({}).describe(
    'Less than what a run may take of its host: docs/bounds.md. More is not granted here, and the run says so.',
  ),
  warm: z
    .never({ error: 'there is no warm layer yet: every run is a cold one; leave this out' })
    .optional()
    .describe('Refused until there is a warm layer.'),
});
export type RecipeSettings = z.infer<typeof RecipeSettings>;

/** The JSON schema of `recipe.yaml`, for editors and for its page. */
export function publishRecipeSchema(): object {
  return z.toJSONSchema(RecipeSettings, { io: 'input', unrepresentable: 'any' });
}

export const RECIPE_SETTINGS_FILE = 'recipe.yaml';

/** Reads the settings of an enrolled recipe; the defaults when there are none. Bad settings are `E_RECIPE_SETTINGS`. */
export async function readRecipeSettings(enrolledDir: string | undefined): Promise<RecipeSettings> {
  if (enrolledDir === undefined) return RecipeSettings.parse({});
  const file = join(enrolledDir, RECIPE_SETTINGS_FILE);
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error: unknown) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return RecipeSettings.parse({});
    throw error;
  }
  return readYaml({ file, text, schema: RecipeSettings, code: 'E_RECIPE_SETTINGS' });
}
