import { z } from 'zod';
import { BoundsShape } from '../config/bounds.ts';

/**
 * The published shape of `results.json`. Everything that is shown about a run (report, card, badge, PR comment, page) is
 * rendered from this document and nothing else; it is made from the verdict and cannot change it.
 * A change that breaks readers raises `SCHEMA_VERSION`.
 */
export const SCHEMA_VERSION = 1;

export const Tier = z.enum(['install', 'upgrade', 'backup', 'restore', 'functional', 'lint']);
export type Tier = z.infer<typeof Tier>;

export const RungStatus = z.enum(['pass', 'fail', 'skip', 'unver']);
export type RungStatus = z.infer<typeof RungStatus>;

const FaultName = z.enum(['recipe', 'image', 'infrastructure', 'cc-ci', 'usage']);

export const VerdictName = z.enum(['success', 'failure', 'error', 'cancelled']);
export type VerdictName = z.infer<typeof VerdictName>;

/** One thing that was looked at inside a tier, with what was seen. */
export const Check = z.object({
  name: z.string(),
  outcome: RungStatus,
  sentence: z.string(),
  evidence: z.array(z.string()),
});
export type Check = z.infer<typeof Check>;

/** A tier's place on the ladder and how it ended. */
export const Rung = z.object({
  tier: Tier,
  level: z.int().min(1).max(5),
  status: RungStatus,
  /** Why it was skipped, is unverified or failed; for a pass what was proven. */
  sentence: z.string(),
  ms: z.number(),
  checks: z.array(Check),
});
export type Rung = z.infer<typeof Rung>;

/** A named failure: the first in time leads. */
export const Finding = z.object({
  code: z.string(),
  sentence: z.string(),
  fault: FaultName,
  tier: Tier.nullable(),
  service: z.string().nullable(),
  hint: z.string().nullable(),
  evidence: z.array(z.string()),
  at: z.string(),
});
export type Finding = z.infer<typeof Finding>;

export const LintResult = z.object({
  id: z.string(),
  severity: z.enum(['error', 'warn']),
  title: z.string(),
  outcome: z.enum(['satisfied', 'violated', 'skipped']),
  file: z.string().nullable(),
  line: z.int().nullable(),
  message: z.string(),
  hint: z.string(),
});
export type LintResult = z.infer<typeof LintResult>;

const TestCaseRow = z.object({
  name: z.string(),
  file: z.string(),
  outcome: z.enum(['passed', 'failed', 'skipped']),
  detail: z.string().nullable(),
  ms: z.number(),
});

/** A span of the run, for the waterfall. `lane` separates what ran beside something else. */
export const Phase = z.object({
  name: z.string(),
  tier: Tier.nullable(),
  lane: z.int().min(0),
  startMs: z.number(),
  endMs: z.number(),
});
export type Phase = z.infer<typeof Phase>;

export const CanaryRow = z.object({
  kind: z.enum(['file', 'postgres', 'mysql', 'redis', 'sqlite']),
  service: z.string(),
  where: z.string(),
  afterUpgrade: z.enum(['found', 'missing', 'not-checked']),
  inSnapshot: z.enum(['found', 'missing', 'not-expected', 'not-checked']),
  afterRestore: z.enum(['found', 'missing', 'not-expected', 'not-checked']),
});
export type CanaryRow = z.infer<typeof CanaryRow>;

export const Resources = z.object({
  services: z.array(
    z.object({
      service: z.string(),
      peakMemoryBytes: z.number().nullable(),
      cpuSeconds: z.number().nullable(),
      imageBytes: z.number().nullable(),
      readyMs: z.number().nullable(),
    }),
  ),
  volumes: z.array(z.object({ volume: z.string(), bytes: z.number() })),
  snapshotBytes: z.number().nullable(),
  restoreMs: z.number().nullable(),
});
export type Resources = z.infer<typeof Resources>;

const ImageRow = z.object({
  service: z.string(),
  moment: z.enum(['base', 'head']),
  reference: z.string(),
  /** A registry digest, or the id of a local image: `pinnedBy` says which. */
  pin: z.string(),
  pinnedBy: z.enum(['digest', 'local-id']),
});

const DependencyRow = z.object({
  recipe: z.string(),
  version: z.string(),
  commit: z.string(),
  domain: z.string(),
  stackName: z.string(),
  /** False when it did not come up: the app was then not deployed. */
  up: z.boolean(),
  /** Counted apart from the app's. */
  deploys: z.object({ fresh: z.int(), updates: z.int() }),
  images: z.array(ImageRow.pick({ reference: true, pin: true, pinnedBy: true })),
  ms: z.number(),
});

/** What was set for the recipe beyond what it says itself. Values that look like a secret are masked. */
export const Customisation = z.object({
  /** Files of the enrolled recipe's folder that were used, relative to it. */
  files: z.array(z.string()),
  /** Of `recipe.yaml`: every setting that is not its default, `env` and `upgradeEnv` left out. */
  settings: z.record(z.string(), z.json()),
  /** What the app's env was given over `.env.sample`: by settings, by dependencies, by the command line. */
  env: z.record(z.string(), z.string()),
  /** What only the head of the upgrade was given. */
  upgradeEnv: z.record(z.string(), z.string()),
});
export type Customisation = z.infer<typeof Customisation>;

export const RunResults = z.object({
  schema: z.literal(SCHEMA_VERSION),
  tool: z.object({ name: z.literal('cc-ci'), version: z.string() }),
  runId: z.string(),
  startedAt: z.string(),
  endedAt: z.string(),
  ms: z.number(),
  recipe: z.object({
    name: z.string(),
    /** Path or URL it was asked for by, without credentials. */
    source: z.string(),
    ref: z.string(),
    commit: z.string(),
    dirty: z.boolean(),
    version: z.string(),
  }),
  base: z.object({ version: z.string(), commit: z.string(), reason: z.string() }).nullable(),
  verdict: VerdictName,
  level: z.int().min(0).max(5),
  /** One line: the verdict, its cause and whose fault it is. */
  sentence: z.string(),
  fault: FaultName.nullable(),
  /** True when only some tiers were asked for: such a run never stands for a full one. */
  partial: z.boolean(),
  rungs: z.array(Rung),
  findings: z.array(Finding),
  notes: z.array(z.string()),
  domain: z.string(),
  stackName: z.string(),
  images: z.array(ImageRow),
  deploys: z.object({ fresh: z.int(), updates: z.int(), expectedFresh: z.int(), expectedUpdates: z.int() }),
  /** Other recipes that were deployed because the app needs them; missing in documents of before there were any. */
  dependencies: z.array(DependencyRow).optional(),
  /** Missing in documents of before it was recorded. */
  customisation: Customisation.optional(),
  /** What the run was bound by: counts, and sizes in MiB. Missing in documents of before there were bounds. */
  bounds: BoundsShape.optional(),
  residue: z.array(z.string()),
  canaries: z.array(CanaryRow),
  uncovered: z.array(z.object({ volume: z.string(), reason: z.string() })),
  lint: z.array(LintResult),
  tests: z.array(TestCaseRow),
  phases: z.array(Phase),
  resources: Resources,
  environment: z.object({
    engine: z.string(),
    api: z.string(),
    ipvs: z.boolean(),
    edge: z.string(),
    traefik: z.enum(['v2', 'v3']),
    node: z.string(),
    adaptations: z.array(z.string()),
  }),
  screenshot: z.string().nullable(),
  artifacts: z.array(z.object({ name: z.string(), bytes: z.int() })),
  flags: z.object({ cleanTeardown: z.boolean(), noSecretLeak: z.boolean() }),
});
export type RunResults = z.infer<typeof RunResults>;
