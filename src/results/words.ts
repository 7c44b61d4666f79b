import type { RungStatus, RunResults, VerdictName } from './schema.ts';

/** The word people read for each status. */
export const STATUS_WORDS: Readonly<Record<RungStatus, string>> = {
  pass: 'passed',
  fail: 'failed',
  skip: 'skipped',
  unver: 'unverified',
};

/** The word people read for each verdict. */
export const VERDICT_WORDS: Readonly<Record<VerdictName, string>> = {
  success: 'Success',
  failure: 'Failure',
  error: 'Error',
  cancelled: 'Cancelled',
};

/** Whose fault a failure is, as part of a sentence. */
export const FAULT_WORDS: Readonly<Record<NonNullable<RunResults['fault']>, string>> = {
  recipe: 'the recipe',
  image: 'the upstream image',
  infrastructure: 'the infrastructure',
  'cc-ci': 'cc-ci itself',
  usage: 'how it was called, or what it may take',
};

/** The first twelve characters of a commit: enough to find it, short enough to read. */
export function shortCommit(commit: string): string {
  return commit.slice(0, 12);
}

/**
 * The level as it may be shown without its report. A partial run never stands for a full one, and a run that could not
 * be judged says nothing about the recipe: neither shows a number.
 */
export function publicLevel(results: Pick<RunResults, 'level' | 'verdict' | 'partial'>): number | undefined {
  if (results.partial) return undefined;
  return results.verdict === 'success' || results.verdict === 'failure' ? results.level : undefined;
}
