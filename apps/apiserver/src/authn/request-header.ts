import { valuesOf, type ApiRequest, type UserInfo } from '@navarch/apimachinery';

/** RequestHeaderOptions name the headers in which a trusted proxy says for whom it asks. Header names are lower case. */
export interface RequestHeaderOptions {
  /** allowedNames are the common names of the proxies' certificates; empty: all that the proxies' CA signed. */
  readonly allowedNames: readonly string[];
  readonly usernameHeaders: readonly string[];
  readonly groupHeaders: readonly string[];
  readonly extraPrefixes: readonly string[];
}

/** proxiedUser is the user that a trusted proxy names; undefined if it names nobody. Pure. */
export function proxiedUser(headers: ApiRequest['headers'], options: RequestHeaderOptions): UserInfo | undefined {
  const name = options.usernameHeaders.map(header => headers[header]).find(value => value);
  if (!name) return undefined;
  const groups = options.groupHeaders.flatMap(header => valuesOf(headers, header));
  const extra = new Map<string, string[]>();
  for (const header of Object.keys(headers)) {
    const prefix = options.extraPrefixes.find(candidate => header.startsWith(candidate));
    if (prefix) extra.set(decode(header.slice(prefix.length)), valuesOf(headers, header));
  }
  return { name, groups, ...(extra.size && { extra: Object.fromEntries(extra) }) };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
