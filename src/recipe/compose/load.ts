import { dirname, relative, resolve } from 'node:path';
import { CodedError } from '../../base/errors.ts';
import { readInside } from '../inside.ts';
import { checkFormat, findForbidden, formatVersion } from './check.ts';
import { isInside } from './confine.ts';
import { type RawDocument, readDocument } from './document.ts';
import { interpolate } from './interpolate.ts';
import { finishStack, mergeFile } from './merge.ts';
import { locateProblem, type Problem, ProblemError, refuse } from './problem.ts';
import { isRawList, isRawMap, type Raw, type RawMap } from './raw.ts';
import { type DecodedFile, decodeFile, type Surroundings } from './sections.ts';
import type { Stack } from './types.ts';

export interface LoadOptions {
  /** Stack files in the order in which they are laid over each other, absolute or relative to `root`. */
  readonly files: readonly string[];
  /** The checkout: stack files, `env_file`s, secret and config files and their symlinks must lie in it. */
  readonly root: string;
  /** Stack files that are not the recipe's, laid over all of its own. */
  readonly overlays?: readonly Overlay[] | undefined;
  /** The only source of variables. */
  readonly env: Readonly<Record<string, string>>;
  /**
   * False checks and merges the files with their `${…}` as they stand, like `docker stack config --skip-interpolation`. Then a
   * variable in a typed field (a duration, a port, a number) is refused, which abra does when it creates an app.
   */
  readonly interpolate?: boolean | undefined;
}

/** A stack file that lies outside of the recipe, in a directory of its own. */
export interface Overlay {
  readonly file: string;
  readonly root: string;
}

/**
 * Loads a stack the way `docker stack` does: each file is interpolated, checked against the format of its version and
 * brought into its long forms; then the files are merged. What Docker refuses is refused, with the place of the first
 * problem, and the others as evidence. Throws `E_COMPOSE_…` and `E_OUTSIDE_CHECKOUT`, always the recipe's fault.
 *
 * Checking comes after interpolation because Docker's does, although abra's does not: see `interpolate`.
 */
export async function loadStack(options: LoadOptions): Promise<Stack> {
  const documents = await rawDocuments(options);
  const [first] = documents;
  if (first === undefined) throw noFile();
  const around: Surroundings = {
    root: options.root,
    directory: dirname(resolve(options.root, options.files[0] ?? '')),
    lookup: (name) => (Object.hasOwn(options.env, name) ? options.env[name] : undefined),
  };
  const version = located(first, () => formatVersion(first.value));
  let merged: DecodedFile | undefined;
  for (const document of documents) {
    const base = merged;
    const file = await loadDocument(document, version, around, options.interpolate ?? true);
    merged = base === undefined ? file : located(document, () => mergeFile(base, file));
  }
  if (merged === undefined) throw noFile();
  return finishStack(merged, version);
}

/**
 * Reads stack files without checking or interpolating them, for lint and for finding the variables of secret names. Each
 * document knows the place of every path: `locate(['services', 'app', 'image'])`.
 */
export async function rawDocuments(
  options: Pick<LoadOptions, 'files' | 'root' | 'overlays'>,
): Promise<readonly RawDocument[]> {
  return Promise.all([
    ...options.files.map((file) => readStackFile(file, options.root)),
    ...(options.overlays ?? []).map(({ file, root }) => readStackFile(file, root)),
  ]);
}

async function readStackFile(file: string, root: string): Promise<RawDocument> {
  const absolute = resolve(root, file);
  const name = relative(root, absolute);
  if (!(await isInside(root, absolute))) {
    throw new CodedError({
      code: 'E_OUTSIDE_CHECKOUT',
      message: `${file} leads out of the recipe's checkout`,
      fault: 'recipe',
      where: { file },
      hint: 'keep the file in the repository; symlinks may only point inside it',
    });
  }
  const text = await readInside(root, name);
  if (text === undefined) {
    throw new CodedError({
      code: 'E_COMPOSE_MISSING',
      message: `there is no stack file ${name}`,
      fault: 'recipe',
      where: { file: name },
    });
  }
  return readDocument(text, name);
}

async function loadDocument(
  document: RawDocument,
  version: number,
  around: Surroundings,
  withVariables: boolean,
): Promise<DecodedFile> {
  try {
    const own = formatVersion(document.value);
    if (own !== version) {
      const hint = 'every file of a stack needs the same version';
      refuse('E_COMPOSE_VERSION', ['version'], `is 3.${own}, but the first stack file has 3.${version}`, hint);
    }
    refuseAny(findForbidden(document.value), document);
    const value = withVariables ? interpolate(document.value, around.lookup) : dropEmptyLists(document.value);
    refuseAny(checkFormat(value, version), document);
    return await decodeFile(value, around);
  } catch (error: unknown) {
    throw error instanceof ProblemError ? locateProblem(error.problem, document) : error;
  }
}

function noFile(): CodedError {
  return new CodedError({ code: 'E_COMPOSE_MISSING', message: 'no stack file was named', fault: 'usage' });
}

function refuseAny(problems: readonly Problem[], document: RawDocument): void {
  const [first, ...others] = problems;
  if (first !== undefined) throw locateProblem(first, document, others);
}

function located<T>(document: RawDocument, read: () => T): T {
  try {
    return read();
  } catch (error: unknown) {
    throw error instanceof ProblemError ? locateProblem(error.problem, document) : error;
  }
}

/** Without interpolation Docker's reader takes an empty list for nothing, and then refuses it where a list is due. */
function dropEmptyLists(value: RawMap): RawMap {
  const drop = (item: Raw): Raw => {
    if (isRawList(item)) return item.length === 0 ? null : item.map(drop);
    return isRawMap(item) ? dropEmptyLists(item) : item;
  };
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, drop(item)]));
}
