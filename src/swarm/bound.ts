import { formatBytes } from '../base/text.ts';
import type { Bounds } from '../config/bounds.ts';
import { resourceBytes } from '../recipe/compose/resources.ts';
import type { Service, Stack } from '../recipe/compose/types.ts';
import { parseBytes } from '../recipe/compose/units.ts';

/** On a service: which of its limits are cc-ci's bounds and not its own, such as `memory,pids`. */
export const BOUNDS_LABEL = 'cc-ci.bounds';

const MIB = 1024 ** 2;
/** Drivers whose files lie on this host and whose size is an option. */
const SIZED_DRIVERS = ['json-file', 'local'];

export interface Bounded {
  readonly stack: Stack;
  /** What the recipe asked for and was not given, for the reader of the verdict. */
  readonly warnings: readonly string[];
}

/**
 * Limits what each container of a stack may take: processes, memory, log. What the recipe limits itself to stays, where it is
 * less. A service says in a label which of its limits are ours, so that whoever meets one is not blamed for it.
 */
export function boundStack(stack: Stack, bounds: Bounds): Bounded {
  const warnings: string[] = [];
  const services = Object.fromEntries(
    Object.entries(stack.services).map(([name, service]) => [name, boundService(name, service, bounds, warnings)]),
  );
  return { stack: { ...stack, services }, warnings };
}

/** Whether a limit of a service is one of cc-ci's bounds. */
export function isBounded(service: Service | undefined, what: 'memory' | 'pids'): boolean {
  return service?.deploy?.labels?.[BOUNDS_LABEL]?.split(',').includes(what) === true;
}

function boundService(name: string, service: Service, bounds: Bounds, warnings: string[]): Service {
  const limits = (service.deploy?.resources?.['limits'] ?? {}) as Readonly<Record<string, unknown>>;
  const memory = bounds.memoryMiB * MIB;
  const ownMemory = resourceBytes(service, 'limits');
  const ownPids = typeof limits['pids'] === 'number' && limits['pids'] > 0 ? limits['pids'] : undefined;
  const lowersMemory = ownMemory === undefined || ownMemory > memory;
  const lowersPids = ownPids === undefined || ownPids > bounds.pids;
  const lowered = (own: string, to: string) =>
    warnings.push(`${name}: it asks for ${own}, and gets ${to}, cc-ci’s bound`);
  if (ownMemory !== undefined && lowersMemory) lowered(`${formatBytes(ownMemory)} of memory`, formatBytes(memory));
  if (ownPids !== undefined && lowersPids) lowered(`${ownPids} processes`, String(bounds.pids));
  const ours = [...(lowersMemory ? ['memory'] : []), ...(lowersPids ? ['pids'] : [])];
  return {
    ...service,
    ...boundLog(service, bounds, lowered),
    deploy: {
      ...service.deploy,
      labels: { ...service.deploy?.labels, [BOUNDS_LABEL]: ours.join(',') },
      resources: {
        ...service.deploy?.resources,
        limits: {
          ...limits,
          // As the Engine's own tools print it.
          ...(lowersMemory ? { memory: String(memory) } : {}),
          ...(lowersPids ? { pids: bounds.pids } : {}),
        },
      },
    },
  };
}

type Lowered = (own: string, to: string) => void;

interface Logging {
  readonly driver?: string;
  /** As the compose loader leaves them. */
  readonly options?: Readonly<Record<string, string>>;
}

function boundLog(service: Service, { logMiB, logFiles }: Bounds, lowered: Lowered): { readonly logging?: Logging } {
  const { driver: named = '', options = {} } = (service['logging'] ?? {}) as Logging;
  // Without a name the Engine takes its own default, with a size that nobody has set.
  const driver = named === '' ? 'json-file' : named;
  // Whoever sends its log elsewhere asks for an approval; there is nothing on this host to bound.
  if (!SIZED_DRIVERS.includes(driver)) return {};
  const { 'max-size': size = '', 'max-file': files = '' } = options;
  const bytes = parseBytes(size);
  const keepsSize = bytes !== undefined && bytes > 0n && bytes <= BigInt(logMiB * MIB);
  const keepsFiles = /^\d+$/.test(files) && Number(files) >= 1 && Number(files) <= logFiles;
  if (bytes !== undefined && !keepsSize) lowered(`log files of ${size}`, `${logMiB}m`);
  if (files !== '' && !keepsFiles) lowered(`${files} files of log`, String(logFiles));
  return {
    logging: {
      driver,
      options: {
        ...options,
        'max-size': keepsSize ? size : `${logMiB}m`,
        'max-file': keepsFiles ? files : String(logFiles),
      },
    },
  };
}
