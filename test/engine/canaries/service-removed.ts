import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Canary, Ground } from './canary.ts';
import { eventIs } from './sign.ts';
import { FOREVER, wrongCompose } from './wrong-compose.ts';

const NAME = 'cny-gone';

export const canary: Canary = {
  code: 'service-removed',
  title: 'a service that somebody else removes',
  kind: 'swarm',
  fault: 'infrastructure',
  sentence: /^app: the service was removed by someone else while it was waited for$/,
  domain: (suffix) => `${NAME}.${suffix}`,
  prepare: removeWhenStarted,
  releases: () => [
    {
      'compose.yml': wrongCompose({
        run: FOREVER,
        app: ['healthcheck: {test: [CMD, "false"], interval: 1s, start_period: 60s}'],
      }),
    },
  ],
  first: eventIs('remove'),
};

/** Removes the service of the stack as soon as its container runs. */
function removeWhenStarted(): Promise<Ground> {
  const format = '{{index .Actor.Attributes "com.docker.swarm.service.name"}}';
  const events = spawn(
    'docker',
    ['events', '--filter', 'type=container', '--filter', 'event=start', '--format', format],
    {
      stdio: ['ignore', 'pipe', 'ignore'],
    },
  );
  createInterface({ input: events.stdout }).on('line', (name) => {
    if (name.startsWith(`${NAME}_`)) spawn('docker', ['service', 'rm', name], { stdio: 'ignore' });
  });
  return Promise.resolve({
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        events.once('close', () => resolve());
        events.kill();
      }),
  });
}
