import { tinyCompose } from '../support/tiny-recipe.ts';

/** What a canary adds to the healthy recipe of one service: YAML lines, indented from the place they go to. */
export interface Wrong {
  readonly version?: string;
  /** The shell line of the service `app`. */
  readonly run?: string;
  /** Lines of the service `app`. */
  readonly app?: readonly string[];
  /** Lines of its `deploy`. */
  readonly deploy?: readonly string[];
  /** Further services. */
  readonly services?: readonly string[];
  /** Lines of the document itself. */
  readonly top?: readonly string[];
  /** Replaces the `update_config`. */
  readonly update?: string;
  /** TIMEOUT in seconds; 20 unless given. */
  readonly timeout?: number;
}

/** A compose file that is right but for what is given. */
export function wrongCompose(wrong: Wrong): string {
  const indent = (lines: readonly string[] = [], by: number) =>
    lines.map((line) => `${' '.repeat(by)}${line}\n`).join('');
  const compose = tinyCompose(wrong.version ?? '1.0.0+1', {
    ...(wrong.run === undefined ? {} : { service: wrong.run }),
    more: indent(wrong.services, 2),
  });
  // The replacements are functions: in a string, a dollar sign would be read.
  return `${compose
    .replace('    deploy:\n', () => `${indent(wrong.app, 4)}    deploy:\n${indent(wrong.deploy, 6)}`)
    .replace(/update_config: .*/, (line) => (wrong.update === undefined ? line : `update_config: ${wrong.update}`))
    .replace('.timeout=20"', () => `.timeout=${wrong.timeout ?? 20}"`)}${indent(wrong.top, 0)}`;
}

/** A program that only waits. */
export const FOREVER = 'exec sleep 1000000';
