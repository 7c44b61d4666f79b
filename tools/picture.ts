import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { renderPicture } from '../src/results/picture.ts';
import { RunResults } from '../src/results/schema.ts';

/** `tools/node tools/picture.ts RESULTS COMMAND`: makes docs/picture.svg anew from the `results.json` of a real run. */
const [results, command] = process.argv.slice(2);
if (results === undefined || command === undefined) throw new Error('usage: picture.ts RESULTS COMMAND');
const run = RunResults.parse(JSON.parse(await readFile(results, 'utf8')));
await writeFile(join(import.meta.dirname, '../docs/picture.svg'), renderPicture(run, command));
