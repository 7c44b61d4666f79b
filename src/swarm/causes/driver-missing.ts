import { type CauseKind, detectPending, evidenceOf } from './cause-kind.ts';

export const driverMissing: CauseKind = {
  code: 'driver-missing',
  fault: 'infrastructure',
  meaning: 'A volume, network or log driver that the stack asks for is not installed on this host.',
  shows: 'a `pending` task with `missing plugin`, or the refusal `plugin … not found`',
  earliest: '2 s after the task was made; during the deploy call for a network',
  hint: 'install the plugin on this host, or let the recipe use the driver `local`, `overlay` or `json-file`',
  explains: ['placement-unsatisfiable'],
  detect(service, stack) {
    const pending = detectPending(service, stack, /missing plugin/);
    if (pending === undefined) return undefined;
    return {
      atMs: pending.atMs,
      sentence: `${service.service}: no node has a driver that one of its volumes, its network or its log asks for`,
      evidence: evidenceOf(pending),
    };
  },
  detectRefusal(message) {
    const found = /plugin "(?<name>[^"]+)" not found|legacy plugin: plugin "(?<legacy>[^"]+)"/.exec(message);
    if (found === null) return undefined;
    return {
      service: '',
      sentence: `the driver ${found.groups?.['name'] ?? found.groups?.['legacy']} is not installed on this host`,
    };
  },
};
