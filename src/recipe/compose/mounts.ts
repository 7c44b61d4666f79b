/** A mount in its long form, as the short form `source:target[:options]` means it. */
export interface MountRecord {
  type: string;
  source?: string;
  target?: string;
  read_only?: boolean;
  bind?: { readonly propagation: string };
  volume?: { readonly nocopy: boolean };
}

const PROPAGATIONS = ['rprivate', 'private', 'rshared', 'shared', 'rslave', 'slave'];

/** Reads the short form of a mount. Returns what is wrong as a sentence when it cannot be read. Unknown options are ignored. */
export function parseMount(spec: string): MountRecord | string {
  if (spec === '') return 'is empty';
  if (Buffer.byteLength(spec) <= 2) return { type: 'volume', target: spec };
  const sections = splitSections(spec);
  if (sections.includes('')) return 'has an empty part between colons';
  if (sections.length > 3) return 'has too many colons';
  const [first = '', second, options] = sections;
  if (second === undefined) return { type: 'volume', target: first };
  const mount: MountRecord = { type: isHostPath(first) ? 'bind' : 'volume', source: first, target: second };
  for (const option of options?.split(',') ?? []) {
    if (option === 'ro') mount.read_only = true;
    else if (option === 'rw') mount.read_only = false;
    else if (option === 'nocopy') mount.volume = { nocopy: true };
    else if (PROPAGATIONS.includes(option)) mount.bind = { propagation: option };
  }
  return mount;
}

/** Splits at colons, but not behind a single letter that starts a section: a Windows drive. */
function splitSections(spec: string): string[] {
  const sections: string[] = [];
  let section = '';
  for (const character of spec) {
    if (character === ':' && !/^\p{L}$/u.test(section)) {
      sections.push(section);
      section = '';
    } else {
      section += character;
    }
  }
  return [...sections, section];
}

function isHostPath(source: string): boolean {
  return /^[./~]/.test(source) || source.startsWith('\\\\') || /^\p{L}:/u.test(source);
}

/** Whether a path is absolute on Linux or on Windows (a Windows client may drive a Linux Engine). */
export function isAbsolutePath(path: string): boolean {
  return (
    path.startsWith('/') || /^[A-Za-z]:[\\/]/.test(path) || /^\\\\[^\\/.][^\\/]*[\\/][^\\/.][^\\/]*[\\/]/.test(path)
  );
}
