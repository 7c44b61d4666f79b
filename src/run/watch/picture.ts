import { readFile } from 'node:fs/promises';
import { relative } from 'node:path';
import type { BackupPlan } from '../../backup/types.ts';
import type { FileObject, Stack } from '../../recipe/compose/types.ts';
import type { App, PostCommand, SecretSpec } from '../../recipe/types.ts';
import { hashOf, type Tree } from './tree.ts';

/** All of a recipe that a round depends on, as it was at one moment. Two of them tell what has to be done again. */
export interface Picture {
  /** Path in the recipe → hash of what is there. */
  readonly files: Tree['files'];
  /** The stack as it resolves, with paths relative to the recipe. */
  readonly stack: Stack;
  /** Key of a config or secret that is a file (`configs.nginx`) → hash of its content. */
  readonly contents: Readonly<Record<string, string>>;
  readonly secrets: readonly SecretSpec[];
  readonly env: Readonly<Record<string, string>>;
  readonly postDeploy: readonly PostCommand[];
  readonly postUpgrade: readonly PostCommand[];
  readonly testFiles: number;
  readonly backupCapable: boolean;
}

/** Takes the picture of an app whose recipe lies in a checkout. */
export async function takePicture(
  app: App,
  tree: Tree,
  more: { readonly testFiles: number; readonly backup: Pick<BackupPlan, 'capable'> },
): Promise<Picture> {
  const { stack, secrets, env, postDeploy, postUpgrade, recipe } = app;
  return {
    files: tree.files,
    stack: relativeTo(recipe.dir, stack),
    contents: { ...(await hashesOf('configs', stack.configs)), ...(await hashesOf('secrets', stack.secrets)) },
    secrets,
    env,
    postDeploy,
    postUpgrade,
    testFiles: more.testFiles,
    backupCapable: more.backup.capable,
  };
}

async function hashesOf(
  section: string,
  objects: Readonly<Record<string, FileObject>>,
): Promise<Record<string, string>> {
  const hashes = Object.entries(objects).flatMap(([id, { file }]) =>
    file === undefined ? [] : [readFile(file).then((content) => [`${section}.${id}`, hashOf(content)] as const)],
  );
  return Object.fromEntries(await Promise.all(hashes));
}

/** Every checkout lies elsewhere; where the recipe lies is no change of it. */
function relativeTo(root: string, stack: Stack): Stack {
  const inside = (value: unknown): unknown => {
    if (typeof value === 'string')
      return value === root || value.startsWith(`${root}/`) ? `./${relative(root, value)}` : value;
    if (Array.isArray(value)) return value.map(inside);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, inside(inner)]));
  };
  return inside(stack) as Stack;
}
