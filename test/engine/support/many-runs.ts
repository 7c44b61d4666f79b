import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseJsonLines } from '../../../src/base/files.ts';
import type { RunResults } from '../../../src/results/schema.ts';
import { Bundle } from '../../../src/run/bundle/schema.ts';
import type { Fact, Plan } from '../../../src/run/types.ts';
import type { Bench } from './cc-ci.ts';

export interface ManyRun {
  readonly recipe: string;
  readonly exitCode: number | null;
  readonly results: RunResults | undefined;
  readonly stderr: string;
  readonly seconds: number;
}

/** Runs recipes in the order of the list, so many at a time. */
export async function runMany(
  bench: Bench,
  recipes: readonly string[],
  atATime: number,
  onEnd: (run: ManyRun) => void = () => undefined,
): Promise<ManyRun[]> {
  const queue = [...recipes];
  const ended: ManyRun[] = [];
  const work = async () => {
    for (let recipe = queue.shift(); recipe !== undefined; recipe = queue.shift()) {
      const started = performance.now();
      const { exitCode, results, stderr } = await bench.test([bench.example(recipe)]);
      const run = { recipe, exitCode, results, stderr, seconds: (performance.now() - started) / 1000 };
      ended.push(run);
      onEnd(run);
    }
  };
  await Promise.all(Array.from({ length: atATime }, work));
  return ended;
}

interface Recorded {
  readonly plan: Plan;
  readonly bundle: Bundle;
  readonly facts: readonly Fact[];
  readonly directory: string;
}

/** Where any two runs of a bench met that never may: in a name, in a place, or at a port of the host. One line for each. */
export async function meetings(bench: Bench): Promise<string[]> {
  const runs = await Promise.all((await bench.runIds()).map((id) => readRecorded(join(bench.state, 'runs', id))));
  return runs.flatMap((one, index) => runs.slice(index + 1).flatMap((other) => meetingsOf(one, other)));
}

async function readRecorded(directory: string): Promise<Recorded> {
  const read = (name: string) => readFile(join(directory, name), 'utf8');
  return {
    directory,
    plan: JSON.parse(await read('plan.json')) as Plan,
    bundle: Bundle.parse(JSON.parse(await read('bundle/request.json'))),
    facts: parseJsonLines(await read('facts.ndjson')) as Fact[],
  };
}

function meetingsOf(one: Recorded, other: Recorded): string[] {
  const others = new Set(claimsOf(other));
  const names = claimsOf(one).filter((claim) => others.has(claim));
  const ports = one.plan.hostPorts.filter((port) => other.plan.hostPorts.includes(port) && overlap(one, other));
  return [...names, ...ports.map((port) => `port ${port} at the same time`)].map(
    (what) => `${one.plan.runId} and ${other.plan.runId}: ${what}`,
  );
}

/** Everything that is to be a run's alone for ever. What stacks own is named after them, so their names stand for it. */
function claimsOf({ plan, bundle, directory, facts }: Recorded): string[] {
  const objects = [...plan.head.secretNames, ...plan.head.configNames, ...(plan.baseApp?.configNames ?? [])];
  const canaries = facts.flatMap((fact) => (fact.fact === 'planted' ? fact.canaries : []));
  const snapshots = facts.flatMap((fact) => (fact.fact === 'snapshot' ? [fact.report.id] : []));
  return [
    `run ${plan.runId}`,
    `stack ${plan.stackName}`,
    `domain ${plan.domain}`,
    ...plan.hosts.map((host) => `host ${host}`),
    `seed ${bundle.seed}`,
    ...objects.map((name) => `object ${name}`),
    ...canaries.map(({ token }) => `planted ${token}`),
    ...snapshots.map((id) => `snapshot ${id}`),
    // Below it are the checkouts, the restic repository and its cache; a browser's profile is in the sandbox of its run.
    `directory ${directory}`,
  ];
}

/** Whether both had something deployed at one moment. */
function overlap(one: Recorded, other: Recorded): boolean {
  const [from, to] = lifeOf(one);
  const [otherFrom, otherTo] = lifeOf(other);
  return from < otherTo && otherFrom < to;
}

/** Deployed facts are recorded after the call, which is why the call's own time is taken off. */
function lifeOf({ facts }: Recorded): [number, number] {
  const first = facts.find((fact) => fact.fact === 'deployed');
  const last = facts.find((fact) => fact.fact === 'teardown');
  if (first === undefined || last === undefined) return [0, 0];
  return [Date.parse(first.at) - first.ms, Date.parse(last.at)];
}
