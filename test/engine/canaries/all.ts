import { canary as addressPoolExhausted } from './address-pool-exhausted.ts';
import { canary as aliasShared } from './alias-shared.ts';
import { canary as bindSourceMissing } from './bind-source-missing.ts';
import type { Canary } from './canary.ts';
import { canary as configChangedWithoutBump } from './config-changed-without-bump.ts';
import { canary as crashBeside } from './crash-beside.ts';
import { canary as crashLoop } from './crash-loop.ts';
import { canary as crashedWhileChecked } from './crashed-while-checked.ts';
import { canary as databaseLate } from './database-late.ts';
import { canary as databaseNotReady } from './database-not-ready.ts';
import { canary as diskFull } from './disk-full.ts';
import { canary as driverMissing } from './driver-missing.ts';
import { canary as engineNotAnswering } from './engine-not-answering.ts';
import { canary as entrypointMissing } from './entrypoint-missing.ts';
import { canary as exits0NotRestarted } from './exits-0-not-restarted.ts';
import { canary as healthCommandMissing } from './health-command-missing.ts';
import { canary as healthcheckFailing } from './healthcheck-failing.ts';
import { canary as hostPortTaken } from './host-port-taken.ts';
import { canary as imageNameInvalid } from './image-name-invalid.ts';
import { canary as imageNotFound } from './image-not-found.ts';
import { canary as listensOnLoopback } from './listens-on-loopback.ts';
import { canary as migrationFailed } from './migration-failed.ts';
import { canary as missingConfig } from './missing-config.ts';
import { canary as missingNetwork } from './missing-network.ts';
import { canary as nameNotResolvable } from './name-not-resolvable.ts';
import { canary as nameTooLong } from './name-too-long.ts';
import { canary as noHttpAnswer } from './no-http-answer.ts';
import { canary as noReplicas } from './no-replicas.ts';
import { canary as noRouter } from './no-router.ts';
import { canary as notOnProxy } from './not-on-proxy.ts';
import { canary as nothingListens } from './nothing-listens.ts';
import { canary as oomKilled } from './oom-killed.ts';
import { canary as placementUnsatisfiable } from './placement-unsatisfiable.ts';
import { canary as portMismatch } from './port-mismatch.ts';
import { canary as pullRateLimited } from './pull-rate-limited.ts';
import { canary as pullRefused } from './pull-refused.ts';
import { canary as redirectLoop } from './redirect-loop.ts';
import { canary as registryUnreachable } from './registry-unreachable.ts';
import { canary as resourcesUnsatisfiable } from './resources-unsatisfiable.ts';
import { canary as rolledBack } from './rolled-back.ts';
import { canary as routeDropped } from './route-dropped.ts';
import { canary as routeMissingPort } from './route-missing-port.ts';
import { canary as routerWithoutService } from './router-without-service.ts';
import { canary as secretNotSupplied } from './secret-not-supplied.ts';
import { canary as serviceRemoved } from './service-removed.ts';
import { canary as stackRefused } from './stack-refused.ts';
import { canary as startFailed } from './start-failed.ts';
import { canary as taskRejected } from './task-rejected.ts';
import { canary as templateFailed } from './template-failed.ts';
import { canary as tlsNameNotCovered } from './tls-name-not-covered.ts';
import { canary as twoAtOnce } from './two-at-once.ts';
import { canary as unknown } from './unknown.ts';
import { canary as updatePaused } from './update-paused.ts';
import { canary as volumeFailed } from './volume-failed.ts';
import { canary as wrongArchitecture } from './wrong-architecture.ts';
import { canary as wrongStatus } from './wrong-status.ts';
import { canary as wrongStatusAfterUpgrade } from './wrong-status-after-upgrade.ts';

/** Every canary, in the order of the table. To add one: a file beside this, and a line here. */
export const CANARIES: readonly Canary[] = [
  addressPoolExhausted,
  aliasShared,
  bindSourceMissing,
  configChangedWithoutBump,
  crashBeside,
  crashLoop,
  crashedWhileChecked,
  databaseLate,
  databaseNotReady,
  diskFull,
  driverMissing,
  engineNotAnswering,
  entrypointMissing,
  exits0NotRestarted,
  healthCommandMissing,
  healthcheckFailing,
  hostPortTaken,
  imageNameInvalid,
  imageNotFound,
  listensOnLoopback,
  migrationFailed,
  missingConfig,
  missingNetwork,
  nameNotResolvable,
  nameTooLong,
  noHttpAnswer,
  noReplicas,
  noRouter,
  notOnProxy,
  nothingListens,
  oomKilled,
  placementUnsatisfiable,
  portMismatch,
  pullRateLimited,
  pullRefused,
  redirectLoop,
  registryUnreachable,
  resourcesUnsatisfiable,
  rolledBack,
  routeDropped,
  routeMissingPort,
  routerWithoutService,
  secretNotSupplied,
  serviceRemoved,
  stackRefused,
  startFailed,
  taskRejected,
  templateFailed,
  tlsNameNotCovered,
  twoAtOnce,
  unknown,
  updatePaused,
  volumeFailed,
  wrongArchitecture,
  wrongStatus,
  wrongStatusAfterUpgrade,
];
