import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RENDERERS, writeArtifacts } from '../../src/results/artifacts.ts';
import { readResults } from '../../src/results/json.ts';
import { greenRun, redRun } from './samples.ts';

let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'cc-ci-artifacts-'));
});

afterEach(async () => {
  await rm(directory, { recursive: true });
});

describe('writeArtifacts', () => {
  it('writes every artifact, lists each with its size, and keeps those the run listed', async () => {
    const { results, failed } = await writeArtifacts(directory, greenRun());
    expect(failed).toEqual([]);
    expect((await readdir(directory)).toSorted()).toEqual([
      'badge.svg',
      'card.svg',
      'junit.xml',
      'lint.txt',
      'report.html',
      'results.json',
    ]);
    expect(await readResults(directory)).toEqual(results);
    for (const { name } of RENDERERS) {
      const listed = results.artifacts.find((artifact) => artifact.name === name);
      expect(listed?.bytes, name).toBe((await stat(join(directory, name))).size);
    }
    expect(results.artifacts.slice(0, 3)).toEqual(greenRun().artifacts);
  });

  it('lists what the run left for people to read, and nothing private', async () => {
    await mkdir(join(directory, 'logs'));
    await mkdir(join(directory, 'work'));
    await writeFile(join(directory, 'events.ndjson'), '{}\n');
    await writeFile(join(directory, 'logs/app.log'), 'up\n');
    await writeFile(join(directory, 'work/file'), 'not for people');
    await writeFile(join(directory, '.hidden'), 'not for people');
    await writeFile(join(directory, 'credentials.json'), 'not for others', { mode: 0o600 });
    const { results } = await writeArtifacts(directory, greenRun({ artifacts: [] }));
    expect(results.artifacts.slice(0, 2)).toEqual([
      { name: 'events.ndjson', bytes: 3 },
      { name: 'logs/app.log', bytes: 3 },
    ]);
    expect(results.artifacts).toHaveLength(2 + RENDERERS.length);
  });

  it('puts the screenshot into the report', async () => {
    const screenshot = Buffer.from([0x89, 0x50, 0x4e, 0x47]);
    await writeArtifacts(directory, greenRun(), { screenshot });
    expect(await readFile(join(directory, 'report.html'), 'utf8')).toContain('src="data:image/png;base64,iVBORw=="');
  });

  it.each(RENDERERS.map(({ name }) => name))(
    'a %s that cannot be rendered is a note; the verdict stands',
    async (name) => {
      const renderers = RENDERERS.map((renderer) =>
        renderer.name === name
          ? {
              name,
              render: () => {
                throw new Error('the renderer is broken');
              },
            }
          : renderer,
      );
      const given = redRun();
      const { results, failed } = await writeArtifacts(directory, given, { renderers });
      expect(failed).toEqual([{ name, reason: 'the renderer is broken' }]);
      expect(await readdir(directory)).not.toContain(name);
      expect(await readResults(directory)).toEqual(results);
      expect(results).toEqual({
        ...given,
        notes: [...given.notes, `${name} could not be written: the renderer is broken`],
        artifacts: expect.any(Array),
      });
      expect(results.artifacts).toHaveLength(given.artifacts.length + RENDERERS.length - 1);
    },
  );

  it('reports results that do not fit instead of throwing, and still renders the rest', async () => {
    const { failed } = await writeArtifacts(directory, { ...greenRun(), level: 9 });
    expect(failed.map(({ name }) => name)).toEqual(['results.json']);
    expect(await readdir(directory)).toContain('report.html');
  });

  it('replaces what an earlier call wrote, without listing anything twice', async () => {
    const first = await writeArtifacts(directory, greenRun());
    const second = await writeArtifacts(directory, {
      ...first.results,
      flags: { cleanTeardown: true, noSecretLeak: false },
    });
    expect(second.results.artifacts.map(({ name }) => name)).toEqual(first.results.artifacts.map(({ name }) => name));
    expect((await readResults(directory)).flags.noSecretLeak).toBe(false);
    expect(await readFile(join(directory, 'report.html'), 'utf8')).toContain('Do not publish them.');
  });

  it('does not touch the results it was given', async () => {
    const given = redRun();
    await writeArtifacts(directory, given);
    expect(given).toEqual(redRun());
  });
});
