import type { RawDocument } from '../compose/document.ts';
import { isRawList, isRawMap, type Path, type Raw, scalarText } from '../compose/raw.ts';
import { substitute, variablesIn } from '../compose/template.ts';
import type { LabelLine, LintContext, Place } from './types.ts';

/** Where a path is written: in the last file that has it, else at its nearest parent. */
export function placeOf(context: Pick<LintContext, 'documents'>, ...path: Path): Place | undefined {
  for (let length = path.length; length > 0; length -= 1) {
    const part = path.slice(0, length);
    const document = context.documents.findLast((each) => valueAt(each.value, part) !== undefined);
    if (document !== undefined) return placeIn(document, part);
  }
  return undefined;
}

function valueAt(value: Raw, path: Path): Raw | undefined {
  let current: Raw | undefined = value;
  for (const part of path) {
    if (isRawMap(current) && typeof part === 'string' && Object.hasOwn(current, part)) current = current[part];
    else if (isRawList(current) && typeof part === 'number') current = current[part];
    else return undefined;
  }
  return current;
}

/** Where an item of a list is written: the last file whose list at `path` has an item that matches, else the list. */
export function placeOfItem(
  context: Pick<LintContext, 'documents'>,
  path: Path,
  matches: (item: Raw) => boolean,
): Place | undefined {
  for (const document of context.documents.toReversed()) {
    const list = valueAt(document.value, path);
    const index = isRawList(list) ? list.findIndex(matches) : -1;
    if (index !== -1) return placeIn(document, [...path, index]);
  }
  return placeOf(context, ...path);
}

/** A line of `.env.sample`. */
export function inSample(line: number | undefined): Place {
  return { file: '.env.sample', line };
}

/** A string in a compose file, with the path it stands at. */
export interface RawString {
  readonly text: string;
  readonly path: Path;
  readonly place: Place;
}

/** Every string value of the compose files, in order. */
export function rawStrings(documents: readonly RawDocument[]): RawString[] {
  return documents.flatMap((document) => {
    const found: RawString[] = [];
    const visit = (value: Raw, path: Path): void => {
      if (typeof value === 'string') {
        if (value.includes('$')) found.push({ text: value, path, place: placeIn(document, path) });
      } else if (isRawList(value)) value.forEach((item, index) => visit(item, [...path, index]));
      else if (isRawMap(value)) for (const [key, item] of Object.entries(value)) visit(item, [...path, key]);
    };
    visit(document.value, []);
    return found;
  });
}

function placeIn(document: RawDocument, path: Path): Place {
  return { file: document.file, line: document.locate(path).line };
}

/** The labels of all services as they are written, with the variables of `env` filled in. */
export function readLabels(documents: readonly RawDocument[], env: Readonly<Record<string, string>>): LabelLine[] {
  const fill = (text: string): string => {
    const filled = substitute(text, (name) => env[name]);
    return filled.ok ? filled.text : text;
  };
  return documents.flatMap((document) =>
    Object.entries(mapAt(document.value, 'services')).flatMap(([service, definition]) => {
      const labels = mapAt(definition, 'deploy')['labels'];
      const path = ['services', service, 'deploy', 'labels'];
      const line = (key: string, value: string, at: string | number): LabelLine => {
        return { service, key, value, place: placeIn(document, [...path, at]) };
      };
      if (isRawList(labels)) {
        return labels.map((label, index) => {
          const [key = '', ...value] = fill(scalarText(label)).split('=');
          return line(key, value.join('='), index);
        });
      }
      // Docker fills variables into values only, so a key of a mapping stays as it is written.
      return Object.entries(isRawMap(labels) ? labels : {}).map(([key, value]) =>
        line(key, value === null ? '' : fill(scalarText(value)), key),
      );
    }),
  );
}

/** A mapping inside a mapping; empty when there is none. */
function mapAt(value: Raw | undefined, key: string): Readonly<Record<string, Raw>> {
  if (!isRawMap(value)) return {};
  const inner = value[key];
  return isRawMap(inner) ? inner : {};
}

/** The variables that the compose files refer to, each place once; `hasDefault` for `${X:-…}`. */
export function usedVariables(
  documents: readonly RawDocument[],
): { readonly name: string; readonly hasDefault: boolean; readonly place: Place }[] {
  return rawStrings(documents).flatMap(({ text, place }) =>
    variablesIn(text.replaceAll('$$', '')).map((name) => ({
      name,
      hasDefault: text.includes(`\${${name}:-`) || text.includes(`\${${name}-`),
      place,
    })),
  );
}

/** An image reference in its parts. */
interface ImageParts {
  readonly name: string;
  readonly tag: string | undefined;
  readonly digest: string | undefined;
}

function parseImage(image: string): ImageParts {
  const [reference = '', digest] = image.split('@', 2);
  const colon = reference.lastIndexOf(':');
  // A colon before a slash belongs to a registry's port.
  if (colon === -1 || reference.includes('/', colon)) return { name: reference, tag: undefined, digest };
  return { name: reference.slice(0, colon), tag: reference.slice(colon + 1), digest };
}

/** The services with an image, with its parts and its place. */
export function eachImage(context: LintContext): {
  readonly service: string;
  readonly image: string;
  readonly parts: ImageParts;
  readonly place: Place | undefined;
}[] {
  return Object.entries(context.all.services).flatMap(([service, { image }]) => {
    if (image === undefined || image === '') return [];
    return [{ service, image, parts: parseImage(image), place: placeOf(context, 'services', service, 'image') }];
  });
}
