import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { CodedError } from '../../src/base/errors.ts';
import { readSecretFile } from '../../src/config/secret-file.ts';
import { type ConfigPaths, configPaths, publishServerSchema, readServerSettings } from '../../src/config/server.ts';
import { renderSettingsPage, SERVER_SCHEMA, SETTINGS_PAGE } from '../../tools/server-settings-page.ts';

let config: ConfigPaths;
beforeAll(async () => {
  config = configPaths(await mkdtemp(join(tmpdir(), 'cc-ci-config-')));
});
afterAll(() => rm(config.directory, { recursive: true }));

const GOOD = `publicUrl: https://ci.example.org/
forges:
  - id: git
    url: https://git.example.org
    tokenFile: forge-token
worker:
  domainSuffix: ci.example.org
`;
const read = async (text: string) => {
  await writeFile(config.settings, text);
  return readServerSettings(config);
};
const refusal = (text: string) =>
  read(text).then(
    () => undefined,
    (error: CodedError) => error,
  );

describe('server.yaml', () => {
  test('needs little, and the rest has defaults', async () => {
    const settings = await read(GOOD);
    expect(settings).toMatchObject({
      listen: '127.0.0.1:8466',
      publicUrl: 'https://ci.example.org',
      pollSeconds: 20,
      worker: { slots: 2, labels: [] },
    });
    expect(settings.forges[0]).toMatchObject({ kind: 'gitea', webhookSecretFiles: [], trust: { allow: [] } });
  });

  test.each([
    [
      'a key that nobody knows',
      GOOD.replace('tokenFile', 'tokenfile'),
      5,
      'forges.0.tokenfile',
      'did you mean tokenFile?',
    ],
    ['one at the top', `${GOOD}pollSecond: 5\n`, 8, 'pollSecond', 'did you mean pollSeconds?'],
    ['one that is nothing we have', `${GOOD}colour: red\n`, 8, 'colour', 'known keys are listen'],
  ])('with %s is an error with its line, and what was meant', async (_case, text, line, key, hint) => {
    const error = await refusal(text);
    expect(error).toMatchObject({
      code: 'E_SERVER_SETTINGS',
      fault: 'usage',
      where: { file: config.settings, line, key },
    });
    expect(error?.hint).toContain(hint);
  });

  test.each([
    ['no forge', GOOD.replace(/forges:[^]*?worker/, 'forges: []\nworker'), 2, 'forges'],
    [
      'two forges of one id',
      GOOD.replace('worker:', '  - { id: git, url: https://b.example.org, tokenFile: b }\nworker:'),
      2,
      'forges',
    ],
    ['an address that is none', GOOD.replace('https://git.example.org', 'git.example.org'), 4, 'forges.0.url'],
    ['a password in an address', GOOD.replace('https://git.', 'https://me:secret@git.'), 4, 'forges.0.url'],
    ['no port', `listen: localhost\n${GOOD}`, 1, 'listen'],
    ['a port that is none', `listen: localhost:65536\n${GOOD}`, 1, 'listen'],
    ['a pause that is too long to poll', `${GOOD}pollSeconds: 3600\n`, 8, 'pollSeconds'],
    ['a forge without a token', GOOD.replace(/ +tokenFile.*\n/, ''), 3, 'forges.0.tokenFile'],
    ['text that is no YAML', 'publicUrl: [\n', 2, undefined],
  ])('with %s is an error at that place', async (_case, text, line, key) => {
    expect((await refusal(text))?.where).toMatchObject({ file: config.settings, line, ...(key && { key }) });
  });

  test('that is not there says where it is looked for', async () => {
    const nowhere = configPaths(join(config.directory, 'nowhere'));
    await expect(readServerSettings(nowhere)).rejects.toMatchObject({ where: { file: nowhere.settings } });
  });
});

describe('a secret', () => {
  const place = { given: 'token', key: 'forges.0.tokenFile', configDirectory: '' };
  const put = async (directory: string, text: string, mode: number) => {
    const file = join(directory, 'token');
    await writeFile(file, text);
    await chmod(file, mode);
  };

  test('is read from its file without the last newline', async () => {
    await put(config.directory, 'tok en\n', 0o640);
    expect(await readSecretFile({ ...place, configDirectory: config.directory }, {})).toBe('tok en');
  });

  test('is taken from systemd’s credentials first', async () => {
    const credentials = await mkdtemp(join(config.directory, 'credentials-'));
    await put(credentials, 'from-systemd', 0o400);
    await put(config.directory, 'from-file', 0o600);
    const env = { CREDENTIALS_DIRECTORY: credentials };
    expect(await readSecretFile({ ...place, configDirectory: config.directory }, env)).toBe('from-systemd');
  });

  test.each([
    ['everyone may read', 'secret', 0o644],
    ['is empty', '\n', 0o600],
  ])('that %s is refused, and not shown', async (_case, text, mode) => {
    await put(config.directory, text, mode);
    const reading = readSecretFile({ ...place, configDirectory: config.directory }, {});
    await expect(reading).rejects.toMatchObject({ code: 'E_SECRET_FILE', where: { key: 'forges.0.tokenFile' } });
    await expect(reading).rejects.not.toThrow(/secret$/);
  });
});

describe('what is published of the settings', () => {
  test('docs/server-settings.md is what they say of themselves (`npm run docs` writes it)', async () => {
    expect(await readFile(SETTINGS_PAGE, 'utf8')).toBe(renderSettingsPage());
  });
  test('schema/server.schema.json is theirs (`npm run docs` writes it)', async () => {
    expect(JSON.parse(await readFile(SERVER_SCHEMA, 'utf8'))).toEqual(publishServerSchema());
  });
});
