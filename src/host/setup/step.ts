import { CodedError } from '../../base/errors.ts';

/** What a step sees before or after it acted. */
export interface Check {
  readonly ok: boolean;
  /** What was found, for people. */
  readonly detail: string;
  /** Worth telling, and nothing that set-up may change. */
  readonly warnings?: readonly string[] | undefined;
}

/** One thing that set-up brings about: look, do what is lacking, look again. */
export interface CheckedStep {
  readonly name: string;
  check(): Promise<Check>;
  /** Brings the thing about and says what was done. Only called when `check` said that it is lacking. */
  act(): Promise<string>;
}

/** A thing that another room looks after as a whole: it looks, acts where that is needed, and verifies, by itself. */
export interface DelegatedStep {
  readonly name: string;
  /** `did` is undefined when nothing was lacking. */
  ensure(): Promise<{ readonly detail: string; readonly did: string | undefined }>;
}

export type SetupStep = CheckedStep | DelegatedStep;

/** What a step found and did. */
export interface StepReport {
  readonly name: string;
  readonly outcome: 'already' | 'done';
  readonly found: string;
  readonly did: string | undefined;
  readonly warnings: readonly string[];
  readonly ms: number;
}

/**
 * Runs the steps in order; each stands on those before it. A step that is still lacking after it acted is
 * `E_SETUP_UNVERIFIED`: an exit code of 0 from some tool is not taken for the thing itself.
 */
export async function runSteps(
  steps: readonly SetupStep[],
  onReport: (report: StepReport) => void,
): Promise<StepReport[]> {
  const reports: StepReport[] = [];
  for (const step of steps) {
    const report = await runStep(step);
    onReport(report);
    reports.push(report);
  }
  return reports;
}

async function runStep(step: SetupStep): Promise<StepReport> {
  const started = performance.now();
  if ('ensure' in step) {
    const { detail, did } = await step.ensure();
    return reportOf(step, { ok: true, detail }, did, { ok: true, detail }, started);
  }
  const before = await step.check();
  if (before.ok) return reportOf(step, before, undefined, before, started);
  const did = await step.act();
  const after = await step.check();
  if (!after.ok) {
    throw new CodedError({
      code: 'E_SETUP_UNVERIFIED',
      message: `set-up step "${step.name}" acted, and still: ${after.detail}`,
      fault: 'cc-ci',
      evidence: [did],
    });
  }
  return reportOf(step, before, did, after, started);
}

function reportOf(step: SetupStep, before: Check, did: string | undefined, after: Check, started: number): StepReport {
  return {
    name: step.name,
    outcome: did === undefined ? 'already' : 'done',
    found: before.detail,
    did,
    warnings: after.warnings ?? [],
    ms: performance.now() - started,
  };
}
