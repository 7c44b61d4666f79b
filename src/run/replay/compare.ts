import type { RunResults } from '../../results/schema.ts';

/** One thing that two runs do not have in common. `null`: the run does not have it at all. */
export interface Difference {
  /** `outcome` makes the answers differ; `image` and `environment` may be the reason why. */
  readonly kind: 'outcome' | 'image' | 'environment';
  readonly what: string;
  readonly before: string | null;
  readonly after: string | null;
}

type Named = readonly (readonly [what: string, value: string])[];

/**
 * What differs between two runs of the same commit: outcomes first, then what may explain them. Times, names and sentences
 * are left out, as no two runs share them. Pure.
 */
export function compareRuns(before: RunResults, after: RunResults): Difference[] {
  return [
    ...differences('outcome', outcomeOf(before), outcomeOf(after)),
    ...differences('image', imagesOf(before), imagesOf(after)),
    ...differences('environment', environmentOf(before), environmentOf(after)),
  ];
}

/** Whether two runs gave the same answer, whatever it was made of. */
export function isSameOutcome(found: readonly Difference[]): boolean {
  return !found.some(({ kind }) => kind === 'outcome');
}

function outcomeOf(run: RunResults): Named {
  return [
    ['commit', run.recipe.commit],
    ['base commit', run.base?.commit ?? 'none'],
    ['verdict', run.verdict],
    ['level', String(run.level)],
    ['fault', run.fault ?? 'nobody’s'],
    ...run.rungs.map(({ tier, status }) => [`tier ${tier}`, status] as const),
    ...countEach(run.findings.map(({ tier, service, code }) => [tier, service, code].filter((part) => part !== null))),
    ...run.canaries.map(
      ({ kind, service, where, afterUpgrade, inSnapshot, afterRestore }) =>
        [
          `${kind} canary of ${service} in ${where}`,
          `${afterUpgrade} after the upgrade, ${inSnapshot} in the snapshot, ${afterRestore} after the restore`,
        ] as const,
    ),
    ...run.tests.map(({ name, file, outcome }) => [`test ${name} (${file})`, outcome] as const),
    ...run.residue.map((object) => [`left behind: ${object.split(' ')[0] ?? ''}`, 'yes'] as const),
  ];
}

/** The same finding can be made several times; how often is part of the outcome. */
function countEach(findings: readonly (readonly string[])[]): Named {
  const counts = new Map<string, number>();
  for (const parts of findings) counts.set(parts.join(' '), (counts.get(parts.join(' ')) ?? 0) + 1);
  return [...counts].map(([name, count]) => [`finding ${name}`, count === 1 ? 'yes' : `${count} times`]);
}

function imagesOf(run: RunResults): Named {
  return run.images.map(({ moment, service, reference, pin }) => [`${moment} ${service} ${reference}`, pin]);
}

function environmentOf({ environment, tool }: RunResults): Named {
  return [
    ['cc-ci', tool.version],
    ['Engine', `${environment.engine} (API ${environment.api})`],
    ['IPVS', environment.ipvs ? 'present' : 'absent'],
    ['router', `${environment.edge}, Traefik ${environment.traefik} rules`],
    ['Node.js', environment.node],
    ...environment.adaptations.map((detail) => [`adapted: ${detail}`, 'yes'] as const),
  ];
}

function differences(kind: Difference['kind'], before: Named, after: Named): Difference[] {
  const was = new Map(before);
  const is = new Map(after);
  return [...new Set([...was.keys(), ...is.keys()])]
    .filter((what) => was.get(what) !== is.get(what))
    .map((what) => ({ kind, what, before: was.get(what) ?? null, after: is.get(what) ?? null }));
}
