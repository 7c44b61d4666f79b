import type { Dependency } from '../../custom/recipe-settings.ts';
import { runDomain } from '../plan/names.ts';

/** Values of a dependency by name; `domain` and `url` are known before it is deployed. */
export type DependencyValues = Readonly<Record<string, string>>;

/** The domain of a recipe that a run deploys beside its app; never that of another run, nor of the app itself. Pure. */
export function dependencyDomain(recipe: string, runId: string, suffix: string): string {
  return runDomain(recipe, `${runId}/${recipe}`, suffix);
}

/** What is known of a dependency as soon as its place is. Pure. */
export function placeValues(domain: string): DependencyValues {
  return { domain, url: `https://${domain}` };
}

/** Stands in the plan for a value that only `provision` can give. */
function pending(recipe: string, value: string): string {
  return `value-${value}-of-${recipe}`;
}

/** The env that dependencies give the app, as far as it is known when the plan is made. Pure. */
export function plannedEnv(
  dependencies: readonly Pick<Dependency, 'recipe' | 'env'>[],
  placeOf: (recipe: string) => DependencyValues,
): Readonly<Record<string, string>> {
  return Object.fromEntries(
    dependencies.flatMap(({ recipe, env }) => {
      const known = placeOf(recipe);
      return Object.entries(env).map(([key, value]) => [key, known[value] ?? pending(recipe, value)]);
    }),
  );
}

/** The same env once a dependency has given its values; what a person chose over it stays. Pure. */
export function filledEnv(
  env: Readonly<Record<string, string>>,
  { recipe, env: wiring }: Pick<Dependency, 'recipe' | 'env'>,
  values: DependencyValues,
): Readonly<Record<string, string>> {
  const filled = Object.entries(wiring)
    .filter(([key, value]) => env[key] === pending(recipe, value))
    .map(([key, value]) => [key, values[value] ?? '']);
  return { ...env, ...Object.fromEntries(filled) };
}

/** The first value that the app is to be given and that nobody gave; undefined when there is none. Pure. */
export function missingValue(
  { env, secrets }: Pick<Dependency, 'env' | 'secrets'>,
  values: DependencyValues,
): string | undefined {
  return [...Object.values(env), ...Object.values(secrets)].find((name) => values[name] === undefined);
}

const SECRET_NAME = /secret|password|passwd|passphrase|token|credential|key$/i;

/**
 * Of a dependency's values those that must not be shown: handed over as a secret, or named like one here or in the app's env.
 * Never its address: the plan shows it, where it would be taken for a leak. Pure.
 */
export function secretValues(
  { env, secrets }: Pick<Dependency, 'env' | 'secrets'>,
  { domain: _domain, url: _url, ...given }: DependencyValues,
): string[] {
  const secretEnv = Object.entries(env).filter(([key]) => SECRET_NAME.test(key));
  const handed = new Set([...Object.values(secrets), ...secretEnv.map(([, name]) => name)]);
  return Object.entries(given)
    .filter(([name]) => handed.has(name) || SECRET_NAME.test(name))
    .map(([, value]) => value);
}
