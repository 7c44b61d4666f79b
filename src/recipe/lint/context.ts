import { CodedError } from '../../base/errors.ts';
import type { RawDocument } from '../compose/document.ts';
import { loadStack, rawDocuments } from '../compose/load.ts';
import type { Stack } from '../compose/types.ts';
import { envValues } from '../env.ts';
import { stackNameFor } from '../names.ts';
import type { Recipe } from '../types.ts';
import { readLabels } from './look.ts';
import type { Catalogue, LintBase, LintContext } from './types.ts';

const EMPTY: Stack = { version: '', services: {}, networks: {}, volumes: {}, secrets: {}, configs: {} };

/** Reads what the rules look at. Compose files that do not load are told in `broken`, not thrown. */
export async function buildContext(
  recipe: Recipe,
  options: { readonly base?: Recipe | undefined; readonly catalogue?: Catalogue | undefined },
): Promise<LintContext> {
  const stackName = stackNameFor(`${recipe.name}.example.com`);
  const env = lintEnv(recipe, stackName);
  const broken: CodedError[] = [];
  const attempt = <T>(work: Promise<T>, otherwise: T): Promise<T> =>
    work.catch((error: unknown) => {
      if (!(error instanceof CodedError)) throw error;
      if (!broken.some((known) => known.message === error.message && known.where?.file === error.where?.file)) {
        broken.push(error);
      }
      return otherwise;
    });
  const ownFiles = enabledFiles(recipe, env);
  const [documents, all, own] = await Promise.all([
    attempt<readonly RawDocument[]>(rawDocuments({ files: recipe.composeFiles, root: recipe.dir }), []),
    attempt(loadStack({ files: recipe.composeFiles, root: recipe.dir, env }), EMPTY),
    attempt(loadStack({ files: ownFiles, root: recipe.dir, env }), EMPTY),
  ]);
  return {
    recipe,
    env,
    stackName,
    documents,
    all,
    own,
    broken,
    labels: readLabels(documents, env),
    base: options.base === undefined ? undefined : await readBase(options.base, stackName),
    catalogue: options.catalogue,
  };
}

/** The files the sample's `COMPOSE_FILE` names that exist; a missing one is another rule's affair. */
function enabledFiles(recipe: Recipe, env: Readonly<Record<string, string>>): string[] {
  const named = (env['COMPOSE_FILE'] ?? '').split(':');
  const files = named.filter((file) => recipe.composeFiles.includes(file) || file.includes('/'));
  return files.length === 0 ? ['compose.yml'] : files;
}

async function readBase(recipe: Recipe, stackName: string): Promise<LintBase | undefined> {
  const env = lintEnv(recipe, stackName);
  // A base that does not load can be compared with nothing.
  const all = await loadStack({ files: recipe.composeFiles, root: recipe.dir, env }).catch(() => undefined);
  return all === undefined ? undefined : { recipe, env, all };
}

function lintEnv(recipe: Recipe, stackName: string): Record<string, string> {
  return { ...envValues(recipe.sample), STACK_NAME: stackName, ...recipe.abraSh?.exports };
}
