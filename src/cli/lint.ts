import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { CodedError } from '../base/errors.ts';
import { statePaths } from '../config/paths.ts';
import { readSettings } from '../config/settings.ts';
import { readCatalogue } from '../recipe/lint/catalogue.ts';
import { lintRecipe } from '../recipe/lint/lint-recipe.ts';
import { RULES } from '../recipe/lint/registry.ts';
import type { LintFinding } from '../recipe/lint/types.ts';
import { openBase, openRecipe } from '../recipe/open-recipe.ts';
import { renderLint } from '../results/lint-text.ts';
import { EXIT } from './exit-codes.ts';
import { requireSource } from './require-source.ts';

interface LintFlags {
  readonly ref?: string;
  readonly base?: string;
  readonly catalogue?: string;
  readonly rule?: readonly string[];
  readonly json?: boolean;
}

/** `cc-ci lint`: holds a recipe against abra's rules and ours, deploying nothing. */
export function lintCommand(): Command {
  return new Command('lint')
    .summary('judge a recipe by abra’s rules and ours')
    .description('Reads a recipe (a directory, under git or not, or a git URL) and names what is wrong with it.')
    .argument('[source]', 'directory or git URL of the recipe', '.')
    .option('--ref <ref>', 'lint this branch, tag or commit instead of the work tree')
    .option('--base <ref>', 'the version it comes from; default: the newest release before the commit')
    .option('--catalogue <file>', 'the published recipes.json, for R006 and R013')
    .option('--rule <id...>', 'only these rules')
    .option('--json', 'print every finding as JSON')
    .action(async (source: string, flags: LintFlags) => {
      const findings = await lintSource(source, flags);
      process.stdout.write(flags.json === true ? `${JSON.stringify(findings, null, 2)}\n` : renderLint(findings));
      if (findings.some(({ outcome, severity }) => outcome === 'violated' && severity === 'error')) {
        process.exitCode = EXIT.failure;
      }
    });
}

async function lintSource(source: string, flags: LintFlags): Promise<LintFinding[]> {
  requireSource(source);
  const rules = flags.rule?.map((id) => id.toUpperCase());
  const unknown = rules?.find((id) => !RULES.some((rule) => rule.id === id));
  if (unknown !== undefined) {
    throw new CodedError({
      code: 'E_UNKNOWN_RULE',
      message: `there is no rule ${unknown}`,
      fault: 'usage',
      hint: `the rules are ${RULES.map(({ id }) => id).join(', ')}`,
    });
  }
  const scratch = await mkdtemp(join(tmpdir(), 'cc-ci-lint-'));
  try {
    const { bounds } = readSettings();
    const places = { cacheDir: statePaths().cache, checkoutDir: join(scratch, 'head'), bounds };
    const open = await openRecipe(source, { ...places, ref: flags.ref });
    const base = await openBase(open, flags.base, join(scratch, 'base'), { bounds });
    if (flags.base !== undefined && base === undefined) {
      throw new CodedError({ code: 'E_UNKNOWN_REF', message: `there is no commit ${flags.base}`, fault: 'usage' });
    }
    const catalogue = flags.catalogue === undefined ? undefined : await readCatalogue(flags.catalogue);
    return await lintRecipe(open.recipe, { base, catalogue, rules });
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}
