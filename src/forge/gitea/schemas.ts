import { z } from 'zod';

/** What of a Gitea's or Forgejo's answers we read. Everything else may change without our noticing. */

const FullSha = z.string().regex(/^[0-9a-f]{40}$/, 'a full commit id');

/** A forge writes times in a zone of its own; one zone and whole seconds make them comparable as text. */
const Time = z.iso.datetime({ offset: true }).transform((text) => new Date(text).toISOString().replace(/\.\d+Z$/, 'Z'));

export const User = z.object({ id: z.number().int(), login: z.string() });

export const Organisation = z.object({ id: z.number().int() });

export const Repository = z.object({
  id: z.number().int().positive(),
  name: z.string(),
  owner: User,
  clone_url: z.string(),
  html_url: z.string(),
  default_branch: z.string(),
  permissions: z.object({ pull: z.boolean(), push: z.boolean(), admin: z.boolean() }).optional(),
});

const Side = z.object({
  ref: z.string(),
  sha: FullSha,
  repo_id: z.number().int(),
  /** Null once the fork was deleted. */
  repo: z.object({ id: z.number().int() }).nullable(),
});

export const PullRequest = z.object({
  number: z.number().int().positive(),
  state: z.enum(['open', 'closed']),
  title: z.string(),
  html_url: z.string(),
  head: Side,
  base: Side,
});

export const Comment = z.object({
  id: z.number().int().positive(),
  user: User,
  body: z.string(),
  created_at: Time,
  updated_at: Time,
  html_url: z.string(),
  /** Empty when it belongs to an issue. */
  pull_request_url: z.string(),
});

export const Branch = z.object({ commit: z.object({ id: FullSha }) });

export const Issue = z.object({ number: z.number().int().positive(), title: z.string(), body: z.string() });

export const FoundIssue = z.object({
  number: z.number().int().positive(),
  repository: z.object({ id: z.number().int().positive(), owner: z.string(), name: z.string() }),
});

export const Status = z.object({
  context: z.string(),
  status: z.string(),
  target_url: z.string(),
  created_at: z.string(),
});

/** Forgejo names no commit where it has no statuses, nor says whether there is such a commit. */
export const CombinedStatus = z.object({
  sha: z.union([FullSha, z.literal('')]),
  statuses: z.array(Status).nullable(),
});

export const Problem = z.object({ message: z.string() });

export const References = z.array(z.object({ ref: z.string(), object: z.object({ sha: FullSha }) }));
