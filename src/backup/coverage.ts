import { pathBelow } from './label-values.ts';
import type { BackupPlan, BackupVolume, Canary } from './types.ts';

/** What a backup owes to one canary. */
export interface Expectation {
  readonly id: string;
  /** It has to come back with a restore. */
  readonly expected: boolean;
  /** What covers it; several may. */
  readonly by: readonly ('files' | 'dump')[];
  /** Its files are copied from under a running database server, with no dump beside them. */
  readonly liveCopy: boolean;
  /** One line: why it is expected, or why nothing covers it. */
  readonly reason: string;
}

/**
 * Says for each canary whether the labels cover its data: the file where its volume is taken whole, the row where a dump
 * hook of its server or the files themselves are.
 */
export function expectCanaries(plan: BackupPlan, canaries: readonly Canary[]): Expectation[] {
  return canaries.map((canary) => {
    const volume = plan.volumes.find((candidate) => candidate.volume === canary.volume);
    const byFiles = volume !== undefined && filesCovered(canary, volume);
    const dump = canary.kind === 'file' ? undefined : dumpHook(plan, canary.service);
    const by = [...(byFiles ? (['files'] as const) : []), ...(dump === undefined ? [] : (['dump'] as const))];
    const server = canary.kind === 'postgres' || canary.kind === 'mysql';
    return {
      id: canary.id,
      expected: by.length > 0,
      by,
      liveCopy: server && byFiles && dump === undefined,
      reason:
        by.length === 0
          ? whyNot(plan, canary)
          : by.map((way) => (way === 'dump' ? dump : `volume ${canary.volume}`)).join(' and '),
    };
  });
}

/** Data that carries a canary and that nothing covers, one line each; of it what database servers hold. */
export function uncoveredData(
  plan: BackupPlan,
  canaries: readonly Canary[],
): { readonly data: string[]; readonly databases: string[] } {
  const expectations = expectCanaries(plan, canaries);
  const bare = canaries.flatMap((canary, index) => {
    const expectation = expectations[index];
    return expectation === undefined || expectation.expected
      ? []
      : [{ canary, sentence: `${canary.where}: ${expectation.reason}` }];
  });
  const servers = bare.filter(({ canary: { kind } }) => kind === 'postgres' || kind === 'mysql');
  return { data: bare.map(({ sentence }) => sentence), databases: servers.map(({ sentence }) => sentence) };
}

function filesCovered(canary: Canary, volume: BackupVolume): boolean {
  if (volume.paths === undefined) return true;
  const path = { sqlite: canary.detail['path'], redis: canary.detail['directory'] }[canary.kind as 'sqlite' | 'redis'];
  if (path === undefined) return false;
  return volume.paths.some((covered) => pathBelow(path, covered) !== undefined);
}

/** The backup hook that dumps a service's data: its own, or one elsewhere that names the service as a host. */
export function dumpHook(plan: BackupPlan, service: string): string | undefined {
  const own = plan.services.find((entry) => entry.service === service && entry.backupPre !== undefined);
  if (own !== undefined) return `the backup hook of ${service}`;
  const name = new RegExp(`(?<![\\w.-])(?:\\w+_)?${RegExp.escape(service)}(?![\\w.-])`);
  const other = plan.services.find(
    (entry) => entry.backupPre !== undefined && /dump|backup/i.test(entry.backupPre) && name.test(entry.backupPre),
  );
  return other === undefined ? undefined : `the backup hook of ${other.service}`;
}

function whyNot(plan: BackupPlan, canary: Canary): string {
  if (canary.volume === undefined) return 'it lies in no named volume, and no backup hook dumps it';
  const named = plan.uncovered.find((entry) => entry.volume === canary.volume);
  return named?.reason ?? `no label covers volume ${canary.volume}`;
}
