import { glob, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Expression as Node, type Program, parseSync, Visitor } from 'oxc-parser';

/** A regular expression of the code. */
export interface Found {
  /** `src/base/mask.ts:12` */
  readonly place: string;
  readonly source: string;
  readonly flags: string;
}

export interface Collected {
  readonly expressions: readonly Found[];
  /** What must not be there: an expression that cannot be read, a list spread over the arguments of a call. */
  readonly problems: readonly string[];
}

/** Calls that are given a list by `...`: from about 120,000 items on that overflows the stack. */
const SPREAD = /^(?:push|unshift|splice|concat|max|min|fromCharCode|fromCodePoint)$/;

/** Every regular expression of `src/` and `kit/`, in the order of the files. */
export async function collectExpressions(root: string): Promise<Collected> {
  const expressions: Found[] = [];
  const problems: string[] = [];
  const files = await Array.fromAsync(glob('{src,kit}/**/*.ts', { cwd: root }));
  for (const file of files.sort()) {
    const found = readExpressions(file, await readFile(join(root, file), 'utf8'));
    for (const expression of found.expressions) expressions.push(expression);
    for (const problem of found.problems) problems.push(problem);
  }
  return { expressions, problems };
}

/**
 * The expressions of one module. One that is made at run time has to be made of constants of its module and of
 * `RegExp.escape(…)`, which stands for a name: then all that it can be has one shape, and that is judged.
 */
export function readExpressions(file: string, text: string): Collected {
  const { program } = parseSync(file, text);
  const constants = constantsOf(program);
  const expressions: Found[] = [];
  const problems: string[] = [];
  const placeOf = (start: number) => `${file}:${text.slice(0, start).split('\n').length}`;
  new Visitor({
    Literal(node) {
      if ('regex' in node) {
        expressions.push({ place: placeOf(node.start), source: node.regex.pattern, flags: node.regex.flags });
      }
    },
    NewExpression(node) {
      if (node.callee.type !== 'Identifier' || node.callee.name !== 'RegExp') return;
      const [source, flags] = node.arguments;
      const place = placeOf(node.start);
      // A copy of an expression that is judged where it is written.
      if (source?.type === 'Identifier' && isExpression(constants.get(source.name))) return;
      const shape = source === undefined || source.type === 'SpreadElement' ? undefined : shapeOf(source, constants);
      const flagText = flags?.type === 'Literal' && typeof flags.value === 'string' ? flags.value : '';
      if (shape === undefined) {
        problems.push(`${place}: make the expression of constants of this module and RegExp.escape(…)`);
      } else expressions.push({ place, source: shape, flags: flagText });
    },
    CallExpression(node) {
      const property = node.callee.type === 'MemberExpression' ? node.callee.property : undefined;
      const name = property?.type === 'Identifier' ? property.name : '';
      if (!SPREAD.test(name) || !node.arguments.some(({ type }) => type === 'SpreadElement')) return;
      problems.push(`${placeOf(node.start)}: a long list overflows the stack here; use src/base/lists.ts`);
    },
  }).visit(program);
  return { expressions, problems };
}

/** What the constants of a module are set to, by name. */
function constantsOf(program: Program): ReadonlyMap<string, Node> {
  const constants = new Map<string, Node>();
  for (const statement of program.body) {
    const inner = statement.type === 'ExportNamedDeclaration' ? statement.declaration : statement;
    if (inner?.type !== 'VariableDeclaration' || inner.kind !== 'const') continue;
    for (const { id, init } of inner.declarations) {
      if (id.type === 'Identifier' && init !== null) constants.set(id.name, init);
    }
  }
  return constants;
}

function isExpression(node: Node | undefined): boolean {
  return node?.type === 'Literal' && 'regex' in node;
}

/** The text that a node makes; undefined when it cannot be told. */
function shapeOf(node: Node, constants: ReadonlyMap<string, Node>): string | undefined {
  if (node.type === 'Literal') return typeof node.value === 'string' ? node.value : undefined;
  if (node.type === 'Identifier') {
    const constant = constants.get(node.name);
    return constant === undefined ? undefined : shapeOf(constant, constants);
  }
  if (node.type === 'CallExpression') return isEscape(node.callee) ? 'name' : undefined;
  const raw = node.type === 'TaggedTemplateExpression';
  const template = raw ? node.quasi : node;
  if (template.type !== 'TemplateLiteral') return undefined;
  let text = '';
  for (const [index, { value }] of template.quasis.entries()) {
    text += raw ? value.raw : (value.cooked ?? '');
    const inner = template.expressions[index];
    const shape = inner === undefined ? '' : shapeOf(inner, constants);
    if (shape === undefined) return undefined;
    text += shape;
  }
  return text;
}

function isEscape(callee: Node): boolean {
  return (
    callee.type === 'MemberExpression' &&
    callee.object.type === 'Identifier' &&
    callee.object.name === 'RegExp' &&
    callee.property.type === 'Identifier' &&
    callee.property.name === 'escape'
  );
}
