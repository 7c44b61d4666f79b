import { relative } from 'node:path';
import { formatMs } from '../base/text.ts';
import { wantsColour } from '../results/ink.ts';
import { reportText } from '../results/report-text.ts';
import type { RunOutcome } from '../run/execute.ts';
import { printPlan } from '../run/plan/print.ts';
import type { Reporter } from '../run/reporter.ts';
import type { Fact } from '../run/types.ts';
import { BOUND_DISK, BOUND_REACHED, boundSentence } from '../run/verdict/bounds.ts';
import { engineNotAnswering } from '../swarm/causes/engine-not-answering.ts';
import { tellHowToReach } from './how-to-reach.ts';

/** Shows a run while it goes: the plan, then a line for each step that ends; the verdict last. Progress is standard error. */
export function showRun(options: { readonly json: boolean }): {
  readonly report: Reporter;
  finish(outcome: RunOutcome): Promise<void>;
} {
  const say = (text: string) => process.stderr.write(`${text}\n`);
  const started = performance.now();
  let planned = false;
  const stamp = () => `${((performance.now() - started) / 1000).toFixed(1).padStart(6)} s`;
  return {
    report(event) {
      switch (event.event) {
        case 'planned':
          planned = true;
          say(`${printPlan(event.plan)}\n`);
          break;
        case 'end':
          // Of a plan that was refused only the reason matters.
          if (planned) say(`${stamp()}  ${(event.tier ?? '').padEnd(10)} ${event.name} (${formatMs(event.ms)})`);
          break;
        case 'progress':
          say(`${stamp()}  ${event.text}`);
          break;
        case 'fact':
          for (const line of factLines(event.fact)) say(`${stamp()}  ${line}`);
          break;
        case 'begin':
        case 'verdict':
          break;
      }
    },
    async finish({ results, directory, plan, kept }) {
      if (options.json) process.stdout.write(`${JSON.stringify(results, null, 2)}\n`);
      else process.stdout.write(`${reportText(results, { colour: wantsColour(process.stdout) })}\n`);
      const here = relative(process.cwd(), directory.root);
      say(`\nreport: ${here.startsWith('..') ? directory.root : here}/report.html`);
      if (kept) say(`\nThe app is still up:\n${(await tellHowToReach({ plan, directory }, 'kept')).trimEnd()}`);
    },
  };
}

/** What somebody who watches should hear at once: why it fails, the moment that is known, and what is worth a mention. */
function factLines(fact: Fact): readonly string[] {
  const failure = (where: string, { sentence, code }: { readonly sentence: string; readonly code: string }) =>
    `${where.padEnd(10)} ${sentence} [${code}]`;
  if (fact.fact === 'step-failed') return [failure(fact.tier ?? '', fact)];
  if (fact.fact === 'interrupted' && fact.by === 'engine') {
    return [failure('', { sentence: fact.detail, code: engineNotAnswering.code })];
  }
  if (fact.fact === 'interrupted' && fact.by === 'bound')
    return [failure('', { sentence: fact.detail, code: BOUND_DISK })];
  if (fact.fact === 'bound-reached') return [failure('', { sentence: boundSentence(fact), code: BOUND_REACHED })];
  if (fact.fact === 'converged') return fact.convergence.causes.map((cause) => failure(fact.moment, cause));
  if (fact.fact === 'unserved') return fact.causes.map((cause) => failure(fact.moment, cause));
  return fact.fact === 'note' ? [fact.sentence] : [];
}
