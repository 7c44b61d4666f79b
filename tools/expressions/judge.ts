import { check, type Diagnostics } from 'recheck';

/** `automaton`: proven linear. `fuzz`: no text was found that takes longer (what has look-around cannot be proven). */
export type Verdict = 'automaton' | 'fuzz';

/** An expression as a key: flags that do not change what a match costs are left out. */
export function keyOf({ source, flags }: { readonly source: string; readonly flags: string }): string {
  return `/${source}/${flags.replaceAll(/[dg]/g, '')}`;
}

/** Whether an expression repeats nothing: what it does at one place has an end that is its own length. */
export function repeatsNothing({ source }: { readonly source: string }): boolean {
  return !/[*+{]/.test(source.replaceAll(/\\./g, ''));
}

/** Above these the proof is not tried; expressions with long counted repetitions are large. */
const PROOF = { checker: 'automaton', timeout: 120_000, maxNFASize: 200_000, maxPatternSize: 20_000 } as const;
const SEARCH = { checker: 'fuzz', timeout: 120_000 } as const;

/**
 * Whether the time of an expression grows with the length of a text and no faster; otherwise what makes it slow, in a
 * sentence. Takes from milliseconds to minutes.
 */
export async function judgeExpression(expression: {
  readonly source: string;
  readonly flags: string;
}): Promise<{ readonly verdict: Verdict } | { readonly problem: string }> {
  const flags = expression.flags.replaceAll(/[dg]/g, '');
  const proof = await check(expression.source, flags, PROOF);
  if (proof.status === 'safe') return { verdict: 'automaton' };
  if (proof.status === 'vulnerable') return { problem: sentenceOf(proof) };
  const search = await check(expression.source, flags, SEARCH);
  return search.status === 'safe' ? { verdict: 'fuzz' } : { problem: sentenceOf(search) };
}

function sentenceOf(diagnostics: Diagnostics): string {
  if (diagnostics.status !== 'vulnerable') return 'could not be judged in time: make it simpler';
  const { complexity, attack } = diagnostics;
  const grows = complexity.type === 'exponential' ? 'exponentially' : `with the power ${complexity.degree}`;
  return `its time grows ${grows} of the length, for example of ${attack.pattern}`;
}
