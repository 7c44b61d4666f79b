import { newRunId } from '../../../src/base/ids.ts';
import { readSettings } from '../../../src/config/settings.ts';
import type { Service, Stack } from '../../../src/recipe/compose/types.ts';
import { adaptStack } from '../../../src/swarm/adapt.ts';
import { type ConvergeOptions, converge } from '../../../src/swarm/converge.ts';
import { deployStack } from '../../../src/swarm/deploy.ts';
import { connectEngine, type Engine } from '../../../src/swarm/engine.ts';
import { readEngineFacts } from '../../../src/swarm/facts.ts';
import { labelStack, runLabels } from '../../../src/swarm/label.ts';
import { removeStack } from '../../../src/swarm/teardown.ts';
import type { Convergence, DeployRecord, Removal } from '../../../src/swarm/types.ts';
import { BUSYBOX } from '../../support/set-up/test-images.ts';

/** A stack of a test's own on the shared Engine, with a name nobody else has and a way to be rid of it. */
export interface StackBench extends AsyncDisposable {
  readonly engine: Engine;
  readonly stackName: string;
  readonly runId: string;
  readonly labels: Readonly<Record<string, string>>;
  deploy(stack: Partial<Stack>): Promise<DeployRecord>;
  /** Deploys and waits, four minutes unless given otherwise. */
  up(stack: Partial<Stack>, options?: Partial<ConvergeOptions>): Promise<Convergence>;
  remove(): Promise<Removal>;
}

export async function openStackBench(prefix: string): Promise<StackBench> {
  const engine = await connectEngine(readSettings().dockerSocket);
  const facts = await readEngineFacts(engine);
  const runId = newRunId();
  const stackName = `${prefix}-${runId.slice(-6)}`;
  const owner = { runId, recipe: prefix, expires: Date.now() / 1000 + 3600 };
  const deploy = (stack: Partial<Stack>) => {
    const whole: Stack = {
      version: '3.8',
      services: {},
      networks: {},
      volumes: {},
      secrets: {},
      configs: {},
      ...stack,
    };
    const file = labelStack(adaptStack(whole, facts).stack, owner);
    // JSON is YAML; the CLI interpolates what it is given, so a dollar sign is doubled.
    return deployStack(engine, { stackName, yaml: JSON.stringify(file).replaceAll('$', '$$$$') });
  };
  const remove = () => removeStack(engine, { stackName, runId });
  return {
    engine,
    stackName,
    runId,
    labels: runLabels(owner),
    deploy,
    remove,
    async up(stack, options = {}) {
      return converge(engine, { deploy: await deploy(stack), timeoutMs: 240_000, ...options });
    },
    async [Symbol.asyncDispose]() {
      await remove();
      engine.close();
    },
  };
}

/** A service on the small image that runs a shell line; everything else as given. */
export function shellService(script: string, more: Partial<Service> = {}): Service {
  return { image: BUSYBOX, command: ['sh', '-c', script], stop_grace_period: '1s', ...more };
}
