import { trimEndOf } from './text.ts';

/** A form that a secret may take in a file, and the bytes to look for. */
export interface SecretForm {
  readonly form: string;
  readonly bytes: Buffer;
}

/** Shorter values are neither masked nor looked for: `admin` or `true` would be found everywhere and mean nothing. */
const MIN_SECRET_LENGTH = 6;
/** A key of several lines is shown line by line; shorter ones of its lines say nothing. */
const MIN_LINE_LENGTH = 12;

/**
 * Every form in which a secret is looked for: plain, base64 and base64url (alone, or anywhere inside a longer encoded
 * text such as a basic-auth header), hex, URL-encoded, escaped in JSON (once and twice, as in a log of logs) and in HTML, with
 * `$` doubled as compose files have it; of a value of several lines also each line. Forms that are the same bytes are given once.
 */
export function secretForms(secret: string): SecretForm[] {
  const value = trimEndOf(secret, '\r\n');
  if (value.length < MIN_SECRET_LENGTH) return [];
  const bytes = Buffer.from(value, 'utf8');
  const forms: [string, string][] = [['plain', value]];
  for (const shift of [0, 1, 2]) {
    const core = base64Core(bytes, shift);
    forms.push(['base64', core], ['base64url', core.replaceAll('+', '-').replaceAll('/', '_')]);
  }
  const hex = bytes.toString('hex');
  forms.push(['hex', hex], ['hex', hex.toUpperCase()]);
  for (const url of urlForms(value)) forms.push(['URL-encoded', url]);
  const json = escapeJson(value);
  forms.push(['JSON', json], ['JSON in JSON', escapeJson(json)]);
  forms.push(['JSON', json.replace(/[<>&]/g, (c) => `\\u${(c.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`)]);
  forms.push(['HTML', escapeHtml(value)], ['compose', value.replaceAll('$', '$$$$')]);
  const lines = value.split(/\r?\n/);
  if (lines.length > 1) {
    for (const line of lines) if (line.length >= MIN_LINE_LENGTH) forms.push(['a line', line]);
  }
  const seen = new Set<string>();
  return forms
    .filter(([, text]) => text.length >= MIN_SECRET_LENGTH && !seen.has(text) && seen.add(text))
    .map(([form, text]) => ({ form, bytes: Buffer.from(text, 'utf8') }));
}

/** The characters of the base64 text that depend on these bytes alone, whatever stands before (`shift` bytes) and after. */
function base64Core(bytes: Buffer, shift: number): string {
  const text = Buffer.concat([Buffer.alloc(shift), bytes]).toString('base64');
  const start = [0, 2, 3][shift] ?? 0;
  const loose = [0, 3, 2][(shift + bytes.length) % 3] ?? 0;
  return text.slice(start, text.length - loose);
}

function urlForms(value: string): string[] {
  const upper = encodeURIComponent(value.toWellFormed());
  const strict = upper.replace(/[!'()*]/g, (c) => `%${(c.codePointAt(0) ?? 0).toString(16).toUpperCase()}`);
  // Forms (application/x-www-form-urlencoded) encode more, and a blank as a plus.
  const form = new URLSearchParams([['', value]]).toString().slice(1);
  const forms = [upper, strict, form];
  return [...forms, ...forms.map((form) => form.replace(/%[0-9A-F]{2}/g, (code) => code.toLowerCase()))];
}

function escapeJson(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}

function escapeHtml(text: string): string {
  const entities: Readonly<Record<string, string>> = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&quot;',
    "'": '&#39;',
  };
  return text.replace(/[&<>"']/g, (character) => entities[character] ?? character);
}
