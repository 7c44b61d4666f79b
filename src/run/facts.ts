import { CodedError, messageOf } from '../base/errors.ts';
import type { JsonLines } from '../base/files.ts';
import type { Masker } from '../base/mask.ts';
import { storageError } from '../base/storage-error.ts';
import type { Tier } from '../results/schema.ts';
import { CauseError } from '../swarm/causes/cause-error.ts';
import type { Reporter } from './reporter.ts';
import type { Fact, Observation } from './types.ts';

/** Takes down what was observed, in the order it was. */
export interface FactRecorder {
  record(observation: Observation): void;
  /** Records an error that a step threw; one of ours keeps its code and whose fault it is, any other is a defect. */
  recordFailure(tier: Tier | undefined, step: string, error: unknown): void;
  all(): readonly Fact[];
}

/** Starts recording into a file of JSON lines. */
export function recordFacts(
  file: JsonLines,
  report: Reporter,
  masker: Masker,
  now: () => Date = () => new Date(),
): FactRecorder {
  const facts: Fact[] = [];
  const record = (observation: Observation) => {
    const fact: Fact = masker.maskDeep({ at: now().toISOString(), ...observation });
    facts.push(fact);
    // A full disk must not stop the run from tearing down: the facts are also held here.
    file.append(fact).catch(() => undefined);
    report({ event: 'fact', fact });
  };
  return {
    record,
    recordFailure(tier, step, error) {
      const coded = error instanceof CodedError ? error : storageError(error);
      record({
        fact: 'step-failed',
        tier,
        step,
        code: error instanceof CauseError ? error.known.code : (coded?.code ?? 'E_INTERNAL'),
        sentence: coded?.message ?? `unexpected: ${messageOf(error)}`,
        fault: coded?.fault ?? 'cc-ci',
        hint: coded?.hint,
        evidence: coded?.evidence ?? (error instanceof Error ? (error.stack ?? '').split('\n').slice(1, 6) : []),
      });
    },
    all: () => facts,
  };
}
