import { countOf, formatMs } from '../base/text.ts';
import { levelColour } from './colours.ts';
import { isWon, LADDER } from './level.ts';
import { html, type Markup } from './markup.ts';
import { icon } from './report-parts.ts';
import type { RungStatus, RunResults } from './schema.ts';
import { FAULT_WORDS, publicLevel, shortCommit, VERDICT_WORDS } from './words.ts';

/** The top of the report: what was tested, its level, the verdict in a sentence, and what limits it. */
export function renderHead(results: RunResults): Markup {
  const { recipe, base } = results;
  const status: RungStatus = results.verdict === 'success' ? 'pass' : results.verdict === 'failure' ? 'fail' : 'unver';
  const warnings = warningsOf(results);
  return html`<header>
<div class="head"><div>
<p class="eyebrow">cc-ci report</p>
<h1>${recipe.name} <span>${recipe.version}</span></h1>
<p class="meta"><span>commit <code title="${recipe.commit}">${shortCommit(recipe.commit)}</code></span>${
    base === null ? undefined : html`<span>upgraded from ${base.version}</span>`
  }<span>${dateOf(results.startedAt)}</span><span>took ${formatMs(results.ms)}</span></p>
</div>${levelPlate(results)}</div>
<p class="verdict ${status}">${icon(status)}<span><strong>${VERDICT_WORDS[results.verdict]}.</strong> ${results.sentence}${
    results.fault === null ? undefined : html` <span class="lead">Fault: ${FAULT_WORDS[results.fault]}.</span>`
  }</span></p>
${warnings.length === 0 ? undefined : html`<ul class="warnings">${warnings.map((warning) => html`<li>${warning}</li>`)}</ul>`}
</header>
`;
}

function levelPlate(results: RunResults): Markup {
  const level = publicLevel(results);
  const steps = LADDER.map((step) => html`<i${isWon(results, step.level) ? html` class="won"` : undefined}></i>`);
  const label = level === undefined ? 'No level' : `Level ${level} of 5`;
  return html`<div class="level" style="--level:${levelColour(level)}" role="img" aria-label="${label}"><span class="of">${
    level === undefined ? 'No level' : 'Level'
  }</span><b>${level ?? '–'}</b>${level === undefined ? undefined : html`<span class="of">/ 5</span>`}<span class="steps">${steps}</span></div>`;
}

/** What a reader has to know before trusting the level. */
function warningsOf(results: RunResults): string[] {
  const { deploys, flags, residue, recipe } = results;
  const warnings: string[] = [];
  if (results.partial) warnings.push('Only some tiers were asked for: this run does not stand for a full one.');
  if (recipe.dirty) warnings.push('The work tree had changes that are in no commit.');
  if (deploys.fresh !== deploys.expectedFresh || deploys.updates !== deploys.expectedUpdates) {
    warnings.push(
      `${countOf(deploys.fresh, 'fresh deploy')} and ${countOf(deploys.updates, 'update')} were made; ` +
        `${deploys.expectedFresh} and ${deploys.expectedUpdates} were planned.`,
    );
  }
  if (residue.length > 0) warnings.push(`Teardown left behind: ${residue.join(', ')}.`);
  else if (!flags.cleanTeardown) warnings.push('Teardown is not proven to be complete.');
  if (!flags.noSecretLeak) warnings.push('A secret value is in the artifacts of this run. Do not publish them.');
  return warnings;
}

/** An ISO time as `2026-11-23 19:48 UTC`; anything else as it is. */
export function dateOf(iso: string): string {
  const match = /^(?<day>\d{4}-\d\d-\d\d)T(?<time>\d\d:\d\d)[\d:.]*Z$/.exec(iso);
  return match === null ? iso : `${match.groups?.['day']} ${match.groups?.['time']} UTC`;
}
