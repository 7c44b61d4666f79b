import { describe, expect, test } from 'vitest';
import { judgeIpvs, type KernelEvidence } from '../../src/swarm/ipvs.ts';

const nothing: KernelEvidence = { override: undefined, procEntry: false, config: undefined, modules: undefined };

describe('judgeIpvs', () => {
  test.each<[string, Partial<KernelEvidence>, boolean]>([
    ['nothing can be read: a normal kernel', {}, true],
    ['loaded', { procEntry: true, config: '# CONFIG_IP_VS is not set' }, true],
    ['built in', { config: 'CONFIG_IP_VS=y\n' }, true],
    ['left out', { config: 'CONFIG_X=y\n# CONFIG_IP_VS is not set\n' }, false],
    ['a module that is there', { config: 'CONFIG_IP_VS=m', modules: 'kernel/net/netfilter/ipvs/ip_vs.ko: x' }, true],
    ['a compressed module', { config: 'CONFIG_IP_VS=m', modules: 'kernel/net/netfilter/ipvs/ip_vs.ko.xz:' }, true],
    ['a module that is not installed', { config: 'CONFIG_IP_VS=m', modules: 'kernel/fs/ext4.ko:' }, false],
    ['a module, from inside a container', { config: 'CONFIG_IP_VS=m' }, true],
    ['only the list of modules', { modules: 'kernel/fs/ext4.ko:' }, false],
    ['a similar name does not count', { config: 'CONFIG_IP_VS_RR=y\n# CONFIG_IP_VS is not set' }, false],
    ['switched off by hand', { override: '0', procEntry: true }, false],
    ['switched on by hand', { override: '1', config: '# CONFIG_IP_VS is not set' }, true],
  ])('%s', (_, evidence, expected) => {
    expect(judgeIpvs({ ...nothing, ...evidence })).toBe(expected);
  });
});
