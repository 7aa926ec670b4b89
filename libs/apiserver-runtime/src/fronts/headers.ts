import { joinValues, namesIdentity } from '@navarch/apimachinery';
import type { IncomingHttpHeaders } from 'node:http';

/**
 * headersOf is a request's headers with one text each: repeated ones joined by commas, but for those that name an identity, which
 * may have commas of their own. `raw` are names and values in turn, as they came. Pseudo-headers of HTTP/2 are left out.
 */
export function headersOf(headers: IncomingHttpHeaders, raw: readonly string[]): Record<string, string | undefined> {
  const result: Record<string, string | undefined> = Object.create(null) as Record<string, string | undefined>;
  for (const name in headers) {
    if (name.charCodeAt(0) === 0x3a) continue;
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
