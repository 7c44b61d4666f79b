import { composeLoads } from './rules/cc001-compose-loads.ts';
import { typedVariable } from './rules/cc002-typed-variable.ts';
import { nestedDefault } from './rules/cc003-nested-default.ts';
import { longName } from './rules/cc004-long-name.ts';
import { movingTag } from './rules/cc005-moving-tag.ts';
import { configVersion } from './rules/cc006-config-version.ts';
import { backupPath } from './rules/cc007-backup-path.ts';
import { restoreHook } from './rules/cc008-restore-hook.ts';
import { taggedVersion } from './rules/cc009-tagged-version.ts';
import { versionBump } from './rules/cc010-version-bump.ts';
import { upstreamVersion } from './rules/cc011-upstream-version.ts';
import { silentRollback } from './rules/cc012-silent-rollback.ts';
import { unknownDependency } from './rules/cc013-unknown-dependency.ts';
import { unknownVariable } from './rules/cc014-unknown-variable.ts';
import { unusedSetting } from './rules/cc015-unused-setting.ts';
import { missingOverlay } from './rules/cc016-missing-overlay.ts';
import { hostPort } from './rules/cc017-host-port.ts';
import { tmpfsOptions } from './rules/cc018-tmpfs-options.ts';
import { traefikTwoRule } from './rules/cc019-traefik-two-rule.ts';
import { dockerProvider } from './rules/cc020-docker-provider.ts';
import { misreadExport } from './rules/cc021-misread-export.ts';
import { missingVersion } from './rules/cc022-missing-version.ts';
import { composeVersion } from './rules/r001-compose-version.ts';
import { healthcheck } from './rules/r002-healthcheck.ts';
import { imageTag } from './rules/r003-image-tag.ts';
import { latestTag } from './rules/r004-latest-tag.ts';
import { semverTag } from './rules/r005-semver-tag.ts';
import { publishedVersion } from './rules/r006-published-version.ts';
import { metadata } from './rules/r007-metadata.ts';
import { envSample } from './rules/r008-env-sample.ts';
import { appService } from './rules/r009-app-service.ts';
import { traefikEnabled } from './rules/r010-traefik-enabled.ts';
import { imageGiven } from './rules/r011-image-given.ts';
import { configVersions } from './rules/r012-config-versions.ts';
import { repository } from './rules/r013-repository.ts';
import { annotatedTags } from './rules/r014-annotated-tags.ts';
import { secretLength } from './rules/r015-secret-length.ts';
import { appLabels } from './rules/r016-app-labels.ts';
import type { LintRule } from './types.ts';

/** Every rule in the order of the table: abra's (R), then ours for the failures that abra misses (CC). */
export const RULES: readonly LintRule[] = [
  composeVersion,
  healthcheck,
  imageTag,
  latestTag,
  semverTag,
  publishedVersion,
  metadata,
  envSample,
  appService,
  traefikEnabled,
  imageGiven,
  configVersions,
  repository,
  annotatedTags,
  secretLength,
  appLabels,
  composeLoads,
  typedVariable,
  nestedDefault,
  longName,
  movingTag,
  configVersion,
  backupPath,
  restoreHook,
  taggedVersion,
  versionBump,
  upstreamVersion,
  silentRollback,
  unknownDependency,
  unknownVariable,
  unusedSetting,
  missingOverlay,
  hostPort,
  tmpfsOptions,
  traefikTwoRule,
  dockerProvider,
  misreadExport,
  missingVersion,
];
