import type { ObservedContainer } from '../observation.ts';
import { type CauseKind, evidenceOf } from './cause-kind.ts';

/** So many checks in a row have to fail of it, unless the Engine itself has called the container unhealthy. */
const ENOUGH = 2;

export const healthCommandMissing: CauseKind = {
  code: 'health-command-missing',
  fault: 'recipe',
  meaning: 'The health check calls a program that the image does not have, curl or wget say, so it can never pass.',
  shows:
    'failed probes in the container’s state whose whole output is that a command is not found (exit code 127) or may not be ' +
    'executed; the program itself runs',
  earliest:
    'the second probe, whatever `retries` and `start_period` are; the event `health_status: unhealthy` where that is first',
  hint: 'check with a program that the image has (wget of busybox, a language’s own client, or bash’s /dev/tcp), or install it',
  explains: ['healthcheck-failing', 'exits-0-not-restarted'],
  detect(service) {
    if (service.running >= service.desired) return undefined;
    for (const task of service.tasks) {
      const { container } = task;
      if (container === undefined || !lasts(container)) continue;
      const missing = missingCommand(container.probes.at(-1) ?? '');
      if (missing === undefined) continue;
      return {
        atMs: container.probeFailedAtMs ?? container.unhealthyAtMs ?? task.atMs,
        sentence: `${service.service}: the health check cannot run: ${missing}`,
        evidence: [...container.probes, ...evidenceOf(task)],
      };
    }
    return undefined;
  },
};

function lasts({ probes, unhealthyAtMs, diedAtMs }: ObservedContainer): boolean {
  if (unhealthyAtMs === undefined && (probes.length < ENOUGH || diedAtMs !== undefined)) return false;
  // A program that ended by itself takes its checks with it.
  if (unhealthyAtMs !== undefined && diedAtMs !== undefined && diedAtMs < unhealthyAtMs) return false;
  return probes.length > 0 && probes.slice(-ENOUGH).every((probe) => missingCommand(probe) !== undefined);
}

const BY_THE_RUNTIME =
  /exec: "(?<command>[^"]+)": (?:stat \S+: )?(?<why>no such file|executable file not found|permission denied)/;
const BY_THE_SHELL =
  /^(?:\S*\/)?(?:ba|da|a|k|z)?sh: (?:exec: )?(?:line )?(?:\d+: )?(?<command>[^\s:]+): (?<why>(?:command )?not found|permission denied)$/i;

/** What a probe could not call, as half of a sentence; undefined when it said anything else as well. Pure. */
function missingCommand(probe: string): string | undefined {
  const output = probe.replace(/^health check \(exit -?\d+\): /, '');
  const found = BY_THE_RUNTIME.exec(output) ?? shellComplaint(output);
  if (found === null) return undefined;
  const { command, why = '' } = found.groups ?? {};
  return /permission/i.test(why) ? `${command} may not be executed` : `the image has no ${command}`;
}

/** With more than complaints of this kind in it, something was called and failed in its own way: that is then the reason. */
function shellComplaint(output: string): RegExpExecArray | null {
  const lines = output.split('\n').map((line) => line.trim());
  const complaints = lines.filter((line) => line !== '').map((line) => BY_THE_SHELL.exec(line));
  return complaints.every((complaint) => complaint !== null) ? (complaints[0] ?? null) : null;
}
