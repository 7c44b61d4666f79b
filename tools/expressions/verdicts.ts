import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { type Collected, collectExpressions } from './collect.ts';
import { keyOf, repeatsNothing, type Verdict } from './judge.ts';

/** What was judged to be linear, and how. */
export const VERDICTS = 'tools/expressions.json';

const Verdicts = z.record(z.string(), z.enum(['automaton', 'fuzz']));

/** The verdicts that stand in the repository, by key. */
export async function readVerdicts(root: string): Promise<ReadonlyMap<string, Verdict>> {
  return new Map(Object.entries(Verdicts.parse(JSON.parse(await readFile(join(root, VERDICTS), 'utf8')))));
}

/** What is wrong with the expressions of the code, given the verdicts; empty when all is well. */
export function judgeCollected(collected: Collected, verdicts: ReadonlyMap<string, Verdict>): string[] {
  const repeating = collected.expressions.filter((expression) => !repeatsNothing(expression));
  const used = new Set(repeating.map(keyOf));
  return [
    ...collected.problems,
    ...repeating
      .filter((expression) => !verdicts.has(keyOf(expression)))
      .map(
        (expression) => `${expression.place}: ${keyOf(expression)} was not judged to be linear: npm run expressions`,
      ),
    ...[...verdicts.keys()]
      .filter((key) => !used.has(key))
      .map((key) => `${VERDICTS}: ${key} is nowhere in the code any more: npm run expressions`),
  ];
}

/** `npm run check`: every expression of the code was judged to be linear. */
export async function checkExpressions(root: string): Promise<string[]> {
  return judgeCollected(await collectExpressions(root), await readVerdicts(root));
}
