import { readFileSync } from 'node:fs';
import { ownFile } from '../base/own-files.ts';

/** The version in package.json. */
export const TOOL_VERSION: string = readVersion();

function readVersion(): string {
  const manifest = JSON.parse(readFileSync(ownFile('package.json'), 'utf8')) as { readonly version: string };
  return manifest.version;
}
