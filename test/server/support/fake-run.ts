import { spawn } from 'node:child_process';
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Rung, RunResults } from '../../../src/results/schema.ts';

/**
 * Stands for `cc-ci test` where the run itself is not the matter: reads from the state directory how it is to behave, and
 * leaves what a run leaves.
 */

const state = process.env['CC_CI_STATE'] ?? '';
const value = (name: string) =>
  process.argv.find((text) => text.startsWith(`--${name}=`))?.slice(name.length + 3) ?? '';
const runId = value('run-id');
const directory = join(state, 'runs', runId);
/** One line for each run, one after the other; the last one is for all that follow. */
const readScript = () => readFile(join(state, 'behaviour'), 'utf8');
const script = await readScript();
const behaviours = script.split('\n');
const before = await readdir(join(state, 'runs')).catch((): string[] => []);
const behaviour = behaviours[Math.min(before.length, behaviours.length - 1)] ?? '';

await mkdir(directory, { recursive: true });
const seen = { argv: process.argv.slice(2), env: process.env, pid: process.pid };
await writeFile(join(directory, 'seen.json'), JSON.stringify(seen));

async function end(code: number, verdict?: RunResults['verdict'], fault: RunResults['fault'] = null): Promise<never> {
  if (verdict !== undefined) {
    await writeFile(join(directory, 'results.json'), JSON.stringify(results(verdict, fault)));
  }
  process.exit(code);
}

/** Whoever waits for it writes another behaviour. */
async function untilRewritten(): Promise<void> {
  while ((await readScript()) === script) await new Promise((resolve) => setTimeout(resolve, 20));
}

/** Whoever waits for it writes a file named after the commit. */
async function untilAllowed(): Promise<void> {
  const file = join(state, `ends-${value('ref')}`);
  while ((await stat(file).catch(() => undefined)) === undefined)
    await new Promise((resolve) => setTimeout(resolve, 20));
}

switch (behaviour) {
  case 'green':
    await end(0, 'success');
    break;
  case 'red':
    await end(1, 'failure', 'recipe');
    break;
  case 'wait':
    process.on('SIGTERM', () => void end(4, 'cancelled'));
    setInterval(() => undefined, 60_000);
    break;
  case 'wait, then green':
    await untilRewritten();
    await end(0, 'success');
    break;
  case 'wait for its end, then green':
    await untilAllowed();
    await end(0, 'success');
    break;
  case 'wait, then red':
    await untilRewritten();
    await end(1, 'failure', 'recipe');
    break;
  case 'broken host':
    await end(3, 'error', 'infrastructure');
    break;
  case 'refused':
    process.stderr.write('working\ncc-ci: compose.yml:3: this is no service [E_COMPOSE]\n  → write one\n');
    await end(1);
    break;
  case 'reaches out': {
    const finding = {
      id: 'app privileged',
      file: 'compose.yml',
      line: 3,
      key: 'services.app',
      sentence: 'it may do all',
    };
    process.stdout.write(
      JSON.stringify({ code: 'E_NEEDS_APPROVAL', commit: value('ref'), findings: [finding] }),
      () => {
        void end(process.argv.some((text) => text.startsWith('--approved=')) ? 0 : 5);
      },
    );
    break;
  }
  case 'deaf while reading': {
    // As a run that has begun: its journal is there, and the event log says what it does.
    process.on('SIGTERM', () => undefined);
    const below = spawn('sleep', ['3600'], { stdio: 'inherit' });
    await writeFile(join(directory, 'below'), String(below.pid));
    await writeFile(
      join(directory, 'events.ndjson'),
      `${JSON.stringify({ event: 'begin', name: 'plan', tier: null })}\n`,
    );
    await writeFile(join(directory, 'journal.ndjson'), '');
    for (;;);
  }
  case 'deaf before it begins':
    process.on('SIGTERM', () => undefined);
    for (;;);
  default:
    process.stderr.write(`cc-ci: unknown behaviour ${behaviour}\n`);
    await end(3);
}

function results(verdict: RunResults['verdict'], fault: RunResults['fault']): RunResults {
  const now = new Date().toISOString();
  const red: Rung = { tier: 'install', level: 1, status: 'fail', sentence: 'it does not start', ms: 1, checks: [] };
  return {
    schema: 1,
    tool: { name: 'cc-ci', version: '0.0.0' },
    runId,
    startedAt: now,
    endedAt: now,
    ms: 1,
    recipe: { name: 'notebook', source: '-', ref: '-', commit: value('ref'), dirty: false, version: '1.0.0' },
    base: null,
    verdict,
    level: verdict === 'success' ? 5 : 0,
    sentence: `the fake says ${verdict}`,
    fault,
    partial: false,
    rungs: verdict === 'failure' ? [red] : [],
    findings: [],
    notes: [],
    domain: value('domain'),
    stackName: 'fake',
    images: [],
    deploys: { fresh: 1, updates: 0, expectedFresh: 1, expectedUpdates: 0 },
    residue: [],
    canaries: [],
    uncovered: [],
    lint: [],
    tests: [],
    phases: [],
    resources: { services: [], volumes: [], snapshotBytes: null, restoreMs: null },
    environment: {
      engine: '-',
      api: '-',
      ipvs: true,
      edge: '-',
      traefik: 'v3',
      node: '-',
      adaptations: [],
    },
    screenshot: null,
    artifacts: [],
    flags: { cleanTeardown: true, noSecretLeak: true },
  };
}
