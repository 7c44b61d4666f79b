import { type Wrong, wrongCompose } from './wrong-compose.ts';

/** Serves a page on port 80 of all addresses, as a healthy app does. */
export const SERVE = 'mkdir -p /www; echo hello > /www/index.html; exec httpd -f -p 80 -h /www';

/** Serves what a line of shell prints as CGI; it is put in double quotes, so only single ones may be used in it. */
export function serveCgi(line: string): string {
  const file = '/www/cgi-bin/index.cgi';
  const script = `(echo '#!/bin/sh'; echo "${line}") > ${file}`;
  const run = `mkdir -p /www/cgi-bin; ${script}; chmod 755 ${file}; exec httpd -f -p 80 -h /www`;
  return run.replaceAll(/[\\"]/g, String.raw`\$&`);
}

/** A compose file whose route is wrong: a TIMEOUT that nobody would wait for, and the text changed at will. */
export function routeCompose(wrong: Wrong, change: (compose: string) => string = (compose) => compose): string {
  return change(wrongCompose({ run: SERVE, timeout: 120, ...wrong }));
}

/** One more label of the app. */
export function withLabel(label: string): (compose: string) => string {
  return (compose) =>
    compose.replace(/^( +)- "traefik.enable=true"\n/m, (line, indent) => `${line}${indent}- "${label}"\n`);
}

/** Puts the app on a network of the stack's own, too: on that of the proxy other stacks may bear the names of its siblings. */
export function onInner(compose: string): string {
  return compose
    .replace('    networks: [proxy]\n', '    networks: [proxy, inner]\n')
    .replace('\nnetworks:\n', '\nnetworks:\n  inner:\n');
}
