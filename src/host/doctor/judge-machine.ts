import { formatBytes } from '../../base/text.ts';
import { type DoctorLine, missing, ok, warn } from './finding.ts';

const GIB = 1024 ** 3;

/** Judges free disk space: images of a large recipe and their snapshots are gigabytes. Pure. */
export function judgeDisk(subject: string, path: string, freeBytes: number): DoctorLine {
  const seen = `${formatBytes(freeBytes)} free in ${path}`;
  if (freeBytes < 2 * GIB) return missing(subject, seen, 'free at least 2 GiB; 10 GiB is comfortable');
  if (freeBytes < 10 * GIB) return warn(subject, seen, 'large recipes need more; 10 GiB is comfortable');
  return ok(subject, seen);
}

/**
 * Judges the clock. No time server is asked: what can be seen without a network is a clock that stands before something
 * that already happened. Certificates made now would then not be valid yet. Pure.
 */
export function judgeClock(now: number, newestFile: number): DoctorLine {
  const seen = new Date(now).toISOString();
  if (now + 60_000 < newestFile) {
    return missing(
      'clock',
      seen,
      `files of this machine are from ${new Date(newestFile).toISOString()}: set the clock`,
    );
  }
  return ok('clock', seen);
}

/** Judges the version of Node that runs this program. Pure. */
export function judgeNode(version: string): DoctorLine {
  const [major = 0, minor = 0] = version.replace(/^v/, '').split('.').map(Number);
  if (major > 24 || (major === 24 && minor >= 12)) return ok('node', version);
  return missing('node', version, 'start by ./cc-ci, which brings the Node that the lockfile pins');
}

/** Judges how many addresses of the shared network are left. Pure. */
export function judgeAddresses(
  name: string,
  usage: { readonly used: number; readonly total: number } | undefined,
): DoctorLine {
  const subject = 'addresses';
  if (usage === undefined) return missing(subject, `there is no overlay network ${name}`, 'run ./cc-ci setup');
  const free = usage.total - usage.used;
  const seen = `${usage.used} of ${usage.total} used on ${name}`;
  if (free < 4) return missing(subject, seen, 'remove stacks, or give the network a larger range');
  if (free < 20) return warn(subject, seen, 'room for a few more services only');
  return ok(subject, seen);
}
