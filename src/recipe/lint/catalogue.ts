import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { CodedError, messageOf } from '../../base/errors.ts';
import type { Catalogue } from './types.ts';

const CatalogueFile = z.record(z.string(), z.object({ versions: z.array(z.unknown()).nullish() }));

/** Reads a published `recipes.json`; anything else is `E_CATALOGUE`. */
export async function readCatalogue(path: string): Promise<Catalogue> {
  try {
    const recipes = CatalogueFile.parse(JSON.parse(await readFile(path, 'utf8')));
    return Object.fromEntries(
      Object.entries(recipes).map(([name, { versions }]) => [name, { versions: versions ?? undefined }]),
    );
  } catch (error: unknown) {
    throw new CodedError({
      code: 'E_CATALOGUE',
      message: `${path} is no catalogue of recipes: ${messageOf(error).split('\n', 1)[0] ?? ''}`,
      fault: 'usage',
      cause: error,
    });
  }
}
