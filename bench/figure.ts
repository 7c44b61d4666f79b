/** What a bar asks for: a value itself, its ratio to a peer's, or how much it may lie above a peer's. */
export type Bar =
  | { readonly kind: 'at-most'; readonly value: number }
  | { readonly kind: 'ratio'; readonly value: number }
  | { readonly kind: 'above-peer'; readonly value: number };

export type Unit = 'ms' | 's' | 'MB';

/** One line of the table: what was measured, beside a peer measured in the same rounds where there is one. */
export interface Figure {
  readonly name: string;
  readonly unit: Unit;
  /** One value for each round. */
  readonly values: readonly number[];
  readonly peer?: { readonly name: string; readonly values: readonly number[] } | undefined;
  readonly bars: readonly Bar[];
  /** What is held against the bars: the median unless given. */
  readonly by?: 'p95' | undefined;
  readonly note?: string | undefined;
}

/** A figure held against its bars. */
export interface Judged extends Figure {
  /** The median, or what `by` names. */
  readonly median: number;
  readonly peerMedian: number | undefined;
  readonly ratio: number | undefined;
  readonly checks: readonly { readonly bar: string; readonly ok: boolean }[];
}

/** The middle value, or the mean of the two in the middle. Throws on an empty list: nothing was measured. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const upper = sorted[Math.floor(sorted.length / 2)];
  const lower = sorted[Math.ceil(sorted.length / 2) - 1];
  if (upper === undefined || lower === undefined) throw new Error('no value was measured');
  return (upper + lower) / 2;
}

/** The smallest value that 95 of 100 do not exceed. Throws on an empty list. */
export function p95(values: readonly number[]): number {
  const value = values.toSorted((a, b) => a - b)[Math.ceil(values.length * 0.95) - 1];
  if (value === undefined) throw new Error('no value was measured');
  return value;
}

/** Holds a figure against its bars. Pure. */
export function judgeFigure(figure: Figure): Judged {
  const middle = figure.by === 'p95' ? p95 : median;
  const own = middle(figure.values);
  const peer = figure.peer === undefined ? undefined : middle(figure.peer.values);
  const checks = figure.bars.map((bar) => {
    if (bar.kind === 'at-most') return { bar: `≤ ${format(bar.value, figure.unit)}`, ok: own <= bar.value };
    if (peer === undefined) throw new Error(`${figure.name}: a bar of kind ${bar.kind} needs a peer`);
    return bar.kind === 'ratio'
      ? { bar: `≤ ${bar.value} ×`, ok: own <= bar.value * peer }
      : { bar: `≤ peer + ${format(bar.value, figure.unit)}`, ok: own <= peer + bar.value };
  });
  return { ...figure, median: own, peerMedian: peer, ratio: peer === undefined ? undefined : own / peer, checks };
}

/** A value with its unit, with as many digits as say something. */
export function format(value: number, unit: Unit): string {
  return `${unit === 's' ? value.toFixed(2) : Math.round(value)} ${unit}`;
}
