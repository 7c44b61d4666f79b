import { describe, expect, it } from 'vitest';
import { badgeOf, drawBadge, renderBadge } from '../../src/results/badge.ts';
import { renderCard } from '../../src/results/card.ts';
import { levelColour } from '../../src/results/colours.ts';
import { renderPicture } from '../../src/results/picture.ts';
import { greenRun, redRun, rung } from './samples.ts';
import { elementsOf } from './well-formed.ts';

/** Contrast of white text on a colour, by WCAG 2. */
function contrastWithWhite(hex: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 1.05 / (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05);
}

describe('the badge', () => {
  it('says the level, as text and as colour', () => {
    expect(badgeOf(greenRun())).toEqual({ label: 'cc-ci', value: 'level 5', colour: levelColour(5) });
    expect(badgeOf(redRun())).toEqual({ label: 'cc-ci', value: 'level 2', colour: levelColour(2) });
  });

  it('shows no number for a run that judged only a part, or nothing', () => {
    expect(badgeOf(greenRun({ partial: true })).value).toBe('partial run');
    expect(badgeOf(greenRun({ verdict: 'error' })).value).toBe('unknown');
    expect(badgeOf(greenRun({ verdict: 'cancelled' })).value).toBe('unknown');
  });

  it('is the same bytes for the same results', () => {
    expect(renderBadge(redRun())).toBe(renderBadge(redRun({ runId: 'another' })));
  });

  it.each([undefined, 0, 1, 2, 3, 4, 5])('is readable on the colour of level %s', (level) => {
    expect(contrastWithWhite(levelColour(level))).toBeGreaterThanOrEqual(4.5);
  });

  it('has another colour for each level', () => {
    expect(new Set([undefined, 0, 1, 2, 3, 4, 5].map(levelColour)).size).toBe(7);
  });
});

describe('every picture', () => {
  const hostile = {
    name: '<svg onload="x">',
    source: 'x',
    ref: 'x',
    commit: 'x',
    dirty: true,
    version: '"&\u001b[31m',
  };

  it.each([
    ['badge', drawBadge({ label: '<&>', value: '"\'', colour: '#000000' })],
    ['card', renderCard(greenRun({ recipe: hostile }))],
    ['card of a red run', renderCard(redRun())],
    ['terminal', renderPicture(redRun({ recipe: hostile }), 'cc-ci test <dir>')],
  ])('is well-formed, and fetches and runs nothing: %s', (_, svg) => {
    expect(elementsOf(svg)[0]).toBe('svg');
    expect(elementsOf(svg).filter((name) => ['script', 'image', 'foreignObject', 'use', 'a'].includes(name))).toEqual(
      [],
    );
    expect(svg.replace('xmlns="http://www.w3.org/2000/svg"', '')).not.toMatch(/(?:href|src|onload)="|url\(/);
  });

  it('the card names recipe, level and each tier, and cuts what is too long', () => {
    const card = renderCard(redRun({ rungs: [rung('install', { sentence: 'word '.repeat(60) }), rung('lint')] }));
    expect(card).toContain('notebook 1.2.0+16.1: level 2 of 5');
    expect(card).toContain('>install</text>');
    expect(card).toContain('>lint</text>');
    expect(card).toContain('…</text>');
  });
});
