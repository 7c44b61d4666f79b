import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { statePaths } from '../../src/config/paths.ts';
import { checkDomain } from '../../src/run/plan/names.ts';
import { refuseTakenStack } from '../../src/run/plan/taken-names.ts';
import { lockDomain } from '../../src/run/stack-lock.ts';
import type { Engine } from '../../src/swarm/engine.ts';
import { RUN_LABEL, STACK_LABEL } from '../../src/swarm/types.ts';

interface Present {
  readonly services?: readonly object[];
  readonly volumes?: readonly object[];
  readonly networks?: readonly object[];
}

function engineWith(present: Present): Engine {
  const none = async () => [];
  const engine = {
    services: async () => present.services ?? [],
    volumes: async () => present.volumes ?? [],
    secrets: async () => [],
    networks: async () => present.networks ?? [],
    containers: none,
    configs: none,
  };
  return engine as unknown as Engine;
}

function refuse(present: Present): Promise<void> {
  return refuseTakenStack(engineWith(present), 'cloud_example_org', 'cloud.example.org');
}

function service(name: string, labels: Readonly<Record<string, string>>): object {
  return { ID: name, Spec: { Name: name, Labels: labels } };
}

describe('a run is refused before it touches what is not its own', () => {
  test('when an app of that stack name runs already', async () => {
    const labels = { [STACK_LABEL]: 'cloud_example_org' };
    await expect(refuse({ services: [service('cloud_example_org_app', labels)] })).rejects.toMatchObject({
      code: 'E_STACK_TAKEN',
      fault: 'usage',
      message: expect.stringContaining('cloud_example_org_app'),
    });
  });

  test('and is told which kept app to remove', async () => {
    const labels = { [STACK_LABEL]: 'cloud_example_org', [RUN_LABEL]: '20260101-120000-abcdef' };
    await expect(refuse({ services: [service('cloud_example_org_app', labels)] })).rejects.toMatchObject({
      hint: expect.stringContaining('--kept 20260101-120000-abcdef'),
    });
  });

  test('when only a volume of a removed app is left', async () => {
    await expect(refuse({ volumes: [{ Name: 'cloud_example_org_data', Mountpoint: '/x' }] })).rejects.toMatchObject({
      code: 'E_STACK_TAKEN',
    });
  });

  test('and not for what carries other names', async () => {
    const present = {
      networks: [{ Id: 'n', Name: 'proxy' }],
      services: [service('cloud_example_organic_app', { [STACK_LABEL]: 'cloud_example_organic' })],
      volumes: [{ Name: 'shared', Mountpoint: '/x' }],
    };
    await expect(refuse(present)).resolves.toBeUndefined();
  });
});

describe('a domain that was asked for', () => {
  test('has to be a host name', () => {
    expect(checkDomain('app.ci.test')).toBe('app.ci.test');
    for (const wrong of [
      '',
      'app',
      'BAD.ci.test',
      'a..b',
      '-a.b',
      'a.b/../c',
      'a.b`) || Host(`c.d',
      `${'a.'.repeat(130)}b`,
    ])
      expect(() => checkDomain(wrong)).toThrow(/is not a domain/);
  });

  test('belongs to one run at a time', async () => {
    const state = await mkdtemp(join(tmpdir(), 'cc-ci-stack-lock-'));
    onTestFinished(() => rm(state, { recursive: true, force: true }));
    const paths = statePaths({ CC_CI_STATE: state });
    const now = { timeoutMs: 0, signal: new AbortController().signal, onWait: () => undefined };
    {
      await using held = await lockDomain(paths, 'app.ci.test', now);
      void held;
      await expect(lockDomain(paths, 'app.ci.test', now)).rejects.toMatchObject({ code: 'E_STACK_BUSY' });
      await using other = await lockDomain(paths, 'other.ci.test', now);
      void other;
    }
    // Whoever waits is told so, and has it when the other lets go.
    const first = await lockDomain(paths, 'app.ci.test', now);
    const waiting = lockDomain(paths, 'app.ci.test', {
      ...now,
      timeoutMs: 20_000,
      onWait: () => void first[Symbol.asyncDispose](),
    });
    await using again = await waiting;
    void again;
    expect(await readdir(paths.locks)).toEqual([expect.stringContaining('app')]);
  });
});
