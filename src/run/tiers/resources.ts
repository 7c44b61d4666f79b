import { runProcess } from '../../base/process.ts';
import type { Resources } from '../../results/schema.ts';
import type { RunContext } from '../context.ts';
import type { Fact } from '../types.ts';
import { factsOf } from '../verdict/checks.ts';
import type { LiveApp } from './live-app.ts';

/** Upper bound for measuring one volume; a huge one is then left out rather than waited for. */
const MEASURE_MS = 20_000;

/** What an operator has to provide and may expect, taken while the app still lives. */
export async function recordResources(run: RunContext, live: LiveApp): Promise<void> {
  const deployed = run.facts.all().some(({ fact }) => fact === 'converged');
  if (!deployed) return;
  const volumes = await Promise.all(
    run.plan.head.volumes.map(async (volume) => {
      const bytes = await measure(live, volume).catch(() => undefined);
      return bytes === undefined ? [] : [{ volume, bytes }];
    }),
  );
  const resources = profile(run, live, run.facts.all());
  run.facts.record({ fact: 'resources', resources: { ...resources, volumes: volumes.flat() } });
}

async function measure(live: LiveApp, volume: string): Promise<number | undefined> {
  const { exitCode, stdout } = await runProcess(['du', '-sb', '--', await live.data.volumePath(volume)], {
    timeoutMs: MEASURE_MS,
  });
  const bytes = Number.parseInt(stdout, 10);
  return exitCode === 0 && Number.isFinite(bytes) ? bytes : undefined;
}

function profile(run: RunContext, live: LiveApp, facts: readonly Fact[]): Omit<Resources, 'volumes'> {
  const pins = factsOf(facts, 'images').flatMap((fact) => fact.pins);
  const installed = factsOf(facts, 'converged').find(({ moment }) => moment === 'install')?.convergence.services ?? [];
  const usage = live.usage();
  return {
    services: Object.entries(run.head.stack.services).map(([service, { image }]) => {
      const used = usage.find((row) => row.service === service);
      return {
        service,
        peakMemoryBytes: used?.peakMemoryBytes ?? null,
        cpuSeconds: used?.cpuSeconds ?? null,
        imageBytes: pins.find(({ reference }) => reference === image)?.bytes ?? null,
        readyMs: installed.find((row) => row.service === service)?.readyMs ?? null,
      };
    }),
    snapshotBytes: factsOf(facts, 'snapshot').at(-1)?.report.bytes ?? null,
    restoreMs: factsOf(facts, 'restored').at(-1)?.ms ?? null,
  };
}
