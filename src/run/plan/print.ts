import { countOf, formatBytes } from '../../base/text.ts';
import type { Plan, PlannedBase } from '../types.ts';

/** The plan as text, printed before anything is touched. */
export function printPlan(plan: Plan): string {
  const lines: [string, string][] = [
    [
      'recipe',
      `${plan.recipe.name} ${plan.recipe.version} at ${plan.recipe.commit.slice(0, 12)}${plan.recipe.dirty ? ' with changes of the work tree' : ''}`,
    ],
    [
      'base',
      plan.base === undefined
        ? 'none'
        : `${plan.base.version} at ${plan.base.commit.slice(0, 12)}, ${plan.base.reason}${repairs(plan.base)}`,
    ],
    ['app', `https://${plan.domain} as stack ${plan.stackName}`],
    ...(plan.dependencies ?? []).map(({ recipe, version, domain, stackName }): [string, string] => [
      'needs app',
      `${recipe} ${version} at https://${domain} as stack ${stackName}, deployed before it`,
    ]),
    ['services', plan.head.services.join(', ')],
    ['volumes', plan.head.volumes.join(', ') || 'none'],
    [
      'probe',
      `${plan.probes.healthPath} → ${plan.probes.healthOk.join(', ')}${plan.probes.tcp.map(({ port }) => `, TCP ${port}`).join('')}`,
    ],
    ['images', ''],
  ];
  for (const image of plan.images) {
    const pin = image.digest ?? image.imageId;
    lines.push([
      '',
      `${image.moment} ${image.service}: ${image.reference} ${pin === undefined ? '(to be pulled)' : pin.slice(0, 19)}`,
    ]);
  }
  lines.push(['tiers', '']);
  for (const tier of plan.tiers)
    lines.push(['', `${tier.run ? '●' : '○'} ${tier.tier}: ${tier.run ? '' : 'skipped, '}${tier.reason}`]);
  lines.push(
    [
      'engine',
      `${plan.engine.engineVersion} (API ${plan.engine.apiVersion})${plan.engine.ipvs ? '' : ', kernel without IPVS'}`,
    ],
    ['router', `${plan.edge.kind}, Traefik ${plan.edge.traefik} rules, ${plan.edge.address}:${plan.edge.httpsPort}`],
    ['needs', needText(plan)],
    ['room', `${plan.freeAddresses} addresses on the proxy network, ${freeText(plan)} are free`],
    ['limits', `${plan.head.timeoutSeconds} s for a deploy, ${plan.deadlineSeconds} s for the run`],
  );
  for (const adaptation of plan.adaptations) lines.push(['adapted', adaptation.detail]);
  for (const warning of plan.warnings) lines.push(['warning', warning]);
  for (const id of plan.needsApproval ?? []) lines.push(['approval', `on a pull request, this needs one: ${id}`]);
  return lines.map(([name, text]) => `${name.padEnd(9)} ${text}`.trimEnd()).join('\n');
}

function needText({ need }: Plan): string {
  if (need === undefined) return 'not known';
  const from = need.memoryFrom.length === 0 ? '' : ` (${need.memoryFrom.join(', ')})`;
  return `${countOf(need.addresses, 'address', 'addresses')}, ${formatBytes(need.memoryBytes)} of memory${from}, ${formatBytes(need.diskBytes)} of disk`;
}

function freeText({ freeMemoryBytes, freeDiskBytes }: Plan): string {
  const disk = `${formatBytes(freeDiskBytes)} of disk`;
  return freeMemoryBytes === undefined ? disk : `${formatBytes(freeMemoryBytes)} of memory and ${disk}`;
}

function repairs({ repaired = [] }: PlannedBase): string {
  return repaired.length === 0 ? '' : `, repaired with previous/: ${repaired.join(', ')}`;
}
