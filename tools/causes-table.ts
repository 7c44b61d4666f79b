import { writeFile } from 'node:fs/promises';
import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import { CANARIES } from '../test/engine/canaries/all.ts';
import { causeTable, describeSign } from '../test/engine/support/cause-table.ts';
import { openBench } from '../test/engine/support/cc-ci.ts';
import { judgeSpeed, runCanary, type Watched } from '../test/engine/support/run-canary.ts';
import { prepareTests } from './suite/prepare.ts';

/**
 * `npm run causes`: makes a real run of every canary, with a recorder beside it, and writes docs/cause-times.md anew. Given
 * codes, it runs only those and writes nothing. Ends with 1 when a cause was not named, or not in time.
 */

const wanted = process.argv.slice(2);
const chosen = CANARIES.filter(({ code }) => wanted.length === 0 || wanted.includes(code));
await prepareTests(['engine']);
await using bench = await openBench();
const watched: Watched[] = [];
for (const canary of chosen) {
  const one = await runCanary(bench, canary);
  watched.push(one);
  const { ms, ok } = judgeSpeed(one);
  const named = one.results?.findings[0]?.code ?? /\[(?<code>[\w-]+)\]/.exec(one.stderr)?.groups?.['code'];
  process.stderr.write(
    `${ok ? 'ok  ' : 'FAIL'} ${canary.code} (${canary.title}): ${named ?? 'nothing'}; ` +
      `${one.decisive === undefined ? 'no sign' : describeSign(one.decisive)} to verdict ${ms ?? '?'} ms\n`,
  );
  if (named !== canary.code) {
    const [finding] = one.results?.findings ?? [];
    process.stderr.write(`${finding?.sentence ?? ''}\n${(finding?.evidence ?? []).join('\n')}\n${one.stderr}\n`);
  }
  if (process.env['CC_CI_SHOW_SIGNS'] === '1') {
    for (const sign of one.signs) {
      process.stderr.write(`       ${sign.atMs - one.startedAtMs} ms ${describeSign(sign)}\n`);
    }
    process.stderr.write(`       ${(one.verdictAtMs ?? 0) - one.startedAtMs} ms verdict\n${one.stderr}`);
  }
}
const table = causeTable(watched);
process.stdout.write(`${table}\n`);
if (wanted.length === 0) {
  const page = [
    '# How fast each cause is named',
    '',
    'Written by `npm run causes`: a real run of a wrong recipe for each cause. A recorder beside it, with a client of its own, reads',
    'the task states every 50 ms, follows the events, and asks the app every 200 ms. The times count from the moment the first service',
    'was made (from the start of the command where none was); the verdict is the moment the command said the cause. What a run',
    'may take from the deciding sign: 3 s, 6 s where tasks never leave `new`, 15 s where only asking the app can show it.',
    'Where a sign is that the run began something, the Engine shows none: what is counted then is too much rather than too little.',
    'A figure below zero means that the run knew it up to one reading of the task states before the recorder did.',
    '',
    `Measured on ${cpus().length} processor cores and ${Math.round(totalmem() / 2 ** 30)} GB of memory, Docker Engine ${bench.engine.version.Version}.`,
    '',
    table,
    '',
  ];
  await writeFile(join(import.meta.dirname, '../docs/cause-times.md'), page.join('\n'));
}
process.exitCode = watched.every((one) => judgeSpeed(one).ok) ? 0 : 1;
