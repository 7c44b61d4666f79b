const PATH = String.raw`(?<path>/[^\s"';|&<>()$\`]+)`;

/** The ways hooks name the file they write: a redirection, `tee`, `of=`, a command of a database's shell. */
const WRITERS: readonly RegExp[] = [
  new RegExp(String.raw`(?<![0-9&])1?>{1,2}\|?\s*["']?${PATH}`, 'dg'),
  new RegExp(String.raw`\btee\s+(?:-a\s+)?["']?${PATH}`, 'dg'),
  new RegExp(String.raw`\bof=["']?${PATH}`, 'dg'),
  new RegExp(String.raw`\.(?:backup|dump)\s+["']{0,2}${PATH}`, 'dg'),
];

/** Programs, and how they name their file behind that in the same command: by an option, or as the last word. */
const PROGRAMS: readonly (readonly [RegExp, RegExp])[] = [
  [
    /\b(?:pg_dump|pg_dumpall|pg_basebackup|mongodump)\b/,
    new RegExp(String.raw`\s(?:-f|--file=|--file\s|-D|--archive=)\s*["']?${PATH}`, 'dg'),
  ],
  [
    /\b(?:mysqldump|mariadb-dump)\b/,
    new RegExp(String.raw`\s(?:-r|--result-file=|--result-file\s)\s*["']?${PATH}`, 'dg'),
  ],
  [/\b(?:mv|cp)\s/, new RegExp(String.raw`\s["']?${PATH}["']?\s*(?=$|[)"'])`, 'dg')],
];

/** Where a path stands in a command, and where what matched around it ends. */
interface Target {
  readonly start: number;
  readonly pathEnd: number;
  readonly end: number;
}

const NEVER_DATA = ['/dev/', '/proc/', '/sys/'];

/**
 * Absolute paths that the text of a hook writes to, in order and once each. A heuristic on the text: what a script does
 * inside is not seen, and a path with a variable in it is left out.
 */
export function writtenPaths(command: string): string[] {
  const found = new Set<string>();
  for (const { start, pathEnd, end } of targetsIn(command)) {
    const path = command.slice(start, pathEnd);
    if (NEVER_DATA.some((prefix) => path.startsWith(prefix))) continue;
    // The pattern stops before a variable: what it has is only the beginning of the name.
    if (command[end] === '$' || command[end] === '`') continue;
    const quote = command[start - 1];
    // A quoted name with blanks or the like: what the pattern has is not all of it.
    const quoted = quote === '"' || quote === "'";
    if (quoted && command[end] !== quote && !command.slice(start, end).trimEnd().endsWith(quote)) continue;
    found.add(path);
  }
  return [...found];
}

function* targetsIn(command: string): Generator<Target> {
  for (const pattern of WRITERS) yield* matchesOf(pattern, command, 0);
  for (const part of command.matchAll(/[^|;&]+/g)) {
    for (const [program, target] of PROGRAMS) {
      const called = program.exec(part[0]);
      if (called === null) continue;
      const at = called.index + called[0].length;
      yield* matchesOf(target, part[0].slice(at), part.index + at);
    }
    const archive = archiveIn(part[0]);
    if (archive !== undefined) {
      yield { start: part.index + archive.start, pathEnd: part.index + archive.end, end: part.index + archive.end };
    }
  }
}

function* matchesOf(pattern: RegExp, text: string, offset: number): Generator<Target> {
  for (const match of text.matchAll(pattern)) {
    const [start = 0, pathEnd = 0] = match.indices?.groups?.['path'] ?? [];
    yield { start: offset + start, pathEnd: offset + pathEnd, end: offset + match.index + match[0].length };
  }
}

/** The archive that `tar -czf /path`, `tar cf /path` or `tar -z -cf /path` makes. */
function archiveIn(part: string): { readonly start: number; readonly end: number } | undefined {
  const called = /\btar\s/.exec(part);
  if (called === null) return undefined;
  const begin = called.index + called[0].length;
  let make = false;
  for (const word of part.slice(begin).matchAll(/\S+/g)) {
    const path = make ? /^["']?(?<path>\/[^\s"';|&<>()$`]+)/d.exec(word[0])?.indices?.groups?.['path'] : undefined;
    if (path !== undefined) return { start: begin + word.index + path[0], end: begin + word.index + path[1] };
    make = /^-?[a-zA-Z]+f$/.test(word[0]) && word[0].slice(0, -1).includes('c');
    if (!make && !word[0].startsWith('-')) return undefined;
  }
  return undefined;
}
