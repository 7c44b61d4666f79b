import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { mustRun } from '../src/base/process.ts';
import { probe } from '../src/edge/probe.ts';
import { bareStack, CONTENT, deployBare, IMAGES, mustServe, removeBare } from './bare-stack.ts';
import { filterQuery, until } from './docker.ts';
import type { BenchContext } from './measure.ts';

interface Task {
  readonly DesiredState: string;
  readonly Spec: { readonly ContainerSpec: { readonly Image: string } };
  readonly Status: { readonly State: string; readonly ContainerStatus?: { readonly ContainerID: string } };
}

/**
 * What a run of `static-site` does, written down as a script would: every call after the other, each waited for, nothing
 * beside anything else. It deploys, photographs, upgrades, backs up, destroys, restores, makes the checks of the recipe's
 * own tests, and removes everything. Left out, in its favour: git, lint, the sandbox, and every proof but the canary.
 * Gives its duration in milliseconds.
 */
export async function runNaively(bench: BenchContext, round: number): Promise<number> {
  const { docker, signal } = bench;
  const stack = bareStack(bench, 'naive', round);
  const service = `${stack.name}_app`;
  const scratch = await mkdtemp(join(bench.scratch, 'naive-'));
  const restic = (...args: readonly string[]) =>
    mustRun(['restic', '--quiet', ...args], {
      env: {
        RESTIC_PASSWORD: 'naive',
        RESTIC_REPOSITORY: join(scratch, 'repository'),
        RESTIC_CACHE_DIR: join(scratch, 'cache'),
      },
      timeoutMs: 60_000,
      signal,
    });
  const started = performance.now();
  try {
    await deployBare(bench, stack, IMAGES.base);
    let container = await runningContainer(bench, service, IMAGES.base);
    await mustServe(bench, stack);
    await exec(bench, container, `echo canary > ${CONTENT}/canary`);
    await browse(bench, stack.host, scratch, `--screenshot=${join(scratch, 'page.png')}`);

    await deployBare(bench, stack, IMAGES.head);
    await until('the update is completed', signal, async () => {
      const { value } = await docker.call<{ readonly UpdateStatus?: { readonly State: string } }>(
        'GET',
        `/services/${service}`,
      );
      return value.UpdateStatus?.State === 'completed';
    });
    container = await runningContainer(bench, service, IMAGES.head);
    await mustServe(bench, stack);
    await exec(bench, container, `test -e ${CONTENT}/canary`);

    const volume = (await docker.call<{ readonly Mountpoint: string }>('GET', `/volumes/${stack.name}_content`)).value
      .Mountpoint;
    await restic('init');
    await restic('backup', volume);
    await restic('ls', 'latest');

    await scale(bench, service, 0);
    await until('no task runs', signal, async () =>
      (await tasksOf(bench, service)).every(({ Status }) => Status.State !== 'running'),
    );
    for (const entry of await readdir(volume)) await rm(join(volume, entry), { recursive: true });
    await restic('restore', 'latest', '--target', '/');
    await scale(bench, service, 1);
    container = await runningContainer(bench, service, IMAGES.head);
    await mustServe(bench, stack);
    await exec(bench, container, `test -e ${CONTENT}/canary`);

    await exec(bench, container, `printf hello > ${CONTENT}/test.txt`);
    const file = await probe(bench.edge, { host: stack.host, path: '/test.txt' });
    const missing = await probe(bench.edge, { host: stack.host, path: '/no-such-page' });
    const page = await browse(bench, stack.host, scratch, '--dump-dom');
    if (file.body !== 'hello' || missing.status !== 404 || !/<title>[^<]*nginx/i.test(page))
      throw new Error('the app does not do what its tests ask for');
  } finally {
    await removeBare(bench, stack);
  }
  const ms = performance.now() - started;
  await rm(scratch, { recursive: true, force: true });
  return ms;
}

async function tasksOf({ docker }: BenchContext, service: string): Promise<readonly Task[]> {
  return (await docker.call<readonly Task[]>('GET', `/tasks${filterQuery({ service: [service] })}`)).value;
}

/** The id of the container that runs an image, once its task runs. */
async function runningContainer(bench: BenchContext, service: string, image: string): Promise<string> {
  return until(`${image} runs`, bench.signal, async () => {
    const task = (await tasksOf(bench, service)).find(
      ({ DesiredState, Status, Spec }) =>
        DesiredState === 'running' && Status.State === 'running' && Spec.ContainerSpec.Image === image,
    );
    return task?.Status.ContainerStatus?.ContainerID;
  });
}

async function exec({ docker, signal }: BenchContext, container: string, script: string): Promise<void> {
  await mustRun(['docker', 'exec', container, 'sh', '-c', script], {
    env: { DOCKER_HOST: `unix://${docker.socket}` },
    timeoutMs: 30_000,
    signal,
  });
}

async function scale({ docker, signal }: BenchContext, service: string, replicas: number): Promise<void> {
  await mustRun(['docker', 'service', 'scale', '--detach', `${service}=${replicas}`], {
    env: { DOCKER_HOST: `unix://${docker.socket}` },
    timeoutMs: 30_000,
    signal,
  });
}

/** One start of Debian's Chromium on the app's front page; gives what it prints. */
async function browse(bench: BenchContext, host: string, scratch: string, action: string): Promise<string> {
  const { address, httpsPort } = bench.edge;
  const { stdout } = await mustRun(
    [
      'chromium',
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--no-first-run',
      '--disable-background-networking',
      '--ignore-certificate-errors',
      `--host-resolver-rules=MAP ${host}:443 ${address}:${httpsPort}`,
      `--user-data-dir=${join(scratch, 'browser')}`,
      action,
      `https://${host}/`,
    ],
    { timeoutMs: 60_000, signal: bench.signal },
  );
  return stdout;
}
