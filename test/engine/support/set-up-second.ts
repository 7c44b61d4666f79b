import { statePaths } from '../../../src/config/paths.ts';
import { readSettings } from '../../../src/config/settings.ts';
import { openContext } from '../../../src/host/setup/context.ts';
import { edgeStep } from '../../../src/host/setup/edge-step.ts';
import { egressStep } from '../../../src/host/setup/egress-step.ts';
import { networkStep } from '../../../src/host/setup/network-step.ts';
import { runSteps } from '../../../src/host/setup/step.ts';
import { swarmStep } from '../../../src/host/setup/swarm-step.ts';

/** Set-up's own steps from the Swarm to the router, on the Engine of `DOCKER_HOST`; run in that Engine's network. */
using context = openContext(readSettings(), statePaths(), () => undefined);
await runSteps(
  [swarmStep(context), networkStep(context), edgeStep(context), egressStep(context)],
  ({ name, found, did }) => process.stdout.write(`${name}: ${did ?? found}\n`),
);
