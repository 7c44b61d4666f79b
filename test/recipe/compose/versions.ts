import { STACK_FILE } from '../../../src/recipe/compose/format.ts';
import type { Rule } from '../../../src/recipe/compose/rules.ts';
import { drawsAll } from '../../support/draw.ts';

/**
 * A stack file for every key of our table of the format, at the version that we say brought the key and at the one
 * before; in full mode at every version.
 */
export function versionProbes(newest: number): readonly string[] {
  return probesOf(STACK_FILE, (value) => value).flatMap(({ since, document }) => {
    const all = Array.from({ length: newest + 1 }, (_, version) => version);
    const near = [since - 1, since];
    const versions = drawsAll() ? all : all.filter((version) => near.includes(version));
    return versions.map((version) => JSON.stringify({ ...(document as object), version: `3.${version}` }));
  });
}

interface Probe {
  readonly since: number;
  readonly document: unknown;
}

function probesOf(rule: Rule, wrap: (value: unknown) => unknown): readonly Probe[] {
  if (rule.is === 'map') return probesOf(rule.values, (value) => wrap({ name: value }));
  if (rule.is === 'list') return probesOf(rule.items, (value) => wrap([value]));
  if (rule.is === 'one-of') return rule.rules.flatMap((one) => probesOf(one, wrap));
  if (rule.is !== 'struct') return [];
  return [...rule.keys].flatMap(([key, { rule: inner, since }]) => {
    const required = Object.fromEntries(rule.required.map((name) => [name, name === 'type' ? 'volume' : 1]));
    const within = (value: unknown): unknown => wrap({ ...required, [key]: value });
    return [{ since, document: within(sample(inner)) }, ...probesOf(inner, within)];
  });
}

function sample(rule: Rule): unknown {
  switch (rule.is) {
    case 'struct':
      return Object.fromEntries(
        rule.required.map((name) => [name, sample(rule.keys.get(name)?.rule ?? { is: 'string' })]),
      );
    case 'map':
      return {};
    case 'list':
      return [];
    case 'one-of':
      return sample(rule.rules[0] ?? { is: 'null' });
    case 'duration':
      return '1s';
    case 'choice':
      return rule.of[0];
    case 'string':
      return '1';
    case 'boolean':
      return true;
    case 'null':
      return null;
    case 'number':
    case 'integer':
    case 'port':
      return 1;
  }
}
