import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Argv, mustRun } from '../../../src/base/process.ts';

/** A place at which a program waits until it is let through. */
export interface Gate {
  /** What the program has to run there: it ends when the gate is opened. */
  readonly argv: Argv;
  /** Resolves when the program has come to it. */
  readonly reached: Promise<void>;
  open(): Promise<void>;
}

// Opening a pipe waits for its other end, on either side.
const WAIT = 'echo > "$1" && read -r _ < "$2"';

/** Makes a gate out of two named pipes in a new directory below one. */
export async function openGate(below: string): Promise<Gate> {
  const directory = await mkdtemp(join(below, 'gate-'));
  const [arrived, go] = [join(directory, 'arrived'), join(directory, 'go')];
  await mustRun(['mkfifo', arrived, go]);
  return {
    argv: ['sh', '-c', WAIT, 'sh', arrived, go],
    reached: readFile(arrived).then(() => undefined),
    open: () => writeFile(go, '\n'),
  };
}
