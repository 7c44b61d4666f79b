import { shortHash } from '../base/ids.ts';

/** Swarm names are `<stack>_<name>_<version>` with at most 64 characters, and the stack's is that of the domain. */
const LONGEST = 20;

/**
 * The domain of a pull request's app below a suffix: `notebook-pr12.ci.example.org`. A recipe's name is its own on a server,
 * whichever forge it is from; one that is long, or no host name, is cut and told apart by a hash.
 */
export function appDomain(recipe: string, pullRequest: number, suffix: string): string {
  const end = `-pr${pullRequest}`;
  const plain = recipe.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-');
  if (plain === recipe && plain.length + end.length <= LONGEST) return `${plain}${end}.${suffix}`;
  const hash = shortHash(recipe, 4);
  const room = Math.max(1, LONGEST - end.length - hash.length - 1);
  const start = plain.slice(0, room).replace(/^-|-$/g, '') || 'app';
  return `${start}-${hash}${end}.${suffix}`;
}
