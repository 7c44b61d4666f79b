import { countOf } from '../src/base/text.ts';
import { openBench } from '../test/engine/support/cc-ci.ts';
import { drain, judgeDrain } from '../test/engine/support/drain.ts';

/**
 * `npm run drain`: two workers on one PostgreSQL drain twenty requests of three recipes, and one of them is killed with SIGKILL at
 * its first run. Prints what became of each request, and ends with 1 when one was lost, doubled or left something behind.
 */

const RECIPES = ['static-site', 'relay', 'notebook'];
const REQUESTS = 20;

const say = (line: string) => process.stdout.write(`${line}\n`);

await using bench = await openBench();
const drained = await drain(bench, {
  recipes: Array.from({ length: REQUESTS }, (_, index) => RECIPES[index % RECIPES.length] ?? 'static-site'),
  tiers: 'all',
  slots: 2,
  tell: say,
});
const { requests, lost, noticedSeconds, seconds } = drained;
for (const { id, recipe, verdict, level, attempts, sentence } of requests) {
  say(`${String(id).padStart(2)} ${recipe.padEnd(12)} ${verdict}, level ${level}, begun ${attempts} ×: ${sentence}`);
}
const problems = [
  ...judgeDrain(drained, await bench.runIds()),
  ...(await bench.leftovers()).map((name) => `left behind: ${name}`),
];
say(
  `\n${countOf(requests.length, 'request')} in ${seconds.toFixed(0)} s; ${countOf(lost.length, 'run')} of the killed worker, taken back ${noticedSeconds.toFixed(1)} s after its death`,
);
for (const problem of problems) say(`wrong: ${problem}`);
say(problems.length === 0 ? 'each ended once, and nothing is left behind' : countOf(problems.length, 'problem'));
process.exitCode = problems.length === 0 ? 0 : 1;
