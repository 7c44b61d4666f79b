import { CodedError } from '../../base/errors.ts';
import type { RecipeVersion, VersionTag } from '../../recipe/types.ts';
import { newestOlderThan, parseVersion } from '../../recipe/version.ts';

export interface BaseQuestion {
  /** Version tags of the repository, any order. */
  readonly tags: readonly VersionTag[];
  readonly headCommit: string;
  /** The version the head calls itself: its tag, else its compose file's version label. */
  readonly headVersion: RecipeVersion | undefined;
  /** Commits that are ancestors of the head (of those the tags point at). */
  readonly ancestors: ReadonlySet<string>;
}

export type BaseAnswer =
  | { readonly kind: 'base'; readonly version: string; readonly commit: string; readonly reason: string }
  | { readonly kind: 'none'; readonly reason: string };

/**
 * Which release an upgrade starts from: the newest release tag strictly older than the head. A tag with the head's own
 * version is stepped over, since an upgrade to the same version proves nothing (RT-07).
 */
export function resolveBase(question: BaseQuestion): BaseAnswer {
  const { tags, headCommit, headVersion, ancestors } = question;
  if (tags.length === 0) return { kind: 'none', reason: 'the repository has no release tag to upgrade from' };
  const others = tags.filter(({ commit }) => commit !== headCommit);
  const older = headVersion === undefined ? others.filter(({ commit }) => ancestors.has(commit)) : others;
  const chosen = headVersion === undefined ? newest(older) : newestOlderThan(older, headVersion);
  if (chosen === undefined) {
    return {
      kind: 'none',
      reason:
        headVersion === undefined
          ? 'no release tag is an ancestor of the head'
          : `no release is older than ${headVersion.text}`,
    };
  }
  const newestTag = newest(others);
  const reason =
    newestTag !== undefined && newestTag.version.text !== chosen.version.text
      ? `newest release older than ${headVersion?.text ?? 'the head'} (${newestTag.version.text} is not older)`
      : 'newest release';
  return { kind: 'base', version: chosen.version.text, commit: chosen.commit, reason };
}

function newest(tags: readonly VersionTag[]): VersionTag | undefined {
  const above = parseVersion('999999999.0.0');
  return above === undefined ? undefined : newestOlderThan(tags, above);
}

/** What is wrong with the release an upgrade would start from is not wrong with the head: it says so. */
export function ofBase(error: unknown, version: string): unknown {
  if (!(error instanceof CodedError)) return error;
  const { code, message, fault, where, evidence } = error;
  return new CodedError({
    code,
    message: `the base ${version} cannot be deployed: ${message}`,
    fault,
    where,
    hint: 'upgrade from another release with --base, or leave the upgrade out with --tiers',
    evidence,
    cause: error,
  });
}
