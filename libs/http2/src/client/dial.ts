import net, { type Socket } from 'node:net';
import tls, { type ConnectionOptions, type SecureContextOptions } from 'node:tls';
import { Http2Connection } from './connection';

export interface DialOptions {
  /** tls is how to show oneself and whom to trust, for an https URL. */
  readonly tls?: Pick<SecureContextOptions, 'ca' | 'cert' | 'key'> & Pick<ConnectionOptions, 'rejectUnauthorized'>;
  readonly timeoutMs: number;
  /** signal breaks the connection at any time, also one that is established. */
  readonly signal: AbortSignal;
}

/**
 * dial connects to the host of an http or https URL and answers when both sides have agreed on HTTP/2: by TLS, or by the server's first
 * frame. It rejects with what was in the way.
 */
export function dial(url: URL, { tls, timeoutMs, signal }: DialOptions): Promise<Http2Connection> {
  return new Promise((resolve, reject) => {
    const socket = openSocket(url, tls, () => {
      if (url.protocol === 'https:' && (socket as tls.TLSSocket).alpnProtocol !== 'h2') {
        return void socket.destroy(new Error('the server does not offer HTTP/2'));
      }
      const connection: Http2Connection = new Http2Connection(socket, () => done(() => resolve(connection)), reject);
    });
    const done = (settle: () => void) => {
      clearTimeout(timer);
      settle();
    };
    const timer = setTimeout(() => socket.destroy(new Error('the connection timed out')), timeoutMs).unref();
    const abort = () => socket.destroy();
    signal.addEventListener('abort', abort, { once: true });
    socket.once('error', reject);
    socket.once('close', () => {
      signal.removeEventListener('abort', abort);
      done(() => reject(new Error('the connection was closed')));
    });
  });
}

function openSocket(url: URL, options: DialOptions['tls'], connected: () => void): Socket {
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  const secure = url.protocol === 'https:';
  const port = Number(url.port || (secure ? 443 : 80));
  if (!secure) return net.connect({ host, port, noDelay: true }, connected);
  const servername = net.isIP(host) ? {} : { servername: host };
  const socket = tls.connect({ ...options, ...servername, host, port, ALPNProtocols: ['h2'] }, connected);
  return socket.setNoDelay(true);
}
