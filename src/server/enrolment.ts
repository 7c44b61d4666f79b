import { CodedError, formatError, messageOf } from '../base/errors.ts';
import type { Enrolled } from '../forge/bridge.ts';
import { ForgeError, isTransient } from '../forge/errors.ts';
import { type ListedRecipe, MISMATCH_CODE, mismatch } from './enrolment-list.ts';
import { trustOf, type WatchedForge } from './forges.ts';

/** So many questions without an answer are the forge's trouble, and not that of one repository. */
export const FAILURES_IN_A_ROW = 2;

/** What is known of an entry: its repository once the forge has shown it, or what is wrong with it. */
interface Entry {
  readonly listed: ListedRecipe;
  enrolled: Enrolled | undefined;
  problem: string | undefined;
  /** Its repository is asked for again. Until the forge says that it is another one now, it is what it was. */
  doubted: boolean;
}

/** The enrolled repositories, as far as their forges have answered. */
export interface Enrolment {
  /** Takes another list; what is in both keeps what is known of it. */
  replace(recipes: readonly ListedRecipe[]): void;
  /** Asks a forge for every repository that is not known yet. Rejects when the forge does not answer at all. */
  resolve(forgeId: string): Promise<void>;
  /** Has a repository asked for again: it may be gone, or have another name now. Until that is known it stays enrolled. */
  doubt(enrolled: Enrolled): void;
  readonly find: (forgeId: string, repositoryId: number) => Enrolled | undefined;
  of(forgeId: string): readonly Enrolled[];
  /** Whether what `find` does not know is not enrolled: false while a forge has not shown its whole list. */
  readonly isComplete: (forgeId: string) => boolean;
  /** What is wrong, one line each. */
  problems(): readonly { readonly recipe: string; readonly problem: string }[];
}

export interface EnrolmentOptions {
  readonly forge: (id: string) => WatchedForge | undefined;
  readonly log: (line: string) => void;
}

/** Keeps the list of enrolled repositories with what the forges say of them. */
export function keepEnrolment({ forge, log }: EnrolmentOptions): Enrolment {
  let entries: readonly Entry[] = [];
  const here = (forgeId: string) => entries.filter(({ listed }) => listed.forge === forgeId);
  return {
    replace(recipes) {
      entries = recipes.map((listed): Entry => {
        const same = entries.find((entry) => JSON.stringify(entry.listed) === JSON.stringify(listed));
        return same ?? { listed, enrolled: undefined, problem: undefined, doubted: false };
      });
    },
    async resolve(forgeId) {
      const watched = forge(forgeId);
      if (watched === undefined) return;
      let inARow = 0;
      for (const entry of here(forgeId)) {
        if (entry.enrolled !== undefined && !entry.doubted) continue;
        const before = entry.problem;
        try {
          entry.enrolled = await findRepository(watched, entry.listed);
          entry.problem = undefined;
          entry.doubted = false;
          inARow = 0;
        } catch (error: unknown) {
          inARow = isTransient(error) ? inARow + 1 : 0;
          // Gone, or called something else. Whatever else is wrong with an answer says nothing of that.
          if (error instanceof CodedError && error.code === MISMATCH_CODE) entry.enrolled = undefined;
          if (inARow >= FAILURES_IN_A_ROW) throw error;
          entry.problem = messageOf(error);
          if (entry.problem !== before) log(formatError(error));
        }
      }
    },
    doubt(enrolled) {
      for (const entry of entries) entry.doubted ||= entry.enrolled === enrolled;
    },
    find: (forgeId, repositoryId) =>
      here(forgeId).find(({ enrolled }) => enrolled?.repositoryId === repositoryId)?.enrolled,
    of: (forgeId) => here(forgeId).flatMap(({ enrolled }) => enrolled ?? []),
    isComplete: (forgeId) => here(forgeId).every(({ enrolled }) => enrolled !== undefined),
    problems: () =>
      entries.flatMap(({ listed, problem }) => (problem === undefined ? [] : { recipe: listed.recipe, problem })),
  };
}

/** The repository as its forge shows it; one that is gone or has another name is an error that names file and key. */
export async function findRepository({ forge, settings }: WatchedForge, listed: ListedRecipe): Promise<Enrolled> {
  const full = `${listed.owner}/${listed.name}`;
  try {
    const found = await forge.repository(listed);
    const now = `${found.owner}/${found.name}`;
    if (now.toLowerCase() !== full.toLowerCase()) throw mismatch(listed, 'repository', `${full} is called ${now} now`);
    return {
      forge,
      repositoryId: found.id,
      owner: found.owner,
      name: found.name,
      recipe: listed.recipe,
      trust: trustOf(settings),
      runsOn: listed.runsOn,
    };
  } catch (error: unknown) {
    if (!(error instanceof ForgeError) || isTransient(error)) throw error;
    const moved = error.redirected;
    if (!moved && error.failure !== 'not-found') throw error;
    throw mismatch(
      listed,
      'repository',
      `${full} is ${moved ? 'called something else now' : 'not'} on ${settings.url}`,
      {
        hint: moved ? undefined : 'it is gone, or the token may not see it',
      },
    );
  }
}
