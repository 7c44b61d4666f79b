import { expect, test } from 'vitest';
import { secretForms } from '../../src/base/secret-forms.ts';
import { scanForSecrets } from '../../src/results/leak-scan.ts';
import type { RunEvent } from '../../src/run/reporter.ts';
import { BUSYBOX } from '../support/set-up/test-images.ts';
import { makeTinyRecipe, type TinyRecipe, tinyCompose } from './support/tiny-recipe.ts';

const SECRET = 'q8Zr"T1m&Pw0L kX5vBn3Yc';
const ENV = 'TYPE=teller\nDOMAIN=teller.example.com\nSECRET_PASSWORD_VERSION=v1\n';
/** Says the secret in every form that a shell has at hand. */
const SHOUT = 'f=/run/secrets/password; cat $$f; echo; base64 $$f; xxd -p $$f; cat $$f >&2; echo >&2';
const SECRETS =
  'secrets:\n  password:\n    external: true\n    name: ${STACK_NAME}_password_${SECRET_PASSWORD_VERSION}\n';

/** A service that holds the secret and data, and whose hook fails with the secret on its lips. */
const SAVED = `  saved:
    image: ${BUSYBOX}
    command: ["sh", "-c", "echo data > /data/file; exec sleep 1000"]
    stop_grace_period: 1s
    secrets: [password]
    volumes: ["data:/data"]
    deploy:
      labels:
        - "backupbot.backup=true"
        - "backupbot.backup.pre-hook=sh -c '${SHOUT}; exit 3'"
        - "backupbot.backup.volumes.data.path=file"
volumes:
  data:
`;

/** Says it where a test can: on its output, in a failure, in the name of a test. */
const TELLING = `import { exec, http, test } from 'cc-ci/kit';
test('tells', async () => {
  await http('/');
  const { stdout } = await exec('app', ['cat', '/run/secrets/password']);
  console.log(stdout, JSON.stringify({ stdout }), encodeURIComponent(stdout));
  console.error(Buffer.from(stdout).toString('hex'));
  throw new Error('the password is ' + stdout + ' or ' + Buffer.from('user:' + stdout).toString('base64'));
});
`;

async function shout(recipe: TinyRecipe, service: string, more: string): Promise<readonly string[]> {
  const compose = tinyCompose('1.0.0+1', { service, more: more + SECRETS });
  await recipe.release({
    'compose.yml': compose.replace('    networks: [proxy]', '    secrets: [password]\n    networks: [proxy]'),
    '.env.sample': ENV,
    'tests/tell.test.ts': TELLING,
  });
  const events: RunEvent[] = [];
  const tiers = ['install', 'backup', 'functional'] as const;
  const results = await recipe.test(tiers, { secrets: { password: SECRET } }, (event) => events.push(event));
  expect(results).toMatchObject({ verdict: 'failure', flags: { noSecretLeak: true } });
  const told = JSON.stringify([events, results]);
  expect(told).toContain('•••');
  return [
    ...secretForms(SECRET).flatMap(({ form, bytes }) => (told.includes(bytes.toString()) ? [`told: ${form}`] : [])),
    ...(await scanForSecrets(recipe.lastRun(), [SECRET])),
  ];
}

test('an app, its hooks and its tests that tell their secret in every way leave none of it anywhere', async () => {
  await using recipe = await makeTinyRecipe('teller');
  expect(
    await shout(recipe, `${SHOUT}; mkdir /www; cat $$f > /www/index.html; exec httpd -f -p 80 -h /www`, SAVED),
  ).toEqual([]);
});

test('an app that dies with its secret on its lips leaves none of it anywhere', async () => {
  await using recipe = await makeTinyRecipe('teller');
  expect(await shout(recipe, `${SHOUT}; exit 1`, '')).toEqual([]);
});
