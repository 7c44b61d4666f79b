import { readFileSync } from 'node:fs';

/** The version in package.json, which lies two directories above in a clone and three above the emitted code. */
export const TOOL_VERSION: string = readVersion();

function readVersion(): string {
  for (const up of ['../../package.json', '../../../package.json']) {
    try {
      const parsed: unknown = JSON.parse(readFileSync(new URL(up, import.meta.url), 'utf8'));
      if (typeof parsed === 'object' && parsed !== null && 'version' in parsed && typeof parsed.version === 'string')
        return parsed.version;
    } catch {
      // Not in this place: the next one.
    }
  }
  return 'unknown';
}
