import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createMasker } from '../../src/base/mask.ts';
import type { Service } from '../../src/recipe/compose/types.ts';
import { converge } from '../../src/swarm/converge.ts';
import { recordPresent } from '../../src/swarm/deploy.ts';
import { execInService } from '../../src/swarm/exec.ts';
import { inventoryLines, isEmpty, takeInventory } from '../../src/swarm/inventory.ts';
import { followLogs, serviceLogs } from '../../src/swarm/logs.ts';
import { createSecret, haltService, pruneServices, scaleService } from '../../src/swarm/services.ts';
import { settled } from '../../src/swarm/settled.ts';
import { removeStack } from '../../src/swarm/teardown.ts';
import type { Convergence } from '../../src/swarm/types.ts';
import { watchUsage } from '../../src/swarm/usage.ts';
import { openStackBench, type StackBench, shellService } from './support/stack-bench.ts';

const FOREVER = 'exec sleep 1000000';
const healthy = { test: ['CMD', 'true'], interval: '200ms' };
const updating = (failure_action: string) => ({
  update_config: { failure_action, order: 'start-first', monitor: '1s' },
});

let bench: StackBench;

beforeEach(async () => {
  bench = await openStackBench('swarm-stack');
});
afterEach(async () => {
  await bench[Symbol.asyncDispose]();
});

const serviceId = (result: Convergence, name = 'app') =>
  result.services.find(({ service }) => service === name)?.serviceId ?? '';

describe('an update in place', () => {
  const app = (script: string, more: Partial<Service> = {}) =>
    shellService(script, { healthcheck: healthy, deploy: updating('rollback'), ...more });

  test('counts tasks of the new version only, and settles when the monitor is over', async () => {
    expect(await bench.up({ services: { app: app(`echo 1; ${FOREVER}`) } })).toMatchObject({
      outcome: 'converged',
      updates: 'fresh',
    });
    const second = await bench.up({ services: { app: app(`echo 2; ${FOREVER}`) } });
    expect(second).toMatchObject({ outcome: 'converged', updates: 'changed' });
    const [task] = await bench.engine.tasks({ service: [serviceId(second)], 'desired-state': ['running'] });
    expect(JSON.stringify(task?.Spec.ContainerSpec)).toContain('echo 2');
    expect(await settled(bench.engine, bench.stackName)).toMatchObject({ outcome: 'settled' });
  });

  test('the same file again is known as no update, at once', async () => {
    const stack = { services: { app: app(FOREVER) } };
    await bench.up(stack);
    const again = await bench.up(stack, { settle: true });
    expect(again).toMatchObject({ outcome: 'converged', updates: 'none' });
  });

  test('labels alone move the spec and no task', async () => {
    const before = await bench.up({ services: { app: app(FOREVER) } });
    const deploy = { ...updating('rollback'), labels: { version: '2' } };
    const after = await bench.up({ services: { app: app(FOREVER, { deploy }) } }, { settle: true });
    expect(after).toMatchObject({ outcome: 'converged', updates: 'spec-only' });
    expect(serviceId(after)).toBe(serviceId(before));
  });

  test('a silent rollback is named, with the failure that caused it first', async () => {
    await bench.up({ services: { app: app(FOREVER) } });
    const result = await bench.up({ services: { app: app('echo bad version; exit 7') } });
    expect(result.outcome).toBe('rolled-back');
    expect(result.causes.map(({ code }) => code)).toEqual(['crash-loop', 'rolled-back']);
    expect(result.causes[0]?.evidence.join('\n')).toContain('bad version');
    expect(await settled(bench.engine, bench.stackName)).toMatchObject({ outcome: 'rolled-back' });
  });

  test('a paused update is an ending, not something to wait for', async () => {
    const paused = updating('pause');
    await bench.up({ services: { app: app(FOREVER, { deploy: paused }) } });
    const result = await bench.up({ services: { app: app('exit 7', { deploy: paused }) } });
    expect(result.outcome).toBe('paused');
    expect(result.causes.map(({ code }) => code)).toContain('update-paused');
    expect(await settled(bench.engine, bench.stackName)).toMatchObject({ outcome: 'paused' });
  });

  test('a service with every setting a template can have is recognised as ours', async () => {
    const rich = app(FOREVER, {
      environment: { A: '1' },
      volumes: [
        { type: 'volume', source: 'data', target: '/data' },
        { type: 'tmpfs', target: '/scratch' },
      ],
      secrets: [{ source: 'pw' }],
      networks: { inner: { aliases: ['other'] } },
      user: '0',
      hostname: 'rich',
      init: true,
      logging: { driver: 'json-file', options: { 'max-size': '1m' } },
      deploy: {
        ...updating('rollback'),
        replicas: 2,
        resources: { limits: { memory: '64M', cpus: '0.5' }, reservations: { memory: '8M' } },
        placement: { constraints: ['node.role == manager'] },
        restart_policy: { condition: 'on-failure', delay: '1s', max_attempts: 3, window: '10s' },
      },
    });
    const name = `${bench.stackName}_pw_v1`;
    await createSecret(bench.engine, { name, value: 'hush', labels: bench.labels });
    const result = await bench.up({
      services: { app: rich },
      networks: { inner: { driver: 'overlay' } },
      volumes: { data: {} },
      secrets: { pw: { external: true, name } },
    });
    expect(result.causes).toEqual([]);
    expect(result).toMatchObject({ outcome: 'converged', services: [{ running: 2, desired: 2 }] });
    const target = { stackName: bench.stackName, service: 'app' };
    expect((await execInService(bench.engine, target, ['cat', '/run/secrets/pw'])).stdout).toBe('hush');
  });
});

describe('waiting', () => {
  test('no replicas wanted is ready at 0/0', async () => {
    const result = await bench.up({ services: { app: shellService(FOREVER, { deploy: { replicas: 0 } }) } });
    expect(result).toMatchObject({ outcome: 'converged', services: [{ running: 0, desired: 0 }] });
  });

  test('the end of the time is told with what the last health check said', async () => {
    const slow = { test: ['CMD-SHELL', 'echo still warming up; exit 1'], interval: '200ms', retries: 1000 };
    const deploy = await bench.deploy({ services: { app: shellService(FOREVER, { healthcheck: slow }) } });
    // A wait that ends before the first check has nothing to tell of it.
    await expect
      .poll(() => converge(bench.engine, { deploy, timeoutMs: 2000 }))
      .toMatchObject({
        outcome: 'timeout',
        causes: [
          {
            code: 'unknown',
            service: 'app',
            evidence: expect.arrayContaining([expect.stringContaining('still warming up')]),
          },
        ],
      });
  });

  test('a cancelled wait says so', async () => {
    const stop = new AbortController();
    const result = await bench.up(
      { services: { app: shellService(FOREVER) } },
      { signal: stop.signal, onChange: () => stop.abort(new Error('enough')) },
    );
    expect(result.outcome).toBe('cancelled');
  });
});

describe('in the stack', () => {
  const target = () => ({ stackName: bench.stackName, service: 'app' });

  test('exec gives streams, exit code and input; a program that is not there is an error', async () => {
    await bench.up({ services: { app: shellService(FOREVER) } });
    const result = await execInService(bench.engine, target(), ['sh', '-c', 'cat; echo $X >&2; exit 3'], {
      stdin: 'hello',
      env: { X: 'from env' },
    });
    expect(result).toMatchObject({ exitCode: 3, stdout: 'hello', stderr: 'from env\n' });
    await expect(execInService(bench.engine, target(), ['nosuch'])).rejects.toMatchObject({ code: 'E_EXEC' });
    await expect(execInService(bench.engine, target(), ['sleep', '100'], { timeoutMs: 300 })).rejects.toMatchObject({
      code: 'E_EXEC_TIMEOUT',
    });
    await expect(
      execInService(bench.engine, { ...target(), service: 'nosuch' }, ['true'], { timeoutMs: 300 }),
    ).rejects.toMatchObject({ code: 'E_EXEC_NO_CONTAINER' });
  });

  test("a variable without a value is not filled from the host's environment", async () => {
    process.env['CC_CI_TEST_CANARY'] = 'of the host';
    try {
      await bench.up({ services: { app: shellService(FOREVER, { environment: { CC_CI_TEST_CANARY: null } }) } });
      const { stdout } = await execInService(bench.engine, target(), ['env']);
      expect(stdout).not.toContain('of the host');
    } finally {
      delete process.env['CC_CI_TEST_CANARY'];
    }
  });

  test('a large input and a large output pass whole', async () => {
    await bench.up({ services: { app: shellService(FOREVER) } });
    const stdin = 'x'.repeat(3_000_000);
    const { stdout } = await execInService(bench.engine, target(), ['cat'], { stdin });
    expect(stdout.length).toBe(stdin.length);
  });

  test('logs of containers that are gone are kept in the file of their service, numbered and without secrets', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'cc-ci-logs-'));
    const masker = createMasker();
    masker.add(['correct-horse-battery']);
    // The Engine keeps a line in parts of 16 KiB: the secret lies across the end of the first.
    const long = 'printf "%016374dcorrect-horse-battery\\n" 7';
    try {
      const follower = await followLogs(bench.engine, { stackName: bench.stackName, dir, masker });
      const first = await bench.up({ services: { app: shellService(`echo first; ${long}; ${FOREVER}`) } });
      const id = serviceId(first);
      await haltService(bench.engine, id);
      await bench.up({ services: { app: shellService(`echo second; ${FOREVER}`) } });
      expect(await serviceLogs(bench.engine, id, { tail: 5 })).toContain('second');
      await bench.remove();
      await follower.stop();
      const text = await readFile(join(dir, 'app.log'), 'utf8');
      const time = String.raw`\d{4}-\d\d-\d\dT\S+`;
      expect(text).toMatch(new RegExp(`^1 ${time} first\\n2 ${time} 0{16373}7•••\\n3 ${time} second\\n`));
    } finally {
      await rm(dir, { recursive: true, force: true });
    }
  });

  test('usage finds the memory and processor time that a service took', async () => {
    const stop = new AbortController();
    const watch = watchUsage(bench.engine, bench.stackName, stop.signal, { intervalMs: 200 });
    await bench.up({
      services: { app: shellService('i=0; while [ $i -lt 300000 ]; do i=$((i+1)); done; exec sleep 1000') },
    });
    const [usage] = await watch.stop();
    expect(usage).toMatchObject({ service: 'app' });
    expect(usage?.peakMemoryBytes).toBeGreaterThan(10_000);
    expect(usage?.cpuSeconds).toBeGreaterThan(0.02);
  });

  test('a halted service frees its volume, and comes back when scaled up', async () => {
    const volumes = [{ type: 'volume', source: 'data', target: '/data' }];
    const stubborn = shellService('trap "" TERM; while :; do sleep 1; done', { volumes, stop_grace_period: '1m' });
    const up = await bench.up({ services: { app: stubborn }, volumes: { data: {} } });
    expect(await haltService(bench.engine, serviceId(up))).toBe(1);
    await bench.engine.removeVolume(`${bench.stackName}_data`);
    await scaleService(bench.engine, serviceId(up), 1);
    const deploy = await recordPresent(bench.engine, bench.stackName);
    expect(await converge(bench.engine, { deploy, timeoutMs: 30_000 })).toMatchObject({
      outcome: 'converged',
      services: [{ running: 1 }],
    });
  });

  test('services that the new version dropped are pruned, others stay', async () => {
    await bench.up({ services: { app: shellService(FOREVER), old: shellService(FOREVER) } });
    await bench.up({ services: { app: shellService(FOREVER) } });
    expect(await pruneServices(bench.engine, bench.stackName, ['app'])).toEqual(['old']);
    const left = await takeInventory(bench.engine, { stackName: bench.stackName });
    expect(left.services).toEqual([`${bench.stackName}_app`]);
  });
});

describe('teardown', () => {
  const everything = async () => {
    const name = `${bench.stackName}_pw_v1`;
    await createSecret(bench.engine, { name, value: 'x', labels: bench.labels });
    return {
      services: {
        app: shellService('trap "" TERM; while :; do sleep 1; done', {
          volumes: [{ type: 'volume', source: 'data', target: '/data' }],
          secrets: [{ source: 'pw' }],
          configs: [{ source: 'conf' }],
          stop_grace_period: '1m',
        }),
      },
      volumes: { data: {} },
      secrets: { pw: { external: true, name } },
      configs: {
        conf: { name: `${bench.stackName}_conf_v1`, file: join(import.meta.dirname, 'support/stack-bench.ts') },
      },
    };
  };

  test('leaves nothing of six kinds, by label and by name, and can be repeated', async () => {
    await bench.up(await everything());
    const before = await takeInventory(bench.engine, { runId: bench.runId });
    expect(inventoryLines(before).map((line) => line.split(' ')[0])).toEqual([
      'service',
      'container',
      'network',
      'config',
      'secret',
      'volume',
    ]);
    const removal = await bench.remove();
    expect(removal.removed).toEqual(before);
    expect(isEmpty(removal.residue)).toBe(true);
    expect(isEmpty(await takeInventory(bench.engine, { runId: bench.runId }))).toBe(true);
    expect(isEmpty((await bench.remove()).removed)).toBe(true);
  });

  test('in the middle of a start nothing is left behind, and the name can be used at once', async () => {
    const stack = await everything();
    await bench.deploy(stack);
    expect(isEmpty((await bench.remove()).residue)).toBe(true);
    expect(await bench.up(await everything())).toMatchObject({ outcome: 'converged' });
  });

  test('what does not carry the run is left alone and named as residue', async () => {
    const foreign = `${bench.stackName}_foreign`;
    await bench.engine.createVolume({ Name: foreign });
    try {
      await bench.up({ services: { app: shellService(FOREVER) } });
      const { residue } = await bench.remove();
      expect(inventoryLines(residue)).toEqual([`volume ${foreign}`]);
      const otherRun = await removeStack(bench.engine, { stackName: bench.stackName, runId: 'another-run' });
      expect(isEmpty(otherRun.removed)).toBe(true);
    } finally {
      await bench.engine.removeVolume(foreign);
    }
  });

  test('volumes can be kept, and a graceful removal lets the program end by itself', async () => {
    const volumes = [{ type: 'volume', source: 'data', target: '/data' }];
    const polite = 'trap "touch /data/ended; exit 0" TERM; while :; do sleep 0.1; done';
    await bench.up({ services: { app: shellService(polite, { volumes }) }, volumes: { data: {} } });
    const { stackName, runId } = bench;
    const removal = await removeStack(bench.engine, { stackName, runId, graceful: true, keepVolumes: true });
    expect(isEmpty(removal.residue)).toBe(true);
    const check = shellService(`test -e /data/ended && ${FOREVER}`, { volumes });
    expect(await bench.up({ services: { app: check }, volumes: { data: {} } })).toMatchObject({ outcome: 'converged' });
  });
});
