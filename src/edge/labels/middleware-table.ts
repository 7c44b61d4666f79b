import { MIDDLEWARE_KINDS } from '../middlewares/registry.ts';
import { MiddlewareError } from '../middlewares/types.ts';
import type { TraefikVersion } from '../types.ts';
import type { Merged } from './merge.ts';
import { fullName, providerOf } from './names.ts';
import type { NamedMiddleware } from './table-types.ts';

/** A chain of chains doubles with each label: counted is every mention, also of a chain that ends up empty. */
const MOST_MENTIONS = 100;

/** Builds a router's middlewares in order, chains taken apart. Throws `MiddlewareError` for the first that cannot be built. */
export function buildMiddlewares(
  references: readonly string[],
  merged: Merged,
  version: TraefikVersion,
): NamedMiddleware[] {
  return takeApart(references, merged, version, [], { mentions: 0 });
}

function takeApart(
  references: readonly string[],
  merged: Merged,
  version: TraefikVersion,
  outer: readonly string[],
  seen: { mentions: number },
): NamedMiddleware[] {
  return references.flatMap((reference) => {
    seen.mentions += 1;
    if (seen.mentions > MOST_MENTIONS) {
      const most = `names more than ${MOST_MENTIONS} middlewares, chains taken apart: more than the built-in router takes`;
      throw new MiddlewareError(most, 'route-unsupported');
    }
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
      return takeApart(middlewares, merged, version, [...outer, name], seen);
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
