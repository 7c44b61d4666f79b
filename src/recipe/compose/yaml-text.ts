/** Texts that need no quotes in any YAML reader: names, paths, image references. */
const PLAIN = /^[A-Za-z/][A-Za-z0-9_./@-]*(?::[A-Za-z0-9_./@-]+)*$/;

/** Words that some reader, YAML 1.1 or 1.2, takes for something other than a string. */
const WORDS = /^(?:y|yes|n|no|on|off|true|false|null)$/i;

/**
 * Writes plain data as YAML that readers of YAML 1.1 and 1.2 understand alike (the Docker CLIs 20.10 and 28 have different
 * ones): block style, every doubtful text in double quotes. Undefined fields are left out.
 */
export function toYaml(value: Readonly<Record<string, unknown>>): string {
  return `${mapLines(value, '').join('\n')}\n`;
}

function mapLines(value: Readonly<Record<string, unknown>>, indent: string): string[] {
  return Object.entries(value).flatMap(([key, item]) =>
    item === undefined ? [] : keyLines(`${indent}${quoteText(key)}:`, item, indent),
  );
}

function keyLines(head: string, item: unknown, indent: string): string[] {
  const scalar = scalarYaml(item);
  return scalar === undefined ? [head, ...blockLines(item, `${indent}  `)] : [`${head} ${scalar}`];
}

function blockLines(value: unknown, indent: string): string[] {
  if (!Array.isArray(value)) return mapLines(value as Readonly<Record<string, unknown>>, indent);
  return value.flatMap((item: unknown) => {
    const scalar = scalarYaml(item);
    if (scalar !== undefined) return [`${indent}- ${scalar}`];
    const lines = blockLines(item, `${indent}  `);
    return [`${indent}- ${(lines[0] ?? '').trimStart()}`, ...lines.slice(1)];
  });
}

/** Undefined for collections that are not empty: they need lines of their own. */
function scalarYaml(value: unknown): string | undefined {
  if (value === null) return 'null';
  if (typeof value === 'string') return quoteText(value);
  if (Array.isArray(value)) return value.length === 0 ? '[]' : undefined;
  if (typeof value === 'object') return Object.values(value).every((item) => item === undefined) ? '{}' : undefined;
  return typeof value === 'boolean' || typeof value === 'number' || typeof value === 'bigint' ? `${value}` : undefined;
}

function quoteText(text: string): string {
  if (PLAIN.test(text) && !WORDS.test(text)) return text;
  // JSON strings are YAML strings, but YAML forbids a few more characters in the open.
  return JSON.stringify(text).replaceAll(/[\u007F-\u009F\u2028\u2029\uFEFF\uFFFE\uFFFF]/g, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
}
