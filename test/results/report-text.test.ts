import { describe, expect, it } from 'vitest';
import { wantsColour } from '../../src/results/ink.ts';
import { reportText } from '../../src/results/report-text.ts';
import { greenRun, redRun, rung } from './samples.ts';

describe('reportText', () => {
  it('ends with the verdict, after the ladder and what an operator wants to know', () => {
    const text = reportText(greenRun(), { directory: '/runs/one' });
    expect(text.split('\n').slice(-4).join('\n')).toBe(`
Success  ■■■■■  level 5 of 5
notebook installs, upgrades from 1.1.0+15.3, comes back from its own backup, works and keeps the
rules.`);
    expect(text).toMatch(/ {2}1 {2}✓ install {4}passed {8}4\.2 s {2}3 services converged/);
    expect(text).toContain('Time       24.4 s: upgrade 5.7 s · restore 5.0 s');
    expect(text).toContain('Needs      162.3 MiB of memory at peak, 45.9 MiB in volumes, 60.0 KiB per backup');
    expect(text).toContain('Not saved  cache: no backupbot label covers it');
    expect(text).toContain('Report     /runs/one/report.html');
  });

  it('names for a red run the check, the code, the fault, the evidence and the remedy', () => {
    const text = reportText(redRun());
    expect(text).toContain('✗ canary in uploads: uploads:/.cc-ci-canary-3f9a1c is missing after the restore');
    expect(text).toContain('restore-incomplete  restore, app · fault: the recipe');
    expect(text).toContain('  | restore: /uploads: 0 files');
    expect(text).toContain('→ remove the label backupbot.volumes.uploads=false');
    expect(text).toContain('Failure  ■■□□□  level 2 of 5');
  });

  it('shows no level for a partial run', () => {
    expect(reportText(greenRun({ partial: true }))).toContain('partial run, no level');
  });

  it('warns of residue and of a leaked secret', () => {
    const flags = { cleanTeardown: false, noSecretLeak: false };
    const text = reportText(greenRun({ flags, residue: ['network x_default', 'volume x_data'] }));
    expect(text).toContain('Left over  network x_default\n             volume x_data');
    expect(text).toContain('do not publish them');
  });

  it('is plain without colour, and the same characters with it', () => {
    const plain = reportText(redRun());
    const colour = reportText(redRun(), { colour: true });
    const escapes = new RegExp(`${String.fromCodePoint(27)}\\[[0-9;]*m`, 'g');
    expect(plain).not.toContain('\u001b');
    expect(colour).toContain('\u001b[31m');
    const trimmed = (text: string) => text.split('\n').map((line) => line.trimEnd());
    expect(trimmed(colour.replaceAll(escapes, ''))).toEqual(trimmed(plain));
  });

  it('passes on no terminal sequence of a log or a name', () => {
    const evil = '\u001b]0;owned\u0007\u001b[2J\u009b31m';
    const [finding] = redRun().findings;
    if (finding === undefined) throw new Error('the sample has a finding');
    const text = reportText(
      redRun({
        sentence: evil,
        notes: [evil],
        rungs: [rung('install', { status: 'fail', sentence: evil })],
        findings: [{ ...finding, sentence: evil, hint: evil, evidence: [evil], service: evil, code: evil }],
      }),
    );
    // oxlint-disable-next-line no-control-regex
    expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/);
  });

  it.each([60, 80, 120])('keeps within %i columns where words allow it', (width) => {
    const lines = reportText(redRun({ domain: 'x' }), { width }).split('\n');
    for (const line of lines.filter((line) => !line.includes('notebook 1.2.0')))
      expect(line.length).toBeLessThanOrEqual(width);
  });
});

describe('wantsColour', () => {
  it('colours on a terminal only, and not against NO_COLOR', () => {
    expect(wantsColour({ isTTY: true }, {})).toBe(true);
    expect(wantsColour({ isTTY: true }, { NO_COLOR: '' })).toBe(true);
    expect(wantsColour({ isTTY: true }, { NO_COLOR: '1' })).toBe(false);
    expect(wantsColour({ isTTY: true }, { TERM: 'dumb' })).toBe(false);
    expect(wantsColour({}, {})).toBe(false);
  });
});
