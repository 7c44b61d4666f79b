import type { AbraSh } from './types.ts';

/** What abra takes of an export: a word, `=`, a word. Quotes, dots and slashes end it (or keep it from matching). */
const EXPORT = /^export\s+(?<name>\w+)=(?<value>\w+)/;
const ANY_EXPORT = /^\s*export\s+(?<name>\w+)=/;
const FUNCTION = /^\s*(?:function\s+(?<word>[\w-]+)(?:\s*\(\s*\))?|(?<name>[\w-]+)\s*\(\s*\))\s*(?:\{|\(|$)/;
/** Here documents hold text, not functions. */
const HERE_DOCUMENT = /<<-?\s*(?<quote>["']?)(?<word>\w+)\k<quote>/;

/** Reads `abra.sh` without executing it: the exports that abra sees, and the functions that `abra app cmd` can call. */
export function parseAbraSh(text: string): AbraSh {
  const exports: Record<string, string> = {};
  const functions = new Set<string>();
  const misread: { name: string; line: number }[] = [];
  let until: string | undefined;
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    if (until !== undefined) {
      if (line.trim() === until) until = undefined;
      continue;
    }
    const match = EXPORT.exec(line);
    const found = match?.groups;
    const rest = match === null ? '-' : line.slice(match[0].length);
    const name = ANY_EXPORT.exec(line)?.groups?.['name'];
    if (found !== undefined) exports[found['name'] ?? ''] = found['value'] ?? '';
    if (name !== undefined && !/^\s*(?:[;#]|$)/.test(rest)) misread.push({ name, line: index + 1 });
    const callable = FUNCTION.exec(line)?.groups;
    const called = callable?.['word'] ?? callable?.['name'];
    if (called !== undefined && !called.startsWith('_')) functions.add(called);
    until = line.trimStart().startsWith('#') ? undefined : HERE_DOCUMENT.exec(line)?.groups?.['word'];
  }
  return { text, exports, functions: [...functions], misread };
}
