import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeTinyRecipe, type TinyRecipe, tinyCompose } from './support/tiny-recipe.ts';

/** An app with data, so that a run of it has every tier. */
const compose = (version: string) =>
  tinyCompose(version, {
    service: `mkdir -p /data /www; cat /data/* > /www/data 2>/dev/null; echo ${version} > /www/index.html; echo $$GREETING > /www/greeting; exec httpd -f -p 80 -h /www`,
    more: [
      '        - "backupbot.backup=true"',
      '    environment:',
      '      GREETING: "${GREETING:-none}"',
      '    volumes: ["data:/data"]',
      'volumes:',
      '  data:',
    ].join('\n'),
  });

let recipe: TinyRecipe;

beforeAll(async () => {
  recipe = await makeTinyRecipe('hooked');
  await recipe.release({ 'compose.yml': compose('1.0.0+1') }, '1.0.0+1');
  await recipe.release({ 'compose.yml': compose('1.1.0+1') }, '1.1.0+1');
});

afterAll(() => recipe[Symbol.asyncDispose]());

const SEEDED = `
import { app, attach, exec, http, type HookContext, type ReadyProbe } from 'cc-ci/kit';

const note = async (text: string) => {
  const { exitCode } = await exec('app', ['sh', '-c', 'echo "$0" >> /data/notes', text]);
  if (exitCode !== 0) throw new Error('the note was not taken');
};
const notes = async () => (await exec('app', ['cat', '/data/notes'])).stdout;

export function beforeInstall({ app, tier }: HookContext) {
  if (!Object.isFrozen(app) || tier !== 'install') throw new Error('not what a hook is promised');
  if (process.env['PATH'] !== '/cc-ci/bin:/usr/bin:/bin' || process.getuid?.() === 0) throw new Error('not confined');
}
export const afterInstall = () => note('installed');
export function readyProbes(): readonly ReadyProbe[] {
  return [{ http: '/greeting', ok: [200] }];
}
export async function afterUpgrade({ tier }: HookContext) {
  const greeting = (await (await http('/greeting')).text()).trim();
  if (greeting !== 'hello') throw new Error('only the head greets, not ' + greeting);
  await note(tier + ' ' + app.domain);
}
export const beforeBackup = () => note('backed up');
export const backupVerify = async () => (await notes()).includes('backed up');
export async function afterRestore() {
  await attach('notes.txt', await notes());
  if (!(await notes()).startsWith('installed')) throw new Error('what was seeded is lost');
}
`;

test('hooks seed data, say what has to be ready and look at backups, each in its tier', async () => {
  await recipe.enroll({
    'hooks.ts': SEEDED,
    'recipe.yaml':
      'upgradeEnv:\n  GREETING: hello\nnotApplicable:\n  functional: there is nothing to try in this page\n',
    'compose.ci.yml': 'version: "3.8"\nservices:\n  app:\n    environment:\n      WHERE: ci\n',
  });
  const results = await recipe.test(['install', 'upgrade', 'backup', 'restore', 'functional']);
  expect(results.findings).toEqual([]);
  expect(results).toMatchObject({ verdict: 'success', residue: [] });
  expect(results.rungs.map(({ tier, status }) => `${tier} ${status}`)).toEqual([
    'install pass',
    'upgrade pass',
    'backup pass',
    'restore pass',
    'functional skip',
    'lint unver',
  ]);
  expect(results.phases.map(({ name }) => name).filter((name) => name.startsWith('hook '))).toEqual([
    'hook beforeInstall',
    'hook readyProbes',
    'hook afterInstall',
    'hook readyProbes',
    'hook afterUpgrade',
    'hook beforeBackup',
    'hook backupVerify',
    'hook readyProbes',
    'hook afterRestore',
  ]);
});

test.each([
  ['throws', 'export function beforeBackup() {\n  throw new Error("no room at the inn");\n}\n', /no room at the inn/],
  ['ends its process', 'export function beforeBackup() {\n  process.exit(0);\n}\n', /hook beforeBackup failed/],
])('a hook that %s leaves its rung unverified, and says so (RT-31)', async (_, hooks, sentence) => {
  await recipe.enroll({ 'hooks.ts': hooks, 'recipe.yaml': '' });
  const results = await recipe.test(['backup']);
  const rung = results.rungs.find(({ tier }) => tier === 'backup');
  expect(rung).toMatchObject({ status: 'unver', sentence: expect.stringMatching(sentence) as string });
  expect(results.verdict).not.toBe('success');
  expect(results.residue).toEqual([]);
});

test('a backup that the recipe’s own look finds wanting is failed', async () => {
  await recipe.enroll({ 'hooks.ts': 'export const backupVerify = () => false;\n', 'recipe.yaml': '' });
  const results = await recipe.test(['backup']);
  expect(results).toMatchObject({ verdict: 'failure', findings: [{ code: 'backup-not-good', tier: 'backup' }] });
});

test('a hook that there is not is an error with the name that was meant, before anything is deployed', async () => {
  await recipe.enroll({ 'hooks.ts': 'export const beforInstall = () => {};\n', 'recipe.yaml': '' });
  const results = await recipe.test(['install']);
  expect(results.findings[0]).toMatchObject({
    code: 'E_HOOKS',
    sentence: 'there is no hook beforInstall',
    hint: expect.stringContaining('beforeInstall') as string,
    fault: 'usage',
  });
  expect(results.phases.map(({ name }) => name)).not.toContain('deploy');
});
