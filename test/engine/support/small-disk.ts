import { mkdir, rm, truncate, writeFile } from 'node:fs/promises';
import { mustRun } from '../../../src/base/process.ts';

/** A disk of its own at a directory. Unmounted and removed on disposal. */
export interface SmallDisk extends AsyncDisposable {
  readonly mountPoint: string;
}

/** Mounts a new file system of some MiB at a directory; needs root. It takes no room but for what is written to it. */
export async function mountSmallDisk(mountPoint: string, mebibytes: number): Promise<SmallDisk> {
  const image = `${mountPoint}.img`;
  await mkdir(mountPoint, { recursive: true });
  await writeFile(image, '');
  await truncate(image, mebibytes * 1024 ** 2);
  await mustRun(['mkfs.ext4', '-q', '-O', '^has_journal', '-m', '0', image]);
  await mustRun(['mount', '-o', 'loop', image, mountPoint]);
  return {
    mountPoint,
    async [Symbol.asyncDispose]() {
      await mustRun(['umount', mountPoint]);
      await rm(image);
    },
  };
}
