import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Service } from '../../src/recipe/compose/types.ts';
import { CauseError } from '../../src/swarm/causes/cause-error.ts';
import { openStackBench, type StackBench, shellService } from './support/stack-bench.ts';

const FOREVER = 'exec sleep 1000000';
const QUICK = { restart_policy: { condition: 'any', delay: '100ms' } };

let bench: StackBench;

beforeEach(async () => {
  bench = await openStackBench('swarm-cause');
});
afterEach(async () => {
  await bench[Symbol.asyncDispose]();
});

const probe = (test: string) => ({ test: ['CMD-SHELL', test], interval: '200ms', timeout: '20s', retries: 2 });

interface Case {
  readonly code: string;
  readonly title: string;
  readonly app: Service;
  readonly says: RegExp;
  readonly evidence: RegExp;
}

const cases: readonly Case[] = [
  {
    code: 'registry-unreachable',
    title: 'an image of a registry that does not exist',
    app: { image: 'nosuch.invalid/x/y:1' },
    says: /nosuch\.invalid\/x\/y:1/,
    evidence: /no connection to the registry/,
  },
  {
    code: 'crash-loop',
    title: 'a program that ends again and again',
    app: shellService('echo boom >&2; exit 3', { deploy: QUICK }),
    says: /exit code 3/,
    evidence: /boom/,
  },
  {
    code: 'crash-loop',
    title: 'a program that runs for a moment each time',
    app: shellService('echo hello; sleep 0.5; exit 5', { deploy: QUICK }),
    says: /exit code 5/,
    evidence: /hello/,
  },
  {
    code: 'crash-loop',
    title: 'a program that has used up its attempts',
    app: shellService('echo boom; exit 4', {
      deploy: { restart_policy: { condition: 'on-failure', delay: '100ms', max_attempts: 1 } },
    }),
    says: /exit code 4.*no further attempt/,
    evidence: /boom/,
  },
  {
    code: 'exits-0-not-restarted',
    title: 'a program that ends well and is not started again',
    app: shellService('echo done', { deploy: { restart_policy: { condition: 'on-failure' } } }),
    says: /exit code 0/,
    evidence: /done/,
  },
  {
    code: 'healthcheck-failing',
    title: 'a health check that never passes',
    app: shellService(FOREVER, { healthcheck: probe('echo not yet; exit 1') }),
    says: /not yet/,
    evidence: /health check \(exit 1\): not yet/,
  },
  {
    code: 'healthcheck-failing',
    title: 'an unhealthy container that stops politely under on-failure',
    app: shellService('trap "exit 0" TERM; while :; do sleep 0.1; done', {
      healthcheck: probe('echo sick; exit 1'),
      deploy: { restart_policy: { condition: 'on-failure' } },
    }),
    says: /sick/,
    evidence: /sick/,
  },
  {
    code: 'health-command-missing',
    title: 'a health check with a program that the image does not have',
    app: shellService(FOREVER, {
      healthcheck: { ...probe('curl --fail http://localhost/ || exit 1'), start_period: '1h', retries: 9 },
    }),
    says: /^app: the health check cannot run: the image has no curl$/,
    evidence: /health check \(exit 1\): .*curl: not found/,
  },
  {
    code: 'health-command-missing',
    title: 'a health check without a shell, of a program that is not there',
    app: shellService(FOREVER, {
      healthcheck: { test: ['CMD', '/bin/nosuch'], interval: '200ms', start_period: '1h', retries: 9 },
    }),
    says: /the image has no \/bin\/nosuch/,
    evidence: /OCI runtime exec failed/,
  },
  {
    code: 'entrypoint-missing',
    title: 'a command that the image does not have',
    app: shellService('', { command: ['/nope'] }),
    says: /\/nope does not exist/,
    evidence: /starting container failed/,
  },
  {
    code: 'entrypoint-missing',
    title: 'a command that may not be executed',
    app: shellService('', { command: ['/etc/hostname'] }),
    says: /\/etc\/hostname may not be executed/,
    evidence: /permission denied/,
  },
  {
    code: 'oom-killed',
    title: 'a program that needs more memory than it may have',
    app: shellService('exec tail /dev/zero', { deploy: { resources: { limits: { memory: '20M' } } } }),
    says: /memory limit/,
    evidence: /137/,
  },
  {
    code: 'bind-source-missing',
    title: 'a bind mount of a path that is not there',
    app: shellService(FOREVER, { volumes: [{ type: 'bind', source: '/nope/x', target: '/x' }] }),
    says: /\/nope\/x/,
    evidence: /bind source path/,
  },
  {
    code: 'placement-unsatisfiable',
    title: 'a constraint that no node meets',
    app: shellService(FOREVER, { deploy: { placement: { constraints: ['node.labels.nosuch == yes'] } } }),
    says: /scheduling constraints/,
    evidence: /no suitable node/,
  },
  {
    code: 'resources-unsatisfiable',
    title: 'a reservation larger than the host',
    app: shellService(FOREVER, { deploy: { resources: { reservations: { memory: '900G' } } } }),
    says: /resources/,
    evidence: /insufficient resources/,
  },
];

describe('a stack that cannot come up is given up with its cause', () => {
  test.each(cases)('$code: $title', async ({ code, app, says, evidence }) => {
    const { outcome, causes } = await bench.up({ services: { app } });
    expect(causes[0]).toMatchObject({ code, service: 'app' });
    expect(causes[0]?.sentence).toMatch(says);
    expect(causes[0]?.evidence.join('\n')).toMatch(evidence);
    expect(outcome).toBe('failed');
  });

  test('host-port-taken: a port that a process listens on', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '0.0.0.0', resolve));
    const address = server.address();
    const published = typeof address === 'object' && address !== null ? address.port : 0;
    try {
      const ports = [{ mode: 'host', target: 80, published, protocol: 'tcp' }];
      const { causes } = await bench.up({ services: { app: shellService(FOREVER, { ports }) } });
      expect(causes[0]).toMatchObject({ code: 'host-port-taken', fault: 'infrastructure' });
      expect(causes[0]?.sentence).toContain(String(published));
    } finally {
      server.close();
    }
  });

  test('host-port-taken: a port that another service has', async () => {
    const ports = [{ mode: 'host', target: 80, published: 48_931, protocol: 'tcp' }];
    const first = shellService(FOREVER, { ports });
    const { causes } = await bench.up({ services: { first, second: first } });
    expect(causes.map(({ code }) => code)).toContain('host-port-taken');
  });

  test('address-pool-exhausted: more tasks than the network has addresses, counted', async () => {
    const name = `${bench.stackName}_tiny`;
    await bench.engine.createNetwork({
      Name: name,
      Driver: 'overlay',
      Labels: bench.labels,
      IPAM: { Config: [{ Subnet: '10.77.77.0/29' }] },
    });
    const app = shellService(FOREVER, { networks: { tiny: null }, deploy: { replicas: 6 } });
    const { causes } = await bench.up({ services: { app }, networks: { tiny: { external: true, name } } });
    expect(causes[0]).toMatchObject({ code: 'address-pool-exhausted', fault: 'infrastructure' });
    expect(causes[0]?.evidence.join('\n')).toMatch(/10\.77\.77\.0\/29: \d of 6 addresses used, (0|-\d) free/);
  });
});

describe('a stack that the CLI refuses names the cause', () => {
  const refusal = async (stack: Parameters<StackBench['deploy']>[0]) => {
    const error: unknown = await bench.deploy(stack).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(CauseError);
    return (error as CauseError).known;
  };

  test('missing-secret', async () => {
    const app = shellService(FOREVER, { secrets: [{ source: 'pw' }] });
    const cause = await refusal({
      services: { app },
      secrets: { pw: { external: true, name: 'swarm-cause-nosuch_v1' } },
    });
    expect(cause).toMatchObject({ code: 'missing-secret' });
    expect(cause.sentence).toContain('swarm-cause-nosuch_v1');
  });

  test('missing-config', async () => {
    const app = shellService(FOREVER, { configs: [{ source: 'conf' }] });
    const cause = await refusal({
      services: { app },
      configs: { conf: { external: true, name: 'swarm-cause-nosuch_v1' } },
    });
    expect(cause).toMatchObject({ code: 'missing-config' });
  });

  test('missing-network', async () => {
    const app = shellService(FOREVER, { networks: { far: null } });
    const cause = await refusal({
      services: { app },
      networks: { far: { external: true, name: 'swarm-cause-nosuch' } },
    });
    expect(cause).toMatchObject({ code: 'missing-network' });
  });

  test('name-too-long, of the object that it is', async () => {
    const id = 'x'.repeat(60);
    const cause = await refusal({ services: { [id]: shellService(FOREVER) } });
    expect(cause).toMatchObject({ code: 'name-too-long', fault: 'recipe' });
    expect(cause.sentence).toMatch(/^the service name swarm-cause-\w+_x{60} has \d+ characters; the Engine takes 63$/);
  });

  test('missing-network, of one that only this host has', async () => {
    const name = `${bench.stackName}_near`;
    await bench.engine.createNetwork({ Name: name, Driver: 'bridge', Labels: bench.labels });
    const app = shellService(FOREVER, { networks: { near: null } });
    const cause = await refusal({ services: { app }, networks: { near: { external: true, name } } });
    expect(cause).toMatchObject({ code: 'missing-network' });
    expect(cause.sentence).toMatch(/_near cannot be used by services: its scope is local/);
  });

  test('config-changed-without-bump', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'cc-ci-config-'));
    try {
      const file = join(dir, 'app.conf');
      const stack = {
        services: { app: shellService(FOREVER, { configs: [{ source: 'conf' }] }) },
        configs: { conf: { name: `${bench.stackName}_conf_v1`, file } },
      };
      await writeFile(file, 'one');
      expect(await bench.up(stack)).toMatchObject({ outcome: 'converged' });
      await writeFile(file, 'two');
      const cause = await refusal(stack);
      expect(cause).toMatchObject({ code: 'config-changed-without-bump' });
      expect(cause.sentence).toContain(`${bench.stackName}_conf_v1`);
    } finally {
      await rm(dir, { recursive: true, force: true });
    }
  });
});

describe('failures that are none', () => {
  test('exits before the database is there are a race, noted and waited out', async () => {
    const volumes = [{ type: 'volume', source: 'shared', target: '/shared' }];
    const result = await bench.up({
      services: {
        app: shellService(`test -e /shared/up || { echo >> /shared/tries; exit 1; }; ${FOREVER}`, {
          volumes,
          deploy: QUICK,
        }),
        db: shellService(
          `until grep -c "" /shared/tries | grep -q "[3-9]"; do sleep 0.1; done; touch /shared/up; ${FOREVER}`,
          {
            volumes,
            healthcheck: { ...probe('test -e /shared/up'), retries: 600 },
          },
        ),
      },
      volumes: { shared: {} },
    });
    expect(result.causes).toEqual([]);
    expect(result.outcome).toBe('converged');
    expect(result.services.find(({ service }) => service === 'app')?.restarts).toBeGreaterThan(2);
    expect(result.notes.join()).toMatch(/app: ended \d+ times before it was ready/);
  });
});
