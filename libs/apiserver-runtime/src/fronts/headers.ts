import { joinValues, namesIdentity } from '@navarch/apimachinery';
import type { Field } from '@navarch/http2';
import type { IncomingHttpHeaders } from 'node:http';

/**
 * headersOf is a request's headers with one text each: repeated ones joined by commas, but for those that name an identity, which
 * may have commas of their own. `raw` are names and values in turn, as they came.
 */
export function headersOf(headers: IncomingHttpHeaders, raw: readonly string[]): Headers {
  const result: Headers = Object.create(null) as Headers;
  for (const name in headers) {
    const value = headers[name];
    if (!namesIdentity(name)) result[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  const identities = new Identities();
  for (let i = 0; i + 1 < raw.length; i += 2) {
    const name = raw[i]!.toLowerCase();
    if (namesIdentity(name)) identities.add(name, raw[i + 1]!);
  }
  return identities.addTo(result);
}

type Headers = Record<string, string | undefined>;

/** Identities gathers the values of headers that name an identity, of which a client may send any number. */
class Identities {
  private values: Map<string, string[]> | undefined;

  add(name: string, value: string): void {
    this.values ??= new Map();
    const present = this.values.get(name);
    if (present) present.push(value.trim());
    else this.values.set(name, [value.trim()]);
  }

  addTo(headers: Headers): Headers {
    if (this.values) for (const [name, values] of this.values) headers[name] = joinValues(values);
    return headers;
  }
}

/** SINGLE are the headers of which the first counts, as for Node's HTTP/1.1. */
const SINGLE = new Set([
  ...['age', 'authorization', 'content-length', 'content-type', 'etag', 'expires', 'from', 'host', 'if-modified-since'],
  ...['if-unmodified-since', 'last-modified', 'location', 'max-forwards', 'proxy-authorization', 'referer'],
  ...['retry-after', 'server', 'user-agent'],
]);

/** headersOfFields is headersOf for fields of HTTP/2. */
export function headersOfFields(fields: readonly Field[]): Headers {
  const result: Headers = Object.create(null) as Headers;
  const identities = new Identities();
  for (const { name, value } of fields) {
    const present = result[name];
    if (namesIdentity(name)) identities.add(name, value);
    else if (present === undefined) result[name] = value;
    else if (name === 'cookie') result[name] = `${present}; ${value}`;
    else if (!SINGLE.has(name)) result[name] = `${present}, ${value}`;
  }
  return identities.addTo(result);
}
