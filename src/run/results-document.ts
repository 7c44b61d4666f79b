import { largest, smallest } from '../base/lists.ts';
import { formatMs } from '../base/text.ts';
import type { CanaryRow, Phase, RunResults } from '../results/schema.ts';
import type { Fact, Plan } from './types.ts';
import { boundSentence } from './verdict/bounds.ts';
import { factsOf } from './verdict/checks.ts';
import type { Verdict } from './verdict/judge.ts';

export interface RunClock {
  readonly toolVersion: string;
  readonly startedAt: Date;
  readonly endedAt: Date;
  readonly phases: readonly Phase[];
  readonly node: string;
}

/** Writes plan, facts and verdict down as the published document. Pure; adds no judgement of its own. */
export function buildResults(plan: Plan, facts: readonly Fact[], verdict: Verdict, clock: RunClock): RunResults {
  const tests = factsOf(facts, 'tests').at(-1)?.report.cases ?? [];
  const screenshot = factsOf(facts, 'screenshot').at(-1);
  const teardown = factsOf(facts, 'teardown').at(-1);
  const scans = factsOf(facts, 'leak-scan');
  return {
    schema: 1,
    tool: { name: 'cc-ci', version: clock.toolVersion },
    runId: plan.runId,
    startedAt: clock.startedAt.toISOString(),
    endedAt: clock.endedAt.toISOString(),
    ms: clock.endedAt.getTime() - clock.startedAt.getTime(),
    recipe: plan.recipe,
    base: plan.base ?? null,
    verdict: verdict.verdict,
    level: verdict.level,
    sentence: verdict.sentence,
    fault: verdict.fault ?? null,
    partial: plan.partial,
    rungs: verdict.rungs.map((rung) => ({ ...rung, ms: tierMs(clock.phases, rung.tier) })),
    findings: [...verdict.findings],
    notes: notesOf(plan, facts),
    domain: plan.domain,
    stackName: plan.stackName,
    images: imageRows(plan, facts),
    deploys: verdict.deploys,
    dependencies: factsOf(facts, 'dependency').map(
      ({ recipe, version, commit, domain, stackName, up, deploys, images, ms }) => ({
        recipe,
        version,
        commit,
        domain,
        stackName,
        up,
        deploys: { ...deploys },
        images: images.map(({ reference, imageId, digest }) => ({
          reference,
          pin: digest ?? imageId,
          pinnedBy: digest === undefined ? 'local-id' : 'digest',
        })),
        ms,
      }),
    ),
    ...(plan.customisation === undefined ? {} : { customisation: plan.customisation }),
    ...(plan.bounds === undefined ? {} : { bounds: plan.bounds }),
    residue: [...verdict.residue],
    canaries: canaryRows(facts),
    uncovered: [...plan.backup.uncovered],
    lint: [...(factsOf(facts, 'lint').at(-1)?.results ?? [])],
    tests: tests.map(({ name, file, outcome, detail, ms }) => ({ name, file, outcome, detail: detail ?? null, ms })),
    phases: [...clock.phases],
    resources: factsOf(facts, 'resources').at(-1)?.resources ?? {
      services: [],
      volumes: [],
      snapshotBytes: null,
      restoreMs: null,
    },
    environment: {
      engine: plan.engine.engineVersion,
      api: plan.engine.apiVersion,
      ipvs: plan.engine.ipvs,
      edge: plan.edge.kind,
      traefik: plan.edge.traefik,
      node: clock.node,
      adaptations: plan.adaptations.map(({ detail }) => detail),
    },
    screenshot: screenshot?.file ?? null,
    artifacts: [],
    flags: {
      cleanTeardown: teardown !== undefined && teardown.residue.length === 0,
      noSecretLeak: scans.length > 0 && scans.every(({ leaks }) => leaks.length === 0),
    },
  };
}

/** The time from a tier's first span to its last; what ran beside it does not count twice. */
function tierMs(phases: readonly Phase[], tier: string): number {
  const own = phases.filter((phase) => phase.tier === tier);
  if (own.length === 0) return 0;
  return largest(own.map(({ endMs }) => endMs)) - smallest(own.map(({ startMs }) => startMs));
}

function notesOf(plan: Plan, facts: readonly Fact[]): string[] {
  const notes = [
    ...plan.warnings,
    ...factsOf(facts, 'dependency')
      .filter(({ up }) => up)
      .map(
        ({ recipe, version, ms }) => `the dependency ${recipe} ${version} was deployed for this run (${formatMs(ms)})`,
      ),
    ...(plan.backup.warnings ?? []).map(({ message }) => message),
    ...factsOf(facts, 'bound-reached').map(boundSentence),
    ...factsOf(facts, 'note').map(({ sentence }) => sentence),
  ];
  for (const data of factsOf(facts, 'uncovered').at(-1)?.data ?? []) {
    // What the report lists under the volumes that are not saved is not said again.
    const listed = plan.backup.uncovered.some(
      ({ volume, reason }) => data.startsWith(`${volume}:`) && data.endsWith(`: ${reason}`),
    );
    if (!listed) notes.push(`no backup covers ${data}`);
  }
  const screenshot = factsOf(facts, 'screenshot').at(-1);
  if (screenshot !== undefined && screenshot.file === undefined) notes.push(`no screenshot: ${screenshot.detail}`);
  return [...new Set(notes)];
}

function imageRows(plan: Plan, facts: readonly Fact[]): RunResults['images'] {
  const pins = factsOf(facts, 'images').flatMap((fact) => fact.pins);
  return plan.images.map(({ service, moment, reference, imageId, digest }) => {
    const pin = pins.find((candidate) => candidate.reference === reference);
    const known = pin?.digest ?? digest;
    return {
      service,
      moment,
      reference,
      pin: known ?? pin?.imageId ?? imageId ?? 'not pulled',
      pinnedBy: known === undefined ? 'local-id' : 'digest',
    };
  });
}

function canaryRows(facts: readonly Fact[]): CanaryRow[] {
  const planted = factsOf(facts, 'planted').at(-1)?.canaries ?? [];
  const after = (moment: 'after-upgrade' | 'after-restore') =>
    factsOf(facts, 'canaries').findLast((fact) => fact.moment === moment)?.checks;
  const snapshot = factsOf(facts, 'snapshot').at(-1)?.report.canaries;
  const expected = factsOf(facts, 'restored').at(-1)?.expected;
  const upgrade = after('after-upgrade');
  const restore = after('after-restore');
  return planted.map(({ id, kind, service, where }) => {
    const inSnapshot = snapshot?.find((check) => check.id === id);
    return {
      kind,
      service,
      where,
      afterUpgrade: seen(upgrade?.find((check) => check.id === id)?.found),
      inSnapshot: inSnapshot !== undefined && !inSnapshot.expected ? 'not-expected' : seen(inSnapshot?.found),
      afterRestore:
        expected !== undefined && !expected.includes(id)
          ? 'not-expected'
          : seen(restore?.find((check) => check.id === id)?.found),
    };
  });
}

function seen(found: boolean | undefined): 'found' | 'missing' | 'not-checked' {
  if (found === undefined) return 'not-checked';
  return found ? 'found' : 'missing';
}
