import { randomBytes, timingSafeEqual } from 'node:crypto';
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { html, json, readBody, serve } from './lib/http.mjs';
import { setting } from './lib/settings.mjs';

/**
 * A small server of identities. An administrator registers clients (apps) and people; a person gets a token for a name and
 * a password; a client asks whose token it was shown. Tokens live in memory, the rest in one file.
 */

const administrator = setting('ADMIN_PASSWORD', '');
if (administrator === '') throw new Error('ADMIN_PASSWORD_FILE names no password');
const file = '/var/lib/login/accounts.json';
const accounts = read();
const tokens = new Map();

function read() {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    if (error.code === 'ENOENT') return { clients: {}, people: {} };
    throw error;
  }
}

function keep() {
  writeFileSync(`${file}.new`, JSON.stringify(accounts));
  renameSync(`${file}.new`, file);
}

function same(given, expected) {
  const [left, right] = [Buffer.from(String(given)), Buffer.from(String(expected))];
  return left.length === right.length && timingSafeEqual(left, right);
}

function refuse(what) {
  throw Object.assign(new Error(what), { status: 401 });
}

/** The name and password of HTTP's basic authentication. */
function basic(request) {
  const [, encoded = ''] = /^Basic (.*)$/.exec(request.headers.authorization ?? '') ?? [];
  const [name, ...rest] = Buffer.from(encoded, 'base64').toString().split(':');
  return { name, password: rest.join(':') };
}

function requireAdministrator(request) {
  const { name, password } = basic(request);
  if (name !== 'admin' || !same(password, administrator)) refuse('only the administrator may do this');
}

function requireClient(request) {
  const { name, password } = basic(request);
  if (!Object.hasOwn(accounts.clients, name) || !same(password, accounts.clients[name])) refuse('no such client');
  return name;
}

async function fields(request) {
  return JSON.parse(await readBody(request));
}

serve(8080, {
  'GET /': () => html('Login', `<h1>Login</h1><p>${Object.keys(accounts.people).length} people are known.</p>`),
  'GET /healthz': () => json({ ok: true }),
  'GET /client': (request) => json({ client: requireClient(request) }),
  'POST /clients': async (request) => {
    requireAdministrator(request);
    const { id } = await fields(request);
    accounts.clients[id] = randomBytes(24).toString('hex');
    keep();
    return json({ id, secret: accounts.clients[id] }, 201);
  },
  'POST /people': async (request) => {
    requireAdministrator(request);
    const { name, password } = await fields(request);
    accounts.people[name] = password;
    keep();
    return json({ name }, 201);
  },
  'POST /token': async (request) => {
    const { name, password } = await fields(request);
    if (!Object.hasOwn(accounts.people, name) || !same(password, accounts.people[name])) refuse('no such person');
    const token = randomBytes(24).toString('hex');
    tokens.set(token, name);
    return json({ token });
  },
  'POST /whose': async (request) => {
    requireClient(request);
    const name = tokens.get((await fields(request)).token);
    return name === undefined ? json({ error: 'no such token' }, 404) : json({ name });
  },
});
