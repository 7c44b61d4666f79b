import { request } from 'node:http';
import type { Socket } from 'node:net';
import { INSIDE } from './protocol.ts';

/** Opens a connection to `host:port` through the gateway. Throws when the gateway refuses or nothing listens there. */
export function connectThroughGateway(host: string, port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const call = request({
      host: '127.0.0.1',
      port: INSIDE.proxyPort,
      method: 'CONNECT',
      path: `${host}:${port}`,
      agent: false,
    });
    call.once('error', reject);
    call.once('connect', (response, socket, head) => {
      if (response.statusCode !== 200) {
        socket.destroy();
        const why = response.statusCode === 403 ? 'it is not part of this run' : 'nothing answers there';
        reject(new Error(`no connection to ${host}:${port}: ${why} (${response.statusCode})`));
        return;
      }
      if (head.length > 0) socket.unshift(head);
      resolve(socket);
    });
    call.end();
  });
}
