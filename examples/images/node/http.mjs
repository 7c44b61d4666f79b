import { createServer } from 'node:http';

const LIMIT = 1024 * 1024;

/** Text that is safe inside HTML, attributes included. */
export function escapeHtml(text) {
  const entities = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
  return String(text).replace(/[&<>"']/g, (character) => entities[character]);
}

/** A whole HTML page around a body. */
export function page(title, body) {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${escapeHtml(title)}</title>
<style>body{font:16px/1.5 sans-serif;max-width:40rem;margin:2rem auto;padding:0 1rem;color:#222}h1{color:#14532d}</style>
</head>
<body>
${body}
</body>
</html>
`;
}

/** The request's body, at most 1 MiB. */
export async function readBody(request) {
  const chunks = [];
  let size = 0;
  for await (const chunk of request) {
    size += chunk.length;
    if (size > LIMIT) throw Object.assign(new Error('body too large'), { status: 413 });
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/**
 * Serves `routes`: functions by `METHOD /first-segment`, each given the request and its URL, each returning
 * `{ status, type, body, headers }`. Stops at once on SIGTERM.
 */
export function serve(port, routes) {
  const server = createServer(async (request, response) => {
    const url = new URL(request.url, 'http://localhost');
    const handler = routes[`${request.method} /${url.pathname.split('/')[1]}`];
    let answer;
    try {
      answer = handler ? await handler(request, url) : { status: 404, body: 'not found\n' };
    } catch (error) {
      console.error(error.message);
      answer = { status: error.status ?? 500, body: `${error.message}\n` };
    }
    const { status = 200, type = 'text/plain; charset=utf-8', body = '', headers = {} } = answer;
    response.writeHead(status, { 'content-type': type, ...headers });
    response.end(body);
  });
  for (const signal of ['SIGTERM', 'SIGINT']) process.on(signal, () => process.exit(0));
  server.listen(port, () => console.log(`listening on ${port}`));
}

/** A JSON answer. */
export function json(value, status = 200) {
  return { status, type: 'application/json', body: `${JSON.stringify(value)}\n` };
}

/** An HTML answer. */
export function html(title, body) {
  return { type: 'text/html; charset=utf-8', body: page(title, body) };
}

/** Sends the browser elsewhere after a form. */
export function seeOther(location) {
  return { status: 303, headers: { location } };
}
