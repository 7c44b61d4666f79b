import { type Alias, isAlias, isMap, isNode, isScalar, isSeq, type Node, type Pair, Scalar, type YAMLMap } from 'yaml';
import { refuse } from './problem.ts';
import { isRawMap, type Path, type Raw, type RawMap, WholeFloat, YamlTime } from './raw.ts';
import { resolvePlain } from './scalar.ts';

/** Docker's reader gives up where nearly all values come from aliases; this stops well before memory does. Recipes have hundreds. */
const MOST_VALUES = 100_000;
/** Of all texts together; an alias of a long text costs nothing until the stack is written out. */
const MOST_CHARACTERS = 8_388_608;

const TAG_PREFIX = 'tag:yaml.org,2002:';

/** Turns the syntax tree of one YAML document into values, and paths back into places of the text. */
export class TreeReader {
  readonly #targets = new Map<Alias, Node>();
  readonly #open = new Set<Node>();
  #count = 0;
  #characters = 0;

  constructor(contents: Node | null) {
    this.#bindAliases(contents, new Map());
  }

  /** An alias means the latest anchor of that name before it, so they are bound in the order of the text. */
  #bindAliases(node: unknown, anchors: Map<string, Node>): void {
    if (isAlias(node)) {
      const target = anchors.get(node.source);
      if (target !== undefined) this.#targets.set(node, target);
      return;
    }
    if (!isNode(node)) return;
    if (node.anchor !== undefined) anchors.set(node.anchor, node);
    if (isMap(node)) {
      for (const { key, value } of node.items) {
        this.#bindAliases(key, anchors);
        this.#bindAliases(value, anchors);
      }
    } else if (isSeq(node)) {
      for (const item of node.items) this.#bindAliases(item, anchors);
    }
  }

  read(node: unknown, path: Path): Raw {
    this.#count += 1;
    if (this.#count > MOST_VALUES) refuse('E_COMPOSE_YAML', path, 'expands to too many values through aliases');
    if (isAlias(node)) return this.read(this.#follow(node, path), path);
    if (isScalar(node)) {
      this.#characters += node.source?.length ?? 0;
      if (this.#characters > MOST_CHARACTERS)
        refuse('E_COMPOSE_YAML', path, 'expands to too much text through aliases');
      return readScalar(node, path);
    }
    if (!isMap(node) && !isSeq(node)) return null;
    if (this.#open.has(node)) refuse('E_COMPOSE_YAML', path, 'contains itself through an alias');
    this.#open.add(node);
    const value = isMap(node)
      ? this.#readMap(node, path)
      : node.items.map((item, index) => this.read(item, [...path, index]));
    this.#open.delete(node);
    return value;
  }

  #readMap(node: YAMLMap, path: Path): RawMap {
    const value: Record<string, Raw> = {};
    const seen = new Set<string>();
    let merge: Pair | undefined;
    for (const pair of node.items) {
      const text = this.#keyText(pair, path);
      if (seen.has(text)) refuse('E_COMPOSE_YAML', [...path, text], 'is given twice in the same mapping');
      seen.add(text);
      if (isMergeKey(pair)) merge = pair;
      else value[text] = this.read(pair.value, [...path, text]);
    }
    if (merge !== undefined) {
      for (const source of this.#mergedMaps(merge, path)) {
        const inherited = this.read(source, path);
        for (const [key, item] of isRawMap(inherited) ? Object.entries(inherited) : []) {
          if (!Object.hasOwn(value, key)) value[key] = item;
        }
      }
    }
    return value;
  }

  #mergedMaps(merge: Pair, path: Path): readonly YAMLMap[] {
    const value = isAlias(merge.value) ? this.#follow(merge.value, path) : merge.value;
    const items: readonly unknown[] = isSeq(value) ? value.items : [value];
    return items.map((item) => {
      const target = isAlias(item) ? this.#follow(item, path) : item;
      return isMap(target)
        ? target
        : refuse('E_COMPOSE_YAML', [...path, '<<'], 'must be a mapping or a list of mappings');
    });
  }

  #follow(alias: Alias, path: Path): Node {
    return (
      this.#targets.get(alias) ??
      refuse('E_COMPOSE_YAML', path, `refers to an anchor that does not exist: *${alias.source}`)
    );
  }

  #keyText(pair: Pair, path: Path): string {
    const key = isAlias(pair.key) ? this.#follow(pair.key, path) : pair.key;
    const value = isScalar(key) ? readScalar(key, path) : null;
    if (typeof value !== 'string') {
      const text = isScalar(key) ? String(key.value) : 'a mapping or a list';
      refuse('E_COMPOSE_YAML', path, `has a key that is not a string: ${text}`, 'put the key in quotes');
    }
    if (value === '__proto__') refuse('E_COMPOSE_YAML', path, 'has a key that is not allowed: __proto__');
    return value;
  }

  /** Offset in the text of the deepest part of a path that exists: the key in a mapping, the item in a list. */
  offsetOf(contents: unknown, path: Path): number {
    let node: unknown = contents;
    let offset = isNode(node) ? (node.range?.[0] ?? 0) : 0;
    for (const part of path) {
      const place = this.#step(node, part);
      if (place === undefined) break;
      offset = place.offset;
      node = place.node;
    }
    return offset;
  }

  #step(from: unknown, part: string | number): { readonly node: unknown; readonly offset: number } | undefined {
    const node = isAlias(from) ? this.#targets.get(from) : from;
    if (isSeq(node) && typeof part === 'number') {
      const item: unknown = node.items[part];
      return isNode(item) ? { node: item, offset: item.range?.[0] ?? 0 } : undefined;
    }
    if (!isMap(node)) return undefined;
    for (const pair of node.items) {
      if (isScalar(pair.key) && pair.key.value === part) {
        return { node: pair.value, offset: pair.key.range?.[0] ?? 0 };
      }
    }
    for (const pair of node.items) {
      if (!isMergeKey(pair)) continue;
      for (const source of isSeq(pair.value) ? pair.value.items : [pair.value]) {
        const place = this.#step(source, part);
        if (place !== undefined) return place;
      }
    }
    return undefined;
  }
}

function isMergeKey(pair: Pair): boolean {
  return isScalar(pair.key) && pair.key.value === '<<' && pair.key.type === Scalar.PLAIN && pair.key.tag === undefined;
}

function readScalar(node: Scalar, path: Path): Raw {
  const text = node.source ?? '';
  const plain = node.type === Scalar.PLAIN || node.type === undefined;
  const tag = node.tag?.startsWith(TAG_PREFIX) === true ? node.tag.slice(TAG_PREFIX.length) : undefined;
  if (node.tag !== undefined && tag === undefined) return text;
  if (tag === 'str') return text;
  if (tag === 'binary') return Buffer.from(text, 'base64').toString();
  const value = plain || tag !== undefined ? resolvePlain(text) : text;
  if (typeof value === 'number' && !Number.isFinite(value))
    refuse('E_COMPOSE_YAML', path, `is not a finite number: ${text}`);
  if (tag !== undefined && !fitsTag(tag, value))
    refuse('E_COMPOSE_YAML', path, `does not fit its tag !!${tag}: ${text}`);
  return value;
}

function fitsTag(tag: string, value: Raw): boolean {
  switch (tag) {
    case 'null':
      return value === null;
    case 'bool':
      return typeof value === 'boolean';
    case 'int':
      return typeof value === 'bigint' || Number.isInteger(value);
    case 'float':
      return typeof value === 'number' || value instanceof WholeFloat;
    case 'timestamp':
      return value instanceof YamlTime;
    default:
      return true;
  }
}
