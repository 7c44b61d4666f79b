import type { Canary, Release } from './canary.ts';
import { stepIs } from './sign.ts';
import { wrongCompose } from './wrong-compose.ts';

export const canary: Canary = {
  code: 'config-changed-without-bump',
  title: 'new content of a config under its old name',
  kind: 'swarm',
  fault: 'recipe',
  sentence: /^the config \S+_conf_v1 has new content under its old name$/,
  tiers: ['upgrade'],
  releases: () => [release('1.0.0+1', 'one'), release('1.1.0+1', 'two')],
  first: stepIs('update'),
};

function release(version: string, content: string): Release {
  const app = ['configs: [{source: conf, target: /app.conf}]'];
  const top = ['configs:', '  conf: {name: "${STACK_NAME}_conf_v1", file: app.conf}'];
  return { 'app.conf': content, 'compose.yml': wrongCompose({ version, app, top }) };
}
