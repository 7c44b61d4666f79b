import { join } from 'node:path';
import { Command } from 'commander';
import { countOf } from '../src/base/text.ts';
import { readSettings } from '../src/config/settings.ts';
import { openBench } from '../test/engine/support/cc-ci.ts';
import { footprintTable, growth, readFootprint, settledFootprint } from '../test/engine/support/footprint.ts';
import { type ManyRun, meetings, runMany } from '../test/engine/support/many-runs.ts';
import { openSecondEngine } from '../test/engine/support/second-engine.ts';

/**
 * `npm run loop`: many runs, some at a time, in a state directory of their own. Prints each run, then what the Engine takes
 * of its host before, after a first round and at the end. Ends with 1 when a run was not green, something was left behind,
 * two runs met, or a figure grew. Others who use the Engine meanwhile are in its figures too; with `--own-engine` the runs have
 * one to themselves, which needs root.
 */

const RECIPES = ['notebook', 'static-site', 'relay', 'wiki', 'relay', 'static-site'];

interface Flags {
  readonly runs: number;
  readonly atATime: number;
  readonly ownEngine?: boolean;
}

async function main({ runs, atATime, ownEngine }: Flags): Promise<void> {
  await using own = ownEngine === true ? await openSecondEngine() : undefined;
  await using bench = await openBench(
    own === undefined ? undefined : { socket: own.socket, tls: join(own.state, 'tls'), enter: own.enter },
  );
  const network = readSettings().proxyNetwork;
  const place = own === undefined ? {} : { enter: own.enter };
  const look = () => readFootprint(bench.engine, { network, ...place });
  const recipes = Array.from({ length: runs }, (_, index) => RECIPES[index % RECIPES.length] ?? 'static-site');
  const tell = ({ recipe, results, seconds, stderr }: ManyRun) => {
    const outcome = results === undefined ? stderr.trim() : `${results.verdict}, level ${results.level}`;
    process.stdout.write(`${recipe.padEnd(12)} ${outcome}, ${seconds.toFixed(1)} s\n`);
  };
  const before = await look();
  const first = await runMany(bench, recipes.slice(0, atATime), atATime, tell);
  const warm = await settledFootprint(look, before);
  const started = performance.now();
  const rest = await runMany(bench, recipes.slice(atATime), atATime, tell);
  const seconds = (performance.now() - started) / 1000;
  const after = await settledFootprint(look, warm);

  const all = [...first, ...rest];
  const red = all.filter(({ results }) => results?.verdict !== 'success' || results.level !== 5);
  const problems = [
    ...red.map(({ recipe, results }) => `${recipe}: ${results?.sentence ?? 'no results'}`),
    ...(await bench.leftovers()).map((line) => `left behind: ${line}`),
    ...(await meetings(bench)).map((line) => `met: ${line}`),
    ...growth(warm, after).map((line) => `grown: ${line}`),
  ];
  const table = footprintTable([
    { title: 'before', footprint: before },
    { title: 'first round', footprint: warm },
    { title: 'end', footprint: after },
  ]);
  process.stdout.write(`\n${table}\n\n`);
  process.stdout.write(
    `${countOf(all.length, 'run')}, ${atATime} at a time: ${all.length - red.length} green; ` +
      `${(seconds / Math.max(1, rest.length)).toFixed(1)} s per run after the first round\n`,
  );
  for (const problem of problems) process.stdout.write(`! ${problem}\n`);
  process.exitCode = problems.length === 0 ? 0 : 1;
}

await new Command('loop')
  .option('--runs <count>', 'how many runs', Number, 20)
  .option('--at-a-time <count>', 'how many of them at a time', Number, 4)
  .option('--own-engine', 'give the runs an Engine that nobody else uses')
  .action(main)
  .parseAsync();
