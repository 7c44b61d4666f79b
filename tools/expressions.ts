import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { collectExpressions } from './expressions/collect.ts';
import { judgeExpression, keyOf, repeatsNothing, type Verdict } from './expressions/judge.ts';
import { readVerdicts, VERDICTS } from './expressions/verdicts.ts';

/**
 * `npm run expressions`: judges the regular expressions of `src/` and `kit/` that were not judged yet, and writes
 * tools/expressions.json, which `npm run check` holds the code against. `--again` judges all anew.
 */
const root = join(import.meta.dirname, '..');
const known = process.argv.includes('--again') ? new Map<string, Verdict>() : await readVerdicts(root);
const { expressions, problems } = await collectExpressions(root);
const verdicts = new Map<string, Verdict>();
const wrong = [...problems];
for (const expression of expressions) {
  if (repeatsNothing(expression)) continue;
  const key = keyOf(expression);
  const before = verdicts.get(key) ?? known.get(key);
  if (before !== undefined) {
    verdicts.set(key, before);
    continue;
  }
  process.stdout.write(`${expression.place} ${key}\n`);
  const judged = await judgeExpression(expression);
  if ('verdict' in judged) verdicts.set(key, judged.verdict);
  else wrong.push(`${expression.place}: ${key}: ${judged.problem}`);
  // What was judged is kept when the rest is not waited for.
  await write(new Map([...known, ...verdicts]));
}
await write(verdicts);
const proven = [...verdicts.values()].filter((verdict) => verdict === 'automaton').length;
process.stdout.write(`${verdicts.size} expressions are linear, ${proven} of them proven; ${wrong.length} problems\n`);
for (const problem of wrong) process.stdout.write(`${problem}\n`);
// The judge keeps a program of its own open.
process.exit(wrong.length === 0 ? 0 : 1);

async function write(all: ReadonlyMap<string, Verdict>): Promise<void> {
  const sorted = [...all].sort(([one], [other]) => (one < other ? -1 : 1));
  await writeFile(join(root, VERDICTS), `${JSON.stringify(Object.fromEntries(sorted), undefined, 2)}\n`);
}
