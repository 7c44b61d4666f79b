import { chmod, cp, lstat, mkdir, mkdtemp, readdir, rm, rmdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { ownModule, ownModules } from '../base/own-files.ts';
import { type GatewayCertificate, makeGatewayCertificate } from './gateway-certificate.ts';
import { requireSandbox } from './sandbox.ts';

/** The longest path to a unix socket (sun_path without its closing zero: unix(7)), in bytes. */
const LONGEST_SOCKET_PATH = 107;
const LONGEST_INSIDE = '/sXXXXXX/run/gateway.sock';

/**
 * Where the sandboxes of a run are staged. The run's journal knows the place before there is anything in it, because whoever
 * cleans up after the run may have another directory for temporary files. `/tmp` where that directory's own name leaves
 * a socket no room.
 */
export function stagingRoot(runId: string, temporary = tmpdir()): string {
  const root = join(temporary, `cc-ci-sandbox-${runId}`);
  const fits = Buffer.byteLength(root + LONGEST_INSIDE) <= LONGEST_SOCKET_PATH;
  return fits ? root : join('/tmp', `cc-ci-sandbox-${runId}`);
}

/** A directory of copies that the sandbox sees read-only, and of the sockets that lead out of it. Removed on disposal. */
export interface Staging extends AsyncDisposable {
  readonly path: string;
  /** Made for this sandbox: what is trusted inside. */
  readonly certificate: GatewayCertificate;
}

/**
 * Copies what the sandbox needs into a new directory that only we can enter. Copies, because the sandbox's user may not
 * be able to read the originals, and because nothing may change under its feet. `E_SANDBOX_MISSING` where no sandbox can be made.
 */
export async function stageSandbox(options: {
  readonly runId: string;
  readonly testsDir: string | undefined;
  /** Host names that the sandbox may ask for. */
  readonly hosts: readonly string[];
}): Promise<Staging> {
  await requireSandbox();
  const root = stagingRoot(options.runId);
  const path = await directoryIn(root);
  const remove = async () => {
    await rm(path, { recursive: true, force: true });
    // The last one to go takes the place along; until then it is not empty.
    await rmdir(root).catch(() => undefined);
  };
  // Beside what the sandbox sees: its key is nothing for that.
  const making = makeGatewayCertificate(options.hosts, root);
  // Awaited last: what fails before is told first.
  making.catch(() => undefined);
  try {
    await Promise.all(['etc', 'cc-ci', 'run'].map((name) => mkdir(join(path, name))));
    const manifest = {
      name: 'cc-ci',
      type: 'module',
      exports: { './kit': `./kit/${basename(ownModule('kit/index'))}` },
    };
    const files = {
      'etc/passwd': 'tester:x:1000:1000:tester:/home/tester:/bin/sh\nnobody:x:65534:65534:nobody:/:/usr/sbin/nologin\n',
      'etc/group': 'tester:x:1000:\nnogroup:x:65534:\n',
      'etc/hosts': '127.0.0.1 localhost sandbox\n::1 localhost\n',
      'etc/nsswitch.conf': 'passwd: files\ngroup: files\nhosts: files\n',
      'cc-ci/package.json': JSON.stringify(manifest),
    };
    await Promise.all(Object.entries(files).map(([name, text]) => writeFile(join(path, name), text)));
    await cp(ownModules('kit'), join(path, 'cc-ci/kit'), { recursive: true });
    if (options.testsDir === undefined) await mkdir(join(path, 'tests'));
    else await cp(options.testsDir, join(path, 'tests'), { recursive: true, verbatimSymlinks: true });
    const certificate = await making;
    await writeFile(join(path, 'cc-ci/authority.pem'), certificate.cert);
    await openToReaders(path);
    await chmod(path, 0o700);
    return { path, certificate, [Symbol.asyncDispose]: remove };
  } catch (error: unknown) {
    await making.catch(() => undefined);
    await remove();
    throw error;
  }
}

/** A new directory in one that may be removed, because it is empty, at any moment before. */
async function directoryIn(root: string): Promise<string> {
  for (;;) {
    await mkdir(root, { recursive: true, mode: 0o700 });
    try {
      return await mkdtemp(join(root, 's'));
    } catch (error: unknown) {
      if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
    }
  }
}

/** Lets everyone read, and run what its owner may run, whatever umask the originals were made under. */
async function openToReaders(directory: string): Promise<void> {
  await chmod(directory, 0o755);
  for (const entry of await readdir(directory, { withFileTypes: true })) {
    const path = join(directory, entry.name);
    if (entry.isDirectory()) await openToReaders(path);
    else if (entry.isFile()) await chmod(path, ((await lstat(path)).mode & 0o100) === 0 ? 0o644 : 0o755);
  }
}
