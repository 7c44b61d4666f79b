import { CodedError } from '../../base/errors.ts';
import type { Stack } from '../../recipe/compose/types.ts';

/** Who reads labels with these beginnings takes them for its own word: cc-ci, and Docker's own about stacks and services. */
const RESERVED = ['cc-ci.', 'com.docker.stack.', 'com.docker.swarm.'] as const;

interface Labelled {
  readonly labels?: Readonly<Record<string, string>>;
}

/**
 * Refuses a recipe that writes labels which cc-ci or Docker writes, as `E_RESERVED_LABEL`: with `cc-ci.managed` on it, an app
 * would pass for the router of this host, or for another run's.
 */
export function refuseReservedLabels(stack: Stack): void {
  for (const [service, { labels, deploy }] of Object.entries(stack.services)) {
    check(labels, `services.${service}.labels`);
    check(deploy?.labels, `services.${service}.deploy.labels`);
  }
  for (const kind of ['networks', 'volumes', 'secrets', 'configs'] as const) {
    const objects: Readonly<Record<string, Labelled | null>> = stack[kind];
    for (const [id, object] of Object.entries(objects)) check(object?.labels, `${kind}.${id}.labels`);
  }
}

function check(labels: Labelled['labels'], key: string): void {
  for (const label of Object.keys(labels ?? {})) {
    const beginning = RESERVED.find((reserved) => label.trim().toLowerCase().startsWith(reserved));
    if (beginning === undefined) continue;
    throw new CodedError({
      code: 'E_RESERVED_LABEL',
      message: `the label ${label} is reserved: ${beginning === 'cc-ci.' ? 'cc-ci' : 'Docker'} writes labels that begin with \`${beginning}\``,
      fault: 'recipe',
      where: { key: `${key}.${label}` },
      hint: 'remove it, or give it another name',
    });
  }
}
