import type { Canary } from './canary.ts';
import { taskIs } from './sign.ts';
import { wrongCompose } from './wrong-compose.ts';

export const canary: Canary = {
  code: 'template-failed',
  title: 'a config that calls what is no function',
  kind: 'swarm',
  fault: 'recipe',
  sentence: /^app: the template of a config cannot be expanded.*nosuch/,
  releases: () => [
    {
      'app.conf.tmpl': '{{ nosuch }}',
      'compose.yml': wrongCompose({
        app: ['configs: [{source: conf, target: /app.conf}]'],
        top: ['configs:', '  conf: {name: "${STACK_NAME}_conf_v1", file: app.conf.tmpl, template_driver: golang}'],
      }),
    },
  ],
  first: taskIs('failed', /expand templated/),
};
