import { mkdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { stringify } from 'yaml';
import { CodedError } from '../base/errors.ts';
import { writeFileAtomic } from '../base/files.ts';
import { trimEndOf } from '../base/text.ts';
import { readSecretFile } from '../config/secret-file.ts';
import type { ConfigPaths, ServerSettings } from '../config/server.ts';
import { ensureHook, HOOK_EVENTS } from '../forge/gitea/hooks.ts';
import type { RepositoryName } from '../forge/types.ts';
import { readConfiguration } from './configuration.ts';
import { isSameRepository, type ListedRecipe, RECIPE_NAME } from './enrolment-list.ts';
import { type WatchedForge, watchForge } from './forges.ts';
import { lookAtRights } from './rights.ts';

export interface EnrollOptions {
  readonly config: ConfigPaths;
  /** What the recipe is called here; the repository's name in lower case otherwise. */
  readonly recipe: string | undefined;
  /** A token of somebody who administers the repository, to make the webhook with. It is used once and not kept. */
  readonly adminToken: string | undefined;
}

export interface Enrolled {
  readonly listed: ListedRecipe;
  /** False when it was in the list already: then nothing was written. */
  readonly isNew: boolean;
  /** What works in a smaller way, and why. */
  readonly limits: readonly string[];
  /** What is left for a person to do. */
  readonly left: readonly string[];
  /** What was done about the webhook. */
  readonly webhook: 'made' | 'was there' | 'left';
}

/**
 * Enrols the repository of a URL: writes it into the list, looks at what we may do there, and says what is left to do. A
 * server that runs takes it up by itself.
 */
export async function enroll(url: string, options: EnrollOptions): Promise<Enrolled> {
  const { config, adminToken } = options;
  const { settings, list } = await readConfiguration(config);
  const { watched, name } = locate(url, settings, config);
  const found = await watched.forge.repository(name);
  const recipe = options.recipe ?? found.name.toLowerCase();
  const file = join(config.recipes, recipe, 'recipe.yaml');
  const listed = { recipe, file, forge: watched.settings.id, owner: found.owner, name: found.name, runsOn: [] };
  const earlier = list.recipes.find((other) => other.recipe === recipe || isSameRepository(other, listed));
  if (earlier !== undefined && !(earlier.recipe === recipe && isSameRepository(earlier, listed))) {
    throw new CodedError({
      code: 'E_ENROLLED',
      message: `${earlier.recipe} is enrolled already, for ${earlier.owner}/${earlier.name} on ${earlier.forge}`,
      fault: 'usage',
      where: { file: earlier.file, key: 'repository' },
      hint: earlier.recipe === recipe ? 'give this one another name with --recipe' : undefined,
    });
  }
  const rights = await lookAtRights(watched, found);
  if (earlier === undefined) await addToList(listed);
  const hook = { url: `${settings.publicUrl}/hook/${watched.settings.id}`, name: found };
  const { webhook, left } = await setUpHook(watched, settings, hook, adminToken);
  return { listed, isNew: earlier === undefined, limits: rights.missing, left, webhook };
}

/** Which forge a URL belongs to, and which repository there. `E_ENROLL_URL` when none does. */
function locate(
  url: string,
  settings: ServerSettings,
  config: ConfigPaths,
): { readonly watched: WatchedForge; readonly name: RepositoryName } {
  for (const [index, forge] of settings.forges.entries()) {
    if (!url.startsWith(`${forge.url}/`)) continue;
    const path = trimEndOf(url.slice(forge.url.length + 1), '/');
    const [owner, name, ...rest] = (path.endsWith('.git') ? path.slice(0, -4) : path).split('/');
    if (owner === undefined || name === undefined || rest.length > 0) break;
    return { watched: watchForge(forge, index, config), name: { owner, name } };
  }
  throw new CodedError({
    code: 'E_ENROLL_URL',
    message: `${JSON.stringify(url)} is no repository on a forge that the settings name`,
    fault: 'usage',
    where: { file: config.settings, key: 'forges' },
    hint: `it begins with ${settings.forges.map((forge) => `${forge.url}/`).join(' or ')}, then comes <owner>/<name>`,
  });
}

/** Writes the entry; what the file says already stays as it is. */
async function addToList({ recipe, file, forge, owner, name }: ListedRecipe): Promise<void> {
  if (!RECIPE_NAME.test(recipe)) {
    throw new CodedError({
      code: 'E_ENROLL_NAME',
      message: `${JSON.stringify(recipe)} is no name for a recipe here`,
      fault: 'usage',
      hint: 'give it one with --recipe: at most 40 letters in lower case, digits and hyphens',
    });
  }
  await mkdir(dirname(file), { recursive: true });
  const before = await readFile(file, 'utf8').catch(() => '');
  await writeFileAtomic(file, `${stringify({ repository: { forge, owner, name } })}${before}`);
}

async function setUpHook(
  { settings: forge, webhookSecrets }: WatchedForge,
  settings: ServerSettings,
  hook: { readonly url: string; readonly name: RepositoryName },
  adminToken: string | undefined,
): Promise<Pick<Enrolled, 'webhook' | 'left'>> {
  const [secretFile] = forge.webhookSecretFiles;
  const poll = `Until then comments are found within ${settings.pollSeconds} s.`;
  if (secretFile === undefined) {
    const missing = `forge ${forge.id} has no webhookSecretFiles: name a file with a long random secret there, then make a webhook. ${poll}`;
    return { webhook: 'left', left: [missing] };
  }
  const [secret = ''] = await webhookSecrets();
  if (adminToken !== undefined) {
    const made = await ensureHook({ url: forge.url, token: async () => adminToken }, hook.name, {
      url: hook.url,
      secret,
    });
    return { webhook: made ? 'made' : 'was there', left: [] };
  }
  const text = `Somebody who administers ${hook.name.owner}/${hook.name.name} makes a webhook there: POST ${hook.url}, content type application/json, the secret that is in ${secretFile}, events ${HOOK_EVENTS.join(' and ')}. Or give their token once, with --token-file. ${poll}`;
  return { webhook: 'left', left: [text] };
}

/** Reads the token that is given once. */
export async function readAdminToken(file: string): Promise<string> {
  return readSecretFile({ given: file, key: '--token-file', configDirectory: process.cwd() });
}
