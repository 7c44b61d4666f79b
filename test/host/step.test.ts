import { describe, expect, test } from 'vitest';
import { type CheckedStep, runSteps, type StepReport } from '../../src/host/setup/step.ts';

/** A step over a thing that may be there already, and that `act` may or may not bring about. */
function fakeStep(name: string, there: boolean, acts: boolean, log: string[]): CheckedStep {
  let state = there;
  return {
    name,
    check: () => {
      log.push(`check ${name}`);
      return Promise.resolve({ ok: state, detail: state ? 'there' : 'lacking' });
    },
    act: () => {
      log.push(`act ${name}`);
      state = acts;
      return Promise.resolve('made it');
    },
  };
}

describe('running the steps of set-up', () => {
  test('what is there is looked at once and left alone', async () => {
    const log: string[] = [];

    const reports = await runSteps([fakeStep('network', true, true, log)], () => undefined);

    expect(log).toEqual(['check network']);
    expect(reports).toMatchObject([{ name: 'network', outcome: 'already', found: 'there', did: undefined }]);
  });

  test('what is lacking is made and then looked at again', async () => {
    const log: string[] = [];

    const reports = await runSteps([fakeStep('network', false, true, log)], () => undefined);

    expect(log).toEqual(['check network', 'act network', 'check network']);
    expect(reports).toMatchObject([{ outcome: 'done', found: 'lacking', did: 'made it' }]);
  });

  test('a step that acted in vain is an error, and no later step is tried', async () => {
    const log: string[] = [];
    const steps = [
      fakeStep('engine', true, true, log),
      fakeStep('swarm', false, false, log),
      fakeStep('network', false, true, log),
    ];
    const seen: StepReport[] = [];

    const run = runSteps(steps, (report) => seen.push(report));

    await expect(run).rejects.toMatchObject({ code: 'E_SETUP_UNVERIFIED', message: expect.stringContaining('swarm') });
    expect(log).toEqual(['check engine', 'check swarm', 'act swarm', 'check swarm']);
    expect(seen.map(({ name }) => name)).toEqual(['engine']);
  });

  test('steps run one after the other, in their order', async () => {
    const log: string[] = [];

    await runSteps([fakeStep('a', false, true, log), fakeStep('b', true, true, log)], () => undefined);

    expect(log).toEqual(['check a', 'act a', 'check a', 'check b']);
  });

  test('a delegated step reports what the other room did, or that nothing was lacking', async () => {
    const step = (did: string | undefined) => ({
      name: 'router',
      ensure: () => Promise.resolve({ detail: 'serves', did }),
    });

    const reports = await runSteps([step(undefined), step('deployed it')], () => undefined);

    expect(reports.map(({ outcome }) => outcome)).toEqual(['already', 'done']);
  });
});
