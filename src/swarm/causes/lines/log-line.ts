import { findInOrder } from '../in-order.ts';

/** A sentence that a known program writes into its log. Groups: `host`, `port`, `name`. */
export interface LogLine {
  /** Whose words these are. */
  readonly program: string;
  readonly pattern: RegExp;
  /** What has to follow somewhere behind that, if anything. */
  readonly behind?: RegExp;
}

/** What a table recognised in a line. */
export interface LineMatch {
  readonly program: string;
  readonly line: string;
  readonly host: string | undefined;
  readonly port: number | undefined;
  readonly name: string | undefined;
}

/** All lines that a table knows, in the order of the log; for each line the first entry that fits. Pure. */
export function matchLines(lines: readonly string[], table: readonly LogLine[]): readonly LineMatch[] {
  return lines.flatMap((line) => {
    for (const { program, pattern, behind = /^/ } of table) {
      const found = findInOrder(line, pattern, behind);
      if (found === undefined) continue;
      const { host, port, name } = found.groups;
      return [{ program, line, host, port: port === undefined ? undefined : Number(port), name }];
    }
    return [];
  });
}
