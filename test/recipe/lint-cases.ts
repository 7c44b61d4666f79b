import { CLEAN } from './sample-recipe.ts';

/** What is changed in the clean recipe so that a rule is violated (or, for `clean`, exercised without violation). */
export interface LintCase {
  readonly files?: Readonly<Record<string, string>>;
  /** Files that the base version has in place of the clean ones; with it a base is given. */
  readonly base?: Readonly<Record<string, string>>;
  readonly without?: readonly string[];
  readonly tags?: readonly { readonly name: string; readonly annotated?: boolean; readonly commit?: string }[];
  readonly catalogue?: Readonly<Record<string, { readonly versions?: readonly unknown[] }>>;
}

export interface RuleCases {
  readonly violated: LintCase;
  /** File and line of the first finding, and a part of its message. */
  readonly at: readonly [string | null, number | null, string];
  /** Where the clean recipe alone does not exercise the rule. */
  readonly clean?: LintCase;
}

const compose = (from: string, to: string): LintCase => {
  const text = CLEAN['compose.yml'] ?? '';
  if (!text.includes(from)) throw new Error(`the clean recipe does not hold ${from}`);
  return { files: { 'compose.yml': text.replace(from, () => to) } };
};
const sample = (text: string): LintCase => ({ files: { '.env.sample': `${CLEAN['.env.sample']}${text}` } });
const overlay = (text: string): LintCase => ({ files: { 'compose.extra.yml': `version: "3.8"\n${text}` } });

const LONG_ID = 'k'.repeat(45);

/** One violating case for each rule; R008 cannot be violated, because such a recipe is not read at all. */
export const RULE_CASES: Readonly<Record<string, RuleCases>> = {
  R001: { violated: compose('"3.8"', '"3.7"'), at: ['compose.yml', 1, '3.7'] },
  R002: { violated: overlay('services:\n  db:\n    image: postgres:17.2'), at: ['compose.extra.yml', 3, 'db'] },
  R003: { violated: compose('nginx:1.27.2', 'nginx'), at: ['compose.yml', 4, 'nginx'] },
  R004: { violated: compose('nginx:1.27.2', '${IMAGE:-nginx:latest}'), at: ['compose.yml', 4, 'nginx:latest'] },
  R005: { violated: compose('nginx:1.27.2', 'nginx:stable'), at: ['compose.yml', 4, 'stable'] },
  R006: {
    violated: { catalogue: { wiki: { versions: [] } } },
    at: [null, null, 'no version'],
    clean: { catalogue: { wiki: { versions: [{}] } } },
  },
  R007: {
    violated: { files: { 'README.md': '<!-- metadata -->\n* **Category**: Apps\n<!-- endmetadata -->' } },
    at: ['README.md', null, 'status, image'],
  },
  R009: { violated: compose('  app:', '  web:'), at: ['compose.yml', 2, 'no service'] },
  R010: { violated: compose('traefik.enable=true', 'traefik.enable=false'), at: ['compose.yml', 2, 'traefik.enable'] },
  R011: { violated: overlay('services:\n  sidekiq:\n    command: work'), at: ['compose.extra.yml', 3, 'sidekiq'] },
  R012: { violated: { without: ['abra.sh'] }, at: ['compose.yml', 11, 'abra.sh'] },
  R013: { violated: { catalogue: {} }, at: [null, null, 'wiki'], clean: { catalogue: { wiki: {} } } },
  R014: { violated: { tags: [{ name: '1.0.0+1.27.2', annotated: false }] }, at: [null, null, 'lightweight'] },
  R015: { violated: overlay('secrets:\n  a_very_long_id:\n    external: true'), at: ['compose.extra.yml', 3, '14'] },
  R016: {
    violated: { files: { 'compose.yml': 'version: "3.8"\nservices:\n  app:\n    image: nginx:1.27.2\n' } },
    at: ['compose.yml', 3, 'deploy.labels'],
  },
  CC001: { violated: compose('image: nginx', 'imagee: nginx'), at: ['compose.yml', 4, 'imagee'] },
  CC002: { violated: compose('interval: 5s', 'interval: ${INTERVAL:-5s}'), at: ['compose.yml', 16, 'interval'] },
  CC003: { violated: compose('nginx:1.27.2', '${IMAGE:-nginx:${TAG}}'), at: ['compose.yml', 4, '${TAG'] },
  CC004: {
    violated: overlay(
      `services:\n  app:\n    secrets:\n      - ${LONG_ID}\nsecrets:\n  ${LONG_ID}:\n    external: true\n    name: \${STACK_NAME}_${LONG_ID}_v1`,
    ),
    at: ['compose.extra.yml', 7, '64'],
  },
  CC005: {
    violated: compose('nginx:1.27.2', 'nginx:1.27-alpine'),
    at: ['compose.yml', 4, '1.27-alpine'],
    clean: compose(
      'nginx:1.27.2',
      'nginx:1.27@sha256:0123456789012345678901234567890123456789012345678901234567890123',
    ),
  },
  CC006: {
    violated: { base: { 'nginx.conf': 'before' } },
    at: ['compose.yml', 32, 'nginx.conf'],
    clean: { base: { 'nginx.conf': 'before', 'abra.sh': 'export CONF_VERSION=v0\n' } },
  },
  CC007: {
    violated: compose('volumes.content.path=site', 'path=/tmp/dump.sql'),
    at: ['compose.yml', 28, '/tmp/dump.sql'],
    clean: compose('volumes.content.path=site', 'path=/data/site'),
  },
  CC008: {
    violated: compose('        - "backupbot.restore.post-hook=load"\n', ''),
    at: ['compose.yml', 27, 'pre-hook'],
  },
  CC009: {
    violated: { tags: [{ name: '1.1.0+1.27.2' }] },
    at: ['compose.yml', 24, '1.1.0+1.27.2'],
    clean: { tags: [{ name: '1.0.0+1.27.2' }] },
  },
  CC010: {
    violated: { tags: [{ name: '1.0.0+1.27.2', commit: 'b'.repeat(40) }] },
    at: ['compose.yml', 24, 'bbbbbbbb'],
  },
  CC011: {
    violated: compose('nginx:1.27.2', 'nginx:1.27.3'),
    at: ['compose.yml', 24, '1.27.3'],
    clean: compose('nginx:1.27.2', 'nginx:v1.27.2'),
  },
  CC012: { violated: compose('order: stop-first', 'order: start-first'), at: ['compose.yml', 18, 'old task'] },
  CC013: { violated: overlay('services:\n  app:\n    depends_on:\n      - db'), at: ['compose.extra.yml', 5, 'db'] },
  CC014: {
    violated: overlay('x-a: 1\nservices:\n  app:\n    environment:\n      - A=${NOWHERE}'),
    at: ['compose.extra.yml', 6, 'NOWHERE'],
    clean: overlay('services:\n  app:\n    environment:\n      - A=${NOWHERE:-x}'),
  },
  CC015: { violated: sample('OLD_SETTING=1\n'), at: ['.env.sample', 6, 'OLD_SETTING'] },
  CC016: {
    violated: sample('#COMPOSE_FILE="compose.yml:compose.gone.yml"\n'),
    at: ['.env.sample', 6, 'compose.gone.yml'],
    clean: sample('#COMPOSE_FILE="compose.yml"\n'),
  },
  CC017: {
    violated: overlay('services:\n  app:\n    ports:\n      - "7835:80"'),
    at: ['compose.extra.yml', 5, '7835'],
  },
  CC018: {
    violated: overlay('services:\n  app:\n    tmpfs:\n      - /run\n      - /tmp:size=1024M^'),
    at: ['compose.extra.yml', 6, '1024M^'],
    clean: overlay('services:\n  app:\n    tmpfs:\n      - /tmp:size=64M,mode=1777'),
  },
  CC019: {
    violated: compose('Host(`${DOMAIN}`)', 'Host(`${DOMAIN}`, `www.${DOMAIN}`)'),
    at: ['compose.yml', 23, 'Traefik 2'],
    clean: compose('Host(`${DOMAIN}`)', 'Host(`${DOMAIN}`) || HostRegexp(`^[a-z]{2}\\..+$$`)'),
  },
  CC020: {
    violated: compose('rule=Host(`${DOMAIN}`)', 'middlewares=a@docker'),
    at: ['compose.yml', 23, '@docker'],
    clean: compose('rule=Host(`${DOMAIN}`)', 'middlewares=a@file'),
  },
  CC021: {
    violated: { files: { 'abra.sh': 'export CONF_VERSION=v1\nexport OTHER="v1"\n' } },
    at: ['abra.sh', 2, 'OTHER'],
  },
  CC022: { violated: { files: { 'abra.sh': '' } }, at: ['compose.yml', 32, 'conf'] },
};
