/** A YAML value as Docker's reader sees it, before any meaning is given to it. */
export type Raw = null | boolean | number | bigint | string | YamlTime | WholeFloat | readonly Raw[] | RawMap;

export interface RawMap {
  readonly [key: string]: Raw;
}

/** Keys and list indexes from the top of a document down to a value. */
export type Path = readonly (string | number)[];

/**
 * An unquoted YAML date such as `2024-01-01`. Docker keeps it as a time, which shows in two spellings: RFC 3339 in
 * extension fields, and Go's own in labels and variables (`2024-01-01 00:00:00 +0000 UTC`).
 */
export class YamlTime {
  readonly rfc3339: string;
  readonly text: string;

  constructor(rfc3339: string, text: string) {
    this.rfc3339 = rfc3339;
    this.text = text;
  }
}

/**
 * A number that is whole but was written as a fraction or with an exponent: `80.0`, `1e6`. Docker takes it for a float:
 * it is no port, and as a label it is `1e+06`.
 */
export class WholeFloat {
  readonly value: number;

  constructor(value: number) {
    this.value = value;
  }
}

export function isRawMap(value: unknown): value is RawMap {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  return !(value instanceof YamlTime || value instanceof WholeFloat);
}

export function isRawList(value: unknown): value is readonly Raw[] {
  return Array.isArray(value);
}

/** `services.app.ports[0]`, for people. */
export function formatPath(path: Path): string {
  return path
    .map((part, index) => (typeof part === 'number' ? `[${part}]` : `${index === 0 ? '' : '.'}${part}`))
    .join('');
}

/** Names the type of a value in the words of the compose format. */
export function typeName(value: Raw): string {
  if (value === null) return 'nothing';
  if (isRawList(value)) return 'a list';
  if (value instanceof YamlTime) return 'a date';
  if (value instanceof WholeFloat) return 'a number with a fraction';
  if (typeof value === 'string') return 'a string';
  if (typeof value === 'boolean') return 'a boolean';
  if (typeof value === 'object') return 'a mapping';
  return Number.isInteger(Number(value)) ? 'an integer' : 'a number';
}

/** A number, whatever its kind; undefined for everything else. */
export function numberOf(value: Raw): number | undefined {
  if (value instanceof WholeFloat) return value.value;
  return typeof value === 'number' || typeof value === 'bigint' ? Number(value) : undefined;
}

/** Writes a scalar the way Docker turns it into a string, e.g. for a label: `1.10` becomes `1.1`, `1e6` becomes `1e+06`. */
export function scalarText(value: Raw): string {
  if (value instanceof YamlTime) return value.text;
  if (value instanceof WholeFloat) return floatText(value.value);
  if (typeof value === 'object') return JSON.stringify(value);
  return typeof value === 'number' && !Number.isInteger(value) ? floatText(value) : String(value);
}

/** Go writes an exponent of at least two digits below 1e-4 and from 1e6 on. */
function floatText(value: number): string {
  if (value === 0) return Object.is(value, -0) ? '-0' : '0';
  const magnitude = Math.abs(value);
  const text = magnitude < 1e-4 || magnitude >= 1e6 ? value.toExponential() : String(value);
  return text.replace(/e(?<sign>[+-])(?<digit>\d)$/, 'e$<sign>0$<digit>');
}
