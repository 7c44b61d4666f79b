import { expect, test } from 'vitest';
import { howToReach } from '../../src/cli/how-to-reach.ts';
import { statePaths } from '../../src/config/paths.ts';
import { runDirectory } from '../../src/run/run-directory.ts';
import { samplePlan } from '../run/support.ts';

const plan = samplePlan();
const directory = runDirectory(statePaths({ CC_CI_STATE: '/state' }), plan.runId);
const ROOT = `/state/runs/${plan.runId}`;

test('a kept app is told with its credentials, ways around DNS, and how to remove it', () => {
  expect(howToReach({ plan, directory }, 'kept', false).split('\n')).toEqual([
    'url          https://samp-123456.ci.test/',
    `credentials  ${ROOT}/credentials.json`,
    'router       127.0.0.1:443, which knows the app by its name; no DNS leads there',
    'curl         curl --resolve samp-123456.ci.test:443:127.0.0.1 https://samp-123456.ci.test/',
    'browser      chromium --host-resolver-rules="MAP samp-123456.ci.test 127.0.0.1" https://samp-123456.ci.test/',
    'any program  a line in /etc/hosts: 127.0.0.1 samp-123456.ci.test',
    `remove       cc-ci clean --kept ${plan.runId}`,
    '',
  ]);
});

test('a name that leads to the router needs no ways around', () => {
  expect(howToReach({ plan, directory }, 'kept', true)).not.toMatch(/curl|hosts/);
});

test('the credentials of a watched app lie where they go with it', () => {
  const text = howToReach({ plan: { ...plan, watch: true }, directory }, 'watched', true);
  expect(text).toContain(`${ROOT}/work/credentials.json`);
  expect(text).toContain('remove       end the session');
});

test('another port than 443 is part of the address', () => {
  const elsewhere = { ...plan, edge: { ...plan.edge, httpsPort: 8443 } };
  expect(howToReach({ plan: elsewhere, directory }, 'kept', false)).toContain('https://samp-123456.ci.test:8443/\n');
});
