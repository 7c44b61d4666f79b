import { cp, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf } from '../../base/errors.ts';
import { writeFileAtomic } from '../../base/files.ts';
import { packHistory } from '../../recipe/git/history.ts';
import type { SecretSpec } from '../../recipe/types.ts';
import { scanForSecrets } from '../../results/leak-scan.ts';
import type { RunContext } from '../context.ts';
import type { RunRequest } from '../types.ts';
import { BUNDLE, Bundle } from './schema.ts';

/** What the bundle needs of a run. */
type Source = Pick<
  RunContext,
  'plan' | 'head' | 'base' | 'source' | 'settings' | 'secrets' | 'enrolledDir' | 'masker' | 'directory' | 'facts'
>;

/**
 * Writes the run's bundle: with it and nothing else the same run can be made on another machine. It holds no secret: values
 * are left out, an env value that is one is masked, and a recipe that contains one is not packed. What could not be
 * put in is a note; never rejects for that.
 */
export async function writeBundle(run: Source, request: RunRequest): Promise<void> {
  const root = join(run.directory.root, BUNDLE.directory);
  const note = (what: string) => (error: unknown) => {
    run.facts.record({ fact: 'note', sentence: `the run's bundle lacks ${what}: ${messageOf(error)}` });
    return false;
  };
  const history = await packRecipe(run, join(root, BUNDLE.history)).catch(note('the recipe’s history'));
  const enrolled = await copyEnrolled(run, join(root, BUNDLE.enrolled)).catch(note('the settings of the recipe'));
  const document = run.masker.maskDeep(describe(run, request, { history, enrolled }));
  await writeFileAtomic(join(root, BUNDLE.request), `${JSON.stringify(Bundle.parse(document), null, 2)}\n`).catch(
    note('the request'),
  );
}

function describe(run: Source, request: RunRequest, has: Pick<Bundle, 'history' | 'enrolled'>): Bundle {
  const { plan } = run;
  const specs = [...run.head.app.secrets, ...(run.base?.app.secrets ?? [])];
  const unique = [...new Map(specs.map((spec) => [spec.id, spec])).values()];
  return {
    bundle: 1,
    runId: plan.runId,
    toolVersion: plan.toolVersion,
    seed: plan.seed ?? plan.runId,
    recipe: { name: plan.recipe.name, commit: plan.recipe.commit, dirty: plan.recipe.dirty },
    base: plan.base === undefined ? null : { version: plan.base.version, commit: plan.base.commit },
    request: {
      source: request.source,
      tiers: [...request.tiers],
      domain: request.domain ?? null,
      env: { ...request.env },
      worktree: request.worktree,
      deadlineSeconds: request.deadlineSeconds,
    },
    dependencies: (plan.dependencies ?? []).map(({ recipe }) => recipe),
    settings: { traefik: run.settings.traefik },
    secrets: unique.map((spec) => secretShape(spec, request)),
    ...has,
  };
}

function secretShape({ id, modifiers }: SecretSpec, request: RunRequest): Bundle['secrets'][number] {
  return {
    id,
    length: modifiers.length ?? null,
    charset: modifiers.charset ?? null,
    supplied: request.secrets[id] !== undefined,
  };
}

/** What is packed is compressed, so the search for leaked secrets cannot look into it: it looks at the trees before. */
async function packRecipe(run: Source, file: string): Promise<boolean> {
  const { plan, directory, source } = run;
  const secrets = [...run.secrets.values()];
  const trees = [directory.headCheckout, ...(plan.base === undefined ? [] : [directory.baseCheckout])];
  const leaks = (await Promise.all(trees.map((tree) => scanForSecrets(tree, secrets)))).flat();
  if (leaks.length > 0) throw new Error(`the recipe contains a secret of this run (${leaks.join(', ')})`);
  await packHistory(source.repository, file, {
    head: plan.recipe.commit,
    base: plan.base?.commit,
    scratchDir: directory.work,
    worktree: plan.recipe.dirty ? directory.headCheckout : undefined,
  });
  return true;
}

async function copyEnrolled(run: Source, target: string): Promise<boolean> {
  const directory = run.enrolledDir;
  if (directory === undefined || !(await stat(directory).catch(() => undefined))?.isDirectory()) return false;
  await cp(directory, join(target, run.plan.recipe.name), { recursive: true, verbatimSymlinks: true });
  return true;
}
