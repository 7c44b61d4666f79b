import { LADDER, stepStatus } from '../../results/level.ts';
import type { RunResults, Tier } from '../../results/schema.ts';
import { FAULT_WORDS, STATUS_WORDS } from '../../results/words.ts';
import type { PastRun } from '../past/read-run.ts';
import type { Fact, PlannedTier } from '../types.ts';
import { judge, type Verdict } from '../verdict/judge.ts';
import { sentenceOf, tierOf } from './fact-sentence.ts';

/** A paragraph: `lead` begins its first line, and the lines that follow are set in as far. */
export interface Paragraph {
  readonly lead: string;
  readonly text: string;
}

export interface Section {
  readonly title: string;
  readonly paragraphs: readonly Paragraph[];
}

/** The chain from the plan and the facts to the verdict. */
export interface Explanation {
  /** Judged anew from plan and facts, whatever was published. */
  readonly verdict: Verdict;
  /** Where the published outcome is another one; empty when it is the same or when nothing was published. */
  readonly disagreements: readonly string[];
  readonly sections: readonly Section[];
}

/**
 * Explains a verdict: what was planned for each tier and why, what was seen when, what was checked by it, and what ended the
 * climb. Pure; the run is judged anew by the same function that judged it.
 */
export function explainRun(run: Pick<PastRun, 'plan' | 'facts' | 'results'>, only?: Tier): Explanation {
  const { plan, facts, results } = run;
  const verdict = judge(plan, facts);
  const disagreements = results === undefined ? [] : disagreementsOf(results, verdict);
  const unasked = plan.tiers.filter((planned) => wasNotAsked(planned) && planned.tier !== only);
  const tiers = plan.tiers.filter(({ tier }) => only === undefined || tier === only);
  const sections = [
    ...tiers.filter((planned) => !unasked.includes(planned)).map((planned) => explainTier(run, verdict, planned)),
    ...(only === undefined ? [unaskedSection(unasked)] : []),
  ];
  const whole = only === undefined ? [planSection(run), ...sections, restSection(run)] : sections;
  return {
    verdict,
    disagreements,
    sections: [
      ...whole.filter(({ paragraphs }) => paragraphs.length > 0),
      ladderSection(verdict),
      verdictSection(verdict, results, disagreements),
    ],
  };
}

function planSection({ plan }: Pick<PastRun, 'plan'>): Section {
  const { recipe, base, engine } = plan;
  const changed = recipe.dirty ? ', with changes of the work tree' : '';
  const from =
    base === undefined
      ? plan.tiers.some((planned) => planned.tier === 'upgrade' && wasNotAsked(planned))
        ? 'No upgrade was asked for.'
        : 'There is no base to upgrade from.'
      : `The base is ${base.version} at ${base.commit.slice(0, 12)}: ${base.reason}.`;
  return {
    title: `${recipe.name} ${recipe.version}, run ${plan.runId}`,
    paragraphs: [
      said(
        `Asked for was ${recipe.source} at ${recipe.ref}, which is commit ${recipe.commit.slice(0, 12)}${changed}. ${from}`,
      ),
      said(
        `It went on Engine ${engine.engineVersion} (API ${engine.apiVersion}) with a kernel ${engine.ipvs ? 'with' : 'without'} IPVS, as ${plan.domain}.`,
      ),
      ...[...Map.groupBy(plan.adaptations, ({ detail }) => detail)].map(([detail, rows]) =>
        said(`Changed in ${rows.map(({ service }) => service).join(', ')} to run here: ${detail}.`),
      ),
      ...plan.warnings.map((warning) => said(`Known before anything was touched: ${warning}.`)),
    ],
  };
}

/** Nobody asked for it, and no other tier stands on it. */
function wasNotAsked({ run, intentionalSkip }: PlannedTier): boolean {
  return !run && !intentionalSkip;
}

function unaskedSection(tiers: readonly PlannedTier[]): Section {
  const names = tiers.map(({ tier }) => tier).join(', ');
  return {
    title: 'Not asked for',
    paragraphs: tiers.length === 0 ? [] : [said(`${names}: unverified, as in any partial run.`)],
  };
}

function explainTier(run: Pick<PastRun, 'plan' | 'facts'>, verdict: Verdict, planned: PlannedTier): Section {
  const rung = verdict.rungs.find(({ tier }) => tier === planned.tier);
  const status = STATUS_WORDS[rung?.status ?? 'unver'];
  const title = `${planned.tier}: ${status}`;
  if (!planned.run) {
    const kind = planned.intentionalSkip ? 'Skipped on purpose' : 'Not run';
    return { title, paragraphs: [said(`${kind}: ${planned.reason}.`)] };
  }
  const seen = run.facts.filter((fact) => tierOf(fact) === planned.tier || isHeadInstall(run, fact, planned.tier));
  const checks = (rung?.checks ?? []).flatMap((check): Paragraph[] => [
    { lead: `    ${STATUS_WORDS[check.outcome].padEnd(11)}`, text: `${check.name}: ${check.sentence}` },
    ...(check.outcome === 'pass' ? [] : check.evidence).map((line) => ({ lead: '               | ', text: line })),
  ]);
  return {
    title,
    paragraphs: [
      said(`Planned: ${planned.reason}.`),
      said(seen.length === 0 ? 'Nothing was observed.' : 'What was seen, counted from the plan:'),
      ...seen.map((fact) => observed(run, fact)),
      ...(checks.length === 0
        ? []
        : [said(seen.length === 0 ? 'What was checked:' : 'What was checked by it:'), ...checks]),
      said(
        `So ${planned.tier} ${status === 'unverified' ? 'is unverified' : status}: ${rung?.sentence ?? 'there is no judgement'}.`,
      ),
    ],
  };
}

/** Without a base the head's images are what install starts from; otherwise upgrade does. */
function isHeadInstall({ plan }: Pick<PastRun, 'plan'>, fact: Fact, tier: Tier): boolean {
  if (fact.fact !== 'images' || fact.moment !== 'head') return false;
  return tier === (plan.baseApp === undefined ? 'install' : 'upgrade');
}

function restSection(run: Pick<PastRun, 'plan' | 'facts'>): Section {
  const rest = run.facts.filter((fact) => tierOf(fact) === undefined && fact.fact !== 'images');
  return { title: 'The run as a whole', paragraphs: rest.map((fact) => observed(run, fact)) };
}

function ladderSection({ rungs, level }: Verdict): Section {
  const paragraphs: Paragraph[] = [];
  for (const step of LADDER) {
    const status = stepStatus(rungs, step.level);
    const lead = `    level ${step.level}  `;
    const tiers = step.tiers.join(' and ');
    if (status === 'pass') paragraphs.push({ lead, text: `${tiers} passed: ${step.proof}.` });
    else if (status === 'skip')
      paragraphs.push({ lead, text: `${tiers} skipped on purpose: adds nothing, stops nothing.` });
    else {
      const blocking = rungs.find(
        (rung) => rung.level === step.level && (rung.status === 'fail' || rung.status === 'unver'),
      );
      const why =
        blocking === undefined
          ? 'nothing is known of it'
          : `${blocking.tier} ${STATUS_WORDS[blocking.status]}, ${blocking.sentence}`;
      paragraphs.push({ lead, text: `the climb ends here: ${why}.` });
      break;
    }
  }
  return { title: `The ladder: level ${level}`, paragraphs };
}

/** Findings that only say again that a run was cancelled. */
const CUT_SHORT: ReadonlySet<string> = new Set(['interrupted', 'cancelled']);

function verdictSection(verdict: Verdict, results: RunResults | undefined, disagreements: readonly string[]): Section {
  const cancelled = verdict.verdict === 'cancelled';
  // Whoever ended a run knows that they did, and nobody has to act on it.
  const fault = verdict.fault === undefined || cancelled ? [] : [said(`To act: ${FAULT_WORDS[verdict.fault]}.`)];
  const leading = verdict.findings.find(({ sentence }) => verdict.sentence.includes(sentence));
  const others = verdict.findings
    .filter((finding) => finding !== leading && !(cancelled && CUT_SHORT.has(finding.code)))
    .map(({ code, sentence }) => said(`Also found: ${sentence} [${code}].`));
  const hint = leading?.hint ?? null;
  const hints = hint === null ? [] : [said(`What to do: ${hint}.`)];
  const published =
    results === undefined
      ? 'No verdict was published: the run goes on, or it was killed before its end. This is what its facts say so far.'
      : disagreements.length === 0
        ? 'Judged anew from plan and facts: the same as was published.'
        : `Judged anew from plan and facts this is not what was published: ${disagreements.join('; ')}.`;
  return {
    title: `The verdict: ${verdict.verdict}`,
    paragraphs: [said(`${verdict.sentence}.`), ...fault, ...hints, ...others, said(published)],
  };
}

/** Where a published outcome is not what the facts give. Sentences may be worded anew; outcomes may not differ. */
function disagreementsOf(results: RunResults, verdict: Verdict): string[] {
  const pairs: (readonly [string, string, string])[] = [
    ['verdict', results.verdict, verdict.verdict],
    ['level', String(results.level), String(verdict.level)],
    ...verdict.rungs.map(({ tier, status }) => {
      const stored = results.rungs.find((rung) => rung.tier === tier)?.status ?? 'missing';
      return [tier, stored, status] as const;
    }),
    ['findings', codesOf(results.findings), codesOf(verdict.findings)],
  ];
  return pairs
    .filter(([, stored, judged]) => stored !== judged)
    .map(([what, stored, judged]) => `${what} was published as ${stored} and is ${judged}`);
}

function codesOf(findings: readonly { readonly code: string }[]): string {
  return findings.map(({ code }) => code).join(', ') || 'none';
}

function observed({ plan }: Pick<PastRun, 'plan'>, fact: Fact): Paragraph {
  const seconds = (Date.parse(fact.at) - Date.parse(plan.createdAt)) / 1000;
  return { lead: `    ${`+${seconds.toFixed(1)} s`.padStart(9)}  `, text: sentenceOf(fact) };
}

function said(text: string): Paragraph {
  // A sentence that was quoted may bring its own full stop.
  return { lead: '  ', text: text.replace(/([.:!?])\.$/, '$1') };
}
