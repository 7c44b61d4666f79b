import type { Sign } from '../canaries/sign.ts';
import { judgeSpeed, type Watched } from './run-canary.ts';

const HEAD = [
  'cause',
  'case',
  'first sign',
  'deciding sign',
  'verdict',
  'after the first sign',
  'after the deciding sign',
  'limit',
] as const;

/** The page of measured causes: one row per canary, times from the moment its first service was made. */
export function causeTable(watched: readonly Watched[]): string {
  const rows = watched.map((one) => {
    const zero = one.createdAtMs ?? one.startedAtMs;
    const { ms, limitMs, ok } = judgeSpeed(one);
    const sinceFirst =
      one.first === undefined || one.verdictAtMs === undefined ? undefined : one.verdictAtMs - one.first.atMs;
    return [
      `\`${one.canary.code}\``,
      one.canary.title,
      one.first === undefined ? 'not seen' : `${seconds(one.first.atMs - zero)}: ${describeSign(one.first)}`,
      one.canary.endOfTime !== undefined
        ? `${one.canary.endOfTime / 1000} s later: the end of its TIMEOUT`
        : one.decisive === undefined
          ? 'not seen'
          : one.decisive === one.first
            ? 'the same'
            : `${seconds(one.decisive.atMs - zero)}: ${describeSign(one.decisive)}`,
      one.verdictAtMs === undefined ? 'none' : seconds(one.verdictAtMs - zero),
      seconds(sinceFirst),
      seconds(ms),
      `${limitMs / 1000} s${ok ? '' : ' **missed**'}`,
    ];
  });
  return [HEAD, HEAD.map(() => '---'), ...rows].map((cells) => `| ${cells.map(escapeCell).join(' | ')} |`).join('\n');
}

/** What a sign was, in a few words. */
export function describeSign(sign: Sign): string {
  const of = sign.service === '' ? '' : `${sign.service}: `;
  switch (sign.sign) {
    case 'event': {
      const code = sign.attributes['exitCode'];
      return `${of}event ${sign.action}${code === undefined ? '' : ` (exit ${code})`}`;
    }
    case 'task':
      return `${of}task ${sign.state}${sign.error === '' ? '' : `, ${shorten(sign.error)}`}`;
    case 'update':
      return `${of}update ${sign.state}`;
    case 'up':
      return 'all services up';
    case 'answer':
      return sign.status === undefined ? 'no answer' : `answer ${sign.status}`;
    case 'step':
      return sign.name === 'start' ? 'the command was started' : `the run began “${sign.name}”`;
    case 'ground':
      return sign.what;
  }
}

function seconds(ms: number | undefined): string {
  return ms === undefined ? '–' : `${(ms / 1000).toFixed(2)} s`;
}

function shorten(text: string): string {
  const line = text.split('\n')[0] ?? '';
  return line.length > 60 ? `${line.slice(0, 57)}…` : line;
}

function escapeCell(text: string): string {
  return text.replaceAll('|', '\\|');
}
