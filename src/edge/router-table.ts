import { CodedError } from '../base/errors.ts';
import type { Engine } from '../swarm/engine.ts';
import { ROUTER_NAME } from './find-edge.ts';
import { ADMIN_PORT, type RouterReport } from './router/admin.ts';

const ASK = `fetch('http://127.0.0.1:${ADMIN_PORT}/table').then((answer) => answer.text()).then((text) => process.stdout.write(text))`;

/** What the built-in router serves right now and what it dropped. The answer is only to be had inside its container. */
export async function routerTable(engine: Engine, name = ROUTER_NAME): Promise<RouterReport> {
  const filters = { label: [`com.docker.swarm.service.name=${name}`], status: ['running'] };
  const [container] = await engine.containers(filters);
  const result = container === undefined ? undefined : await engine.exec(container.Id, ['/bin/node', '-e', ASK]);
  if (result === undefined || result.exitCode !== 0) {
    throw new CodedError({
      code: 'E_ROUTER_TABLE',
      message: `the built-in router ${name} does not tell its table`,
      fault: 'infrastructure',
      evidence: result?.stderr.split('\n').slice(-3),
    });
  }
  return JSON.parse(result.stdout) as RouterReport;
}
