import { CodedError } from '../../base/errors.ts';
import { docker, type SetupContext } from './context.ts';
import type { CheckedStep } from './step.ts';

/** Step: the Engine manages a Swarm. A new one is made only where there is none; an existing one is used as it is. */
export function swarmStep(context: SetupContext): CheckedStep {
  return {
    name: 'swarm',
    async check() {
      const { Swarm: swarm } = await (await context.engine()).info();
      const state = swarm?.LocalNodeState ?? 'inactive';
      if (state === 'inactive') return { ok: false, detail: 'the Engine is in no Swarm' };
      if (state !== 'active' || swarm?.ControlAvailable !== true) throw foreignState(state);
      return { ok: true, detail: `manager of a Swarm with ${swarm.Nodes ?? 1} node(s)` };
    },
    async act() {
      // One host talks to itself: nothing of this Swarm is to be reachable from outside.
      await docker(context, ['swarm', 'init', '--advertise-addr', '127.0.0.1', '--listen-addr', '127.0.0.1:2377']);
      return 'initialised a Swarm of this one node, on loopback';
    },
  };
}

function foreignState(state: string): CodedError {
  return new CodedError({
    code: 'E_SETUP_SWARM',
    message:
      state === 'active'
        ? "this Engine is a worker of someone's Swarm; a manager is needed"
        : `this Engine's Swarm is in the state "${state}"; a manager of a working Swarm is needed`,
    fault: 'infrastructure',
    hint: 'set-up changes no Swarm that it did not make: repair it, or use another Engine through DOCKER_HOST',
  });
}
