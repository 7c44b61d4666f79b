import { readFile } from 'node:fs/promises';
import { release } from 'node:os';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';

/** What can be known of the kernel without touching it; undefined where a file cannot be read. */
export interface KernelEvidence {
  /** `CC_CI_IPVS`: `0` or `1` decides alone. */
  readonly override: string | undefined;
  /** `/proc/net/ip_vs` exists: the module is loaded or built in. */
  readonly procEntry: boolean;
  /** The kernel's configuration, from `/proc/config.gz` or `/boot`. */
  readonly config: string | undefined;
  /** `modules.dep` and `modules.builtin` of the running kernel. */
  readonly modules: string | undefined;
}

/**
 * Whether the kernel can balance Swarm's virtual addresses. A kernel of which nothing can be read counts as a normal one:
 * a stack is changed only where the need is proven.
 */
export function judgeIpvs(evidence: KernelEvidence): boolean {
  if (evidence.override === '0') return false;
  if (evidence.override === '1' || evidence.procEntry) return true;
  const setting = /^(?:# )?CONFIG_IP_VS(?:=(?<value>[ym])| is not set)$/m.exec(evidence.config ?? '');
  if (setting !== null) {
    const value = setting.groups?.['value'];
    if (value === undefined) return false;
    // Built as a module, and the modules of this kernel are at hand: then it has to be among them.
    return value === 'y' || evidence.modules === undefined || /(^|\/)ip_vs\.ko/m.test(evidence.modules);
  }
  return evidence.modules === undefined || /(^|\/)ip_vs\.ko/m.test(evidence.modules);
}

/** Gathers the evidence on this host. Reads files only: no module is loaded by looking. */
export async function readKernelEvidence(
  env: Readonly<Record<string, string | undefined>> = process.env,
): Promise<KernelEvidence> {
  const kernel = release();
  const text = (path: string) => readFile(path, 'utf8').catch(() => undefined);
  const compressed = await readFile('/proc/config.gz').catch(() => undefined);
  const [procEntry, bootConfig, dependencies, builtin] = await Promise.all([
    text('/proc/net/ip_vs'),
    text(`/boot/config-${kernel}`),
    text(`/lib/modules/${kernel}/modules.dep`),
    text(`/lib/modules/${kernel}/modules.builtin`),
  ]);
  const config = compressed === undefined ? bootConfig : (await promisify(gunzip)(compressed)).toString();
  const modules = dependencies === undefined && builtin === undefined ? undefined : `${dependencies}\n${builtin}`;
  return { override: env['CC_CI_IPVS'], procEntry: procEntry !== undefined, config, modules };
}
