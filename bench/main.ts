import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { cpus, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import { messageOf } from '../src/base/errors.ts';
import { statePaths } from '../src/config/paths.ts';
import { readSettings } from '../src/config/settings.ts';
import { findEdge } from '../src/edge/find-edge.ts';
import { connectEngine } from '../src/swarm/engine.ts';
import { openDocker } from './docker.ts';
import { type Judged, judgeFigure } from './figure.ts';
import type { BenchContext, Measure } from './measure.ts';
import { cycle } from './measures/cycle.ts';
import { full } from './measures/full.ts';
import { help } from './measures/help.ts';
import { lint } from './measures/lint.ts';
import { memory } from './measures/memory.ts';
import { notebook } from './measures/notebook.ts';
import { server } from './measures/server.ts';
import { serverMemory } from './measures/server-memory.ts';
import { setup } from './measures/setup.ts';
import { renderTable } from './table.ts';

/**
 * `npm run bench`: measures and prints, and judges nobody: the exit code is 0 unless a measure could not be taken. Timed
 * tests are red on a busy machine and green on a fast one; a table can be read.
 */

const MEASURES: readonly Measure[] = [help, lint, setup, cycle, memory, full, notebook, server, serverMemory];

interface Flags {
  readonly only?: string;
  readonly rounds?: number;
  readonly json?: boolean;
}

interface Failure {
  readonly measure: string;
  readonly reason: string;
}

async function main(flags: Flags): Promise<void> {
  const wanted = flags.only?.split(',') ?? MEASURES.map(({ name }) => name);
  const unknown = wanted.find((name) => !MEASURES.some((measure) => measure.name === name));
  if (unknown !== undefined)
    throw new Error(`there is no measure ${unknown}; there are ${MEASURES.map(({ name }) => name).join(', ')}`);
  const stop = new AbortController();
  // Not `once`: execa ends the process at a signal as soon as nobody else listens to it, and nothing would be removed.
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.on(name, () => stop.abort(new Error(name)));
  const say = (text: string) => process.stderr.write(`${text}\n`);
  const scratch = await mkdtemp(join(tmpdir(), 'cc-ci-bench-'));
  const settings = readSettings();
  const docker = openDocker(settings.dockerSocket);
  const figures: Judged[] = [];
  const failures: Failure[] = [];
  try {
    const { machine, edge } = await lookAtMachine();
    say(machine);
    const bench: BenchContext = { docker, settings, edge, scratch, rounds: flags.rounds, signal: stop.signal, say };
    for (const measure of MEASURES.filter(({ name }) => wanted.includes(name))) {
      if (stop.signal.aborted) break;
      say(`  … ${measure.about}`);
      try {
        figures.push(...(await measure.take(bench)).map(judgeFigure));
      } catch (error: unknown) {
        failures.push({ measure: measure.name, reason: messageOf(error) });
        say(`! ${measure.name} could not be measured: ${messageOf(error)}`);
      }
    }
    const load = await readLoad();
    process.stdout.write(
      flags.json === true
        ? `${JSON.stringify({ machine, load, figures, failures }, null, 2)}\n`
        : `\n${[renderTable(figures), ...failures.map(({ measure, reason }) => `not measured: ${measure}: ${reason}\n`)].join('\n')}\n${machine}; load at the end ${load}\n`,
    );
  } finally {
    docker.close();
    await rm(scratch, { recursive: true, force: true });
  }
  process.exitCode = failures.length > 0 || stop.signal.aborted ? 1 : 0;
}

/** What the figures depend on, in one line, and the router that is asked. */
async function lookAtMachine() {
  const settings = readSettings();
  const engine = await connectEngine(settings.dockerSocket);
  try {
    const edge = await findEdge(engine, settings, statePaths());
    if (edge === undefined) throw new Error('nothing routes host names here: run `./cc-ci setup` first');
    const gigabytes = Math.round(totalmem() / 1024 ** 3);
    const machine = `${cpus().length} cores, ${gigabytes} GiB, Docker Engine ${engine.version.Version}, Node ${process.version}`;
    return { edge, machine: `${machine}, load at the start ${await readLoad()}` };
  } finally {
    engine.close();
  }
}

async function readLoad(): Promise<string> {
  return (await readFile('/proc/loadavg', 'utf8')).split(' ')[0] ?? '?';
}

function readRounds(text: string): number {
  const rounds = Number(text);
  if (!Number.isInteger(rounds) || rounds < 1) throw new InvalidArgumentError('expected a number above 0');
  return rounds;
}

await new Command('bench')
  .description('Measures cc-ci against its bars and prints a table. Never red: a figure over its bar is only shown.')
  .option('--only <names>', `comma-separated, of ${MEASURES.map(({ name }) => name).join(', ')}`)
  .option('--rounds <n>', 'rounds of each measure, instead of its own number', readRounds)
  .option('--json', 'print the figures as JSON, every single value included')
  .action(main)
  .parseAsync();
