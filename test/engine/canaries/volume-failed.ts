import type { Canary } from './canary.ts';
import { taskIs } from './sign.ts';
import { wrongCompose } from './wrong-compose.ts';

export const canary: Canary = {
  code: 'volume-failed',
  title: 'a volume of a device that is not there',
  kind: 'swarm',
  fault: 'recipe',
  sentence: /^app: a volume cannot be mounted: mount \/dev\/nosuch.*no such file or directory$/,
  evidence: /failed to mount local volume/,
  releases: () => [
    {
      'compose.yml': wrongCompose({
        app: ['volumes: ["data:/data"]'],
        top: ['volumes:', '  data: {driver_opts: {type: ext4, device: /dev/nosuch, o: ro}}'],
      }),
    },
  ],
  first: taskIs('failed', /error while mounting/),
};
