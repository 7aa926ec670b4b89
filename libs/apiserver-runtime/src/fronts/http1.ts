import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';

/** Refused is the answer to what is no request of HTTP/1.1: a status line's end, and a text. */
export interface Refused {
  readonly status: number;
  readonly text: string;
}

const UNREADABLE: Refused = { status: 400, text: '400 Bad Request' };
const TOO_LARGE: Refused = { status: 431, text: '431 Request Header Fields Too Large' };

const NO_HOST: Refused = { status: 400, text: '400 Bad Request: missing required Host header' };
/** TEXT is the type of these answers. */
export const TEXT = 'text/plain; charset=utf-8';

/** refusedHead tells why a head that was read is not served: another version, no host, or a body in an encoding that nobody knows. */
export function refusedHead({
  httpVersionMajor,
  httpVersionMinor,
  headers,
}: Pick<IncomingMessage, 'httpVersionMajor' | 'httpVersionMinor' | 'headers'>): Refused | undefined {
  if (httpVersionMajor < 1) return UNREADABLE;
  if (httpVersionMajor > 1)
    return { status: 505, text: '505 HTTP Version Not Supported: unsupported protocol version' };
  if (httpVersionMinor > 0 && headers.host === undefined) return NO_HOST;
  const encoding = headers['transfer-encoding'];
  if (encoding === undefined || encoding.toLowerCase() === 'chunked') return undefined;
  return { status: 501, text: 'Unsupported transfer encoding' };
}

/** announcesBody tells whether something comes behind a head. */
export function announcesBody({ headers }: Pick<IncomingMessage, 'headers'>): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}

/** targetOf is the path and query of a request's target, which may be a whole URL. */
export function targetOf(target: string): string {
  return target.startsWith('/') ? target : target.replace(/^https?:\/\/[^/?#]*\/?/i, '/');
}

/** endUnreadable ends a connection on which something came that is no request, with an answer if none is on its way. */
export function endUnreadable({ code }: NodeJS.ErrnoException, socket: Duplex): void {
  // Node keeps the answer that is being written here, and tells it nowhere else.
  const { _httpMessage: answering } = socket as { _httpMessage?: { headersSent: boolean } | null };
  if (socket.writable && code !== 'ECONNRESET' && !answering?.headersSent) {
    const { status, text } = code === 'HPE_HEADER_OVERFLOW' ? TOO_LARGE : UNREADABLE;
    const reason = text.slice(String(status).length + 1);
    socket.write(`HTTP/1.1 ${status} ${reason}\r\ncontent-type: ${TEXT}\r\nconnection: close\r\n\r\n${text}`);
  }
  socket.destroy();
}
