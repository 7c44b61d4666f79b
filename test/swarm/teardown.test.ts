import { expect, test } from 'vitest';
import type { Engine } from '../../src/swarm/engine.ts';
import { EngineError } from '../../src/swarm/engine-http.ts';
import { removeStack } from '../../src/swarm/teardown.ts';
import { RUN_LABEL, STACK_LABEL } from '../../src/swarm/types.ts';

const stack = { stackName: 'st', runId: 'run-1' };
const mine = { [RUN_LABEL]: stack.runId, [STACK_LABEL]: stack.stackName };

/** An Engine with a service, its container and its network; `calls` are the changes that were asked for, in order. */
function makeEngine(networkGone: () => boolean = () => true): { readonly engine: Engine; readonly calls: string[] } {
  const calls: string[] = [];
  const objects = new Map([
    ['service', { ID: 's', Spec: { Name: 'st_app', Labels: mine } }],
    ['container', { Id: 'c', Names: ['/st_app.1'], Labels: mine }],
    ['network', { Id: 'n', Name: 'st_default', Labels: mine }],
  ] as [string, object][]);
  const list = (kind: string) => async () => [objects.get(kind)].filter((object) => object !== undefined);
  const take = (kind: string) => async () => {
    calls.push(`remove ${kind}`);
    objects.delete(kind);
  };
  const none = async () => [];
  const engine = {
    services: list('service'),
    containers: list('container'),
    networks: list('network'),
    volumes: none,
    secrets: none,
    configs: none,
    tasks: none,
    stopContainer: async () => void calls.push('stop container'),
    killContainer: async () => void calls.push('kill container'),
    removeService: take('service'),
    removeContainer: take('container'),
    async removeNetwork() {
      calls.push('remove network');
      if (!networkGone()) throw new EngineError(404, 'network n not found', 'DELETE /networks/n');
      objects.delete('network');
    },
    oneAtATime: (_name: string, work: () => Promise<unknown>) => work(),
  };
  return { engine: engine as unknown as Engine, calls };
}

test('programs are ended before their service goes, so that no node holds its tasks', async () => {
  const { engine, calls } = makeEngine();
  const { residue } = await removeStack(engine, stack);
  expect(calls).toEqual(['kill container', 'remove service', 'remove container', 'remove network']);
  expect(Object.values(residue).flat()).toEqual([]);
});

test('a graceful removal kills nothing: the service goes first, so that nothing is started again', async () => {
  const { engine, calls } = makeEngine();
  await removeStack(engine, { ...stack, graceful: true });
  expect(calls.slice(0, 2)).toEqual(['remove service', 'stop container']);
  expect(calls).not.toContain('kill container');
});

test('an object is gone when it is not listed any more, not when the Engine says that it is not found', async () => {
  let asked = 0;
  const { engine, calls } = makeEngine(() => (asked += 1) > 2);
  const { removed } = await removeStack(engine, stack);
  expect(calls.filter((call) => call === 'remove network')).toHaveLength(3);
  expect(removed.networks).toEqual(['st_default']);
});
