import { spawn } from 'node:child_process';
import { glob, readFile } from 'node:fs/promises';
import { dirname, join, normalize, relative } from 'node:path';
import { checkExpressions } from './expressions/verdicts.ts';
import { judgeImports, type RoomImport, roomOf } from './layers.ts';

/** `npm run check`: every static check, side by side; prints what failed and ends with 1 if anything did. */

const root = join(import.meta.dirname, '..');

interface Outcome {
  readonly name: string;
  readonly ok: boolean;
  readonly output: string;
  readonly ms: number;
}

function runTool(name: string, argv: readonly [string, ...string[]]): Promise<Outcome> {
  const started = performance.now();
  return new Promise((resolve) => {
    const [file, ...args] = argv;
    const child = spawn(join(root, 'node_modules/.bin', file), args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
    const chunks: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => chunks.push(chunk));
    const end = (ok: boolean, extra = '') =>
      resolve({ name, ok, output: Buffer.concat(chunks).toString() + extra, ms: performance.now() - started });
    child.on('error', (error) => end(false, error.message));
    child.on('close', (code) => end(code === 0));
  });
}

async function collectImports(): Promise<RoomImport[]> {
  const imports: RoomImport[] = [];
  for await (const file of glob('src/**/*.ts', { cwd: root })) {
    const from = roomOf(file);
    if (from === undefined) continue;
    const text = await readFile(join(root, file), 'utf8');
    for (const match of text.matchAll(/(?:from|import)\s*\(?\s*'(?<target>\.[^']+)'/g)) {
      const target = normalize(join(dirname(file), match.groups?.['target'] ?? ''));
      const to = roomOf(relative(root, join(root, target)));
      if (to !== undefined) imports.push({ file, from, to });
    }
  }
  return imports;
}

async function checkLayers(): Promise<Outcome> {
  const started = performance.now();
  const problems = judgeImports(await collectImports());
  return { name: 'layers', ok: problems.length === 0, output: problems.join('\n'), ms: performance.now() - started };
}

async function checkLengths(): Promise<Outcome> {
  const started = performance.now();
  const long: string[] = [];
  for await (const file of glob('{src,kit,test,bench,tools,examples}/**/*.{ts,sh,css}', { cwd: root })) {
    const lines = (await readFile(join(root, file), 'utf8')).split('\n').length - 1;
    if (lines > 400) long.push(`${file}: ${lines} lines, at most 400`);
  }
  return { name: 'file length', ok: long.length === 0, output: long.join('\n'), ms: performance.now() - started };
}

async function checkLinear(): Promise<Outcome> {
  const started = performance.now();
  const problems = await checkExpressions(root);
  const ms = performance.now() - started;
  return { name: 'linear expressions', ok: problems.length === 0, output: problems.join('\n'), ms };
}

const outcomes = await Promise.all([
  runTool('types (tsc)', ['tsc', '--noEmit', '--pretty', 'false']),
  runTool('lint (oxlint)', ['oxlint', '--quiet']),
  runTool('format (biome)', ['biome', 'check', '--linter-enabled=false', '.']),
  runTool('dead code (knip)', ['knip', '--no-progress']),
  checkLayers(),
  checkLengths(),
  checkLinear(),
]);
for (const { name, ok, output, ms } of outcomes) {
  process.stdout.write(`${ok ? 'ok  ' : 'FAIL'} ${name} (${(ms / 1000).toFixed(1)} s)\n`);
  if (!ok) process.stdout.write(`${output.trim()}\n`);
}
process.exitCode = outcomes.every(({ ok }) => ok) ? 0 : 1;
