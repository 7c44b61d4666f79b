/** Labels as a tree: `a.b.c=v` is a value three levels down. Names are compared without regard to case, as Traefik does. */
export interface LabelNode {
  /** As first written. */
  readonly name: string;
  /** The whole label key that leads here. */
  readonly label: string;
  value: string | undefined;
  readonly children: LabelNode[];
}

/** A label that Traefik's parser rejects; it then ignores every label of that service. */
export class LabelError extends Error {
  readonly label: string;
  readonly code: string;

  constructor(label: string, code: string, message: string) {
    super(message);
    this.name = 'LabelError';
    this.label = label;
    this.code = code;
  }
}

/** Recipes have dozens. Each label is looked for among those of its level. */
const MOST_LABELS = 1000;

/** Builds the tree from the labels that lie below one of the prefixes (in any case). Throws `LabelError` for malformed keys. */
export function labelTree(labels: Readonly<Record<string, string>>, prefixes: readonly string[]): LabelNode {
  const root: LabelNode = { name: 'traefik', label: 'traefik', value: undefined, children: [] };
  let count = 0;
  for (const label of Object.keys(labels).sort()) {
    const lower = label.toLowerCase();
    if (!prefixes.some((prefix) => lower === prefix || lower.startsWith(`${prefix}.`))) continue;
    count += 1;
    if (count > MOST_LABELS) {
      throw new LabelError(
        label,
        'route-unsupported',
        `is one of more than ${MOST_LABELS} labels, the most it may have`,
      );
    }
    const parts = label.split('.').flatMap(splitIndex);
    if (parts[0] !== 'traefik')
      throw new LabelError(label, 'route-label-root', 'has to begin with `traefik` in lower case');
    if (parts.includes('')) throw new LabelError(label, 'route-unknown-key', 'has an empty part between two dots');
    insert(root, parts.slice(1), label, labels[label] ?? '');
  }
  return root;
}

/** `domains[0]` is `domains` and then `[0]`. */
function splitIndex(part: string): string[] {
  const match = /^(?<name>[^[\]]+)(?<index>\[\d+\])$/.exec(part);
  return match === null ? [part] : [match.groups?.['name'] ?? '', match.groups?.['index'] ?? ''];
}

function insert(root: LabelNode, parts: readonly string[], label: string, value: string): void {
  let node = root;
  for (const part of parts) {
    let child = node.children.find((other) => other.name.toLowerCase() === part.toLowerCase());
    if (child === undefined) {
      child = { name: part, label, value: undefined, children: [] };
      node.children.push(child);
    }
    node = child;
  }
  node.value = value;
}
