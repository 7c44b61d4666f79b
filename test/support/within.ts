/**
 * How long a test waits for what has to come: an upper bound for a busy machine, never a measure. The looks are far enough apart to
 * take nothing from those who work.
 */
export const WITHIN = { timeout: 100_000, interval: 100 } as const;
