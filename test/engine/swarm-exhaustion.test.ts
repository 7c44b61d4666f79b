import { afterEach, beforeEach, expect, test } from 'vitest';
import { renderForDeploy } from '../../src/recipe/compose/render.ts';
import type { Service } from '../../src/recipe/compose/types.ts';
import { converge } from '../../src/swarm/converge.ts';
import { deployStack, recordPresent } from '../../src/swarm/deploy.ts';
import { labelStack } from '../../src/swarm/label.ts';
import { readNetworkUsage } from '../../src/swarm/network-usage.ts';
import type { Convergence, DeployRecord } from '../../src/swarm/types.ts';
import { openStackBench, type StackBench, shellService } from './support/stack-bench.ts';

/** Fourteen addresses: one is the gateway's, one the node's load balancer's from its first task on. */
const BITS = 28;

let bench: StackBench;
/** A stack of its own, so that nobody waits for it. */
let hoard: StackBench;
let pool: { readonly id: string; readonly name: string; readonly expires: number };

beforeEach(async () => {
  bench = await openStackBench('swarm-full');
  hoard = await openStackBench('swarm-hoard');
  const name = `${bench.stackName}_pool`;
  const third = Number.parseInt(bench.runId.slice(-2), 16);
  const id = await bench.engine.createNetwork({
    Name: name,
    Driver: 'overlay',
    CheckDuplicate: true,
    Labels: bench.labels,
    IPAM: { Config: [{ Subnet: `10.77.${third}.0/${BITS}` }] },
  });
  pool = { id, name, expires: Date.now() / 1000 + 3600 };
});

afterEach(async () => {
  await hoard[Symbol.asyncDispose]();
  await bench[Symbol.asyncDispose]();
});

/** Deploys services as they are: on a kernel without IPVS a virtual address leads nowhere, and is taken all the same. */
function deploy(services: Readonly<Record<string, Service>>, { stackName, runId } = bench): Promise<DeployRecord> {
  const joined = Object.entries(services).map(([name, service]) => [name, { ...service, networks: { pool: null } }]);
  const stack = {
    version: '3.8',
    services: Object.fromEntries(joined),
    networks: { pool: { external: true, name: pool.name } },
    volumes: {},
    secrets: {},
    configs: {},
  };
  const labelled = labelStack(stack, { runId, recipe: 'full', expires: pool.expires });
  return deployStack(bench.engine, { stackName, yaml: renderForDeploy(labelled).yaml });
}

const app = (mode: 'vip' | 'dnsrr', replicas = 1): Service =>
  shellService('exec sleep 1000000', { deploy: { endpoint_mode: mode, replicas } });

/** Takes so many addresses with services without a task: each has a virtual one, and costs nothing else. */
function take(count: number): Promise<DeployRecord> {
  return deploy(Object.fromEntries(Array.from({ length: count }, (_, index) => [`h${index}`, app('vip', 0)])), hoard);
}

async function giveBack(count: number): Promise<void> {
  const found = await bench.engine.services({ name: [`${hoard.stackName}_h`] });
  for (const { ID } of found.slice(0, count)) await bench.engine.removeService(ID);
}

async function free(): Promise<number> {
  const [usage] = await readNetworkUsage(bench.engine, [pool.id]);
  return usage?.free ?? Number.NaN;
}

function tellTime(what: string, { ms, causes }: Convergence): void {
  process.stdout.write(`${what}: ${causes[0]?.code} ${(ms / 1000).toFixed(1)} s after the deploy\n`);
}

test('the count is the limit: as many tasks as are free come up, one more is named with the figures, and recovers', async () => {
  await take(9);
  await expect.poll(free).toBe(3);
  const exact = await converge(bench.engine, { deploy: await deploy({ app: app('dnsrr', 3) }), timeoutMs: 240_000 });
  expect(exact.outcome).toBe('converged');
  expect(await free()).toBe(0);

  const over = await converge(bench.engine, { deploy: await deploy({ app: app('dnsrr', 4) }), timeoutMs: 240_000 });
  tellTime('one task too many', over);
  expect(over.outcome).toBe('failed');
  expect(over.causes).toMatchObject([{ code: 'address-pool-exhausted', service: 'app', fault: 'infrastructure' }]);
  expect(over.causes[0]?.sentence).toContain(`the network ${pool.name} has no free address left`);
  expect(over.causes[0]?.evidence.join('\n')).toMatch(/task \w+ is still "new"\n.*14 of 14 addresses used, 0 free/);

  await giveBack(1);
  const after = await converge(bench.engine, {
    deploy: await recordPresent(bench.engine, bench.stackName),
    timeoutMs: 240_000,
  });
  expect(after.outcome).toBe('converged');
});

test('services that hoard virtual addresses and get none for their tasks are recognised by the count', async () => {
  await take(11);
  const anchor = await deploy({ anchor: app('dnsrr') });
  expect((await converge(bench.engine, { deploy: anchor, timeoutMs: 240_000 })).outcome).toBe('converged');
  expect(await free()).toBe(0);
  const pending = await deploy({ one: app('vip'), two: app('vip') });
  await giveBack(2);
  const stuck = await converge(bench.engine, { deploy: pending, timeoutMs: 240_000 });
  tellTime('virtual addresses hoarded', stuck);
  expect(stuck.causes.map(({ code, service }) => `${service} ${code}`).toSorted()).toEqual([
    'one address-pool-exhausted',
    'two address-pool-exhausted',
  ]);
  const services = await bench.engine.services({ label: [`com.docker.stack.namespace=${bench.stackName}`] });
  const hoarding = services.filter(
    ({ Spec, Endpoint }) => /_(one|two)$/.test(Spec.Name) && Endpoint?.VirtualIPs?.[0]?.Addr,
  );
  expect(hoarding).toHaveLength(2);
  expect(await free()).toBe(0);

  await giveBack(2);
  const after = await converge(bench.engine, {
    deploy: await recordPresent(bench.engine, bench.stackName),
    timeoutMs: 240_000,
  });
  expect(after.outcome).toBe('converged');
});

test('tasks that took the address of the load balancer are named while they still prepare', async () => {
  await take(11);
  await expect.poll(free).toBe(1);
  const stuck = await converge(bench.engine, { deploy: await deploy({ app: app('dnsrr', 2) }), timeoutMs: 240_000 });
  tellTime('no address for the load balancer', stuck);
  expect(stuck.causes).toMatchObject([{ code: 'address-pool-exhausted', service: 'app' }]);
  expect(stuck.causes[0]?.evidence.join('\n')).toMatch(/is still "preparing"\n.*15 of 14 addresses used, -1 free/);
});
