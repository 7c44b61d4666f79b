import { CodedError } from '../base/errors.ts';
import type { StatePaths } from '../config/paths.ts';
import type { ConfigPaths, ServerSettings } from '../config/server.ts';
import type { Bridge } from '../forge/bridge.ts';
import { isTransient } from '../forge/errors.ts';
import type { SendOptions } from '../forge/outbox/send.ts';
import { pollRepository } from '../forge/poll.ts';
import { pinAccounts } from '../forge/trust.ts';
import type { RepositoryName } from '../forge/types.ts';
import type { Unenrolled } from '../forge/unenrolled.ts';
import { type Enrolment, FAILURES_IN_A_ROW, keepEnrolment } from './enrolment.ts';
import type { ListedRecipe } from './enrolment-list.ts';
import { trustOf, type WatchedForge, watchForge } from './forges.ts';
import { lookBesides } from './look-besides.ts';
import { type Loop, startLoop } from './loop.ts';
import { keepNotes } from './notes.ts';
import { watchOwn } from './own/watch-own.ts';
import type { OwnSecrets } from './own-secrets.ts';

/** The forges that are watched, the repositories on them, and a loop for each forge that reads what is new there. */
export interface Watching {
  readonly bridge: Bridge;
  readonly enrolment: Enrolment;
  readonly loops: readonly Loop[];
  forge(id: string): WatchedForge | undefined;
  readonly forgeIds: readonly string[];
  /** Where reports on a repository go; see `SendOptions`. */
  readonly mailbox: SendOptions['mailbox'];
  /** A repository on that forge that nobody has enrolled; undefined as long as that is not certain. */
  readonly unenrolled: (forgeId: string, repositoryId: number, name: RepositoryName) => Unenrolled | undefined;
  /** What was left out of what forges say. */
  readonly notes: () => readonly string[];
  /** Something was pushed: our own repository is looked at now. */
  readonly onPush: () => void;
  /** Ends the loops, after the round that each is in. */
  stop(): Promise<void>;
}

export interface WatchingOptions {
  readonly db: Bridge['db'];
  readonly settings: ServerSettings;
  readonly config: ConfigPaths;
  readonly paths: StatePaths;
  readonly recipes: readonly ListedRecipe[];
  /** Fires when the server ends: questions that are open then are given up. */
  readonly signal: AbortSignal;
  readonly log: (line: string) => void;
  readonly ownSecrets: OwnSecrets;
}

/** How often we look for commands where nobody has enrolled anything. */
const BESIDES_MS = 60_000;

/** Begins to watch. A forge that does not answer is asked again at every round, and holds nobody else up. */
export function startWatching({
  db,
  settings,
  config,
  paths,
  recipes,
  signal,
  log,
  ownSecrets,
}: WatchingOptions): Watching {
  const { note, all: notes } = keepNotes(log);
  const forges = new Map(
    settings.forges.map((forge, index) => [
      forge.id,
      watchForge(forge, index, config, { signal, own: ownSecrets, note }),
    ]),
  );
  const enrolment = keepEnrolment({ forge: (id) => forges.get(id), log });
  enrolment.replace(recipes);
  const bridge: Bridge = {
    db,
    botId: (forgeId) => mustKnowMe(forges.get(forgeId)),
    domainSuffix: settings.worker.domainSuffix,
    note,
  };
  const loops = [...forges].map(([id, watched]) =>
    startLoop({
      name: `forge ${id}`,
      everyMs: settings.pollSeconds * 1000,
      round: (signal) => pollForge(bridge, enrolment, watched, signal),
      log,
    }),
  );
  const unenrolled: Watching['unenrolled'] = (forgeId, repositoryId, { owner, name }) => {
    const watched = forges.get(forgeId);
    const certain = enrolment.isComplete(forgeId) && enrolment.find(forgeId, repositoryId) === undefined;
    if (watched === undefined || !certain) return undefined;
    return { forge: watched.forge, repositoryId, owner, name, trust: trustOf(watched.settings) };
  };
  const besides = [...forges].map(([id, watched]) =>
    startLoop({
      name: `repositories on ${id} that are not enrolled`,
      everyMs: BESIDES_MS,
      round: lookBesides(bridge, watched, unenrolled),
      log,
    }),
  );
  const { own } = settings;
  const ownForge = own && forges.get(own.forge);
  const ownLoop =
    own && ownForge && watchOwn({ own, watched: ownForge, settings, config, paths, log, masker: ownSecrets.masker });
  return {
    bridge,
    enrolment,
    loops,
    forge: (id) => forges.get(id),
    forgeIds: [...forges.keys()],
    mailbox(forgeId, repositoryId, name) {
      const watched = forges.get(forgeId);
      if (watched === undefined) return undefined;
      const me = watched.me();
      const enrolled = enrolment.find(forgeId, repositoryId);
      const place = enrolled ?? name;
      if (place !== undefined && me !== undefined) return { forge: watched.forge, name: place, botId: me.id };
      return me === undefined || !enrolment.isComplete(forgeId) ? 'later' : undefined;
    },
    unenrolled,
    notes,
    onPush: () => ownLoop?.wake(),
    async stop() {
      const all = [...loops, ...besides, ...(ownLoop === undefined ? [] : [ownLoop])];
      await Promise.all(all.map((loop) => loop.stop()));
    },
  };
}

/** One look at every repository of a forge. What is wrong with one of them does not keep us from the others. */
async function pollForge(
  bridge: Bridge,
  enrolment: Enrolment,
  { forge, settings, identify }: WatchedForge,
  signal: AbortSignal,
): Promise<void> {
  await identify();
  await pinAccounts(bridge, forge, trustOf(settings));
  await enrolment.resolve(forge.id);
  const all = enrolment.of(forge.id);
  if (all.length === 0) return;
  // A repository that is new begins now: what was written before was written to nobody.
  const from = await forge.clock();
  let wrong: unknown;
  let inARow = 0;
  for (const enrolled of all) {
    if (signal.aborted) return;
    try {
      await pollRepository(bridge, enrolled, from);
      inARow = 0;
    } catch (error: unknown) {
      wrong = error;
      if (!isTransient(error)) enrolment.doubt(enrolled);
      else if ((inARow += 1) >= FAILURES_IN_A_ROW) throw error;
    }
  }
  if (wrong !== undefined) throw wrong;
}

function mustKnowMe(watched: WatchedForge | undefined): number {
  const me = watched?.me();
  if (me !== undefined) return me.id;
  throw new CodedError({ code: 'E_FORGE_UNKNOWN', message: 'the forge has not answered yet', fault: 'infrastructure' });
}
