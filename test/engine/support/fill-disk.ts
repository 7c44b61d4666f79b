/** `fill-disk.ts <directory>`: leaves nothing free on the disk that a directory is on. */
import { execFileSync } from 'node:child_process';
import { statfsSync } from 'node:fs';
import { join } from 'node:path';

const [directory = ''] = process.argv.slice(2);
// Files need blocks for what they are made of, too: what is left over is taken by smaller and smaller ones.
for (let round = 0; round < 8; round += 1) {
  const { bavail, bsize } = statfsSync(directory);
  const size = Math.floor(round < 7 ? bavail * (round === 0 ? 0.99 : 0.9) : bavail) * bsize;
  if (size < bsize) break;
  try {
    execFileSync('fallocate', ['--length', String(size), join(directory, `filler-${round}`)], {
      stdio: 'ignore',
    });
  } catch {
    // The last blocks are for the file itself.
  }
}
