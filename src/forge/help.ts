import { Tier } from '../results/schema.ts';

/** The reply that explains the commands, for a comment on a pull request. */
export function helpText(): string {
  const tiers = Tier.options.map((tier) => `\`${tier}\``).join(', ');
  return [
    '| command | what it does |',
    '|---|---|',
    '| `!testme` | tests the head of this pull request, all tiers |',
    `| \`!testme <tier>…\` | only these tiers: ${tiers}; the answer is a partial one |`,
    '| `!testme --base X` | upgrades from version, tag or branch X |',
    '| `!testme --quick` | upgrades a known-good deployment (not available yet) |',
    '| `!testme --no-diagnose` | leaves a red verdict as it is, without looking for whose fault it is |',
    '| `!testme cancel` | ends what waits and what runs for this pull request |',
    '| `!testme hold` | keeps what waits for this pull request from starting, until the next `!testme` |',
    '| `!testme why` | tells what the last verdict follows from |',
    '| `!testme approve <commit>` | lets what needs approval run, for exactly that commit |',
    '| `!testme help` | this list |',
  ].join('\n');
}
