import type { CodedError } from '../../base/errors.ts';
import type { RawDocument } from '../compose/document.ts';
import type { Stack } from '../compose/types.ts';
import type { Recipe } from '../types.ts';

type Severity = 'error' | 'warn';

/** One row of the lint table; the shape of `LintResult` in results.json. */
export interface LintFinding {
  readonly id: string;
  readonly severity: Severity;
  readonly title: string;
  readonly outcome: 'satisfied' | 'violated' | 'skipped';
  readonly file: string | null;
  readonly line: number | null;
  /** What is wrong here, or why the rule was skipped; empty when it is satisfied. */
  readonly message: string;
  /** How to mend it. */
  readonly hint: string;
}

/** A place in the recipe; the line counts from 1. */
export interface Place {
  readonly file: string | undefined;
  readonly line: number | undefined;
}

export interface Violation {
  readonly message: string;
  readonly place: Place | undefined;
}

/** What a rule says: its violations (none: satisfied), or why it does not apply. */
export type RuleAnswer = readonly Violation[] | { readonly skipped: string };

export interface LintRule {
  readonly id: string;
  readonly severity: Severity;
  readonly title: string;
  readonly fix: string;
  /** `stack`: the rule needs compose files that load, and is skipped when they do not. */
  readonly needs: 'files' | 'stack';
  readonly check: (context: LintContext) => RuleAnswer | Promise<RuleAnswer>;
}

/** A line `key=value` of a service's `deploy.labels`, with its variables filled in. */
export interface LabelLine {
  readonly service: string;
  readonly key: string;
  readonly value: string;
  readonly place: Place;
}

/** The published catalogue, as far as lint reads it. */
export type Catalogue = Readonly<Record<string, { readonly versions?: readonly unknown[] | undefined }>>;

/** Everything that the rules look at; built once for a recipe. */
export interface LintContext {
  readonly recipe: Recipe;
  /** The sample's values, `STACK_NAME` and the exports of abra.sh. */
  readonly env: Readonly<Record<string, string>>;
  readonly stackName: string;
  /** Every compose file in the root, as written. */
  readonly documents: readonly RawDocument[];
  /** All compose files merged, which is what abra lints. Empty when they do not load. */
  readonly all: Stack;
  /** The files that the sample's `COMPOSE_FILE` names, merged. */
  readonly own: Stack;
  /** Why the compose files do not load. */
  readonly broken: readonly CodedError[];
  readonly labels: readonly LabelLine[];
  /** The version the recipe comes from, for what may only change together. */
  readonly base: LintBase | undefined;
  readonly catalogue: Catalogue | undefined;
}

export interface LintBase {
  readonly recipe: Recipe;
  readonly env: Readonly<Record<string, string>>;
  readonly all: Stack;
}
