/**
 * Whether the Engine would fetch an image from a public registry by its usual port. By the name alone: `localhost:5000/x`,
 * `127.0.0.1/x`, `10.0.0.1:5000/x`, `registry:5000/x` and `[::1]:5000/x` lead to the Engine's own host or its neighbours,
 * and the Engine asks there as the host. Where a public name leads is its owner's affair: it may lead inside as well, and
 * then to port 443 or 80 only. The rule for what is a registry is Docker's (`splitDockerDomain`). Pure.
 */
export function isFromPublicRegistry(image: string): boolean {
  const slash = image.indexOf('/');
  const first = slash === -1 ? '' : image.slice(0, slash);
  const isRegistry = /[.:]/.test(first) || first === 'localhost' || first !== first.toLowerCase();
  // Without a registry it is Docker Hub's.
  if (!isRegistry) return true;
  const name = first.replace(/:443$/, '').toLowerCase();
  if (name.length > 253 || !PUBLIC_NAME.test(name)) return false;
  return !INSIDE.has(name.slice(name.lastIndexOf('.') + 1));
}

/** Two labels at least, the last of them letters: what ends with a number is an address, however it is written. */
const PUBLIC_NAME = /^(?:[a-z0-9-]{1,63}\.)+(?:[a-z]{2,63}|xn--[a-z0-9-]{1,59})$/;

/** Ends of names that never leave a house: RFC 6761, RFC 6762, RFC 8375, ICANN's `internal`, and what routers use. */
const INSIDE: ReadonlySet<string> = new Set([
  'arpa',
  'corp',
  'home',
  'internal',
  'intranet',
  'lan',
  'local',
  'localdomain',
  'localhost',
  'private',
]);

/** An image without its tag and digest: what a newer version of it still is. Pure. */
export function nameOfImage(image: string): string {
  const [name = ''] = image.split('@', 1);
  const colon = name.lastIndexOf(':');
  // A colon before the last slash belongs to the registry's port.
  return colon > name.lastIndexOf('/') ? name.slice(0, colon) : name;
}
