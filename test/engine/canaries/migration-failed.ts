import type { Canary } from './canary.ts';
import { exitNumber } from './sign.ts';
import { wrongCompose } from './wrong-compose.ts';

export const canary: Canary = {
  code: 'migration-failed',
  title: 'a program that cannot migrate its database',
  kind: 'swarm',
  fault: 'recipe',
  sentence: /^app: a migration of Django \(notes\.0002_title\) failed \(exit code 1\)$/,
  evidence: /no such table/,
  releases: () => [
    {
      'compose.yml': wrongCompose({
        run: "echo '  Applying notes.0002_title...Traceback (most recent call last):'; echo 'django.db.utils.OperationalError: no such table: notes'; exit 1",
        deploy: ['restart_policy: {condition: on-failure, delay: 1s, max_attempts: 1}'],
        timeout: 60,
      }),
    },
  ],
  first: exitNumber(1),
  decisive: exitNumber(2),
};
