import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';

const TICKS_A_SECOND = 100;

/** Milliseconds for which the processors of this machine have been at work since it started, added up over all of them. */
export function busyMs(): number {
  // user nice system idle iowait irq softirq steal: proc(5).
  const [, user, nice, system, , , irq, softirq] = (readFileSync('/proc/stat', 'utf8').split('\n')[0] ?? '').split(
    /\s+/,
  );
  const ticks = [user, nice, system, irq, softirq].reduce((sum, text) => sum + Number(text), 0);
  return (ticks / TICKS_A_SECOND) * 1000;
}

/** Looks once a second at how much memory is left; tells how much more was taken than at the beginning, at the most. */
export function watchMemory(): Disposable & { mostBytes(): number } {
  const before = machineRoom().availableBytes;
  let least = before;
  const look = () => {
    least = Math.min(least, machineRoom().availableBytes);
  };
  const timer = setInterval(look, 1000);
  return {
    mostBytes() {
      look();
      return before - least;
    },
    [Symbol.dispose]: () => clearInterval(timer),
  };
}

/** Bytes that new programs may take without anything being swapped out, within the bound of our control group; and processors. */
export function machineRoom(): { readonly cores: number; readonly availableBytes: number } {
  const text = readFileSync('/proc/meminfo', 'utf8');
  const kibibytes = Number(/^MemAvailable:\s+(\d+) kB$/m.exec(text)?.[1] ?? 0);
  return { cores: availableParallelism(), availableBytes: Math.min(kibibytes * 1024, process.availableMemory()) };
}
