import { type Document, isCollection, isMap, isNode, isScalar, LineCounter, parseDocument, visit } from 'yaml';
import { z } from 'zod';
import { CodedError, messageOf } from '../base/errors.ts';
import { suggestWord } from '../base/nearest.ts';

export interface YamlSource<T> {
  readonly file: string;
  readonly text: string;
  readonly schema: z.ZodType<T>;
  /** The code of the error when it is not as it should be. */
  readonly code: string;
}

type Path = readonly PropertyKey[];

/**
 * Reads a file of settings. The first thing that is wrong with it is the error, with file, line, column and key; a key
 * that nobody knows is wrong, and comes with what was probably meant. Pure.
 */
export function readYaml<T>({ file, text, schema, code }: YamlSource<T>): T {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  const [broken] = document.errors;
  if (broken !== undefined) {
    const { line, col } = lines.linePos(broken.pos[0]);
    const [message = ''] = broken.message.split('\n');
    throw new CodedError({ code, message, fault: 'usage', where: { file, line, column: col } });
  }
  const parsed = schema.safeParse(valueOf(document, { file, code, lines }));
  if (parsed.success) return parsed.data;
  const { issues } = parsed.error;
  // A key that is misspelt makes the right one missing: it says more.
  const issue = issues.find(({ code: kind }) => kind === 'unrecognized_keys') ?? issues[0];
  const { path, message, hint } = issue === undefined ? UNKNOWN : explain(issue, schema);
  const offset = offsetOf(document, path);
  const place = offset === undefined ? undefined : lines.linePos(offset);
  const key = path.map(String).join('.');
  throw new CodedError({
    code,
    message,
    fault: 'usage',
    where: { file, line: place?.line, column: place?.col, key: key === '' ? undefined : key },
    hint,
  });
}

/** Aliases are looked up only now: one that names nothing, or that unfolds without end, is an error of the text, too. */
function valueOf(
  document: Document.Parsed,
  { file, code, lines }: { readonly file: string; readonly code: string; readonly lines: LineCounter },
): unknown {
  try {
    return document.toJS() ?? {};
  } catch (error: unknown) {
    let offset: number | undefined;
    visit(document, {
      Alias(_key, node) {
        if (node.resolve(document) !== undefined) return undefined;
        offset = node.range?.[0];
        return visit.BREAK;
      },
    });
    const place = offset === undefined ? undefined : lines.linePos(offset);
    throw new CodedError({
      code,
      message: messageOf(error),
      fault: 'usage',
      where: { file, line: place?.line, column: place?.col },
    });
  }
}

interface Explained {
  readonly path: Path;
  readonly message: string;
  readonly hint: string | undefined;
}

const UNKNOWN: Explained = { path: [], message: 'not understood', hint: undefined };

function explain(issue: z.core.$ZodIssue, schema: z.ZodType): Explained {
  if (issue.code === 'unrecognized_keys') {
    const [key = ''] = issue.keys;
    return {
      path: [...issue.path, key],
      message: `there is no setting ${JSON.stringify(key)} here`,
      hint: suggestWord(key, keysAt(schema, issue.path)),
    };
  }
  if (issue.code === 'invalid_key') {
    return { path: issue.path, message: issue.issues[0]?.message ?? issue.message, hint: undefined };
  }
  const missing = issue.code === 'invalid_type' && issue.message.endsWith('received undefined');
  return { path: issue.path, message: missing ? 'this setting is needed' : issue.message, hint: undefined };
}

/** The keys that a schema knows at a path, read from the JSON schema that it publishes. */
function keysAt(schema: z.ZodType, path: Path): readonly string[] {
  let at: unknown = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
  for (const part of path) {
    const { properties, items, additionalProperties } = (at ?? {}) as Record<string, unknown>;
    at =
      typeof part === 'number'
        ? items
        : ((properties as Record<string, unknown>)?.[String(part)] ?? additionalProperties);
  }
  return Object.keys(((at ?? {}) as { properties?: object }).properties ?? {});
}

/** Where a path is written: its key where there is one, else the nearest that holds it. */
function offsetOf(document: Document.Parsed, path: Path): number | undefined {
  const last = path.at(-1);
  const parent = path.length === 0 ? document.contents : document.getIn(path.slice(0, -1), true);
  if (isMap(parent)) {
    const pair = parent.items.find(({ key }) => isScalar(key) && String(key.value) === String(last));
    if (pair !== undefined && isNode(pair.key)) return pair.key.range?.[0];
  }
  const node = path.length === 0 ? parent : isCollection(parent) ? parent.get(last, true) : undefined;
  if (isNode(node)) return node.range?.[0];
  return path.length === 0 ? undefined : offsetOf(document, path.slice(0, -1));
}
