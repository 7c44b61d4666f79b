import { createHash, timingSafeEqual } from 'node:crypto';
import { supportedHash, verifyPassword } from './password.ts';
import { defineMiddleware, MiddlewareError } from './types.ts';

/** Asks for a user name and password. `users` are `name:hash` pairs as htpasswd writes them; a plain password never fits. */
export const basicAuth = defineMiddleware({
  key: 'basicAuth',
  shape: {
    fields: { users: 'list', usersFile: 'unsupported', realm: 'string', removeHeader: 'bool', headerField: 'string' },
  },
  build: (config) => {
    const users = new Map<string, string>();
    for (const entry of config.users ?? []) {
      const at = entry.indexOf(':');
      if (at === -1) throw new MiddlewareError('an entry of `users` is not `name:hash`');
      const hash = entry.slice(at + 1);
      if (!supportedHash(hash))
        throw new MiddlewareError('has a bcrypt hash; use apr1 or SHA here', 'route-unsupported');
      users.set(entry.slice(0, at), hash);
    }
    const realm = config.realm === undefined || config.realm === '' ? 'traefik' : config.realm;
    const refusal = {
      status: 401,
      headers: { 'www-authenticate': `Basic realm="${realm}"`, 'content-type': 'text/plain' },
      body: '401 Unauthorized\n',
    };
    // Slow hashes are made to be slow: a password that was right is remembered by its digest.
    const known = new Map<string, Buffer>();
    return (exchange) => {
      const credentials = parseBasic(exchange.headers.authorization);
      const hash = credentials === undefined ? undefined : users.get(credentials.user);
      if (credentials === undefined || hash === undefined) return refusal;
      const digest = createHash('sha256').update(credentials.password).digest();
      const before = known.get(credentials.user);
      if (before === undefined || !timingSafeEqual(before, digest)) {
        if (!verifyPassword(credentials.password, hash)) return refusal;
        known.set(credentials.user, digest);
      }
      if (config.headerField !== undefined && config.headerField !== '') {
        exchange.headers[config.headerField.toLowerCase()] = credentials.user;
      }
      if (config.removeHeader === true) delete exchange.headers.authorization;
      return undefined;
    };
  },
});

function parseBasic(header: string | undefined): { readonly user: string; readonly password: string } | undefined {
  const encoded = /^basic +(?<value>\S+)$/i.exec(header ?? '')?.groups?.['value'];
  if (encoded === undefined) return undefined;
  const text = Buffer.from(encoded, 'base64').toString('utf8');
  const at = text.indexOf(':');
  return at === -1 ? undefined : { user: text.slice(0, at), password: text.slice(at + 1) };
}
