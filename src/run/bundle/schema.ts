import { z } from 'zod';
import { Tier } from '../../results/schema.ts';

/** The files of a run's bundle, inside its directory. */
export const BUNDLE = {
  directory: 'bundle',
  request: 'request.json',
  history: 'recipe.bundle',
  enrolled: 'recipes',
} as const;

/** A commit's full SHA. */
const Sha = z.string().regex(/^[0-9a-f]{40}([0-9a-f]{24})?$/);

/** How a secret was made. Its value is in no bundle. */
const SecretShape = z.object({
  id: z.string(),
  length: z.int().nullable(),
  charset: z.string().nullable(),
  /** True when a person supplied the value: whoever replays the run has to do the same. */
  supplied: z.boolean(),
});

/** `bundle/request.json`: what was asked for, so that the same can be asked again on another machine. */
export const Bundle = z.object({
  bundle: z.literal(1),
  runId: z.string(),
  toolVersion: z.string(),
  /** What names and tokens of the planted data are made from. */
  seed: z.string(),
  /** The name becomes a directory's, so it is held to be one. */
  recipe: z.object({ name: z.string().regex(/^\w[\w.+-]*$/), commit: Sha, dirty: z.boolean() }),
  base: z.object({ version: z.string(), commit: Sha }).nullable(),
  request: z.object({
    source: z.string(),
    tiers: z.array(Tier),
    domain: z.string().nullable(),
    env: z.record(z.string(), z.string()),
    worktree: z.boolean(),
    deadlineSeconds: z.int().min(1),
  }),
  /** Recipes that were deployed for the run beside its own; none of them is in the bundle. */
  dependencies: z.array(z.string()).optional(),
  settings: z.object({ traefik: z.enum(['v2', 'v3']) }),
  secrets: z.array(SecretShape),
  /** False where the recipe's history could not be packed: then the source has to be reachable. */
  history: z.boolean(),
  /** True when the recipe had settings or tests of the installation: they are in `recipes/`. */
  enrolled: z.boolean(),
});
export type Bundle = z.infer<typeof Bundle>;
