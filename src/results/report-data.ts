import { formatBytes, formatMs } from '../base/text.ts';
import { html, type Markup } from './markup.ts';
import { icon, section, table } from './report-parts.ts';
import type { CanaryRow, RungStatus, RunResults } from './schema.ts';

/** What became of planted data, and what no backup covers; nothing when there was nothing to plant. */
export function renderCanaries(results: RunResults): Markup | undefined {
  if (results.canaries.length === 0 && results.uncovered.length === 0) return undefined;
  const columns = [
    { title: 'Planted in' },
    { title: 'Service' },
    { title: 'After the upgrade' },
    { title: 'In the snapshot' },
    { title: 'After the restore' },
  ];
  const rows = results.canaries.map((row) => ({
    cells: [
      html`${row.kind} <code>${row.where}</code>`,
      row.service,
      seen(row.afterUpgrade),
      seen(row.inSnapshot),
      seen(row.afterRestore),
    ],
  }));
  const restored = results.canaries.some((row) => row.afterRestore === 'found' || row.afterRestore === 'missing');
  return section(
    'data',
    'Did the data survive?',
    html`<p class="lead">Data of our own was planted, and looked for after each step.${restored ? ' All of it was deleted before the restore.' : ''}</p>`,
    rows.length === 0 ? undefined : table(undefined, columns, rows),
    results.uncovered.length === 0
      ? undefined
      : html`<p>Not in any backup:</p><ul>${results.uncovered.map(
          ({ volume, reason }) => html`<li><code>${volume}</code> ${reason}</li>`,
        )}</ul>`,
  );
}

function seen(state: CanaryRow['inSnapshot']): Markup {
  const statuses: Readonly<Record<CanaryRow['inSnapshot'], RungStatus>> = {
    found: 'pass',
    missing: 'fail',
    'not-expected': 'skip',
    'not-checked': 'unver',
  };
  const status = statuses[state];
  return html`${icon(status)} <span class="c-${status}">${state.replace('-', ' ')}</span>`;
}

/** What an operator must provide and expect; nothing when nothing was measured. */
export function renderResources({ resources }: RunResults): Markup | undefined {
  const { services, volumes, snapshotBytes, restoreMs } = resources;
  if (services.length === 0 && volumes.length === 0 && snapshotBytes === null && restoreMs === null) return undefined;
  const perService = services.map((service) => ({
    cells: [
      service.service,
      bytes(service.peakMemoryBytes),
      service.cpuSeconds === null ? '–' : `${service.cpuSeconds.toFixed(1)} s`,
      bytes(service.imageBytes),
      service.readyMs === null ? '–' : formatMs(service.readyMs),
    ],
  }));
  if (services.length > 1) {
    const total = (value: (service: (typeof services)[number]) => number | null) =>
      services.reduce((sum, service) => sum + (value(service) ?? 0), 0);
    perService.push({
      cells: ['all', bytes(total((s) => s.peakMemoryBytes)), `${total((s) => s.cpuSeconds).toFixed(1)} s`, '', ''],
    });
  }
  const serviceColumns = [
    { title: 'Service' },
    { title: 'Peak memory', figures: true },
    { title: 'CPU time', figures: true },
    { title: 'Image', figures: true },
    { title: 'Ready after', figures: true },
  ];
  const stored = volumes.map(({ volume, bytes: size }) => ({
    cells: [html`<code>${volume}</code>`, formatBytes(size)],
  }));
  if (snapshotBytes !== null) stored.push({ cells: [html`one backup`, formatBytes(snapshotBytes)] });
  const storedColumns = [{ title: 'Stored' }, { title: 'Size', figures: true }];
  return section(
    'resources',
    'What it needs',
    services.length === 0
      ? undefined
      : table(
          undefined,
          serviceColumns,
          perService.map((row, index) => ({ ...row, sum: index >= services.length })),
        ),
    stored.length === 0 ? undefined : table(undefined, storedColumns, stored),
    restoreMs === null ? undefined : html`<p class="lead">A restore took ${formatMs(restoreMs)}.</p>`,
  );
}

function bytes(value: number | null): string {
  return value === null ? '–' : formatBytes(value);
}

/** Every image by what pins it; nothing when none was used. */
export function renderImages({ images }: RunResults): Markup | undefined {
  if (images.length === 0) return undefined;
  const columns = [{ title: 'Service' }, { title: 'Release' }, { title: 'Image' }, { title: 'Pinned by' }];
  const rows = images.map((image) => ({
    cells: [
      image.service,
      image.moment === 'base' ? 'base' : 'tested',
      html`<code>${image.reference}</code>`,
      html`${image.pinnedBy === 'digest' ? 'digest' : 'local id'} <code>${image.pin}</code>`,
    ],
  }));
  return section('images', 'Images', table(undefined, columns, rows));
}
