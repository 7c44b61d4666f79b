import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseResults, publishSchema, readResults, writeResults } from '../../src/results/json.ts';
import { greenRun, redRun } from './samples.ts';

let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'cc-ci-results-'));
});

afterEach(async () => {
  await rm(directory, { recursive: true });
});

describe('writeResults', () => {
  it('writes what readResults reads', async () => {
    await writeResults(directory, redRun());
    expect(await readResults(directory)).toEqual(redRun());
    expect(await readdir(directory)).toEqual(['results.json']);
  });

  it('refuses results that do not fit, names the place, and leaves the old file as it was', async () => {
    await writeResults(directory, greenRun());
    const broken = { ...greenRun(), level: 6 };
    await expect(writeResults(directory, broken)).rejects.toMatchObject({
      code: 'E_RESULTS',
      fault: 'cc-ci',
      where: { key: 'level' },
    });
    expect(await readResults(directory)).toEqual(greenRun());
    expect(await readdir(directory)).toEqual(['results.json']);
  });
});

describe('readResults', () => {
  it('says what to do where there is no run, or a broken one', async () => {
    await expect(readResults(directory)).rejects.toMatchObject({ code: 'E_RESULTS', fault: 'usage' });
    await writeFile(join(directory, 'results.json'), '{"schema": 1');
    await expect(readResults(directory)).rejects.toMatchObject({ code: 'E_RESULTS' });
  });

  it('refuses a document of another schema', () => {
    expect(() => parseResults({ ...greenRun(), schema: 2 })).toThrow(/schema 1/);
  });
});

describe('the published schema', () => {
  it('is the one in schema/results.schema.json (tools/schema.ts writes it)', async () => {
    const file = join(import.meta.dirname, '../../schema/results.schema.json');
    expect(JSON.parse(await readFile(file, 'utf8'))).toEqual(JSON.parse(JSON.stringify(publishSchema())));
  });

  it('names its version and asks for every field', () => {
    const schema = publishSchema();
    expect(schema['$id']).toBe('urn:cc-ci:results:1');
    expect(schema['required']).toEqual(Object.keys(greenRun()));
  });
});
