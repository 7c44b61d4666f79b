import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { plantCanaries } from '../../../src/backup/canaries/canaries.ts';
import type { BackupContext } from '../../../src/backup/context.ts';
import { makeEngineAppData } from '../../../src/backup/engine-app-data.ts';
import { readBackupPlan } from '../../../src/backup/labels.ts';
import { prepareRepository } from '../../../src/backup/repository.ts';
import { newRunId } from '../../../src/base/ids.ts';
import { readSettings } from '../../../src/config/settings.ts';
import type { Service, Stack } from '../../../src/recipe/compose/types.ts';
import { converge } from '../../../src/swarm/converge.ts';
import { deployStack, recordPresent } from '../../../src/swarm/deploy.ts';
import { connectEngine } from '../../../src/swarm/engine.ts';
import { removeStack } from '../../../src/swarm/teardown.ts';
import { RUN_LABEL } from '../../../src/swarm/types.ts';

export interface BackupApp extends AsyncDisposable {
  readonly stack: Stack;
  readonly context: BackupContext;
  /** The same app with other `backupbot` labels on some services, and a repository of its own. */
  relabel(labels: Readonly<Record<string, Readonly<Record<string, string>>>>): Promise<BackupContext>;
}

/** A service for a test stack: its labels are the deploy labels. */
export function testService(definition: Service, labels: Readonly<Record<string, string>> = {}): Service {
  return { ...definition, stop_grace_period: '1s', deploy: { endpoint_mode: 'dnsrr', labels } };
}

/** Deploys services with their named volumes, waits until they are healthy, and plants canaries in them. */
export async function deployBackupApp(
  services: Readonly<Record<string, Service>>,
  prepare: (context: BackupContext) => Promise<void> = () => Promise.resolve(),
): Promise<BackupApp> {
  const engine = await connectEngine(readSettings().dockerSocket);
  const runId = newRunId();
  const stackName = `backup-${runId.slice(-6)}`;
  const mine = { labels: { [RUN_LABEL]: runId } };
  const volumes = Object.values(services).flatMap((service) =>
    (service.volumes ?? []).map((mount) => mount.source ?? ''),
  );
  const stack: Stack = {
    version: '3.8',
    services: Object.fromEntries(
      Object.entries(services).map(([name, service]) => [name, marked(service, mine.labels)]),
    ),
    networks: { default: mine },
    volumes: Object.fromEntries(volumes.map((volume) => [volume, mine])),
    secrets: {},
    configs: {},
  };
  const directory = await mkdtemp(join(tmpdir(), 'cc-ci-backup-'));
  const dispose = async () => {
    await removeStack(engine, { stackName, runId });
    engine.close();
    await rm(directory, { recursive: true, force: true });
  };
  try {
    await deployStack(engine, { stackName, yaml: JSON.stringify(stack) });
    const waitReady = async () => {
      const deploy = await recordPresent(engine, stackName);
      const { outcome, causes } = await converge(engine, { deploy, timeoutMs: 300_000 });
      if (outcome !== 'converged') throw new Error(`${outcome}: ${causes.map((cause) => cause.sentence).join('; ')}`);
    };
    await waitReady();
    const data = makeEngineAppData({ engine, stack, stackName, waitReady });
    let repositories = 0;
    const makeContext = async (labelled: Stack, canaries: BackupContext['canaries']): Promise<BackupContext> => ({
      data,
      plan: readBackupPlan(labelled, stackName),
      repository: await prepareRepository(
        join(directory, `repository-${(repositories += 1)}`),
        join(directory, 'template'),
      ),
      canaries,
      workDir: join(directory, 'work'),
      tag: stackName,
    });
    await prepare(await makeContext(stack, []));
    const { canaries, problems } = await plantCanaries(data, stack, runId);
    if (problems.length > 0) throw new Error(problems.map((problem) => problem.message).join('; '));
    return {
      stack,
      context: await makeContext(stack, canaries),
      relabel: (labels) => makeContext(relabelled(stack, labels), canaries),
      [Symbol.asyncDispose]: dispose,
    };
  } catch (error: unknown) {
    await dispose();
    throw error;
  }
}

function marked(service: Service, labels: Readonly<Record<string, string>>): Service {
  return { ...service, labels, deploy: { ...service.deploy, labels: { ...service.deploy?.labels, ...labels } } };
}

function relabelled(stack: Stack, labels: Readonly<Record<string, Readonly<Record<string, string>>>>): Stack {
  const services = Object.entries(stack.services).map(([name, service]): [string, Service] => {
    const added = labels[name];
    return [name, added === undefined ? service : { ...service, deploy: { ...service.deploy, labels: added } }];
  });
  return { ...stack, services: Object.fromEntries(services) };
}
