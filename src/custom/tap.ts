/** One test point of a TAP stream. */
interface TapPoint {
  readonly name: string;
  readonly outcome: 'passed' | 'failed' | 'skipped';
  readonly detail: string | undefined;
}

/** What a TAP stream says. `problem` is why it cannot count as complete, whatever its points say. */
export interface TapResult {
  readonly points: readonly TapPoint[];
  readonly problem: string | undefined;
}

/** More points than anybody reads. A program can print millions of them within the size of its output. */
export const MOST_POINTS = 10_000;
const LONGEST_NAME = 500;
const LONGEST_DETAIL = 4000;

/** What stands before the name. */
const POINT = /^(?<not>not )?ok\b(?: +(?<number>\d+))?(?: +- | +-$|-| +)?/;
const PLAN = /^1\.\.(?<count>\d+)(?: *#.*)?$/;
const PLAN_SKIP = /^1\.\.0 *# *skip/i;
const DIRECTIVE = /(?<!\\)# *(?:skip|todo)/i;

/**
 * Reads TAP 12, 13 or 14. Only leaves are points: a passed parent of sub-tests says nothing that they do not, a failed
 * parent whose sub-tests all passed is kept as a failure. A *todo* counts as skipped, whether ok or not.
 * Rules: https://testanything.org/tap-version-14-specification.html
 */
export function parseTap(text: string): TapResult {
  return readBlock(text.split(/\r?\n/), 0);
}

function readBlock(lines: readonly string[], depth: number): TapResult {
  const points: TapPoint[] = [];
  const numbers: number[] = [];
  let plan: number | undefined;
  let skipAll = false;
  let problem: string | undefined;
  let counted = 0;
  let children: string[] = [];
  let index = 0;
  const note = (sentence: string) => {
    problem ??= sentence;
  };

  while (index < lines.length) {
    const line = lines[index] ?? '';
    index += 1;
    if (line.startsWith('    ')) {
      children.push(line.slice(4));
      continue;
    }
    const point = POINT.exec(line);
    if (point !== null) {
      if (points.length >= MOST_POINTS) {
        note(`it has more than ${MOST_POINTS} test points`);
        break;
      }
      const { not, number } = point.groups ?? {};
      counted += 1;
      numbers.push(number === undefined ? counted : Number(number));
      const diagnostics = readDiagnostics(lines, index);
      index = diagnostics.next;
      const own = toPoint(not !== undefined, line.slice(point[0].length), counted, diagnostics.text);
      addPoint(points, own, children, depth, note);
      children = [];
      continue;
    }
    const planned = PLAN.exec(line)?.groups?.['count'];
    if (planned !== undefined) {
      if (plan !== undefined) note('it has two plans');
      plan = Number(planned);
      skipAll = PLAN_SKIP.test(line);
    } else if (/^Bail out!/i.test(line)) {
      note(`it bailed out:${line.slice('Bail out!'.length) || ' no reason given'}`);
      break;
    }
  }

  if (problem?.startsWith('it bailed out') !== true) {
    if (children.some((line) => POINT.test(line))) note('its last sub-test has no test point of its own');
    if (plan === undefined) note(counted === 0 ? 'it printed no TAP' : 'its plan is missing');
    else if (plan !== counted) note(`it planned ${plan} tests and ran ${counted}`);
    else if (new Set(numbers).size !== numbers.length) note('two test points have the same number');
    else if (numbers.some((number) => number < 1 || number > counted)) note('a test point is outside the plan');
  }
  if (skipAll && counted === 0) points.push({ name: 'all tests', outcome: 'skipped', detail: undefined });
  return { points, problem };
}

function toPoint(failed: boolean, rest: string, count: number, diagnostics: string): TapPoint {
  const directive = DIRECTIVE.exec(rest);
  const name = (directive === null ? rest : rest.slice(0, directive.index)).replace(/\\([#\\])/g, '$1').trim();
  const reason = directive === null ? undefined : reasonOf(rest.slice(directive.index + directive[0].length));
  return {
    name: name === '' ? `test ${count}` : name.slice(0, LONGEST_NAME),
    outcome: directive !== null ? 'skipped' : failed ? 'failed' : 'passed',
    detail: diagnostics !== '' ? diagnostics : reason,
  };
}

/** What follows `skip` and whatever is written together with it, as in `skipped`. */
function reasonOf(text: string): string | undefined {
  const end = text.search(/\s/);
  return end === -1 ? undefined : text.slice(end).trimStart().slice(0, LONGEST_DETAIL);
}

/** A point with the lines indented before it: the block of its sub-tests, if they are one. */
function addPoint(
  points: TapPoint[],
  own: TapPoint,
  children: readonly string[],
  depth: number,
  note: (sentence: string) => void,
): void {
  const hasChildren = depth < 8 && children.some((line) => POINT.test(line) || /^Bail out!/i.test(line));
  if (!hasChildren) {
    points.push(own);
    return;
  }
  const block = readBlock(children, depth + 1);
  for (const point of block.points) points.push({ ...point, name: `${own.name} > ${point.name}` });
  if (block.problem !== undefined) note(`sub-test "${own.name}": ${block.problem}`);
  const childFailed = block.points.some((point) => point.outcome === 'failed');
  if (own.outcome === 'failed' && !childFailed) points.push(own);
}

/** The comment lines and the YAML block that follow a point. */
function readDiagnostics(lines: readonly string[], start: number): { readonly text: string; readonly next: number } {
  const kept: string[] = [];
  let length = 0;
  const keep = (line: string) => {
    if (length < LONGEST_DETAIL) kept.push(line.slice(2));
    length += line.length;
  };
  let index = start;
  const end = lines[index] === '  ---' ? endOfYaml(lines, index + 1) : undefined;
  if (end !== undefined) {
    for (const line of lines.slice(index + 1, end)) keep(line);
    index = end + 1;
  }
  while (lines[index]?.startsWith('# ') === true && lines[index]?.startsWith('# Subtest') !== true) {
    keep(lines[index] ?? '');
    index += 1;
  }
  return { text: kept.join('\n').slice(0, LONGEST_DETAIL), next: index };
}

/** The line that ends a YAML block. A block that is not ended is over at the next line that is not indented. */
function endOfYaml(lines: readonly string[], start: number): number | undefined {
  for (let index = start; index < lines.length; index += 1) {
    const line = lines[index] ?? '';
    if (line === '  ...') return index;
    if (line !== '' && !line.startsWith('  ')) return undefined;
  }
  return undefined;
}
