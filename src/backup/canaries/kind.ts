import { shortHash } from '../../base/ids.ts';
import type { Stack } from '../../recipe/compose/types.ts';
import type { AppData } from '../app-data.ts';
import { pathBelow } from '../label-values.ts';
import { stackVolumes } from '../labels.ts';
import type { BackupVolume, Canary, CanaryCheck, CanaryKind } from '../types.ts';

/** The app, as canaries see it. */
export interface Habitat {
  readonly data: AppData;
  readonly stack: Stack;
  readonly volumes: readonly BackupVolume[];
  /** Makes ids and tokens: different for every run, the same for the same run. */
  readonly seed: string;
}

/**
 * One kind of data that can carry something of ours. Every canary is a pair: one half is changed and the other is deleted
 * before the restore, so that a restore that only adds or only overwrites is found out.
 */
export interface CanaryHandler {
  readonly kind: CanaryKind;
  /** Where canaries could live in one service; looks only. Rejects when data of this kind is there and cannot be read. */
  detect(habitat: Habitat, service: string): Promise<readonly Canary[]>;
  plant(data: AppData, canary: Canary): Promise<void>;
  check(data: AppData, canary: Canary): Promise<CanaryCheck>;
  /** Changes one half and deletes the other; what is lost already is no error. */
  destroy(data: AppData, canary: Canary): Promise<void>;
}

/** Looks at the stack once for all kinds. */
export function makeHabitat(data: AppData, stack: Stack, seed: string): Habitat {
  return { data, stack, seed, volumes: stackVolumes(stack, '') };
}

/** Twenty hexadecimal digits: short enough that Redis stores it uncompressed, so that it can be found in a snapshot. */
function makeToken(seed: string, id: string): string {
  return shortHash(`${seed}/${id}/token`, 20);
}

export function makeCanary(
  habitat: Habitat,
  kind: CanaryKind,
  service: string,
  volume: string | undefined,
  where: string,
  detail: Readonly<Record<string, string>>,
): Canary {
  const id = shortHash(`${habitat.seed}/${kind}/${service}/${where}`, 12);
  return { id, kind, service, volume, where, token: makeToken(habitat.seed, id), detail };
}

/** The volumes that a service speaks for: of those that share one, the first in the stack file does. */
export function ownVolumes(habitat: Habitat, service: string): string[] {
  return habitat.volumes.filter(({ mountedBy }) => mountedBy[0]?.service === service).map(({ volume }) => volume);
}

/** The named volume that holds an absolute path of a service's container, and the path in it. */
export function volumeOf(
  habitat: Habitat,
  service: string,
  path: string,
): { readonly volume: string; readonly path: string } | undefined {
  let best: { volume: string; path: string } | undefined;
  for (const { volume, mountedBy } of habitat.volumes) {
    for (const mount of mountedBy) {
      const below = mount.service === service ? pathBelow(path, mount.target) : undefined;
      if (below !== undefined && (best === undefined || below.length < best.path.length))
        best = { volume, path: below };
    }
  }
  return best;
}

/** Judges the two halves that a handler read back: both have to carry the token. */
export function judgeHalves(canary: Canary, seen: ReadonlyMap<string, string>): CanaryCheck {
  const wrong = (['a', 'b'] as const).flatMap((half) => {
    const value = seen.get(half);
    if (value === canary.token) return [];
    return value === undefined ? ['is gone'] : [`reads "${value.slice(0, 40)}"`];
  });
  if (wrong.length === 0) return { id: canary.id, found: true, detail: `${canary.where}: both halves are there` };
  const [first, second] = wrong;
  const detail =
    first === second ? `what was planted ${first}` : wrong.map((how) => `half of what was planted ${how}`).join(', ');
  return { id: canary.id, found: false, detail: `${canary.where}: ${detail}` };
}

/** What replaces the token in the half that is changed. */
export const CHANGED = 'changed-before-restore';
