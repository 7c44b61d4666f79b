import { CodedError } from '../base/errors.ts';
import type { ApiVersion } from './api-types.ts';

/** Those of the Engines that the suite runs against: 20.10 and 26.1. A newer Engine still speaks the latter's. */
const OLDEST_KNOWN = '1.41';
const NEWEST_KNOWN = '1.45';

/**
 * The API version to speak with an Engine: the newest that both know. An Engine that has nothing in common with us is
 * refused: `E_ENGINE_OLD` when it is too old, `E_ENGINE_NEW` when it no longer speaks what we know. Pure.
 */
export function agreeOnVersion(engine: Pick<ApiVersion, 'Version' | 'ApiVersion' | 'MinAPIVersion'>): string {
  if (compareVersions(engine.ApiVersion, OLDEST_KNOWN) < 0) {
    throw new CodedError({
      code: 'E_ENGINE_OLD',
      message: `Docker Engine ${engine.Version} speaks API ${engine.ApiVersion}; ${OLDEST_KNOWN} (Engine 20.10) or newer is needed`,
      fault: 'infrastructure',
      hint: "upgrade the Engine; Debian 12's docker.io is new enough",
    });
  }
  if (engine.MinAPIVersion !== undefined && compareVersions(engine.MinAPIVersion, NEWEST_KNOWN) > 0) {
    throw new CodedError({
      code: 'E_ENGINE_NEW',
      message: `Docker Engine ${engine.Version} speaks API ${engine.MinAPIVersion} at the least; this cc-ci knows up to ${NEWEST_KNOWN}`,
      fault: 'infrastructure',
      hint: `upgrade cc-ci, or let the Engine speak ${NEWEST_KNOWN} too`,
    });
  }
  return compareVersions(engine.ApiVersion, NEWEST_KNOWN) < 0 ? engine.ApiVersion : NEWEST_KNOWN;
}

/** Orders `1.9` before `1.41`. */
export function compareVersions(left: string, right: string): number {
  const numbers = (text: string) => text.split('.').map(Number);
  const [a, b] = [numbers(left), numbers(right)];
  return (a[0] ?? 0) - (b[0] ?? 0) || (a[1] ?? 0) - (b[1] ?? 0);
}
