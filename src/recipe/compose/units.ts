import { trimEndOf } from '../../base/text.ts';

const NANOSECONDS: ReadonlyMap<string, number> = new Map([
  ['ns', 1],
  ['us', 1e3],
  ['µs', 1e3],
  ['μs', 1e3],
  ['ms', 1e6],
  ['s', 1e9],
  ['m', 60e9],
  ['h', 3600e9],
]);

/** Longer texts are neither durations nor sizes that anybody means. */
const LONGEST = 128;
/** One part of a duration; each character can belong to one place of it only. */
const PART = /(?:(?<whole>\d+)(?:\.(?<fraction>\d*))?|\.(?<only>\d+))(?<unit>ns|us|µs|μs|ms|s|m|h)/y;

/** Reads a duration such as `1m30s`, as nanoseconds; undefined when it is none. A unit is required, except for `0`. */
export function parseDuration(text: string): bigint | undefined {
  if (text.length > LONGEST) return undefined;
  const rest = /^[-+]/.test(text) ? text.slice(1) : text;
  if (rest === '0') return 0n;
  if (rest === '') return undefined;
  const pattern = new RegExp(PART);
  let total = 0n;
  while (pattern.lastIndex < rest.length) {
    const part = pattern.exec(rest)?.groups;
    if (part === undefined) return undefined;
    const size = NANOSECONDS.get(part['unit'] ?? '') ?? 0;
    const fraction = part['fraction'] ?? part['only'] ?? '';
    total += BigInt(part['whole'] ?? '0') * BigInt(size);
    if (fraction !== '') total += BigInt(Math.trunc(Number(`0.${fraction}`) * size));
  }
  if (total > 2n ** 63n - 1n) return undefined;
  return text.startsWith('-') ? -total : total;
}

/** Writes nanoseconds as Go does: `1m30s`, `1h0m0s`, `1.5s`, `250ms`, `0s`. */
export function formatDuration(nanoseconds: bigint): string {
  if (nanoseconds === 0n) return '0s';
  const sign = nanoseconds < 0n ? '-' : '';
  const size = nanoseconds < 0n ? -nanoseconds : nanoseconds;
  if (size < 1_000n) return `${sign}${size}ns`;
  if (size < 1_000_000n) return `${sign}${decimal(size, 3)}µs`;
  if (size < 1_000_000_000n) return `${sign}${decimal(size, 6)}ms`;
  const minutes = size / 60_000_000_000n;
  const seconds = `${decimal(size % 60_000_000_000n, 9)}s`;
  if (minutes === 0n) return `${sign}${seconds}`;
  return minutes < 60n ? `${sign}${minutes}m${seconds}` : `${sign}${minutes / 60n}h${minutes % 60n}m${seconds}`;
}

function decimal(value: bigint, places: number): string {
  const digits = value.toString().padStart(places + 1, '0');
  const fraction = trimEndOf(digits.slice(-places), '0');
  return `${digits.slice(0, -places)}${fraction === '' ? '' : `.${fraction}`}`;
}

const BINARY: ReadonlyMap<string, number> = new Map([
  ['k', 2 ** 10],
  ['m', 2 ** 20],
  ['g', 2 ** 30],
  ['t', 2 ** 40],
  ['p', 2 ** 50],
]);

/** Reads a size such as `512M`, `1.5 GiB` or `1024`, as bytes (binary units); undefined when it is none. */
export function parseBytes(text: string): bigint | undefined {
  if (text.length > LONGEST) return undefined;
  let end = text.length;
  while (end > 0 && !/[0-9.]/.test(text.charAt(end - 1))) end -= 1;
  const number = text.slice(0, end);
  if (!/^\+?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?$/.test(number)) return undefined;
  const suffix = text.slice(text.startsWith(' ', end) ? end + 1 : end).toLowerCase();
  const value = Number(number);
  if (!Number.isFinite(value)) return undefined;
  if (suffix === '' || suffix === 'b') return BigInt(Math.trunc(value));
  const unit = /^(?<unit>[kmgtp])(?:b|ib)?$/.exec(suffix)?.groups?.['unit'];
  const factor = unit === undefined ? undefined : BINARY.get(unit);
  return factor === undefined ? undefined : BigInt(Math.trunc(value * factor));
}

/** The shortest text of a number that Docker keeps in 32 bits, so that 0.1 is printed as 0.1. */
export function roundToFloat32(value: number): number {
  const target = Math.fround(value);
  for (let digits = 1; digits <= 9; digits += 1) {
    const short = Number(target.toPrecision(digits));
    if (Math.fround(short) === target) return short;
  }
  return target;
}
