const PATH = String.raw`["']?(?<path>/[^\s"';|&<>()$\`]+)`;

/** The ways hooks name the file they write: a redirection, an option of a dump tool, the last word of mv or cp. */
const WRITERS: readonly RegExp[] = [
  new RegExp(String.raw`(?<![0-9&])1?>{1,2}\|?\s*${PATH}`, 'g'),
  new RegExp(
    String.raw`\b(?:pg_dump|pg_dumpall|pg_basebackup|mongodump)\b[^|;&]*?\s(?:-f|--file=|--file\s|-D|--archive=)\s*${PATH}`,
    'g',
  ),
  new RegExp(String.raw`\b(?:mysqldump|mariadb-dump)\b[^|;&]*?\s(?:-r|--result-file=|--result-file\s)\s*${PATH}`, 'g'),
  new RegExp(String.raw`\btee\s+(?:-a\s+)?${PATH}`, 'g'),
  new RegExp(String.raw`\bof=${PATH}`, 'g'),
  new RegExp(String.raw`\b(?:mv|cp)\s[^|;&]*?\s${PATH}["']?\s*(?=$|[;|&)"'])`, 'g'),
  new RegExp(String.raw`\.(?:backup|dump)\s+["']?${PATH}`, 'g'),
  new RegExp(String.raw`\btar\s+(?:-\S+\s+)*?-?[a-zA-Z]*c[a-zA-Z]*f\s+${PATH}`, 'g'),
];

const NEVER_DATA = ['/dev/', '/proc/', '/sys/'];

/**
 * Absolute paths that the text of a hook writes to, in order and once each. A heuristic on the text: what a script does
 * inside is not seen, and a path with a variable in it is left out.
 */
export function writtenPaths(command: string): string[] {
  const found = new Set<string>();
  for (const pattern of WRITERS) {
    for (const match of command.matchAll(pattern)) {
      const path = match.groups?.['path'];
      if (path === undefined || NEVER_DATA.some((prefix) => path.startsWith(prefix))) continue;
      const end = (match.index ?? 0) + match[0].length;
      // The pattern stops before a variable: what it has is only the beginning of the name.
      if (command[end] === '$' || command[end] === '`') continue;
      const quote = /["'](?=\/[^"']*$)/.exec(match[0])?.[0];
      // A quoted name with blanks or the like: what the pattern has is not all of it.
      if (quote !== undefined && command[end] !== quote && !match[0].trimEnd().endsWith(quote)) continue;
      found.add(path);
    }
  }
  return [...found];
}
