import { totalmem } from 'node:os';
import { z } from 'zod';

/** What one run may take: counts, and sizes in MiB. Docs: docs/bounds.md. */
export type BoundName = keyof typeof BOUNDS;
export type Bounds = Readonly<Record<BoundName, number>>;

interface Bound {
  /** What holds unless somebody says otherwise. */
  readonly usual: number;
  readonly least: number;
  readonly what: string;
}

const GIB = 1024;

/**
 * Every bound, in one place. They are far above what honest recipes of a test take (the largest known one has 15 services, and
 * 40 published ports), and far below what would hurt a host of 8 GiB.
 */
const BOUNDS = {
  pids: { usual: 2048, least: 32, what: 'Processes and threads of one container.' },
  memoryMiB: {
    usual: 4 * GIB,
    least: 16,
    what: 'Memory of one container, in MiB. Without it half of the host’s, where that is less.',
  },
  logMiB: { usual: 20, least: 1, what: 'Size of one file of a container’s log, in MiB.' },
  // The Engine refuses to compress the log of a recipe that asks for it when there is only one file.
  logFiles: { usual: 3, least: 2, what: 'Files of a container’s log: the oldest makes way for a new one.' },
  services: { usual: 40, least: 1, what: 'Services of a stack.' },
  replicas: { usual: 60, least: 1, what: 'Replicas of all services of a stack together.' },
  networks: { usual: 10, least: 1, what: 'Networks that a stack makes.' },
  ports: { usual: 100, least: 1, what: 'Ports that a stack publishes.' },
  volumes: { usual: 60, least: 1, what: 'Volumes of a stack.' },
  files: { usual: 150, least: 1, what: 'Secrets and configs of a stack: each Engine of the Swarm keeps all of them.' },
  diskMiB: {
    usual: 10 * GIB,
    least: 64,
    what: 'Disk of a run while it lives, in MiB: what is in its volumes, and what its containers wrote beside them.',
  },
  checkoutMiB: { usual: 100, least: 1, what: 'Size of the files of a commit, in MiB, judged before they are written.' },
  checkoutFiles: { usual: 10_000, least: 1, what: 'Files of a commit.' },
  fileMiB: { usual: 32, least: 1, what: 'Size of the largest file of a commit, in MiB.' },
} as const satisfies Readonly<Record<string, Bound>>;

const NAMES = Object.keys(BOUNDS) as readonly BoundName[];
/** Beyond it a number is a slip of the keyboard. */
const MOST = 1_000_000_000;

/** Some of the bounds, as settings name them. Unknown names and numbers that make no sense are errors. */
export const BoundSettings = z.strictObject(
  byName((name) => {
    const { least, usual, what }: Bound = BOUNDS[name];
    return z.int().min(least).max(MOST).optional().describe(`${what} ${usual} unless set.`);
  }),
);
export type BoundSettings = z.infer<typeof BoundSettings>;

/** Those that are a recipe's to lower: what a checkout may be is judged before its settings are read. */
export const RecipeBounds = BoundSettings.omit({ checkoutMiB: true, checkoutFiles: true, fileMiB: true });

/** The shape in which a run's bounds are published. */
export const BoundsShape = z.object(byName((name) => z.number().describe(BOUNDS[name].what)));

/** The bounds of a host: the usual ones, with what its operator set over them. Pure. */
export function hostBounds(set: BoundSettings = {}, memoryBytes: number = totalmem()): Bounds {
  const half = Math.max(BOUNDS.memoryMiB.least, Math.floor(memoryBytes / 1024 ** 2 / 2));
  const usual = { ...byName((name) => BOUNDS[name].usual), memoryMiB: Math.min(BOUNDS.memoryMiB.usual, half) };
  return byName((name) => set[name] ?? usual[name]);
}

/** A host's bounds as a recipe lowers them, and the names of what it would have higher than its host allows. Pure. */
export function lowerBounds(
  host: Bounds,
  recipe: BoundSettings,
): { readonly bounds: Bounds; readonly refused: readonly BoundName[] } {
  return {
    bounds: byName((name) => Math.min(host[name], recipe[name] ?? host[name])),
    refused: NAMES.filter((name) => (recipe[name] ?? 0) > host[name]),
  };
}

/** Bounds as one word of an environment, `pids=4096,ports=200`; the other way is `parseBounds`. */
export function formatBounds(set: BoundSettings): string {
  return NAMES.flatMap((name) => (set[name] === undefined ? [] : [`${name}=${set[name]}`])).join(',');
}

/** Reads what `formatBounds` writes; a later one of the same name holds. Returns a sentence when it cannot be read. */
export function parseBounds(text: string): BoundSettings | string {
  const pairs = text.split(',').filter((part) => part.trim() !== '');
  const numbers = pairs.map((pair): [string, number] => {
    const [name = '', value = ''] = pair.split('=');
    return [name.trim(), value.trim() === '' ? Number.NaN : Number(value)];
  });
  const parsed = BoundSettings.safeParse(Object.fromEntries(numbers));
  if (parsed.success) return parsed.data;
  const wrong = String(parsed.error.issues[0]?.path[0] ?? numbers.find(([name]) => !Object.hasOwn(BOUNDS, name))?.[0]);
  if (!Object.hasOwn(BOUNDS, wrong)) return `a list such as pids=4096,ports=200; the names are ${NAMES.join(', ')}`;
  return `${wrong} as a whole number of ${BOUNDS[wrong as BoundName].least} or more`;
}

/** What somebody has to do whose run needs more than a bound allows. */
export function howToRaise(name: BoundName): string {
  return `the operator of this host may allow more: \`worker.bounds.${name}\` in server.yaml, or CC_CI_BOUNDS=${name}=… for a run by hand`;
}

function byName<T>(of: (name: BoundName) => T): Record<BoundName, T> {
  return Object.fromEntries(NAMES.map((name) => [name, of(name)])) as Record<BoundName, T>;
}
