import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mustRun, runProcess } from '../../../src/base/process.ts';

export const BUSYBOX = 'cc-ci-test/busybox:1';

/** Builds a 2 MB image from Debian's static busybox, once: enough for everything that is about orchestration. */
export async function ensureBusybox(): Promise<string> {
  const present = await runProcess(['docker', 'image', 'inspect', BUSYBOX]);
  if (present.exitCode === 0) return BUSYBOX;
  const dir = await mkdtemp(join(tmpdir(), 'cc-ci-busybox-'));
  try {
    await mustRun(['apt-get', 'download', 'busybox-static'], { cwd: dir });
    const archive = (await readdir(dir)).find((name) => name.endsWith('.deb'));
    if (archive === undefined) throw new Error('apt-get download left no package');
    await mkdir(join(dir, 'root'));
    await mustRun(['dpkg-deb', '-x', join(dir, archive), join(dir, 'root')]);
    await writeFile(
      join(dir, 'Dockerfile'),
      'FROM scratch\nCOPY root/bin/busybox /bin/busybox\nRUN ["/bin/busybox", "--install", "-s", "/bin"]\n' +
        'RUN ["/bin/busybox", "mkdir", "-p", "/tmp", "/www"]\nCMD ["sleep", "1000000"]\n',
    );
    await mustRun(['docker', 'build', '--tag', BUSYBOX, dir], {
      env: { DOCKER_BUILDKIT: '0' },
      timeoutMs: 120_000,
    });
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
  return BUSYBOX;
}
