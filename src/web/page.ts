import { countOf, formatMs } from '../base/text.ts';
import { html, type Markup, trusted } from '../results/markup.ts';
import { dateOf } from '../results/report-head.ts';
import type { Readiness } from './health.ts';
import type { Overview, ShownRequest } from './overview.ts';

export interface PageData {
  readonly overview: Overview;
  readonly readiness: Readiness;
  /** Recipes whose entry in the list of what is enrolled is wrong. */
  readonly problems: readonly { readonly recipe: string; readonly problem: string }[];
  /** Every enrolled recipe, also those that were never run. */
  readonly recipes: readonly string[];
  readonly version: string;
  readonly now: Date;
}

const CSS = `
:root { color-scheme: light dark; --page: #f6f7f9; --ink: #1b2027; --soft: #57606b; --line: #d9dee3; --bad: #b3261e; --good: #1a7a36; --link: #0b57c4; }
@media (prefers-color-scheme: dark) {
  :root { --page: #0f1318; --ink: #e6eaef; --soft: #9ba6b2; --line: #2a313a; --bad: #ff8a80; --good: #5fc77a; --link: #7fb3ff; }
}
body { margin: 0; background: var(--page); color: var(--ink); font: 15px/1.55 system-ui, sans-serif; overflow-wrap: anywhere; }
main { max-width: 960px; margin: 0 auto; padding: 32px 20px 64px; }
h1 { font-size: 26px; margin: 0 0 4px; } h2 { font-size: 17px; margin: 32px 0 8px; }
p { margin: 0; } .soft { color: var(--soft); } .bad { color: var(--bad); } .good { color: var(--good); }
a { color: var(--link); } code { font-family: ui-monospace, monospace; font-size: .88em; }
.scroll { overflow-x: auto; } table { width: 100%; border-collapse: collapse; }
th, td { text-align: left; vertical-align: top; padding: 6px 14px 6px 0; border-top: 1px solid var(--line); }
thead th { border-top: 0; color: var(--soft); font-size: 13px; font-weight: 500; } tbody th { font-weight: 600; }
ul { margin: 0; padding-left: 20px; }
`;

/** The one page: what runs, what waits, the last verdict of each recipe. No script; every value is escaped. Pure. */
export function renderPage(data: PageData): string {
  const { overview, readiness } = data;
  const broken = readiness.parts.filter(({ ok }) => !ok);
  return `${
    html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>cc-ci: ${countOf(overview.running.length, 'run')} going, ${overview.waitingCount} waiting</title>
<style>${trusted(CSS)}</style>
</head>
<body>
<main>
<h1>cc-ci</h1>
<p class="soft">${dateOf(data.now.toISOString())} · version ${data.version}</p>
${
  broken.length === 0 && data.problems.length === 0
    ? undefined
    : html`<h2 class="bad">What is wrong</h2>
<ul>${[
        ...broken.map(({ name, detail }) => html`<li><strong>${name}</strong>: ${detail}</li>`),
        ...data.problems.map(({ recipe, problem }) => html`<li><strong>${recipe}</strong>: ${problem}</li>`),
      ]}</ul>`
}
<h2>Running</h2>
${requestTable(overview.running, 'running for', data.now)}
<h2>Waiting</h2>
${requestTable(overview.waiting, 'waiting for', data.now)}${
  overview.waitingCount > overview.waiting.length
    ? html`<p class="soft">and ${overview.waitingCount - overview.waiting.length} more</p>`
    : undefined
}
<h2>Recipes</h2>
${recipeTable(data)}
</main>
</body>
</html>`.markup
  }\n`;
}

function requestTable(requests: readonly ShownRequest[], since: string, now: Date): Markup {
  if (requests.length === 0) return html`<p class="soft">nothing</p>`;
  const rows = requests.map(
    (request) =>
      html`<tr><th>${request.recipe}</th><td>${request.forge} #${request.pullRequest}</td>${commitCell(request)}<td>${
        request.askedBy
      }</td><td>${formatMs(Math.max(0, now.getTime() - request.since.getTime()))}</td><td>${runLink(request)}</td></tr>`,
  );
  return html`<div class="scroll"><table><thead><tr><th>recipe</th><th>pull request</th><th>commit</th><th>asked by</th><th>${since}</th><th>run</th></tr></thead><tbody>${rows}</tbody></table></div>`;
}

function recipeTable({ overview, recipes }: PageData): Markup {
  const known = new Map(overview.latest.map((request) => [request.recipe, request]));
  const names = [...new Set([...recipes, ...known.keys()])].toSorted();
  if (names.length === 0) return html`<p class="soft">none is enrolled; see <code>cc-ci enroll --help</code></p>`;
  const rows = names.map((name) => {
    const last = known.get(name);
    const left = recipes.includes(name) ? undefined : html` <span class="soft">(not enrolled any more)</span>`;
    if (last === undefined) return html`<tr><th>${name}</th><td colspan="5" class="soft">not tested yet</td></tr>`;
    return html`<tr><th>${name}${left}</th><td class="${last.verdict === 'success' ? 'good' : 'bad'}">${last.verdict}</td><td>${
      last.level === null || last.verdict === 'error' ? '–' : last.level
    }</td><td>${last.sentence}</td><td>${dateOf(last.since.toISOString())}</td><td>${runLink(last)}</td></tr>`;
  });
  return html`<div class="scroll"><table><thead><tr><th>recipe</th><th>last verdict</th><th>level</th><th>in a sentence</th><th>when</th><th>run</th></tr></thead><tbody>${rows}</tbody></table></div>`;
}

function commitCell({ sha }: ShownRequest): Markup {
  return html`<td><code title="${sha}">${sha.slice(0, 10)}</code></td>`;
}

function runLink({ runId }: ShownRequest): Markup | undefined {
  return runId === null ? undefined : html`<a href="/runs/${runId}/">${runId}</a>`;
}
