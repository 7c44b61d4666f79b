import type { Shape } from './shape.ts';
import { LabelError, type LabelNode } from './tree.ts';

/** Go's `strconv.ParseBool`; undefined for anything else. */
export function parseGoBool(text: string): boolean | undefined {
  if (['1', 't', 'T', 'true', 'TRUE', 'True'].includes(text)) return true;
  if (['0', 'f', 'F', 'false', 'FALSE', 'False'].includes(text)) return false;
  return undefined;
}

/**
 * Decodes a node by its shape: the value has the type `Decoded<typeof shape>`. Throws `LabelError` for an unknown key, a
 * wrong type, or a key that we do not support.
 */
export function decodeNode(node: LabelNode, shape: Shape): unknown {
  if (typeof shape === 'object') {
    if ('named' in shape) {
      return Object.fromEntries(node.children.map((child) => [child.name, decodeNode(child, shape.named)]));
    }
    if ('items' in shape) {
      const indexed = node.children.toSorted((one, other) => indexOf(one) - indexOf(other));
      return indexed.map((child) => decodeNode(child, shape.items));
    }
    if ('opaque' in shape) return decodeNode(node, shape.opaque);
    return decodeObject(node, shape.fields, shape.allowEmpty === true);
  }
  if (shape === 'unsupported') {
    throw new LabelError(node.label, 'route-unsupported', 'is not supported by the built-in router');
  }
  if (shape === 'map') return Object.fromEntries(node.children.map((child) => [child.name, child.value ?? '']));
  if (shape === 'list') return decodeList(node);
  const [child] = node.children;
  if (child !== undefined) throw unknownKey(child);
  const value = node.value ?? '';
  if (shape === 'string') return value;
  if (shape === 'bool') {
    const bool = parseGoBool(value);
    if (bool === undefined) throw badValue(node, value, 'true or false');
    return bool;
  }
  if (!/^[+-]?\d+$/.test(value)) throw badValue(node, value, 'a whole number');
  return Number(value);
}

function decodeObject(node: LabelNode, fields: Readonly<Record<string, Shape>>, allowEmpty: boolean): unknown {
  if (node.children.length === 0) {
    if (allowEmpty) return node.value?.toLowerCase() === 'true' ? {} : undefined;
    throw new LabelError(node.label, 'route-unknown-key', 'cannot stand alone: it needs a key below it');
  }
  const entries: [string, unknown][] = [];
  for (const child of node.children) {
    const name = Object.keys(fields).find((field) => field.toLowerCase() === child.name.toLowerCase());
    const shape = name === undefined ? undefined : fields[name];
    if (name === undefined || shape === undefined) throw unknownKey(child);
    const value = decodeNode(child, shape);
    if (value !== undefined) entries.push([name, value]);
  }
  return Object.fromEntries(entries);
}

function decodeList(node: LabelNode): readonly string[] {
  if (node.children.length > 0) {
    return node.children.toSorted((one, other) => indexOf(one) - indexOf(other)).map((child) => child.value ?? '');
  }
  return (node.value ?? '').split(',').map((item) => item.trim());
}

function indexOf(node: LabelNode): number {
  const match = /^\[(?<index>\d+)\]$/.exec(node.name);
  if (match === null) throw unknownKey(node);
  return Number(match.groups?.['index']);
}

function unknownKey(node: LabelNode): LabelError {
  return new LabelError(node.label, 'route-unknown-key', `has a key that Traefik does not know: \`${node.name}\``);
}

function badValue(node: LabelNode, value: string, expected: string): LabelError {
  return new LabelError(node.label, 'route-bad-value', `is ${JSON.stringify(value)}, expected ${expected}`);
}
