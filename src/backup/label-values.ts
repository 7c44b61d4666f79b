const ON = new Set(['true', '1', 'yes', 'on']);
const OFF = new Set(['false', '0', 'no', 'off', '']);

/** Reads the spellings of a switch that recipes use; undefined for a word that is none of them. */
export function readSwitch(value: string): boolean | undefined {
  const word = value.trim().toLowerCase();
  if (ON.has(word)) return true;
  if (OFF.has(word)) return false;
  return undefined;
}

/** Splits a list of paths at commas; blanks around an entry are not part of it. */
export function readPathList(value: string): string[] {
  return value
    .split(',')
    .map((path) => path.trim())
    .filter((path) => path !== '');
}

/**
 * Normalises a path relative to a volume's root: no leading or trailing slash, no `.` parts.
 * Undefined when it climbs out of the volume by `..`; empty for the root itself.
 */
export function normaliseRelative(path: string): string | undefined {
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue;
    if (part === '..') return undefined;
    parts.push(part);
  }
  return parts.join('/');
}

/** The part of an absolute container path below a mount's target; undefined when it is not below, empty when it is the target. */
export function pathBelow(path: string, target: string): string | undefined {
  const whole = normaliseRelative(path);
  const root = normaliseRelative(target);
  if (whole === undefined || root === undefined) return undefined;
  if (whole === root) return '';
  if (root === '') return whole;
  return whole.startsWith(`${root}/`) ? whole.slice(root.length + 1) : undefined;
}
