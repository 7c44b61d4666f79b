import { countOf, formatMs } from '../base/text.ts';
import { html, type Markup } from './markup.ts';
import { evidence, icon, section } from './report-parts.ts';
import type { Check, Finding, Rung, RunResults } from './schema.ts';
import { FAULT_WORDS, STATUS_WORDS } from './words.ts';

/** The ladder: each tier with its sentence; what was checked opens on a click, and by itself where something is wrong. */
export function renderLadder(results: RunResults): Markup {
  return section('ladder', 'The ladder', html`<ol class="rungs">${results.rungs.map(renderRung)}</ol>`);
}

function renderRung(rung: Rung): Markup {
  const row = html`<span class="step">${rung.level}</span>${icon(rung.status)}<span class="tier">${rung.tier}</span>
<span class="said"><span class="word c-${rung.status}">${capital(STATUS_WORDS[rung.status])}</span> ${rung.sentence}${
    rung.checks.length === 0 ? undefined : html` <span class="more">(${countOf(rung.checks.length, 'check')})</span>`
  }</span><span class="time">${rung.ms === 0 ? '' : formatMs(rung.ms)}</span>`;
  if (rung.checks.length === 0) return html`<li class="rung"><div class="row">${row}</div></li>\n`;
  const wrong = rung.status === 'fail' || rung.status === 'unver';
  return html`<li class="rung"><details${wrong ? html` open` : undefined}><summary class="row">${row}</summary>
<ul class="checks">${rung.checks.map(renderCheck)}</ul></details></li>
`;
}

function renderCheck(check: Check): Markup {
  return html`<li>${icon(check.outcome)}<div><b>${check.name}</b> ${check.sentence}${evidence(check.evidence)}</div></li>\n`;
}

/** What went wrong, the first in time leading; nothing when nothing did. */
export function renderFindings(findings: readonly Finding[]): Markup | undefined {
  if (findings.length === 0) return undefined;
  return section(
    'findings',
    findings.length === 1 ? 'What went wrong' : 'What went wrong, first things first',
    findings.map(renderFinding),
  );
}

function renderFinding(finding: Finding): Markup {
  const place = [finding.tier, finding.service].filter((part) => part !== null).join(', ');
  return html`<article class="finding"><h3>${finding.sentence}</h3>
<p class="lead"><code>${finding.code}</code>${place === '' ? '' : ` in ${place}`}. Fault: ${FAULT_WORDS[finding.fault]}.</p>
${finding.hint === null ? undefined : html`<p class="hint">${finding.hint}</p>`}${evidence(finding.evidence)}</article>
`;
}

function capital(word: string): string {
  return word.slice(0, 1).toUpperCase() + word.slice(1);
}
