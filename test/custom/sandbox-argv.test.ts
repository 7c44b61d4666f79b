import { expect, test } from 'vitest';
import { bwrapArgv } from '../../src/custom/sandbox-argv.ts';
import { credentialsOn } from '../../src/custom/screenshot.ts';

const spec = {
  asRoot: true,
  staging: '/tmp/s',
  nodeBinary: '/opt/node',
  playwrightDir: '/opt/playwright-core',
  outBytes: 1,
  scratchBytes: 2,
  cpuSeconds: 3,
};

test.each([true, false])('as root %s: every namespace is its own, the network included', (asRoot) => {
  const argv = bwrapArgv({ ...spec, asRoot }, ['true']);
  const needed = ['user', 'ipc', 'pid', 'net', 'uts'].map((name) => `--unshare-${name}`);
  expect(argv).toEqual(expect.arrayContaining([...needed, '--disable-userns', '--die-with-parent', '--clearenv']));
  expect(argv).not.toContain('--share-net');
});

test('root gives up its user before the command, and nobody else has to', () => {
  const asRoot = bwrapArgv(spec, ['true']);
  expect(asRoot.indexOf('setpriv')).toBeGreaterThan(asRoot.indexOf('--remount-ro'));
  expect(asRoot.slice(asRoot.indexOf('--reuid')).slice(0, 2)).toEqual(['--reuid', '65534']);
  expect(bwrapArgv({ ...spec, asRoot: false }, ['true'])).not.toContain('setpriv');
});

test('nothing of the host can be written, and only named places are seen', () => {
  const argv = bwrapArgv(spec, ['true']).slice(0, bwrapArgv(spec, ['true']).indexOf('setpriv'));
  expect(argv.filter((argument) => /^--(?:bind|dev-bind)/.test(argument))).toEqual([]);
  const sources = argv.flatMap((argument, index) => (argument.startsWith('--ro-bind') ? [argv[index + 1]] : []));
  const outside = sources.filter(
    (source) => source?.startsWith('/tmp/s/') !== true && source?.startsWith('/etc/') !== true,
  );
  expect(outside).toEqual(['/usr', '/opt/node', '/opt/playwright-core']);
  expect(sources).not.toContain('/etc');
});

test('a page shows credentials when a secret is in its text or title, or a password is filled in', () => {
  const page = { text: 'hello', title: 'Shop', filledPassword: false };
  expect(credentialsOn(page, ['s3cr3t-value'])).toBeUndefined();
  expect(credentialsOn({ ...page, text: 'it is s3cr3t-value' }, ['s3cr3t-value'])).toMatch(/secret/);
  expect(credentialsOn({ ...page, title: 's3cr3t-value' }, ['s3cr3t-value'])).toMatch(/secret/);
  expect(credentialsOn({ ...page, filledPassword: true }, [])).toMatch(/password/);
  expect(credentialsOn({ ...page, text: 'abc' }, ['abc', ''])).toBeUndefined();
});

test.each([true, false])(
  'as root %s: the filter of system calls is that of the innermost layer, and there is one',
  (asRoot) => {
    const argv = bwrapArgv({ ...spec, asRoot }, ['true']);
    const innermost = argv.slice(argv.lastIndexOf('bwrap'));
    expect(innermost.join(' ')).toContain('--seccomp 3');
    expect(argv.filter((argument) => argument === '--seccomp')).toHaveLength(1);
  },
);
