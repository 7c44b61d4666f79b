import { spawn } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * `npm run build`: what the package runs, as JavaScript in `dist/`, because Node refuses TypeScript below `node_modules`.
 * `npm pack` then packs what package.json names in `files`.
 */

const root = join(import.meta.dirname, '..');

function compile(): Promise<number> {
  const compiler = join(root, 'node_modules/.bin/tsc');
  const child = spawn(compiler, ['-p', 'tsconfig.build.json'], { cwd: root, stdio: 'inherit' });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve(code ?? 1));
  });
}

await rm(join(root, 'dist'), { recursive: true, force: true });
process.exitCode = await compile();
