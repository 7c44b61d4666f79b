import { readSettings } from '../../../src/config/settings.ts';
import { openFaultySocket } from '../support/faulty-socket.ts';
import type { Canary } from './canary.ts';
import { groundSaw } from './sign.ts';
import { wrongCompose } from './wrong-compose.ts';

export const canary: Canary = {
  code: 'engine-not-answering',
  title: 'an Engine that goes away while it is to make the services',
  kind: 'swarm',
  fault: 'infrastructure',
  sentence: /the Docker Engine ended or restarted during the run \(\S+docker\.sock\)/,
  prepare: async (saw) => {
    const socket = await openFaultySocket(readSettings().dockerSocket, {
      goneForMs: 3000,
      goneAt: /^POST \S+\/services\/create/,
      onGone: () => saw('the socket was closed'),
    });
    return {
      env: { DOCKER_HOST: `unix://${socket.path}` },
      [Symbol.asyncDispose]: () => socket[Symbol.asyncDispose](),
    };
  },
  releases: () => [{ 'compose.yml': wrongCompose({}) }],
  first: groundSaw(/closed/),
};
