import { CodedError } from '../../base/errors.ts';
import type { Engine } from '../../swarm/engine.ts';
import { isOfStack, listObjects, OBJECT_KINDS } from '../../swarm/inventory.ts';
import { RUN_LABEL } from '../../swarm/types.ts';

/**
 * Refuses a run whose stack name is in use, as `E_STACK_TAKEN`: Docker would update that app in place and mount its
 * volumes, and the run would then take it down. What another has made is never touched (design, law 4).
 */
export async function refuseTakenStack(engine: Engine, stackName: string, domain: string): Promise<void> {
  const objects = await listObjects(engine, (object) => isOfStack(object, stackName));
  const [taken] = OBJECT_KINDS.flatMap((kind) => objects[kind].map((object) => ({ kind, object })));
  if (taken === undefined) return;
  const runId = taken.object.labels[RUN_LABEL];
  throw new CodedError({
    code: 'E_STACK_TAKEN',
    message: `${domain} would be the stack ${stackName}, of which the ${taken.kind.slice(0, -1)} ${taken.object.name} exists already`,
    fault: 'usage',
    hint:
      runId === undefined
        ? 'give another --domain: an app that is not of cc-ci is never touched'
        : `give another --domain, or remove that app with \`cc-ci clean --kept ${runId}\``,
  });
}
