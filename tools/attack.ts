import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Attempt, judgeAttempts, readAttempts, renderAttempts, testPattern } from './security/attempts.ts';

/**
 * `npm run attack`: makes every attempt of docs/security.md, and prints who makes it, what is expected and what was seen.
 * Words behind it choose attempts: `npm run attack -- sandbox`. Exits with 1 where one got through, or was not made.
 */
const PAGE = join(import.meta.dirname, '../docs/security.md');

const words = process.argv.slice(2).map((word) => word.toLowerCase());
const all = readAttempts(await readFile(PAGE, 'utf8'));
const chosen = all.filter((attempt) =>
  words.every((word) => Object.values(attempt).join(' ').toLowerCase().includes(word)),
);
if (chosen.length === 0) {
  process.stderr.write(`no attempt of docs/security.md has ${words.join(' and ')} in it\n`);
  process.exit(2);
}

const directory = await mkdtemp(join(tmpdir(), 'cc-ci-attack-'));
try {
  const outcomes = join(directory, 'outcomes.json');
  await runTests(chosen, outcomes);
  const seen = JSON.parse(await readFile(outcomes, 'utf8').catch(() => '[]')) as readonly {
    readonly name: string;
    readonly status: string;
  }[];
  const judged = judgeAttempts(chosen, seen);
  process.stdout.write(`\n${renderAttempts(judged)}\n`);
  const through = judged.filter(({ seen: what }) => what !== 'stopped').length;
  process.stdout.write(`${judged.length - through} of ${judged.length} attempts were stopped\n`);
  process.exitCode = through === 0 ? 0 : 1;
} finally {
  await rm(directory, { recursive: true, force: true });
}

async function runTests(attempts: readonly Attempt[], outcomes: string): Promise<void> {
  const files = [...new Set(attempts.map(({ file }) => file))];
  const args = ['--outcomes', outcomes, '-t', testPattern(attempts.map(({ title }) => title)), ...files];
  await new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [join(import.meta.dirname, 'test.ts'), ...args], { stdio: 'inherit' });
    child.once('error', reject);
    child.once('close', resolve);
  });
}
