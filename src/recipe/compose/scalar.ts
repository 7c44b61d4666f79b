import { trimEndOf } from '../../base/text.ts';
import { type Raw, WholeFloat, YamlTime } from './raw.ts';

const WORDS: ReadonlyMap<string, Raw> = new Map<string, Raw>([
  ...['true', 'True', 'TRUE'].map((word) => [word, true] as const),
  ...['false', 'False', 'FALSE'].map((word) => [word, false] as const),
  ...['', '~', 'null', 'Null', 'NULL'].map((word) => [word, null] as const),
  ...['.nan', '.NaN', '.NAN'].map((word) => [word, Number.NaN] as const),
  ...['.inf', '.Inf', '.INF', '+.inf', '+.Inf', '+.INF'].map((word) => [word, Number.POSITIVE_INFINITY] as const),
  ...['-.inf', '-.Inf', '-.INF'].map((word) => [word, Number.NEGATIVE_INFINITY] as const),
]);

const FLOAT = /^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$/;
const INTEGER =
  /^(?<sign>[-+]?)(?:0[xX](?<hex>[0-9a-fA-F]+)|0[bB](?<bin>[01]+)|0[oO]?(?<oct>[0-7]+)|(?<dec>0|[1-9][0-9]*))$/;
const DATE = /^(?<year>\d{4})-(?<month>\d{1,2})-(?<day>\d{1,2})(?<clock>.*)$/;
const CLOCK = /^(?<hour>\d{1,2}):(?<minute>\d{1,2}):(?<second>\d{1,2})(?:[.,](?<fraction>\d+))?$/;

/** A number or a date with more characters is meant as a text. */
const LONGEST = 256;

/**
 * Gives a plain (unquoted) scalar its type as Docker's YAML reader does: YAML 1.2 words (`yes` is a string), but
 * YAML 1.1 octals (`0444` is 292), underscores in numbers, and dates.
 */
export function resolvePlain(text: string): Raw {
  if (text.length > LONGEST) return text;
  const word = WORDS.get(text);
  if (word !== undefined) return word;
  const first = text.charAt(0);
  if (first === '.') return FLOAT.test(text) ? toFloat(text) : text;
  if (!/[-+0-9]/.test(first)) return text;
  const time = resolveTime(text);
  if (time !== undefined) return time;
  const plain = text.replaceAll('_', '');
  return resolveInteger(plain) ?? (FLOAT.test(plain) ? toFloat(plain) : text);
}

function toFloat(text: string): Raw {
  const value = Number(text);
  return Number.isInteger(value) ? new WholeFloat(value) : value;
}

function resolveInteger(plain: string): number | bigint | undefined {
  const groups = INTEGER.exec(plain)?.groups;
  if (groups === undefined) return undefined;
  const { sign, hex, bin, oct, dec } = groups;
  const digits = hex !== undefined ? `0x${hex}` : bin !== undefined ? `0b${bin}` : oct !== undefined ? `0o${oct}` : dec;
  const magnitude = BigInt(digits ?? '0');
  const value = sign === '-' ? -magnitude : magnitude;
  // Beyond 64 bits Docker falls back to a float where the text looks like one.
  if (value >= 2n ** 64n || value < -(2n ** 63n)) return undefined;
  return Number.isSafeInteger(Number(value)) ? Number(value) : value;
}

function resolveTime(text: string): YamlTime | undefined {
  const { year, month, day, clock } = DATE.exec(text)?.groups ?? {};
  if (year === undefined || month === undefined || day === undefined || clock === undefined) return undefined;
  const zone = /^[Tt]/.test(clock) ? /(?:Z|[+-]\d\d:\d\d)$/.exec(clock)?.[0] : undefined;
  if (clock !== '' && !clock.startsWith(' ') && zone === undefined) return undefined;
  const time = CLOCK.exec(
    clock === '' ? '0:0:0' : clock.slice(1, zone === undefined ? undefined : -zone.length),
  )?.groups;
  if (time === undefined) return undefined;
  const pad = (part: string | undefined): string => (part ?? '0').padStart(2, '0');
  const date = `${year}-${pad(month)}-${pad(day)}`;
  const hours = `${pad(time['hour'])}:${pad(time['minute'])}:${pad(time['second'])}`;
  if (!isRealTime(date, hours)) return undefined;
  const fraction = trimEndOf((time['fraction'] ?? '').slice(0, 9), '0');
  const precise = fraction === '' ? hours : `${hours}.${fraction}`;
  const utc = zone === undefined || zone === 'Z' || zone.endsWith('00:00');
  const offset = utc ? '+0000 UTC' : `${zone.replace(':', '')} ${zone.replace(':', '')}`;
  return new YamlTime(`${date}T${precise}${utc ? 'Z' : zone}`, `${date} ${precise} ${offset}`);
}

/** Dates such as 31 February are no dates, and stay strings. */
function isRealTime(date: string, hours: string): boolean {
  const parsed = new Date(`${date}T${hours}Z`);
  return !Number.isNaN(parsed.getTime()) && parsed.toISOString().startsWith(`${date}T${hours}`);
}
