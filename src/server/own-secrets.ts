import { createMasker, type Masker } from '../base/mask.ts';
import type { Forge } from '../forge/types.ts';

/** What the server itself must not say. It is told of a secret whenever one is read, so that one that was changed is known, too. */
export interface OwnSecrets {
  readonly masker: Masker;
  /** From here on these are masked, and passwords in those that are addresses. */
  readonly learn: (values: readonly string[]) => void;
}

export function keepOwnSecrets(): OwnSecrets {
  const masker = createMasker();
  const known = new Set<string>();
  return {
    masker,
    learn(values) {
      const fresh = values.flatMap(withPassword).filter((value) => !known.has(value));
      if (fresh.length === 0) return;
      for (const value of fresh) known.add(value);
      masker.add(fresh);
    },
  };
}

/** Masks what is said to a forge: whatever led to a secret of ours in a text, nobody there is to read it. */
export function maskForge(forge: Forge, masker: Masker): Forge {
  const mask = (text: string) => masker.mask(text);
  return {
    ...forge,
    createComment: (name, number, body) => forge.createComment(name, number, mask(body)),
    editComment: (name, id, body) => forge.editComment(name, id, mask(body)),
    setStatus: (name, sha, status) => forge.setStatus(name, sha, { ...status, description: mask(status.description) }),
    openIssue: (name, { title, body }) => forge.openIssue(name, { title: mask(title), body: mask(body) }),
  };
}

function withPassword(value: string): readonly string[] {
  const password = URL.canParse(value) ? new URL(value).password : '';
  return password === '' ? [value] : [value, decodeURIComponent(password), password];
}
