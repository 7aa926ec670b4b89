import type { IncomingHttpHeaders } from 'node:http';

/** headersOf is a request's headers with one text each: repeated ones joined by commas. Pseudo-headers of HTTP/2 are left out. */
export function headersOf(headers: IncomingHttpHeaders): Record<string, string | undefined> {
  const result: Record<string, string | undefined> = Object.create(null) as Record<string, string | undefined>;
  for (const name in headers) {
    if (name.charCodeAt(0) === 0x3a) continue;
    const value = headers[name];
    result[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  return result;
}
