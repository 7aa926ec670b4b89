import type { IncomingMessage, OutgoingHttpHeaders } from 'node:http';

const CREDENTIALS = /^(authorization|cookie|host|content-length|impersonate-.*)$/;
const HOP_BY_HOP = /^(connection|keep-alive|te|trailer|transfer-encoding|upgrade|proxy-.*|:.*)$/;

/** backendHeaders are a client's headers without its credentials for us. The host is the backend's own. */
export function backendHeaders(headers: IncomingMessage['headers']): OutgoingHttpHeaders {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !CREDENTIALS.test(name)));
}

/** endToEnd are those of them that do not concern one connection only. */
export function endToEnd(headers: IncomingMessage['headers']): OutgoingHttpHeaders {
  return Object.fromEntries(Object.entries(backendHeaders(headers)).filter(([name]) => !HOP_BY_HOP.test(name)));
}
