import { expect, test } from 'vitest';
import { readSettings } from '../../src/config/settings.ts';
import { CHAINS, egressRules, restoreText, stacksOfOthers } from '../../src/host/setup/egress-rules.ts';
import type { ApiService } from '../../src/swarm/api-types.ts';
import { MANAGED_LABEL, RUN_LABEL, STACK_LABEL } from '../../src/swarm/types.ts';

const rules = egressRules({ edgePorts: [8443, 443], lan: false });

test('what answers, names and the ports of the edge stay open; everything else of this host is closed', () => {
  expect(rules.host.at(0)).toContain('ESTABLISHED');
  expect(rules.host).toContain('-p udp -m udp --dport 53 -j RETURN');
  expect(rules.host).toContain('-p tcp -m multiport --dports 80,443,8443 -j RETURN');
  expect(rules.host.at(-1)).toBe('-j REJECT --reject-with icmp-port-unreachable');
});

test('the cloud’s metadata is closed, private networks only when they are asked for, and the world never', () => {
  const ranges = (lan: boolean) => egressRules({ edgePorts: [], lan }).out.join('\n');
  expect(ranges(false)).toContain('-d 169.254.0.0/16 -j REJECT');
  expect(ranges(false)).not.toContain('10.0.0.0/8');
  expect(ranges(true)).toContain('-d 10.0.0.0/8 -j REJECT');
  expect(rules.out.at(-1)).toContain('-d ');
});

test('the text makes two chains anew, all at once, and touches no other', () => {
  const lines = restoreText(rules).split('\n');
  expect(lines.filter((line) => line.startsWith(':'))).toEqual(CHAINS.map(({ name }) => `:${name} - [0:0]`));
  const added = lines.filter((line) => line.startsWith('-A '));
  expect(added).toHaveLength(rules.host.length + rules.out.length);
  for (const line of added) expect(line).toMatch(/^-A CC-CI-(HOST|OUT) -m comment --comment cc-ci:[0-9a-f]{12} /);
  expect(lines.slice(-2)).toEqual(['COMMIT', '']);
});

test('rules of another version are known by their mark', () => {
  expect(egressRules({ edgePorts: [443, 8443], lan: false }).version).toBe(rules.version);
  expect(egressRules({ edgePorts: [], lan: false }).version).not.toBe(rules.version);
  expect(egressRules({ edgePorts: [8443], lan: true }).version).not.toBe(rules.version);
});

test('stacks of others are told from runs, from the router and from a Traefik with what stands beside it', () => {
  const service = (name: string, image: string, labels: Readonly<Record<string, string>>) =>
    ({ Spec: { Name: name, Labels: labels, TaskTemplate: { ContainerSpec: { Image: image } } } }) as ApiService;
  expect(
    stacksOfOthers([
      service('cc-ci_router', 'cc-ci/router:1', { [MANAGED_LABEL]: 'router' }),
      service('run_app', 'app:1', { [RUN_LABEL]: 'r', [STACK_LABEL]: 'run' }),
      service('edge_app', 'traefik:v3', { [STACK_LABEL]: 'edge' }),
      service('edge_socket-proxy', 'proxy:1', { [STACK_LABEL]: 'edge' }),
      service('wiki_app', 'wiki:1', { [STACK_LABEL]: 'wiki' }),
      service('wiki_db', 'db:1', { [STACK_LABEL]: 'wiki' }),
      service('lone', 'lone:1', {}),
    ]),
  ).toEqual(['lone', 'wiki']);
});

test('a setting that makes no sense is refused by its variable', () => {
  expect(readSettings({}).egress).toBe('auto');
  expect(() => readSettings({ CC_CI_EGRESS: 'shut' })).toThrow(
    'CC_CI_EGRESS is "shut"; expected auto, closed, closed-lan, open',
  );
});
