import { countOf, formatBytes } from '../base/text.ts';
import { html, type Markup, trusted } from './markup.ts';
import { renderLintSection, renderTests } from './report-checks.ts';
import { REPORT_CSS } from './report-css.ts';
import { renderCanaries, renderImages, renderResources } from './report-data.ts';
import { dateOf, renderHead } from './report-head.ts';
import { renderFindings, renderLadder } from './report-ladder.ts';
import { ICON_SHAPES, section } from './report-parts.ts';
import type { RunResults } from './schema.ts';
import { renderWaterfall } from './waterfall-svg.ts';

export interface HtmlOptions {
  /** The PNG of the live app; it becomes part of the page. */
  readonly screenshot?: Uint8Array | undefined;
}

/**
 * `report.html`: the whole run on one page that fetches nothing and runs no script, for screen (light and dark) and paper.
 * Its content policy forbids both, so that hostile text in a log could do neither even if it were not escaped.
 */
export function renderHtml(results: RunResults, options: HtmlOptions = {}): string {
  const { recipe, verdict } = results;
  return `${
    html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>${recipe.name} ${recipe.version}: ${verdict}</title>
<style>${trusted(REPORT_CSS)}</style>
</head>
<body>
${ICON_SHAPES}
<main>
${renderHead(results)}${renderFindings(results.findings)}
<div class="split">${renderLadder(results)}${renderFacts(results, options)}</div>
${[
  renderWaterfall(results.phases),
  renderCanaries(results),
  renderResources(results),
  renderTests(results),
  renderLintSection(results),
  renderImages(results),
  renderEnvironment(results),
  renderArtifacts(results),
]}
<footer>Run <code>${results.runId}</code>, made by cc-ci ${results.tool.version} from <a href="results.json">results.json</a>, ${dateOf(results.endedAt)}.</footer>
</main>
</body>
</html>`.markup
  }\n`;
}

function renderFacts(results: RunResults, { screenshot }: HtmlOptions): Markup {
  const { recipe, base, deploys, flags } = results;
  const picture =
    screenshot === undefined
      ? undefined
      : html`<figure><img alt="${recipe.name} as it looked when it was live" src="data:image/png;base64,${Buffer.from(screenshot).toString('base64')}"><figcaption>The app, before anything changed its data</figcaption></figure>`;
  return html`<aside><section aria-labelledby="facts"><h2 id="facts">At a glance</h2>
${picture}
<dl>
<dt>Upgrade from</dt><dd>${base === null ? 'no earlier release' : `${base.version} (${base.reason})`}</dd>
<dt>Deploys</dt><dd>${countOf(deploys.fresh, 'fresh deploy')}, ${countOf(deploys.updates, 'update')}</dd>
<dt>Teardown</dt><dd>${flags.cleanTeardown && results.residue.length === 0 ? 'nothing left behind' : 'not clean'}</dd>
<dt>Secrets</dt><dd>${flags.noSecretLeak ? 'none in the artifacts' : 'found in the artifacts'}</dd>
</dl></section></aside>`;
}

function renderEnvironment({ recipe, domain, environment, stackName, notes, bounds }: RunResults): Markup {
  const adaptations = environment.adaptations.map((line) => html`<li>${line}</li>`);
  return section(
    'environment',
    'Environment and notes',
    html`<dl>
<dt>Source</dt><dd>${recipe.source}, ${recipe.ref}</dd>
<dt>Commit</dt><dd><code>${recipe.commit}</code></dd>
<dt>Domain</dt><dd>${domain}</dd>
<dt>Stack</dt><dd><code>${stackName}</code></dd>
<dt>Engine</dt><dd>Docker ${environment.engine}, API ${environment.api}, ${environment.ipvs ? 'with' : 'without'} IPVS</dd>
<dt>Edge</dt><dd>${environment.edge}, label rules of Traefik ${environment.traefik}</dd>
<dt>Node.js</dt><dd>${environment.node}</dd>
${
  bounds === undefined
    ? undefined
    : html`<dt>Bounds</dt><dd>${boundsSentence(bounds)}</dd>
`
}</dl>`,
    adaptations.length === 0
      ? undefined
      : html`<p>Changed in the stack so that it can run on this host:</p><ul>${adaptations}</ul>`,
    notes.length === 0 ? undefined : html`<p>Notes:</p><ul>${notes.map((note) => html`<li>${note}</li>`)}</ul>`,
  );
}

function boundsSentence(bounds: NonNullable<RunResults['bounds']>): string {
  return Object.entries(bounds)
    .map(([name, value]) => `${name} ${value}`)
    .join(', ');
}

function renderArtifacts({ artifacts }: RunResults): Markup {
  const names = new Map<string, number | undefined>([['results.json', undefined]]);
  for (const { name, bytes } of artifacts) if (name !== 'report.html') names.set(name, bytes);
  const links = [...names].map(([name, bytes]) => {
    // Always relative and encoded: a name can lead nowhere but below the run's directory.
    const path = name
      .split('/')
      .filter((part) => part !== '' && part !== '..')
      .map(encodeURIComponent)
      .join('/');
    return html`<li><a href="./${path}">${name}</a>${bytes === undefined ? undefined : html` <span class="lead">${formatBytes(bytes)}</span>`}</li>`;
  });
  return section('artifacts', 'Artifacts', html`<ul>${links}</ul>`);
}
