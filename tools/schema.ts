import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { publishSchema } from '../src/results/json.ts';

/** `tools/node tools/schema.ts`: writes the published schema of `results.json` anew. Format it afterwards. */
const file = join(import.meta.dirname, '../schema/results.schema.json');
await writeFile(file, `${JSON.stringify(publishSchema(), undefined, 2)}\n`);
