import { suggestWord } from '../../base/nearest.ts';
import { NEWEST_VERSION, STACK_FILE } from './format.ts';
import { portProblem } from './ports.ts';
import { type Problem, refuse } from './problem.ts';
import {
  isRawList,
  isRawMap,
  numberOf,
  type Path,
  type Raw,
  type RawMap,
  scalarText,
  typeName,
  YamlTime,
} from './raw.ts';
import type { Rule, StructRule } from './rules.ts';
import { parseDuration } from './units.ts';

const FORBIDDEN: ReadonlyMap<string, string> = new Map([
  ['extends', 'use a YAML anchor or an overlay file instead'],
  ['volume_driver', 'define the volume in the top-level volumes section, with its driver there'],
  ['volumes_from', 'define the volume in the top-level volumes section and name it in each service'],
  ...['cpu_quota', 'cpu_shares', 'cpuset', 'mem_limit', 'memswap_limit'].map(
    (key) => [key, 'use deploy.resources'] as const,
  ),
]);

/** The minor version of the format that a document asks for; `3` and nothing mean the newest one. Refuses versions that Docker does not know. */
export function formatVersion(value: RawMap): number {
  const stated = value['version'];
  if (stated === undefined || stated === '' || stated === '3' || stated === 3) return NEWEST_VERSION;
  const minor = /^3\.(?<minor>0|[1-9][0-9]?)$/.exec(scalarText(stated))?.groups?.['minor'];
  if (minor === undefined || Number(minor) > NEWEST_VERSION) {
    refuse(
      'E_COMPOSE_VERSION',
      ['version'],
      `is not supported: ${scalarText(stated)}`,
      `use version "3.8", or any of 3.0 to 3.${NEWEST_VERSION}`,
    );
  }
  return Number(minor);
}

/** Options that a Swarm service cannot have in any version. Docker looks for them before it interpolates. */
export function findForbidden(value: RawMap): readonly Problem[] {
  const services = value['services'];
  if (!isRawMap(services)) return [];
  return Object.entries(services).flatMap(([name, service]) =>
    Object.keys(isRawMap(service) ? service : {}).flatMap((key) => {
      const hint = FORBIDDEN.get(key);
      if (hint === undefined) return [];
      return [
        {
          code: 'E_COMPOSE_FORBIDDEN' as const,
          path: ['services', name, key],
          message: 'is not supported by Swarm',
          hint,
        },
      ];
    }),
  );
}

/** Everything in a document that its version of the format does not allow, in the order of the document. */
export function checkFormat(value: RawMap, version: number): readonly Problem[] {
  const found: Problem[] = [];
  check(value, STACK_FILE, [], version, found);
  return found;
}

function check(value: Raw, rule: Rule, path: Path, version: number, found: Problem[]): void {
  switch (rule.is) {
    case 'struct':
      if (isRawMap(value)) checkStruct(value, rule, path, version, found);
      else expected('a mapping', value, path, found);
      return;
    case 'map':
      if (!isRawMap(value)) return expected('a mapping', value, path, found);
      for (const [name, item] of Object.entries(value)) {
        if (rule.names === undefined || rule.names.test(name))
          check(item, rule.values, [...path, name], version, found);
        else if (rule.othersRefused)
          report([...path, name], 'is not an allowed name', 'use letters, digits, dot, underscore and hyphen', found);
      }
      return;
    case 'list':
      if (!isRawList(value)) return expected('a list', value, path, found);
      for (const [index, item] of value.entries()) check(item, rule.items, [...path, index], version, found);
      if (rule.unique) checkUnique(value, path, found);
      return;
    case 'one-of': {
      const fitting = rule.rules.find((one) => hasShape(value, one));
      if (fitting === undefined) expected(rule.rules.map(describe).join(' or '), value, path, found);
      else check(value, fitting, path, version, found);
      return;
    }
    case 'string':
    case 'number':
    case 'integer':
    case 'boolean':
    case 'null':
    case 'duration':
    case 'port':
    case 'choice':
      checkScalar(value, rule, path, found);
  }
}

function checkStruct(value: RawMap, rule: StructRule, path: Path, version: number, found: Problem[]): void {
  for (const [key, item] of Object.entries(value)) {
    const known = rule.keys.get(key);
    if (known !== undefined && known.since <= version) {
      check(item, known.rule, [...path, key], version, found);
    } else if (rule.openSince !== undefined && rule.openSince <= version) {
      continue;
    } else if (key.startsWith('x-') && rule.extensionsSince !== undefined && rule.extensionsSince <= version) {
      continue;
    } else if (known !== undefined) {
      report(
        [...path, key],
        `needs format version 3.${known.since}, but the file says 3.${version}`,
        'raise version in every file of the recipe',
        found,
      );
    } else {
      report([...path, key], 'is not a known key here', suggest(key, rule, version), found);
    }
  }
  for (const key of rule.required) {
    if (!Object.hasOwn(value, key)) report(path, `lacks the key ${key}`, undefined, found);
  }
}

type ScalarRule = Exclude<Rule, { readonly is: 'struct' | 'map' | 'list' | 'one-of' }>;

function checkScalar(value: Raw, rule: ScalarRule, path: Path, found: Problem[]): void {
  if (!hasShape(value, rule)) return expected(describe(rule), value, path, found);
  const seen = typeof value === 'string' ? JSON.stringify(value) : scalarText(value);
  if (rule.is === 'duration' && (typeof value !== 'string' || parseDuration(value) === undefined)) {
    report(
      path,
      `must be a duration such as 30s or 1m30s, but is ${seen}`,
      'every number needs a unit: ns, us, ms, s, m or h',
      found,
    );
  } else if (rule.is === 'port') {
    const problem = portProblem(scalarText(value));
    if (problem !== undefined)
      report(
        path,
        `${problem} (in ${seen})`,
        'a port is target, published:target or first-last:first-last, with /udp behind it',
        found,
      );
  } else if (rule.is === 'choice' && !rule.of.includes(scalarText(value))) {
    report(path, `must be ${rule.of.join(' or ')}, but is ${seen}`, undefined, found);
  } else if (rule.is === 'integer' && rule.least !== undefined && (numberOf(value) ?? 0) < rule.least) {
    report(path, `must be ${rule.least} or more, but is ${seen}`, undefined, found);
  }
}

function hasShape(value: Raw, rule: Rule): boolean {
  const number = numberOf(value);
  // Docker checks a JSON rendering of the document, in which a date is a string.
  const string = typeof value === 'string' || value instanceof YamlTime;
  switch (rule.is) {
    case 'string':
    case 'duration':
    case 'choice':
      return string;
    case 'number':
      return number !== undefined;
    case 'integer':
      return Number.isInteger(number);
    case 'port':
      return number !== undefined || string;
    case 'boolean':
      return typeof value === 'boolean';
    case 'null':
      return value === null;
    case 'list':
      return isRawList(value);
    case 'map':
    case 'struct':
      return isRawMap(value);
    case 'one-of':
      return rule.rules.some((one) => hasShape(value, one));
  }
}

function describe(rule: Rule): string {
  switch (rule.is) {
    case 'one-of':
      return rule.rules.map(describe).join(' or ');
    case 'map':
    case 'struct':
      return 'a mapping';
    case 'null':
      return 'nothing';
    case 'choice':
      return rule.of.join(' or ');
    case 'integer':
      return 'an integer';
    case 'string':
    case 'number':
    case 'boolean':
    case 'duration':
    case 'port':
    case 'list':
      return `a ${rule.is}`;
  }
}

function expected(what: string, value: Raw, path: Path, found: Problem[]): void {
  if (value === null) return report(path, `must be ${what}, but has no value`, undefined, found);
  const quotable = typeof value === 'boolean' || numberOf(value) !== undefined;
  const hint = what.includes('string') && quotable ? 'put the value in quotes' : undefined;
  report(path, `must be ${what}, not ${typeName(value)}`, hint, found);
}

function report(path: Path, message: string, hint: string | undefined, found: Problem[]): void {
  found.push({ code: 'E_COMPOSE_SCHEMA', path, message, hint });
}

function checkUnique(value: readonly Raw[], path: Path, found: Problem[]): void {
  const seen = new Set<string>();
  for (const [index, item] of value.entries()) {
    const text = canonical(item);
    if (seen.has(text)) report([...path, index], 'is in the list twice', undefined, found);
    seen.add(text);
  }
}

function canonical(value: Raw): string {
  if (value instanceof YamlTime) return JSON.stringify(value.rfc3339);
  if (isRawList(value)) return `[${value.map(canonical).join()}]`;
  if (!isRawMap(value)) return typeof value === 'string' ? JSON.stringify(value) : scalarText(numberOf(value) ?? value);
  const entries = Object.entries(value).map(([key, item]) => `${JSON.stringify(key)}:${canonical(item)}`);
  return `{${entries.sort().join()}}`;
}

function suggest(key: string, rule: StructRule, version: number): string | undefined {
  const names = [...rule.keys].filter(([, { since }]) => since <= version).map(([name]) => name);
  return suggestWord(key, names);
}
