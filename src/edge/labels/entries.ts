import type { Service } from '../../recipe/compose/types.ts';
import type { RouteProblem } from '../types.ts';

/** One label below `traefik.<protocol>.<kind>.<name>.`, its parts in lower case: for a proxy, case makes no difference. */
export interface LabelEntry {
  /** The label as it is written. */
  readonly label: string;
  readonly value: string;
  readonly protocol: string;
  /** `routers`, `services`, `middlewares`, `serverstransports`, or what a proxy might one day know. */
  readonly kind: string;
  readonly name: string;
  /** What follows the name, such as `tls.domains[0].main`; empty where nothing does. */
  readonly key: string;
}

export interface LabelReading {
  readonly entries: readonly LabelEntry[];
  /** Why these labels can be read in two ways, and so are not taken at all. */
  readonly problems: readonly Omit<RouteProblem, 'service'>[];
}

/** The prefixes of a proxy's configuration. Whatever else begins with `traefik.` is a setting of the provider, or ignored. */
const CONFIGURATION = /^traefik\.(?<protocol>http|tcp|udp|tls)(?:\.(?<rest>.*))?$/;

/**
 * Reads labels one by one, whatever a strict decoder would say of the rest of them. Two labels that differ only in case, and
 * letters that only some programs take for ASCII ones, would be read in another way by a proxy: each is a problem, `refused`.
 */
export function readEntries(labels: Readonly<Record<string, string>>): LabelReading {
  const entries: LabelEntry[] = [];
  const problems: Omit<RouteProblem, 'service'>[] = [];
  const seen = new Map<string, string>();
  for (const [label, value] of Object.entries(labels)) {
    const lower = label.toLowerCase();
    if (!/^\s*traefik/u.test(lower)) continue;
    if (!/^[\x21-\x7e]+$/.test(label)) {
      problems.push(unreadable(label, 'route-label-characters', 'has a character that is not printable ASCII'));
      continue;
    }
    const twin = seen.get(lower);
    if (twin !== undefined)
      problems.push(
        unreadable(label, 'route-label-case', `differs from ${twin} only in case, and a proxy takes one of them`),
      );
    seen.set(lower, label);
    const { protocol, rest = '' } = CONFIGURATION.exec(lower)?.groups ?? {};
    if (protocol === undefined) continue;
    const [kind = '', name = '', ...key] = rest.split('.');
    entries.push({ label, value, protocol, kind, name, key: key.join('.') });
  }
  return { entries, problems };
}

function unreadable(label: string, code: string, why: string): Omit<RouteProblem, 'service'> {
  return { label, code, sentence: `${label} ${why}`, weight: 'refused' };
}

/**
 * Every set of labels of a service that some proxy may follow: those of the service, which a Traefik for Swarm reads, and
 * those of its containers, which one for plain Docker does.
 */
export function labelSets({ deploy, labels }: Service): readonly Readonly<Record<string, string>>[] {
  return [deploy?.labels ?? {}, labels ?? {}];
}

/** The values of a list: with commas, by index, or both. */
export function listValues(entries: readonly LabelEntry[], key: string): string[] {
  return entries
    .filter((entry) => entry.key === key || (entry.key.startsWith(`${key}[`) && entry.key.endsWith(']')))
    .flatMap(({ value }) => value.split(','))
    .map((value) => value.trim())
    .filter((value) => value !== '');
}
