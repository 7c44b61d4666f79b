/**
 * The layers of docs/architecture.md, lowest first. A room may import its own layer and those below; the rooms of one
 * layer may not import each other in a circle. `tools/check.ts` holds the code against this table.
 */
export const LAYERS: readonly (readonly string[])[] = [
  ['base', 'config'],
  ['recipe', 'swarm'],
  ['custom', 'backup', 'edge', 'results'],
  ['run', 'store'],
  ['forge', 'queue', 'warm', 'host', 'ledger'],
  ['web'],
  ['server'],
  ['cli'],
];

/** An import from one room to another, with the file that holds it. */
export interface RoomImport {
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

/** The room of a path below `src/`, e.g. `swarm` for `src/swarm/engine.ts`. */
export function roomOf(path: string): string | undefined {
  const match = /^src\/(?<room>[a-z]+)\//.exec(path);
  return match?.groups?.['room'];
}

/** What the table forbids in a list of imports: unknown rooms, upward imports, circles within a layer. Empty when all is well. */
export function judgeImports(imports: readonly RoomImport[]): string[] {
  const problems: string[] = [];
  const layer = new Map(LAYERS.flatMap((rooms, index) => rooms.map((room) => [room, index] as const)));
  const edges = new Map<string, Set<string>>();
  for (const { file, from, to } of imports) {
    const fromLayer = layer.get(from);
    const toLayer = layer.get(to);
    if (fromLayer === undefined || toLayer === undefined) {
      problems.push(`${file}: room ${fromLayer === undefined ? from : to} is not in tools/layers.ts`);
      continue;
    }
    if (from === to) continue;
    if (toLayer > fromLayer) problems.push(`${file}: ${from} imports ${to}, which lies above it`);
    edges.set(from, (edges.get(from) ?? new Set()).add(to));
  }
  for (const room of edges.keys()) {
    const circle = findCircle(edges, room);
    if (circle !== undefined) problems.push(`rooms import each other in a circle: ${circle.join(' → ')}`);
  }
  return [...new Set(problems)];
}

function findCircle(edges: ReadonlyMap<string, ReadonlySet<string>>, start: string): string[] | undefined {
  const visit = (room: string, path: readonly string[]): string[] | undefined => {
    for (const next of edges.get(room) ?? []) {
      if (next === start) return [...path, next];
      if (path.includes(next)) continue;
      const found = visit(next, [...path, next]);
      if (found !== undefined) return found;
    }
    return undefined;
  };
  // Each circle is reported once, from its alphabetically first room.
  const circle = visit(start, [start]);
  return circle !== undefined && circle.every((room) => start <= room) ? circle : undefined;
}
