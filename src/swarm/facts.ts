import type { Engine } from './engine.ts';
import { judgeIpvs, readKernelEvidence } from './ipvs.ts';
import type { EngineFacts } from './types.ts';

/** Reads what the Engine and the kernel on this host can do. `CC_CI_IPVS=0` or `1` overrides the look at the kernel. */
export async function readEngineFacts(engine: Engine): Promise<EngineFacts> {
  const [info, kernel] = await Promise.all([engine.info(), readKernelEvidence()]);
  const swarm = info.Swarm;
  const active = swarm?.LocalNodeState === 'active';
  return {
    socket: engine.socket,
    engineVersion: info.ServerVersion,
    apiVersion: engine.apiVersion,
    swarm: active ? (swarm?.ControlAvailable === true ? 'manager' : 'worker') : 'inactive',
    nodeId: active ? swarm?.NodeID : undefined,
    nodes: active ? (swarm?.Nodes ?? 1) : 0,
    ipvs: judgeIpvs(kernel),
    architecture: info.Architecture,
  };
}
