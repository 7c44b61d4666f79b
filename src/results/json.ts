import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { CodedError, messageOf } from '../base/errors.ts';
import { writeFileAtomic } from '../base/files.ts';
import { RunResults, SCHEMA_VERSION } from './schema.ts';

export const RESULTS_FILE = 'results.json';

/** Checks a results document; what does not fit is `E_RESULTS` and names each place (a defect of the writer). */
export function parseResults(value: unknown, file = RESULTS_FILE): RunResults {
  const parsed = RunResults.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new CodedError({
    code: 'E_RESULTS',
    message: `not a results document of schema ${SCHEMA_VERSION}`,
    fault: 'cc-ci',
    where: { file, key: parsed.error.issues[0]?.path.join('.') },
    evidence: parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`),
  });
}

/** Writes `results.json` into a run's directory, as a whole or not at all. Invalid results are `E_RESULTS`, nothing is written. */
export async function writeResults(directory: string, results: RunResults): Promise<void> {
  const text = `${JSON.stringify(parseResults(results), undefined, 2)}\n`;
  await writeFileAtomic(join(directory, RESULTS_FILE), text);
}

/** Reads a run's `results.json`; a file that cannot be read or does not fit is `E_RESULTS`. */
export async function readResults(directory: string): Promise<RunResults> {
  const file = join(directory, RESULTS_FILE);
  let value: unknown;
  try {
    value = JSON.parse(await readFile(file, 'utf8'));
  } catch (error: unknown) {
    throw new CodedError({
      code: 'E_RESULTS',
      message: `cannot be read: ${messageOf(error)}`,
      fault: 'usage',
      where: { file },
      hint: 'name the directory of a finished run',
      cause: error,
    });
  }
  return parseResults(value, file);
}

/** The schema of `results.json` as JSON Schema (draft 2020-12), for readers in any language. */
export function publishSchema(): Readonly<Record<string, unknown>> {
  const { $schema, ...schema } = z.toJSONSchema(RunResults);
  return {
    $schema,
    $id: `urn:cc-ci:results:${SCHEMA_VERSION}`,
    title: 'cc-ci results.json',
    description: 'One finished run of cc-ci. Times are ISO 8601 in UTC, durations milliseconds, sizes bytes.',
    ...schema,
  };
}
