import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runProcess } from '../../src/base/process.ts';
import { makeScratch, writeFiles } from '../recipe/recipe-repository.ts';
import { CLEAN } from '../recipe/sample-recipe.ts';

async function lint(files: Readonly<Record<string, string>>, ...args: string[]) {
  await using scratch = await makeScratch();
  await writeFiles(join(scratch.dir, 'wiki'), { ...CLEAN, ...files });
  const main = join(import.meta.dirname, '../../src/cli/main.ts');
  return await runProcess([process.execPath, main, 'lint', 'wiki', ...args], { cwd: scratch.dir });
}

const latest = { 'compose.yml': (CLEAN['compose.yml'] ?? '').replace('1.27.2', 'latest') };
const noApp = { 'compose.yml': (CLEAN['compose.yml'] ?? '').replace('  app:', '  web:') };

describe('cc-ci lint', () => {
  it('ends with 0 for a clean recipe and for warnings', async () => {
    expect(await lint({})).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('0 errors, 0 warnings') });
    expect(await lint(latest)).toMatchObject({
      exitCode: 0,
      stdout: expect.stringContaining('compose.yml:4: warn R004'),
    });
  });

  it('ends with 1 when an error rule is violated', async () => {
    expect(await lint(noApp)).toMatchObject({ exitCode: 1, stdout: expect.stringContaining('error R009') });
  });

  it('prints findings of the chosen rules as JSON', async () => {
    const { stdout } = await lint(latest, '--json', '--rule', 'r004');
    expect(JSON.parse(stdout)).toMatchObject([{ id: 'R004', outcome: 'violated', file: 'compose.yml', line: 4 }]);
  });

  it('ends with 2 for a rule that does not exist', async () => {
    expect(await lint({}, '--rule', 'R999')).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('R999') });
  });
});
