import type { Stack } from '../../recipe/compose/types.ts';
import { MAX_NAME, nameInSwarm } from '../../recipe/names.ts';
import { hashOf } from './tree.ts';

/** A config that could not keep its name, as the Swarm holds another content under it. */
export interface RenamedConfig {
  readonly id: string;
  readonly name: string;
  readonly temporary: string;
}

/**
 * Gives each config whose content changed under the same name a temporary one: the Swarm never changes a config in place, and
 * would refuse the whole deploy. `held` is what the Swarm holds, name → hash. Returns the stack and what it will hold. Pure.
 */
export function nameConfigs(
  stack: Stack,
  contents: Readonly<Record<string, string>>,
  stackName: string,
  held: ReadonlyMap<string, string>,
): { readonly stack: Stack; readonly held: ReadonlyMap<string, string>; readonly renamed: readonly RenamedConfig[] } {
  const holds = new Map(held);
  const renamed: RenamedConfig[] = [];
  const configs = Object.entries(stack.configs).map(([id, config]) => {
    const content = contents[`configs.${id}`];
    if (content === undefined) return [id, config] as const;
    // The way it is filled in cannot be changed either.
    const hash = hashOf(`${content} ${config.template_driver ?? ''}`);
    const name = nameInSwarm(id, config, stackName);
    const before = holds.get(name);
    if (before === undefined || before === hash) {
      holds.set(name, hash);
      return [id, config] as const;
    }
    const suffix = `_w${hash.slice(0, 8)}`;
    const temporary = `${name.slice(0, MAX_NAME - suffix.length)}${suffix}`;
    holds.set(temporary, hash);
    renamed.push({ id, name, temporary });
    return [id, { ...config, name: temporary }] as const;
  });
  return { stack: { ...stack, configs: Object.fromEntries(configs) }, held: holds, renamed };
}
