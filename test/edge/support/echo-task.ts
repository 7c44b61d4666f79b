/** The program of a task in the engine tests, for `node -e`: tells what it saw, and echoes what comes over an upgraded connection. */
export const ECHO_TASK = `
const { createServer } = require('node:http');
const server = createServer((request, response) => {
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify({ path: request.url, headers: request.headers }));
});
server.on('upgrade', (request, socket) => {
  socket.write('HTTP/1.1 101 Switching Protocols\\r\\nupgrade: websocket\\r\\nconnection: upgrade\\r\\n\\r\\n');
  socket.pipe(socket);
  socket.on('error', () => socket.destroy());
});
server.listen(8000);
process.on('SIGTERM', () => process.exit(0));
`;
