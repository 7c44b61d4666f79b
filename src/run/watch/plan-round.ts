import { affected } from './affected.ts';
import type { RenamedConfig } from './config-names.ts';
import type { WatchCommand } from './inbox.ts';
import type { Picture } from './picture.ts';
import { WATCH_STEPS, type WatchStep } from './round.ts';

/** What the app that is watched is like before a round. */
export interface Standing {
  /** The recipe as the last round saw it. */
  readonly picture: Picture;
  /** Whether it has ever come up since it was installed. */
  readonly proven: boolean;
}

export interface RoundTask {
  readonly deploy: 'nothing' | 'update' | 'fresh';
  readonly redone: readonly WatchStep[];
  readonly paths: readonly string[];
  readonly reasons: readonly string[];
}

/** What a round has to do: what the change can affect, and what was asked for. Pure. */
export function planRound(
  picture: Picture,
  standing: Standing | undefined,
  asked: WatchCommand | undefined,
  renamed: readonly RenamedConfig[],
): RoundTask {
  const change = standing === undefined ? undefined : affected(standing.picture, picture);
  const reasons = [...(change?.reasons ?? [])];
  let deploy = change?.deploy ?? 'fresh';
  if (asked === 'fresh') deploy = 'fresh';
  if (deploy === 'update' && standing?.proven === false) {
    deploy = 'fresh';
    reasons.push('the app never came up, so it is installed from nothing');
  }
  const wanted = new Set<WatchStep>();
  if (deploy !== 'nothing') wanted.add(deploy === 'fresh' ? 'install' : 'update');
  if (asked === 'tests' || change?.tests === true || (deploy !== 'nothing' && picture.testFiles > 0))
    wanted.add('tests');
  if (change?.backup === true || (asked === 'backup' && picture.backupCapable)) {
    wanted.add('backup');
    wanted.add('restore');
  } else if (asked === 'backup') reasons.push('there is nothing to back up: no backupbot.backup label is on');
  if (change?.lint !== false) wanted.add('lint');
  if (deploy === 'update') {
    const key = (id: string) => `configs.${id}`;
    // What was said of a former round is not said again; lint goes on to.
    const now = renamed.filter(({ id }) => standing?.picture.contents[key(id)] !== picture.contents[key(id)]);
    for (const { id, name, temporary } of now)
      reasons.push(
        `the config ${id} changed and its name did not: here it is ${temporary} instead of ${name}; an upgrade would be refused until its version is raised`,
      );
  }
  return { deploy, redone: WATCH_STEPS.filter((step) => wanted.has(step)), paths: change?.paths ?? [], reasons };
}
