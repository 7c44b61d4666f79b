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
    '| `!testme cancel` | stops the run of this pull request |',
    '| `!testme why` | tells how the verdict came about (not available yet) |',
    '| `!testme hold` | leaves the app of the run up for a while when it fails (not available yet) |',
    '| `!testme approve` | lets what needs approval run, for exactly this commit |',
    '| `!testme help` | this list |',
  ].join('\n');
}
