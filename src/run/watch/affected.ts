import type { Stack } from '../../recipe/compose/types.ts';
import type { Picture } from './picture.ts';
import { sameValue, whyFresh } from './why-fresh.ts';

/** What has to be done again after a change. Lint is: it reads everything and takes milliseconds. */
export interface Affected {
  /** `update`: the app that is up is brought to the new state in place; `fresh`: it is removed and installed from nothing. */
  readonly deploy: 'nothing' | 'update' | 'fresh';
  readonly lint: boolean;
  readonly tests: boolean;
  /** Backup and restore of what is up. */
  readonly backup: boolean;
  /** Paths of the recipe that are new, gone or different. */
  readonly paths: readonly string[];
  /** Why it is more than the paths tell, or less than somebody may expect. */
  readonly reasons: readonly string[];
}

/**
 * What a change of a recipe can have an effect on. What is not known to be harmless leads to a redeploy, and what cannot be
 * changed in an app that is up to a fresh install. Pure.
 */
export function affected(before: Picture, after: Picture): Affected {
  const paths = changedPaths(before, after);
  const fresh = whyFresh(before, after);
  const doubtful = paths.filter((path) => !isHarmless(path, after.stack));
  const stackChanged = !sameValue(before.stack, after.stack) || !sameValue(before.contents, after.contents);
  const deploy = fresh.length > 0 ? 'fresh' : stackChanged || doubtful.length > 0 ? 'update' : 'nothing';
  const testsChanged = paths.some((path) => path.startsWith('tests/')) || !sameValue(before.env, after.env);
  const reasons = [...fresh];
  if (deploy === 'update' && !stackChanged)
    reasons.push(`${doubtful.join(', ')}: not known to be harmless, so the app was deployed again`);
  if (deploy !== 'fresh' && !sameValue(before.postUpgrade, after.postUpgrade))
    reasons.push('POST_UPGRADE_CMDS changed: they are run by an upgrade, so only by a full run');
  return {
    deploy,
    lint: paths.length > 0 || deploy !== 'nothing',
    tests: after.testFiles > 0 && (deploy !== 'nothing' || testsChanged),
    backup: after.backupCapable && backupChanged(before, after),
    paths,
    reasons,
  };
}

/** The paths that two pictures do not have in common. */
function changedPaths(before: Picture, after: Picture): string[] {
  const all = new Set([...Object.keys(before.files), ...Object.keys(after.files)]);
  return [...all].filter((path) => before.files[path] !== after.files[path]).toSorted();
}

/** Texts for people and for forges, and files whose effect is seen in what they resolve to. */
const SEEN_ELSEWHERE = [
  /^[^/]*\.md$/i,
  /^(?:LICEN[CS]E|COPYING|CHANGELOG|AUTHORS|CODEOWNERS|renovate\.json)[^/]*$/i,
  /^release\//,
  /^docs?\//,
  /^\.(?:gitignore|gitattributes|editorconfig|drone\.yml|woodpecker\.ya?ml)$/,
  /^\.(?:gitea|forgejo|github|woodpecker)\//,
  // What these say is compared as it resolves.
  /^\.env\.sample$/,
  /^abra\.sh$/,
  /^compose(?:\..+)?\.ya?ml$/,
  /^tests\//,
];

function isHarmless(path: string, stack: Stack): boolean {
  if (isMounted(path, stack)) return false;
  // A config's content is compared by itself, wherever its file lies.
  return SEEN_ELSEWHERE.some((pattern) => pattern.test(path)) || isConfigFile(path, stack);
}

function isConfigFile(path: string, { configs, secrets }: Stack): boolean {
  return [...Object.values(configs), ...Object.values(secrets)].some(({ file }) => file === `./${path}`);
}

/** True for a file that a service reads straight from the recipe's directory. */
function isMounted(path: string, { services }: Stack): boolean {
  const sources = Object.values(services).flatMap(({ volumes }) =>
    (volumes ?? []).filter(({ type }) => type === 'bind').map(({ source }) => source ?? ''),
  );
  return sources.some((source) => source === './' || `./${path}` === source || `./${path}`.startsWith(`${source}/`));
}

/** Labels that say what is backed up, volumes, and files that the hooks of a service may call. */
function backupChanged(before: Picture, after: Picture): boolean {
  if (!before.backupCapable || !sameValue(backupLabels(before), backupLabels(after))) return true;
  if (!sameValue(before.stack.volumes, after.stack.volumes)) return true;
  return Object.values(after.stack.services).some(
    ({ deploy, configs }) =>
      Object.keys(deploy?.labels ?? {}).some((label) => /^backupbot\..*hook/.test(label)) &&
      (configs ?? []).some(
        ({ source }) => before.contents[`configs.${source}`] !== after.contents[`configs.${source}`],
      ),
  );
}

function backupLabels({ stack }: Picture): Record<string, string> {
  return Object.fromEntries(
    Object.entries(stack.services).flatMap(([service, { deploy }]) =>
      Object.entries(deploy?.labels ?? {})
        .filter(([label]) => label.startsWith('backupbot.'))
        .map(([label, value]) => [`${service} ${label}`, value]),
    ),
  );
}
