import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseDocument } from 'yaml';
import { z } from 'zod';
import { CodedError } from '../base/errors.ts';

/**
 * `recipes/<name>/recipe.yaml`: what cc-ci cannot read from the recipe itself. An unknown key is an error, because a
 * setting that is silently ignored is worse than none.
 */
export const RecipeSettings = z.strictObject({
  /** The repository that the server watches for this recipe. */
  repository: z
    .strictObject({
      /** The id of a forge in the server's settings. */
      forge: z.string().min(1),
      owner: z.string().min(1),
      name: z.string().min(1),
    })
    .optional(),
  health: z
    .strictObject({
      /** Path that is asked for over HTTPS. */
      path: z.string().startsWith('/').default('/'),
      /** Statuses that count as healthy; 404 and those of 500 and more never do. */
      ok: z
        .array(
          z
            .int()
            .min(100)
            .max(499, 'an answer of 500 and more never counts as healthy')
            .refine((status) => status !== 404, '404 never counts as healthy'),
        )
        .min(1)
        .default([200, 301, 302]),
    })
    .default({ path: '/', ok: [200, 301, 302] }),
  /** TCP ports of this host that have to accept `stable` connections in a row: for apps without HTTP. */
  tcp: z
    .array(z.strictObject({ port: z.int().min(1).max(65_535), stable: z.int().min(1).max(20).default(3) }))
    .default([]),
  /** Values for the app's env, over those of `.env.sample`. */
  env: z.record(z.string().regex(/^[A-Z_][A-Z0-9_]*$/), z.string()).default({}),
  /** Seconds a deploy may take; the recipe's timeout label otherwise. */
  timeout: z.int().min(1).max(3600).optional(),
});
export type RecipeSettings = z.infer<typeof RecipeSettings>;

/** Reads the settings of an enrolled recipe; the defaults when there are none. Bad settings are `E_RECIPE_SETTINGS`. */
export async function readRecipeSettings(enrolledDir: string | undefined): Promise<RecipeSettings> {
  if (enrolledDir === undefined) return RecipeSettings.parse({});
  const file = join(enrolledDir, 'recipe.yaml');
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error: unknown) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return RecipeSettings.parse({});
    throw error;
  }
  const document = parseDocument(text);
  const [broken] = document.errors;
  if (broken !== undefined) throw settingsError(file, broken.message, undefined);
  const parsed = RecipeSettings.safeParse(document.toJS() ?? {});
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw settingsError(file, issue?.message ?? 'not understood', issue?.path.join('.'));
}

function settingsError(file: string, message: string, key: string | undefined): CodedError {
  return new CodedError({
    code: 'E_RECIPE_SETTINGS',
    message,
    fault: 'usage',
    where: { file, key: key === '' ? undefined : key },
    hint: `known keys are ${Object.keys(RecipeSettings.shape).join(', ')}`,
  });
}
