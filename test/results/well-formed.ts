/** Checks that a text is well-formed XML as far as we write it; returns the element names in order, throws where it is not. */
export function elementsOf(xml: string): string[] {
  const names: string[] = [];
  const open: string[] = [];
  const body = xml.replace(/^<\?xml [^?]*\?>\n/, '').replace(/^<!doctype html>\n/, '');
  for (const piece of body.split(/(?=<)/)) {
    const tag = /^<(?<close>\/?)(?<name>[a-zA-Z][\w:-]*)(?:\s+[\w:-]+="[^"<]*")*\s*(?<empty>\/?)>(?<text>[^<]*)$/.exec(
      piece,
    );
    if (tag?.groups === undefined) throw new Error(`not a tag: ${piece.slice(0, 120)}`);
    const { close, name = '', empty, text = '' } = tag.groups;
    if (close === '/') {
      if (open.pop() !== name) throw new Error(`</${name}> closes nothing`);
    } else {
      names.push(name);
      if (empty !== '/') open.push(name);
    }
    if (/&(?!(?:amp|lt|gt|quot|#39);)/.test(piece)) throw new Error(`a bare & in: ${piece.slice(0, 120)}`);
    if (open.length === 0 && text.trim() !== '') throw new Error(`text outside the root: ${text}`);
  }
  if (open.length > 0) throw new Error(`not closed: ${open.join(', ')}`);
  return names;
}
