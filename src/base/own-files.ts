import { realpathSync } from 'node:fs';
import { findPackageJSON } from 'node:module';
import { dirname, extname, join } from 'node:path';
import { CodedError } from './errors.ts';

/**
 * Where our own files lie. There are two shapes: in a clone Node runs `src/` and `kit/` as TypeScript; an installed
 * package has the same two folders below `dist/` as JavaScript, because Node refuses TypeScript below `node_modules`.
 * Whatever needs a path to a file of ours, and not an import, gets it here.
 */
const EXTENSION = extname(import.meta.filename);
const CODE = join(import.meta.dirname, '../..');

/** Whether this is an installed package. Its folder may be read-only, and the next installation replaces it. */
export const INSTALLED = EXTENSION === '.js';

/** The path of one of our modules, named without its extension: `ownModule('kit/file-runner')`. */
export function ownModule(name: string): string {
  return join(CODE, `${name}${EXTENSION}`);
}

/** The folder of our modules of this name, such as `kit`. */
export function ownModules(folder: string): string {
  return join(CODE, folder);
}

/** The path of a file or folder that is no code, such as `examples` or `package.json`. */
export function ownFile(name: string): string {
  return join(INSTALLED ? dirname(CODE) : CODE, name);
}

/**
 * The folder of a package as a file of ours, or one of another package, imports it. Installers may hoist packages above us,
 * so it is looked for as Node does. Throws `E_PACKAGE_MISSING`.
 */
export function packageFolder(name: string, importer: string = import.meta.filename): string {
  const manifest = findManifest(name, importer);
  // Some installers link packages, and what a package needs lies beside its real folder.
  if (manifest !== undefined) return dirname(realpathSync(manifest));
  throw new CodedError({
    code: 'E_PACKAGE_MISSING',
    message: `the package ${name} is not installed`,
    fault: 'infrastructure',
    hint: 'install cc-ci again; in a clone: npm ci',
  });
}

function findManifest(name: string, importer: string): string | undefined {
  try {
    return findPackageJSON(name, importer);
  } catch {
    return undefined;
  }
}
