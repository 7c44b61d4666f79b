import { readdir } from 'node:fs/promises';
import { isDeepStrictEqual } from 'node:util';
import { MASK } from '../base/mask.ts';
import type { Customisation } from '../results/schema.ts';
import { CI_OVERLAY } from './ci-overlay.ts';
import { HOOKS_FILE } from './hooks.ts';
import { PREVIOUS } from './previous.ts';
import { RECIPE_SETTINGS_FILE, RecipeSettings } from './recipe-settings.ts';
import type { DiscoveredTests } from './types.ts';

export interface ManifestQuestion {
  readonly enrolledDir: string | undefined;
  readonly settings: RecipeSettings;
  /** All that the env of the app was given over its own. */
  readonly env: Readonly<Record<string, string>>;
  readonly tests: DiscoveredTests;
}

/** Puts down what was set for a recipe beyond what it says itself, for whoever reads the results and has not the folder. */
export async function readManifest({ enrolledDir, settings, env, tests }: ManifestQuestion): Promise<Customisation> {
  const { env: _, upgradeEnv, ...others } = settings;
  const defaults: Readonly<Record<string, unknown>> = RecipeSettings.parse({});
  const chosen = Object.entries(others).filter(([key, value]) => !isDeepStrictEqual(value, defaults[key]));
  return {
    files: await usedFiles(enrolledDir, tests),
    settings: maskValues(Object.fromEntries(chosen)),
    env: maskEnv(env),
    upgradeEnv: maskEnv(upgradeEnv),
  };
}

async function usedFiles(directory: string | undefined, tests: DiscoveredTests): Promise<string[]> {
  if (directory === undefined) return [];
  const used = [
    RECIPE_SETTINGS_FILE,
    HOOKS_FILE,
    CI_OVERLAY,
    PREVIOUS,
    ...(tests.source === 'enrolled' ? ['tests'] : []),
  ];
  const entries = await readdir(directory, { recursive: true, withFileTypes: true }).catch(() => []);
  return entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => `${parentPath}/${name}`.slice(directory.length + 1))
    .filter((path) => used.includes(path.split('/')[0] ?? ''))
    .toSorted();
}

const SECRET_NAME = /PASS|SECRET|TOKEN|CREDENTIAL|PRIVATE|(?:^|_)(?:KEY|PWD|AUTH|SALT)(?:_|$)|API_?KEY/i;

/** A setting of the env is judged by its name as well as by its value. */
function maskEnv(env: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).map(([name, value]) => [name, SECRET_NAME.test(name) ? MASK : maskSecret(value)]),
  );
}

function maskValues(values: Readonly<Record<string, unknown>>): Customisation['settings'] {
  // What YAML holds is JSON; keys with undefined values are left out.
  return JSON.parse(JSON.stringify(values), (_key, value: unknown) =>
    typeof value === 'string' ? maskSecret(value) : value,
  ) as Customisation['settings'];
}

/** Credentials in an address, and text that looks as if it was drawn by chance: long, one word, of small and large letters and digits. */
function maskSecret(value: string): string {
  const drawn = /^[\w+/=~-]{20,}$/.test(value) && [/[a-z]/, /[A-Z]/, /\d/].every((kind) => kind.test(value));
  return drawn ? MASK : value.replace(/(?<=:\/\/)[^/@\s:]*:[^/@\s]*(?=@)/g, MASK);
}
