import { canary as addressPoolExhausted } from './address-pool-exhausted.ts';
import { canary as bindSourceMissing } from './bind-source-missing.ts';
import type { Canary } from './canary.ts';
import { canary as configChangedWithoutBump } from './config-changed-without-bump.ts';
import { canary as crashLoop } from './crash-loop.ts';
import { canary as crashedWhileChecked } from './crashed-while-checked.ts';
import { canary as entrypointMissing } from './entrypoint-missing.ts';
import { canary as exits0NotRestarted } from './exits-0-not-restarted.ts';
import { canary as healthcheckFailing } from './healthcheck-failing.ts';
import { canary as hostPortTaken } from './host-port-taken.ts';
import { canary as missingConfig } from './missing-config.ts';
import { canary as missingNetwork } from './missing-network.ts';
import { canary as missingSecret } from './missing-secret.ts';
import { canary as nothingListens } from './nothing-listens.ts';
import { canary as oomKilled } from './oom-killed.ts';
import { canary as placementUnsatisfiable } from './placement-unsatisfiable.ts';
import { canary as resourcesUnsatisfiable } from './resources-unsatisfiable.ts';
import { canary as rolledBack } from './rolled-back.ts';
import { canary as serviceRemoved } from './service-removed.ts';
import { canary as stackRefused } from './stack-refused.ts';
import { canary as startFailed } from './start-failed.ts';
import { canary as taskRejected } from './task-rejected.ts';
import { canary as templateFailed } from './template-failed.ts';
import { canary as unknown } from './unknown.ts';
import { canary as updatePaused } from './update-paused.ts';

/** Every canary, in the order of the table. To add one: a file beside this, and a line here. */
export const CANARIES: readonly Canary[] = [
  addressPoolExhausted,
  bindSourceMissing,
  configChangedWithoutBump,
  crashLoop,
  crashedWhileChecked,
  entrypointMissing,
  exits0NotRestarted,
  healthcheckFailing,
  hostPortTaken,
  missingConfig,
  missingNetwork,
  missingSecret,
  nothingListens,
  oomKilled,
  placementUnsatisfiable,
  resourcesUnsatisfiable,
  rolledBack,
  serviceRemoved,
  stackRefused,
  startFailed,
  taskRejected,
  templateFailed,
  unknown,
  updatePaused,
];
