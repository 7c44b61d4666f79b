import { MIDDLEWARE_KINDS } from '../middlewares/registry.ts';
import { MiddlewareError } from '../middlewares/types.ts';
import type { TraefikVersion } from '../types.ts';
import type { Merged } from './merge.ts';
import { fullName, providerOf } from './names.ts';
import type { NamedMiddleware } from './table-types.ts';

/** No router of a recipe has a tenth of them. Chains of chains double with each link: they are counted while they are taken apart. */
const MOST_STEPS = 100;

/** Builds a router's middlewares in order, chains taken apart. Throws `MiddlewareError` for the first that cannot be built. */
export function buildMiddlewares(
  references: readonly string[],
  merged: Merged,
  version: TraefikVersion,
  outer: readonly string[] = [],
  steps = { left: MOST_STEPS },
): NamedMiddleware[] {
  return references.flatMap((reference) => {
    steps.left -= 1;
    if (steps.left < 0) throw new MiddlewareError(`are more than ${MOST_STEPS}, chains taken apart`);
    const name = fullName(reference, version);
    if (outer.includes(name)) throw new MiddlewareError(`middleware \`${name}\` is part of itself`);
    const suffix = `@${providerOf(version)}`;
    const config = name.endsWith(suffix) ? merged.middlewares.get(name.slice(0, -suffix.length))?.value : undefined;
    if (config === undefined) throw new MiddlewareError(`middleware \`${name}\` does not exist`);
    const [key, another] = Object.keys(config);
    if (key === undefined || another !== undefined) {
      throw new MiddlewareError(`middleware \`${name}\` has to be of exactly one kind`);
    }
    if (key === 'chain') {
      const { middlewares = [] } = config['chain'] as { readonly middlewares?: readonly string[] };
      return buildMiddlewares(middlewares, merged, version, [...outer, name], steps);
    }
    const kind = MIDDLEWARE_KINDS.find((known) => known.key === key);
    if (kind === undefined) throw new MiddlewareError(`middleware \`${name}\` is of an unknown kind`);
    try {
      return [{ name, run: kind.build(config[key], { version }) }];
    } catch (error: unknown) {
      const code = error instanceof MiddlewareError ? error.code : 'route-middleware';
      throw new MiddlewareError(
        `middleware \`${name}\` ${error instanceof Error ? error.message : String(error)}`,
        code,
      );
    }
  });
}
