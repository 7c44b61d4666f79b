/**
 * What someone probably meant: `did you mean timeout?` where a known word is near enough, the known words where they are
 * few, else nothing.
 */
export function suggestWord(word: string, known: readonly string[]): string | undefined {
  const near = known.map((name) => [name, editDistance(word, name)] as const).sort((a, b) => a[1] - b[1])[0];
  if (near !== undefined && near[1] <= Math.max(1, Math.floor(word.length / 3))) return `did you mean ${near[0]}?`;
  return known.length > 0 && known.length <= 12 ? `known keys are ${known.join(', ')}` : undefined;
}

/** How many letters have to be put in, left out or replaced to make one word of the other. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (const [i, letter] of a.split('').entries()) {
    const next = [i + 1];
    for (const [j, other] of b.split('').entries()) {
      next.push(Math.min((next[j] ?? 0) + 1, (row[j + 1] ?? 0) + 1, (row[j] ?? 0) + (letter === other ? 0 : 1)));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}
