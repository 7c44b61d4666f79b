/** Background colours per level; white text on each has a contrast of at least 4.5 : 1 (WCAG AA). */
const LEVEL_COLOURS = ['#b3261e', '#b4430f', '#9a5b00', '#6f6a00', '#4d7311', '#1a7a36'] as const;

/** The colour where no level may be shown. */
export const NEUTRAL_COLOUR = '#59636e';

/** The colour of a level 0–5, or the neutral one. */
export function levelColour(level: number | undefined): string {
  return level === undefined ? NEUTRAL_COLOUR : (LEVEL_COLOURS[level] ?? NEUTRAL_COLOUR);
}
