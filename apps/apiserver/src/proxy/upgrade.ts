import type { ClientRequest, IncomingMessage, OutgoingHttpHeaders } from 'node:http';
import type { Duplex } from 'node:stream';
import { unreachable } from '../kubelet/kubelet-connection';
import { backendHeaders } from './headers';

/** Connection is a client's connection that asked for an upgrade. */
export interface UpgradingConnection {
  readonly head: IncomingMessage;
  readonly socket: Duplex;
  readonly first: Buffer;
}

/**
 * passUpgrade asks the backend for the same upgrade and then joins both connections, byte by byte, until one ends. A backend
 * that refuses has its answer passed on. It rejects (and leaves the socket to the caller) if the backend cannot be reached.
 */
export function passUpgrade(
  open: (headers: OutgoingHttpHeaders) => ClientRequest,
  { head, socket, first }: UpgradingConnection,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = open(backendHeaders(head.headers));
    const giveUp = () => request.destroy();
    socket.once('close', giveUp);
    request.once('error', error => {
      socket.off('close', giveUp);
      reject(unreachable(error));
    });
    request.once('upgrade', (response, backend, backendFirst) => {
      socket.off('close', giveUp);
      socket.write(headOf(response));
      if (backendFirst.length) socket.write(backendFirst);
      if (first.length) backend.write(first);
      join(socket, backend);
      resolve();
    });
    request.once('response', response => {
      socket.off('close', giveUp);
      socket.write(headOf(response));
      response.pipe(socket);
      response.once('close', () => {
        socket.end();
        resolve();
      });
    });
    request.end();
  });
}

function join(a: Duplex, b: Duplex): void {
  a.pipe(b);
  b.pipe(a);
  const end = () => {
    a.destroy();
    b.destroy();
  };
  for (const side of [a, b]) {
    side.once('error', end);
    side.once('close', end);
  }
}

/** headOf renders a response's head as it came, for a connection we speak HTTP/1.1 on. The body that follows ends with the connection. */
function headOf(response: IncomingMessage): string {
  const lines = [`HTTP/1.1 ${response.statusCode} ${response.statusMessage ?? ''}`];
  const upgraded = response.statusCode === 101;
  for (let i = 0; i + 1 < response.rawHeaders.length; i += 2) {
    const name = response.rawHeaders[i]!;
    if (!upgraded && /^(connection|transfer-encoding|keep-alive)$/i.test(name)) continue;
    lines.push(`${name}: ${response.rawHeaders[i + 1]}`);
  }
  if (!upgraded) lines.push('Connection: close');
  return `${lines.join('\r\n')}\r\n\r\n`;
}
