import { joinValues, namesIdentity } from '@navarch/apimachinery';
import type { Field } from '@navarch/http2';
import type { IncomingHttpHeaders } from 'node:http';

/**
 * headersOf is a request's headers with one text each: repeated ones joined by commas, but for those that name an identity, which
 * may have commas of their own. `raw` are names and values in turn, as they came.
 */
export function headersOf(headers: IncomingHttpHeaders, raw: readonly string[]): Record<string, string | undefined> {
  const result: Record<string, string | undefined> = Object.create(null) as Record<string, string | undefined>;
  for (const name in headers) {
    const value = headers[name];
    if (namesIdentity(name)) result[name] = joinValues(rawValues(raw, name));
    else result[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  return result;
}

function rawValues(raw: readonly string[], name: string): string[] {
  const values: string[] = [];
  for (let i = 0; i + 1 < raw.length; i += 2) if (raw[i]!.toLowerCase() === name) values.push(raw[i + 1]!.trim());
  return values;
}

/** SINGLE are the headers of which the first counts, as for Node's HTTP/1.1. */
const SINGLE = new Set([
  ...['age', 'authorization', 'content-length', 'content-type', 'etag', 'expires', 'from', 'host', 'if-modified-since'],
  ...['if-unmodified-since', 'last-modified', 'location', 'max-forwards', 'proxy-authorization', 'referer'],
  ...['retry-after', 'server', 'user-agent'],
]);

/** headersOfFields is headersOf for fields of HTTP/2. */
export function headersOfFields(fields: readonly Field[]): Record<string, string | undefined> {
  const result: Record<string, string | undefined> = Object.create(null) as Record<string, string | undefined>;
  for (const { name, value } of fields) {
    const present = result[name];
    if (present === undefined) result[name] = namesIdentity(name) ? identities(fields, name) : value;
    else if (name === 'cookie') result[name] = `${present}; ${value}`;
    else if (!SINGLE.has(name) && !namesIdentity(name)) result[name] = `${present}, ${value}`;
  }
  return result;
}

const identities = (fields: readonly Field[], name: string) =>
  joinValues(fields.filter(field => field.name === name).map(({ value }) => value.trim()));
