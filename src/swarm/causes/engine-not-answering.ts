import type { Cause } from '../types.ts';
import type { CauseKind } from './cause-kind.ts';

export const engineNotAnswering: CauseKind = {
  code: 'engine-not-answering',
  fault: 'infrastructure',
  meaning:
    'Nothing answers on the socket of the Docker Engine: it is not there, refuses connections, or accepts them and stays ' +
    'silent. What the run has made may still be there; the next run, or `cc-ci clean`, removes it.',
  shows: 'a call that fails; or one that is not answered for 10 s, and then no answer to a ping either',
  earliest: 'at the next call, five a second while a stack comes up; 15 s after the call where the Engine is silent',
  hint: 'start the Docker Engine, or set DOCKER_HOST=unix://… to the socket it listens on',
  detectRefusal(message) {
    const found = /cannot connect to the docker daemon at (?<socket>\S+?)\.(?:\s|$)|error during connect/i.exec(
      message,
    );
    if (found === null) return undefined;
    const socket = found.groups?.['socket'];
    return { service: '', sentence: `no Docker Engine answers${socket === undefined ? '' : ` on ${socket}`}` };
  },
};

/** The cause for a socket; why is what the attempt to use it ended with. */
export function engineSilence(socket: string, why: string, options: { readonly mayNotUse: boolean }): Cause {
  const { code, fault, hint } = engineNotAnswering;
  return {
    code,
    service: '',
    sentence: `no Docker Engine answers on ${socket}: ${why}`,
    fault,
    hint: options.mayNotUse ? 'this user may not use the socket: run as root or join the docker group' : hint,
    evidence: [],
    firstSignal: new Date().toISOString(),
  };
}
