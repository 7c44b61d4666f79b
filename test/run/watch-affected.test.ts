import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Stack } from '../../src/recipe/compose/types.ts';
import { affected } from '../../src/run/watch/affected.ts';
import type { Picture } from '../../src/run/watch/picture.ts';

const STACK: Stack = {
  version: '3.8',
  services: {
    app: {
      image: 'app:1',
      environment: { TITLE: 'a' },
      volumes: [
        { type: 'volume', source: 'data', target: '/data' },
        { type: 'bind', source: './theme', target: '/theme' },
      ],
      configs: [{ source: 'conf', target: '/etc/app.conf' }],
      deploy: { labels: { 'backupbot.backup': 'true', 'backupbot.backup.pre-hook': '/dump.sh' } },
    },
    cache: { image: 'cache:1', configs: [{ source: 'other' }] },
  },
  networks: { internal: {} },
  volumes: { data: {} },
  secrets: { key: { external: true, name: 's_key_v1' } },
  configs: {
    conf: { name: 's_conf_v1', file: './app.conf.tmpl' },
    other: { name: 's_other_v1', file: './other.conf' },
  },
};

const PICTURE: Picture = {
  files: {
    '.env.sample': '1',
    'README.md': '1',
    'abra.sh': '1',
    'app.conf.tmpl': '1',
    'compose.yml': '1',
    'release/1.0.0+1': '1',
    'tests/app.test.ts': '1',
    'theme/style.css': '1',
  },
  stack: STACK,
  contents: { 'configs.conf': '1', 'configs.other': '1' },
  secrets: [{ id: 'key', name: 's_key_v1', version: 'v1', variable: 'SECRET_KEY_VERSION', modifiers: { length: 32 } }],
  env: { TITLE: 'a' },
  postDeploy: [],
  postUpgrade: [],
  testFiles: 1,
  backupCapable: true,
};

function withFile(path: string, hash: string | undefined): Picture {
  const { [path]: _, ...rest } = PICTURE.files;
  return { ...PICTURE, files: hash === undefined ? rest : { ...rest, [path]: hash } };
}

function withStack(changes: Partial<Stack>): Picture {
  return { ...withFile('compose.yml', '2'), stack: { ...STACK, ...changes } };
}

function withApp(changes: Stack['services'][string]): Picture {
  return withStack({ services: { ...STACK.services, app: { ...STACK.services['app'], ...changes } } });
}

/** What is done again besides lint, as words. */
function redone(after: Picture): string[] {
  const { deploy, tests, backup } = affected(PICTURE, after);
  return [...(deploy === 'nothing' ? [] : [deploy]), ...(tests ? ['tests'] : []), ...(backup ? ['backup'] : [])];
}

describe('after a change of', () => {
  test.each([
    ['README.md', []],
    ['release/next', []],
    ['.env.sample', []],
    ['compose.yml', []],
    ['abra.sh', []],
    ['tests/app.test.ts', ['tests']],
    ['theme/style.css', ['update', 'tests']],
    ['entrypoint.sh', ['update', 'tests']],
  ])('%s alone, %j is done again', (path, expected) => {
    expect(redone(withFile(path, '2'))).toEqual(expected);
    expect(affected(PICTURE, withFile(path, '2'))).toMatchObject({ paths: [path], lint: true });
  });

  test.each<[string, Picture, string[]]>([
    ['an image', withApp({ image: 'app:2' }), ['update', 'tests']],
    ['the environment', withApp({ environment: { TITLE: 'b' } }), ['update', 'tests']],
    ['a new service', withStack({ services: { ...STACK.services, job: { image: 'job:1' } } }), ['update', 'tests']],
    ['a new network', withStack({ networks: { internal: {}, more: {} } }), ['update', 'tests']],
    ['a backup label', withApp({ deploy: { labels: { 'backupbot.backup': 'true' } } }), ['update', 'tests', 'backup']],
    [
      'any other label',
      withApp({ deploy: { labels: { ...STACK.services['app']?.deploy?.labels, x: 'y' } } }),
      ['update', 'tests'],
    ],
    [
      'a config that a hook may call',
      { ...PICTURE, contents: { ...PICTURE.contents, 'configs.conf': '2' } },
      ['update', 'tests', 'backup'],
    ],
    ['another config', { ...PICTURE, contents: { ...PICTURE.contents, 'configs.other': '2' } }, ['update', 'tests']],
    ['a network that is there', withStack({ networks: { internal: { attachable: true } } }), ['fresh', 'tests']],
    ['a new volume', withStack({ volumes: { data: {}, more: {} } }), ['fresh', 'tests', 'backup']],
    [
      'where a volume is mounted',
      withApp({ volumes: [{ type: 'volume', source: 'data', target: '/elsewhere' }] }),
      ['fresh', 'tests'],
    ],
    ['a service that goes', withStack({ services: { app: STACK.services['app'] ?? {} } }), ['fresh', 'tests']],
    [
      'the mode of a service',
      withApp({ deploy: { ...STACK.services['app']?.deploy, mode: 'global' } }),
      ['fresh', 'tests'],
    ],
    [
      'how a secret is made',
      { ...PICTURE, secrets: PICTURE.secrets.map((secret) => ({ ...secret, modifiers: { length: 8 } })) },
      ['fresh', 'tests'],
    ],
    [
      'the version of a secret',
      { ...PICTURE, secrets: PICTURE.secrets.map((secret) => ({ ...secret, name: 's_key_v2' })) },
      ['fresh', 'tests'],
    ],
    [
      'what is done after a deploy',
      { ...PICTURE, postDeploy: [{ service: 'app', command: 'init', args: [] }] },
      ['fresh', 'tests'],
    ],
    ['nothing', PICTURE, []],
  ])('%s', (_what, after, expected) => {
    expect(redone(after)).toEqual(expected);
  });
});

test('what makes a fresh install necessary is said, one sentence each', () => {
  const after = { ...withStack({ volumes: {}, services: { app: { image: 'app:1' } } }) };
  expect(affected(PICTURE, after).reasons).toEqual([
    'the volume data is gone',
    'app mounts volumes elsewhere',
    'the service cache is gone',
  ]);
});

test('a file that cannot be judged is named as the reason of a redeploy', () => {
  expect(affected(PICTURE, withFile('entrypoint.sh', '2')).reasons).toEqual([
    'entrypoint.sh: not known to be harmless, so the app was deployed again',
  ]);
});

test('a function of abra.sh counts where a new app is set up with it', () => {
  const commanded = { ...PICTURE, postDeploy: [{ service: 'app', command: 'init', args: [] }] };
  const after = { ...commanded, files: { ...commanded.files, 'abra.sh': '2' } };
  expect(affected(commanded, after).deploy).toBe('fresh');
});

test('a text that a service mounts is not harmless', () => {
  const mounting = withApp({ volumes: [{ type: 'bind', source: './README.md', target: '/readme' }] });
  const after = { ...mounting, files: { ...mounting.files, 'README.md': '2' } };
  expect(affected(mounting, after).deploy).toBe('update');
});

test('the order of keys is no change', () => {
  const turned = (value: unknown): unknown =>
    Array.isArray(value)
      ? value.map(turned)
      : typeof value === 'object' && value !== null
        ? Object.fromEntries(
            Object.entries(value)
              .toReversed()
              .map(([key, inner]) => [key, turned(inner)]),
          )
        : value;
  expect(redone(turned(PICTURE) as Picture)).toEqual([]);
});

describe('property: whatever is not known to be harmless is deployed again', () => {
  const HARMLESS =
    /^(?:[^/]*\.md|(?:licen[cs]e|copying|changelog|authors|codeowners|renovate\.json)[^/]*|(?:release|docs?|tests)\/.*|\.(?:gitignore|gitattributes|editorconfig|drone\.yml|woodpecker\.ya?ml|env\.sample)|\.(?:gitea|forgejo|github|woodpecker)\/.*|abra\.sh|compose(?:\..+)?\.ya?ml)$/i;
  const name = fc.stringMatching(/^[a-zA-Z_.][a-zA-Z0-9_.-]{0,12}$/);
  const path = fc.oneof(
    name,
    fc.array(name, { minLength: 2, maxLength: 4 }).map((parts) => parts.join('/')),
  );

  test('for files that come, go or change', () => {
    fc.assert(
      fc.property(path, fc.constantFrom('2', undefined), (file, hash) => {
        fc.pre(!HARMLESS.test(file) && PICTURE.files[file] === undefined && file !== 'other.conf');
        const there = { ...PICTURE, files: { ...PICTURE.files, [file]: '1' } };
        const { [file]: _, ...without } = there.files;
        const after = { ...there, files: hash === undefined ? without : { ...without, [file]: hash } };
        expect(affected(there, after).deploy).not.toBe('nothing');
        expect(affected(after, there).deploy).not.toBe('nothing');
      }),
    );
  });

  test('for anything in what the Engine is told', () => {
    const key = fc.stringMatching(/^[a-z_]{1,12}$/);
    const value = fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.array(fc.string(), { maxLength: 3 }));
    fc.assert(
      fc.property(fc.constantFrom('app', 'cache'), key, value, (service, field, changed) => {
        const before = STACK.services[service] ?? {};
        fc.pre(!['volumes', 'configs', 'deploy'].includes(field) && before[field] !== changed);
        const after = withStack({ services: { ...STACK.services, [service]: { ...before, [field]: changed } } });
        expect(affected(PICTURE, after).deploy).not.toBe('nothing');
        expect(affected(PICTURE, after).tests).toBe(true);
      }),
    );
  });
});
