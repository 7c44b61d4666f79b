import type { Canary } from './canary.ts';
import { exitNumber } from './sign.ts';
import { wrongCompose } from './wrong-compose.ts';

export const canary: Canary = {
  code: 'disk-full',
  title: 'a program that ends because its volume is full',
  kind: 'swarm',
  fault: 'infrastructure',
  sentence: /^app: the program failed because no space is left: .*No space left on device/,
  releases: () => [
    {
      'compose.yml': wrongCompose({
        run: 'dd if=/dev/zero of=/data/file bs=1024 count=1000',
        app: ['volumes: ["data:/data"]'],
        top: ['volumes:', '  data: {driver_opts: {type: tmpfs, device: tmpfs, o: size=64k}}'],
      }),
    },
  ],
  first: exitNumber(1),
  decisive: exitNumber(2),
};
