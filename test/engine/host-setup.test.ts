import { afterAll, describe, expect, test } from 'vitest';
import { statePaths } from '../../src/config/paths.ts';
import { readSettings } from '../../src/config/settings.ts';
import { examine } from '../../src/host/doctor/doctor.ts';
import { openContext } from '../../src/host/setup/context.ts';
import { setupSteps } from '../../src/host/setup/setup.ts';
import { testSteps } from '../support/set-up/steps.ts';

/** These tests only look: the Engine that they run on has been set up before. */

const context = openContext(readSettings(), statePaths(), () => undefined);

afterAll(() => context[Symbol.dispose]());

describe('on a machine that was set up', () => {
  test('the steps come in the order in which each can stand on those before it', async () => {
    const names = (await setupSteps(context, true)).map(({ name }) => name);

    expect(names).toEqual([
      'packages',
      'engine',
      'swarm',
      'network',
      'postgresql',
      'base image',
      'demo images',
      'router',
      'egress',
      'examples',
      'leftovers',
    ]);
  });

  test('no step finds anything lacking, so a second set-up changes nothing', async () => {
    for (const step of [...(await setupSteps(context, true)), ...testSteps(context, ['engine'])]) {
      if ('check' in step) expect({ step: step.name, ...(await step.check()) }).toMatchObject({ ok: true });
    }
  });

  test('the doctor finds it fit, and says what it looked at', async () => {
    const lines = await examine(context.settings, context.paths);

    expect(lines.filter(({ state }) => state === 'missing')).toEqual([]);
    expect(lines.map(({ subject }) => subject)).toEqual(
      expect.arrayContaining([
        'engine',
        'API',
        'swarm',
        'IPVS',
        'overlay',
        'addresses',
        'subnets',
        'restic',
        'chromium',
        'sandbox',
        'sandbox memory',
        'node',
        'disk',
        'clock',
      ]),
    );
  });

  test('the doctor without an Engine says what to do', async () => {
    const lines = await examine({ ...context.settings, dockerSocket: '/nonexistent/docker.sock' }, context.paths);

    expect(lines[0]).toMatchObject({ subject: 'engine', state: 'missing', advice: expect.stringContaining('setup') });
  });
});
