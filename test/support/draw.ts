import { appendFileSync } from 'node:fs';
import { shortHash } from '../../src/base/ids.ts';

/** Whether exhaustive suites run in full: `CC_CI_FULL=1`. */
export function drawsAll(env: Readonly<Record<string, string | undefined>> = process.env): boolean {
  return env['CC_CI_FULL'] === '1';
}

/** The seed that everything is drawn by: `CC_CI_SEED`. `npm test` sets it, and names it at the end. */
export function drawSeed(env: Readonly<Record<string, string | undefined>> = process.env): number {
  return Number(env['CC_CI_SEED'] ?? Date.now() % 100_000);
}

export interface Draw<T> {
  /** What is drawn, for people. */
  readonly suite: string;
  readonly nameOf: (item: T) => string;
  /** One of each group is drawn; one of all unless given. */
  readonly groupOf?: (item: T) => string;
}

/** Everything in a full run, else one item of each group, drawn by the seed; tells what was drawn. */
export function drawSample<T>(all: readonly T[], { suite, nameOf, groupOf = () => 'all' }: Draw<T>): readonly T[] {
  const seed = drawSeed();
  const groups = drawsAll() ? [] : [...Map.groupBy(all, groupOf).values()];
  const chosen = drawsAll()
    ? all
    : groups.flatMap((group, index) => {
        const pick = Number.parseInt(shortHash(`${seed}/${suite}/${index}`, 8), 16) % group.length;
        return group.slice(pick, pick + 1);
      });
  tell(seed, `${suite}: ${chosen.map(nameOf).join(', ')} (${chosen.length} of ${all.length})`);
  return chosen;
}

/** To the summary of `npm test` where that asks for it, else to the output. */
function tell(seed: number, line: string): void {
  const file = process.env['CC_CI_TEST_DRAWN'];
  if (file === undefined) process.stdout.write(`seed ${seed}: ${line}\n`);
  else appendFileSync(file, `${line}\n`);
}
